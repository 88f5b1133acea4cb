//===- ExactSchedule.cpp - Schedules by decision queries ------------------===//

#include "ExactSchedule.h"

#include <algorithm>
#include <numeric>

using namespace hocket;

using Problem = ScheduleProblem;

/// Of a Boolean or a task with its clauses, before they are asked for.
static constexpr int64_t kLiteralWork = 200;

ExactSchedule::ExactSchedule(const Problem &problem,
                             const DecisionEngineFactory &engines,
                             uint64_t seed, int64_t horizon, Budget &budget)
    : problem(problem), graph(problem),
      blockCount(uint32_t(problem.blocks.size())), precedes(graph),
      units(problem, graph, int64_t(problem.taskCount())),
      engine(engines.create(EngineLogic::Differences, seed)) {
  isComplete =
      addTasks(horizon, budget) && addOrders(budget) && addMemory(budget);
}

size_t ExactSchedule::size(const Problem &problem) {
  ScheduleGraph graph(problem);
  size_t pairs = 0;
  for (const std::vector<uint32_t> &blocks : graph.ofRank)
    pairs += blocks.size() * (blocks.size() - 1) / 2;
  return pairs * problem.microbatches * problem.microbatches;
}

int64_t ExactSchedule::granularity(const Problem &problem) {
  int64_t divisor = 0;
  for (const Problem::Block &block : problem.blocks) {
    divisor = std::gcd(divisor, block.time);
    for (const Problem::Dependency &need : block.after)
      divisor = std::gcd(divisor, need.lag);
  }
  return std::max<int64_t>(1, divisor);
}

bool ExactSchedule::addTasks(int64_t horizon, Budget &budget) {
  for (size_t task = 0; task < problem.taskCount(); ++task) {
    if (!budget.spend(kLiteralWork))
      return false;
    size_t block = task % blockCount;
    int64_t latest = horizon - graph.tail[block] - problem.blocks[block].time;
    start.push_back(engine->addInteger(graph.head[block],
                                       std::max(latest, graph.head[block])));
  }
  for (uint32_t i = 0; i < problem.microbatches; ++i)
    for (uint32_t block = 0; block < blockCount; ++block) {
      uint32_t task = uint32_t(problem.task(i, block));
      for (const Problem::Dependency &need : graph.before[block])
        engine->addDifference(start[problem.task(i, need.block)], start[task],
                              -(problem.blocks[need.block].time + need.lag));
      if (i > 0)
        engine->addDifference(start[task - blockCount], start[task],
                              -problem.blocks[block].time);
    }
  if (problem.objective != Problem::Objective::Span)
    return true;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    firstOf.push_back(engine->addInteger(0, horizon));
    lastOf.push_back(engine->addInteger(0, horizon));
    for (uint32_t block : graph.ofRank[rank]) {
      engine->addDifference(firstOf[rank], start[problem.task(0, block)], 0);
      engine->addDifference(
          start[problem.task(problem.microbatches - 1, block)], lastOf[rank],
          -problem.blocks[block].time);
    }
  }
  return true;
}

int ExactSchedule::known(uint32_t first, uint32_t second) const {
  uint32_t a = first % blockCount, b = second % blockCount;
  uint32_t i = first / blockCount, k = second / blockCount;
  // By its own block's order of microbatches, and within one microbatch.
  bool aBefore = a == b || precedes(a, b);
  bool bBefore = a == b || precedes(b, a);
  if (aBefore && i <= k)
    return 1;
  if (bBefore && k <= i)
    return -1;
  return 0;
}

Literal ExactSchedule::before(uint32_t first, uint32_t second) const {
  return first < second ? literals.at({first, second})
                        : !literals.at({second, first});
}

bool ExactSchedule::addOrders(Budget &budget) {
  for (const std::vector<uint32_t> &blocks : graph.ofRank)
    for (uint32_t a : blocks)
      for (uint32_t b : blocks) {
        if (a >= b)
          continue;
        for (uint32_t i = 0; i < problem.microbatches; ++i)
          for (uint32_t k = 0; k < problem.microbatches; ++k) {
            uint32_t first = uint32_t(problem.task(i, a));
            uint32_t second = uint32_t(problem.task(k, b));
            if (first > second)
              std::swap(first, second);
            if (known(first, second) != 0 || literals.count({first, second}))
              continue;
            if (!budget.spend(kLiteralWork))
              return false;
            Literal literal = engine->addBoolean();
            literals[{first, second}] = literal;
            engine->addDifference(start[first], start[second],
                                  -problem.blocks[first % blockCount].time,
                                  {!literal});
            engine->addDifference(start[second], start[first],
                                  -problem.blocks[second % blockCount].time,
                                  {literal});
          }
      }
  return true;
}

/// What has run on a rank before a task that takes memory, together with it,
/// must fit.
bool ExactSchedule::addMemory(Budget &budget) {
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (problem.capacity[rank] == Problem::kUnlimited)
      continue;
    for (uint32_t i = 0; i < problem.microbatches; ++i)
      for (uint32_t block : graph.ofRank[rank]) {
        int64_t memory = units.memory(rank, block);
        if (memory <= 0)
          continue;
        uint32_t task = uint32_t(problem.task(i, block));
        int64_t bound = units.capacity(rank) - memory;
        std::vector<std::pair<int64_t, Literal>> sum;
        for (uint32_t k = 0; k < problem.microbatches; ++k)
          for (uint32_t other : graph.ofRank[rank]) {
            uint32_t before = uint32_t(problem.task(k, other));
            int64_t weight = units.memory(rank, other);
            if (weight == 0 || before == task)
              continue;
            int order = known(before, task);
            if (order < 0)
              continue;
            if (order > 0) {
              bound -= weight;
              continue;
            }
            Literal literal = this->before(before, task);
            // A negative weight counts if its literal does not hold, with the
            // bound lowered by it.
            if (weight > 0) {
              sum.emplace_back(weight, literal);
            } else {
              bound -= weight;
              sum.emplace_back(-weight, !literal);
            }
          }
        if (!budget.spend(10 * int64_t(sum.size())))
          return false;
        engine->addAtMost(sum, bound);
      }
  }
  return true;
}

Answer ExactSchedule::find(int64_t value, Budget &budget) {
  if (!isComplete)
    return Answer::Unknown;
  engine->push();
  if (problem.objective == Problem::Objective::Span) {
    for (uint32_t rank = 0; rank < problem.ranks; ++rank)
      if (!graph.ofRank[rank].empty())
        engine->addDifference(lastOf[rank], firstOf[rank], value);
  } else {
    // Everything may begin at 0, so the makespan is the end of the last task.
    Integer zero = engine->addInteger(0, 0);
    for (uint32_t block = 0; block < blockCount; ++block)
      engine->addDifference(
          start[problem.task(problem.microbatches - 1, block)], zero,
          value - problem.blocks[block].time);
  }
  Answer answer = engine->check({}, budget);
  if (answer == Answer::Yes) {
    found.clear();
    for (Integer integer : start)
      found.push_back(engine->valueOf(integer));
  }
  engine->pop();
  if (answer == Answer::No && !units.isExact())
    return Answer::Unknown;
  return answer;
}
