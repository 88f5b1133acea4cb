//===- ScheduleGraph.h - What schedulers derive from a problem --*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEGRAPH_H
#define HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEGRAPH_H

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
  std::vector<int64_t> load;                 // of a microbatch, by rank

  int64_t criticalPath(const ScheduleProblem &problem) const;
  int64_t largestLoad() const;
};

/// Which blocks of a microbatch come before which others.
class BlockPrecedence {
public:
  explicit BlockPrecedence(const ScheduleGraph &graph);
  bool operator()(uint32_t first, uint32_t second) const {
    return rows[size_t(second) * words + first / 64] >> (first % 64) & 1;
  }

private:
  size_t words; // of the row of a block: a bit for each block before it
  std::vector<uint64_t> rows;
};

/// No schedule that never lets all ranks and hops rest at once is longer.
int64_t sequentialLength(const ScheduleProblem &problem);

/// The same problem with time running backwards: start times t of one are
/// T - t - time of the other. Microbatches are counted from the last.
ScheduleProblem mirror(const ScheduleProblem &problem);

/// Whether no prefix of a rank's order holds more than its capacity.
bool fitsMemory(const ScheduleProblem &problem, const TaskOrder &order);

/// What one microbatch alone holds on a rank.
struct MicrobatchMemory {
  /// At its fullest moment, its blocks in the best order for this rank. Every
  /// schedule needs that much.
  int64_t peak = 0;
  /// At its emptiest moment, in the worst order: below 0 where something is
  /// given back before it was taken.
  int64_t least = 0;
};

/// Both are 0 on a rank with too many blocks to try all orders of.
MicrobatchMemory microbatchMemory(const ScheduleProblem &problem,
                                  const ScheduleGraph &graph,
                                  const BlockPrecedence &precedes,
                                  uint32_t rank);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEGRAPH_H
