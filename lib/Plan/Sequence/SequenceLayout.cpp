//===- SequenceLayout.cpp - Who holds which tokens of a sequence ----------===//

#include "SequenceLayout.h"

#include "SequenceMethods.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

Operand plan::quantityOperand(const Attention &attention, Quantity quantity) {
  switch (quantity) {
  case Quantity::Query:
    return {Slot::Input, attention.query};
  case Quantity::Key:
    return {Slot::Input, attention.key};
  case Quantity::Value:
    return {Slot::Input, attention.value};
  case Quantity::Output:
    return {Slot::Attended, 0};
  case Quantity::Lse:
    return {Slot::Attended, 1};
  case Quantity::Delta:
    return {Slot::Attended, 2};
  case Quantity::OutputGradient:
    return {Slot::AttendedGradient, 0};
  case Quantity::QueryGradient:
    return {Slot::InputGradient, attention.query};
  case Quantity::KeyGradient:
    return {Slot::InputGradient, attention.key};
  case Quantity::ValueGradient:
    return {Slot::InputGradient, attention.value};
  }
  return {};
}

bool plan::hasKeyHeads(Quantity quantity) {
  return quantity == Quantity::Key || quantity == Quantity::Value ||
         quantity == Quantity::KeyGradient ||
         quantity == Quantity::ValueGradient;
}

uint32_t plan::kernelOf(const Attention &attention, AttentionKernel kernel) {
  switch (kernel) {
  case AttentionKernel::Part:
    return attention.part;
  case AttentionKernel::Merge:
    return attention.merge;
  case AttentionKernel::Delta:
    return attention.delta;
  case AttentionKernel::PartGrad:
    return attention.partGrad;
  }
  return 0;
}

const std::vector<Quantity> &plan::operandsOf(AttentionKernel kernel) {
  using Q = Quantity;
  static const std::vector<Q> part = {Q::Query, Q::Key, Q::Value, Q::Output,
                                      Q::Lse};
  static const std::vector<Q> merge = {Q::Output, Q::Lse, Q::Output, Q::Lse};
  static const std::vector<Q> delta = {Q::Output, Q::OutputGradient, Q::Delta};
  static const std::vector<Q> partGrad = {
      Q::Query,          Q::Key,   Q::Value,         Q::Lse,
      Q::OutputGradient, Q::Delta, Q::QueryGradient, Q::KeyGradient,
      Q::ValueGradient};
  switch (kernel) {
  case AttentionKernel::Part:
    return part;
  case AttentionKernel::Merge:
    return merge;
  case AttentionKernel::Delta:
    return delta;
  case AttentionKernel::PartGrad:
    return partGrad;
  }
  return part;
}

namespace {

/// Position of the last token of a chunk.
int64_t last(const TokenChunk &chunk) {
  return chunk.first + (chunk.count - 1) * chunk.stride;
}

} // namespace

std::vector<int32_t> AttentionGeometry::rows(uint32_t queryMember,
                                             uint32_t keyMember) const {
  std::vector<int32_t> rows;
  // Chunks of a sequence follow each other in both lists, by sequence.
  const std::vector<TokenChunk> &queries = chunks[queryMember];
  const std::vector<TokenChunk> &keys = chunks[keyMember];
  std::vector<int64_t> keyBegin(keys.size() + 1);
  for (size_t j = 0; j < keys.size(); ++j)
    keyBegin[j + 1] = keyBegin[j] + keys[j].count;
  int64_t queryBegin = 0;
  size_t first = 0;
  for (const TokenChunk &query : queries) {
    while (first < keys.size() && keys[first].sequence < query.sequence)
      ++first;
    for (size_t j = first;
         j < keys.size() && keys[j].sequence == query.sequence; ++j) {
      const TokenChunk &key = keys[j];
      if (query.count == 0 || key.count == 0)
        continue;
      if (causal && key.first > last(query))
        continue;
      for (int64_t number : {queryBegin, query.count, keyBegin[j], key.count,
                             query.first, query.stride, key.first, key.stride})
        rows.push_back(int32_t(number));
    }
    queryBegin += query.count;
  }
  return rows;
}

