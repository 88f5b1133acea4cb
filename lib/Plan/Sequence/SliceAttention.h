//===- SliceAttention.h - Attention of ranks that walk slices ---*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SEQUENCE_SLICEATTENTION_H
#define HOCKET_LIB_PLAN_SEQUENCE_SLICEATTENTION_H

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// Cuts the tokens of `chunks` into `slices` runs of almost equally many.
MemberChunks cutIntoSlices(const std::vector<TokenChunk> &chunks,
                           uint32_t slices);

/// What each member of a group does in the attention of each slice, by member *
/// slices + slice. Owners of shares are counted like that too; peers and terms
/// are members.
struct SlicePrograms {
  /// Keys and values of the slice go to the members that see them: once, before
  /// a first query does.
  AttentionProgram gather;
  /// Needs the keys and values of all slices that the queries see.
  AttentionProgram forward;
  /// The same; adds to the gradients of those keys. Run from the last slice to
  /// the first.
  AttentionProgram backward;
  /// Gradients of the keys of the slice go to their owner, which adds them up:
  /// after the last query that sees them.
  AttentionProgram exchange;
};

/// The members of `geometry` are slices, by member * slices + slice.
SlicePrograms writeSlices(const AttentionGeometry &geometry, uint32_t slices);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCE_SLICEATTENTION_H
