//===- Memory.h - Offsets for buffers with known lifetimes ------*- C++ -*-===//
//
// The problem kind `memory`: give every buffer an offset so that buffers which
// are alive at the same time do not overlap, with the smallest arena.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_MEMORY_H
#define HOCKET_SOLVER_MEMORY_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace hocket {

struct MemoryProblem {
  struct Buffer {
    int64_t lower = 0; // first moment at which it is alive
    int64_t upper = 0; // first moment at which it is not
    int64_t size = 0;  // bytes
  };
  std::vector<Buffer> buffers;
  /// What errors call the buffers; empty, or one for each.
  std::vector<std::string> names;
  /// Every offset is a multiple of it; a power of two.
  int64_t alignment = 1;
  int64_t capacity = std::numeric_limits<int64_t>::max();

  /// Errors: InvalidArgument for an empty lifetime, a negative size or
  /// capacity, an alignment that is not a power of two, and sizes whose sum
  /// does not fit in 62 bits.
  Result<void> check() const;
};

/// `value` is the end of the highest buffer and `lowerBound` the largest sum of
/// the buffers alive at one moment, sizes rounded up to the alignment in both.
/// Empty buffers are at 0 and never conflict. `offsets` is filled for any
/// status but Infeasible: a status of Unknown has an arena that is larger than
/// the capacity.
struct MemorySolution : SolutionSummary {
  std::vector<int64_t> offsets;
};

class MemoryScheduler {
public:
  virtual ~MemoryScheduler() = default;
  /// `problem` has passed check().
  virtual MemorySolution solve(const MemoryProblem &problem) const = 0;
};

/// Best fit in several orders (by start, size, area, length); the smallest
/// arena wins. `workLimit` bounds the number of comparisons, so that results
/// repeat exactly; the first order is always completed.
std::unique_ptr<MemoryScheduler>
createBestFitScheduler(int64_t workLimit = 200'000'000);

/// Best fit first; then, where the arena is larger than it has to be, branch
/// and bound over skylines for each stretch of time that nothing reaches into
/// (lib/Solver/Memory/SkylineSearch.h). With a capacity it ends with the first arena
/// that is not larger, or with a proof that there is none; without one it seeks
/// the smallest. Stretches of more than 8192 buffers are left to best fit.
std::unique_ptr<MemoryScheduler>
createSkylineScheduler(const SolverOptions &options);

/// Whether the offsets solve the problem and the value is theirs. Shares no
/// code with any scheduler. Errors name both buffers.
Result<void> verify(const MemoryProblem &problem,
                    const MemorySolution &solution);

} // namespace hocket

#endif // HOCKET_SOLVER_MEMORY_H
