//===- SolvePaths.h - The paths of a skip-pipeline, solved ------*- C++ -*-===//
//
// What stands behind paths that are "auto": a model, its strategy and a machine
// become a problem of kind `paths`, and the solution becomes routes and given
// orders.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_SOLVEPATHS_H
#define HOCKET_PLAN_SOLVEPATHS_H

#include "hocket/Plan/SolveSchedule.h"
#include "hocket/Solver/Paths.h"

namespace hocket::plan {

/// The skip-pipeline of `strategy`, whose routes are ignored: they may be
/// missing. Its nodes, limits and microbatches count, and the path length is
/// given. Microbatch i has node i of the entry as its head, counted round and
/// round. Times are whole nanoseconds: those of a microbatch of average size;
/// the loss is the forward and the backward of the exit. A node holds as many
/// microbatches as its limit says or, where there is none, as fit beside its
/// parameters, gradients and states. Errors: InvalidArgument, for a strategy
/// without nodes or path length, nodes in several stages, and fewer sequences
/// than microbatches.
Result<PathsProblem> pathsProblemOf(const Model &model,
                                    const Strategy &strategy,
                                    const ScheduleSetting &setting);

struct SolvedPaths {
  Strategy strategy; // with routes, and the schedule "given" with its orders
  SolutionSummary summary; // nanoseconds
};

/// Solves the routes of `strategy`. Errors: InvalidArgument, where no paths
/// obey the limits, saying what would have to change, or none were found within
/// the budget.
Result<SolvedPaths> solvePaths(const Model &model, const Strategy &strategy,
                               const ScheduleSetting &setting,
                               const SolverOptions &options);

} // namespace hocket::plan

#endif // HOCKET_PLAN_SOLVEPATHS_H
