//===- Checker.h - The parts of the check of a plan -------------*- C++ -*-===//
//
// One file per group of invariants. Every part may rely on those that come
// before it in Check.cpp having found nothing.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_PLAN_CHECK_CHECKER_H
#define HOCKET_LIB_PLAN_CHECK_CHECKER_H

#include "hocket/Plan/Check.h"
#include "hocket/Plan/ModelCheck.h"

#include <functional>
#include <map>
#include <utility>

namespace hocket::plan {

using Found = std::optional<Violation>;

/// A group of ranks in a stage that its members begin together.
struct Meeting {
  uint32_t stage = 0, microbatch = 0;
  const SequenceGroup &group;
  std::vector<uint32_t> ranks; // of the group's coordinates, in order
};

/// What the parts share: the plan and the model under suspicion.
struct CheckContext {
  const Plan &plan;
  const Model &model;
  /// Filled by checkStructure; each role has a rank.
  std::vector<std::vector<uint32_t>> ranksOfRole;
  /// By microbatch where there are routes: stages and their positions, sorted.
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> positions;
  /// By pipeline rank where there are routes: the stages and microbatches that
  /// come to it.
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> visits;

  /// The stage before or after `stage` on the way of `microbatch`; -1 where
  /// there is none.
  int64_t stageBefore(int64_t stage, int64_t microbatch) const {
    return neighbour(stage, microbatch, -1);
  }
  int64_t stageAfter(int64_t stage, int64_t microbatch) const {
    return neighbour(stage, microbatch, 1);
  }
  int64_t neighbour(int64_t stage, int64_t microbatch, int64_t step) const;

  const Role &roleOf(uint32_t rank) const {
    return plan.roles[plan.ranks[rank].role];
  }
  /// A violation with a note for each culprit. Indices may be out of range.
  Violation violation(const char *invariant, std::string message,
                      std::vector<Culprit> culprits = {}) const;
  std::string describe(const Culprit &culprit) const;
  /// An instruction on the first rank of its role.
  Culprit at(uint32_t role, int64_t instruction, int64_t buffer = -1) const;
  /// An instruction on one rank.
  Culprit on(uint32_t rank, int64_t instruction, int64_t buffer = -1) const;
  /// What `check` finds first, of the meetings of all groups in the stages that
  /// `isMeeting` is true of.
  Found
  findInMeetings(const std::function<bool(const Stage &)> &isMeeting,
                 const std::function<Found(const Meeting &)> &check) const;
  /// The template that a Kernel instruction runs; null where there is none.
  const TaskTemplate *templateOf(const Role &role,
                                 const Instruction &instruction) const;
};

/// Where the messages of each pair of ranks are: found by checkTransfers, used
/// by checkDeadlock. Both tables are indexed by firstPeer[rank] + local peer;
/// -1 where nothing is sent or received.
struct Channels {
  struct Channel {
    uint32_t source = 0, destination = 0;
  };
  std::vector<Channel> channels;
  std::vector<size_t> firstPeer; // by rank
  std::vector<int32_t> ofSends, ofReceives;
};

Found checkStructure(CheckContext &context);
/// The part of it about the sequences that ranks share.
Found checkSequenceGroups(const CheckContext &context);
/// P7: the limits that the strategy declares.
Found checkLimits(const CheckContext &context);
/// P8: tasks, updates and reductions happen exactly once.
Found checkTasks(const CheckContext &context);
Found checkReductions(const CheckContext &context);
/// P8: every query meets every key that it sees, once.
Found checkAttention(const CheckContext &context);
/// P8: rows and their gradients arrive where they belong, each once.
Found checkGathers(const CheckContext &context);
/// P1, and the part of P3 that looks at two ranks.
Found checkTransfers(const CheckContext &context, Channels &channels);
Found checkCollectives(const CheckContext &context);
/// P3 within a rank.
Found checkDataflow(const CheckContext &context);
/// P2.
Found checkDeadlock(const CheckContext &context, const Channels &channels);
/// P4.
Found checkMemory(const CheckContext &context);
/// P5.
Found checkCapacity(const CheckContext &context, const MemoryLimits &limits);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_CHECK_CHECKER_H
