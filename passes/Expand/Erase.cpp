//===- Erase.cpp - Strategies become the sequential program ---------------===//

#include "hocket/Dialects/DebugOutput.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Expand.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "hocket-erase"

namespace hocket {
#define GEN_PASS_DEF_ERASE
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// Offsets that are known must be those of a whole batch: they begin at 0 and
/// do not decrease. The parts would be rebased, the sequential program is not.
static LogicalResult checkOffsets(StrategyOpInterface op) {
  Value offsets = op.getBatchOffsets();
  // Where there are parts their number is dynamic, so constants are cast.
  while (offsets && offsets.getDefiningOp<tensor::CastOp>())
    offsets = offsets.getDefiningOp<tensor::CastOp>().getSource();
  DenseIntElementsAttr constant;
  if (!offsets || !matchPattern(offsets, m_Constant(&constant)))
    return success();
  int32_t previous = 0;
  for (auto [i, offset] : llvm::enumerate(constant.getValues<int32_t>())) {
    if (i == 0 ? offset == 0 : offset >= previous) {
      previous = offset;
      continue;
    }
    InFlightDiagnostic diagnostic = op->emitOpError();
    if (i == 0)
      diagnostic << "has offsets that begin at " << offset
                 << ", not at 0, and nothing rebases them at one part";
    else
      diagnostic << "has offsets that decrease from " << previous << " to "
                 << offset << " at #" << i;
    diagnostic.attachNote(offsets.getLoc()) << "the offsets are defined here";
    return diagnostic;
  }
  return success();
}

namespace {

/// Ops that are gone, with the strategy that they were in.
struct ErasedOps : RewriterBase::Listener {
  void notifyOperationErased(Operation *op) override { gone.insert(op); }
  DenseSet<Operation *> gone;
};

/// Into how many parts the strategies around `op` cut the batch.
int64_t outerParts(Operation *op) {
  int64_t parts = 1;
  while ((op = op->getParentOp()))
    if (auto strategy = dyn_cast<StrategyOpInterface>(op))
      parts *= strategy.getParts();
  return parts;
}

struct Erase : hocket::impl::EraseBase<Erase> {
  void runOnOperation() override {
    // Outermost first, so that a strategy's operands are those of the
    // sequential program when it is erased.
    SmallVector<std::pair<StrategyOpInterface, int64_t>> strategies;
    getOperation()->walk<WalkOrder::PreOrder>([&](StrategyOpInterface op) {
      strategies.push_back({op, outerParts(op)});
    });

    ErasedOps erased;
    IRRewriter rewriter(&getContext(), &erased);
    for (auto [op, parts] : strategies) {
      if (erased.gone.contains(op))
        continue;
      if (failed(checkOffsets(op)))
        return signalPassFailure();
      HOCKET_DEBUG(llvm::dbgs() << "erasing " << op->getName() << " at "
                                << op.getLoc() << "\n");
      rewriter.setInsertionPoint(op);
      if (failed(op.inlineSequentially(rewriter, parts)))
        return signalPassFailure();
      ++numErased;
    }
  }
};

} // namespace
