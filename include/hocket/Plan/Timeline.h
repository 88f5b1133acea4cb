//===- Timeline.h - When the tasks of a schedule run ------------*- C++ -*-===//

#ifndef HOCKET_PLAN_TIMELINE_H
#define HOCKET_PLAN_TIMELINE_H

#include "hocket/Plan/Schedule.h"

namespace hocket::plan {

/// The tasks of every pipeline rank, in order, and who runs which stage.
struct TaskOrders {
  std::vector<std::vector<ScheduledTask>> ofRank;
  std::vector<uint32_t> rankOf; // by stage
};

/// Time per task and stage, in any unit; at least 0. A task that no duration is
/// given for takes 1.
struct TaskDurations {
  std::vector<double> forward, inputGradient, weightGradient; // by stage
  double hop = 0; // from one rank to another

  /// B takes as long as Bi and W together.
  double of(const ScheduledTask &task) const;
};

struct TaskSpan {
  double begin = 0, end = 0;
};

/// When each task runs if it starts as early as its order and what it reads
/// allow: F(s) needs F(s - 1), Bi(s) and B(s) need those of s + 1 and their own
/// F, W needs its Bi; what no task of the orders makes is not waited for.
/// [pipeline rank][position]. Errors: InvalidArgument, where tasks wait for
/// each other forever.
Result<std::vector<std::vector<TaskSpan>>>
playTasks(const TaskOrders &orders, const TaskDurations &durations = {});

} // namespace hocket::plan

#endif // HOCKET_PLAN_TIMELINE_H
