//===- ScheduleChoice.h - Which schedule is fastest -------------*- C++ -*-===//

#ifndef HOCKET_SIMULATE_SCHEDULECHOICE_H
#define HOCKET_SIMULATE_SCHEDULECHOICE_H

#include "hocket/Plan/SolveSchedule.h"

namespace hocket::simulate {

struct ScheduleChoice {
  /// With the chosen schedule: "given", with its orders, or one of a registry.
  plan::Strategy strategy;
  /// Of the problem of kind `schedule`, in ns; without a solution where none
  /// fits but a schedule of the registry does.
  SolutionSummary solution;
  /// Of the step that the strategy makes.
  double seconds = 0;
  int64_t peakArenaBytes = 0; // of the hungriest rank
};

/// Chooses the schedule of `strategy`, which is "auto" and whose tasks are
/// refined (Strategy::isRefined()). The problem of kind `schedule` has the
/// times of pipelineProblemOf() and takes a task for a whole; slices of it that
/// a next stage begins with earlier, and ranks that wait for each other in the
/// midst of it, are not in the problem. So its solution and every schedule of
/// the registry that there is for the pipeline are planned and simulated, and
/// the fastest one that fits the devices is chosen. Errors: those of
/// plan::solveSchedule(), where nothing fits.
Result<ScheduleChoice> chooseSchedule(const plan::Model &model,
                                      const plan::Strategy &strategy,
                                      const plan::ScheduleSetting &setting,
                                      const plan::ScheduleRegistry &schedules,
                                      const SolverOptions &options);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_SCHEDULECHOICE_H
