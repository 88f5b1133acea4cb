//===- Textbook.h - Schedules of a registry as known orders -----*- C++ -*-===//

#ifndef HOCKET_PLAN_TEXTBOOK_H
#define HOCKET_PLAN_TEXTBOOK_H

#include "hocket/Plan/Schedule.h"
#include "hocket/Solver/ScheduleKind.h"

namespace hocket::plan {

/// The schedules of `registry`, which must outlive the result, for the solver:
/// those that exist for a pipeline and place its stages as it does. Schedules
/// with a whole backward also serve pipelines that split it: W follows its Bi.
TextbookSchedules textbookSchedules(const ScheduleRegistry &registry);

/// The order of tasks of a solver as that of pipeline ranks, and back.
std::vector<std::vector<ScheduledTask>>
toScheduledTasks(const PipelineProblem &problem, const TaskOrder &order);
TaskOrder toTaskOrder(const PipelineProblem &problem,
                      const std::vector<std::vector<ScheduledTask>> &orders);

} // namespace hocket::plan

#endif // HOCKET_PLAN_TEXTBOOK_H
