//===- Solution.h - What every scheduler answers ----------------*- C++ -*-===//

#ifndef HOCKET_SOLVER_SOLUTION_H
#define HOCKET_SOLVER_SOLUTION_H

#include <cstdint>

namespace hocket {

/// How much is known about the value of a solution.
enum class SolutionStatus : uint8_t {
  Optimal,    ///< the value equals the proven lower bound
  Feasible,   ///< a solution; a better one may exist
  Infeasible, ///< proven: there is no solution
  Unknown,    ///< neither a solution nor a proof
};
const char *name(SolutionStatus status);

/// The part that the solutions of all problems share.
struct SolutionSummary {
  SolutionStatus status = SolutionStatus::Unknown;
  int64_t value = 0;      // of the objective, which is minimized
  int64_t lowerBound = 0; // proven: no solution has a smaller value
  double seconds = 0;     // spent by the scheduler

  bool hasSolution() const {
    return status == SolutionStatus::Optimal ||
           status == SolutionStatus::Feasible;
  }
};

} // namespace hocket

#endif // HOCKET_SOLVER_SOLUTION_H
