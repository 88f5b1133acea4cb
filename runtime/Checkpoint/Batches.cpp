//===- Batches.cpp - What LoadBatch loads ---------------------------------===//

#include "hocket/Runtime/Batches.h"

#include "hocket/Runtime/Random.h"
#include "hocket/Runtime/Safetensors.h"
#include "hocket/Support/File.h"

#include <cstring>
#include <span>
#include <string_view>

using namespace hocket;
using namespace hocket::runtime;

namespace {

Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

/// Destinations are bytes: int32_t values are stored one by one.
class Int32Writer {
public:
  explicit Int32Writer(std::byte *destination) : next(destination) {}
  void put(int64_t value) {
    int32_t narrow = int32_t(value);
    std::memcpy(next, &narrow, sizeof(narrow));
    next += sizeof(narrow);
  }

private:
  std::byte *next;
};

/// The sequences of a step and how their tokens are dealt to microbatches.
class Sequences {
public:
  explicit Sequences(const plan::Plan &plan);

  /// What a microbatch of a coordinate has, in the order of its tokens.
  std::span<const plan::TokenChunk> chunks(uint32_t coordinate,
                                           uint32_t microbatch) const {
    size_t part = size_t(coordinate) * microbatches + microbatch;
    return {allChunks.data() + firstChunk[part],
            allChunks.data() + firstChunk[part + 1]};
  }

  size_t count() const { return starts.size() - 1; }
  int64_t tokens() const { return starts.back(); }
  /// The first token of a sequence, among those of the step; `count()` is
  /// allowed and gives the end of the last one.
  int64_t start(size_t sequence) const { return starts[sequence]; }
  int64_t length(size_t sequence) const {
    return starts[sequence + 1] - starts[sequence];
  }

