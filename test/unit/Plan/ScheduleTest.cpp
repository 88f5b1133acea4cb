//===- ScheduleTest.cpp ---------------------------------------------------===//

#include "SyntheticModel.h"

#include <algorithm>
#include <set>
#include <tuple>

using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// Microbatches whose residuals are held at the same time on a stage, from the
/// plan: a residual is held from the F that writes it to the B or W that reads
/// it last. With several stages those of each count.
size_t activationsHeld(const Role &role) {
  std::set<std::pair<int32_t, int32_t>> held;
  size_t most = 0;
  for (const Instruction &instruction : role.body) {
    if (instruction.op != Op::Kernel || instruction.microbatch < 0)
      continue;
    if (instruction.kind == TaskKind::F)
      EXPECT_TRUE(
          held.emplace(instruction.stage, instruction.microbatch).second);
    most = std::max(most, held.size());
    if (instruction.kind == TaskKind::B || instruction.kind == TaskKind::W)
      EXPECT_EQ(held.erase({instruction.stage, instruction.microbatch}), 1u);
  }
  EXPECT_TRUE(held.empty());
  return most;
}

TEST(Schedule, BuiltinsAreRegisteredByName) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  EXPECT_EQ(
      registry.names(),
      (std::vector<std::string>{"1f1b", "dualpipe_v", "gpipe", "interleaved",
                                "v_half", "v_min", "zb_h1", "zb_h2", "zb_v"}));
  EXPECT_EQ(registry.find("gpipe")->name(), "gpipe");
  EXPECT_EQ(registry.find("zb-h1"), nullptr);
}

TEST(Schedule, EveryTaskIsScheduledOnce) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  for (const std::string &name : registry.names())
    for (uint32_t ranks = 1; ranks <= 5; ++ranks)
      for (uint32_t chunks = 1; chunks <= 3; ++chunks)
        for (uint32_t microbatches = 1; microbatches <= 9; ++microbatches) {
          const Schedule &schedule = *registry.find(name);
          PipelineShape shape{ranks, chunks, microbatches};
          if (!schedule.check(shape))
            continue;
          std::set<std::tuple<TaskKind, uint32_t, uint32_t>> seen;
          for (uint32_t rank = 0; rank < ranks; ++rank)
            for (const ScheduledTask &task : schedule.order(rank, shape)) {
              EXPECT_EQ(schedule.rankOf(task.stage, shape), rank);
              EXPECT_LT(task.microbatch, microbatches);
              // A whole backward in a schedule that splits it is both parts.
              bool isBoth =
                  schedule.splitsBackward() && task.kind == TaskKind::B;
              for (TaskKind kind :
                   isBoth ? std::vector<TaskKind>{TaskKind::Bi, TaskKind::W}
                          : std::vector<TaskKind>{task.kind})
                EXPECT_TRUE(
                    seen.emplace(kind, task.stage, task.microbatch).second);
            }
          size_t kinds = schedule.splitsBackward() ? 3 : 2;
          EXPECT_EQ(seen.size(), kinds * shape.stages() * microbatches);
        }
}

TEST(Schedule, OrdersBySteps) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  auto text = [&](uint32_t rank, const char *schedule = "1f1b") {
    std::string result;
    for (const ScheduledTask &task :
         registry.find(schedule)->order(rank, {3, 1, 4}))
      result +=
          std::string(name(task.kind)) + std::to_string(task.microbatch) + " ";
    return result;
  };
  EXPECT_EQ(text(0), "F0 F1 F2 B0 F3 B1 B2 B3 ");
  EXPECT_EQ(text(1), "F0 F1 B0 F2 B1 F3 B2 B3 ");
  EXPECT_EQ(text(2), "F0 B0 F1 B1 F2 B2 F3 B3 ");
  EXPECT_EQ(text(0, "zb_h1"), "F0 F1 F2 Bi0 W0 F3 Bi1 W1 Bi2 W2 Bi3 W3 ");
  EXPECT_EQ(text(2, "zb_h1"), "F0 Bi0 F1 Bi1 F2 Bi2 W0 F3 Bi3 W1 W2 W3 ");
}

TEST(Schedule, ActivationsHeldFollowTheTable) {
  for (uint32_t stages : {1u, 2u, 4u, 7u})
    for (uint32_t microbatches : {1u, 2u, 4u, 8u, 13u}) {
      SyntheticOptions options;
      options.stages = stages;
      Model model = makeModel(options);
      Plan gpipe = makePlan(model, {1, microbatches, "gpipe"});
      Plan alternating = makePlan(model, {1, microbatches, "1f1b"});
      for (uint32_t i = 0; i < stages; ++i) {
        EXPECT_EQ(activationsHeld(gpipe.roles[i]), microbatches);
        EXPECT_EQ(activationsHeld(alternating.roles[i]),
                  std::min(microbatches, stages - i));
      }
    }
}

TEST(Schedule, ActivationsHeldOfInterleavedFollowTheTable) {
  for (uint32_t ranks : {2u, 3u, 4u, 8u})
    for (uint32_t chunks : {2u, 3u, 6u}) {
      SyntheticOptions options;
      options.stages = ranks * chunks;
      Model model = makeModel(options);
      // Enough microbatches to fill the pipeline.
      Plan plan = makePlan(model, {1, 3 * ranks, "interleaved", chunks});
      for (uint32_t i = 0; i < ranks; ++i)
        EXPECT_EQ(activationsHeld(plan.roles[i]),
                  2 * (ranks - 1 - i) + (chunks - 1) * ranks + 1);
    }
}

TEST(Schedule, ActivationsHeldOfZeroBubbleH1FollowTheTable) {
  for (uint32_t ranks : {1u, 2u, 4u, 7u})
    for (uint32_t microbatches : {1u, 2u, 4u, 8u, 13u}) {
      SyntheticOptions options;
      options.stages = ranks;
      options.split = true;
      Model model = makeModel(options);
      Plan plan = makePlan(model, {1, microbatches, "zb_h1"});
      for (uint32_t i = 0; i < ranks; ++i)
        EXPECT_EQ(activationsHeld(plan.roles[i]),
                  std::min(microbatches, ranks));
    }
}

TEST(Schedule, MemoryFollowsTheActivationsHeld) {
  SyntheticOptions options;
  options.residuals = 20;
  Model model = makeModel(options);
  Plan few = makePlan(model, {1, 8, "1f1b"}, 8);
  Plan many = makePlan(model, {1, 64, "1f1b"}, 64);
  Plan held = makePlan(model, {1, 64, "gpipe"}, 64);
  for (uint32_t i = 0; i < options.stages; ++i) {
    // Eight times the microbatches need hardly more; GPipe holds them all.
    EXPECT_LT(many.roles[i].arenaBytes, few.roles[i].arenaBytes * 13 / 10);
    EXPECT_GT(held.roles[i].arenaBytes, 4 * many.roles[i].arenaBytes);
  }
}

} // namespace
