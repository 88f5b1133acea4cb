//===- Pipeline.h - Pipelines as schedule problems --------------*- C++ -*-===//
//
// The usual form of a schedule problem: stages on ranks, with a forward, an
// input gradient and a weight gradient each.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_PIPELINE_H
#define HOCKET_SOLVER_PIPELINE_H

#include "hocket/Solver/Schedule.h"

namespace hocket {

struct PipelineProblem {
  uint32_t ranks = 1;
  uint32_t microbatches = 1;
  std::vector<uint32_t> placement; // stage -> rank
  /// Times by stage. `weightGradient` is empty where the backward is whole; its
  /// time is then in `inputGradient`.
  std::vector<int64_t> forward, inputGradient, weightGradient;
  /// From the end of a task to the start of the one that reads its result, by
  /// rank of either; 0 on the diagonal. Empty: `evenHop` between any two.
  std::vector<std::vector<int64_t>> hop;
  int64_t evenHop = 0;
  /// Kept by each stage from the start of F to the end of W (or B).
  std::vector<int64_t> activation;
  /// The part of it that W reads: the rest is released at the end of Bi. Empty:
  /// all of it.
  std::vector<int64_t> keptForWeight;
  std::vector<int64_t> capacity; // by rank
  ScheduleProblem::Objective objective = ScheduleProblem::Objective::Makespan;

  enum class Kind : uint8_t { F, Bi, W, B };

  size_t stages() const { return placement.size(); }
  bool splitsBackward() const { return !weightGradient.empty(); }
  /// Kinds of each stage, in the order of blocks.
  uint32_t kindsPerStage() const { return splitsBackward() ? 3 : 2; }
  uint32_t block(Kind kind, size_t stage) const;
  Kind kindOf(uint32_t block) const;
  uint32_t stageOf(uint32_t block) const { return block / kindsPerStage(); }
  int64_t hopBetween(uint32_t from, uint32_t to) const {
    return from == to ? 0 : hop.empty() ? evenHop : hop[from][to];
  }

  /// With blocks named "F0", "Bi0", "W0" or "F0", "B0". All lists have the
  /// sizes that are said above.
  ScheduleProblem toSchedule() const;
};

/// An order that somebody knows for a pipeline, and what it is called.
struct KnownOrder {
  std::string name;
  TaskOrder order;
};

/// Stage s on rank s, s + ranks, ... of `ranks`: "interleaved" (and "linear"
/// with one stage a rank); or there and back again, "v". Empty for a name that
/// there is not or where the stages are not a multiple of the ranks.
std::vector<uint32_t> placementOf(const std::string &name, uint32_t stages,
                                  uint32_t ranks);

} // namespace hocket

#endif // HOCKET_SOLVER_PIPELINE_H
