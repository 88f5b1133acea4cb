//===- ExpandTest.cpp -----------------------------------------------------===//

#include "SyntheticModel.h"

#include <algorithm>
#include <map>
#include <numeric>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

size_t count(const Role &role, Op op) {
  return std::count_if(role.body.begin(), role.body.end(),
                       [&](const Instruction &i) { return i.op == op; });
}

std::string errorOf(const Model &model, const Strategy &strategy,
                    const std::vector<int64_t> &lengths) {
  Result<Plan> plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  if (plan)
    return "no error";
  EXPECT_EQ(plan.error().exitCode(), 2);
  return plan.error().message;
}

TEST(Expand, EveryStrategyPassesTheCheck) {
  for (uint32_t stages : {1u, 2u, 3u, 5u})
    for (uint32_t data : {1u, 2u, 3u})
      for (uint32_t microbatches : {1u, 2u, 5u})
        for (const char *schedule : {"gpipe", "1f1b"})
          for (uint32_t variant = 0; variant < 8; ++variant) {
            SyntheticOptions options;
            options.stages = stages;
            options.outputs = 1 + variant % 3;
            options.tied = variant & 1;
            options.unused = variant & 2;
            options.updates = variant < 6;
            options.backward = variant < 7;
            Model model = makeModel(options);
            Plan plan = makePlan(model, {data, microbatches, schedule});
            Result<void> checked = check(plan, model, 0);
            EXPECT_TRUE(checked) << checked.error();
            EXPECT_EQ(plan.ranks.size(), data * stages);
            EXPECT_EQ(plan.roles.size(), stages);
          }
}

TEST(Expand, EveryPipelinePassesTheCheck) {
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  size_t plans = 0;
  for (const std::string &name : schedules.names())
    for (uint32_t ranks : {1u, 2u, 3u, 4u, 6u})
      for (uint32_t chunks : {1u, 2u, 3u})
        for (uint32_t microbatches : {1u, 2u, 3u, 4u, 7u, 16u})
          for (bool split : {false, true}) {
            const Schedule &schedule = *schedules.find(name);
            if (!schedule.check({ranks, chunks, microbatches}) ||
                (schedule.splitsBackward() && !split))
              continue;
            SyntheticOptions options;
            options.stages = ranks * chunks;
            options.outputs = 2;
            options.tied = microbatches & 1;
            options.split = split;
            options.growing = microbatches & 2;
            Model model = makeModel(options);
            for (uint32_t data : {1u, 2u}) {
              Plan plan = makePlan(model, {data, microbatches, name, chunks});
              Result<void> checked = check(plan, model, 0);
              EXPECT_TRUE(checked) << name << " " << ranks << "x" << chunks
                                   << ", " << microbatches << " microbatches\n"
                                   << checked.error();
              EXPECT_EQ(plan.ranks.size(), data * ranks);
              ++plans;
            }
          }
  EXPECT_GT(plans, 500u);
}

/// Two stages on a rank that are neighbours: nothing is sent or copied.
TEST(Expand, StagesOfOneRankShareTheirValues) {
  SyntheticOptions options;
  options.stages = 3;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {1, 2, "interleaved", 3});
  ASSERT_EQ(plan.roles.size(), 1u);
  const Role &role = plan.roles[0];
  EXPECT_EQ(role.stages, (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(count(role, Op::Send), 0u);
  EXPECT_EQ(count(role, Op::Recv), 0u);
  for (const Buffer &buffer : role.buffers) {
    EXPECT_NE(buffer.binding.slot, Slot::Input);
    EXPECT_NE(buffer.binding.slot, Slot::OutputGradient);
  }
}

TEST(Expand, ASplitModelRunsWholeBackwardsInTwoParts) {
  SyntheticOptions options;
  options.split = true;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {1, 3, "1f1b"});
  std::string kinds;
  for (const Instruction &instruction : plan.roles[3].body)
    if (instruction.op == Op::Kernel && instruction.kind != TaskKind::Update)
      kinds += std::string(name(instruction.kind)) + " ";
  EXPECT_EQ(kinds, "F Bi W F Bi W F Bi W ");
}

