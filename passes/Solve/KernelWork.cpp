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

template <typename Op>
struct LinalgWork : WorkOpInterface::ExternalModel<LinalgWork<Op>, Op> {
  SizeExpr countFlops(Operation *op, SymbolicShapes &shapes) const {
    auto linalgOp = cast<linalg::LinalgOp>(op);
    return iterations(linalgOp, shapes) *
           SizeExpr::constant(arithmeticOps(*linalgOp.getBlock()));
  }
};

template <typename... Ops>
void attachAll(MLIRContext *context) {
  (Ops::template attachInterface<LinalgWork<Ops>>(*context), ...);
}

} // namespace

void hocket::registerWorkModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachAll<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
  });
}

SizeExpr hocket::countFlops(func::FuncOp kernel) {
  SymbolicShapes shapes(kernel);
  SizeExpr flops;
  kernel.walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto work = dyn_cast<WorkOpInterface>(op);
    if (!work)
      return WalkResult::advance();
    flops = flops + work.countFlops(shapes);
    return WalkResult::skip();
  });
  return flops;
}
