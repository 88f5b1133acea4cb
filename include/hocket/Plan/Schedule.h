//===- Schedule.h - The order of tasks on a pipeline rank -------*- C++ -*-===//

#ifndef HOCKET_PLAN_SCHEDULE_H
#define HOCKET_PLAN_SCHEDULE_H

#include "hocket/Plan/Model.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hocket::plan {

struct ScheduledTask {
  TaskKind kind = TaskKind::F;
  uint32_t stage = 0;
  uint32_t microbatch = 0;
  bool operator==(const ScheduledTask &) const = default;
};

/// Gives every pipeline rank the order of its tasks.
class Schedule {
public:
  virtual ~Schedule() = default;
  virtual std::string_view name() const = 0;
  /// The tasks of pipeline rank `rank` out of `stages`, in order.
  virtual std::vector<ScheduledTask> order(uint32_t rank, uint32_t stages,
                                           uint32_t microbatches) const = 0;
};

/// The schedules that a context knows by name. Owned by its user: there is no
/// process-wide registry.
class ScheduleRegistry {
public:
  /// A registry with the built-in schedules: "gpipe" and "1f1b".
  static ScheduleRegistry withBuiltins();

  void add(std::unique_ptr<Schedule> schedule);
  /// Null where no schedule has that name.
  const Schedule *find(std::string_view name) const;
  std::vector<std::string> names() const;

private:
  std::map<std::string, std::unique_ptr<Schedule>, std::less<>> schedules;
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_SCHEDULE_H
