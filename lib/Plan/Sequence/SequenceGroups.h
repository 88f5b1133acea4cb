//===- SequenceGroups.h - The groups of a step ------------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEGROUPS_H
#define HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEGROUPS_H

#include "SliceAttention.h"

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// The steps of one coordinate in an attention, and the group that it is in.
struct MemberProgram {
  const std::vector<AttentionStep> *steps = nullptr;
  const SequenceGroup *group = nullptr;
};

/// The same where microbatches are walked in slices.
struct MemberSlices {
  const SlicePrograms *programs = nullptr;
  const SequenceGroup *group = nullptr;
  uint32_t member = 0;
};

/// The coordinates of the members of a group that come before and after one of
/// them, each in the order of a scan.
struct RowMembers {
  std::vector<uint32_t> before, after;
};

/// Lays the sequences of a step out over their groups, and has the methods
/// write what members do. Programs are written once for all attentions that are
/// alike.
class SequenceGroups {
public:
  /// Fills `chunks`, `firstChunk` and `shapes` of `plan` from its groups and
  /// lengths. Errors: InvalidArgument for an unknown method and for coordinates
  /// or sequences that are not in exactly one group of a step.
  static Result<SequenceGroups> create(Plan &plan, const Model &model,
                                       const SequenceMethods &methods);

  /// The program of `coordinate` for an attention in `microbatch`.
  MemberProgram program(uint32_t coordinate, uint32_t microbatch,
                        const Attention &attention, bool isBackward);
  /// Its programs for the slices of `microbatch`.
  MemberSlices slicePrograms(uint32_t coordinate, uint32_t microbatch,
                             const Attention &attention);

  /// Those around `coordinate`, in the order of the tokens or against it.
  RowMembers rowMembers(uint32_t coordinate, uint32_t microbatch,
                        bool reverse) const;

private:
  struct Group {
    const SequenceGroup *group = nullptr;
    const SequenceMethod *method = nullptr;
    MemberChunks chunks; // by member * slices + slice
    /// By heads, key heads, causal, backward.
    std::map<std::tuple<uint32_t, uint32_t, bool, bool>, AttentionProgram>
        programs;
    /// By heads, key heads, causal.
    std::map<std::tuple<uint32_t, uint32_t, bool>, SlicePrograms> ofSlices;
  };
  /// Where a coordinate is in a microbatch; group -1: nowhere.
  struct Place {
    int32_t group = -1;
    uint32_t member = 0;
  };

  Result<void> layOut(Plan &plan, const Model &model,
                      const SequenceMethods &methods);
  Result<const SequenceMethod *> methodOf(const std::string &name,
                                          const SequenceMethods &methods);

  uint32_t microbatches = 0, slices = 1;
  std::map<std::string, std::unique_ptr<SequenceMethod>> methods;
  std::vector<Group> groups;
  std::vector<Place> places; // by coordinate * microbatches + microbatch
};

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEGROUPS_H
