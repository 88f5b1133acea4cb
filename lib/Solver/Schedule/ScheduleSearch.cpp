//===- ScheduleSearch.cpp - Good schedules, without a proof ---------------===//

#include "ScheduleSearch.h"

#include <algorithm>

using namespace hocket;

bool ScheduleIncumbent::offer(const std::vector<int64_t> &starts) {
  int64_t value = scheduleValue(problem, starts);
  if (value >= bestValue)
    return false;
  bestValue = value;
  bestStarts = starts;
  report();
  return true;
}

void ScheduleIncumbent::raiseBound(int64_t bound) {
  if (bound <= lowerBound)
    return;
  lowerBound = bound;
  report();
}

void ScheduleIncumbent::report() const {
  tellProgress(options, budget, has() ? std::optional(bestValue) : std::nullopt,
               lowerBound);
}

std::vector<int64_t> hocket::startLate(const ScheduleProblem &problem,
                                       const std::vector<int64_t> &starts) {
  // Latest starts under the ends that the ranks have: earliest starts of the
  // reversed problem, with the ends of ranks as their releases.
  ScheduleGraph graph(problem);
  TaskOrder order = ordersByTime(problem, starts);
  std::vector<uint32_t> byStart(starts.size());
  for (uint32_t task = 0; task < starts.size(); ++task)
    byStart[task] = task;
  std::stable_sort(byStart.begin(), byStart.end(), [&](uint32_t a, uint32_t b) {
    return starts[a] < starts[b];
  });
  size_t blocks = problem.blocks.size();
  std::vector<int64_t> bound(problem.ranks, 0); // end of what comes next
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    for (uint32_t task : order[rank])
      bound[rank] = std::max(bound[rank],
                             starts[task] + problem.blocks[task % blocks].time);
  std::vector<int64_t> late(starts.size());
  for (size_t i = byStart.size(); i-- > 0;) {
    uint32_t task = byStart[i], block = uint32_t(task % blocks);
    int64_t end = ScheduleProblem::kUnlimited;
    for (uint32_t device : problem.blocks[block].devices)
      end = std::min(end, bound[device]);
    for (const ScheduleProblem::Dependency &user : graph.after[block])
      end = std::min(end, late[task - block + user.block] - user.lag);
    late[task] = end - problem.blocks[block].time;
    for (uint32_t device : problem.blocks[block].devices)
      bound[device] = late[task];
  }
  int64_t first =
      late.empty() ? 0 : *std::min_element(late.begin(), late.end());
  for (int64_t &start : late)
    start -= first;
  return late;
}

ScheduleSearch::ScheduleSearch(const ScheduleProblem &problem, uint64_t seed,
                               ScheduleIncumbent &incumbent)
    : problem(problem), reversed(mirror(problem)), graph(problem),
      forward(problem), backward(reversed), random(seed), incumbent(incumbent),
      load(graph.largestLoad()) {}

bool ScheduleSearch::accept(const std::vector<int64_t> &starts) {
  if (problem.objective == ScheduleProblem::Objective::Span)
    return incumbent.offer(startLate(problem, starts));
  return incumbent.offer(starts);
}

void ScheduleSearch::tryOrder(const TaskOrder &order, Budget &budget) {
  std::vector<int64_t> starts = startTimes(problem, order);
  if (starts.empty() || !fitsMemory(problem, order))
    return;
  accept(starts);
  accept(justify(starts, budget));
}

/// From one direction of time to the other; its own inverse.
std::vector<int64_t>
ScheduleSearch::mirrored(const std::vector<int64_t> &starts) const {
  size_t blocks = problem.blocks.size();
  int64_t end = 0;
  for (size_t task = 0; task < starts.size(); ++task)
    end = std::max(end, starts[task] + problem.blocks[task % blocks].time);
  std::vector<int64_t> result(starts.size());
  for (size_t task = 0; task < starts.size(); ++task) {
    size_t block = task % blocks, i = task / blocks;
    size_t other = (problem.microbatches - 1 - i) * blocks + block;
    result[other] = end - starts[task] - problem.blocks[block].time;
  }
  return result;
}