TEST(Expand, SequencesAreDealtInRunsOfAlmostEqualCount) {
  for (uint32_t parts = 1; parts < 20; ++parts)
    for (uint32_t sequences = parts; sequences < 60; ++sequences) {
      std::vector<uint32_t> first = dealSequences(sequences, parts);
      ASSERT_EQ(first.size(), parts + 1);
      EXPECT_EQ(first.front(), 0u);
      EXPECT_EQ(first.back(), sequences);
      uint32_t least = sequences, most = 0;
      for (uint32_t k = 0; k < parts; ++k) {
        least = std::min(least, first[k + 1] - first[k]);
        most = std::max(most, first[k + 1] - first[k]);
      }
      EXPECT_GE(least, 1u);
      EXPECT_LE(most - least, 1u);
    }
}

TEST(Expand, ShapesCoverTheBatch) {
  Model model = makeModel();
  Plan plan = makePlan(model, {3, 4, "1f1b"}, 29);
  int64_t tokens = 0, sequences = 0;
  for (const MicrobatchShape &shape : plan.shapes) {
    tokens += shape.tokens;
    sequences += shape.sequences;
  }
  EXPECT_EQ(sequences, 29);
  EXPECT_EQ(tokens, std::accumulate(plan.lengths.begin(), plan.lengths.end(),
                                    int64_t(0)));
}

TEST(Expand, PersistentBuffersStayWhereTheyAre) {
  SyntheticOptions options;
  options.tied = true;
  Model model = makeModel(options);
  Plan small = makePlan(model, {2, 4, "1f1b"}, 8);
  Plan large = makePlan(model, {2, 4, "1f1b"}, 64);
  for (size_t r = 0; r < small.roles.size(); ++r) {
    std::map<std::string, int64_t> offsets;
    int64_t persistentEnd = 0;
    for (const Buffer &buffer : small.roles[r].buffers)
      if (buffer.microbatch < 0) {
        offsets[buffer.name] = buffer.offset;
        persistentEnd = std::max(persistentEnd, buffer.offset + buffer.bytes);
      }
    size_t numPersistent = 0;
    for (const Buffer &buffer : large.roles[r].buffers) {
      if (buffer.microbatch < 0) {
        ASSERT_TRUE(offsets.count(buffer.name)) << buffer.name;
        EXPECT_EQ(offsets[buffer.name], buffer.offset) << buffer.name;
        ++numPersistent;
      } else {
        EXPECT_GE(buffer.offset, persistentEnd) << buffer.name;
      }
    }
    EXPECT_EQ(numPersistent, offsets.size());
    for (const Instruction &instruction : large.roles[r].body)
      if (instruction.workspace.bytes > 0)
        EXPECT_GE(instruction.workspace.offset, persistentEnd);
    EXPECT_GT(large.roles[r].arenaBytes, small.roles[r].arenaBytes);
  }
}

TEST(Expand, EachTaskLoadsWhatItReadsOnce) {
  SyntheticOptions options;
  options.stages = 3;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {1, 5, "1f1b"});
  // The offsets everywhere, tokens in the first stage, targets in the last.
  EXPECT_EQ(count(plan.roles[0], Op::LoadBatch), 10u);
  EXPECT_EQ(count(plan.roles[1], Op::LoadBatch), 5u);
  EXPECT_EQ(count(plan.roles[2], Op::LoadBatch), 10u);
}

