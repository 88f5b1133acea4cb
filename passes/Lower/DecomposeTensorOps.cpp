//===- DecomposeTensorOps.cpp - Composite ops become simple ones ----------===//

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hocket {
#define GEN_PASS_DEF_DECOMPOSETENSOROPS
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;

namespace {

struct DecomposeTensorOpsPass
    : hocket::impl::DecomposeTensorOpsBase<DecomposeTensorOpsPass> {
  using DecomposeTensorOpsBase::DecomposeTensorOpsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::AggregatedOpInterface> aggregates;
    getOperation()->walk(
        [&](linalg::AggregatedOpInterface op) { aggregates.push_back(op); });
    for (linalg::AggregatedOpInterface op : aggregates) {
      rewriter.setInsertionPoint(op);
      FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
      if (failed(results)) {
        op->emitOpError("could not be decomposed into simpler ops");
        return signalPassFailure();
      }
      rewriter.replaceOp(op, *results);
    }
    RewritePatternSet patterns(&getContext());
    tensor::populateDecomposeTensorConcatPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
