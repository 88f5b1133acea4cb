//===- AutoSchedule.cpp - The schedulers of the schedule problem ----------===//

#include "ExactSchedule.h"
#include "OrderSearch.h"
#include "Repetend.h"
#include "ScheduleSearch.h"

#include <algorithm>

using namespace hocket;

namespace {

using Problem = ScheduleProblem;
using Objective = ScheduleProblem::Objective;

/// One run of a scheduler.
class Run {
public:
  Run(const Problem &problem, const SolverOptions &options)
      : problem(problem), options(options), budget(options),
        incumbent(problem, options, budget) {}

  /// Says which rank has too little memory for any schedule, if one has.
  bool refuse() {
    std::vector<int64_t> needed = neededCapacity(problem);
    for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
      if (needed[rank] <= problem.capacity[rank])
        continue;
      solution.status = SolutionStatus::Infeasible;
      solution.smallestCapacity = std::move(needed);
      solution.seconds = budget.seconds();
      return true;
    }
    return false;
  }

  void searchHeuristically(const std::vector<TaskOrder> &known, double share) {
    Budget part(budget, share);
    ScheduleSearch search(problem, options.seed, incumbent);
    for (const TaskOrder &order : known)
      search.tryOrder(order, part);
    if (!repetend.empty())
      search.tryPriorities(unrolled(), 1, part);
    {
      Budget lists(part, 0.3);
      search.run(lists);
    }
    OrderSearch orders(problem, options.seed + 1, incumbent);
    while (incumbent.has() && !incumbent.isOptimal() && !part.exhausted())
      orders.run(incumbent.starts(), part);
  }

  /// Decision queries between the bound and the best value, from the bound up.
  void searchExactly(double share) {
    Budget part(budget, share);
    int64_t unit = ExactSchedule::granularity(problem);
    ScheduleGraph graph(problem);
    int64_t horizon = incumbent.has()
                          ? incumbent.value()
                          : graph.criticalPath(problem) * problem.microbatches;
    if (problem.objective == Objective::Span)
      horizon += graph.criticalPath(problem);
    ExactSchedule exact(problem, *options.engine, options.seed, horizon);
    auto roundUp = [&](int64_t value) {
      return (value + unit - 1) / unit * unit;
    };
    incumbent.raiseBound(roundUp(incumbent.bound()));
    while (!incumbent.isOptimal() && !part.exhausted()) {
      Answer answer = exact.find(incumbent.bound(), part);
      if (answer == Answer::Yes)
        incumbent.offer(exact.starts());
      else if (answer == Answer::No && incumbent.bound() < horizon)
        incumbent.raiseBound(incumbent.bound() + unit);
      else
        return;
    }
  }

  /// The smallest period, and start times of the microbatches there are.
  void searchPeriod(const std::vector<TaskOrder> &known) {
    ScheduleGraph graph(problem);
    int64_t low = scheduleLowerBound(problem);
    // One microbatch after the other always works.
    int64_t high = graph.criticalPath(problem);
    std::vector<int64_t> best = graph.head;
    periodProgress(high, low);
    if (options.engine && sequentialFits()) {
      Repetend search(problem, *options.engine, options.seed);
      int64_t unit = ExactSchedule::granularity(problem);
      low = (low + unit - 1) / unit * unit;
      int64_t next = low;
      Budget part(budget, 0.7);
      while (low < high && !part.exhausted()) {
        Answer answer = search.find(next, search.sufficientLength(next), part);
        if (answer == Answer::Yes) {
          high = next;
          best = search.starts();
        } else if (answer == Answer::No) {
          low = next + unit;
        } else {
          break;
        }
        periodProgress(high, low);
        next = low + (high - low) / unit / 2 * unit;
      }
      if (low <= high)
        shorten(search, high, best);
    }
    solution.value = high;
    solution.lowerBound = std::min(low, high);
    solution.repetend = best;
    repetend = best;
    period = high;
    searchMakespan(known);
  }

  ScheduleSolution finish() {
    solution.seconds = budget.seconds();
    if (problem.objective != Objective::Period) {
      solution.starts = incumbent.starts();
      solution.value = incumbent.has() ? incumbent.value() : 0;
      solution.lowerBound = incumbent.bound();
    }
    if (!solution.starts.empty())
      solution.status = solution.value == solution.lowerBound
                            ? SolutionStatus::Optimal
                            : SolutionStatus::Feasible;
    return std::move(solution);
  }

  /// Where a repetend exists its order is worth a try.
  void findRepetend() {
    ScheduleGraph graph(problem);
    Problem periodic = problem;
    periodic.objective = Objective::Period;
    int64_t low = scheduleLowerBound(periodic);
    Repetend search(problem, *options.engine, options.seed);
    Budget part(budget, 0.2);
    if (search.find(low, search.sufficientLength(low), part) != Answer::Yes)
      return;
    repetend = search.starts();
    period = low;
    shorten(search, low, repetend);
  }

  const Problem &problem;
  const SolverOptions &options;
  Budget budget;
  ScheduleIncumbent incumbent;
  ScheduleSolution solution;

private:
  /// Among the repetends of a period, the shorter ones fill and empty the
  /// pipeline faster.
  void shorten(Repetend &search, int64_t wanted, std::vector<int64_t> &best) {
    ScheduleGraph graph(problem);
    auto lengthOf = [&](const std::vector<int64_t> &starts) {
      int64_t length = 0;
      for (size_t block = 0; block < starts.size(); ++block)
        length = std::max(length, starts[block] + problem.blocks[block].time);
      return length;
    };
    int64_t unit = ExactSchedule::granularity(problem);
    int64_t low = graph.criticalPath(problem), high = lengthOf(best);
    Budget part(budget, 0.05);
    while (low < high && !part.exhausted()) {
      int64_t middle = low + (high - low) / unit / 2 * unit;
      Answer answer = search.find(wanted, middle, part);
      if (answer == Answer::Yes) {
        best = search.starts();
        high = lengthOf(best);
      } else if (answer == Answer::No) {
        low = middle + unit;
      } else {
        return;
      }
    }
  }

