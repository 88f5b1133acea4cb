//===- BatchesTest.cpp - What LoadBatch loads -----------------------------===//

#include "TestFiles.h"

#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/Safetensors.h"
#include "hocket/Support/File.h"

#include <algorithm>
#include <thread>

using namespace hocket;
using namespace hocket::plan::test;
using namespace hocket::runtime;
using namespace hocket::runtime::test;
using Ints = std::vector<int32_t>;

namespace {

const TensorType kIds{ElementType::I32, {SizeExpr::symbol(0)}};
const TensorType kOffsets{ElementType::I32, {SizeExpr::symbol(1)}};

/// The vector as a tensor; it must outlive the view.
TensorView viewOf(const Ints &values) {
  return {ElementType::I32,
          {int64_t(values.size())},
          reinterpret_cast<const std::byte *>(values.data()),
          int64_t(values.size() * sizeof(int32_t))};
}

/// Sequences of 2, 1, 3, 4 and 1 tokens in two microbatches of two
/// data-parallel ranks: {2, 1}, {3}, {4}, {1}.
class BatchesTest : public ::testing::Test {
protected:
  BatchesTest() {
    model.batch = {{"tokens", kIds, false},
                   {"targets", kIds, false},
                   {"positions", kIds, false},
                   {"cu_seqlens", kOffsets, true}};
    plan.strategy = {2, 2, "1f1b"};
    plan.lengths = {2, 1, 3, 4, 1};
    plan.firstSequence = {0, 2, 3, 4, 5};
    plan.shapes = {{3, 2}, {3, 1}, {4, 1}, {1, 1}};
  }

  std::string write(const std::string &name, const std::string &bytes) {
    EXPECT_TRUE(writeFile(folder / name, bytes));
    return folder / name;
  }

  std::unique_ptr<BatchSource> open(const std::string &path,
                                    uint64_t seed = 0) {
    Result<std::unique_ptr<BatchSource>> opened =
        openBatches(path, seed, model, plan);
    EXPECT_TRUE(opened) << opened.error();
    return opened ? std::move(*opened) : nullptr;
  }

  std::string openError(const std::string &path) {
    Result<std::unique_ptr<BatchSource>> opened =
        openBatches(path, 0, model, plan);
    if (opened) {
      ADD_FAILURE() << "expected an error";
      return "";
    }
    EXPECT_EQ(opened.error().exitCode(), 2);
    return opened.error().message;
  }

  /// Also checks that nothing is written beyond the end.
  Ints fill(const BatchSource &source, uint64_t step, uint32_t data,
            uint32_t microbatch, uint32_t input) {
    const plan::MicrobatchShape &shape = plan.shape(data, microbatch);
    int64_t bytes = model.batch[input].type.bytes().evaluate(shape.symbols());
    std::vector<std::byte> memory(size_t(bytes) + 8, std::byte(0xAB));
    source.fill(step, data, microbatch, input, memory.data());
    for (size_t i = size_t(bytes); i < memory.size(); ++i)
      EXPECT_EQ(memory[i], std::byte(0xAB)) << "wrote beyond the end";
    Ints values(size_t(bytes) / sizeof(int32_t));
    std::copy_n(memory.data(), size_t(bytes),
                reinterpret_cast<std::byte *>(values.data()));
    return values;
  }

