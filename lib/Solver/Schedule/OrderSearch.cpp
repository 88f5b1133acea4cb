//===- OrderSearch.cpp - Local search over the orders of ranks ------------===//

#include "OrderSearch.h"

#include <algorithm>
#include <cmath>

using namespace hocket;

OrderSearch::OrderSearch(const ScheduleProblem &problem, uint64_t seed,
                         ScheduleIncumbent &incumbent)
    : problem(problem), graph(problem),
      blockCount(uint32_t(problem.blocks.size())), random(seed),
      incumbent(incumbent), precedes(graph), load(graph.largestLoad()) {
  for (const ScheduleProblem::Block &block : problem.blocks) {
    firstSlot.push_back(slotsPerMicrobatch);
    slotsPerMicrobatch += uint32_t(block.devices.size());
  }
  positions.resize(size_t(slotsPerMicrobatch) * problem.microbatches);
  missingAtFirst.resize(problem.taskCount());
  for (size_t task = 0; task < missingAtFirst.size(); ++task) {
    uint32_t block = uint32_t(task % blockCount);
    missingAtFirst[task] = uint32_t(graph.before[block].size() +
                                    problem.blocks[block].devices.size());
  }
}

bool OrderSearch::evaluate() {
  missing = missingAtFirst;
  starts.assign(problem.taskCount(), 0);
  queue.clear();
  // A task waits for its place on each of its ranks: the first of a rank has it
  // from the beginning.
  std::vector<size_t> &place = rankPlace;
  place.assign(problem.ranks, 0);
  auto arrive = [&](uint32_t task, int64_t time) {
    starts[task] = std::max(starts[task], time);
    if (--missing[task] == 0)
      queue.push_back(task);
  };
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    if (!order[rank].empty())
      arrive(order[rank][0], 0);
  for (size_t i = 0; i < queue.size(); ++i) {
    uint32_t task = queue[i], block = task % blockCount;
    int64_t end = starts[task] + problem.blocks[block].time;
    for (const ScheduleProblem::Dependency &user : graph.after[block])
      arrive(task - block + user.block, end + user.lag);
    for (uint32_t device : problem.blocks[block].devices)
      if (++place[device] < order[device].size())
        arrive(order[device][place[device]], end);
  }
  return queue.size() == problem.taskCount();
}

/// The value, and a little of what all ranks together idle: a slope where the
/// value alone is flat.
double OrderSearch::cost() {
  constexpr double weight = 0.5;
  bool isSpan = problem.objective == ScheduleProblem::Objective::Span;
  int64_t longest = 0;
  double sum = 0;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (order[rank].empty())
      continue;
    uint32_t last = order[rank].back();
    int64_t end = starts[last] + problem.blocks[last % blockCount].time;
    if (isSpan)
      end -= starts[order[rank].front()];
    if (end > longest) {
      longest = end;
      slowest = rank;
    }
    sum += double(end);
  }
  value = longest;
  return double(longest) + weight * sum / problem.ranks;
}

void OrderSearch::traceCriticalPath() {
  critical.clear();
  isTraced = true;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    for (size_t i = 0; i < order[rank].size(); ++i) {
      uint32_t task = order[rank][i];
      const std::vector<uint32_t> &devices =
          problem.blocks[task % blockCount].devices;
      size_t k = size_t(std::find(devices.begin(), devices.end(), rank) -
                        devices.begin());
      positions[slot(task, k)] = uint32_t(i);
    }
  uint32_t task = order[slowest].back();
  for (bool goesOn = true; goesOn && starts[task] > 0;) {
    goesOn = false;
    uint32_t block = task % blockCount;
    const std::vector<uint32_t> &devices = problem.blocks[block].devices;
    for (size_t k = 0; k < devices.size() && !goesOn; ++k) {
      uint32_t position = positions[slot(task, k)];
      if (position == 0)
        continue;
      uint32_t previous = order[devices[k]][position - 1];
      if (starts[previous] + problem.blocks[previous % blockCount].time !=
          starts[task])
        continue;
      critical.push_back({devices[k], position});
      task = previous;
      goesOn = true;
    }
    for (const ScheduleProblem::Dependency &need : graph.before[block]) {
      if (goesOn)
        break;
      uint32_t previous = task - block + need.block;
      if (starts[previous] + problem.blocks[need.block].time + need.lag ==
          starts[task]) {
        task = previous;
        goesOn = true;
      }
    }
  }
}

