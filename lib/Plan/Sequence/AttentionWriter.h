//===- AttentionWriter.h - Programs of an attention, by phases --*- C++ -*-===//
//
// A method describes an attention for all members of a group at once, as a row
// of phases. In a phase a member first does what `before()` was told, then
// posts its messages, computes, and at last receives and waits until its own
// messages were received. Messages between two members are posted and received
// in the order of the calls of send(), so that they meet; every member posts
// before it receives, so that no two wait for each other.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_PLAN_SEQUENCE_ATTENTIONWRITER_H
#define HOCKET_LIB_PLAN_SEQUENCE_ATTENTIONWRITER_H

#include "SequenceLayout.h"

#include <set>

namespace hocket::plan {

/// A range of heads, of queries or of keys.
struct HeadRange {
  uint32_t first = 0, count = 0;
  bool operator==(const HeadRange &) const = default;
};

class AttentionWriter {
public:
  explicit AttentionWriter(const AttentionGeometry &geometry);

  /// The query heads `part` of `parts`, and the key heads that they read.
  HeadRange queryHeads(uint32_t part, uint32_t parts) const;
  HeadRange keyHeads(HeadRange queryHeads) const;

  /// The value of `owner`'s tokens for `queryHeads` at `member`: the member's
  /// own value where it is all of that.
  AttentionValue value(Quantity quantity, uint32_t member, uint32_t owner,
                       HeadRange queryHeads) const;
  static AttentionValue own(Quantity quantity) { return {quantity, {}}; }
  /// The same for these heads of the quantity, wherever it is.
  static AttentionValue shared(Quantity quantity, uint32_t owner,
                               HeadRange heads, int32_t term = Share::kSum);
  /// All heads of a quantity.
  HeadRange allHeads(Quantity quantity) const {
    return {0, hasKeyHeads(quantity) ? geometry.keyHeads : geometry.heads};
  }

  /// Whether some query of one member sees a key of the other.
  bool sees(uint32_t queryMember, uint32_t keyMember) const {
    return !rowsOf(queryMember, keyMember).empty();
  }
  bool hasTokens(uint32_t member) const { return tokens[member] > 0; }

  //===--------------------------------------------------------------------===//
  // Within a phase
  //===--------------------------------------------------------------------===//

  void send(uint32_t from, uint32_t to, AttentionValue sent,
            AttentionValue received);
  void send(uint32_t from, uint32_t to, const AttentionValue &value) {
    send(from, to, value, value);
  }
  /// Before the messages of the phase are posted.
  void copyBefore(uint32_t member, AttentionValue to, AttentionValue from);
  void addBefore(uint32_t member, AttentionValue to, AttentionValue from);
  void zeroBefore(uint32_t member, AttentionValue value);
  void mergeBefore(uint32_t member, AttentionValue output, AttentionValue lse,
                   AttentionValue otherOutput, AttentionValue otherLse);

  /// output, lse += what the keys give to the queries.
  void part(uint32_t member, uint32_t queryOwner, uint32_t keyOwner,
            HeadRange queryHeads, AttentionValue query, AttentionValue key,
            AttentionValue value, AttentionValue output, AttentionValue lse);
  void delta(uint32_t member, AttentionValue output, AttentionValue gradient,
             AttentionValue delta);
  /// Values in the order of the kernel's operands (plan::Attention::partGrad).
  void partGrad(uint32_t member, uint32_t queryOwner, uint32_t keyOwner,
                HeadRange queryHeads, std::vector<AttentionValue> values);

  /// Before the messages: gives these values of members without tokens, whose
  /// attention is nothing, their empty contents.
  void fillEmpty(std::initializer_list<Quantity> quantities);

  void endPhase();
  AttentionProgram finish();

private:
  struct Phase {
    std::vector<AttentionStep> before, sends, work, receives;
  };

  const std::vector<int32_t> &rowsOf(uint32_t queryMember,
                                     uint32_t keyMember) const {
    return rows[size_t(queryMember) * geometry.degree() + keyMember];
  }
  /// The table of a pair, which initialises what has not been touched.
  std::vector<int32_t> table(uint32_t queryOwner, uint32_t keyOwner,
                             HeadRange queryHeads, int32_t initialise) const;
  /// True for the first call with `value` at `member`.
  bool isFirst(uint32_t member, const AttentionValue &value) {
    return touched[member].insert(value).second;
  }

  const AttentionGeometry &geometry;
  std::vector<int64_t> tokens;            // by member
  std::vector<std::vector<int32_t>> rows; // by pair of members
  std::vector<Phase> phases;              // by member, of the present phase
  std::vector<uint32_t> numSends;         // by member
  std::vector<std::set<AttentionValue>> touched;
  AttentionProgram program;
};

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCE_ATTENTIONWRITER_H
