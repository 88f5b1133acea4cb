//===- LowerSequenceEnds.cpp - Ends of sequences as loops -----------------===//

#include "LowerSequenceEnds.h"

#include "SequenceLoops.h"

using namespace mlir;
using namespace hocket;

using Values = SequenceLoops::Values;

void hocket::lowerTakeEnd(RewriterBase &rewriter, TakeEndOp op) {
  rewriter.setInsertionPoint(op);
  // In a scan from the back the last token is the first.
  SequenceLoops loops(rewriter, op.getLoc(), op.getOffsets(), op.getLast());
  Value empty = loops.emptyEnds(op.getInput());
  // Sequences without tokens have zeros.
  Values results =
      loops.forEachSequence(loops.zero(empty), [&](Values now) -> Values {
        return loops.first(now, [&](Value token, Values inner) -> Values {
          return {loops.insert(loops.slice(op.getInput(), token), inner[0],
                               loops.sequence())};
        });
      });
  rewriter.replaceOp(op, results);
}

void hocket::lowerPutEnd(RewriterBase &rewriter, PutEndOp op) {
  rewriter.setInsertionPoint(op);
  SequenceLoops loops(rewriter, op.getLoc(), op.getOffsets(), op.getLast());
  Values results =
      loops.forEachSequence(op.getInput(), [&](Values now) -> Values {
        return loops.first(now, [&](Value token, Values inner) -> Values {
          return {loops.insert(loops.slice(op.getEnds(), loops.sequence()),
                               inner[0], token)};
        });
      });
  rewriter.replaceOp(op, results);
}