  /// Where chunks begin among the tokens of their microbatch: those of one are
  /// next to each other there, as whole sequences are.
  void fillOffsets(uint32_t coordinate, uint32_t microbatch,
                   std::byte *destination) const {
    Int32Writer out(destination);
    int64_t offset = 0;
    out.put(offset);
    for (const plan::TokenChunk &chunk : chunks(coordinate, microbatch))
      out.put(offset += chunk.count);
  }

private:
  std::vector<int64_t> starts; // one more than there are sequences
  std::vector<uint32_t> firstChunk;
  std::vector<plan::TokenChunk> allChunks;
  uint32_t microbatches;
};

/// Where no ranks share sequences, each of them is a chunk.
Sequences::Sequences(const plan::Plan &plan)
    : starts{0}, firstChunk(plan.firstChunk), allChunks(plan.chunks),
      microbatches(plan.strategy.microbatches) {
  for (int64_t length : plan.lengths)
    starts.push_back(starts.back() + length);
  if (!plan.sequenceGroups.empty())
    return;
  firstChunk = plan.firstSequence;
  for (uint32_t i = 0; i < plan.lengths.size(); ++i)
    allChunks.push_back({i, 0, plan.lengths[i], 1});
}

/// What is common to both kinds of file: offsets follow from the lengths, and
/// all positions fit their type.
Result<void> checkOffsets(const plan::Model &model, const plan::Plan &plan) {
  TensorType offsets{ElementType::I32, {SizeExpr::symbol(1)}};
  for (const plan::BatchInput &input : model.batch)
    if (input.isOffsets && input.type != offsets)
      return fail("batch input '" + input.name + "' is " + input.type.str() +
                  "; offsets must be " + offsets.str());
  for (const plan::MicrobatchShape &shape : plan.shapes)
    if (shape.tokens > INT32_MAX)
      return fail("a microbatch has " + std::to_string(shape.tokens) +
                  " tokens, more than a 32-bit offset counts");
  return {};
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

class TextBatches : public BatchSource {
public:
  static Result<std::unique_ptr<BatchSource>> open(const std::string &path,
                                                   uint64_t seed,
                                                   const plan::Model &model,
                                                   const plan::Plan &plan);

  void fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
            uint32_t input, std::byte *destination) const override;

private:
  enum class Role { Tokens, Targets, Positions, Offsets };

  TextBatches(std::string text, uint64_t seed, const plan::Plan &plan)
      : text(std::move(text)), seed(seed), sequences(plan) {}

  static Result<Role> roleOf(const plan::BatchInput &input,
                             const std::string &path);

  std::string text;
  uint64_t seed;
  Sequences sequences;
  std::vector<Role> roles; // of the batch inputs
};

Result<TextBatches::Role> TextBatches::roleOf(const plan::BatchInput &input,
                                              const std::string &path) {
  if (input.isOffsets)
    return Role::Offsets;
  static constexpr std::pair<std::string_view, Role> known[] = {
      {"tokens", Role::Tokens},
      {"targets", Role::Targets},
      {"positions", Role::Positions}};
  TensorType ids{ElementType::I32, {SizeExpr::symbol(0)}};
  for (auto [name, role] : known) {
    if (input.name != name)
      continue;
    if (input.type == ids)
      return role;
    return fail(path + ": batch input '" + input.name + "' is " +
                input.type.str() + "; out of a text it is " + ids.str());
  }
  return fail(path + ": batch input '" + input.name +
                  "' cannot be made out of a text, which gives tokens, targets "
                  "and positions",
              {"a .safetensors file can give every input"});
}

Result<std::unique_ptr<BatchSource>> TextBatches::open(const std::string &path,
                                                       uint64_t seed,
                                                       const plan::Model &model,
                                                       const plan::Plan &plan) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  std::unique_ptr<TextBatches> made(
      new TextBatches(std::move(*text), seed, plan));
  for (const plan::BatchInput &input : model.batch) {
    Result<Role> role = roleOf(input, path);
    if (!role)
      return role.error();
    made->roles.push_back(*role);
  }
  for (size_t i = 0; i < made->sequences.count(); ++i)
    if (int64_t length = made->sequences.length(i);
        uint64_t(length) >= made->text.size())
      return fail(path + ": a text of " + std::to_string(made->text.size()) +
                  " bytes is too short for sequence #" + std::to_string(i) +
                  ", which takes " + std::to_string(length) +
                  " tokens and one more as the last target");
  return std::unique_ptr<BatchSource>(std::move(made));
}

void TextBatches::fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
                       uint32_t input, std::byte *destination) const {
  Role role = roles[input];
  if (role == Role::Offsets)
    return sequences.fillOffsets(coordinate, microbatch, destination);
  Int32Writer out(destination);
  for (const plan::TokenChunk &chunk :
       sequences.chunks(coordinate, microbatch)) {
    uint64_t length = uint64_t(sequences.length(chunk.sequence));
    uint64_t start = splitmix64(seed + (step << 32) + chunk.sequence) %
                     (text.size() - length);
    uint64_t position = uint64_t(chunk.first);
    for (int64_t k = 0; k < chunk.count;
         ++k, position += uint64_t(chunk.stride))
      out.put(role == Role::Positions ? int64_t(position)
              : role == Role::Tokens  ? uint8_t(text[start + position])
                                      : uint8_t(text[start + position + 1]));
  }
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

class TensorBatches : public BatchSource {
public:
  static Result<std::unique_ptr<BatchSource>> open(const std::string &path,
                                                   const plan::Model &model,
                                                   const plan::Plan &plan);

  void fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
            uint32_t input, std::byte *destination) const override;

private:
  /// One batch input. Null data where it is the offsets.
  struct Source {
    const std::byte *data = nullptr;
    int64_t bytesPerToken = 0;
  };

  TensorBatches(Safetensors file, const plan::Plan &plan)
      : file(std::move(file)), sequences(plan) {}

  Result<Source> sourceOf(const plan::BatchInput &input) const;
  Result<void> checkOffsetTensor(const plan::BatchInput &input) const;

  Safetensors file; // what the sources point into
  Sequences sequences;
  std::vector<Source> sources;
};

