//===- BestFit.h - Best fit in several orders -------------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_BESTFIT_H
#define HOCKET_LIB_SOLVER_MEMORY_BESTFIT_H

#include "hocket/Solver/Memory.h"

#include <cstdint>
#include <vector>

namespace hocket {

struct BestFitPacking {
  std::vector<int64_t> offsets;
  int64_t end = 0;
};

/// The smallest arena of several orders; stops at one of `goal` bytes. Sizes
/// are multiples of the alignment. `work` is reduced by the comparisons made;
/// orders but the first end when it is used up.
BestFitPacking packByBestFit(const std::vector<MemoryProblem::Buffer> &buffers,
                             int64_t goal, int64_t &work);

/// The largest sum of sizes that are alive at one moment.
int64_t largestLiveSum(const std::vector<MemoryProblem::Buffer> &buffers);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_BESTFIT_H