std::vector<int64_t> ScheduleSearch::justify(std::vector<int64_t> starts,
                                             Budget &budget) {
  int64_t value = scheduleValue(problem, starts);
  constexpr int maxRounds = 20;
  for (int round = 0; round < maxRounds && !incumbent.isOptimal(); ++round) {
    std::vector<int64_t> best = starts;
    for (ListScheduler *direction : {&backward, &forward}) {
      std::vector<int64_t> from = mirrored(starts);
      ListScheduler::Policy policy;
      policy.priority.assign(from.begin(), from.end());
      std::vector<int64_t> next = direction->run(policy, budget);
      if (next.empty())
        return best;
      starts = std::move(next);
    }
    accept(starts);
    int64_t improved = scheduleValue(problem, starts);
    if (improved >= value)
      return best;
    value = improved;
  }
  return starts;
}

void ScheduleSearch::tryPriorities(const std::vector<double> &priority,
                                   double patience, Budget &budget,
                                   int64_t idleAllowance) {
  ListScheduler::Policy policy{priority, patience, idleAllowance};
  std::vector<int64_t> starts = forward.run(policy, budget);
  if (starts.empty())
    return;
  accept(starts);
  justify(std::move(starts), budget);
}

void ScheduleSearch::run(Budget &budget) {
  size_t blocks = problem.blocks.size();
  auto periodic = [&](const std::vector<double> &offset, double period) {
    std::vector<double> priority(problem.taskCount());
    for (size_t task = 0; task < priority.size(); ++task)
      priority[task] = double(task / blocks) * period + offset[task % blocks];
    return priority;
  };
  std::vector<double> byHead(graph.head.begin(), graph.head.end());
  std::vector<double> byTail(blocks);
  for (size_t block = 0; block < blocks; ++block)
    byTail[block] = -double(graph.tail[block]);
  // What is deepest in the microbatch first, but what nothing waits for last:
  // weight gradients fill gaps.
  std::vector<double> leavesLast(blocks);
  double depth = double(graph.criticalPath(problem));
  for (size_t block = 0; block < blocks; ++block)
    leavesLast[block] = graph.after[block].empty()
                            ? 2 * depth * problem.microbatches
                            : -double(graph.head[block]);
  // What the busiest rank may idle if the bound can be reached.
  int64_t allowance = std::max<int64_t>(
      0, incumbent.bound() - load * int64_t(problem.microbatches));
  for (auto [patience, idle] : {std::pair<double, int64_t>{0, 0},
                                {0, allowance},
                                {1, 0},
                                {1, allowance},
                                {4, 0},
                                {16, 0}}) {
    for (const std::vector<double> &offset : {byHead, byTail, leavesLast})
      for (double factor : {1.0, 0.5, 0.0})
        tryPriorities(periodic(offset, double(load) * factor), patience, budget,
                      idle);
    if (incumbent.isOptimal() || budget.exhausted())
      return;
  }
  if (!incumbent.has())
    return;
  std::uniform_real_distribution<double> uniform(0, 1);
  while (!incumbent.isOptimal() && !budget.exhausted()) {
    // The best again, with its tasks shaken by up to a few of their times.
    double shake = double(load) * std::pow(10.0, -2 + 2.5 * uniform(random));
    double bias = shake * (uniform(random) - 0.5);
    std::vector<double> priority(problem.taskCount());
    std::vector<double> ofBlock(blocks);
    for (double &offset : ofBlock)
      offset = uniform(random) < 0.3 ? bias * uniform(random) : 0;
    const std::vector<int64_t> &starts = incumbent.starts();
    double rate = uniform(random);
    for (size_t task = 0; task < priority.size(); ++task)
      priority[task] =
          double(starts[task]) + ofBlock[task % blocks] +
          (uniform(random) < rate ? shake * (uniform(random) - 0.5) : 0);
    tryPriorities(priority, std::pow(2.0, 6 * uniform(random) - 2), budget,
                  random() & 1 ? allowance : 0);
  }
}
