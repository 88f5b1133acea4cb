//===- Timeline.h - When the tasks of a schedule run ------------*- C++ -*-===//

#ifndef HOCKET_PLAN_TIMELINE_H
#define HOCKET_PLAN_TIMELINE_H

#include "hocket/Plan/Itinerary.h"
#include "hocket/Plan/Schedule.h"

#include <optional>

namespace hocket::plan {

/// The tasks of every pipeline rank, in order, and who runs which stage.
struct TaskOrders {
  std::vector<std::vector<ScheduledTask>> ofRank;
  std::vector<uint32_t> rankOf; // by stage, where there are no routes
  std::vector<std::vector<Visit>> routes = {}; // by microbatch
  /// By rank, sorted: positions of tasks that overlap with the one after them,
  /// such as an F and a B of other microbatches (DualPipe). Such a pair begins
  /// when both can and ends at once. Empty: nothing overlaps.
  std::vector<std::vector<size_t>> overlaps = {};

  Itinerary itinerary() const {
    return routes.empty() ? Itinerary(rankOf) : Itinerary(routes);
  }
};

/// Time per task and stage, in any unit; at least 0. A task that no duration is
/// given for takes 1.
struct TaskDurations {
  std::vector<double> forward, inputGradient, weightGradient; // by stage
  double hop = 0; // from one rank to another
  /// Of B; where none is given, it takes as long as Bi and W together.
  std::vector<double> backward = {};
  /// Of two tasks that overlap; where it is not given, they take as long as one
  /// after the other.
  std::optional<double> overlapped = {};

  double of(const ScheduledTask &task) const;
};

struct TaskSpan {
  double begin = 0, end = 0;
};

/// When each task runs if it starts as early as its order and what it reads
/// allow: F needs the F before it on the way of its microbatch, Bi and B need
/// those after them and their own F, W needs its Bi; what no task of the orders
/// makes is not waited for. [pipeline rank][position]. Errors: InvalidArgument,
/// where tasks wait for each other forever.
Result<std::vector<std::vector<TaskSpan>>>
playTasks(const TaskOrders &orders, const TaskDurations &durations = {});

} // namespace hocket::plan

#endif // HOCKET_PLAN_TIMELINE_H
