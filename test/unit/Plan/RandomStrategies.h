//===- RandomStrategies.h - Placements, orders and routes -------*- C++ -*-===//
//
// Random strategies that make sense, for sweeps.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_PLAN_RANDOMSTRATEGIES_H
#define HOCKET_TEST_UNIT_PLAN_RANDOMSTRATEGIES_H

#include "hocket/Plan/Timeline.h"

#include <algorithm>
#include <random>

namespace hocket::plan::test {

/// Stage s and stage 2 ranks - 1 - s on one rank.
inline std::vector<uint32_t> vShape(uint32_t ranks) {
  std::vector<uint32_t> placement;
  for (uint32_t stage = 0; stage < 2 * ranks; ++stage)
    placement.push_back(std::min(stage, 2 * ranks - 1 - stage));
  return placement;
}

/// A rank for each stage, so that every rank has one.
inline std::vector<uint32_t> randomPlacement(uint32_t stages, uint32_t ranks,
                                             std::mt19937 &random) {
  std::vector<uint32_t> placement;
  for (uint32_t stage = 0; stage < stages; ++stage)
    placement.push_back(stage < ranks ? stage : random() % ranks);
  std::shuffle(placement.begin(), placement.end(), random);
  return placement;
}

/// Orders that can run: again and again some task that nothing waits for.
/// Backwards are whole, or in two parts where `split`, then at random.
inline std::vector<std::vector<ScheduledTask>>
randomOrders(const Itinerary &itinerary, uint32_t ranks, uint32_t microbatches,
             bool split, std::mt19937 &random) {
  struct Ready {
    ScheduledTask task;
    uint32_t rank;
  };
  std::vector<Ready> ready;
  for (uint32_t i = 0; i < microbatches; ++i)
    ready.push_back({{TaskKind::F, 0, i}, itinerary.at(0, i)->rank});
  std::vector<std::vector<ScheduledTask>> orders(ranks);
  auto addBackward = [&](const Visit &visit, uint32_t microbatch) {
    bool whole = !split || random() % 2;
    ready.push_back(
        {{whole ? TaskKind::B : TaskKind::Bi, visit.stage, microbatch},
         visit.rank});
  };
  while (!ready.empty()) {
    std::swap(ready[random() % ready.size()], ready.back());
    auto [task, rank] = ready.back();
    ready.pop_back();
    orders[rank].push_back(task);
    if (task.kind == TaskKind::F) {
      auto after = itinerary.after(task.stage, task.microbatch);
      if (after)
        ready.push_back(
            {{TaskKind::F, after->stage, task.microbatch}, after->rank});
      else
        addBackward({task.stage, rank}, task.microbatch);
    } else if (task.kind != TaskKind::W) {
      auto before = itinerary.before(task.stage, task.microbatch);
      if (before)
        addBackward(*before, task.microbatch);
      if (task.kind == TaskKind::Bi)
        ready.push_back({{TaskKind::W, task.stage, task.microbatch}, rank});
    }
  }
  return orders;
}

/// A strategy with random orders for `placement`.
inline Strategy givenStrategy(uint32_t data, uint32_t microbatches,
                              const std::vector<uint32_t> &placement,
                              bool split, std::mt19937 &random) {
  Strategy strategy;
  strategy.data = data;
  strategy.microbatches = microbatches;
  strategy.schedule = "given";
  strategy.placement = placement;
  uint32_t ranks = *std::max_element(placement.begin(), placement.end()) + 1;
  strategy.orders =
      randomOrders(Itinerary(placement), ranks, microbatches, split, random);
  return strategy;
}

/// A skip-pipeline of stages 0 to `stages` - 1, the last being the exit, each
/// of them on up to `maxReplicas` nodes of its own. Every microbatch skips some
/// of the stages between, and may go through the rest in any order.
inline Strategy randomSkip(uint32_t data, uint32_t microbatches,
                           uint32_t stages, uint32_t maxReplicas,
                           std::mt19937 &random) {
  Strategy strategy;
  strategy.data = data;
  strategy.microbatches = microbatches;
  for (uint32_t stage = 0; stage + 1 < stages; ++stage) {
    std::vector<uint32_t> &nodes = strategy.nodes.emplace_back();
    for (uint32_t i = 0; i <= random() % maxReplicas; ++i)
      nodes.push_back(strategy.pipelineRanks++);
  }
  strategy.nodes.push_back(strategy.nodes.front());
  auto visit = [&](uint32_t stage) {
    const std::vector<uint32_t> &nodes = strategy.nodes[stage];
    return Visit{stage, nodes[random() % nodes.size()]};
  };
  for (uint32_t i = 0; i < microbatches; ++i) {
    std::vector<Visit> &route = strategy.routes.emplace_back();
    for (uint32_t stage = 1; stage + 1 < stages; ++stage)
      if (random() % 3)
        route.push_back(visit(stage));
    if (random() % 2)
      std::shuffle(route.begin(), route.end(), random);
    route.insert(route.begin(), visit(0));
    route.push_back({stages - 1, route.front().rank});
  }
  return strategy;
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_RANDOMSTRATEGIES_H
