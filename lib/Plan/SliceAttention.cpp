//===- SliceAttention.cpp - Attention of a rank that walks slices ---------===//

#include "SliceAttention.h"

#include "hocket/Plan/AttentionTable.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

MemberChunks plan::cutIntoSlices(const std::vector<TokenChunk> &chunks,
                                 uint32_t slices) {
  if (slices == 1)
    return {chunks}; // with those that have no tokens
  int64_t tokens = 0;
  for (const TokenChunk &chunk : chunks)
    tokens += chunk.count;
  MemberChunks cut(slices);
  int64_t begin = 0; // of a chunk among all tokens
  uint32_t slice = 0;
  auto endOf = [&](uint32_t slice) {
    return tokens * (int64_t(slice) + 1) / slices;
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

/// The rows of one slice of queries and of the slices of keys that it sees.
class SliceWriter {
public:
  explicit SliceWriter(const AttentionGeometry &geometry)
      : geometry(geometry), hasKeyGradients(geometry.degree()),
        program(geometry.degree()) {}

  void forward(uint32_t slice);
  void backward(uint32_t slice);
  AttentionProgram finish() { return std::move(program); }

private:
  struct Pair {
    uint32_t key = 0;
    std::vector<int32_t> rows;
  };

  std::vector<Pair> pairsOf(uint32_t slice) const;
  AttentionStep step(AttentionKernel kernel, const std::vector<Q> &operands,
                     uint32_t slice, uint32_t key) const;
  std::vector<int32_t> table(const Pair &pair, int32_t initialise) const;
  void zero(uint32_t slice, std::initializer_list<Q> results);

  const AttentionGeometry &geometry;
  std::vector<bool> hasKeyGradients; // by slice
  AttentionProgram program;
};

std::vector<SliceWriter::Pair> SliceWriter::pairsOf(uint32_t slice) const {
  std::vector<Pair> pairs;
  for (uint32_t key = 0; key < geometry.degree(); ++key)
    if (Pair pair{key, geometry.rows(slice, key)}; !pair.rows.empty())
      pairs.push_back(std::move(pair));
  return pairs;
}

AttentionStep SliceWriter::step(AttentionKernel kernel,
                                const std::vector<Q> &operands, uint32_t slice,
                                uint32_t key) const {
  AttentionStep made;
  made.kernel = kernel;
  for (Q quantity : operands) {
    AttentionValue value{quantity, {}};
    if (hasKeyHeads(quantity) && key != slice)
      value.share.owner = int32_t(key);
    made.values.push_back(value);
  }
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

void SliceWriter::zero(uint32_t slice, std::initializer_list<Q> results) {
  AttentionStep made;
  made.op = Op::Zero;
  for (Q quantity : results)
    made.values.push_back({quantity, {}});
  program[slice].push_back(std::move(made));
}

void SliceWriter::forward(uint32_t slice) {
  bool isFirst = true;
  for (const Pair &pair : pairsOf(slice)) {
    AttentionStep part =
        step(AttentionKernel::Part, operandsOf(AttentionKernel::Part), slice,
             pair.key);
    part.table = table(pair, isFirst ? 1 : 0);
    isFirst = false;
    program[slice].push_back(std::move(part));
  }
  if (isFirst) // a slice without tokens
    zero(slice, {Q::Output});
}

void SliceWriter::backward(uint32_t slice) {
  std::vector<Pair> pairs = pairsOf(slice);
  if (pairs.empty())
    return zero(slice, {Q::QueryGradient, Q::KeyGradient, Q::ValueGradient});
  program[slice].push_back(step(AttentionKernel::Delta,
                                operandsOf(AttentionKernel::Delta), slice,
                                slice));
  bool isFirst = true;
  for (const Pair &pair : pairs) {
    AttentionStep gradient =
        step(AttentionKernel::PartGrad, operandsOf(AttentionKernel::PartGrad),
             slice, pair.key);
    gradient.table =
        table(pair, (isFirst ? 1 : 0) | (hasKeyGradients[pair.key] ? 0 : 2));
    isFirst = false;
    hasKeyGradients[pair.key] = true;
    program[slice].push_back(std::move(gradient));
  }
}

} // namespace

AttentionProgram plan::sliceForward(const AttentionGeometry &geometry) {
  SliceWriter writer(geometry);
  for (uint32_t slice = 0; slice < geometry.degree(); ++slice)
    writer.forward(slice);
  return writer.finish();
}

AttentionProgram plan::sliceBackward(const AttentionGeometry &geometry) {
  SliceWriter writer(geometry);
  for (uint32_t slice = geometry.degree(); slice-- > 0;)
    writer.backward(slice);
  return writer.finish();
}
