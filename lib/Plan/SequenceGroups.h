//===- SequenceGroups.h - The groups of a step ------------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SEQUENCEGROUPS_H
#define HOCKET_LIB_PLAN_SEQUENCEGROUPS_H

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// The steps of one coordinate in an attention, and the group that it is in.
struct MemberProgram {
  const std::vector<AttentionStep> *steps = nullptr;
  const SequenceGroup *group = nullptr;
  /// Owners of shares are slices of the coordinate, not members of the group.
  bool ofSlices = false;
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

  /// The program of `coordinate` for an attention in `slice` of the step.
  MemberProgram program(uint32_t coordinate, uint32_t slice,
                        const Attention &attention, bool isBackward);

  /// Those around `coordinate`, in the order of the tokens or against it.
  RowMembers rowMembers(uint32_t coordinate, uint32_t microbatch,
                        bool reverse) const;

private:
  struct Group {
    const SequenceGroup *group = nullptr;
    const SequenceMethod *method = nullptr;
    MemberChunks chunks; // by member; of one with slices, by slice
    /// By heads, key heads, causal, backward.
    std::map<std::tuple<uint32_t, uint32_t, bool, bool>, AttentionProgram>
        programs;
  };
  /// Where a coordinate is in a slice; group -1: nowhere.
  struct Place {
    int32_t group = -1;
    uint32_t member = 0; // or slice
  };

  Result<void> layOut(Plan &plan, const Model &model,
                      const SequenceMethods &methods);
  Result<const SequenceMethod *> methodOf(const std::string &name,
                                          const SequenceMethods &methods);

  bool ofSlices = false;
  uint32_t numSlices = 0; // of a step
  std::map<std::string, std::unique_ptr<SequenceMethod>> methods;
  std::vector<Group> groups;
  std::vector<Place> places; // by coordinate * numSlices + slice
};

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCEGROUPS_H
