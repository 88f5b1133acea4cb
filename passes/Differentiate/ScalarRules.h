//===- ScalarRules.h - Derivatives of scalar ops ----------------*- C++ -*-===//
//
// A rule is a function of (op, ScalarMath, seed, operand adjoints); ScalarModel
// makes external models of both interfaces out of it.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_SCALARRULES_H
#define HOCKET_PASSES_DIFFERENTIATE_SCALARRULES_H

#include "Utils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

namespace hocket {

/// Creates floating-point ops; folds what is trivial.
class ScalarMath {
public:
  ScalarMath(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::Value constant(mlir::Type type, double value) {
    return mlir::arith::ConstantOp::create(builder, loc,
                                           builder.getFloatAttr(type, value));
  }
  mlir::Value add(mlir::Value lhs, mlir::Value rhs) {
    if (!lhs || !rhs)
      return lhs ? lhs : rhs;
    return create<mlir::arith::AddFOp>(lhs, rhs);
  }
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs) {
    return create<mlir::arith::SubFOp>(lhs, rhs);
  }
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs) {
    if (mlir::matchPattern(lhs, mlir::m_OneFloat()))
      return rhs;
    if (mlir::matchPattern(rhs, mlir::m_OneFloat()))
      return lhs;
    return create<mlir::arith::MulFOp>(lhs, rhs);
  }
  mlir::Value scale(mlir::Value value, double factor) {
    return mul(value, constant(value.getType(), factor));
  }
  mlir::Value div(mlir::Value lhs, mlir::Value rhs) {
    return create<mlir::arith::DivFOp>(lhs, rhs);
  }
  mlir::Value neg(mlir::Value value) {
    return create<mlir::arith::NegFOp>(value);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value lhs,
                      mlir::Value rhs) {
    return create<mlir::arith::CmpFOp>(predicate, lhs, rhs);
  }
  mlir::Value select(mlir::Value condition, mlir::Value ifTrue,
                     mlir::Value ifFalse) {
    return create<mlir::arith::SelectOp>(condition, ifTrue, ifFalse);
  }
  template <typename Op, typename... Arguments>
  mlir::Value create(Arguments &&...arguments) {
    return Op::create(builder, loc, std::forward<Arguments>(arguments)...)
        .getResult();
  }

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

using OperandAdjoints = llvm::MutableArrayRef<mlir::Value>;

template <typename Op, auto rule>
struct ScalarModel
    : ScalarDifferentiableOpInterface::ExternalModel<ScalarModel<Op, rule>,
                                                     Op> {
  void buildScalarAdjoints(mlir::Operation *op, mlir::OpBuilder &builder,
                           mlir::Value seed,
                           OperandAdjoints operandAdjoints) const {
    ScalarMath math(builder, op->getLoc());
    rule(mlir::cast<Op>(op), math, seed, operandAdjoints);
  }
};

/// Outside of bodies: differentiates by the scalar rule. Ops on whole tensors
/// have become linalg ops before.
template <typename Op>
struct ScalarReverseModel
    : ReverseDifferentiableOpInterface::ExternalModel<ScalarReverseModel<Op>,
                                                      Op> {
  llvm::LogicalResult buildAdjoints(mlir::Operation *op,
                                    mlir::OpBuilder &builder,
                                    Adjoints &adjoints) const {
    auto scalar = mlir::dyn_cast<ScalarDifferentiableOpInterface>(op);
    mlir::Value seed = adjoints.get(builder, op->getResult(0));
    if (!scalar)
      return op->emitOpError("has no differentiation rule");
    llvm::SmallVector<mlir::Value> gradients(op->getNumOperands());
    scalar.buildScalarAdjoints(builder, seed, gradients);
    for (auto [operand, gradient] : llvm::zip(op->getOperands(), gradients))
      if (gradient && adjoints.isActive(operand))
        adjoints.add(builder, operand, gradient);
    return llvm::success();
  }
  bool isCheapToRecompute(mlir::Operation *) const { return true; }
};

template <typename Op, auto rule>
void attachScalar(mlir::MLIRContext *context) {
  Op::template attachInterface<ScalarModel<Op, rule>>(*context);
  Op::template attachInterface<ScalarReverseModel<Op>>(*context);
}

/// A rule for ops of no derivative: what it is zero almost everywhere.
inline constexpr auto zeroRule = [](auto, ScalarMath &, mlir::Value,
                                    OperandAdjoints) {};

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_SCALARRULES_H