std::optional<OrderSearch::Move> OrderSearch::drawMove() {
  Move move;
  if (!isTraced)
    traceCriticalPath();
  if (!critical.empty() && random() % 100 < 75) {
    const Pair &pair = critical[random() % critical.size()];
    size_t distance = 1;
    while (distance < 12 && random() % 100 < 50)
      ++distance;
    move.device = pair.device;
    if (random() & 1) {
      move.from = pair.second;
      if (pair.second < distance)
        return std::nullopt;
      move.to = pair.second - distance;
    } else {
      move.from = pair.second - 1;
      move.to = move.from + distance;
      if (move.to >= order[pair.device].size())
        return std::nullopt;
    }
    return move;
  }
  move.device = uint32_t(random() % problem.ranks);
  const std::vector<uint32_t> &tasks = order[move.device];
  if (tasks.size() < 2)
    return std::nullopt;
  move.from = random() % tasks.size();
  size_t distance = 1;
  while (distance < 12 && random() % 100 < 60)
    ++distance;
  if (random() & 1) {
    if (move.from < distance)
      return std::nullopt;
    move.to = move.from - distance;
  } else {
    move.to = move.from + distance;
    if (move.to >= tasks.size())
      return std::nullopt;
  }
  return move;
}

bool OrderSearch::isLegal(const Move &move) const {
  const std::vector<uint32_t> &tasks = order[move.device];
  uint32_t task = tasks[move.from], block = task % blockCount,
           microbatch = task / blockCount;
  bool isEarlier = move.to < move.from;
  size_t low = std::min(move.from, move.to),
         high = std::max(move.from, move.to);
  for (size_t i = low; i <= high; ++i) {
    if (i == move.from)
      continue;
    uint32_t other = tasks[i] % blockCount;
    if (other == block)
      return false;
    if (tasks[i] / blockCount == microbatch &&
        (isEarlier ? precedes(other, block) : precedes(block, other)))
      return false;
  }
  return true;
}

void OrderSearch::apply(const Move &move) {
  auto begin = order[move.device].begin();
  if (move.to < move.from)
    std::rotate(begin + ptrdiff_t(move.to), begin + ptrdiff_t(move.from),
                begin + ptrdiff_t(move.from) + 1);
  else
    std::rotate(begin + ptrdiff_t(move.from), begin + ptrdiff_t(move.from) + 1,
                begin + ptrdiff_t(move.to) + 1);
}

bool OrderSearch::fits(uint32_t device) const {
  int64_t capacity = problem.capacity[device];
  if (capacity == ScheduleProblem::kUnlimited)
    return true;
  int64_t held = 0;
  for (uint32_t task : order[device]) {
    held += problem.blocks[task % blockCount].memory;
    if (held > capacity)
      return false;
  }
  return true;
}

void OrderSearch::run(const std::vector<int64_t> &from, Budget &budget) {
  order = ordersByTime(problem, from);
  if (!evaluate())
    return;
  double current = cost();
  isTraced = false;
  // Each run starts hotter than the one before, up to a third of a microbatch,
  // then over again.
  constexpr int levels = 6;
  double cold = 0.001 * double(load);
  double hot = 0.3 * double(load) * std::pow(0.3, levels - 1 - runs % levels);
  ++runs;
  std::uniform_real_distribution<double> uniform(0, 1);
  int64_t tasks = int64_t(problem.taskCount());
  // Cools down over a number of steps that suits the size; the caller runs it
  // again while there is budget.
  int64_t steps = std::max<int64_t>(20'000, tasks * 100);
  for (int64_t step = 0; step < steps; ++step) {
    if (incumbent.isOptimal() || budget.exhausted())
      return;
    double temperature =
        hot * std::pow(cold / hot, double(step) / double(steps));
    std::optional<Move> move = drawMove();
    if (!move || !isLegal(*move)) {
      budget.spend(2);
      continue;
    }
    apply(*move);
    Move undo{move->device, move->to, move->from};
    budget.spend(10);
    if (!fits(move->device)) {
      apply(undo);
      continue;
    }
    budget.spend(tasks);
    uint32_t slowestBefore = slowest;
    bool runs = evaluate();
    double next = runs ? cost() : 0;
    if (!runs ||
        (next > current &&
         uniform(random) >= std::exp((current - next) / temperature))) {
      apply(undo);
      slowest = slowestBefore;
      continue;
    }
    current = next;
    isTraced = false;
    if (value < incumbent.value())
      incumbent.offer(problem.objective == ScheduleProblem::Objective::Span
                          ? startLate(problem, starts)
                          : starts);
  }
}
