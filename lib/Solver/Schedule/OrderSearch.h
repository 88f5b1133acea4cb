//===- OrderSearch.h - Local search over the orders of ranks ----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_ORDERSEARCH_H
#define HOCKET_LIB_SOLVER_SCHEDULE_ORDERSEARCH_H

#include "ScheduleGraph.h"
#include "ScheduleSearch.h"

#include <optional>
#include <random>

namespace hocket {

/// Simulated annealing: a task moves forward or backward in the order of its
/// rank, and every task starts as early as the orders allow. Memory depends on
/// the orders alone, and microbatches go through each block in order.
class OrderSearch {
public:
  OrderSearch(const ScheduleProblem &problem, uint64_t seed,
              ScheduleIncumbent &incumbent);

  /// Anneals from `starts` until the budget ends or the bound is reached.
  void run(const std::vector<int64_t> &starts, Budget &budget);

private:
  struct Move {
    uint32_t device;
    size_t from, to;
  };

  bool evaluate();
  double cost();
  std::optional<Move> drawMove();
  /// Pairs of neighbours on a rank of which the second waits for the first, on
  /// a path that decides the value.
  void traceCriticalPath();
  uint32_t slot(uint32_t task, size_t device) const {
    return task / blockCount * slotsPerMicrobatch +
           firstSlot[task % blockCount] + uint32_t(device);
  }
  bool isLegal(const Move &move) const;
  void apply(const Move &move);
  bool fits(uint32_t device) const;

  const ScheduleProblem &problem;
  ScheduleGraph graph;
  uint32_t blockCount;
  std::mt19937_64 random;
  ScheduleIncumbent &incumbent;
  BlockPrecedence precedes;
  int64_t load; // of the busiest rank, per microbatch

  TaskOrder order;
  std::vector<int64_t> starts;
  // Of evaluate(): what remains before a task, the tasks that can be placed.
  std::vector<uint32_t> missing, missingAtFirst, queue;
  std::vector<size_t> rankPlace; // how many tasks of each rank have been placed
  int64_t value = 0;
  uint32_t slowest = 0; // the rank that decides the value
  struct Pair {
    uint32_t device;
    size_t second; // position
  };
  std::vector<Pair> critical;
  bool isTraced = false;
  int runs = 0;
  std::vector<uint32_t> firstSlot; // by block
  uint32_t slotsPerMicrobatch = 0;
  std::vector<uint32_t> positions; // by slot
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_ORDERSEARCH_H