std::vector<TokenChunk> plan::contiguousChunks(int64_t length, uint32_t member,
                                               uint32_t degree) {
  int64_t begin = length * member / degree;
  int64_t end = length * (int64_t(member) + 1) / degree;
  if (begin == end)
    return {};
  return {{0, begin, end - begin, 1}};
}

std::vector<TokenChunk> plan::zigzagChunks(int64_t length, uint32_t member,
                                           uint32_t degree, uint32_t part,
                                           uint32_t parts) {
  std::vector<TokenChunk> chunks;
  uint32_t pieces = 2 * degree;
  for (uint32_t piece : {member, pieces - 1 - member}) {
    int64_t begin = length * piece / pieces;
    int64_t size = length * (int64_t(piece) + 1) / pieces - begin;
    int64_t from = begin + size * part / parts;
    int64_t to = begin + size * (int64_t(part) + 1) / parts;
    if (from == to)
      continue;
    if (!chunks.empty() && last(chunks.back()) + 1 == from)
      chunks.back().count += to - from;
    else
      chunks.push_back({0, from, to - from, 1});
  }
  return chunks;
}

std::vector<TokenChunk> plan::stripedChunks(int64_t length, uint32_t member,
                                            uint32_t degree) {
  if (member >= length)
    return {};
  int64_t count = (length - member + degree - 1) / degree;
  return {{0, member, count, count > 1 ? degree : 1}};
}

Result<void> SequenceMethod::check(uint32_t, uint32_t, uint32_t) const {
  return {};
}

SequenceMethods SequenceMethods::withBuiltins() {
  using Made = Result<std::unique_ptr<SequenceMethod>>;
  SequenceMethods methods;
  auto add = [&](std::string name, auto make) {
    methods.add(name, [name, make](std::optional<uint32_t> argument) -> Made {
      if (argument)
        return Error(ErrorCode::InvalidArgument,
                     "the sequence method '" + name + "' takes no degree");
      return make();
    });
  };
  add("ring", [] { return makeRingAttention(TokenOrder::Contiguous, 1); });
  add("zigzag", [] { return makeRingAttention(TokenOrder::Zigzag, 1); });
  add("striped", [] { return makeRingAttention(TokenOrder::Striped, 1); });
  add("ulysses",
      [] { return makeRingAttention(TokenOrder::Contiguous, std::nullopt); });
  add("all_gather", [] { return makeGatherAttention(); });
  add("token_ring", [] { return makeTokenRing(); });
  methods.add("usp", [](std::optional<uint32_t> ulysses) -> Made {
    if (!ulysses)
      return Error(ErrorCode::InvalidArgument,
                   "the sequence method 'usp' needs a Ulysses degree",
                   {"as in usp:2"});
    return makeRingAttention(TokenOrder::Zigzag, ulysses);
  });
  return methods;
}

Result<std::unique_ptr<SequenceMethod>>
SequenceMethods::make(std::string_view name) const {
  auto fail = [](std::string message, std::string note) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 {std::move(note)});
  };
  size_t colon = name.find(':');
  std::string_view base = name.substr(0, colon);
  std::optional<uint32_t> argument;
  if (colon != std::string_view::npos) {
    std::string_view digits = name.substr(colon + 1);
    uint64_t value = 0;
    for (char digit : digits) {
      value = value * 10 + uint64_t(digit - '0');
      if (digit < '0' || digit > '9' || value > (1u << 20)) {
        value = 0;
        break;
      }
    }
    if (value == 0)
      return fail("'" + std::string(digits) + "' in the sequence method '" +
                      std::string(name) + "' is not a degree",
                  "give a whole number from 1, as in usp:2");
    argument = uint32_t(value);
  }
  auto found = factories.find(base);
  if (found != factories.end())
    return found->second(argument);
  std::string known;
  for (const auto &[other, factory] : factories)
    known += (known.empty() ? "" : ", ") + other;
  return fail("there is no sequence method '" + std::string(base) + "'",
              "the methods are " + known);
}
