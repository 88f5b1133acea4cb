//===- SequenceEnds.h - Ops that shared scans are made of -------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_SEQUENCEENDS_H
#define HOCKET_DIALECTS_SEQUENCEENDS_H

#include "hocket/Dialects/Hocket.h"

#define GET_OP_CLASSES
#include "dialects/Hocket/SequenceEnds.h.inc"

namespace hocket {

/// On a stage function that begins with rows of other ranks, and on its
/// kernels: a dictionary of i64 `row` (an input of the stage) and `slots`
/// (ranks that may come before), and bool `reverse`, as of the
/// hocket.rows_before that was there.
inline constexpr llvm::StringLiteral kGathersAttr = "hocket.gathers";

} // namespace hocket

#endif // HOCKET_DIALECTS_SEQUENCEENDS_H
