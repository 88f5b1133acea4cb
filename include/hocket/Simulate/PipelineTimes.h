//===- PipelineTimes.h - What the stages of a pipeline take -----*- C++ -*-===//

#ifndef HOCKET_SIMULATE_PIPELINETIMES_H
#define HOCKET_SIMULATE_PIPELINETIMES_H

#include "hocket/Plan/SolveSchedule.h"

namespace hocket::simulate {

/// The pipeline of `strategy` with the stages on the ranks of `placement`, as
/// plan::pipelineProblemOf() has it, for strategies whose tasks are refined
/// (Strategy::isRefined()): what the ranks of a stage exchange and wait for in
/// a task is part of it, and so is what they compute again. Times and bytes are
/// those of a simulated step that runs all forwards first
/// (plan::forwardsFirst()), in whole nanoseconds: of a task the mean over the
/// microbatches, of the slowest rank; of a hop the largest message from one
/// pipeline rank to another. Activations are the bytes that a rank has for both
/// the forward and the backward of a microbatch, of the hungriest one; the rest
/// of its arena it keeps through the step. Errors: those of plan::expand, and
/// InvalidArgument where the rest alone does not fit.
Result<PipelineProblem>
pipelineProblemOf(const plan::Model &model, const plan::Strategy &strategy,
                  const plan::ScheduleSetting &setting,
                  const plan::ScheduleRegistry &schedules,
                  const std::vector<uint32_t> &placement);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_PIPELINETIMES_H
