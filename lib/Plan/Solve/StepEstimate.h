//===- StepEstimate.h - What tasks of a step take ---------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SOLVE_STEPESTIMATE_H
#define HOCKET_LIB_PLAN_SOLVE_STEPESTIMATE_H

#include "hocket/Plan/SolveSchedule.h"

namespace hocket::plan {

/// Times and sizes that problems are made of, before there is a plan. Times are
/// whole nanoseconds, at least 1, of a microbatch of average size; bytes are
/// those of the largest one.
class StepEstimate {
public:
  /// Errors: InvalidArgument, for fewer sequences than microbatches and for
  /// kernels that the costs do not cover.
  static Result<StepEstimate> create(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleSetting &setting);

  /// Of the task `kind` of `stage`; 1 where there is no such task.
  int64_t taskTime(const Stage &stage, TaskKind kind) const;
  /// Of the longest activations of any stage (plan::hopTimes()).
  std::vector<std::vector<int64_t>> hopTimes(uint32_t ranks) const;
  /// Kept of a microbatch from its forward to its backward: residuals, and what
  /// its tasks read of the batch.
  int64_t activationBytes(const Stage &stage) const;
  /// Kept through the step by a rank with these stages: parameters, gradients,
  /// states, the workspace, and activations on their way in and out.
  int64_t persistentBytes(const std::vector<uint32_t> &stages) const;
  int64_t deviceBytes() const { return setting.topology.device.memoryBytes; }

private:
  StepEstimate(const Model &model, const Strategy &strategy,
               const ScheduleSetting &setting)
      : model(model), data(strategy.data), setting(setting) {}
  Result<void> sizeMicrobatches(uint32_t microbatches);

  const Model &model;
  uint32_t data;
  ScheduleSetting setting;
  Symbols average = {1, 2}, largest = {0, 0};
};

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SOLVE_STEPESTIMATE_H
