//===- MemoryUnits.cpp - Memory in numbers that an engine takes -----------===//

#include "MemoryUnits.h"

#include <algorithm>
#include <numeric>

using namespace hocket;

MemoryUnits::MemoryUnits(const ScheduleProblem &problem,
                         const ScheduleGraph &graph, int64_t largestFactor)
    : problem(problem), unit(problem.ranks, 1) {
  constexpr int64_t largestSum = int64_t(1) << 30;
  int64_t limit =
      std::max<int64_t>(1, largestSum / std::max<int64_t>(1, largestFactor));
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    int64_t divisor = 0, largest = 0;
    for (uint32_t block : graph.ofRank[rank]) {
      int64_t memory = problem.blocks[block].memory;
      divisor = std::gcd(divisor, memory);
      largest = std::max(largest, std::abs(memory));
    }
    unit[rank] = std::max<int64_t>(1, divisor);
    if (largest / unit[rank] >= limit) {
      unit[rank] = largest / limit + 1;
      exact = false;
    }
  }
}

int64_t MemoryUnits::memory(uint32_t rank, uint32_t block) const {
  // Division rounds towards zero: less is released, and more has to be taken.
  int64_t memory = problem.blocks[block].memory;
  return memory > 0 ? (memory + unit[rank] - 1) / unit[rank]
                    : memory / unit[rank];
}
