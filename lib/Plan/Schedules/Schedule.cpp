//===- Schedule.cpp - Schedules by name -----------------------------------===//

#include "hocket/Plan/Schedule.h"

using namespace hocket;
using namespace hocket::plan;

Result<void> Schedule::check(const PipelineShape &shape) const {
  if (shape.chunks == 1 && shape.isEven())
    return {};
  return Error(ErrorCode::InvalidArgument,
               "schedule '" + std::string(name()) +
                   "' has one stage per pipeline rank, not " +
                   std::to_string(shape.chunks) + " chunks",
               {"for several chunks use the schedule 'interleaved'"});
}

std::vector<std::vector<ScheduledTask>>
Schedule::orders(const PipelineShape &shape) const {
  std::vector<std::vector<ScheduledTask>> orders;
  for (uint32_t rank = 0; rank < shape.ranks; ++rank)
    orders.push_back(order(rank, shape));
  return orders;
}

Result<std::vector<std::vector<ScheduledTask>>>
Schedule::orderOnRoutes(const Strategy &) const {
  return Error(ErrorCode::InvalidArgument,
               "schedule '" + std::string(name()) +
                   "' is for stages in order, not for routes",
               {"for a skip-pipeline use '1f1b', or give the orders"});
}

void ScheduleRegistry::add(std::unique_ptr<Schedule> schedule) {
  std::string name(schedule->name());
  schedules[std::move(name)] = std::move(schedule);
}

const Schedule *ScheduleRegistry::find(std::string_view name) const {
  auto found = schedules.find(name);
  return found == schedules.end() ? nullptr : found->second.get();
}

Result<const Schedule *> ScheduleRegistry::get(std::string_view name) const {
  if (const Schedule *found = find(name))
    return found;
  if (name == "auto")
    return Error(ErrorCode::InvalidArgument, "the schedule is still 'auto'",
                 {"solve it first (hocket-solve-schedule)"});
  std::string known;
  for (const std::string &other : names())
    known += (known.empty() ? "" : ", ") + other;
  return Error(ErrorCode::InvalidArgument,
               "there is no schedule '" + std::string(name) + "'",
               {"the schedules are " + known});
}

std::vector<std::string> ScheduleRegistry::names() const {
  std::vector<std::string> names;
  for (const auto &[name, schedule] : schedules)
    names.push_back(name);
  return names;
}
