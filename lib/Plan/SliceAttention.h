//===- SliceAttention.h - Attention of a rank that walks slices -*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SLICEATTENTION_H
#define HOCKET_LIB_PLAN_SLICEATTENTION_H

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// Cuts the tokens of `chunks` into `slices` runs of almost equally many.
MemberChunks cutIntoSlices(const std::vector<TokenChunk> &chunks,
                           uint32_t slices);

/// What a rank does in the attention of each slice of `geometry`, whose members
/// are the slices of one rank. Owners of shares are slices; keys and values of
/// all slices that the queries see are there. The backward goes from the last
/// slice to the first: the gradients of a slice's keys are complete when no
/// earlier slice sees them. Nothing is sent.
AttentionProgram sliceForward(const AttentionGeometry &geometry);
AttentionProgram sliceBackward(const AttentionGeometry &geometry);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SLICEATTENTION_H
