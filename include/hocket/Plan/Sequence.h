//===- Sequence.h - Ranks that share sequences ------------------*- C++ -*-===//
//
// Under sequence parallelism the ranks of a group hold different tokens of the
// same sequences. What works token by token needs nothing else; an attention is
// computed by all of them together. A method says which tokens each member
// holds, and writes what the members do in an attention and in its gradient.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_SEQUENCE_H
#define HOCKET_PLAN_SEQUENCE_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include <functional>
#include <map>
#include <memory>
#include <string_view>

namespace hocket::plan {

/// The values of an attention. What they are of a stage: quantityOperand().
enum class Quantity : uint8_t {
  Query,
  Key,
  Value,
  Output,
  Lse,
  Delta,
  OutputGradient,
  QueryGradient,
  KeyGradient,
  ValueGradient
};
/// The slot and the index that stand for `quantity` in a stage that begins with
/// `attention`.
Operand quantityOperand(const Attention &attention, Quantity quantity);
/// Whether its heads are those of the keys.
bool hasKeyHeads(Quantity quantity);

/// A value at a member. Owners and terms of shares are members here, numbers
/// from 0 within the group, not coordinates.
struct AttentionValue {
  Quantity quantity = Quantity::Query;
  Share share = {};
  auto operator<=>(const AttentionValue &) const = default;
};

/// The kernels of an attention (plan::Attention).
enum class AttentionKernel : uint8_t { Part, Merge, Delta, PartGrad };

uint32_t kernelOf(const Attention &attention, AttentionKernel kernel);

/// What its operands are, the table left out.
const std::vector<Quantity> &operandsOf(AttentionKernel kernel);

/// What one member does next. `values` are those of the instruction's buffers,
/// in order.
struct AttentionStep {
  Op op = Op::Attend;
  AttentionKernel kernel = AttentionKernel::Part; // of Attend
  uint32_t peer = 0;                              // member; of Send, Recv
  uint32_t send = 0; // of WaitSend: number among the sends of this program
  std::vector<AttentionValue> values;
  std::vector<int32_t> table; // of Attend with Part and PartGrad
};

/// The steps of each member.
using AttentionProgram = std::vector<std::vector<AttentionStep>>;

/// The tokens of a group, by member.
using MemberChunks = std::vector<std::vector<TokenChunk>>;

/// An attention of a group, as methods see it.
struct AttentionGeometry {
  uint32_t heads = 1, keyHeads = 1;
  bool causal = false;
  MemberChunks chunks;

  uint32_t degree() const { return uint32_t(chunks.size()); }
  /// The rows of a table for queries of one member and keys of another, eight
  /// numbers each (hocket.attention_part): none where no query sees a key.
  std::vector<int32_t> rows(uint32_t queryMember, uint32_t keyMember) const;
};

/// A method of sequence parallelism. Methods have no state.
class SequenceMethod {
public:
  virtual ~SequenceMethod() = default;

  /// Errors: InvalidArgument for a degree, or numbers of heads, with which the
  /// method does not work.
  virtual Result<void> check(uint32_t degree, uint32_t heads,
                             uint32_t keyHeads) const;
  /// The tokens of `member` of `degree`, of a sequence of this length.
  virtual std::vector<TokenChunk> chunks(int64_t length, uint32_t member,
                                         uint32_t degree) const = 0;
  /// Whether each member holds one run of a sequence, or nothing of it, in the
  /// order of the members: what scans over the tokens need.
  virtual bool holdsRuns() const { return false; }
  virtual AttentionProgram forward(const AttentionGeometry &) const = 0;
  virtual AttentionProgram backward(const AttentionGeometry &) const = 0;
};

/// The methods by name. Owned by its user.
class SequenceMethods {
public:
  /// Makes a method; `argument` is what follows a colon in its name.
  using Factory = std::function<Result<std::unique_ptr<SequenceMethod>>(
      std::optional<uint32_t> argument)>;

  /// A registry with ring, zigzag, striped, all_gather, ulysses, token_ring,
  /// and usp:U for the Ulysses degrees U (docs/sequence.md).
  static SequenceMethods withBuiltins();

  void add(std::string name, Factory factory) {
    factories[std::move(name)] = std::move(factory);
  }
  /// Errors: InvalidArgument for a name that is unknown (lists the known ones)
  /// or an argument that does not fit.
  Result<std::unique_ptr<SequenceMethod>> make(std::string_view name) const;

private:
  std::map<std::string, Factory, std::less<>> factories;
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_SEQUENCE_H
