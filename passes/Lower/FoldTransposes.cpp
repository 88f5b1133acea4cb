//===- FoldTransposes.cpp - Products read transposed operands in place ----===//

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"

namespace hocket {
#define GEN_PASS_DEF_FOLDTRANSPOSES
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using linalg::LinalgOp;

namespace {

/// The map from an element of `tensor` to the element of `source` that it
/// copies; nothing where `tensor` is not a permuted copy.
struct PermutedCopy {
  Value source;
  AffineMap map;

  static std::optional<PermutedCopy> match(Value tensor) {
    auto op = tensor.getDefiningOp<LinalgOp>();
    if (!op || op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
        op.getNumParallelLoops() != op.getNumLoops() ||
        !isa<RankedTensorType>(op.getDpsInputOperand(0)->get().getType()))
      return std::nullopt;
    Operation *yield = op.getBlock()->getTerminator();
    if (yield->getOperand(0) != op.getBlock()->getArgument(0))
      return std::nullopt;
    AffineMap in = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
    AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (!in.isPermutation() || !out.isPermutation())
      return std::nullopt;
    return PermutedCopy{op.getDpsInputOperand(0)->get(),
                        in.compose(inversePermutation(out))};
  }
};

struct FoldTransposesPass
    : hocket::impl::FoldTransposesBase<FoldTransposesPass> {
  using FoldTransposesBase::FoldTransposesBase;

  void runOnOperation() override {
    SmallVector<LinalgOp> contractions;
    getOperation()->walk([&](LinalgOp op) {
      if (op.hasPureTensorSemantics() && linalg::isaContractionOpInterface(op))
        contractions.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (LinalgOp op : contractions)
      fold(rewriter, op);
  }

  static void fold(RewriterBase &rewriter, LinalgOp op) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs;
    bool changed = false;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      std::optional<PermutedCopy> copy = PermutedCopy::match(operand->get());
      inputs.push_back(copy ? copy->source : operand->get());
      if (copy) {
        AffineMap &map = maps[operand->getOperandNumber()];
        map = copy->map.compose(map);
        changed = true;
      }
    }
    if (!changed)
      return;
    llvm::SmallSetVector<Operation *, 2> producers;
    for (OpOperand *operand : op.getDpsInputOperands())
      if (Operation *producer = operand->get().getDefiningOp())
        producers.insert(producer);

    rewriter.setInsertionPoint(op);
    auto generic = linalg::GenericOp::create(
        rewriter, op.getLoc(), op->getResultTypes(), inputs, op.getDpsInits(),
        maps, op.getIteratorTypesArray());
    rewriter.inlineRegionBefore(op->getRegion(0), generic.getRegion(),
                                generic.getRegion().end());
    rewriter.replaceOp(op, generic.getResults());
    for (Operation *producer : producers)
      if (isOpTriviallyDead(producer))
        rewriter.eraseOp(producer);
  }
};

} // namespace