  bool sequentialFits() const { return true; }

  std::vector<double> unrolled() const {
    std::vector<double> priority(problem.taskCount());
    for (size_t task = 0; task < priority.size(); ++task)
      priority[task] = double(task / repetend.size()) * double(period) +
                       double(repetend[task % repetend.size()]);
    return priority;
  }

  void periodProgress(int64_t value, int64_t bound) const {
    if (!options.onProgress)
      return;
    Progress progress;
    progress.seconds = budget.seconds();
    progress.value = value;
    progress.lowerBound = std::min(bound, value);
    options.onProgress(progress);
  }

  /// The start times of a period's solution have a short makespan.
  void searchMakespan(const std::vector<TaskOrder> &known) {
    std::vector<int64_t> starts(problem.taskCount());
    for (size_t task = 0; task < starts.size(); ++task)
      starts[task] = int64_t(task / repetend.size()) * period +
                     repetend[task % repetend.size()];
    Problem finite = problem;
    finite.objective = Objective::Makespan;
    SolverOptions quiet = options;
    quiet.onProgress = nullptr;
    ScheduleIncumbent best(finite, quiet, budget);
    best.raiseBound(scheduleLowerBound(finite));
    best.offer(starts);
    ScheduleSearch search(finite, options.seed, best);
    search.tryOrder(ordersByTime(finite, starts), budget);
    for (const TaskOrder &order : known)
      search.tryOrder(order, budget);
    search.tryPriorities(std::vector<double>(starts.begin(), starts.end()), 1,
                         budget);
    // The makespan comes second: the search for it goes on for a while only.
    Budget part(budget, 0.05);
    search.run(part);
    OrderSearch orders(finite, options.seed + 1, best);
    constexpr int rounds = 12;
    for (int i = 0; i < rounds && !best.isOptimal() && !budget.exhausted(); ++i)
      orders.run(best.starts(), budget);
    solution.starts = best.starts();
  }

  std::vector<int64_t> repetend;
  int64_t period = 0;
};

class HeuristicSchedule : public ScheduleScheduler {
public:
  ScheduleSolution solve(const Problem &problem,
                         const std::vector<TaskOrder> &known,
                         const SolverOptions &options) const override {
    Run run(problem, options);
    if (run.refuse())
      return run.finish();
    if (problem.objective == Objective::Period) {
      SolverOptions alone = options;
      alone.engine = nullptr;
      Run withoutEngine(problem, alone);
      withoutEngine.searchPeriod(known);
      return withoutEngine.finish();
    }
    run.incumbent.raiseBound(scheduleLowerBound(problem));
    run.searchHeuristically(known, 1);
    return run.finish();
  }
};

class ExactOnly : public ScheduleScheduler {
public:
  ScheduleSolution solve(const Problem &problem, const std::vector<TaskOrder> &,
                         const SolverOptions &options) const override {
    Run run(problem, options);
    if (run.refuse() || !options.engine)
      return run.finish();
    if (problem.objective == Objective::Period) {
      run.searchPeriod({});
      return run.finish();
    }
    run.incumbent.raiseBound(scheduleLowerBound(problem));
    run.searchExactly(1);
    return run.finish();
  }
};

/// Beyond so many Booleans a query takes longer than anybody waits.
constexpr size_t kExactSize = 60'000;
/// Nor is the repetend of a larger microbatch found in time.
constexpr size_t kRepetendBlocks = 128;

class AutoSchedule : public ScheduleScheduler {
public:
  ScheduleSolution solve(const Problem &problem,
                         const std::vector<TaskOrder> &known,
                         const SolverOptions &options) const override {
    Run run(problem, options);
    if (run.refuse())
      return run.finish();
    if (problem.objective == Objective::Period) {
      run.searchPeriod(known);
      return run.finish();
    }
    run.incumbent.raiseBound(scheduleLowerBound(problem));
    bool asks = options.engine && ExactSchedule::size(problem) <= kExactSize;
    // In turn, for as long as the bound has not been reached.
    run.searchHeuristically(known, asks ? 0.1 : 0.4);
    if (asks && !run.incumbent.isOptimal())
      run.searchExactly(0.3);
    if (options.engine && !run.incumbent.isOptimal() &&
        problem.blocks.size() <= kRepetendBlocks)
      run.findRepetend();
    if (!run.incumbent.isOptimal())
      run.searchHeuristically({}, asks ? 0.5 : 1);
    if (asks && !run.incumbent.isOptimal())
      run.searchExactly(1);
    return run.finish();
  }
};

} // namespace

std::unique_ptr<ScheduleScheduler> hocket::createHeuristicSchedule() {
  return std::make_unique<HeuristicSchedule>();
}
std::unique_ptr<ScheduleScheduler> hocket::createExactSchedule() {
  return std::make_unique<ExactOnly>();
}
std::unique_ptr<ScheduleScheduler> hocket::createAutoSchedule() {
  return std::make_unique<AutoSchedule>();
}