  TestFolder folder;
  plan::Model model;
  plan::Plan plan;
};

/// Bytes 0x80 to 0x99, so that a sign would show.
std::string sampleText() {
  std::string text;
  for (int i = 0; i < 26; ++i)
    text.push_back(char(0x80 + i));
  return text;
}

TEST_F(BatchesTest, TextFollowsTheRule) {
  std::unique_ptr<BatchSource> source =
      open(write("corpus.txt", sampleText()), 7);
  ASSERT_TRUE(source);
  // splitmix64(7 + k * 2^32 + i) mod (26 - length), computed by another
  // program: 15, 22, 11, 0 and 13 in step 0; 3, 23, 7, 21 and 5 in step 3.
  auto bytes = [](Ints places) {
    for (int32_t &place : places)
      place += 0x80;
    return places;
  };
  EXPECT_EQ(fill(*source, 0, 0, 0, 0), bytes({15, 16, 22}));
  EXPECT_EQ(fill(*source, 0, 0, 0, 1), bytes({16, 17, 23}));
  EXPECT_EQ(fill(*source, 0, 0, 0, 2), Ints({0, 1, 0}));
  EXPECT_EQ(fill(*source, 0, 0, 1, 0), bytes({11, 12, 13}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 0), bytes({0, 1, 2, 3}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 1), bytes({1, 2, 3, 4}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 2), Ints({0, 1, 2, 3}));
  EXPECT_EQ(fill(*source, 0, 1, 1, 0), bytes({13}));
  EXPECT_EQ(fill(*source, 3, 0, 0, 0), bytes({3, 4, 23}));
  EXPECT_EQ(fill(*source, 3, 0, 1, 1), bytes({8, 9, 10}));
  EXPECT_EQ(fill(*source, 3, 1, 0, 0), bytes({21, 22, 23, 24}));
  EXPECT_EQ(fill(*source, 3, 1, 1, 1), bytes({6}));
}

TEST_F(BatchesTest, OffsetsStartAtZeroInEveryMicrobatch) {
  std::unique_ptr<BatchSource> source = open(write("corpus.txt", sampleText()));
  ASSERT_TRUE(source);
  EXPECT_EQ(fill(*source, 5, 0, 0, 3), Ints({0, 2, 3}));
  EXPECT_EQ(fill(*source, 5, 0, 1, 3), Ints({0, 3}));
  EXPECT_EQ(fill(*source, 5, 1, 0, 3), Ints({0, 4}));
  EXPECT_EQ(fill(*source, 5, 1, 1, 3), Ints({0, 1}));
}

TEST_F(BatchesTest, DegreesOfParallelismDoNotMatter) {
  std::string path = write("corpus.txt", sampleText());
  std::unique_ptr<BatchSource> dealt = open(path, 11);
  ASSERT_TRUE(dealt);
  Ints tokens;
  for (uint32_t data = 0; data < 2; ++data)
    for (uint32_t microbatch = 0; microbatch < 2; ++microbatch) {
      Ints part = fill(*dealt, 9, data, microbatch, 0);
      tokens.insert(tokens.end(), part.begin(), part.end());
    }
  plan.strategy = {1, 1, "1f1b"};
  plan.firstSequence = {0, 5};
  plan.shapes = {{11, 5}};
  std::unique_ptr<BatchSource> whole = open(path, 11);
  ASSERT_TRUE(whole);
  EXPECT_EQ(fill(*whole, 9, 0, 0, 0), tokens);
  EXPECT_EQ(fill(*whole, 9, 0, 0, 3), Ints({0, 2, 3, 6, 10, 11}));
}

/// The same sequences, shared by two ranks: the one of 4 tokens zigzag in
/// microbatch 0, those of 3 and 2 striped in microbatch 1. Rank 1 has nothing
/// of the one of 1 token.
class SharedBatchesTest : public BatchesTest {
protected:
  SharedBatchesTest() {
    plan.strategy = {1, 2, "1f1b"};
    plan.strategy.sequence = 2;
    plan.lengths = {2, 1, 3, 4, 1};
    plan.firstSequence.clear();
    plan.sequenceGroups = {{{{0, 1}, {3}, "zigzag"}, {{0}, {1, 4}, "ring"}},
                           {{{0, 1}, {2, 0}, "striped"}}};
    // Of a sequence: from a position on, so many, every so many-th.
    plan.chunks = {{3, 0, 1, 1}, {3, 3, 1, 1}, {1, 0, 1, 1},
                   {4, 0, 1, 1}, {2, 0, 2, 2}, {0, 0, 1, 2},
                   {3, 1, 2, 1}, {2, 1, 1, 2}, {0, 1, 1, 2}};
    plan.firstChunk = {0, 4, 6, 7, 9};
    plan.shapes = {{4, 4}, {3, 2}, {2, 1}, {2, 2}};
  }
};

TEST_F(SharedBatchesTest, TextIsThatOfTheWholeSequences) {
  std::string path = write("corpus.txt", sampleText());
  std::unique_ptr<BatchSource> source = open(path, 7);
  ASSERT_TRUE(source);
  // The sequences start at 15, 22, 11, 0 and 13, as in TextFollowsTheRule.
  auto bytes = [](Ints places) {
    for (int32_t &place : places)
      place += 0x80;
    return places;
  };
  EXPECT_EQ(fill(*source, 0, 0, 0, 0), bytes({0, 3, 22, 13}));
  EXPECT_EQ(fill(*source, 0, 0, 0, 1), bytes({1, 4, 23, 14}));
  EXPECT_EQ(fill(*source, 0, 0, 0, 2), Ints({0, 3, 0, 0}));
  EXPECT_EQ(fill(*source, 0, 0, 1, 0), bytes({11, 13, 15}));
  EXPECT_EQ(fill(*source, 0, 0, 1, 2), Ints({0, 2, 0}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 0), bytes({1, 2}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 2), Ints({1, 2}));
  EXPECT_EQ(fill(*source, 0, 1, 1, 0), bytes({12, 16}));
  EXPECT_EQ(fill(*source, 0, 1, 1, 1), bytes({13, 17}));
  EXPECT_EQ(fill(*source, 3, 1, 1, 0), bytes({8, 4}));
}

TEST_F(SharedBatchesTest, OffsetsAreThoseOfTheChunks) {
  std::unique_ptr<BatchSource> source = open(write("corpus.txt", sampleText()));
  ASSERT_TRUE(source);
  EXPECT_EQ(fill(*source, 5, 0, 0, 3), Ints({0, 1, 2, 3, 4}));
  EXPECT_EQ(fill(*source, 5, 0, 1, 3), Ints({0, 2, 3}));
  EXPECT_EQ(fill(*source, 5, 1, 0, 3), Ints({0, 2}));
  EXPECT_EQ(fill(*source, 5, 1, 1, 3), Ints({0, 1, 2}));
}

TEST_F(SharedBatchesTest, ACoordinateMayHaveNoTokens) {
  plan.chunks.erase(plan.chunks.begin() + 6);
  plan.firstChunk = {0, 4, 6, 6, 8};
  plan.shapes[2] = {0, 0};
  std::unique_ptr<BatchSource> source = open(write("corpus.txt", sampleText()));
  ASSERT_TRUE(source);
  EXPECT_EQ(fill(*source, 0, 1, 0, 0), Ints());
  EXPECT_EQ(fill(*source, 0, 1, 0, 3), Ints({0}));
}

/// Slices of the microbatches of one rank: 11 tokens in runs of 3, 4 and 4.
TEST_F(BatchesTest, SlicesHaveTheirTokens) {
  std::string path = write("corpus.txt", sampleText());
  plan.strategy = {1, 1, "1f1b"};
  plan.firstSequence = {0, 5};
  plan.shapes = {{11, 5}};
  std::unique_ptr<BatchSource> whole = open(path, 7);
  ASSERT_TRUE(whole);
  Ints tokens = fill(*whole, 2, 0, 0, 0), positions = fill(*whole, 2, 0, 0, 2);
  plan.strategy.slices = 3;
  plan.firstSequence.clear();
  plan.sequenceGroups = {{{{0}, {0, 1, 2, 3, 4}, "ring"}}};
  plan.chunks = {{0, 0, 2, 1}, {1, 0, 1, 1}, {2, 0, 3, 1},
                 {3, 0, 1, 1}, {3, 1, 3, 1}, {4, 0, 1, 1}};
  plan.firstChunk = {0, 2, 4, 6};
  plan.shapes = {{3, 2}, {4, 2}, {4, 2}};
  std::unique_ptr<BatchSource> sliced = open(path, 7);
  ASSERT_TRUE(sliced);
  Ints slicedTokens, slicedPositions;
  for (uint32_t slice = 0; slice < 3; ++slice) {
    Ints part = fill(*sliced, 2, 0, slice, 0);
    slicedTokens.insert(slicedTokens.end(), part.begin(), part.end());
    part = fill(*sliced, 2, 0, slice, 2);
    slicedPositions.insert(slicedPositions.end(), part.begin(), part.end());
  }
  EXPECT_EQ(slicedTokens, tokens);
  EXPECT_EQ(slicedPositions, positions);
  EXPECT_EQ(fill(*sliced, 2, 0, 1, 3), Ints({0, 3, 4}));
}

TEST_F(BatchesTest, TextMustBeLongerThanEverySequence) {
  EXPECT_TRUE(open(write("five", "abcde")));
  EXPECT_EQ(openError(write("four", "abcd")),
            folder / "four" +
                ": a text of 4 bytes is too short for sequence #3, which takes "
                "4 tokens and one more as the last target");
  openError(write("empty", ""));
}

TEST_F(BatchesTest, TextGivesNoOtherInputs) {
  std::string path = write("corpus.txt", sampleText());
  model.batch.push_back({"images", {ElementType::F32, kIds.shape}, false});
  EXPECT_EQ(openError(path), path + ": batch input 'images' cannot be made out "
                                    "of a text, which gives tokens, targets "
                                    "and positions");
  model.batch.pop_back();
  model.batch[0].type.element = ElementType::I64;
  EXPECT_EQ(openError(path), path + ": batch input 'tokens' is T x i64; out of "
                                    "a text it is T x i32");
}

TEST_F(BatchesTest, OffsetsMustBeOffsets) {
  model.batch[3].type = kIds;
  EXPECT_EQ(openError(write("corpus.txt", sampleText())),
            "batch input 'cu_seqlens' is T x i32; offsets must be S x i32");
}

TEST_F(BatchesTest, MissingFileIsAnError) {
  EXPECT_NE(openError(folder / "none.txt").find("none.txt"), std::string::npos);
  EXPECT_NE(openError(folder / "none.safetensors").find("none.safetensors"),
            std::string::npos);
}

TEST_F(BatchesTest, ThreadsMayFillAtOnce) {
  std::unique_ptr<BatchSource> source = open(write("corpus.txt", sampleText()));
  ASSERT_TRUE(source);
  std::vector<Ints> expected;
  for (uint64_t step = 0; step < 64; ++step)
    expected.push_back(fill(*source, step, 1, 0, 0));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      Ints values(4);
      for (uint64_t step = 0; step < 64; ++step) {
        source->fill(step, 1, 0, 0,
                     reinterpret_cast<std::byte *>(values.data()));
        wrong[t] += values != expected[step];
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

/// The same plan with a file of tensors: tokens, and rows of two numbers.
class TensorBatchesTest : public BatchesTest {
protected:
  TensorBatchesTest() {
    model.batch = {
        {"tokens", kIds, false},
        {"pairs",
         {ElementType::I32, {SizeExpr::symbol(0), SizeExpr::constant(2)}},
         false},
        {"cu_seqlens", kOffsets, true}};
    for (int32_t i = 0; i < 11; ++i) {
      tokens.push_back(100 + i);
      pairs.push_back(200 + 2 * i);
      pairs.push_back(201 + 2 * i);
    }
    tensors["tokens"] = viewOf(tokens);
    tensors["pairs"] = viewOf(pairs);
    tensors["pairs"].shape = {11, 2};
  }

  std::string save() {
    std::string path = folder / "batch.safetensors";
    Result<void> saved = saveSafetensors(path, tensors);
    EXPECT_TRUE(saved) << saved.error();
    return path;
  }

  Ints tokens, pairs;
  std::map<std::string, TensorView> tensors;
};

TEST_F(TensorBatchesTest, RowsAreDealtAndTheSameInEveryStep) {
  std::unique_ptr<BatchSource> source = open(save());
  ASSERT_TRUE(source);
  for (uint64_t step : {0, 1, 1000}) {
    EXPECT_EQ(fill(*source, step, 0, 0, 0), Ints({100, 101, 102}));
    EXPECT_EQ(fill(*source, step, 0, 1, 0), Ints({103, 104, 105}));
    EXPECT_EQ(fill(*source, step, 1, 0, 0), Ints({106, 107, 108, 109}));
    EXPECT_EQ(fill(*source, step, 1, 1, 0), Ints({110}));
    EXPECT_EQ(fill(*source, step, 1, 1, 1), Ints({220, 221}));
    EXPECT_EQ(fill(*source, step, 0, 1, 1),
              Ints({206, 207, 208, 209, 210, 211}));
    EXPECT_EQ(fill(*source, step, 0, 0, 2), Ints({0, 2, 3}));
  }
}

TEST_F(TensorBatchesTest, RowsOfSharedSequencesAreGathered) {
  plan.strategy = {1, 1, "1f1b"};
  plan.strategy.sequence = 2;
  plan.firstSequence.clear();
  plan.sequenceGroups = {{{{0, 1}, {0, 1, 2, 3, 4}, "striped"}}};
  plan.chunks = {{3, 0, 2, 2}, {2, 0, 2, 1}, {1, 0, 1, 1}, {0, 0, 2, 1},
                 {4, 0, 1, 1}, {3, 1, 2, 2}, {2, 2, 1, 1}};
  plan.firstChunk = {0, 5, 7};
  plan.shapes = {{8, 5}, {3, 2}};
  Ints offsets = {0, 2, 3, 6, 10, 11}; // of the whole step, as ever
  tensors["cu_seqlens"] = viewOf(offsets);
  std::unique_ptr<BatchSource> source = open(save());
  ASSERT_TRUE(source);
  EXPECT_EQ(fill(*source, 0, 0, 0, 0),
            Ints({106, 108, 103, 104, 102, 100, 101, 110}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 0), Ints({107, 109, 105}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 1), Ints({214, 215, 218, 219, 210, 211}));
  EXPECT_EQ(fill(*source, 0, 0, 0, 2), Ints({0, 2, 4, 5, 7, 8}));
  EXPECT_EQ(fill(*source, 0, 1, 0, 2), Ints({0, 2, 3}));
}

TEST_F(TensorBatchesTest, OffsetsInTheFileMustAgree) {
  Ints offsets = {0, 2, 3, 6, 10, 11};
  tensors["cu_seqlens"] = viewOf(offsets);
  EXPECT_TRUE(open(save()));
  offsets[3] = 5;
  std::string path = save();
  EXPECT_EQ(openError(path), path + ": element 3 of 'cu_seqlens' is 5 and the "
                                    "lengths of the plan give 6");
  offsets.pop_back();
  tensors["cu_seqlens"] = viewOf(offsets);
  EXPECT_EQ(openError(save()),
            path + ": tensor 'cu_seqlens' is I32 [5]; expected I32 [6]");
}

TEST_F(TensorBatchesTest, MissingAndMisshapenInputsAreNamed) {
  tensors["pairs"].shape = {22};
  std::string path = save();
  EXPECT_EQ(openError(path),
            path + ": tensor 'pairs' is I32 [22]; expected I32 [11, 2]");
  tensors["pairs"].shape = {11, 2};
  tensors["pairs"].element = ElementType::F32;
  EXPECT_EQ(openError(save()),
            path + ": tensor 'pairs' is F32 [11, 2]; expected I32 [11, 2]");
  tensors.erase("pairs");
  EXPECT_EQ(openError(save()),
            path + ": tensor 'pairs' is missing; expected I32 [11, 2]");
}

TEST_F(TensorBatchesTest, OnlyTheFirstExtentIsCut) {
  SizeExpr tokensSquared = SizeExpr::symbol(0) * SizeExpr::symbol(0);
  for (std::vector<SizeExpr> shape :
       {std::vector<SizeExpr>{},
        {SizeExpr::constant(11)},
        {tokensSquared},
        {SizeExpr::symbol(0), SizeExpr::symbol(0)}}) {
    model.batch[1].type.shape = shape;
    EXPECT_NE(openError(save()).find("must be T"), std::string::npos);
  }
}

TEST_F(TensorBatchesTest, DamagedFilesAreRefused) {
  std::string path = save();
  std::string bytes = *readFile(path);
  for (size_t size = 0; size < bytes.size(); size += 37) {
    ASSERT_TRUE(writeFile(path, bytes.substr(0, size)));
    Result<std::unique_ptr<BatchSource>> opened =
        openBatches(path, 0, model, plan);
    ASSERT_FALSE(opened) << size;
    ASSERT_EQ(opened.error().code, ErrorCode::CorruptFile) << opened.error();
  }
}

} // namespace
