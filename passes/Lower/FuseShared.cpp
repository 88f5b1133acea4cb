//===- FuseShared.cpp - One loop where a value has several readers --------===//

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hocket {
#define GEN_PASS_DEF_FUSESHARED
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using linalg::GenericOp;

namespace {

bool isElementwise(GenericOp op) {
  return op && op.getNumParallelLoops() == op.getNumLoops() &&
         op.hasPureTensorSemantics();
}

/// True if the op that makes `read` can become part of the op that reads it
/// and computes nothing more often than before.
bool isFusible(OpOperand &read) {
  auto consumer = cast<GenericOp>(read.getOwner());
  auto producer = read.get().getDefiningOp<GenericOp>();
  if (!isElementwise(consumer) || !isElementwise(producer) ||
      producer->getBlock() != consumer->getBlock() ||
      !linalg::areElementwiseOpsFusable(&read) ||
      !consumer.getMatchingIndexingMap(&read).isIdentity())
    return false;
  if (!llvm::all_of(producer.getDpsInitsMutable(), [&](OpOperand &init) {
        return producer.getMatchingIndexingMap(&init).isIdentity();
      }))
    return false;
  // The one op stands where the consumer stood, before all other readers.
  return llvm::all_of(producer->getUsers(), [&](Operation *user) {
    Operation *inBlock = consumer->getBlock()->findAncestorOpInBlock(*user);
    return inBlock && !inBlock->isBeforeInBlock(consumer);
  });
}

struct FuseSharedPass : hocket::impl::FuseSharedBase<FuseSharedPass> {
  using FuseSharedBase::FuseSharedBase;

  void runOnOperation() override {
    SmallVector<GenericOp> consumers;
    getOperation()->walk([&](GenericOp op) { consumers.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (GenericOp op : consumers)
      fuseInto(rewriter, op);
    // An op that was read twice has become part of its reader twice.
    RewritePatternSet patterns(&getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

  /// Producers come before consumers, and an op is visited after all before
  /// it: what it could take in later, it can take in now.
  static void fuseInto(RewriterBase &rewriter, GenericOp consumer) {
    auto read = llvm::find_if(consumer->getOpOperands(), isFusible);
    if (read == consumer->getOpOperands().end())
      return;
    auto producer = read->get().getDefiningOp<GenericOp>();
    rewriter.setInsertionPoint(consumer);
    FailureOr<linalg::ElementwiseOpFusionResult> fused =
        linalg::fuseElementwiseOps(rewriter, &*read);
    if (failed(fused))
      return;
    for (auto [before, after] : fused->replacements)
      rewriter.replaceUsesWithIf(before, after, [&](OpOperand &use) {
        // What the new op still reads of the producer, it takes in next.
        return use.getOwner() != consumer && use.getOwner() != fused->fusedOp;
      });
    rewriter.eraseOp(consumer);
    if (producer->use_empty())
      rewriter.eraseOp(producer);
    fuseInto(rewriter, cast<GenericOp>(fused->fusedOp));
  }
};

} // namespace
