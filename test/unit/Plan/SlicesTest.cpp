//===- SlicesTest.cpp - Microbatches that are walked in slices ------------===//

#include "SlicePlans.h"
#include "SyntheticModel.h"

#include "hocket/Plan/ModelCheck.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

std::string errorOf(const Model &model, const Strategy &strategy) {
  Result<Plan> plan = expand(model, strategy, {64, 64, 64, 64},
                             ScheduleRegistry::withBuiltins());
  return plan ? "" : plan.error().message;
}

/// The kernels of a role, as "2F0" for stage 2, forward, slice 0.
std::string tasksOf(const Plan &plan, uint32_t role = 0) {
  std::string text;
  for (const Instruction &instruction : plan.roles[role].body)
    if (instruction.op == Op::Kernel && instruction.kind != TaskKind::Update)
      text += (text.empty() ? "" : " ") + std::to_string(instruction.stage) +
              name(instruction.kind) + std::to_string(instruction.microbatch);
  return text;
}

//===----------------------------------------------------------------------===//
// Who has which tokens
//===----------------------------------------------------------------------===//

TEST(SlicesTest, CutThroughSequences) {
  Model model = makeSliceModel(oneLayer());
  Plan plan = expanded(model, layerwise(model, 3), {5, 2, 4});
  // 11 tokens in runs that end at 3, 7 and 11.
  std::vector<TokenChunk> expected = {
      {0, 0, 3, 1}, {0, 3, 2, 1}, {1, 0, 2, 1}, {2, 0, 4, 1}};
  EXPECT_EQ(plan.chunks, expected);
  EXPECT_EQ(plan.firstChunk, (std::vector<uint32_t>{0, 1, 3, 4}));
  ASSERT_EQ(plan.shapes.size(), 3u);
  EXPECT_EQ(plan.shapes[1].tokens, 4);
  EXPECT_EQ(plan.shapes[1].sequences, 2);
}

TEST(SlicesTest, EveryMicrobatchAndReplicaHasItsOwn) {
  Model model = makeSliceModel(oneLayer());
  Strategy strategy = layerwise(model, 2);
  strategy.microbatches = 2;
  strategy.data = 2;
  Plan plan = expanded(model, strategy, {5, 6, 7, 8, 9});
  ASSERT_EQ(plan.shapes.size(), 8u);
  EXPECT_EQ(plan.strategy.numSlices(), 4u);
  int64_t tokens = 0;
  for (const MicrobatchShape &shape : plan.shapes)
    tokens += shape.tokens;
  EXPECT_EQ(tokens, 35);
  // The second microbatch of the second coordinate: sequences 3 and 4.
  EXPECT_EQ(plan.shape(1, 2).tokens, 8);
  EXPECT_EQ(plan.shape(1, 3).tokens, 9);
}

