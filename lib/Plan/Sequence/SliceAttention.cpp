//===- SliceAttention.cpp - Attention of ranks that walk slices -----------===//

#include "SliceAttention.h"

#include "hocket/Plan/AttentionTable.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

MemberChunks plan::cutIntoSlices(const std::vector<TokenChunk> &chunks,
                                 uint32_t slices) {
  int64_t tokens = 0;
  for (const TokenChunk &chunk : chunks)
    tokens += chunk.count;
  MemberChunks cut(slices);
  int64_t begin = 0; // of a chunk among all tokens
  uint32_t slice = 0;
  auto endOf = [&](uint32_t slice) {
    int64_t count = int64_t(slice) + 1;
    return tokens / slices * count + tokens % slices * count / slices;
  };
  for (const TokenChunk &chunk : chunks) {
    int64_t end = begin + chunk.count;
    for (int64_t from = begin; from < end;) {
      while (endOf(slice) <= from)
        ++slice;
      int64_t to = std::min(end, endOf(slice));
      cut[slice].push_back({chunk.sequence,
                            chunk.first + (from - begin) * chunk.stride,
                            to - from, to - from > 1 ? chunk.stride : 1});
      from = to;
    }
    begin = end;
  }
  return cut;
}

namespace {

using Q = Quantity;

class SliceWriter {
public:
  SliceWriter(const AttentionGeometry &geometry, uint32_t slices)
      : geometry(geometry), slices(slices), members(geometry.degree() / slices),
        pairs(geometry.degree()), sees(size_t(members) * geometry.degree()),
        hasKeyGradients(sees.size()) {
    for (AttentionProgram *program :
         {&made.gather, &made.forward, &made.backward, &made.exchange})
      program->resize(geometry.degree());
    findPairs();
  }

  SlicePrograms run();

private:
  /// A slice of keys that some queries see.
  struct Pair {
    uint32_t key = 0; // owner
    std::vector<int32_t> rows;
  };

  void findPairs();
  void gather(uint32_t member, uint32_t slice);
  void forward(uint32_t member, uint32_t slice);
  void backward(uint32_t member, uint32_t slice);
  void exchange(uint32_t member, uint32_t slice);

  uint32_t ownerAt(uint32_t member, uint32_t slice) const {
    return member * slices + slice;
  }
  /// The index of `member` and an owner in a table of both.
  size_t index(uint32_t member, uint32_t owner) const {
    return size_t(member) * geometry.degree() + owner;
  }
  AttentionValue valueOf(Q quantity, uint32_t member, uint32_t owner) const;
  AttentionValue termOf(Q gradient, uint32_t member, uint32_t owner) const;
  AttentionStep attend(AttentionKernel kernel, uint32_t query,
                       uint32_t key) const;
  std::vector<int32_t> table(const Pair &pair, int32_t initialise) const;
  static AttentionStep step(Op op, std::vector<AttentionValue> values,
                            uint32_t peer = 0);
  static void zero(std::vector<AttentionStep> &steps,
                   std::initializer_list<Q> results);
  static void waitForSends(std::vector<AttentionStep> &steps, uint32_t sends);

