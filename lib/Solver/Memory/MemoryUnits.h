//===- MemoryUnits.h - Memory in numbers that an engine takes ---*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_MEMORYUNITS_H
#define HOCKET_LIB_SOLVER_MEMORY_MEMORYUNITS_H

#include "Schedule/ScheduleGraph.h"

namespace hocket {

/// Memory of each rank in the largest unit that all its sizes are multiples of.
/// Where sums are still beyond 31 bits, which is what engines take, the unit is
/// coarser and sizes are rounded so that a rank is said to hold no less than it
/// does: what fits then fits, but what does not is no proof.
class MemoryUnits {
public:
  /// `largestFactor` is how many times the largest size may stand in a sum.
  MemoryUnits(const ScheduleProblem &problem, const ScheduleGraph &graph,
              int64_t largestFactor);

  bool isExact() const { return exact; }
  int64_t capacity(uint32_t rank) const {
    return problem.capacity[rank] / unit[rank];
  }
  int64_t memory(uint32_t rank, uint32_t block) const;

private:
  const ScheduleProblem &problem;
  std::vector<int64_t> unit; // by rank
  bool exact = true;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_MEMORYUNITS_H
