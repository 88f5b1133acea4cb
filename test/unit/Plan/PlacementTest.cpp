//===- PlacementTest.cpp - Stages anywhere, orders given ------------------===//

#include "RandomStrategies.h"
#include "SyntheticModel.h"

#include <map>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// The tasks of a role in order, in the text of orders.
std::vector<ScheduledTask> tasksOf(const Role &role) {
  std::vector<ScheduledTask> tasks;
  for (const Instruction &run : role.body)
    if (run.op == Op::Kernel && run.kind != TaskKind::Update)
      tasks.push_back(
          {run.kind, uint32_t(run.stage), uint32_t(run.microbatch)});
  return tasks;
}

/// Random placements x random orders that can run: no plan breaks an invariant,
/// deadlock freedom (P2) above all, and planning again gives the same orders.
TEST(Placement, RandomOrdersOnRandomPlacementsPassTheCheck) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 400; ++round) {
    SyntheticOptions options;
    options.stages = 1 + random() % 7;
    options.outputs = 1 + random() % 2;
    options.tied = random() % 2;
    options.split = random() % 2;
    options.growing = random() % 2;
    Model model = makeModel(options);
    uint32_t ranks = 1 + random() % options.stages;
    uint32_t data = 1 + random() % 2, microbatches = 1 + random() % 6;
    std::vector<uint32_t> placement =
        randomPlacement(options.stages, ranks, random);
    Strategy strategy =
        givenStrategy(data, microbatches, placement, options.split, random);
    Plan plan = makePlan(model, strategy);
    Result<void> checked = check(plan, model, 0);
    ASSERT_TRUE(checked) << "round " << round << "\n" << checked.error();
    ASSERT_EQ(plan.ranks.size(), size_t(data) * ranks);
    for (uint32_t rank = 0; rank < ranks; ++rank) {
      std::vector<ScheduledTask> expected;
      for (const ScheduledTask &task : strategy.orders[rank]) {
        // A whole backward of a model with two parts is both.
        bool parts = options.split && task.kind == TaskKind::B;
        for (TaskKind kind : {TaskKind::Bi, TaskKind::W})
          if (parts)
            expected.push_back({kind, task.stage, task.microbatch});
        if (!parts)
          expected.push_back(task);
      }
      ASSERT_EQ(tasksOf(plan.roles[rank]), expected) << "round " << round;
    }
    Result<Plan> again =
        expand(model, plan.strategy, makeLengths(data * microbatches),
               ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(again) << again.error();
    EXPECT_TRUE(check(*again, model, 0));
    EXPECT_EQ(tasksOf(again->roles[0]), tasksOf(plan.roles[0]));
  }
}

/// A schedule of four stages on two ranks in a V, as built-in ones may be.
struct Valley : Schedule {
  std::string_view name() const override { return "valley"; }
  bool splitsBackward() const override { return true; }
  Result<void> check(const PipelineShape &) const override { return {}; }
  uint32_t rankOf(uint32_t stage, const PipelineShape &shape) const override {
    return std::min(stage, shape.stages() - 1 - stage);
  }
  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    std::vector<ScheduledTask> tasks;
    uint32_t other = shape.stages() - 1 - rank;
    for (uint32_t i = 0; i < shape.microbatches; ++i)
      for (ScheduledTask task : {ScheduledTask{TaskKind::F, rank, i},
                                 {TaskKind::F, other, i},
                                 {TaskKind::Bi, other, i},
                                 {TaskKind::W, other, i},
                                 {TaskKind::Bi, rank, i},
                                 {TaskKind::W, rank, i}})
        tasks.push_back(task);
    return tasks;
  }
};

