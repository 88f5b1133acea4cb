//===- ExactSchedule.h - Schedules by decision queries ----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_EXACTSCHEDULE_H
#define HOCKET_LIB_SOLVER_SCHEDULE_EXACTSCHEDULE_H

#include "Memory/MemoryUnits.h"

#include "hocket/Solver/Engine.h"

#include <map>

namespace hocket {

/// Asks for a schedule of at most a given value: one integer per start, one
/// Boolean per pair of tasks of a rank that nothing else orders. Microbatches
/// go through each block in order, which loses nothing since they are alike.
class ExactSchedule {
public:
  /// `horizon` is a makespan that some best schedule does not exceed: for the
  /// makespan a value that is known to be reached, else sequentialLength().
  /// Where the budget ends before all is said to the engine, every answer is
  /// Unknown.
  ExactSchedule(const ScheduleProblem &problem,
                const DecisionEngineFactory &engines, uint64_t seed,
                int64_t horizon, Budget &budget);

  Answer find(int64_t value, Budget &budget);
  /// Of the last find() that said yes.
  const std::vector<int64_t> &starts() const { return found; }

  /// Booleans that the question needs; what is small enough is worth asking.
  static size_t size(const ScheduleProblem &problem);
  /// All values are multiples of it.
  static int64_t granularity(const ScheduleProblem &problem);

private:
  /// Whether `first` ends before `second` starts.
  Literal before(uint32_t first, uint32_t second) const;
  /// +1: known to come first; -1: known to come second; 0: open.
  int known(uint32_t first, uint32_t second) const;
  // False where the budget ends before all are added.
  bool addTasks(int64_t horizon, Budget &budget);
  bool addOrders(Budget &budget);
  bool addMemory(Budget &budget);

  const ScheduleProblem &problem;
  ScheduleGraph graph;
  uint32_t blockCount;
  BlockPrecedence precedes;
  MemoryUnits units;
  std::unique_ptr<DecisionEngine> engine;
  std::vector<Integer> start;
  std::vector<Integer> firstOf, lastOf; // of ranks, for spans
  std::map<std::pair<uint32_t, uint32_t>, Literal> literals;
  bool isComplete = false;
  std::vector<int64_t> found;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_EXACTSCHEDULE_H
