//===- Repetend.cpp - A body that repeats for every microbatch ------------===//

#include "Repetend.h"

#include <algorithm>
#include <set>

using namespace hocket;

using Problem = ScheduleProblem;

/// In microbatches, between blocks that may follow each other.
static constexpr int64_t kLargestDistance = 1000;

/// Of a literal with its clauses, before it is asked for.
static constexpr int64_t kLiteralWork = 200;

static int64_t floorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

Repetend::Repetend(const Problem &problem, const DecisionEngineFactory &engines,
                   uint64_t seed)
    : problem(problem), graph(problem), engines(engines), seed(seed),
      units(problem, graph, int64_t(problem.blocks.size()) * kLargestDistance) {
  size_t count = problem.blocks.size();
  distance.assign(count * count, -1);
  for (uint32_t block : graph.topological)
    for (const Problem::Dependency &need : graph.before[block])
      for (uint32_t from = 0; from < count; ++from) {
        int64_t until = from == need.block ? 0
                        : distance[from * count + need.block] < 0
                            ? -1
                            : distance[from * count + need.block] +
                                  problem.blocks[need.block].time;
        if (until >= 0)
          distance[from * count + block] =
              std::max(distance[from * count + block], until + need.lag);
      }
}

int64_t Repetend::usualLength(int64_t period) const {
  return graph.criticalPath(problem) + int64_t(problem.blocks.size()) * period;
}

/// Where a microbatch lasts longer than all of its blocks with the largest lag
/// before each and a period for each, there is a moment in no block, nor within
/// lag and period before one. All that starts after it may start a period
/// earlier: dependencies allow it, blocks still follow each other on their
/// ranks, and ranks hold less by what a microbatch holds at that moment.
Answer Repetend::findOfAnyLength(int64_t period, Budget &budget) {
  int64_t length = sequentialLength(problem) / problem.microbatches +
                   int64_t(problem.blocks.size()) * period;
  Answer answer = find(period, length, budget);
  return answer == Answer::No && !neverOwesMemory() ? Answer::Unknown : answer;
}

/// Whether no microbatch ever holds less than nothing on a limited rank. Of the
/// blocks that have run, take one that frees and before no other such: what
/// must have run before it holds no less than all frees that may have run too.
bool Repetend::neverOwesMemory() const {
  size_t count = problem.blocks.size();
  auto isBefore = [&](uint32_t first, uint32_t second) {
    return first != second && distance[first * count + second] >= 0;
  };
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (problem.capacity[rank] == Problem::kUnlimited)
      continue;
    for (uint32_t block : graph.ofRank[rank]) {
      if (problem.blocks[block].memory >= 0)
        continue;
      int64_t held = 0;
      for (uint32_t other : graph.ofRank[rank]) {
        int64_t memory = problem.blocks[other].memory;
        if (memory > 0 ? isBefore(other, block) : !isBefore(block, other))
          held += memory;
      }
      if (held < 0)
        return false;
    }
  }
  return true;
}

bool Repetend::addOrders(DecisionEngine &engine,
                         const std::vector<Integer> &start, int64_t period,
                         int64_t length, Budget &budget) {
  orders.clear();
  size_t count = problem.blocks.size();
  std::set<std::pair<uint32_t, uint32_t>> pairs;
  for (const std::vector<uint32_t> &blocks : graph.ofRank)
    for (size_t i = 0; i < blocks.size(); ++i)
      for (size_t k = i + 1; k < blocks.size(); ++k)
        pairs.emplace(blocks[i], blocks[k]);
  for (auto [first, second] : pairs) {
    int64_t firstTime = problem.blocks[first].time;
    int64_t secondTime = problem.blocks[second].time;
    // How far the second may start after the first.
    int64_t least =
        graph.head[second] - (length - graph.tail[first] - firstTime);
    int64_t most = length - graph.tail[second] - secondTime - graph.head[first];
    if (int64_t path = distance[first * count + second]; path >= 0)
      least = std::max(least, firstTime + path);
    if (int64_t path = distance[second * count + first]; path >= 0)
      most = std::min(most, -(secondTime + path));
    // first - second <= q period - firstTime, and
    // second - first <= (1 - q) period - secondTime.
    Order order;
    order.first = first;
    order.second = second;
    order.low = -floorDivide(most - firstTime, period);
    int64_t high = 1 - floorDivide(least + secondTime + period - 1, period);
    for (int64_t q = order.low; q <= high; ++q) {
      if (!budget.spend(kLiteralWork))
        return false;
      Literal literal = engine.addBoolean();
      order.literals.push_back(literal);
      engine.addDifference(start[first], start[second], q * period - firstTime,
                           {!literal});
      engine.addDifference(start[second], start[first],
                           (1 - q) * period - secondTime, {!literal});
    }
    engine.addClause(order.literals); // empty: impossible
    std::vector<std::pair<int64_t, Literal>> atMostOne;
    for (Literal literal : order.literals)
      atMostOne.emplace_back(1, literal);
    engine.addAtMost(atMostOne, 1);
    orders.push_back(std::move(order));
  }
  return true;
}