TEST(Placement, ASchedulePlacesItsStagesInAV) {
  SyntheticOptions options;
  options.split = true;
  Model model = makeModel(options);
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  schedules.add(std::make_unique<Valley>());
  Strategy byChunks{2, 3, "valley", 2}, byRanks{2, 3, "valley"};
  byRanks.pipelineRanks = 2;
  for (const Strategy &strategy : {byChunks, byRanks}) {
    Result<Plan> plan = expand(model, strategy, makeLengths(12), schedules);
    ASSERT_TRUE(plan) << plan.error();
    Result<void> checked = check(*plan, model, 0);
    EXPECT_TRUE(checked) << checked.error();
    EXPECT_EQ(plan->roles[0].name, "stages_0_3");
    EXPECT_EQ(plan->roles[1].stages, (std::vector<uint32_t>{1, 2}));
    // Stages 1 and 2 are neighbours on a rank: nothing is sent between them.
    size_t numSends = 0;
    for (const Instruction &instruction : plan->roles[1].body)
      numSends += instruction.op == Op::Send;
    EXPECT_EQ(numSends, 6u);
  }
  // What the schedule says itself may be repeated, but not contradicted.
  byRanks.placement = {0, 1, 1, 0};
  EXPECT_TRUE(expand(model, byRanks, makeLengths(12), schedules));
  byRanks.placement = {0, 1, 0, 1};
  Result<Plan> contradicted =
      expand(model, byRanks, makeLengths(12), schedules);
  ASSERT_FALSE(contradicted);
  EXPECT_EQ(contradicted.error().message,
            "schedule 'valley' places stage 2 on pipeline rank 1 and the "
            "placement says 0");
}

TEST(Placement, UnevenStages) {
  SyntheticOptions options;
  options.stages = 5;
  Model model = makeModel(options);
  std::mt19937 random(2);
  Strategy strategy = givenStrategy(1, 3, {0, 0, 1, 0, 2}, false, random);
  Plan plan = makePlan(model, strategy);
  EXPECT_TRUE(check(plan, model, 0));
  EXPECT_EQ(plan.roles[0].stages, (std::vector<uint32_t>{0, 1, 3}));
  // Without a placement, stage s is on rank s mod 3.
  strategy = givenStrategy(1, 3, {0, 1, 2, 0, 1}, false, random);
  strategy.placement.clear();
  strategy.pipelineRanks = 3;
  plan = makePlan(model, strategy);
  EXPECT_TRUE(check(plan, model, 0));
  EXPECT_EQ(plan.roles[1].stages, (std::vector<uint32_t>{1, 4}));
  for (const char *name : {"gpipe", "1f1b", "interleaved"}) {
    Strategy uneven{1, 3, name};
    uneven.pipelineRanks = 3;
    EXPECT_FALSE(
        expand(model, uneven, makeLengths(6), ScheduleRegistry::withBuiltins()))
        << name;
  }
  Strategy even{1, 3, "interleaved"};
  even.pipelineRanks = 2;
  options.stages = 4;
  EXPECT_TRUE(check(makePlan(makeModel(options), even), makeModel(options), 0));
}

