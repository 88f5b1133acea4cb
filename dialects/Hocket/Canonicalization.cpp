//===- Canonicalization.cpp - Inlining and folding strategy ops -----------===//

#include "hocket/Dialects/Hocket.h"

using namespace mlir;
using namespace hocket;

LogicalResult hocket::inlineStrategyBody(RewriterBase &rewriter,
                                         Operation *op) {
  Block *body = &op->getRegion(0).front();
  Operation *yield = body->getTerminator();
  rewriter.inlineBlockBefore(body, op, op->getOperands());
  rewriter.replaceOp(op, yield->getOperands());
  rewriter.eraseOp(yield);
  return success();
}

/// Drops the operands in `operands` whose block arguments nothing uses.
static LogicalResult dropUnused(PatternRewriter &rewriter, Operation *op,
                                MutableOperandRange operands) {
  Block &body = op->getRegion(0).front();
  unsigned begin = operands.empty() ? 0 : operands[0].getOperandNumber();
  bool changed = false;
  for (unsigned i = operands.size(); i-- > 0;) {
    if (!body.getArgument(begin + i).use_empty())
      continue;
    rewriter.modifyOpInPlace(op, [&] {
      body.eraseArgument(begin + i);
      operands.erase(i);
    });
    changed = true;
  }
  return success(changed);
}

LogicalResult DataOp::canonicalize(DataOp op, PatternRewriter &rewriter) {
  // At one part there is nothing to cut, rebase or sum.
  if (op.getDegree() == 1)
    return inlineStrategyBody(rewriter, op);
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult SequenceOp::canonicalize(SequenceOp op,
                                       PatternRewriter &rewriter) {
  if (op.getDegree() == 1)
    return inlineStrategyBody(rewriter, op);
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult StreamOp::canonicalize(StreamOp op, PatternRewriter &rewriter) {
  if (op.isTrivial())
    return inlineStrategyBody(rewriter, op);
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult PipelineOp::canonicalize(PipelineOp op,
                                       PatternRewriter &rewriter) {
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult SkipPipelineOp::canonicalize(SkipPipelineOp op,
                                           PatternRewriter &rewriter) {
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult MicrobatchesOp::canonicalize(MicrobatchesOp op,
                                           PatternRewriter &rewriter) {
  return dropUnused(rewriter, op, op.getSharedMutable());
}

LogicalResult StageOp::canonicalize(StageOp op, PatternRewriter &rewriter) {
  return dropUnused(rewriter, op, op.getInputsMutable());
}
