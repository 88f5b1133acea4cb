//===- Schedule.h - When the tasks of a pipeline run ------------*- C++ -*-===//
//
// The problem kind `schedule`: every microbatch is the same graph of blocks
// (forward, input gradient, weight gradient of each stage), every block needs
// its devices to itself, memory is limited. When does each block of each
// microbatch start?
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_SCHEDULE_H
#define HOCKET_SOLVER_SCHEDULE_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace hocket {

struct ScheduleProblem {
  /// What is minimized.
  enum class Objective : uint8_t {
    Makespan, ///< from the start of the first task to the end of the last
    Span,     ///< the same per rank; that of the slowest rank
    Period,   ///< between two microbatches, once the pipeline is full
  };
  /// Another block of the same microbatch, and the time from its end to the
  /// earliest start of this one (a hop between ranks).
  struct Dependency {
    uint32_t block = 0;
    int64_t lag = 0;
  };
  struct Block {
    std::string name;
    std::vector<uint32_t> devices; // sorted; busy from its start to its end
    int64_t time = 1;
    /// On each of its devices: taken at its start if positive, released at its
    /// end if negative.
    int64_t memory = 0;
    std::vector<Dependency> after;
  };

  std::vector<Block> blocks; // of one microbatch
  uint32_t ranks = 1;
  uint32_t microbatches = 1;
  /// Of memory, by rank.
  std::vector<int64_t> capacity;
  Objective objective = Objective::Makespan;
  /// For messages: a time is a whole number of 10^-timeDecimals of the unit
  /// that its author knows, memory of 10^-memoryDecimals.
  int timeDecimals = 0, memoryDecimals = 0;
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  size_t taskCount() const { return blocks.size() * size_t(microbatches); }
  size_t task(uint32_t microbatch, uint32_t block) const {
    return size_t(microbatch) * blocks.size() + block;
  }

  /// Errors: InvalidArgument for times that are not positive, devices and
  /// blocks that there are not, blocks that wait for each other, memory that a
  /// microbatch does not give back or gives back before it took it, and times
  /// whose sum does not fit in 60 bits. Names the block.
  Result<void> check() const;
};

/// The order in which each rank runs its tasks (indices as of task()). A task
/// on several devices is in the order of each.
using TaskOrder = std::vector<std::vector<uint32_t>>;

struct ScheduleSolution : SolutionSummary {
  std::vector<int64_t> starts; // by task
  /// Objective::Period only: start of each block of microbatch 0; microbatch n
  /// starts n * value later, and this may go on forever.
  std::vector<int64_t> repetend;
  /// Of SolutionStatus::Infeasible: by rank, the smallest capacity that holds
  /// one microbatch. Empty where each rank alone has enough, and decision
  /// queries have proven that all together have not.
  std::vector<int64_t> smallestCapacity;
};

class ScheduleScheduler {
public:
  virtual ~ScheduleScheduler() = default;
  /// `problem` has passed check(). `known` are orders to begin with, of
  /// textbook schedules for example; those that break a rule are ignored.
  virtual ScheduleSolution solve(const ScheduleProblem &problem,
                                 const std::vector<TaskOrder> &known,
                                 const SolverOptions &options) const = 0;
};

/// List scheduling and local search; the bound is that of
/// scheduleLowerBound().
std::unique_ptr<ScheduleScheduler> createHeuristicSchedule();
/// Decision queries from the bound up. Needs an engine.
std::unique_ptr<ScheduleScheduler> createExactSchedule();
/// The heuristic, a repeating body (repetend) with its warm-up and cool-down,
/// and decision queries where the problem is small enough for them.
std::unique_ptr<ScheduleScheduler> createAutoSchedule();

/// Every task as early as the orders allow; empty where tasks wait for each
/// other. Memory is not looked at.
std::vector<int64_t> startTimes(const ScheduleProblem &problem,
                                const TaskOrder &order);

/// The ranks' tasks by start time.
TaskOrder ordersByTime(const ScheduleProblem &problem,
                       const std::vector<int64_t> &starts);

/// No schedule has a smaller value. Counts, for each rank, the idle time before
/// its first tasks and after its last ones that its memory does not let it
/// fill.
int64_t scheduleLowerBound(const ScheduleProblem &problem);
/// The same, or less where the budget ends before all ranks are counted.
int64_t scheduleLowerBound(const ScheduleProblem &problem, Budget &budget);

/// The value of the objective; not of Period.
int64_t scheduleValue(const ScheduleProblem &problem,
                      const std::vector<int64_t> &starts);

/// Whether the start times solve the problem and the value is theirs. Shares no
/// code with any scheduler. Errors name both tasks.
Result<void> verify(const ScheduleProblem &problem,
                    const ScheduleSolution &solution);

} // namespace hocket

#endif // HOCKET_SOLVER_SCHEDULE_H