/// A stage needs the same bytes for its values wherever it runs: a rank's
/// arena holds the parameters of its stages, and the residuals of as many
/// microbatches as its order has in flight.
TEST(Placement, BytesOfARank) {
  SyntheticOptions options;
  options.parameters = 3;
  options.residuals = 4;
  Model model = makeModel(options);
  auto persistentBytes = [](const Role &role) {
    int64_t bytes = 0;
    for (const Buffer &buffer : role.buffers)
      if (buffer.microbatch < 0)
        bytes += (buffer.bytes + 63) / 64 * 64;
    return bytes;
  };
  // Rank 0 holds stages 0 and 3, which a microbatch passes first and last.
  Strategy deep, shallow;
  deep.schedule = "given";
  deep.microbatches = 4;
  deep.placement = {0, 1, 1, 0};
  deep.orders.resize(2);
  for (uint32_t stage : {0u, 3u})
    for (uint32_t i = 0; i < 4; ++i)
      deep.orders[0].push_back({TaskKind::F, stage, i});
  for (uint32_t stage : {3u, 0u})
    for (uint32_t i = 0; i < 4; ++i)
      deep.orders[0].push_back({TaskKind::B, stage, i});
  for (uint32_t stage : {1u, 2u})
    for (uint32_t i = 0; i < 4; ++i)
      deep.orders[1].push_back({TaskKind::F, stage, i});
  for (uint32_t stage : {2u, 1u})
    for (uint32_t i = 0; i < 4; ++i)
      deep.orders[1].push_back({TaskKind::B, stage, i});
  shallow = deep;
  shallow.orders.assign(2, {});
  for (uint32_t i = 0; i < 4; ++i) {
    for (ScheduledTask task : {ScheduledTask{TaskKind::F, 0, i},
                               {TaskKind::F, 3, i},
                               {TaskKind::B, 3, i},
                               {TaskKind::B, 0, i}})
      shallow.orders[0].push_back(task);
    for (ScheduledTask task : {ScheduledTask{TaskKind::F, 1, i},
                               {TaskKind::F, 2, i},
                               {TaskKind::B, 2, i},
                               {TaskKind::B, 1, i}})
      shallow.orders[1].push_back(task);
  }
  Plan held = makePlan(model, deep, 4), freed = makePlan(model, shallow, 4);
  EXPECT_TRUE(check(held, model, 0));
  EXPECT_TRUE(check(freed, model, 0));
  for (uint32_t rank : {0u, 1u}) {
    int64_t persistent = persistentBytes(held.roles[rank]);
    EXPECT_EQ(persistent, persistentBytes(freed.roles[rank]));
    // The residuals of two stages and all four microbatches are held at once,
    // or of one microbatch.
    int64_t all = 0, most = 0;
    for (uint32_t i = 0; i < 4; ++i) {
      int64_t bytes = 0;
      for (const Buffer &buffer : held.roles[rank].buffers)
        if (buffer.binding.slot == Slot::Residual &&
            buffer.microbatch == int32_t(i))
          bytes += (buffer.bytes + 63) / 64 * 64;
      all += bytes;
      most = std::max(most, bytes);
    }
    EXPECT_GE(held.roles[rank].arenaBytes, persistent + all);
    EXPECT_GE(freed.roles[rank].arenaBytes, persistent + most);
    EXPECT_LT(freed.roles[rank].arenaBytes, persistent + all);
  }
}

std::string errorOf(const Model &model, const Strategy &strategy) {
  Result<Plan> plan =
      expand(model, strategy, makeLengths(8), ScheduleRegistry::withBuiltins());
  if (plan)
    return "no error";
  EXPECT_EQ(plan.error().exitCode(), 2);
  return plan.error().message;
}

