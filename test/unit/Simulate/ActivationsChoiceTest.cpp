//===- ActivationsChoiceTest.cpp - What stages keep for their backward ----===//

#include "../Plan/SliceModel.h"

#include "hocket/Simulate/ActivationsChoice.h"
#include "hocket/Simulate/Simulate.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::simulate;

namespace {

/// An operation takes a nanosecond, a byte to the host what is given.
class Costs : public CostModel {
public:
  double workSeconds(const Work &work) const override {
    return 1e-9 * double(work.flops);
  }
  double transferSeconds(int64_t, int64_t, int64_t) const override { return 0; }
  double allReduceSeconds(int64_t,
                          const std::vector<uint32_t> &) const override {
    return 0;
  }
  double hostCopySeconds(int64_t bytes) const override {
    return double(bytes) / hostBytesPerSecond;
  }
  double hostBytesPerSecond = 1;
};

Strategy layerwise(const Model &model, uint32_t slices) {
  Strategy strategy;
  for (size_t stage = 0; stage + 1 < model.stages.size(); stage += 2)
    strategy.segments.push_back(2);
  strategy.segments.push_back(1);
  strategy.chunks = uint32_t(strategy.segments.size());
  strategy.schedule = "gpipe";
  strategy.slices = slices;
  return strategy;
}

class ActivationsChoiceTest : public testing::Test {
protected:
  Model model = makeSliceModel({});
  Strategy strategy = layerwise(model, 4);
  std::vector<int64_t> lengths = {512};
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  Costs costs;
  ActivationsSetting setting;

  Result<ActivationsChoice> choose() {
    SolverOptions options;
    options.workLimit = 100'000'000;
    return chooseActivations(model, strategy, lengths, costs, setting,
                             schedules, options);
  }
  ActivationsChoice chosen() {
    Result<ActivationsChoice> choice = choose();
    EXPECT_TRUE(choice) << choice.error();
    return choice ? *choice : ActivationsChoice();
  }
  /// A plan with the same activations everywhere.
  Plan planned(SliceActivations activations) {
    Strategy tried = strategy;
    tried.activations.assign(strategy.segments.size(), activations);
    Result<Plan> plan = expand(model, tried, lengths, schedules);
    EXPECT_TRUE(plan) << plan.error();
    return *plan;
  }
};

TEST_F(ActivationsChoiceTest, EverythingIsKeptWhereItFits) {
  ActivationsChoice choice = chosen();
  EXPECT_TRUE(choice.activations.empty());
  setting.limits = choice.peakArenaBytes;
  EXPECT_TRUE(chosen().activations.empty());
}

TEST_F(ActivationsChoiceTest, LessMemoryTakesMoreTime) {
  int64_t most = planned({4, 0}).roles[0].arenaBytes;
  int64_t least = planned({0, 0}).roles[0].arenaBytes;
  ASSERT_LT(2 * least, most);
  double before = 0;
  for (int part = 10; part >= 0; --part) {
    SCOPED_TRACE(part);
    setting.limits = least + (most - least) * part / 10;
    ActivationsChoice choice = chosen();
    EXPECT_LE(choice.peakArenaBytes, setting.limits.deviceBytes);
    EXPECT_EQ(choice.hostBytes, 0);
    EXPECT_GE(choice.seconds, before);
    before = choice.seconds;
  }
  // Half of the memory does not take all of the time.
  setting.limits = (least + most) / 2;
  double again = chosen().seconds;
  setting.limits = most;
  double kept = chosen().seconds;
  setting.limits = least;
  EXPECT_LT(again - kept, 0.8 * (chosen().seconds - kept));
}

TEST_F(ActivationsChoiceTest, AFastHostTakesNoTime) {
  int64_t most = planned({4, 0}).roles[0].arenaBytes;
  double kept = chosen().seconds;
  setting.limits = most / 2;
  double again = chosen().seconds;
  EXPECT_GT(again, kept);
  costs.hostBytesPerSecond = setting.hostBytesPerSecond = 1e9;
  ActivationsChoice fast = chosen();
  EXPECT_GT(fast.hostBytes, 0);
  EXPECT_LE(fast.peakArenaBytes, most / 2);
  EXPECT_LT(fast.seconds, again);
  // One that is slower than computing again is left alone.
  costs.hostBytesPerSecond = setting.hostBytesPerSecond = 1e-3;
  EXPECT_EQ(chosen().hostBytes, 0);
  EXPECT_EQ(chosen().seconds, again);
  // So is one without room.
  costs.hostBytesPerSecond = setting.hostBytesPerSecond = 1e9;
  setting.limits.hostBytes = fast.hostBytes / 3;
  EXPECT_LE(chosen().hostBytes, fast.hostBytes / 3);
}

/// Data coordinates that have little to hold leave the choice to the one that
/// has much, whoever comes first.
TEST_F(ActivationsChoiceTest, TheLongestSequencesDecide) {
  int64_t most = planned({4, 0}).roles[0].arenaBytes;
  int64_t least = planned({0, 0}).roles[0].arenaBytes;
  setting.limits = (least + most) / 2;
  std::vector<SliceActivations> alone = chosen().activations;
  uint32_t kept = 0;
  for (const SliceActivations &stage : alone)
    kept += stage.kept;
  ASSERT_GT(kept, 0u);
  strategy.data = 2;
  for (const std::vector<int64_t> &both :
       {std::vector<int64_t>{512, 20}, {20, 512}}) {
    lengths = both;
    EXPECT_EQ(chosen().activations, alone) << lengths[0];
  }
}

/// A plan can move what its problem keeps: inputs, and the last stages.
TEST_F(ActivationsChoiceTest, AllIsOffloadedWhereThatTakesLeast) {
  int64_t least = planned({0, 0}).roles[0].arenaBytes;
  Plan moved = planned({0, 4});
  ASSERT_LT(moved.roles[0].arenaBytes, least);
  costs.hostBytesPerSecond = setting.hostBytesPerSecond = 1e9;
  setting.limits = moved.roles[0].arenaBytes;
  EXPECT_EQ(chosen().activations, moved.strategy.activations);
  // With more room for what is computed again it still is the faster one.
  setting.limits = least;
  EXPECT_EQ(chosen().activations, moved.strategy.activations);
  setting.limits.hostBytes = moved.roles[0].hostBytes - 1;
  EXPECT_NE(chosen().activations, moved.strategy.activations);
  setting.limits = moved.roles[0].arenaBytes - 1;
  EXPECT_EQ(choose().error().message,
            "P5: a rank needs " + std::to_string(moved.roles[0].arenaBytes) +
                " bytes where all activations are offloaded, and its device "
                "has " +
                std::to_string(setting.limits.deviceBytes));
}

TEST_F(ActivationsChoiceTest, WhatCannotFitIsAnError) {
  setting.limits = 1000;
  Result<ActivationsChoice> choice = choose();
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::InvalidPlan);
  int64_t least = planned({0, 0}).roles[0].arenaBytes;
  EXPECT_EQ(choice.error().message,
            "P5: a rank needs " + std::to_string(least) +
                " bytes where all activations are computed again, and its "
                "device has 1000");
}

} // namespace
