//===- Segments.cpp - Stages that are cut at their attentions -------------===//

#include "Segments.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::plan;

/// The first segment of every pipeline stage, and the end of the last one.
static std::vector<uint32_t> firstSegments(const Strategy &strategy) {
  std::vector<uint32_t> first = {0};
  for (uint32_t count : strategy.segments)
    first.push_back(first.back() + count);
  return first;
}

Result<void> plan::checkSegments(const Strategy &strategy, uint32_t stages) {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message));
  };
  const std::vector<uint32_t> &segments = strategy.segments;
  if (segments.empty())
    return {};
  if (std::find(segments.begin(), segments.end(), 0u) != segments.end())
    return fail("a stage of the pipeline has no segments");
  uint64_t sum = std::accumulate(segments.begin(), segments.end(), uint64_t(0));
  if (sum != stages)
    return fail("the stages of the pipeline have " + std::to_string(sum) +
                " segments and the model " + std::to_string(stages) +
                " stages");
  if (!strategy.routes.empty() || !strategy.nodes.empty())
    return fail("a skip-pipeline does not share sequences between ranks");
  return {};
}

Strategy plan::withoutSegments(const Strategy &strategy) {
  Strategy whole = strategy;
  whole.segments.clear();
  return whole;
}

Model plan::pipelineModel(const Model &model, const Strategy &strategy) {
  std::vector<uint32_t> first = firstSegments(strategy);
  Model pipeline;
  for (size_t i = 0; i + 1 < first.size(); ++i) {
    Stage &stage = pipeline.stages.emplace_back();
    for (uint32_t k = first[i]; k < first[i + 1]; ++k)
      for (const TaskTemplate &task : model.stages[k].tasks)
        if (!stage.find(task.kind))
          stage.tasks.push_back({task.kind, 0, {}});
  }
  return pipeline;
}

std::vector<uint32_t> plan::segmentsOf(const Strategy &strategy,
                                       const std::vector<uint32_t> &stages) {
  if (strategy.segments.empty())
    return stages;
  std::vector<uint32_t> first = firstSegments(strategy), found;
  for (uint32_t stage : stages)
    for (uint32_t k = first[stage]; k < first[stage + 1]; ++k)
      found.push_back(k);
  return found;
}

Result<Ordering> plan::refine(const Ordering &ordering, const Model &model,
                              const Strategy &strategy) {
  std::vector<uint32_t> first = firstSegments(strategy);
  Ordering fine;
  for (size_t i = 0; i + 1 < first.size(); ++i)
    fine.orders.rankOf.insert(fine.orders.rankOf.end(), strategy.segments[i],
                              ordering.orders.rankOf[i]);
  for (const std::vector<uint32_t> &stages : ordering.stagesOf)
    fine.stagesOf.push_back(segmentsOf(strategy, stages));
  for (const std::vector<ScheduledTask> &tasks : ordering.orders.ofRank) {
    std::vector<ScheduledTask> &refined = fine.orders.ofRank.emplace_back();
    for (const ScheduledTask &task : tasks) {
      auto add = [&](uint32_t stage) {
        if (model.stages[stage].find(task.kind))
          refined.push_back({task.kind, stage, task.microbatch});
      };
      uint32_t begin = first[task.stage], end = first[task.stage + 1];
      if (task.kind == TaskKind::F)
        for (uint32_t stage = begin; stage < end; ++stage)
          add(stage);
      else
        for (uint32_t stage = end; stage-- > begin;)
          add(stage);
    }
  }
  Result<std::vector<std::vector<TaskSpan>>> played = playTasks(fine.orders);
  if (!played)
    return played.error();
  fine.spans = std::move(*played);
  return fine;
}
