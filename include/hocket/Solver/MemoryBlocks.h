//===- MemoryBlocks.h - Buffers that are placed together --------*- C++ -*-===//
//
// The two levels of MEMO (Zhao et al., "MEMO: Fine-grained Tensor Management
// For Ultra-long Context LLM Training", SIGMOD 2025): what layers keep from
// their forward to their backward is laid out by itself, and is one block where
// all microbatches are placed. A problem of thousands of buffers becomes one of
// a few blocks per stage and microbatch.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_MEMORYBLOCKS_H
#define HOCKET_SOLVER_MEMORYBLOCKS_H

#include "hocket/Solver/Memory.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hocket {

/// Buffers of one group that conflict with the same other buffers lie side by
/// side, in the order of the problem, and are one buffer of `problem`. Its
/// largest sum of live bytes is that of the problem it was made from, alignment
/// included; only the packing of the blocks may need more.
class MemoryBlocks {
public:
  /// `groups` has a number for each buffer. `whole` has passed check(); its
  /// capacity and alignment are those of the blocks.
  MemoryBlocks(const MemoryProblem &whole, const std::vector<int64_t> &groups);

  const MemoryProblem &problem() const { return blocks; }
  /// The offsets of the buffers, from those of the blocks.
  std::vector<int64_t>
  expand(const std::vector<int64_t> &offsetsOfBlocks) const;

private:
  struct Member {
    size_t block = 0;
    int64_t offset = 0; // in the block
  };
  MemoryProblem blocks;
  std::vector<Member> members; // by buffer of `whole`
};

} // namespace hocket

#endif // HOCKET_SOLVER_MEMORYBLOCKS_H