TEST(Placement, MistakesAreExplained) {
  SyntheticOptions options;
  options.stages = 3;
  Model model = makeModel(options);
  std::mt19937 random(3);
  const Strategy good = givenStrategy(1, 2, {0, 1, 0}, false, random);
  ASSERT_EQ(errorOf(model, good), "no error");
  auto broken = [&](auto change) {
    Strategy strategy = good;
    change(strategy);
    return errorOf(model, strategy);
  };
  EXPECT_EQ(broken([](Strategy &s) { s.placement.pop_back(); }),
            "the placement names the pipeline ranks of 2 stages and the model "
            "has 3");
  EXPECT_EQ(broken([](Strategy &s) {
              s.placement[2] = 7;
              s.pipelineRanks = 2;
            }),
            "stage 2 is placed on pipeline rank 7 of 2");
  EXPECT_EQ(broken([](Strategy &s) { s.placement[2] = 0xFFFFFFFFu; }),
            "stage 2 is placed on pipeline rank 4294967295 of 3");
  EXPECT_EQ(broken([](Strategy &s) { s.placement = {0, 2, 0}; }),
            "no stage is placed on pipeline rank 1");
  EXPECT_EQ(broken([](Strategy &s) { s.pipelineRanks = 4; }),
            "there are 4 pipeline ranks for the model's 3 stages");
  EXPECT_EQ(broken([](Strategy &s) { s.orders.pop_back(); }),
            "there are orders for 1 pipeline ranks of 2");
  EXPECT_EQ(broken([](Strategy &s) { s.orders.clear(); }),
            "the schedule is 'given' and there are no orders");
  EXPECT_EQ(broken([](Strategy &s) { s.schedule = "gpipe"; }),
            "there are orders, and the schedule is 'gpipe' instead of 'given'");
  EXPECT_EQ(broken([](Strategy &s) { s.chunks = 0; }),
            "the model's 3 stages are not a multiple of 0 chunks per pipeline "
            "rank");
  auto ordered = [&](std::vector<ScheduledTask> tasks) {
    return broken([&](Strategy &s) { s.orders[1] = tasks; });
  };
  constexpr TaskKind F = TaskKind::F, B = TaskKind::B, Bi = TaskKind::Bi,
                     W = TaskKind::W;
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 1}, {B, 1, 0}, {B, 1, 1}}), "no error");
  EXPECT_EQ(ordered({{F, 1, 0}, {B, 1, 0}, {B, 1, 1}}),
            "the order of pipeline rank 1 lacks the task 1F1");
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 1}, {B, 1, 0}}),
            "the order of pipeline rank 1 lacks the task 1B1");
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 1}, {B, 1, 0}, {Bi, 1, 1}}),
            "the order of pipeline rank 1 lacks the task 1W1");
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 0}}),
            "task 2 (1F0) of the order of pipeline rank 1 is there twice");
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 1}, {B, 1, 0}, {B, 1, 1}, {W, 1, 1}}),
            "task 5 (1W1) of the order of pipeline rank 1 is a part of 1B1, "
            "which is there too");
  EXPECT_EQ(ordered({{F, 0, 0}}),
            "task 1 (0F0) of the order of pipeline rank 1 belongs to pipeline "
            "rank 0");
  EXPECT_EQ(ordered({{F, 3, 0}}), "task 1 (3F0) of the order of pipeline rank "
                                  "1 is of a stage beyond the model's 3");
  EXPECT_EQ(ordered({{F, 1, 2}}), "task 1 (1F2) of the order of pipeline rank "
                                  "1 is of a microbatch beyond the step's 2");
  EXPECT_EQ(ordered({{TaskKind::R, 1, 0}}),
            "task 1 of the order of pipeline rank 1 is none of F, Bi, W and B: "
            "a schedule orders no others");
  // A rank that wants the backward before anybody can have begun it.
  EXPECT_EQ(ordered({{B, 1, 0}, {F, 1, 0}, {F, 1, 1}, {B, 1, 1}})
                .find("the schedule cannot run: pipeline rank "),
            0u);
  // The model has whole backwards only.
  EXPECT_EQ(ordered({{F, 1, 0}, {F, 1, 1}, {B, 1, 0}, {Bi, 1, 1}, {W, 1, 1}}),
            "schedule 'given' gives rank 1 of the pipeline task Bi of stage 1 "
            "and microbatch 1, which the model does not have");
}

/// The check finds a plan that is not that of its strategy.
TEST(Placement, TheStrategyOfAPlanIsChecked) {
  SyntheticOptions options;
  Model model = makeModel(options);
  std::mt19937 random(4);
  Plan plan = makePlan(model, givenStrategy(2, 2, {0, 1, 1, 0}, false, random));
  ASSERT_TRUE(check(plan, model, 0));
  Plan other = plan;
  other.strategy = givenStrategy(2, 2, {0, 1, 0, 1}, false, random);
  auto found = findViolation(other, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P8");
  EXPECT_EQ(found->message,
            "the strategy gives pipeline rank 0 other stages than this one "
            "has");
  other = plan;
  other.strategy.orders[0].pop_back();
  found = findViolation(other, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "structure");
}

} // namespace
