//===- Repetend.h - A body that repeats for every microbatch ----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_REPETEND_H
#define HOCKET_LIB_SOLVER_SCHEDULE_REPETEND_H

#include "Memory/MemoryUnits.h"

#include "hocket/Solver/Engine.h"

namespace hocket {

/// Start times of one microbatch that may repeat every `period`, for ever:
/// modulo scheduling (Rau 1994), decided in difference logic. For two blocks b
/// and c of a rank there is a whole number q so that b of microbatch n ends
/// before c of n + q starts, and that ends before b of n + 1 starts. What a
/// rank holds when a block starts is then a sum over q.
class Repetend {
public:
  Repetend(const ScheduleProblem &problem, const DecisionEngineFactory &engines,
           uint64_t seed);

  /// No: there is none of this period whose microbatches last at most `length`.
  Answer find(int64_t period, int64_t length, Budget &budget);
  /// Of the last find() that said yes.
  const std::vector<int64_t> &starts() const { return found; }
  /// No: there is none of this period at all.
  Answer findOfAnyLength(int64_t period, Budget &budget);
  /// What most repetends need: every block comes within a period of what it
  /// waits for. Short memory may make it wait longer.
  int64_t usualLength(int64_t period) const;

private:
  bool neverOwesMemory() const;
  struct Order {
    uint32_t first, second;
    int64_t low;                   // of q
    std::vector<Literal> literals; // by q - low; exactly one holds
  };

  /// False where the budget ends before all are added.
  bool addOrders(DecisionEngine &engine, const std::vector<Integer> &start,
                 int64_t period, int64_t length, Budget &budget);
  bool addMemory(DecisionEngine &engine) const;

  const ScheduleProblem &problem;
  ScheduleGraph graph;
  const DecisionEngineFactory &engines;
  uint64_t seed;
  MemoryUnits units;
  /// Longest path from the end of one block to the start of another, or -1.
  std::vector<int64_t> distance;
  std::vector<Order> orders;
  std::vector<int64_t> found;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_REPETEND_H
