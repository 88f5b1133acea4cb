//===- ScheduleGraph.h - What schedulers derive from a problem --*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULEGRAPH_H
#define HOCKET_LIB_SOLVER_SCHEDULEGRAPH_H

#include "hocket/Solver/Schedule.h"

namespace hocket {

/// The blocks of one microbatch as a graph.
struct ScheduleGraph {
  explicit ScheduleGraph(const ScheduleProblem &problem);

  using Dependency = ScheduleProblem::Dependency;
  std::vector<std::vector<Dependency>> before; // what a block needs
  std::vector<std::vector<Dependency>> after;  // what needs a block
  /// Blocks in an order that respects `before`; shorter than the blocks where
  /// there is a cycle (only topological is filled then).
  std::vector<uint32_t> topological;
  /// Longest path to the start of a block, and from its end.
  std::vector<int64_t> head, tail;
  std::vector<std::vector<uint32_t>> ofRank; // blocks, topologically sorted

  int64_t criticalPath(const ScheduleProblem &problem) const;
};

/// The same problem with time running backwards: start times t of one are
/// T - t - time of the other. Microbatches are counted from the last.
ScheduleProblem mirror(const ScheduleProblem &problem);

/// Whether no prefix of a rank's order holds more than its capacity.
bool fitsMemory(const ScheduleProblem &problem, const TaskOrder &order);

/// By rank, what every schedule needs: one microbatch alone, its blocks in the
/// best order for this rank. Ranks with too many blocks to try all orders of
/// have the largest block.
std::vector<int64_t> neededCapacity(const ScheduleProblem &problem);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULEGRAPH_H
