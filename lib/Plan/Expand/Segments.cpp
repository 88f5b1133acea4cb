//===- Segments.cpp - Stages that are cut at their attentions -------------===//

#include "Segments.h"

#include "hocket/Plan/Stages.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::plan;

std::vector<uint32_t> plan::firstSegments(const Strategy &strategy,
                                          uint32_t stages) {
  std::vector<uint32_t> first = {0};
  for (uint32_t count : strategy.segments)
    first.push_back(first.back() + count);
  while (strategy.segments.empty() && first.back() < stages)
    first.push_back(first.back() + 1);
  return first;
}

std::vector<uint32_t> plan::pipelineStages(const Strategy &strategy,
                                           uint32_t stages) {
  std::vector<uint32_t> first = firstSegments(strategy, stages), owners;
  for (uint32_t stage = 0; stage + 1 < first.size(); ++stage)
    owners.insert(owners.end(), first[stage + 1] - first[stage], stage);
  return owners;
}

uint32_t plan::recomputedSlices(const Model &model, const Strategy &strategy,
                                uint32_t stage) {
  if (strategy.activations.empty())
    return 0;
  std::vector<uint32_t> first =
      firstSegments(strategy, uint32_t(model.stages.size()));
  bool isTrained = std::any_of(
      model.stages.begin() + first[stage],
      model.stages.begin() + first[stage + 1],
      [](const Stage &segment) { return segment.tasks.size() > 1; });
  const SliceActivations &found = strategy.activations[stage];
  return isTrained ? strategy.slices - found.kept - found.offloaded : 0;
}

bool plan::isForwardDeferred(const Model &model, const Strategy &strategy,
                             uint32_t stage) {
  return stage + 1 == strategy.activations.size() &&
         recomputedSlices(model, strategy, stage) == strategy.slices;
}

bool plan::isBackwardSplit(const Model &model) {
  return std::any_of(
      model.stages.begin(), model.stages.end(), [](const Stage &stage) {
        return stage.find(TaskKind::Bi) || stage.find(TaskKind::W);
      });
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
  whole.slices = 1;
  whole.activations.clear();
  return whole;
}

Model plan::pipelineModel(const Model &model, const Strategy &strategy) {
  std::vector<uint32_t> first =
      firstSegments(strategy, uint32_t(model.stages.size()));
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
  std::vector<uint32_t> first = firstSegments(strategy, 0), found;
  for (uint32_t stage : stages)
    for (uint32_t k = first[stage]; k < first[stage + 1]; ++k)
      found.push_back(k);
  return found;
}