/// Offsets in the file would be ignored; where they say something else than the
/// plan, somebody is mistaken.
Result<void>
TensorBatches::checkOffsetTensor(const plan::BatchInput &input) const {
  if (!file.find(input.name))
    return {};
  Result<const TensorView *> view = file.require(
      input.name, ElementType::I32, {int64_t(sequences.count()) + 1});
  if (!view)
    return view.error();
  for (size_t i = 0; i <= sequences.count(); ++i) {
    int32_t found;
    std::memcpy(&found, (*view)->data + i * sizeof(found), sizeof(found));
    if (found != sequences.start(i))
      return fail(file.fileName() + ": element " + std::to_string(i) + " of '" +
                  input.name + "' is " + std::to_string(found) +
                  " and the lengths of the plan give " +
                  std::to_string(sequences.start(i)));
  }
  return {};
}

Result<TensorBatches::Source>
TensorBatches::sourceOf(const plan::BatchInput &input) const {
  if (input.isOffsets) {
    if (Result<void> checked = checkOffsetTensor(input); !checked)
      return checked.error();
    return Source();
  }
  const std::vector<SizeExpr> &type = input.type.shape;
  std::vector<int64_t> shape;
  bool fits = !type.empty() && type.front() == SizeExpr::symbol(0);
  for (const SizeExpr &extent : type) {
    fits &= shape.empty() || extent.isConstant();
    shape.push_back(extent.evaluate({sequences.tokens(), 0}));
  }
  if (!fits)
    return fail("batch input '" + input.name + "' is " + input.type.str() +
                "; its first extent, and no other, must be T");
  Result<const TensorView *> view =
      file.require(input.name, input.type.element, shape);
  if (!view)
    return view.error();
  return Source{(*view)->data, (*view)->bytes / sequences.tokens()};
}

Result<std::unique_ptr<BatchSource>>
TensorBatches::open(const std::string &path, const plan::Model &model,
                    const plan::Plan &plan) {
  Result<Safetensors> file = Safetensors::load(path);
  if (!file)
    return file.error();
  std::unique_ptr<TensorBatches> made(
      new TensorBatches(std::move(*file), plan));
  for (const plan::BatchInput &input : model.batch) {
    Result<Source> source = made->sourceOf(input);
    if (!source)
      return source.error();
    made->sources.push_back(*source);
  }
  return std::unique_ptr<BatchSource>(std::move(made));
}

void TensorBatches::fill(uint64_t step, uint32_t coordinate,
                         uint32_t microbatch, uint32_t input,
                         std::byte *destination) const {
  const Source &source = sources[input];
  if (!source.data)
    return sequences.fillOffsets(coordinate, microbatch, destination);
  for (const plan::TokenChunk &chunk :
       sequences.chunks(coordinate, microbatch)) {
    int64_t token = sequences.start(chunk.sequence) + chunk.first;
    // Neighbours are copied at once.
    int64_t together = chunk.stride == 1 ? chunk.count : 1;
    for (int64_t done = 0; done < chunk.count; done += together) {
      size_t bytes = size_t(together * source.bytesPerToken);
      std::memcpy(destination, source.data + token * source.bytesPerToken,
                  bytes);
      destination += bytes;
      token += chunk.stride;
    }
  }
}

} // namespace

Result<std::unique_ptr<BatchSource>>
runtime::openBatches(const std::string &path, uint64_t seed,
                     const plan::Model &model, const plan::Plan &plan) {
  if (Result<void> checked = checkOffsets(model, plan); !checked)
    return checked.error();
  if (path.ends_with(".safetensors"))
    return TensorBatches::open(path, model, plan);
  return TextBatches::open(path, seed, model, plan);
}