TEST(SlicesTest, MayBeEmpty) {
  for (bool causal : {true, false}) {
    Model model = makeSliceModel(oneLayer(causal));
    expanded(model, layerwise(model, 5), {2});
    expanded(model, recomputing(model, 5), {1, 2});
  }
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

TEST(SlicesTest, WalkCausalStagesSliceBySlice) {
  Model model = makeSliceModel(oneLayer());
  EXPECT_EQ(tasksOf(expanded(model, layerwise(model, 2), {16})),
            "0F0 1F0 0F1 1F1 2F0 2F1 2B1 2B0 1B1 0B1 1B0 0B0");
}

TEST(SlicesTest, WalkOtherStagesSegmentBySegment) {
  Model model = makeSliceModel(oneLayer(false));
  EXPECT_EQ(tasksOf(expanded(model, layerwise(model, 2), {16})),
            "0F0 0F1 1F0 1F1 2F0 2F1 2B1 2B0 1B1 1B0 0B1 0B0");
}

/// Every query of a slice meets the keys of all slices before it, and of its
/// own.
TEST(SlicesTest, AttendToEarlierSlices) {
  for (bool causal : {true, false}) {
    Model model = makeSliceModel(oneLayer(causal));
    Plan plan = expanded(model, layerwise(model, 4), {64});
    const Attention &attention = *model.stages[1].attention;
    std::vector<uint32_t> parts(4), gradients(4);
    for (const Instruction &instruction : plan.roles[0].body) {
      if (instruction.op != Op::Attend)
        continue;
      parts[instruction.microbatch] += instruction.kernel == attention.part;
      gradients[instruction.microbatch] +=
          instruction.kernel == attention.partGrad;
    }
    std::vector<uint32_t> expected = {1, 2, 3, 4};
    if (!causal)
      expected = {4, 4, 4, 4};
    EXPECT_EQ(parts, expected);
    EXPECT_EQ(gradients, expected);
  }
}

/// Sequences that end before a slice have no keys for it.
TEST(SlicesTest, LeaveOutWhatNobodySees) {
  Model model = makeSliceModel(oneLayer());
  Plan plan = expanded(model, layerwise(model, 4), {16, 16, 16, 16});
  for (const Instruction &instruction : plan.roles[0].body)
    if (instruction.op == Op::Attend)
      for (uint32_t buffer : instruction.buffers)
        EXPECT_EQ(plan.roles[0].buffers[buffer].microbatch,
                  instruction.microbatch);
}

TEST(SlicesTest, WorkOnSeveralPipelineRanks) {
  Model model = makeSliceModel({});
  for (const char *schedule : {"gpipe", "1f1b"})
    for (bool recomputes : {false, true}) {
      Strategy strategy =
          recomputes ? recomputing(model, 4) : layerwise(model, 4);
      strategy.schedule = schedule;
      strategy.chunks = 3;
      if (std::string(schedule) == "1f1b")
        strategy.chunks = 1;
      strategy.microbatches = 4;
      strategy.data = 2;
      Plan plan = expanded(model, strategy, std::vector<int64_t>(8, 40));
      EXPECT_EQ(plan.ranks.size(), 2 * 9 / strategy.chunks);
    }
}

TEST(SlicesTest, WorkWithSplitBackwards) {
  SliceOptions options;
  options.layers = 3;
  options.split = true;
  Model model = makeSliceModel(options);
  for (bool recomputes : {false, true}) {
    Strategy strategy =
        recomputes ? recomputing(model, 4) : layerwise(model, 4);
    strategy.chunks = 1;
    strategy.microbatches = 4;
    for (const char *schedule : {"gpipe", "zb_h1"}) {
      strategy.schedule = schedule;
      expanded(model, strategy, std::vector<int64_t>(4, 40));
    }
  }
}

TEST(SlicesTest, WorkWithoutTraining) {
  SliceOptions options;
  options.layers = 2;
  options.trained = false;
  Model model = makeSliceModel(options);
  EXPECT_EQ(tasksOf(expanded(model, recomputing(model, 2), {16})),
            "0F0 1F0 0F1 1F1 2F0 3F0 2F1 3F1 4F0 4F1");
}

//===----------------------------------------------------------------------===//
// Computed again
//===----------------------------------------------------------------------===//

/// Keys and values of all slices but the last are computed before the backward
/// of the last one; then each slice from its input. The loss is the last stage
/// and has no first pass.
TEST(SlicesTest, RecomputeKeysFirst) {
  Model model = makeSliceModel(oneLayer());
  EXPECT_EQ(tasksOf(expanded(model, recomputing(model, 3), {24})),
            "0F0 1F0 0F1 1F1 0F2 1F2 "
            "2F2 2B2 2F1 2B1 2F0 2B0 "
            "0R0 0R1 0R2 1R2 1B2 0B2 0R1 1R1 1B1 0B1 0R0 1R0 1B0 0B0");
}

TEST(SlicesTest, RecomputeSegmentBySegmentWithoutMask) {
  Model model = makeSliceModel(oneLayer(false));
  EXPECT_EQ(tasksOf(expanded(model, recomputing(model, 2), {24})),
            "0F0 0F1 1F0 1F1 2F1 2B1 2F0 2B0 "
            "0R0 0R1 1R1 1B1 1R0 1B0 0B1 0B0");
}

/// The last slices are kept: their backward is first.
TEST(SlicesTest, KeepTheLastSlices) {
  Model model = makeSliceModel(oneLayer());
  EXPECT_EQ(tasksOf(expanded(model, recomputing(model, 3, 2), {24})),
            "0F0 1F0 0F1 1F1 0F2 1F2 2F1 2F2 2B2 2B1 2F0 2B0 "
            "0R0 1B2 0B2 1B1 0B1 0R0 1R0 1B0 0B0");
  Strategy kept = recomputing(model, 3, 3);
  EXPECT_EQ(tasksOf(expanded(model, kept, {24})),
            tasksOf(expanded(model, layerwise(model, 3), {24})));
}

/// All layers in one stage: the loss segment is the last of it, and nothing is
/// computed before the backward.
TEST(SlicesTest, RecomputeOneStage) {
  Model model = makeSliceModel(oneLayer());
  Strategy strategy = recomputing(model, 2);
  strategy.segments = {3};
  strategy.chunks = 1;
  strategy.activations = {{0, 0}};
  EXPECT_EQ(tasksOf(expanded(model, strategy, {24})),
            "0F0 1F0 0F1 1F1 2F1 2B1 1B1 0B1 0R0 1R0 2F0 2B0 1B0 0B0");
}

TEST(SlicesTest, RecomputeWithOneSlice) {
  Model model = makeSliceModel(oneLayer());
  EXPECT_EQ(tasksOf(expanded(model, recomputing(model, 1), {24})),
            "0F0 1F0 2F0 2B0 0R0 1R0 1B0 0B0");
}

/// Peak memory as designed: without slices every layer keeps all that its
/// backward reads; with them one slice of one layer does, and every layer keeps
/// its input.
TEST(SlicesTest, TakeLessMemory) {
  Model model = makeSliceModel({});
  auto arena = [&](const Strategy &strategy) {
    return expanded(model, strategy, {4096}).roles[0].arenaBytes;
  };
  int64_t plain = arena(layerwise(model, 1));
  int64_t sliced = arena(layerwise(model, 16));
  int64_t again = arena(recomputing(model, 1));
  int64_t both = arena(recomputing(model, 16));
  int64_t mixed = arena(recomputing(model, 16, 8));
  EXPECT_LT(sliced, plain);
  EXPECT_LT(again, plain / 3);
  EXPECT_LT(both, plain / 8);
  EXPECT_LT(both, mixed);
  EXPECT_LT(mixed, sliced);
  // x of each layer; key, value and their gradients; two gradients of x; and
  // the values of a slice.
  int64_t x = 4096 * 32 * 4;
  EXPECT_LT(both, (8 + 4 + 2 + 3) * x);
}

/// One microbatch after the other, and the next one's forward of a layer for
/// each backward of a layer: one more value of a layer is alive.
TEST(SlicesTest, TakeNoMoreMemoryForMoreMicrobatches) {
  Model model = makeSliceModel({});
  Strategy strategy = recomputing(model, 8);
  strategy.schedule = "interleaved";
  int64_t one = expanded(model, strategy, {4096}).roles[0].arenaBytes;
  strategy.microbatches = 4;
  int64_t four = expanded(model, strategy, std::vector<int64_t>(4, 4096))
                     .roles[0]
                     .arenaBytes;
  EXPECT_LT(four, one + 4096 * 32 * 4 * 3 / 2);
}

/// What ranks sent each other in the forward they send once more.
TEST(SlicesTest, RecomputeSharedSequences) {
  for (bool causal : {true, false}) {
    SliceOptions options;
    options.layers = 3;
    options.causal = causal;
    Model model = makeSliceModel(options);
    for (const char *method : {"ring", "zigzag", "striped", "all_gather",
                               "ulysses", "usp:2", "token_ring"}) {
      SCOPED_TRACE(method);
      Strategy strategy = layerwise(model, 1);
      strategy.sequence = 4;
      strategy.sequenceMethod = method;
      strategy.microbatches = 2;
      std::vector<int64_t> lengths = {400, 37, 1, 64, 5, 218, 3, 129, 11};
      Plan kept = expanded(model, strategy, lengths);
      strategy.activations.assign(4, {0, 0});
      Plan again = expanded(model, strategy, lengths);
      auto sends = [](const Plan &plan) {
        size_t sends = 0;
        for (const Instruction &instruction : plan.roles[0].body)
          sends += instruction.op == Op::Send;
        return sends;
      };
      EXPECT_GT(sends(again), sends(kept));
      EXPECT_LT(again.roles[0].arenaBytes, kept.roles[0].arenaBytes * 3 / 4);
    }
  }
}

/// Slices of shared sequences: every slice is dealt to all ranks, which gather
/// keys and values slice by slice.
TEST(SlicesTest, NestInSharedSequences) {
  for (bool causal : {true, false}) {
    SliceOptions options;
    options.layers = 2;
    options.causal = causal;
    Model model = makeSliceModel(options);
    for (uint32_t degree : {2u, 3u})
      for (uint32_t kept : {0u, 2u, 5u}) {
        SCOPED_TRACE(std::to_string(degree) + " " + std::to_string(kept));
        Strategy strategy = recomputing(model, 5, kept);
        strategy.sequence = degree;
        strategy.sequenceMethod = "all_gather";
        strategy.microbatches = 2;
        strategy.data = 2;
        expanded(model, strategy, {70, 37, 1, 64, 5, 3, 29, 11});
        expanded(model, strategy, {1, 2, 3, 1});
        strategy.activations.assign(3, {kept, 5 - kept});
        expanded(model, strategy, {70, 37, 1, 64, 5, 3, 29, 11});
        strategy.segments = {5};
        strategy.activations = {{kept, 0}};
        strategy.chunks = 1;
        expanded(model, strategy, {70, 37, 1, 64, 5, 3, 29, 11});
      }
  }
}

/// Each key is sent to whoever sees it once, and once more when it was computed
/// again.
TEST(SlicesTest, GatherKeysOnce) {
  Model model = makeSliceModel(oneLayer());
  Strategy strategy = layerwise(model, 4);
  strategy.sequence = 2;
  strategy.sequenceMethod = "all_gather";
  auto sends = [&] {
    Plan plan = expanded(model, strategy, {64});
    return std::count_if(
        plan.roles[0].body.begin(), plan.roles[0].body.end(),
        [](const Instruction &step) { return step.op == Op::Send; });
  };
  // Of four slices: keys and values, and their gradients.
  EXPECT_EQ(sends(), 4 * 4);
  strategy.activations.assign(2, {0, 0});
  EXPECT_EQ(sends(), 4 * 6);
}

/// Activation checkpointing of stages that are not cut.
TEST(SlicesTest, RecomputeUncutStages) {
  for (bool split : {false, true}) {
    SyntheticOptions options;
    options.split = split;
    options.tied = true;
    options.residuals = 8;
    Model model = makeModel(options);
    for (const char *schedule : {"gpipe", "1f1b", "interleaved"}) {
      Strategy strategy{2, 4, schedule};
      if (strategy.schedule == "interleaved")
        strategy.chunks = 2;
      Plan plain = makePlan(model, strategy);
      strategy.activations.assign(4, {0, 0});
      Plan plan = makePlan(model, strategy);
      Result<void> checked = check(plan, model, 0);
      ASSERT_TRUE(checked) << checked.error();
      EXPECT_EQ(plan.firstChunk, plain.firstChunk);
      int64_t parameters = 0;
      for (const Buffer &buffer : plan.roles[0].buffers)
        parameters += buffer.microbatch < 0 ? buffer.bytes : 0;
      EXPECT_LT(plan.roles[0].arenaBytes - parameters,
                (plain.roles[0].arenaBytes - parameters) * 2 / 3);
      // The first stage again, the last one once.
      std::string tasks = tasksOf(plan);
      EXPECT_NE(tasks.find(split ? "0R3 0Bi3 0W3" : "0R3 0B3"),
                std::string::npos)
          << tasks;
      EXPECT_EQ(tasksOf(plan, uint32_t(plan.roles.size()) - 1).find("3R"),
                std::string::npos);
    }
  }
}

TEST(SlicesTest, WorkWithoutAttentions) {
  Model model = makeModel({});
  Strategy strategy{2, 2, "1f1b"};
  strategy.slices = 3;
  strategy.activations = {{3, 0}, {2, 0}, {1, 0}, {0, 0}};
  Plan plan = makePlan(model, strategy);
  Result<void> checked = check(plan, model, 0);
  ASSERT_TRUE(checked) << checked.error();
  EXPECT_EQ(tasksOf(plan, 2 * 2),
            "2F0 2F1 2F2 2F3 2F4 2F5 2B2 2R1 2B1 2R0 2B0 2B5 2R4 2B4 2R3 2B3");
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(SlicesTest, SayWhatIsNotThere) {
  Model model = makeSliceModel(oneLayer());
  auto expect = [&](Strategy strategy, const std::string &text) {
    EXPECT_NE(errorOf(model, strategy).find(text), std::string::npos)
        << errorOf(model, strategy) << "\nexpected " << text;
  };
  Strategy strategy = layerwise(model, 0);
  expect(strategy, "the number of slices must be at least 1");
  strategy = layerwise(model, 2);
  strategy.sequence = 2;
  expect(strategy, "by the method 'ring' do not walk them in slices");
  strategy = layerwise(model, 4097);
  expect(strategy, "walked in 4097 slices, and there may be 4096");
  strategy = layerwise(model, 4096);
  strategy.microbatches = 1u << 20;
  expect(strategy, "have more than 2^31 slices");
  strategy = layerwise(model, 2);
  strategy.activations = {{0, 0}};
  expect(strategy, "says what 1 stages keep for the backward and the pipeline "
                   "has 2");
  strategy.activations = {{3, 0}, {0, 0}};
  expect(strategy, "stage 0 keeps 3 slices and offloads 0 of 2");
  strategy.activations = {{0, 0}, {1, 2}};
  expect(strategy, "stage 1 keeps 1 slices and offloads 2 of 2");
  strategy = layerwise(model, 2);
  strategy.segments = {1, 2};
  expect(strategy, "stage 1 of the pipeline begins with an attention");
  // A loss that is not the last stage's.
  for (Operand &operand : model.stages[1].tasks[0].operands)
    if (operand.slot == Slot::Residual && operand.index == 2)
      operand = {Slot::Loss, 0, Access::ReadWrite};
  for (TaskTemplate &task : model.stages[1].tasks)
    std::erase_if(task.operands, [](const Operand &operand) {
      return operand.slot == Slot::Residual && operand.index == 2;
    });
  model.kernels[model.stages[1].tasks[0].kernel].operands.back() = {
      ElementType::F32, {}};
  model.kernels[model.stages[1].tasks[1].kernel].operands.clear();
  for (const Operand &operand : model.stages[1].tasks[1].operands)
    model.kernels[model.stages[1].tasks[1].kernel].operands.push_back(
        *typeOf(model, model.stages[1], operand));
  expect(recomputing(model, 2), "stage 0 adds to the loss");
}

} // namespace
