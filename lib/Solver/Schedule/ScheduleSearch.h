//===- ScheduleSearch.h - Good schedules, without a proof -------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULESEARCH_H
#define HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULESEARCH_H

#include "ListScheduler.h"
#include "ScheduleGraph.h"

#include <cmath>
#include <random>

namespace hocket {

/// Keeps the best schedule so far and tells others about it.
class ScheduleIncumbent {
public:
  ScheduleIncumbent(const ScheduleProblem &problem,
                    const SolverOptions &options, const Budget &budget)
      : problem(problem), options(options), budget(budget) {}

  /// Takes start times that respect everything; returns whether they are
  /// better.
  bool offer(const std::vector<int64_t> &starts);
  void raiseBound(int64_t bound);
  bool has() const { return !bestStarts.empty(); }
  bool isOptimal() const { return has() && bestValue <= lowerBound; }
  int64_t value() const { return bestValue; }
  int64_t bound() const { return lowerBound; }
  const std::vector<int64_t> &starts() const { return bestStarts; }

private:
  void report() const;

  const ScheduleProblem &problem;
  const SolverOptions &options;
  const Budget &budget;
  std::vector<int64_t> bestStarts;
  int64_t bestValue = ScheduleProblem::kUnlimited;
  int64_t lowerBound = 0;
};

/// The same orders, with the first tasks of each rank as late as its end
/// admits: what shortens spans.
std::vector<int64_t> startLate(const ScheduleProblem &problem,
                               const std::vector<int64_t> &starts);

/// List scheduling with many priorities, each result justified from both ends
/// in turn (forward-backward improvement, Li and Willis 1992).
class ScheduleSearch {
public:
  ScheduleSearch(const ScheduleProblem &problem, uint64_t seed,
                 ScheduleIncumbent &incumbent);

  /// Tries an order that somebody knows; it is ignored if it breaks a rule.
  void tryOrder(const TaskOrder &order, Budget &budget);
  /// A schedule from priorities, and what justification makes of it.
  void tryPriorities(const std::vector<double> &priority, double patience,
                     Budget &budget, int64_t idleAllowance = 0);
  /// Priorities that suit most pipelines, then random changes of the best,
  /// until the budget ends or the bound is reached.
  void run(Budget &budget);

private:
  std::vector<int64_t> justify(std::vector<int64_t> starts, Budget &budget);
  std::vector<int64_t> mirrored(const std::vector<int64_t> &starts) const;
  bool accept(const std::vector<int64_t> &starts);

  const ScheduleProblem &problem;
  ScheduleProblem reversed;
  ScheduleGraph graph;
  ListScheduler forward, backward;
  std::mt19937_64 random;
  ScheduleIncumbent &incumbent;
  int64_t load; // of the busiest rank, per microbatch
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULESEARCH_H
