//===- BuiltinSchedules.cpp - The schedules that everybody has ------------===//

#include "BuiltinSchedules.h"

#include "RouteOrder.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

Result<void> checkEven(const PipelineShape &shape, std::string_view name) {
  if (shape.isEven())
    return {};
  return Error(ErrorCode::InvalidArgument,
               "schedule '" + std::string(name) +
                   "' has equally many stages on every pipeline rank, and " +
                   std::to_string(shape.stages()) +
                   " stages are not a multiple of " +
                   std::to_string(shape.ranks) + " ranks");
}

/// All forwards, then all backwards: every activation of the step is held. With
/// several chunks a rank goes through one stage after the other (the
/// breadth-first pipeline of Lamy-Poirier, MLSys'23).
class GPipe : public Schedule {
public:
  std::string_view name() const override { return "gpipe"; }

  Result<void> check(const PipelineShape &shape) const override {
    return checkEven(shape, name());
  }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    std::vector<ScheduledTask> tasks;
    for (uint32_t chunk = 0; chunk < shape.chunks; ++chunk)
      for (uint32_t i = 0; i < shape.microbatches; ++i)
        tasks.push_back({TaskKind::F, chunk * shape.ranks + rank, i});
    for (uint32_t chunk = shape.chunks; chunk-- > 0;)
      for (uint32_t i = 0; i < shape.microbatches; ++i)
        tasks.push_back({TaskKind::B, chunk * shape.ranks + rank, i});
    return tasks;
  }
};

/// Just enough forwards to fill the pipeline, then one forward, one backward:
/// stage i of p holds at most p - i activations (PipeDream-Flush). On routes a
/// rank runs the oldest backward that it can, else the oldest forward.
class OneForwardOneBackward : public Schedule {
public:
  std::string_view name() const override { return "1f1b"; }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    uint32_t microbatches = shape.microbatches;
    uint32_t warmUp = std::min(shape.ranks - rank - 1, microbatches);
    std::vector<ScheduledTask> tasks;
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

  Result<std::vector<std::vector<ScheduledTask>>>
  orderOnRoutes(const Strategy &strategy) const override {
    return orderByList(strategy);
  }
};

/// 1F1B over several stages per rank (Megatron-LM, SC'21): microbatches go in
/// groups of one for each rank, and a group goes through all chunks of a rank
/// before the next one starts. The last group may be smaller: its order is that
/// of a whole one, without the microbatches that there are not.
class Interleaved : public Schedule {
public:
  std::string_view name() const override { return "interleaved"; }

  Result<void> check(const PipelineShape &shape) const override {
    if (shape.chunks > 1)
      return checkEven(shape, name());
    return Error(ErrorCode::InvalidArgument,
                 "schedule 'interleaved' needs at least 2 chunks per pipeline "
                 "rank",
                 {"with one stage per rank it would be '1f1b'"});
  }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    std::vector<ScheduledTask> forwards, backwards;
    for (uint32_t first = 0; first < shape.microbatches; first += shape.ranks)
      for (uint32_t chunk = 0; chunk < shape.chunks; ++chunk)
        for (uint32_t i = first; i < first + shape.ranks; ++i) {
          uint32_t reverse = shape.chunks - 1 - chunk;
          forwards.push_back({TaskKind::F, chunk * shape.ranks + rank, i});
          backwards.push_back({TaskKind::B, reverse * shape.ranks + rank, i});
        }
    size_t warmUp = size_t(2) * (shape.ranks - 1 - rank) +
                    size_t(shape.chunks - 1) * shape.ranks;
    warmUp = std::min(warmUp, forwards.size());
    std::vector<ScheduledTask> tasks;
    auto add = [&](const ScheduledTask &task) {
      if (task.microbatch < shape.microbatches)
        tasks.push_back(task);
    };
    for (size_t k = 0; k < forwards.size() + warmUp; ++k) {
      if (k < forwards.size())
        add(forwards[k]);
      if (k >= warmUp)
        add(backwards[k - warmUp]);
    }
    return tasks;
  }
};

/// 1F1B whose weight gradients wait: W of rank i comes i microbatches after its
/// Bi and fills what was idle, and every rank holds p activations (ZB-H1 of
/// Qi et al., ICLR'24).
class ZeroBubbleH1 : public Schedule {
public:
  std::string_view name() const override { return "zb_h1"; }
  bool splitsBackward() const override { return true; }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    uint32_t microbatches = shape.microbatches;
    uint32_t warmUp = std::min(shape.ranks - rank - 1, microbatches);
    std::vector<ScheduledTask> tasks;
    for (uint32_t i = 0; i < warmUp; ++i)
      tasks.push_back({TaskKind::F, rank, i});
    for (uint32_t i = 0; i < microbatches; ++i) {
      if (warmUp + i < microbatches)
        tasks.push_back({TaskKind::F, rank, warmUp + i});
      tasks.push_back({TaskKind::Bi, rank, i});
      if (i >= rank)
        tasks.push_back({TaskKind::W, rank, i - rank});
    }
    for (uint32_t i = microbatches - std::min(rank, microbatches);
         i < microbatches; ++i)
      tasks.push_back({TaskKind::W, rank, i});
    return tasks;
  }
};

} // namespace

ScheduleRegistry ScheduleRegistry::withBuiltins() {
  ScheduleRegistry registry;
  registry.add(std::make_unique<GPipe>());
  registry.add(std::make_unique<OneForwardOneBackward>());
  registry.add(std::make_unique<Interleaved>());
  registry.add(std::make_unique<ZeroBubbleH1>());
  registry.add(createZeroBubbleH2());
  registry.add(createZeroBubbleV());
  registry.add(createVHalf());
  registry.add(createVMin());
  registry.add(createDualPipeV());
  return registry;
}