TEST(Expand, TransfersAndTheirWaits) {
  SyntheticOptions options;
  options.stages = 3;
  options.outputs = 2;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {2, 5, "1f1b"});
  EXPECT_EQ(count(plan.roles[0], Op::Send), 10u);
  EXPECT_EQ(count(plan.roles[1], Op::Send), 20u);
  EXPECT_EQ(count(plan.roles[2], Op::Send), 10u);
  for (const Role &role : plan.roles) {
    EXPECT_EQ(count(role, Op::WaitSend), count(role, Op::Send));
    EXPECT_EQ(count(role, Op::Recv), role.stages[0] == 1 ? 20u : 10u);
    // Those of a few tasks at most are under way to a peer.
    std::map<int32_t, int32_t> underWay;
    std::vector<int32_t> peers;
    for (const Instruction &instruction : role.body) {
      if (instruction.op == Op::Send) {
        peers.push_back(instruction.peer);
        EXPECT_LE(++underWay[instruction.peer], 6);
      } else if (instruction.op == Op::WaitSend) {
        --underWay[peers[instruction.index]];
      }
    }
  }
}

TEST(Expand, GradientsAreReducedOncePerGroup) {
  SyntheticOptions options;
  options.stages = 3;
  options.tied = true;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {2, 2, "gpipe"});
  // Three stages, the pair that shares the embedding, and everybody.
  EXPECT_EQ(plan.groups.size(), 5u);
  auto reductions = [&](uint32_t role) {
    std::vector<std::pair<std::vector<uint32_t>, size_t>> result;
    const Rank &rank = plan.ranks[role * 2];
    for (const Instruction &instruction : plan.roles[role].body)
      if (instruction.op == Op::AllReduce)
        result.emplace_back(plan.groups[rank.groups[instruction.group]],
                            instruction.buffers.size());
    std::sort(result.begin(), result.end());
    return result;
  };
  using Expected = std::vector<std::pair<std::vector<uint32_t>, size_t>>;
  EXPECT_EQ(
      reductions(0),
      (Expected{{{0, 1}, 2}, {{0, 1, 2, 3, 4, 5}, 2}, {{0, 1, 4, 5}, 1}}));
  EXPECT_EQ(reductions(1), (Expected{{{0, 1, 2, 3, 4, 5}, 2}, {{2, 3}, 2}}));
}

TEST(Expand, ASingleRankTalksToNobody) {
  SyntheticOptions options;
  options.stages = 1;
  options.tied = true;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {1, 3, "1f1b"});
  ASSERT_EQ(plan.roles.size(), 1u);
  for (Op op : {Op::Send, Op::Recv, Op::WaitSend, Op::AllReduce})
    EXPECT_EQ(count(plan.roles[0], op), 0u);
  EXPECT_EQ(count(plan.roles[0], Op::Kernel), 3 + 3 + model.updates.size());
  EXPECT_TRUE(plan.groups.empty());
}

TEST(Expand, InferenceHasForwardsAndTheLoss) {
  SyntheticOptions options;
  options.backward = options.updates = false;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {2, 3, "1f1b"});
  for (const Role &role : plan.roles) {
    EXPECT_EQ(count(role, Op::Kernel), 3u);
    EXPECT_EQ(count(role, Op::AllReduce), 1u);
    EXPECT_EQ(count(role, Op::Zero), 1u);
    for (const Buffer &buffer : role.buffers) {
      EXPECT_NE(buffer.binding.slot, Slot::Gradient);
      EXPECT_NE(buffer.binding.slot, Slot::Step);
    }
  }
}

TEST(Expand, WithoutAnOptimizerGradientsAreStillReduced) {
  SyntheticOptions options;
  options.updates = false;
  options.tied = true;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {2, 3, "1f1b"});
  EXPECT_EQ(count(plan.roles[0], Op::AllReduce), 3u);
  EXPECT_EQ(count(plan.roles[1], Op::AllReduce), 2u);
  EXPECT_EQ(count(plan.roles[0], Op::Kernel), 6u);
}

