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

#include <functional>

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

/// Whether `cost` covers the kernels of all tasks of the stages: a schedule for
/// times of which some are measured and others predicted suits neither machine.
/// Errors: InvalidArgument, naming the kernel.
Result<void> checkCosts(const Model &model, const CostModel &cost);

/// The pipeline of `strategy`, which is not refined, with the stages on the
/// ranks of `placement`.
/// Times are whole nanoseconds: those of a microbatch of average size. Memory
/// is in bytes: what the largest microbatch keeps from F to its backward, and
/// what a device has beside parameters, gradients, states and the workspace.
/// Errors: InvalidArgument, where these alone do not fit.
Result<PipelineProblem>
pipelineProblemOf(const Model &model, const Strategy &strategy,
                  const ScheduleSetting &setting,
                  const std::vector<uint32_t> &placement);

/// `strategy` with the stages of the pipeline on the ranks of `placement` and
/// orders that run all forwards, then all backwards. They can always run; what
/// a step takes in them says what its tasks take.
Strategy forwardsFirst(const Model &model, const Strategy &strategy,
                       const std::vector<uint32_t> &placement);

/// The placements that `strategy` leaves open: its own, or those of its chunks
/// there and back ("v") and there again ("interleaved"). Errors:
/// InvalidArgument, where there is none.
Result<std::vector<std::vector<uint32_t>>>
openPlacements(const Model &model, const Strategy &strategy);

/// `strategy` with a schedule that has few microbatches in flight, for choices
/// that come before its own, which is "auto": 1f1b, interleaved where ranks
/// have several stages and there is such a schedule, else forwardsFirst().
/// Errors: those of openPlacements().
Result<Strategy> provisionalSchedule(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleRegistry &schedules);

/// Gives the pipeline of a placement.
using PipelineProblems =
    std::function<Result<PipelineProblem>(const std::vector<uint32_t> &)>;

/// Times of problems: whole nanoseconds, at least 1.
int64_t toNanoseconds(double seconds);

/// Nanoseconds that `bytes` take from each of so many pipeline ranks to each
/// other one, of the same coordinate of so many `replicas`; 0 from a rank to
/// itself.
std::vector<std::vector<int64_t>> hopTimes(const CostModel &cost, int64_t bytes,
                                           uint32_t ranks, uint32_t replicas);

/// Gives each rank of `problem` what a device of `deviceBytes` has beside what
/// the rank keeps through the step, `persistent` bytes by rank. Errors:
/// InvalidArgument, where these alone do not fit.
Result<void> addCapacities(PipelineProblem &problem,
                           const std::vector<int64_t> &persistent,
                           int64_t deviceBytes);

struct SolvedSchedule {
  Strategy strategy; // with the schedule "given", its placement and orders
  SolutionSummary summary; // nanoseconds
};

/// Solves the schedule of `strategy`, which is "auto", for the best of its
/// openPlacements(). `problemOf` is pipelineProblemOf(), or
/// simulate::pipelineProblemOf() where Strategy::isRefined(). Errors:
/// InvalidArgument, where no order fits in memory, with the bytes that one
/// would need.
Result<SolvedSchedule> solveSchedule(const Model &model,
                                     const Strategy &strategy,
                                     const PipelineProblems &problemOf,
                                     const ScheduleRegistry &schedules,
                                     const SolverOptions &options);

} // namespace hocket::plan

#endif // HOCKET_PLAN_SOLVESCHEDULE_H
