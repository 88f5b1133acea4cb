//===- ScheduleSchedulers.cpp - The schedulers of the schedule problem ----===//

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
      : problem(problem), options(options), budget(options), graph(problem),
        incumbent(problem, options, budget) {}

  /// Says which rank has too little memory for any schedule, if one has.
  bool refuse() {
    if (std::all_of(problem.capacity.begin(), problem.capacity.end(),
                    [](int64_t c) { return c == Problem::kUnlimited; }))
      return false;
    BlockPrecedence precedes(graph);
    std::vector<int64_t> needed;
    bool fits = true;
    for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
      needed.push_back(microbatchMemory(problem, graph, precedes, rank).peak);
      fits &= needed[rank] <= problem.capacity[rank];
    }
    if (fits)
      return false;
    solution.status = SolutionStatus::Infeasible;
    solution.smallestCapacity = std::move(needed);
    return true;
  }

  /// What is proven without a search.
  void bound() {
    Budget part(budget, 0.25);
    incumbent.raiseBound(scheduleLowerBound(problem, part));
  }

  void searchHeuristically(const std::vector<TaskOrder> &known, double share) {
    Budget part(budget, share);
    ScheduleSearch search(problem, options.seed, incumbent);
    for (const TaskOrder &order : known) {
      // Orders that are there are worth their short time in any case.
      constexpr size_t many = 10'000;
      if (incumbent.isOptimal() ||
          (incumbent.has() && part.exhausted() && problem.taskCount() > many))
        break;
      search.tryOrder(order, part);
    }
    if (!incumbent.has())
      offerOneByOne();
    if (!repetend.empty()) {
      std::vector<int64_t> starts = unrolled();
      search.tryPriorities({starts.begin(), starts.end()}, 1, part);
    }
    {
      Budget lists(part, 0.3);
      search.run(lists);
    }
    if (!incumbent.has() || incumbent.isOptimal() || part.exhausted())
      return;
    OrderSearch orders(problem, options.seed + 1, incumbent);
    while (!incumbent.isOptimal() && !part.exhausted())
      orders.run(incumbent.starts(), part);
  }

  /// Decision queries at the bound, then halfway between it and the best value.
  void searchExactly(double share) {
    Budget part(budget, share);
    int64_t unit = ExactSchedule::granularity(problem);
    int64_t horizon = sequentialLength(problem);
    if (incumbent.has() && problem.objective == Objective::Makespan)
      horizon = incumbent.value();
    ExactSchedule exact(problem, *options.engine, options.seed, horizon, part);
    if (!incumbent.has()) {
      Answer any = exact.find(horizon, part);
      if (any == Answer::Yes)
        incumbent.offer(exact.starts());
      else if (any == Answer::No)
        solution.status = SolutionStatus::Infeasible;
      if (any != Answer::Yes)
        return;
    }
    auto roundUp = [&](int64_t value) {
      return (value + unit - 1) / unit * unit;
    };
    incumbent.raiseBound(roundUp(incumbent.bound()));
    int64_t next = incumbent.bound();
    while (!incumbent.isOptimal() && !part.exhausted()) {
      Answer answer = exact.find(next, part);
      if (answer == Answer::Unknown)
        return;
      if (answer == Answer::Yes)
        incumbent.offer(exact.starts());
      else
        incumbent.raiseBound(next + unit);
      next = incumbent.bound() +
             (incumbent.value() - incumbent.bound()) / unit / 2 * unit;
    }
  }

  /// The smallest period, and start times of the microbatches there are. A
  /// larger period than one that is possible is possible, too.
  void searchPeriod(const std::vector<TaskOrder> &known) {
    int64_t low = scheduleLowerBound(problem);
    int64_t high = sequentialLength(problem) / problem.microbatches;
    if (repeatOneByOne())
      high = period;
    periodProgress(low);
    if (options.engine) {
      Repetend search(problem, *options.engine, options.seed);
      // Most periods are multiples of what all times are multiples of, but not
      // all: a cycle through several microbatches takes a part of its length.
      int64_t unit = ExactSchedule::granularity(problem);
      int64_t next = (low + unit - 1) / unit * unit;
      if (next > high)
        next = low;
      Budget part(budget, 0.7);
      while ((low < high || repetend.empty()) && !part.exhausted()) {
        Answer answer = search.find(next, search.usualLength(next), part);
        if (answer == Answer::No)
          answer = search.findOfAnyLength(next, part);
        if (answer == Answer::Yes) {
          high = period = next;
          repetend = search.starts();
        } else if (answer == Answer::No) {
          low = next + 1;
        } else {
          break;
        }
        periodProgress(low);
        if (low > high)
          break;
        next = low + (high - low) / 2;
        if (int64_t multiple = next / unit * unit; multiple >= low)
          next = multiple;
      }
      if (!repetend.empty())
        shorten(search, period, repetend);
    }
    solution.lowerBound = low;
    if (repetend.empty())
      return;
    solution.repetend = repetend;
    solution.value = period;
    solution.lowerBound = std::min(low, period);
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

  /// Where a repetend without idle time exists its order is worth a try.
  void findRepetend() {
    int64_t low = graph.largestLoad();
    Repetend search(problem, *options.engine, options.seed);
    Budget part(budget, 0.2);
    if (search.find(low, search.usualLength(low), part) != Answer::Yes)
      return;
    repetend = search.starts();
    period = low;
    shorten(search, low, repetend);
  }

  const Problem &problem;
  const SolverOptions &options;
  Budget budget;
  ScheduleGraph graph;
  ScheduleIncumbent incumbent;

private:
  /// Among the repetends of a period, the shorter ones fill and empty the
  /// pipeline faster.
  void shorten(Repetend &search, int64_t wanted, std::vector<int64_t> &best) {
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

  /// One microbatch after the other has ended: the repetend that needs no
  /// search, if list scheduling finds an order of one microbatch that fits.
  bool repeatOneByOne() {
    Problem one = problem;
    one.microbatches = 1;
    ListScheduler::Policy policy;
    policy.priority.assign(graph.head.begin(), graph.head.end());
    repetend = ListScheduler(one).run(policy, budget);
    one.objective = Objective::Makespan;
    period = repetend.empty() ? 0 : scheduleValue(one, repetend);
    return !repetend.empty();
  }

  /// One microbatch after the other, its blocks in topological order: no good
  /// solution, but one, however soon the budget ends.
  void offerOneByOne() {
    TaskOrder order(problem.ranks);
    std::vector<int64_t> starts(problem.taskCount());
    int64_t now = 0;
    for (uint32_t i = 0; i < problem.microbatches; ++i)
      for (uint32_t block : graph.topological) {
        auto task = uint32_t(problem.task(i, block));
        for (const ScheduleGraph::Dependency &need : graph.before[block])
          now = std::max(now, starts[problem.task(i, need.block)] +
                                  problem.blocks[need.block].time + need.lag);
        starts[task] = now;
        now += problem.blocks[block].time;
        for (uint32_t device : problem.blocks[block].devices)
          order[device].push_back(task);
      }
    if (fitsMemory(problem, order))
      incumbent.offer(starts);
  }

  /// Start times of all microbatches, each a period after the one before.
  std::vector<int64_t> unrolled() const {
    std::vector<int64_t> starts(problem.taskCount());
    for (size_t task = 0; task < starts.size(); ++task)
      starts[task] = int64_t(task / repetend.size()) * period +
                     repetend[task % repetend.size()];
    return starts;
  }

  void periodProgress(int64_t bound) const {
    std::optional<int64_t> value;
    if (!repetend.empty())
      value = period;
    tellProgress(options, budget, value,
                 value ? std::min(bound, *value) : bound);
  }

  /// The start times of a period's solution have a short makespan.
  void searchMakespan(const std::vector<TaskOrder> &known) {
    std::vector<int64_t> starts = unrolled();
    Problem finite = problem;
    finite.objective = Objective::Makespan;
    SolverOptions quiet = options;
    quiet.onProgress = nullptr;
    ScheduleIncumbent best(finite, quiet, budget);
    {
      Budget part(budget, 0.25);
      best.raiseBound(scheduleLowerBound(finite, part));
    }
    best.offer(starts);
    ScheduleSearch search(finite, options.seed, best);
    search.tryOrder(ordersByTime(finite, starts), budget);
    for (const TaskOrder &order : known)
      search.tryOrder(order, budget);
    search.tryPriorities({starts.begin(), starts.end()}, 1, budget);
    // The makespan comes second: the search for it goes on for a while only.
    Budget part(budget, 0.05);
    search.run(part);
    OrderSearch orders(finite, options.seed + 1, best);
    constexpr int rounds = 12;
    for (int i = 0; i < rounds && !best.isOptimal() && !budget.exhausted(); ++i)
      orders.run(best.starts(), budget);
    solution.starts = best.starts();
  }

  ScheduleSolution solution;
  std::vector<int64_t> repetend; // of one microbatch, every `period`
  int64_t period = 0;
};

class HeuristicSchedule : public ScheduleScheduler {
public:
  ScheduleSolution solve(const Problem &problem,
                         const std::vector<TaskOrder> &known,
                         const SolverOptions &options) const override {
    SolverOptions alone = options;
    alone.engine = nullptr;
    Run run(problem, alone);
    if (run.refuse())
      return run.finish();
    if (problem.objective == Objective::Period) {
      run.searchPeriod(known);
      return run.finish();
    }
    run.bound();
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
    run.bound();
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
    run.bound();
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
