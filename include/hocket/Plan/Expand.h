//===- Expand.h - From a model and a strategy to a plan ---------*- C++ -*-===//

#ifndef HOCKET_PLAN_EXPAND_H
#define HOCKET_PLAN_EXPAND_H

#include "hocket/Plan/Plan.h"
#include "hocket/Plan/Schedule.h"
#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// Expands `model` under `strategy` for one step whose sequences have these
/// `lengths` (tokens, each > 0, in batch order). Sequences are dealt to
/// data-parallel ranks and microbatches in consecutive runs of almost equal
/// count. The result has tasks, transfers, the gradient all-reduce, the update
/// and buffer offsets; it has not been checked (Check.h). Pipeline rank i of
/// coordinate d (Strategy::replicas()) is rank i * replicas + d. Where ranks
/// share sequences, each microbatch of a data coordinate is a sequence group.
/// docs/plan.md describes the result.
/// Errors: InvalidArgument for a malformed model, degrees of 0, an unknown
/// schedule or sequence method, one that does not fit the model, lengths that
/// are not positive, fewer sequences than data * microbatches, and buffers
/// beyond 62 bits.
Result<Plan>
expand(const Model &model, const Strategy &strategy,
       const std::vector<int64_t> &lengths, const ScheduleRegistry &schedules,
       const SequenceMethods &methods = SequenceMethods::withBuiltins());

/// Groups of a step, by microbatch.
using StepGroups = std::vector<std::vector<SequenceGroup>>;

/// The same where the sequences of each microbatch are dealt to `groups`, of
/// any sizes, among the coordinates of `strategy`. A coordinate may be in no
/// group of a microbatch, and has nothing to do then. Errors: also
/// InvalidArgument for a model that is not cut at its attentions, groups that
/// are not those of the microbatches, and sequences that are not in exactly one
/// group.
Result<Plan>
expandGroups(const Model &model, const Strategy &strategy,
             const std::vector<int64_t> &lengths, const StepGroups &groups,
             const ScheduleRegistry &schedules,
             const SequenceMethods &methods = SequenceMethods::withBuiltins());

/// Deals `sequences` to `parts` consecutive runs whose counts differ by at most
/// one: run k is [result[k], result[k + 1]). Every run has a sequence if there
/// are at least as many sequences as parts, which must not be 0.
std::vector<uint32_t> dealSequences(uint32_t sequences, uint32_t parts);

} // namespace hocket::plan

#endif // HOCKET_PLAN_EXPAND_H
