//===- ArithRules.cpp - Derivatives of the arith dialect ------------------===//

#include "ScalarRules.h"

using namespace mlir;
using namespace hocket;

namespace {

void addRule(arith::AddFOp, ScalarMath &, Value seed,
             OperandAdjoints adjoints) {
  adjoints[0] = adjoints[1] = seed;
}

void subRule(arith::SubFOp, ScalarMath &math, Value seed,
             OperandAdjoints adjoints) {
  adjoints[0] = seed;
  adjoints[1] = math.neg(seed);
}

void mulRule(arith::MulFOp op, ScalarMath &math, Value seed,
             OperandAdjoints adjoints) {
  adjoints[0] = math.mul(seed, op.getRhs());
  adjoints[1] = math.mul(seed, op.getLhs());
}

void divRule(arith::DivFOp op, ScalarMath &math, Value seed,
             OperandAdjoints adjoints) {
  adjoints[0] = math.div(seed, op.getRhs());
  adjoints[1] = math.neg(math.mul(adjoints[0], op.getResult()));
}

void negRule(arith::NegFOp, ScalarMath &math, Value seed,
             OperandAdjoints adjoints) {
  adjoints[0] = math.neg(seed);
}

/// Maxima and minima: the operand chosen; half to each of two equal ones.
template <arith::CmpFPredicate chosen, typename Op>
void extremumRule(Op op, ScalarMath &math, Value seed,
                  OperandAdjoints adjoints) {
  Type type = seed.getType();
  Value lhs = op.getLhs(), rhs = op.getRhs();
  Value zero = math.constant(type, 0.0);
  Value tie = math.select(math.compare(arith::CmpFPredicate::OEQ, lhs, rhs),
                          math.scale(seed, 0.5), zero);
  adjoints[0] = math.select(math.compare(chosen, lhs, rhs), seed, tie);
  adjoints[1] = math.select(math.compare(chosen, rhs, lhs), seed, tie);
}

void selectRule(arith::SelectOp op, ScalarMath &math, Value seed,
                OperandAdjoints adjoints) {
  Value zero = math.constant(seed.getType(), 0.0);
  adjoints[1] = math.select(op.getCondition(), seed, zero);
  adjoints[2] = math.select(op.getCondition(), zero, seed);
}

void extendRule(arith::ExtFOp op, ScalarMath &math, Value seed,
                OperandAdjoints adjoints) {
  adjoints[0] = math.create<arith::TruncFOp>(op.getIn().getType(), seed);
}

void truncateRule(arith::TruncFOp op, ScalarMath &math, Value seed,
                  OperandAdjoints adjoints) {
  adjoints[0] = math.create<arith::ExtFOp>(op.getIn().getType(), seed);
}

/// Ops on integers: they have no gradients, but the backward may repeat them.
template <typename... Ops>
void attachCheap(MLIRContext *context) {
  (Ops::template attachInterface<ScalarReverseModel<Ops>>(*context), ...);
}

} // namespace

void hocket::registerArithModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, arith::ArithDialect *) {
    using arith::CmpFPredicate;
    attachScalar<arith::AddFOp, addRule>(context);
    attachScalar<arith::SubFOp, subRule>(context);
    attachScalar<arith::MulFOp, mulRule>(context);
    attachScalar<arith::DivFOp, divRule>(context);
    attachScalar<arith::NegFOp, negRule>(context);
    attachScalar<arith::MaximumFOp,
                 extremumRule<CmpFPredicate::OGT, arith::MaximumFOp>>(context);
    attachScalar<arith::MaxNumFOp,
                 extremumRule<CmpFPredicate::OGT, arith::MaxNumFOp>>(context);
    attachScalar<arith::MinimumFOp,
                 extremumRule<CmpFPredicate::OLT, arith::MinimumFOp>>(context);
    attachScalar<arith::MinNumFOp,
                 extremumRule<CmpFPredicate::OLT, arith::MinNumFOp>>(context);
    attachScalar<arith::SelectOp, selectRule>(context);
    attachScalar<arith::ExtFOp, extendRule>(context);
    attachScalar<arith::TruncFOp, truncateRule>(context);
    attachScalar<arith::SIToFPOp, zeroRule>(context);
    attachScalar<arith::UIToFPOp, zeroRule>(context);
    attachScalar<arith::FPToSIOp, zeroRule>(context);
    attachScalar<arith::FPToUIOp, zeroRule>(context);
    attachScalar<arith::CmpFOp, zeroRule>(context);
    attachCheap<arith::ConstantOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
                arith::DivSIOp, arith::DivUIOp, arith::CeilDivSIOp,
                arith::CeilDivUIOp, arith::FloorDivSIOp, arith::RemSIOp,
                arith::RemUIOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp,
                arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp, arith::MaxSIOp,
                arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp, arith::CmpIOp,
                arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp,
                arith::ExtUIOp, arith::TruncIOp>(context);
  });
}