  const AttentionGeometry &geometry;
  uint32_t slices, members;
  std::vector<std::vector<Pair>> pairs; // by owner of the queries
  std::vector<bool> sees;               // by member and owner of keys
  std::vector<bool> hasKeyGradients;    // the same
  SlicePrograms made;
};

void SliceWriter::findPairs() {
  for (uint32_t query = 0; query < geometry.degree(); ++query)
    for (uint32_t key = 0; key < geometry.degree(); ++key)
      if (Pair pair{key, geometry.rows(query, key)}; !pair.rows.empty()) {
        sees[index(query / slices, key)] = true;
        pairs[query].push_back(std::move(pair));
      }
}

/// A value of `owner` at `member`.
AttentionValue SliceWriter::valueOf(Q quantity, uint32_t member,
                                    uint32_t owner) const {
  AttentionValue value{quantity, {}};
  value.share.owner = int32_t(owner);
  if (owner / slices != member)
    value.share.numHeads =
        hasKeyHeads(quantity) ? geometry.keyHeads : geometry.heads;
  return value;
}

/// What `member` gives to a gradient of `owner`.
AttentionValue SliceWriter::termOf(Q gradient, uint32_t member,
                                   uint32_t owner) const {
  AttentionValue value = valueOf(gradient, member, owner);
  if (owner / slices == member)
    return value;
  value.share.term = int32_t(member);
  return value;
}

AttentionStep SliceWriter::step(Op op, std::vector<AttentionValue> values,
                                uint32_t peer) {
  AttentionStep made;
  made.op = op;
  made.peer = peer;
  made.values = std::move(values);
  return made;
}

void SliceWriter::zero(std::vector<AttentionStep> &steps,
                       std::initializer_list<Q> results) {
  AttentionStep made = step(Op::Zero, {});
  for (Q quantity : results)
    made.values.push_back({quantity, {}});
  steps.push_back(std::move(made));
}

void SliceWriter::waitForSends(std::vector<AttentionStep> &steps,
                               uint32_t sends) {
  for (uint32_t send = 0; send < sends; ++send) {
    AttentionStep wait = step(Op::WaitSend, {});
    wait.send = send;
    steps.push_back(std::move(wait));
  }
}

AttentionStep SliceWriter::attend(AttentionKernel kernel, uint32_t query,
                                  uint32_t key) const {
  uint32_t member = query / slices;
  AttentionStep made;
  made.kernel = kernel;
  for (Q quantity : operandsOf(kernel))
    if (!hasKeyHeads(quantity) || key == query)
      made.values.push_back({quantity, {}});
    else if (quantity == Q::KeyGradient || quantity == Q::ValueGradient)
      made.values.push_back(termOf(quantity, member, key));
    else
      made.values.push_back(valueOf(quantity, member, key));
  return made;
}

std::vector<int32_t> SliceWriter::table(const Pair &pair,
                                        int32_t initialise) const {
  std::vector<int32_t> table = {int32_t(pair.rows.size() / kTableRow),
                                initialise,
                                int32_t(geometry.heads / geometry.keyHeads), 0};
  table.insert(table.end(), pair.rows.begin(), pair.rows.end());
  return table;
}

/// Everybody posts before it receives, so that no two wait for each other.
void SliceWriter::gather(uint32_t member, uint32_t slice) {
  uint32_t own = ownerAt(member, slice), sends = 0;
  std::vector<AttentionStep> &steps = made.gather[own];
  for (uint32_t other = 0; other < members; ++other)
    if (other != member && sees[index(other, own)])
      for (Q quantity : {Q::Key, Q::Value}) {
        steps.push_back(step(Op::Send, {{quantity, {}}}, other));
        ++sends;
      }
  for (uint32_t other = 0; other < members; ++other)
    if (uint32_t owner = ownerAt(other, slice);
        other != member && sees[index(member, owner)])
      for (Q quantity : {Q::Key, Q::Value})
        steps.push_back(
            step(Op::Recv, {valueOf(quantity, member, owner)}, other));
  waitForSends(steps, sends);
}

void SliceWriter::forward(uint32_t member, uint32_t slice) {
  uint32_t own = ownerAt(member, slice);
  std::vector<AttentionStep> &steps = made.forward[own];
  for (const Pair &pair : pairs[own]) {
    AttentionStep part = attend(AttentionKernel::Part, own, pair.key);
    part.table = table(pair, steps.empty() ? 1 : 0);
    steps.push_back(std::move(part));
  }
  if (steps.empty()) // a slice without tokens
    zero(steps, {Q::Output});
}

void SliceWriter::backward(uint32_t member, uint32_t slice) {
  uint32_t own = ownerAt(member, slice);
  std::vector<AttentionStep> &steps = made.backward[own];
  if (pairs[own].empty())
    return zero(steps, {Q::QueryGradient, Q::KeyGradient, Q::ValueGradient});
  steps.push_back(attend(AttentionKernel::Delta, own, own));
  for (const Pair &pair : pairs[own]) {
    AttentionStep gradient = attend(AttentionKernel::PartGrad, own, pair.key);
    size_t keys = index(member, pair.key);
    gradient.table = table(pair, (steps.size() == 1 ? 1 : 0) |
                                     (hasKeyGradients[keys] ? 0 : 2));
    hasKeyGradients[keys] = true;
    steps.push_back(std::move(gradient));
  }
}

void SliceWriter::exchange(uint32_t member, uint32_t slice) {
  uint32_t own = ownerAt(member, slice), sends = 0;
  std::vector<AttentionStep> &steps = made.exchange[own];
  auto forEachTerm = [&](auto isThere, auto work) {
    for (uint32_t other = 0; other < members; ++other)
      if (other != member && isThere(other))
        for (Q gradient : {Q::KeyGradient, Q::ValueGradient})
          work(other, gradient);
  };
  forEachTerm(
      [&](uint32_t other) {
        return sees[index(member, ownerAt(other, slice))];
      },
      [&](uint32_t other, Q gradient) {
        steps.push_back(step(Op::Send,
                             {termOf(gradient, member, ownerAt(other, slice))},
                             other));
        ++sends;
      });
  auto seesOwn = [&](uint32_t other) { return sees[index(other, own)]; };
  forEachTerm(seesOwn, [&](uint32_t other, Q gradient) {
    steps.push_back(step(Op::Recv, {termOf(gradient, other, own)}, other));
  });
  forEachTerm(seesOwn, [&](uint32_t other, Q gradient) {
    steps.push_back(
        step(Op::Add, {{gradient, {}}, termOf(gradient, other, own)}));
  });
  waitForSends(steps, sends);
}

SlicePrograms SliceWriter::run() {
  for (uint32_t member = 0; member < members; ++member) {
    for (uint32_t slice = 0; slice < slices; ++slice) {
      gather(member, slice);
      forward(member, slice);
      exchange(member, slice);
    }
    for (uint32_t slice = slices; slice-- > 0;)
      backward(member, slice);
  }
  return std::move(made);
}

} // namespace

SlicePrograms plan::writeSlices(const AttentionGeometry &geometry,
                                uint32_t slices) {
  return SliceWriter(geometry, slices).run();
}
