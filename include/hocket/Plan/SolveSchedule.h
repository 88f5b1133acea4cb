//===- SolveSchedule.h - The order of a pipeline, solved --------*- C++ -*-===//
//
// What stands behind the schedule "auto": a model, its strategy and a machine
// become a problem of kind `schedule`, and the solution becomes given orders.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_SOLVESCHEDULE_H
#define HOCKET_PLAN_SOLVESCHEDULE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Schedule.h"
#include "hocket/Solver/Pipeline.h"

namespace hocket::plan {

/// The name of the schedule that is solved and not looked up.
inline constexpr const char *kAutoSchedule = "auto";
/// The name of the schedule whose orders the strategy holds.
inline constexpr const char *kGivenSchedule = "given";

/// What a step has: its sequences, and the machine that runs it.
struct ScheduleSetting {
  const std::vector<int64_t> &lengths; // tokens of each sequence
  const Topology &topology;
  const CostModel &cost;
};

/// The pipeline of `strategy` with the stages on the ranks of `placement`.
/// Times are whole nanoseconds: those of a microbatch of average size. Memory
/// is in bytes: what the largest microbatch keeps from F to its backward, and
/// what a device has beside parameters, gradients, states and the workspace.
/// Errors: InvalidArgument, where these alone do not fit.
Result<PipelineProblem>
pipelineProblemOf(const Model &model, const Strategy &strategy,
                  const ScheduleSetting &setting,
                  const std::vector<uint32_t> &placement);

struct SolvedSchedule {
  Strategy strategy; // with the schedule "given", its placement and orders
  SolutionSummary summary; // nanoseconds
};

/// Solves the schedule of `strategy`, which is "auto". Without a placement of
/// its own, a strategy with two chunks a rank has the better one of there and
/// back ("v") and there again ("interleaved"). Errors: InvalidArgument, where
/// no order fits in memory, with the bytes that one would need.
Result<SolvedSchedule> solveSchedule(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleSetting &setting,
                                     const ScheduleRegistry &schedules,
                                     const SolverOptions &options);

} // namespace hocket::plan

#endif // HOCKET_PLAN_SOLVESCHEDULE_H
