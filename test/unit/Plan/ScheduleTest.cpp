//===- ScheduleTest.cpp ---------------------------------------------------===//

#include "SyntheticModel.h"

#include <algorithm>
#include <set>

using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// Microbatches whose residuals are held at the same time on a stage, from the
/// plan: a residual is held from the F that writes it to the B that reads it.
size_t activationsHeld(const Role &role) {
  std::set<int32_t> held;
  size_t most = 0;
  for (const Instruction &instruction : role.body) {
    if (instruction.op != Op::Kernel || instruction.microbatch < 0)
      continue;
    if (instruction.kind == TaskKind::F)
      EXPECT_TRUE(held.insert(instruction.microbatch).second);
    most = std::max(most, held.size());
    if (instruction.kind == TaskKind::B)
      EXPECT_EQ(held.erase(instruction.microbatch), 1u);
  }
  EXPECT_TRUE(held.empty());
  return most;
}

TEST(Schedule, BuiltinsAreRegisteredByName) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"1f1b", "gpipe"}));
  EXPECT_EQ(registry.find("gpipe")->name(), "gpipe");
  EXPECT_EQ(registry.find("zb-h1"), nullptr);
}

TEST(Schedule, EveryTaskIsScheduledOnce) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  for (const std::string &name : registry.names())
    for (uint32_t stages = 1; stages <= 5; ++stages)
      for (uint32_t microbatches = 1; microbatches <= 9; ++microbatches)
        for (uint32_t rank = 0; rank < stages; ++rank) {
          std::vector<ScheduledTask> order =
              registry.find(name)->order(rank, stages, microbatches);
          std::set<std::pair<TaskKind, uint32_t>> seen;
          for (const ScheduledTask &task : order) {
            EXPECT_EQ(task.stage, rank);
            EXPECT_TRUE(seen.emplace(task.kind, task.microbatch).second);
            if (task.kind == TaskKind::B)
              EXPECT_TRUE(seen.count({TaskKind::F, task.microbatch}));
          }
          EXPECT_EQ(order.size(), 2 * microbatches);
          EXPECT_EQ(seen.size(), order.size());
        }
}

TEST(Schedule, OneForwardOneBackwardBySteps) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  auto text = [&](uint32_t rank) {
    std::string result;
    for (const ScheduledTask &task : registry.find("1f1b")->order(rank, 3, 4))
      result +=
          std::string(name(task.kind)) + std::to_string(task.microbatch) + " ";
    return result;
  };
  EXPECT_EQ(text(0), "F0 F1 F2 B0 F3 B1 B2 B3 ");
  EXPECT_EQ(text(1), "F0 F1 B0 F2 B1 F3 B2 B3 ");
  EXPECT_EQ(text(2), "F0 B0 F1 B1 F2 B2 F3 B3 ");
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
