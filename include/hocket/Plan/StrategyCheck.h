//===- StrategyCheck.h - Whether a strategy makes sense ---------*- C++ -*-===//

#ifndef HOCKET_PLAN_STRATEGYCHECK_H
#define HOCKET_PLAN_STRATEGYCHECK_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// How many pipeline ranks a plan of a model with `stages` stages has under
/// `strategy`; 0 where the strategy makes no sense.
uint32_t countPipelineRanks(const Strategy &strategy, uint32_t stages);

/// Whether `strategy` names who runs which stage: a placement, or the nodes of
/// a skip-pipeline. Otherwise that is up to its schedule.
bool namesRanks(const Strategy &strategy);

/// The stages that pipeline rank `rank` holds, sorted, if namesRanks().
std::vector<uint32_t> heldStages(const Strategy &strategy, uint32_t rank);

/// Checks a strategy that may come from a damaged file against a model that has
/// passed checkModel(): degrees of at least 1; a rank for every stage and a
/// stage for every rank; given orders that have every task of a step exactly
/// once, where its stage is; routes whose stages fit each other, on the nodes
/// that hold them. Whether given orders can run, playTasks() tells; whether the
/// declared limits hold, invariant P7. Errors: InvalidArgument, naming the
/// stage, pipeline rank, task or microbatch at fault.
Result<void> checkStrategy(const Strategy &strategy, const Model &model);

} // namespace hocket::plan

#endif // HOCKET_PLAN_STRATEGYCHECK_H
