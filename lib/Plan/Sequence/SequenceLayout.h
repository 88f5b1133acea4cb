//===- SequenceLayout.h - Who holds which tokens of a sequence --*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SEQUENCE_SEQUENCELAYOUT_H
#define HOCKET_LIB_PLAN_SEQUENCE_SEQUENCELAYOUT_H

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// The `member`-th of `degree` runs of almost equal length.
std::vector<TokenChunk> contiguousChunks(int64_t length, uint32_t member,
                                         uint32_t degree);
/// Of twice as many runs the `member`-th from the front and from the back, and
/// of both the `part`-th of `parts` parts.
std::vector<TokenChunk> zigzagChunks(int64_t length, uint32_t member,
                                     uint32_t degree, uint32_t part = 0,
                                     uint32_t parts = 1);
/// Every `degree`-th token, from the `member`-th on.
std::vector<TokenChunk> stripedChunks(int64_t length, uint32_t member,
                                      uint32_t degree);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCE_SEQUENCELAYOUT_H