TEST(Expand, MistakesAreExplained) {
  Model model = makeModel();
  EXPECT_EQ(errorOf(model, {0, 1, "1f1b"}, {8}),
            "the degree of data parallelism and the number of microbatches "
            "must be at least 1");
  EXPECT_EQ(errorOf(model, {1, 0, "1f1b"}, {8}),
            "the degree of data parallelism and the number of microbatches "
            "must be at least 1");
  EXPECT_EQ(errorOf(model, {1, 1, "zigzag"}, {8}),
            "there is no schedule 'zigzag'");
  EXPECT_EQ(errorOf(model, {2, 3, "1f1b"}, makeLengths(5)),
            "2-way data parallelism x 3 microbatches needs at least 6 "
            "sequences and the batch has 5");
  EXPECT_EQ(errorOf(model, {4000000000u, 4000000000u, "1f1b"}, {8, 8})
                .find("4000000000-way data parallelism"),
            0u);
  EXPECT_EQ(errorOf(model, {1, 1, "1f1b"}, {8, 0}),
            "a sequence has the length 0; lengths are tokens, at least 1");
  EXPECT_EQ(errorOf(model, {1, 1, "1f1b"}, {INT64_MAX, INT64_MAX}),
            "the batch has more than 2^48 tokens");
  SyntheticOptions wide;
  wide.width = int64_t(1) << 20;
  EXPECT_EQ(errorOf(makeModel(wide), {1, 1, "1f1b"}, {int64_t(1) << 47})
                .find("the buffers of role 'stage0'"),
            0u);
  EXPECT_EQ(errorOf({}, {1, 1, "1f1b"}, {8}), "the model has no stages");
}

/// A schedule that gives every rank the tasks of stage 0.
struct Misplaced : Schedule {
  std::string_view name() const override { return "misplaced"; }
  std::vector<ScheduledTask> order(uint32_t,
                                   const PipelineShape &) const override {
    return {{TaskKind::F, 0, 0}, {TaskKind::B, 0, 0}};
  }
};

/// A schedule that asks for the two halves of the backward.
struct Split : Schedule {
  std::string_view name() const override { return "split"; }
  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &) const override {
    return {{TaskKind::F, rank, 0}, {TaskKind::Bi, rank, 0}};
  }
};

TEST(Expand, SchedulesAreNotTrusted) {
  ScheduleRegistry schedules;
  schedules.add(std::make_unique<Misplaced>());
  schedules.add(std::make_unique<Split>());
  Result<Plan> misplaced =
      expand(makeModel(), {1, 1, "misplaced"}, {8}, schedules);
  ASSERT_FALSE(misplaced);
  EXPECT_EQ(misplaced.error().message,
            "schedule 'misplaced' gives rank 1 of the pipeline task F of stage "
            "0 and microbatch 0, which belongs to another rank");
  Result<Plan> split = expand(makeModel(), {1, 1, "split"}, {8}, schedules);
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().message,
            "schedule 'split' gives rank 0 of the pipeline task Bi of stage 0 "
            "and microbatch 0, which the model does not have");
  EXPECT_EQ(errorOf(makeModel(), {1, 1, "zb_h1"}, {8}),
            "schedule 'zb_h1' gives rank 0 of the pipeline task Bi of stage 0 "
            "and microbatch 0, which the model does not have");
  EXPECT_EQ(errorOf(makeModel(), {1, 1, "1f1b", 2}, {8}),
            "schedule '1f1b' has one stage per pipeline rank, not 2 chunks");
  EXPECT_EQ(errorOf(makeModel(), {1, 1, "interleaved", 1}, {8}),
            "schedule 'interleaved' needs at least 2 chunks per pipeline rank");
  EXPECT_EQ(errorOf(makeModel(), {1, 1, "interleaved", 3}, {8}),
            "the model's 4 stages are not a multiple of 3 chunks per pipeline "
            "rank");
  EXPECT_EQ(errorOf(makeModel(), {1, 1, "interleaved", 0}, {8}),
            "the model's 4 stages are not a multiple of 0 chunks per pipeline "
            "rank");
}

} // namespace
