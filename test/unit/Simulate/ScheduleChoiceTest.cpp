//===- ScheduleChoiceTest.cpp - Schedules of stages that are cut ----------===//

#include "../Plan/SliceModel.h"

#include "hocket/Simulate/PipelineTimes.h"
#include "hocket/Simulate/ScheduleChoice.h"
#include "hocket/Simulate/Simulate.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::simulate;

namespace {

/// An operation takes a nanosecond, a message ten and one for each byte.
class Costs : public CostModel {
public:
  double workSeconds(const Work &work) const override {
    return 1e-9 * double(work.flops);
  }
  double transferSeconds(int64_t bytes, int64_t, int64_t) const override {
    return 1e-9 * double(10 + bytes);
  }
  double allReduceSeconds(int64_t,
                          const std::vector<uint32_t> &) const override {
    return 0;
  }
};

constexpr int64_t kTokens = 64, kWidth = 4 * 32; // bytes
const std::vector<int64_t> kLengths(4, kTokens);

class ScheduleChoiceTest : public testing::Test {
protected:
  ScheduleChoiceTest() {
    SliceOptions options;
    options.layers = 3;
    options.split = true;
    model = makeSliceModel(options);
    strategy.segments = {2, 2, 2, 1};
    strategy.microbatches = 4;
    strategy.schedule = kAutoSchedule;
    machine.device.memoryBytes = int64_t(1) << 30;
  }

  PipelineProblem measured() {
    Result<PipelineProblem> problem = simulate::pipelineProblemOf(
        model, strategy, {kLengths, machine, costs}, schedules, {0, 1, 2, 3});
    EXPECT_TRUE(problem) << problem.error();
    return problem ? *problem : PipelineProblem();
  }
  Result<ScheduleChoice> choose() {
    SolverOptions options;
    options.workLimit = 10'000'000;
    return chooseSchedule(model, strategy, {kLengths, machine, costs},
                          schedules, options);
  }
  Plan planned(const Strategy &tried) {
    Result<Plan> plan = expand(model, tried, kLengths, schedules);
    EXPECT_TRUE(plan) << plan.error();
    return plan ? std::move(*plan) : Plan();
  }
  Simulation simulated(const Strategy &tried) {
    Result<Simulation> result =
        simulate::simulate(planned(tried), model, costs);
    EXPECT_TRUE(result) << result.error();
    return result ? *result : Simulation();
  }

  Model model;
  Strategy strategy;
  Topology machine;
  Costs costs;
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
};

TEST_F(ScheduleChoiceTest, TasksTakeWhatTheirRanksAreBusyFor) {
  PipelineProblem problem = measured();
  ASSERT_EQ(problem.stages(), 4u);
  Simulation step = simulated(forwardsFirst(model, strategy, {0, 1, 2, 3}));
  for (size_t stage = 0; stage < 4; ++stage) {
    SCOPED_TRACE(stage);
    int64_t task = problem.forward[stage] + problem.weightGradient[stage];
    // A time is at least 1.
    if (problem.inputGradient[stage] > 1)
      task += problem.inputGradient[stage];
    EXPECT_NEAR(double(4 * task), 1e9 * step.busySeconds[stage], 1);
  }
  // The loss has no attention.
  EXPECT_EQ(problem.forward[3], 100 * kTokens);
  EXPECT_EQ(problem.inputGradient[3], 100 * kTokens);
  EXPECT_EQ(problem.weightGradient[3], 100 * kTokens);
  EXPECT_EQ(problem.hop[0][1], 10 + kTokens * kWidth);
  // What it keeps: its input, 16 times as much, and the targets.
  EXPECT_EQ(problem.activation[3], kTokens * (17 * kWidth + 4));
}

TEST_F(ScheduleChoiceTest, SlicesThatAreComputedAgainTakeTimeAndNoMemory) {
  strategy.slices = 4;
  PipelineProblem kept = measured();
  strategy.activations.assign(4, {0, 0});
  PipelineProblem again = measured();
  for (size_t stage = 0; stage < 3; ++stage) {
    SCOPED_TRACE(stage);
    EXPECT_LT(again.activation[stage], kept.activation[stage] / 4);
    EXPECT_EQ(again.forward[stage], kept.forward[stage]);
    EXPECT_GT(again.inputGradient[stage] + again.weightGradient[stage],
              kept.inputGradient[stage] + kept.weightGradient[stage]);
  }
  // The last stage computes its forward within its backward, and receives what
  // it reads then.
  EXPECT_EQ(again.forward[3], 1);
  EXPECT_EQ(again.activation[3], 0);
}

TEST_F(ScheduleChoiceTest, NoScheduleOfTheRegistryIsFaster) {
  for (uint32_t slices : {1, 4})
    for (bool isKept : {true, false}) {
      SCOPED_TRACE(std::to_string(slices) + (isKept ? " kept" : " again"));
      strategy.slices = slices;
      strategy.activations.clear();
      if (!isKept)
        strategy.activations.assign(4, {0, 0});
      Result<ScheduleChoice> choice = choose();
      ASSERT_TRUE(choice) << choice.error();
      EXPECT_TRUE(choice->solution.hasSolution());
      EXPECT_NEAR(choice->seconds, simulated(choice->strategy).seconds, 1e-12);
      for (const char *name : {"gpipe", "1f1b", "zb_h1", "zb_h2"}) {
        Strategy named = strategy;
        named.schedule = name;
        EXPECT_LE(choice->seconds, simulated(named).seconds) << name;
      }
    }
}

TEST_F(ScheduleChoiceTest, MemoryIsThatOfTheDevice) {
  Strategy named = strategy;
  named.schedule = "1f1b";
  int64_t least = simulated(named).peakArenaBytes;
  machine.device.memoryBytes = least;
  Result<ScheduleChoice> choice = choose();
  ASSERT_TRUE(choice) << choice.error();
  EXPECT_LE(choice->peakArenaBytes, least);
  EXPECT_LE(choice->seconds, simulated(named).seconds);

  machine.device.memoryBytes = least / 8;
  choice = choose();
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::InvalidArgument);
}

TEST_F(ScheduleChoiceTest, PlacementsAreTried) {
  strategy.pipelineRanks = 2;
  strategy.chunks = 2;
  Result<ScheduleChoice> choice = choose();
  ASSERT_TRUE(choice) << choice.error();
  Strategy named = strategy;
  for (const char *name : {"interleaved", "zb_v", "gpipe"}) {
    named.schedule = name;
    EXPECT_LE(choice->seconds, simulated(named).seconds) << name;
  }
}

} // namespace
