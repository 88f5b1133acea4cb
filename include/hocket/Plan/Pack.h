//===- Pack.h - Plans with groups that fit their sequences ------*- C++ -*-===//

#ifndef HOCKET_PLAN_PACK_H
#define HOCKET_PLAN_PACK_H

#include "hocket/Plan/Expand.h"
#include "hocket/Solver/Packing.h"

namespace hocket::plan {

/// `settings` (a problem without lengths) for the replicas of `strategy`, with
/// what the model knows better: Ulysses has at most as many ranks as the
/// attention with the fewest heads. Errors: InvalidArgument for a model that is
/// not cut at its attentions or scans, another number of devices than the
/// strategy has replicas, settings that plans have no instructions for (no
/// barriers, offload, routing, remapping) and, of a model with scans, methods
/// that do not hold runs and degrees above those that it was compiled for.
Result<PackingProblem> packingFor(const Model &model, const Strategy &strategy,
                                  PackingProblem settings);

/// Expands with the groups that planPacking finds for `lengths`: device i is
/// coordinate i of the strategy's replicas. The number of microbatches is that
/// of the packing and takes the place of the strategy's. `settings` comes from
/// packingFor. Errors: of planPacking and expandGroups.
Result<Plan>
expandPacked(const Model &model, Strategy strategy,
             const std::vector<int64_t> &lengths,
             const PackingProblem &settings, const ScheduleRegistry &schedules,
             const SequenceMethods &methods = SequenceMethods::withBuiltins());

} // namespace hocket::plan

#endif // HOCKET_PLAN_PACK_H
