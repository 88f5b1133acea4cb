//===- SequenceChoice.cpp - Which sequence method is fastest --------------===//

#include "hocket/Simulate/SequenceChoice.h"

#include "hocket/Simulate/Simulate.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::simulate;

static std::vector<std::string> candidates(uint32_t degree) {
  std::vector<std::string> names = {"zigzag",     "ring",    "striped",
                                    "all_gather", "ulysses", "token_ring"};
  for (uint32_t ulysses = 2; ulysses < degree; ++ulysses)
    if (degree % ulysses == 0)
      names.push_back("usp:" + std::to_string(ulysses));
  return names;
}

Result<std::vector<MethodTime>> simulate::rankSequenceMethods(
    const plan::Model &model, const plan::Strategy &strategy,
    const std::vector<int64_t> &lengths, const CostModel &cost,
    int64_t deviceMemoryBytes, const plan::ScheduleRegistry &schedules) {
  std::vector<MethodTime> times;
  std::optional<Error> first;
  for (std::string &method : candidates(strategy.sequence)) {
    plan::Strategy tried = strategy;
    tried.sequenceMethod = method;
    Result<plan::Plan> plan = plan::expand(model, tried, lengths, schedules);
    if (!plan) {
      // Too few heads for Ulysses: others may do.
      if (!first)
        first = plan.error();
      continue;
    }
    Result<Simulation> simulated = simulate(*plan, model, cost);
    if (!simulated)
      return simulated.error();
    times.push_back(
        {std::move(method), simulated->seconds, simulated->peakArenaBytes});
  }
  if (times.empty())
    return *first;
  auto key = [&](const MethodTime &time) {
    bool fits =
        deviceMemoryBytes <= 0 || time.peakArenaBytes <= deviceMemoryBytes;
    return std::pair(!fits, time.seconds);
  };
  std::stable_sort(times.begin(), times.end(),
                   [&](const MethodTime &a, const MethodTime &b) {
                     return key(a) < key(b);
                   });
  return times;
}
