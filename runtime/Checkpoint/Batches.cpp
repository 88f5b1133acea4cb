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
    size_t part = size_t(coordinate) * slices + microbatch;
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
  uint32_t slices; // of all microbatches of a coordinate
};

/// Where no ranks share sequences, each of them is a chunk.
Sequences::Sequences(const plan::Plan &plan)
    : starts{0}, firstChunk(plan.firstChunk), allChunks(plan.chunks),
      slices(plan.strategy.numSlices()) {
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
Result<void> checkOffsets(const std::vector<plan::BatchInput> &inputs) {
  TensorType offsets{ElementType::I32, {SizeExpr::symbol(1)}};
  for (const plan::BatchInput &input : inputs)
    if (input.isOffsets && input.type != offsets)
      return fail("batch input '" + input.name + "' is " + input.type.str() +
                  "; offsets must be " + offsets.str());
  return {};
}

Result<void> checkTokens(const plan::Plan &plan) {
  for (const plan::MicrobatchShape &shape : plan.shapes)
    if (shape.tokens > INT32_MAX)
      return fail("a microbatch has " + std::to_string(shape.tokens) +
                  " tokens, more than a 32-bit offset counts");
  return {};
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

enum class TextRole { Tokens, Targets, Positions, Offsets };

/// What the batches of all plans share.
struct Text {
  std::string path, bytes;
  uint64_t seed = 0;
  std::vector<TextRole> roles; // of the batch inputs
};

class TextBatches : public BatchSource {
public:
  TextBatches(std::shared_ptr<const Text> text, Sequences sequences)
      : text(std::move(text)), sequences(std::move(sequences)) {}

  void fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
            uint32_t input, std::byte *destination) const override;

private:
  std::shared_ptr<const Text> text;
  Sequences sequences;
};

class TextFile : public BatchFile {
public:
  static Result<std::unique_ptr<BatchFile>>
  open(const std::string &path, uint64_t seed, const plan::Model &model);
  Result<std::unique_ptr<BatchSource>>
  batchesOf(const plan::Plan &plan) const override;

private:
  explicit TextFile(std::shared_ptr<const Text> text) : text(std::move(text)) {}

  static Result<TextRole> roleOf(const plan::BatchInput &input,
                                 const std::string &path);

  std::shared_ptr<const Text> text;
};

Result<TextRole> TextFile::roleOf(const plan::BatchInput &input,
                                  const std::string &path) {
  if (input.isOffsets)
    return TextRole::Offsets;
  static constexpr std::pair<std::string_view, TextRole> known[] = {
      {"tokens", TextRole::Tokens},
      {"targets", TextRole::Targets},
      {"positions", TextRole::Positions}};
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

Result<std::unique_ptr<BatchFile>> TextFile::open(const std::string &path,
                                                  uint64_t seed,
                                                  const plan::Model &model) {
  Result<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  Text text{path, std::move(*bytes), seed, {}};
  for (const plan::BatchInput &input : model.batch) {
    Result<TextRole> role = roleOf(input, path);
    if (!role)
      return role.error();
    text.roles.push_back(*role);
  }
  return std::unique_ptr<BatchFile>(
      new TextFile(std::make_shared<const Text>(std::move(text))));
}

Result<std::unique_ptr<BatchSource>>
TextFile::batchesOf(const plan::Plan &plan) const {
  if (Result<void> checked = checkTokens(plan); !checked)
    return checked.error();
  Sequences sequences(plan);
  for (size_t i = 0; i < sequences.count(); ++i)
    if (int64_t length = sequences.length(i);
        uint64_t(length) >= text->bytes.size())
      return fail(text->path + ": a text of " +
                  std::to_string(text->bytes.size()) +
                  " bytes is too short for sequence #" + std::to_string(i) +
                  ", which takes " + std::to_string(length) +
                  " tokens and one more as the last target");
  return std::unique_ptr<BatchSource>(
      std::make_unique<TextBatches>(text, std::move(sequences)));
}

void TextBatches::fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
                       uint32_t input, std::byte *destination) const {
  const std::string &bytes = text->bytes;
  TextRole role = text->roles[input];
  if (role == TextRole::Offsets)
    return sequences.fillOffsets(coordinate, microbatch, destination);
  Int32Writer out(destination);
  for (const plan::TokenChunk &chunk :
       sequences.chunks(coordinate, microbatch)) {
    uint64_t length = uint64_t(sequences.length(chunk.sequence));
    uint64_t start = splitmix64(text->seed + (step << 32) + chunk.sequence) %
                     (bytes.size() - length);
    uint64_t position = uint64_t(chunk.first);
    for (int64_t k = 0; k < chunk.count;
         ++k, position += uint64_t(chunk.stride))
      out.put(role == TextRole::Positions ? int64_t(position)
              : role == TextRole::Tokens
                  ? uint8_t(bytes[start + position])
                  : uint8_t(bytes[start + position + 1]));
  }
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

class TensorBatches : public BatchSource {
public:
  static Result<std::unique_ptr<BatchSource>>
  create(std::shared_ptr<const Safetensors> file,
         const std::vector<plan::BatchInput> &inputs, const plan::Plan &plan);

  void fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
            uint32_t input, std::byte *destination) const override;

private:
  /// One batch input. Null data where it is the offsets.
  struct Source {
    const std::byte *data = nullptr;
    int64_t bytesPerToken = 0;
  };

  TensorBatches(std::shared_ptr<const Safetensors> file, const plan::Plan &plan)
      : file(std::move(file)), sequences(plan) {}

  Result<Source> sourceOf(const plan::BatchInput &input) const;
  Result<void> checkOffsetTensor(const plan::BatchInput &input) const;

  std::shared_ptr<const Safetensors> file; // what the sources point into
  Sequences sequences;
  std::vector<Source> sources;
};

class TensorFile : public BatchFile {
public:
  TensorFile(Safetensors file, std::vector<plan::BatchInput> inputs)
      : file(std::make_shared<const Safetensors>(std::move(file))),
        inputs(std::move(inputs)) {}

  Result<std::unique_ptr<BatchSource>>
  batchesOf(const plan::Plan &plan) const override {
    if (Result<void> checked = checkTokens(plan); !checked)
      return checked.error();
    return TensorBatches::create(file, inputs, plan);
  }

private:
  std::shared_ptr<const Safetensors> file;
  std::vector<plan::BatchInput> inputs;
};

/// Offsets in the file would be ignored; where they say something else than the
/// plan, somebody is mistaken.
Result<void>
TensorBatches::checkOffsetTensor(const plan::BatchInput &input) const {
  if (!file->find(input.name))
    return {};
  Result<const TensorView *> view = file->require(
      input.name, ElementType::I32, {int64_t(sequences.count()) + 1});
  if (!view)
    return view.error();
  for (size_t i = 0; i <= sequences.count(); ++i) {
    int32_t found;
    std::memcpy(&found, (*view)->data + i * sizeof(found), sizeof(found));
    if (found != sequences.start(i))
      return fail(file->fileName() + ": element " + std::to_string(i) +
                  " of '" + input.name + "' is " + std::to_string(found) +
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
      file->require(input.name, input.type.element, shape);
  if (!view)
    return view.error();
  return Source{(*view)->data, (*view)->bytes / sequences.tokens()};
}

Result<std::unique_ptr<BatchSource>>
TensorBatches::create(std::shared_ptr<const Safetensors> file,
                      const std::vector<plan::BatchInput> &inputs,
                      const plan::Plan &plan) {
  std::unique_ptr<TensorBatches> made(new TensorBatches(std::move(file), plan));
  for (const plan::BatchInput &input : inputs) {
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

Result<std::unique_ptr<BatchFile>>
runtime::openBatchFile(const std::string &path, uint64_t seed,
                       const plan::Model &model) {
  if (Result<void> checked = checkOffsets(model.batch); !checked)
    return checked.error();
  if (!path.ends_with(".safetensors"))
    return TextFile::open(path, seed, model);
  Result<Safetensors> file = Safetensors::load(path);
  if (!file)
    return file.error();
  return std::unique_ptr<BatchFile>(
      std::make_unique<TensorFile>(std::move(*file), model.batch));
}

Result<std::unique_ptr<BatchSource>>
runtime::openBatches(const std::string &path, uint64_t seed,
                     const plan::Model &model, const plan::Plan &plan) {
  Result<std::unique_ptr<BatchFile>> file = openBatchFile(path, seed, model);
  if (!file)
    return file.error();
  return (*file)->batchesOf(plan);
}
