//===- Ordering.h - The order of tasks under a strategy ---------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SCHEDULES_ORDERING_H
#define HOCKET_LIB_PLAN_SCHEDULES_ORDERING_H

#include "hocket/Plan/Timeline.h"

namespace hocket::plan {

/// Who runs what in which order.
struct Ordering {
  /// The tasks that the model has kernels for. A whole backward is run as its
  /// two parts where only they are there.
  TaskOrders orders;
  std::vector<std::vector<TaskSpan>> spans;    // of playTasks()
  std::vector<std::vector<uint32_t>> stagesOf; // by pipeline rank, sorted

  uint32_t ranks() const { return uint32_t(stagesOf.size()); }
};

/// Asks the schedule that `strategy` names, which has passed checkStrategy().
/// Errors: InvalidArgument, for an unknown schedule, one that does not fit the
/// strategy or the model, and tasks that wait for each other.
Result<Ordering> orderTasks(const Model &model, const Strategy &strategy,
                            const ScheduleRegistry &schedules);

/// The same as the schedule has them, whatever kernels there are.
Result<TaskOrders> askSchedule(const Model &model, const Strategy &strategy,
                               const ScheduleRegistry &schedules);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SCHEDULES_ORDERING_H
