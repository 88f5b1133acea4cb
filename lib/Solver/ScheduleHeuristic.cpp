//===- ScheduleHeuristic.cpp - Schedules without an engine ----------------===//

#include "OrderSearch.h"
#include "ScheduleSearch.h"

#include <algorithm>

using namespace hocket;

namespace {

class HeuristicSchedule : public ScheduleScheduler {
public:
  ScheduleSolution solve(const ScheduleProblem &problem,
                         const std::vector<TaskOrder> &known,
                         const SolverOptions &options) const override {
    Budget budget(options);
    ScheduleIncumbent incumbent(problem, options, budget);
    incumbent.raiseBound(scheduleLowerBound(problem));
    ScheduleSearch search(problem, options.seed, incumbent);
    for (const TaskOrder &order : known)
      search.tryOrder(order, budget);
    {
      Budget part(budget, 0.3);
      search.run(part);
    }
    OrderSearch orders(problem, options.seed + 1, incumbent);
    while (incumbent.has() && !incumbent.isOptimal() && !budget.exhausted())
      orders.run(incumbent.starts(), budget);
    ScheduleSolution solution;
    solution.starts = incumbent.starts();
    solution.lowerBound = incumbent.bound();
    if (incumbent.has()) {
      solution.value = incumbent.value();
      solution.status = incumbent.isOptimal() ? SolutionStatus::Optimal
                                              : SolutionStatus::Feasible;
    }
    solution.seconds = budget.seconds();
    return solution;
  }
};

} // namespace

std::unique_ptr<ScheduleScheduler> hocket::createHeuristicSchedule() {
  return std::make_unique<HeuristicSchedule>();
}
std::unique_ptr<ScheduleScheduler> hocket::createAutoSchedule() {
  return std::make_unique<HeuristicSchedule>();
}
std::unique_ptr<ScheduleScheduler> hocket::createExactSchedule() {
  return std::make_unique<HeuristicSchedule>();
}
