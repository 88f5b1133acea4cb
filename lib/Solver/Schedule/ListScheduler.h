//===- ListScheduler.h - Schedules by priorities ----------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_LISTSCHEDULER_H
#define HOCKET_LIB_SOLVER_SCHEDULE_LISTSCHEDULER_H

#include "ScheduleGraph.h"

#include <queue>

namespace hocket {

/// Goes through time; a rank that is free starts the task of the smallest
/// priority among those that are ready and that memory admits. Microbatches go
/// through each block in order. Memory is given out so that the oldest
/// microbatches can always end (Dijkstra's banker).
class ListScheduler {
public:
  explicit ListScheduler(const ScheduleProblem &problem);

  struct Policy {
    std::vector<double> priority; // by task; small ones first
    /// A rank waits for a task of smaller priority that will be ready soon
    /// rather than start one that would make it late, if it idles at most this
    /// many times the delay.
    double patience = 1;
    /// Up to this much idle time after its first task a rank waits in any case.
    int64_t idleAllowance = 0;
  };

  /// Start times; empty where the budget ended or memory admits nothing.
  std::vector<int64_t> run(const Policy &policy, Budget &budget);

private:
  struct Event {
    int64_t time;
    uint32_t device;
    bool operator>(const Event &other) const {
      return time != other.time ? time > other.time : device > other.device;
    }
  };

  void reset();
  uint32_t headOf(uint32_t block) const {
    return uint32_t(size_t(nextMicrobatch[block]) * blockCount + block);
  }
  /// Whether every task that the next one of a block needs has started.
  bool isForeseen(uint32_t block) const {
    return nextMicrobatch[block] < problem.microbatches &&
           missing[headOf(block)] == 0;
  }
  void addForeseen(uint32_t block);
  void removeForeseen(uint32_t block);
  int32_t memoryBitOf(uint32_t device, uint32_t block) const;
  bool admits(uint32_t device, uint32_t microbatch, uint32_t block) const;
  bool admitsOnAll(uint32_t task, int64_t now);
  int64_t freeTime(uint32_t block) const;
  /// Starts what `device` should run at `now`, if anything.
  void examine(uint32_t device, int64_t now, const Policy &policy);
  void start(uint32_t task, int64_t now);

  const ScheduleProblem &problem;
  ScheduleGraph graph;
  uint32_t blockCount;
  /// Blocks of a rank that matter for memory, as bits of a mask; for each mask
  /// of what is done, what one microbatch still needs at its fullest moment.
  std::vector<std::vector<uint32_t>> memoryBlocks; // by rank
  std::vector<std::vector<int32_t>> memoryBit;     // by block and its device
  std::vector<uint32_t> place; // by block, in the topological order

  // The state of a run.
  std::vector<uint32_t> nextMicrobatch; // by block
  std::vector<uint32_t> missing;        // by task
  /// By rank: its blocks whose next task is foreseen, topologically sorted.
  std::vector<std::vector<uint32_t>> foreseen;
  std::vector<int64_t> ready, starts; // by task
  std::vector<int64_t> freeAt, held;  // by rank
  std::vector<int64_t> idle; // by rank, since its first task; -1: before it
  struct InFlight {
    uint32_t microbatch;
    uint32_t done; // mask
    int64_t held;
  };
  std::vector<std::vector<InFlight>> inFlight; // by rank, oldest first
  struct Release {
    int64_t time;
    uint32_t microbatch, block;
  };
  std::vector<std::vector<Release>> releases; // by rank: not yet ended
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  size_t started = 0;
  int64_t steps = 0; // elementary ones, since the budget was charged

  int64_t remainingPeak(uint32_t device, uint32_t done) const;
  void settle(uint32_t device, int64_t now);
  void take(uint32_t device, uint32_t microbatch, uint32_t block);
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_LISTSCHEDULER_H
