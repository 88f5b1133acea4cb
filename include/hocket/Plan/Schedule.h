//===- Schedule.h - The order of tasks on a pipeline rank -------*- C++ -*-===//

#ifndef HOCKET_PLAN_SCHEDULE_H
#define HOCKET_PLAN_SCHEDULE_H

#include "hocket/Plan/Plan.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hocket::plan {

/// What a schedule is made for: `ranks` pipeline ranks with at most `chunks`
/// stages each, and the microbatches of a step. All are at least 1.
struct PipelineShape {
  uint32_t ranks = 1;
  uint32_t chunks = 1;
  uint32_t microbatches = 1;
  /// Stages of all ranks; 0: every rank has `chunks`.
  uint32_t numStages = 0;

  uint32_t stages() const { return numStages ? numStages : ranks * chunks; }
  /// Whether every rank can have as many stages as the others.
  bool isEven() const { return stages() == uint64_t(ranks) * chunks; }
};

/// Gives every pipeline rank the order of its tasks.
class Schedule {
public:
  virtual ~Schedule() = default;
  virtual std::string_view name() const = 0;
  /// Whether it orders Bi and W apart; it then needs a model that has them.
  virtual bool splitsBackward() const { return false; }
  /// Whether there is such a schedule for this shape. Errors: InvalidArgument,
  /// saying which shapes there are schedules for.
  virtual Result<void> check(const PipelineShape &shape) const;
  /// The pipeline rank that runs `stage`. Unless a schedule says otherwise,
  /// rank i runs the stages i, i + ranks, i + 2 ranks, ...
  virtual uint32_t rankOf(uint32_t stage, const PipelineShape &shape) const {
    return stage % shape.ranks;
  }
  /// The tasks of pipeline rank `rank`, in order. `shape` has passed check().
  virtual std::vector<ScheduledTask>
  order(uint32_t rank, const PipelineShape &shape) const = 0;
  /// The same for all pipeline ranks; for schedules that make all at once.
  virtual std::vector<std::vector<ScheduledTask>>
  orders(const PipelineShape &shape) const;
  /// By pipeline rank, sorted: positions of tasks that are meant to overlap
  /// with the one after them, where a device can do so. Empty: none.
  virtual std::vector<std::vector<size_t>>
  overlaps(const PipelineShape &shape) const {
    return {};
  }
  /// The tasks of all pipeline ranks where the microbatches go by the routes of
  /// `strategy`, which has passed checkStrategy(). Errors: InvalidArgument,
  /// where there is no such schedule; none has one unless it says otherwise.
  virtual Result<std::vector<std::vector<ScheduledTask>>>
  orderOnRoutes(const Strategy &strategy) const;
};

/// The schedules that a context knows by name. Owned by its user: there is no
/// process-wide registry.
class ScheduleRegistry {
public:
  /// A registry with the built-in schedules: "gpipe", "1f1b", "interleaved",
  /// "zb_h1", "zb_h2", "zb_v", "v_half", "v_min" and "dualpipe_v"
  /// (docs/plan.md).
  static ScheduleRegistry withBuiltins();

  void add(std::unique_ptr<Schedule> schedule);
  /// Null where no schedule has that name.
  const Schedule *find(std::string_view name) const;
  /// The same, with an error (InvalidArgument) that lists the known names.
  Result<const Schedule *> get(std::string_view name) const;
  std::vector<std::string> names() const;

private:
  std::map<std::string, std::unique_ptr<Schedule>, std::less<>> schedules;
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_SCHEDULE_H
