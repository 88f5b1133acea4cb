//===- LowerSequenceEnds.h - Ends of sequences as loops ---------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_LOWERSEQUENCEENDS_H
#define HOCKET_PASSES_LOWER_LOWERSEQUENCEENDS_H

#include "hocket/Dialects/SequenceEnds.h"

namespace hocket {

void lowerTakeEnd(mlir::RewriterBase &rewriter, TakeEndOp op);
void lowerPutEnd(mlir::RewriterBase &rewriter, PutEndOp op);

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_LOWERSEQUENCEENDS_H
