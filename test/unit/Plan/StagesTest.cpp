//===- StagesTest.cpp - The stages of a pipeline, and of its model --------===//

#include "SyntheticModel.h"

#include "hocket/Plan/Stages.h"

using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

using Stages = std::vector<uint32_t>;

TEST(Stages, SegmentsAreOfTheirStage) {
  Strategy strategy;
  EXPECT_EQ(pipelineStages(strategy, 3), Stages({0, 1, 2}));
  strategy.segments = {2, 1, 3};
  EXPECT_EQ(pipelineStages(strategy, 6), Stages({0, 0, 1, 2, 2, 2}));
}

TEST(Stages, WhatIsNeitherKeptNorOffloadedIsComputedAgain) {
  Model model = makeModel();
  Strategy strategy;
  strategy.segments = {2, 2};
  strategy.slices = 4;
  EXPECT_EQ(recomputedSlices(model, strategy, 1), 0u);
  EXPECT_FALSE(isForwardDeferred(model, strategy, 1));
  strategy.activations = {{0, 0}, {1, 2}};
  EXPECT_EQ(recomputedSlices(model, strategy, 0), 4u);
  EXPECT_EQ(recomputedSlices(model, strategy, 1), 1u);
  EXPECT_FALSE(isForwardDeferred(model, strategy, 0)); // others wait for it
  EXPECT_FALSE(isForwardDeferred(model, strategy, 1));
  strategy.activations[1] = {};
  EXPECT_TRUE(isForwardDeferred(model, strategy, 1));
}

/// Where there is no backward, nothing is computed again for it.
TEST(Stages, ForwardsOfAModelThatIsNotTrainedAreNotDeferred) {
  SyntheticOptions options;
  options.backward = options.updates = false;
  Model model = makeModel(options);
  Strategy strategy;
  strategy.activations.resize(options.stages);
  EXPECT_EQ(recomputedSlices(model, strategy, 3), 0u);
  EXPECT_FALSE(isForwardDeferred(model, strategy, 3));
}

TEST(Stages, TheBackwardIsWholeOrSplit) {
  SyntheticOptions options;
  EXPECT_FALSE(isBackwardSplit(makeModel(options)));
  options.split = true;
  EXPECT_TRUE(isBackwardSplit(makeModel(options)));
}

} // namespace
