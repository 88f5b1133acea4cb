//===- KernelWork.cpp - Operations of a kernel ----------------------------===//

#include "hocket/Passes/KernelWork.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace hocket;

namespace {

int64_t arithmeticOps(Block &body) {
  return llvm::count_if(body, [](Operation &op) {
    return op.getNumResults() == 1 &&
           isa<FloatType>(op.getResult(0).getType()) &&
           isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) &&
           !op.hasTrait<OpTrait::ConstantLike>();
  });
}

/// Iterations of `op`; the empty sum where an extent is not known.
SizeExpr iterations(linalg::LinalgOp op, SymbolicShapes &shapes) {
  SizeExpr product = SizeExpr::constant(1);
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    SmallVector<std::pair<Value, unsigned>> operands;
    op.mapIterationSpaceDimToAllOperandDims(loop, operands);
    if (operands.empty())
      return {};
    FailureOr<SymbolicShape> shape = shapes.shapeOf(operands.front().first);
    if (failed(shape))
      return {};
    product = product * (*shape)[operands.front().second];
  }
  return product;
}

/// Matrix products of attention: 2 in the forward, 5 in the backward.
SizeExpr attentionFlops(Value query, bool causal, int64_t products,
                        SymbolicShapes &shapes) {
  FailureOr<SymbolicShape> shape = shapes.shapeOf(query);
  if (failed(shape))
    return {};
  SizeExpr flops = (*shape)[0] * (*shape)[0] * (*shape)[1] * (*shape)[2];
  return flops * SizeExpr::constant(causal ? products : 2 * products);
}

} // namespace

SizeExpr hocket::countFlops(func::FuncOp kernel) {
  SymbolicShapes shapes(kernel);
  SizeExpr flops;
  kernel.walk([&](Operation *op) {
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      flops =
          flops + iterations(linalgOp, shapes) *
                      SizeExpr::constant(arithmeticOps(*linalgOp.getBlock()));
    else if (auto attention = dyn_cast<AttentionOp>(op))
      flops = flops + attentionFlops(attention.getQuery(),
                                     attention.getCausal(), 2, shapes);
    else if (auto gradient = dyn_cast<AttentionGradOp>(op))
      flops = flops + attentionFlops(gradient.getQuery(), gradient.getCausal(),
                                     5, shapes);
  });
  return flops;
}
