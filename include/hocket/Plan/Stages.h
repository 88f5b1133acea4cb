//===- Stages.h - The stages of a pipeline, and of its model ----*- C++ -*-===//
//
// A stage of the pipeline is one of the model, or a row of them, its segments
// (Strategy::segments). Strategies are those of the model: checkStrategy() has
// found nothing.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_STAGES_H
#define HOCKET_PLAN_STAGES_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// By stage of a model with so many `stages`: its stage of the pipeline.
std::vector<uint32_t> pipelineStages(const Strategy &strategy, uint32_t stages);

/// How many slices of a microbatch, the first ones, stage `stage` of the
/// pipeline computes again for its backward.
uint32_t recomputedSlices(const Model &model, const Strategy &strategy,
                          uint32_t stage);

/// Whether the forward of stage `stage` of the pipeline computes nothing: the
/// last stage would compute all of it again at once, and nobody else reads it.
bool isForwardDeferred(const Model &model, const Strategy &strategy,
                       uint32_t stage);

/// Whether the backward of some stage of `model` is two tasks, Bi and W.
bool isBackwardSplit(const Model &model);

} // namespace hocket::plan

#endif // HOCKET_PLAN_STAGES_H
