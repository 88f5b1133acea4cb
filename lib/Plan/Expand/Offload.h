//===- Offload.h - Activations that wait in the host's memory ---*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_EXPAND_OFFLOAD_H
#define HOCKET_LIB_PLAN_EXPAND_OFFLOAD_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// Whether the strategy has the host keep what the backward of stage `stage` of
/// the pipeline reads of a slice of the step.
bool isOffloaded(const Strategy &strategy, uint32_t stage, uint32_t slice);

/// Inserts the copies of `role`, whose buffers have no places yet. A unit is a
/// row of instructions for one slice in one stage of the pipeline. A value that
/// the forward leaves for the backward is sent to the host after its last use
/// in the forward, and is waited for at the end of the unit after that; it is
/// fetched at the beginning of the unit before the one that reads it first. So
/// what moves takes memory for two units at a time (the rounding buffers of
/// MEMO, hocket/Solver/Activations.h), and values that would not be away for a
/// whole unit stay where they are. `pipelineStage` has the stage of the
/// pipeline for each stage of the model.
void offloadActivations(Role &role, const Strategy &strategy,
                        const std::vector<uint32_t> &pipelineStage);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_EXPAND_OFFLOAD_H
