//===- MemorySections.h - Lifetimes as ranges of sections -------*- C++ -*-===//
//
// What the skyline search works on: a memory problem cut where nothing is
// alive, with time reduced to the sets of buffers that matter.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_MEMORYSECTIONS_H
#define HOCKET_LIB_SOLVER_MEMORY_MEMORYSECTIONS_H

#include "hocket/Solver/Memory.h"

#include <cstdint>
#include <vector>

namespace hocket {

/// Buffers of a stretch of time that no other buffer reaches into. A section is
/// a largest set of buffers that are alive together: two buffers conflict
/// exactly if they share a section.
struct MemoryComponent {
  struct Item {
    int32_t first = 0, last = 0; // its sections, half open
    int64_t size = 0;            // in units
    double length = 0;           // of its lifetime
    size_t buffer = 0;           // index into the problem
  };
  std::vector<Item> items; // sorted by first section
  int32_t numSections = 0;
  int64_t largestLiveSum = 0; // in units
};

struct MemorySections {
  /// Bytes; divides every size, rounded up to the alignment. An arena that
  /// cannot be pushed down any further has only offsets that are sums of sizes,
  /// so that nothing is lost by counting in it.
  int64_t unit = 1;
  /// In the order of time. Buffers without a size are in none.
  std::vector<MemoryComponent> components;

  explicit MemorySections(const MemoryProblem &problem);
  int64_t largestLiveSum() const;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_MEMORYSECTIONS_H
