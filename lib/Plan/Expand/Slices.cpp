//===- Slices.cpp - Whether the slices of a strategy make sense -----------===//

#include "Segments.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::plan;

/// The instructions of attentions grow with their square.
static constexpr uint32_t kMostSlices = 4096;

static Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

/// The loss is summed up once: only the last stage of the model, whose forward
/// waits for its backward, may be computed in the backward.
static Result<void> checkRecomputed(const Model &model, uint32_t stage,
                                    uint32_t begin, uint32_t end) {
  for (uint32_t segment = begin; segment < end; ++segment)
    if (segment + 1 < model.stages.size() &&
        (binds(model.stages[segment], Slot::Loss, 0) ||
         binds(model.stages[segment], Slot::Weight, 0)))
      return fail("stage " + std::to_string(stage) +
                      " adds to the loss before the last stage does, and its "
                      "activations cannot be computed again",
                  {"keep the activations of all of its slices"});
  return {};
}

Result<void> plan::checkSlices(const Strategy &strategy, const Model &model) {
  if (strategy.slices == 0)
    return fail("the number of slices must be at least 1");
  if (!strategy.walksSlices())
    return {};
  if (strategy.slices > kMostSlices)
    return fail("microbatches are walked in " +
                    std::to_string(strategy.slices) +
                    " slices, and there may be " + std::to_string(kMostSlices),
                {"slices of less than some hundred tokens save little memory"});
  if (uint64_t(strategy.microbatches) * strategy.slices >
      uint64_t(std::numeric_limits<int32_t>::max()))
    return fail("the microbatches of a step have more than 2^31 slices");
  if (!strategy.routes.empty() || !strategy.nodes.empty())
    return fail("a skip-pipeline does not walk microbatches in slices, nor "
                "compute activations again");
  if (strategy.sequence > 1 && strategy.slices > 1 &&
      strategy.sequenceMethod != "all_gather")
    return fail("ranks that share sequences by the method '" +
                    strategy.sequenceMethod + "' do not walk them in slices",
                {"use the method all_gather, or one slice"});
  for (const Stage &stage : model.stages)
    if (stage.gather)
      return fail("stage '" + stage.name +
                      "' scans over the tokens of several ranks, which neither "
                      "walk them in slices nor compute activations again",
                  {"use one slice and keep all activations"});
  std::vector<uint32_t> first =
      firstSegments(strategy, uint32_t(model.stages.size()));
  uint32_t stages = uint32_t(first.size()) - 1;
  for (uint32_t stage = 1; stage < stages; ++stage)
    if (model.stages[first[stage]].attention)
      return fail("stage " + std::to_string(stage) +
                  " of the pipeline begins with an attention, and its "
                  "microbatches are walked in slices");
  if (strategy.activations.empty())
    return {};
  if (strategy.activations.size() != stages)
    return fail("the strategy says what " +
                std::to_string(strategy.activations.size()) +
                " stages keep for the backward and the pipeline has " +
                std::to_string(stages));
  for (uint32_t stage = 0; stage < stages; ++stage) {
    const SliceActivations &activations = strategy.activations[stage];
    if (uint64_t(activations.kept) + activations.offloaded > strategy.slices)
      return fail("stage " + std::to_string(stage) + " keeps " +
                  std::to_string(activations.kept) + " slices and offloads " +
                  std::to_string(activations.offloaded) + " of " +
                  std::to_string(strategy.slices));
    if (activations.kept + activations.offloaded < strategy.slices)
      if (Result<void> checked =
              checkRecomputed(model, stage, first[stage], first[stage + 1]);
          !checked)
        return checked;
  }
  return {};
}