/// Right after block c of microbatch n has started, blocks b of the
/// microbatches up to n - q have run before: a rank holds minus the sum of
/// memory times q. Returns false where that cannot fit, whatever the order.
bool Repetend::addMemory(DecisionEngine &engine) const {
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (problem.capacity[rank] == Problem::kUnlimited)
      continue;
    for (uint32_t block : graph.ofRank[rank]) {
      if (problem.blocks[block].memory <= 0)
        continue;
      std::vector<std::pair<int64_t, Literal>> sum;
      int64_t bound = units.capacity(rank);
      for (const Order &order : orders) {
        if (order.first != block && order.second != block)
          continue;
        uint32_t other = order.first == block ? order.second : order.first;
        const std::vector<uint32_t> &devices = problem.blocks[other].devices;
        if (problem.blocks[other].memory == 0 ||
            !std::binary_search(devices.begin(), devices.end(), rank))
          continue;
        // From the other's point of view: b_n, c_(n + q), b_(n + 1) is also
        // c_n, b_(n + 1 - q), c_(n + 1).
        std::vector<int64_t> weights;
        for (size_t i = 0; i < order.literals.size(); ++i) {
          int64_t q = order.low + int64_t(i);
          if (order.first == block)
            q = 1 - q;
          weights.push_back(-units.memory(rank, other) * q);
        }
        // Exactly one holds, so the smallest can be taken off all of them.
        int64_t least = *std::min_element(weights.begin(), weights.end());
        bound -= least;
        for (size_t i = 0; i < weights.size(); ++i)
          if (weights[i] > least)
            sum.emplace_back(weights[i] - least, order.literals[i]);
      }
      if (bound < 0)
        return false;
      engine.addAtMost(sum, bound);
    }
  }
  return true;
}

Answer Repetend::find(int64_t period, int64_t length, Budget &budget) {
  if (graph.largestLoad() > period)
    return Answer::No;
  if (length < graph.criticalPath(problem))
    return Answer::No;
  if (length / period >= kLargestDistance - 2)
    return Answer::Unknown;
  std::unique_ptr<DecisionEngine> engine =
      engines.create(EngineLogic::Differences, seed);
  std::vector<Integer> start;
  for (uint32_t block = 0; block < problem.blocks.size(); ++block)
    start.push_back(
        engine->addInteger(graph.head[block], length - graph.tail[block] -
                                                  problem.blocks[block].time));
  for (uint32_t block = 0; block < problem.blocks.size(); ++block)
    for (const Problem::Dependency &need : graph.before[block])
      engine->addDifference(start[need.block], start[block],
                            -(problem.blocks[need.block].time + need.lag));
  if (!addOrders(*engine, start, period, length, budget))
    return Answer::Unknown;
  if (!addMemory(*engine))
    return units.isExact() ? Answer::No : Answer::Unknown;
  Answer answer = engine->check({}, budget);
  if (answer == Answer::No && !units.isExact())
    answer = Answer::Unknown;
  if (answer == Answer::Yes) {
    found.clear();
    for (Integer integer : start)
      found.push_back(engine->valueOf(integer));
    int64_t first = *std::min_element(found.begin(), found.end());
    for (int64_t &time : found)
      time -= first;
  }
  return answer;
}
