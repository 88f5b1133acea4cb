//===- PackTest.cpp - Plans with groups that fit their sequences ----------===//

#include "AttentionModel.h"
#include "GatherModel.h"

#include "hocket/Plan/Check.h"
#include "hocket/Plan/Pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// Eight devices that hold 100 tokens each, and talk slowly.
PackingProblem makeSettings() {
  PackingProblem settings;
  settings.padTo = 1;
  settings.devices = settings.devicesPerNode = 8;
  settings.degrees = {1, 2, 4, 8};
  settings.methods = {PackingMethod::ZigZag, PackingMethod::Ulysses};
  settings.cost.a1 = 0.002;
  settings.cost.a2 = 0.02;
  settings.cost.b1 = 1;
  settings.cost.layers = 2;
  settings.cost.hidden = 32;
  settings.cost.bandwidth = {{2, 0.002}, {4, 0.0015}, {8, 0.001}};
  settings.memory = {1, 0, 100};
  return settings;
}

Model makeModel(uint32_t heads = 4) {
  AttentionOptions options;
  options.layers = 3;
  options.heads = options.keyHeads = heads;
  return makeAttentionModel(options);
}

Strategy makeStrategy() {
  Strategy strategy;
  strategy.data = 2;
  strategy.sequence = 4;
  strategy.segments = {2, 2};
  strategy.schedule = "1f1b";
  return strategy;
}

std::set<size_t> groupSizes(const Plan &plan) {
  std::set<size_t> sizes;
  for (const std::vector<SequenceGroup> &groups : plan.sequenceGroups)
    for (const SequenceGroup &group : groups)
      sizes.insert(group.coordinates.size());
  return sizes;
}

TEST(Pack, GroupsOfUnlikeSizesPassTheCheck) {
  Model model = makeModel();
  Strategy strategy = makeStrategy();
  auto settings = packingFor(model, strategy, makeSettings());
  ASSERT_TRUE(settings) << settings.error();
  auto schedules = ScheduleRegistry::withBuiltins();
  // One that takes several devices, and six that fit one each.
  std::vector<int64_t> lengths = {80, 90, 75, 180, 80, 60, 85};
  Result<Plan> plan =
      expandPacked(model, strategy, lengths, *settings, schedules);
  ASSERT_TRUE(plan) << plan.error();
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  EXPECT_GT(groupSizes(*plan).size(), 1u);
  EXPECT_EQ(plan->ranks.size(), 16u);
  EXPECT_EQ(plan->sequenceGroups.size(), plan->strategy.microbatches);

  // Twice what the devices hold takes several microbatches.
  lengths.insert(lengths.end(), {400, 300, 500});
  plan = expandPacked(model, strategy, lengths, *settings, schedules);
  ASSERT_TRUE(plan) << plan.error();
  checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  EXPECT_GT(plan->strategy.microbatches, 1u);

  // The same lengths have the same groups.
  Result<Plan> again =
      expandPacked(model, strategy, lengths, *settings, schedules);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->sequenceGroups, plan->sequenceGroups);
}

TEST(Pack, ASequenceThatNoGroupHolds) {
  Model model = makeModel();
  Strategy strategy = makeStrategy();
  auto settings = packingFor(model, strategy, makeSettings());
  ASSERT_TRUE(settings) << settings.error();
  Result<Plan> plan = expandPacked(model, strategy, {801, 3}, *settings,
                                   ScheduleRegistry::withBuiltins());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::InvalidPlan);
}

TEST(Pack, UlyssesHasNoMoreRanksThanHeads) {
  Model model = makeModel(2);
  auto settings = packingFor(model, makeStrategy(), makeSettings());
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->cost.heads, 2);
  PackingProblem fewer = makeSettings();
  fewer.cost.heads = 1;
  settings = packingFor(model, makeStrategy(), fewer);
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->cost.heads, 1);
}

/// Scans need runs, and their kernels take the rows of so many members.
TEST(Pack, ScansLimitMethodsAndDegrees) {
  Model model = makeGatherModel(3);
  Strategy strategy;
  strategy.data = 2;
  strategy.sequence = 4;
  strategy.segments = {3};
  strategy.schedule = "gpipe";
  PackingProblem settings = makeSettings();
  settings.methods = {PackingMethod::Ring, PackingMethod::Ulysses};
  settings.degrees = {1, 2, 4};
  auto fits = packingFor(model, strategy, settings);
  ASSERT_TRUE(fits) << fits.error();
  auto schedules = ScheduleRegistry::withBuiltins();
  Result<Plan> plan =
      expandPacked(model, strategy, {80, 180, 75, 1, 390}, *fits, schedules);
  ASSERT_TRUE(plan) << plan.error();
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  EXPECT_GT(groupSizes(*plan).size(), 1u);

  auto expectMistake = [&](const char *part) {
    auto refused = packingFor(model, strategy, settings);
    ASSERT_FALSE(refused) << part;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(refused.error().message.find(part), std::string::npos)
        << refused.error().message;
  };
  settings.degrees = {1, 2, 4, 8};
  expectMistake("degrees has 8, and the model's scans were compiled for groups "
                "of at most 4");
  settings.degrees = {1, 2, 4};
  settings.methods.push_back(PackingMethod::ZigZag);
  expectMistake("methods has \"zigzag\", and the model scans");
}

TEST(Pack, SettingsThatPlansCannotFollow) {
  Model model = makeModel();
  auto expectMistake = [&](const PackingProblem &settings, const char *part,
                           const Strategy &strategy = makeStrategy()) {
    auto fits = packingFor(model, strategy, settings);
    ASSERT_FALSE(fits) << part;
    EXPECT_EQ(fits.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(fits.error().message.find(part), std::string::npos)
        << fits.error().message;
  };
  PackingProblem settings = makeSettings();
  settings.devices = 7;
  expectMistake(settings, "devices must be 8");
  settings = makeSettings();
  settings.hasBarriers = false;
  expectMistake(settings, "barriers: false");
  settings = makeSettings();
  settings.offload.emplace();
  expectMistake(settings, "offload");
  settings = makeSettings();
  settings.routing.emplace();
  expectMistake(settings, "routing");
  settings = makeSettings();
  settings.remapping.emplace();
  expectMistake(settings, "remapping");
  for (Stage &stage : model.stages)
    stage.attention.reset();
  expectMistake(makeSettings(), "not cut at their attentions");
}

} // namespace
