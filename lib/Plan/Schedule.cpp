//===- Schedule.cpp - The built-in schedules ------------------------------===//

#include "hocket/Plan/Schedule.h"

#include <algorithm>

using namespace hocket::plan;

namespace {

/// All forwards, then all backwards: every activation of the step is held.
class GPipe : public Schedule {
public:
  std::string_view name() const override { return "gpipe"; }

  std::vector<ScheduledTask> order(uint32_t rank, uint32_t stages,
                                   uint32_t microbatches) const override {
    std::vector<ScheduledTask> tasks;
    tasks.reserve(size_t(2) * microbatches);
    for (uint32_t i = 0; i < microbatches; ++i)
      tasks.push_back({TaskKind::F, rank, i});
    for (uint32_t i = 0; i < microbatches; ++i)
      tasks.push_back({TaskKind::B, rank, i});
    return tasks;
  }
};

/// Just enough forwards to fill the pipeline, then one forward, one backward:
/// stage i of p holds at most p - i activations.
class OneForwardOneBackward : public Schedule {
public:
  std::string_view name() const override { return "1f1b"; }

  std::vector<ScheduledTask> order(uint32_t rank, uint32_t stages,
                                   uint32_t microbatches) const override {
    uint32_t warmUp = std::min(stages - rank - 1, microbatches);
    std::vector<ScheduledTask> tasks;
    tasks.reserve(size_t(2) * microbatches);
    for (uint32_t i = 0; i < warmUp; ++i)
      tasks.push_back({TaskKind::F, rank, i});
    for (uint32_t i = warmUp; i < microbatches; ++i) {
      tasks.push_back({TaskKind::F, rank, i});
      tasks.push_back({TaskKind::B, rank, i - warmUp});
    }
    for (uint32_t i = microbatches - warmUp; i < microbatches; ++i)
      tasks.push_back({TaskKind::B, rank, i});
    return tasks;
  }
};

} // namespace

ScheduleRegistry ScheduleRegistry::withBuiltins() {
  ScheduleRegistry registry;
  registry.add(std::make_unique<GPipe>());
  registry.add(std::make_unique<OneForwardOneBackward>());
  return registry;
}

void ScheduleRegistry::add(std::unique_ptr<Schedule> schedule) {
  std::string name(schedule->name());
  schedules[std::move(name)] = std::move(schedule);
}

const Schedule *ScheduleRegistry::find(std::string_view name) const {
  auto found = schedules.find(name);
  return found == schedules.end() ? nullptr : found->second.get();
}

std::vector<std::string> ScheduleRegistry::names() const {
  std::vector<std::string> names;
  for (const auto &[name, schedule] : schedules)
    names.push_back(name);
  return names;
}
