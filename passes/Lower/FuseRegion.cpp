//===- FuseRegion.cpp - Few loops for a region on slices ------------------===//
//
// Slices are short, so a region should walk them once: producers become part of
// their only reader, and ops that do not depend on each other become one op.
//
//===----------------------------------------------------------------------===//

#include "SequenceLoops.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hocket;
using linalg::GenericOp;

namespace {

/// True if the op computes its outputs element by element, without reading
/// them.
bool isElementwise(GenericOp op) {
  return op.getNumParallelLoops() == op.getNumLoops() &&
         op.hasPureTensorSemantics() &&
         llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
           return op.getMatchingIndexingMap(&init).isIdentity() &&
                  !op.payloadUsesValueFromOperand(&init);
         });
}

/// True if `first` can be moved into `second`, which follows it: both loop over
/// the same elements, and nothing up to `second` reads `first`.
bool canMerge(GenericOp first, GenericOp second) {
  auto shapeOf = [](GenericOp op) {
    return cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  };
  if (shapeOf(first) != shapeOf(second))
    return false;
  return llvm::all_of(first->getUsers(), [&](Operation *user) {
    return second->isBeforeInBlock(user);
  });
}

GenericOp merge(RewriterBase &rewriter, GenericOp first, GenericOp second) {
  SmallVector<Value> inputs, outputs;
  SmallVector<AffineMap> maps, outputMaps;
  for (GenericOp op : {first, second}) {
    llvm::append_range(inputs, op.getInputs());
    llvm::append_range(outputs, op.getOutputs());
    for (OpOperand *input : op.getDpsInputOperands())
      maps.push_back(op.getMatchingIndexingMap(input));
    for (OpOperand &output : op.getDpsInitsMutable())
      outputMaps.push_back(op.getMatchingIndexingMap(&output));
  }
  llvm::append_range(maps, outputMaps);
  rewriter.setInsertionPoint(second);
  auto merged = GenericOp::create(
      rewriter, second.getLoc(), ValueRange(outputs).getTypes(), inputs,
      outputs, maps, second.getIteratorTypesArray(),
      [&](OpBuilder &inner, Location loc, ValueRange arguments) {
        SmallVector<Value> yielded;
        ValueRange left = arguments;
        for (GenericOp op : {first, second}) {
          IRMapping mapping;
          unsigned count = op.getNumDpsInputs();
          mapping.map(op.getBody()->getArguments().take_front(count),
                      left.take_front(count));
          left = left.drop_front(count);
          for (Operation &scalar : op.getBody()->without_terminator())
            inner.clone(scalar, mapping);
          for (Value value : op.getBody()->getTerminator()->getOperands())
            yielded.push_back(mapping.lookupOrDefault(value));
        }
        linalg::YieldOp::create(inner, loc, yielded);
      });
  rewriter.replaceOp(first,
                     merged->getResults().take_front(first->getNumResults()));
  rewriter.replaceOp(second,
                     merged->getResults().take_back(second->getNumResults()));
  return merged;
}

/// Merges each op with the next that it can be merged with; true if there was
/// one.
bool mergeSiblings(Block &block) {
  IRRewriter rewriter(block.getParentOp()->getContext());
  SmallVector<GenericOp> ops;
  for (auto op : block.getOps<GenericOp>())
    if (isElementwise(op))
      ops.push_back(op);
  bool merged = false;
  for (size_t first = 0; first < ops.size(); ++first)
    for (size_t second = first + 1; second < ops.size(); ++second)
      if (canMerge(ops[first], ops[second])) {
        ops[second] = merge(rewriter, ops[first], ops[second]);
        merged = true;
        break;
      }
  return merged;
}

} // namespace

LogicalResult hocket::fuseRegion(Region &region) {
  do {
    RewritePatternSet patterns(region.getContext());
    linalg::populateElementwiseToLinalgConversionPatterns(patterns);
    linalg::populateElementwiseOpsFusionPatterns(
        patterns, [](OpOperand *read) { return read->get().hasOneUse(); });
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(region, std::move(patterns))))
      return failure();
  } while (mergeSiblings(region.front()));
  return success();
}
