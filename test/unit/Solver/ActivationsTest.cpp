//===- ActivationsTest.cpp ------------------------------------------------===//

#include "ActivationsFixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace hocket;
using namespace hocket::test;

namespace {

ActivationsSolution solve(const ActivationsProblem &problem,
                          const char *scheduler = "auto",
                          int64_t work = 2'000'000'000) {
  EXPECT_TRUE(problem.check()) << problem.check().error();
  SolverOptions options;
  options.workLimit = work;
  ActivationsSolution solution =
      createActivationsScheduler(scheduler)->solve(problem, options);
  if (solution.hasSolution()) {
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    EXPECT_LE(solution.lowerBound, solution.value);
  }
  return solution;
}

TEST(Activations, NothingIsComputedAgainWhereAllFits) {
  ActivationsProblem problem = equalLayers(6, 4);
  problem.deviceCap = 6 * 1400 + 60;
  ActivationsSolution solution = solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_EQ(solution.value, 6 * 3000);
  problem.hostCap = 0;
  solution = solve(problem);
  EXPECT_EQ(solution.value, 6 * 3000);
  EXPECT_EQ(solution.peakBytes, 6 * 1400 + 60);
}

TEST(Activations, IsOptimalWhereEveryChoiceIsTried) {
  int numSolved = 0, numInfeasible = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    ActivationsProblem problem = randomActivations(seed);
    auto expected = ActivationsBruteForce(problem).run();
    ActivationsSolution solution = solve(problem);
    if (expected.value == std::numeric_limits<int64_t>::max()) {
      EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
      EXPECT_NE(solution.reason.find(
                    " is " + std::to_string(expected.smallestCap) + " bytes"),
                std::string::npos)
          << solution.reason << ", not " << expected.smallestCap;
      ++numInfeasible;
      continue;
    }
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, expected.value);
    ++numSolved;
  }
  EXPECT_GT(numSolved, 60);
  EXPECT_GT(numInfeasible, 5);
}

/// What verify() accepts, tried one by one.
TEST(Activations, UniformIsOptimalWhereEveryChoiceIsTried) {
  int numSolved = 0, numUnlike = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    ActivationsProblem problem = randomActivations(seed);
    problem.isUniform = true;
    auto expected = ActivationsBruteForce(problem).run();
    ActivationsSolution solution = solve(problem);
    if (expected.value == std::numeric_limits<int64_t>::max()) {
      EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
      continue;
    }
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, expected.value);
    ++numSolved;
    size_t size = problem.size();
    numUnlike += size > 2 && solution.layers[size - 1].kept !=
                                 solution.layers[size - 2].kept;
  }
  EXPECT_GT(numSolved, 60);
  EXPECT_GT(numUnlike, 0);
}

TEST(Activations, ASingleLayerKeepsWhatFits) {
  ActivationsProblem problem = equalLayers(1, 4);
  for (bool isSliced : {false, true}) {
    problem.isSliced = isSliced;
    problem.deviceCap = 10 + 1400 + 50;
    ActivationsSolution solution = solve(problem);
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, 3000);
    problem.deviceCap -= 1;
    solution = solve(problem);
    EXPECT_EQ(solution.status,
              isSliced ? SolutionStatus::Optimal : SolutionStatus::Infeasible);
  }
}

/// Of a hundred different layers with 128 slices even the choices are too many
/// to list: what is found meanwhile is given.
TEST(Activations, ManyChoicesDoNotOutlastTheBudget) {
  ActivationsProblem problem = equalLayers(100, 128);
  problem.attention.recompute = true;
  problem.deviceCap = 60'000;
  problem.hostCap = 50'000;
  for (size_t i = 0; i < problem.size(); ++i)
    problem.layers[i].forward += int64_t(i);
  ActivationsSolution solution = solve(problem, "auto", 10'000'000);
  EXPECT_EQ(solution.status, SolutionStatus::Feasible);
  EXPECT_GE(solution.lowerBound, 100 * 3000);
}

/// MEMO: alpha is the largest that the bandwidth and the host allow.
TEST(Activations, UniformChoicesAreThoseOfMemosFormulas) {
  std::mt19937 random(5);
  int numByHost = 0, numByBandwidth = 0, numFree = 0;
  for (int round = 0; round < 60; ++round) {
    size_t count = 3 + random() % 30;
    int slices = int(1 + random() % 16);
    ActivationsProblem problem = memo(count, slices);
    for (auto &layer : problem.layers) {
      layer.forward = 300 + 100 * (round % 13);
      layer.other = 100 * slices;
    }
    problem.hostCap = int64_t(count - 2) * (200 + 100 * (round % 17));
    problem.deviceCap = 100'000;
    double other = 100. * slices;
    double byBandwidth =
        (double(problem.layers[0].forward) - 200) / other; // B = 1 byte/ns
    double byHost = (double(problem.hostCap) / double(count - 2) - 200) / other;
    double alpha = std::min({1., byBandwidth, byHost});
    int moved = int(std::floor(alpha * slices + 1e-9));
    (alpha == 1 ? numFree : alpha == byHost ? numByHost : numByBandwidth)++;
    ActivationsSolution solution = solve(problem);
    ASSERT_EQ(solution.status, SolutionStatus::Optimal);
    for (size_t i = 0; i < count; ++i) {
      bool moves = i + 2 < count;
      EXPECT_EQ(solution.layers[i].offloaded, moves ? moved : 0);
      EXPECT_EQ(solution.layers[i].kept, moves ? 0 : slices);
    }
    EXPECT_EQ(solution.hostBytes, int64_t(count - 2) * (200 + 100 * moved));
    // Two rounding buffers, of the whole of a layer each.
    EXPECT_LE(solution.peakBytes, 10 + 2 * (200 + 100 * slices) + 50);
  }
  EXPECT_GT(numByHost, 5);
  EXPECT_GT(numByBandwidth, 5);
  EXPECT_GT(numFree, 5);
}

TEST(Activations, LayersThatDifferChooseForThemselves) {
  ActivationsProblem problem = equalLayers(8, 4);
  // Computing the even ones again costs a quarter.
  for (size_t i = 0; i < problem.size(); i += 2)
    problem.layers[i].recompute /= 4;
  problem.hostCap = 2000;
  problem.deviceCap = 5000;
  ActivationsSolution apart = solve(problem);
  problem.isUniform = true;
  ActivationsSolution uniform = solve(problem);
  EXPECT_EQ(apart.status, SolutionStatus::Optimal);
  EXPECT_EQ(uniform.status, SolutionStatus::Optimal);
  EXPECT_LT(apart.value, uniform.value);
}

TEST(Activations, MoreRoomIsNeverSlower) {
  ActivationsProblem problem = equalLayers(10, 4);
  problem.hostCap = 3000;
  int64_t before = std::numeric_limits<int64_t>::max();
  for (problem.deviceCap = 3000; problem.deviceCap <= 15'000;
       problem.deviceCap += 2000) {
    ActivationsSolution solution = solve(problem, "auto", 200'000'000);
    ASSERT_TRUE(solution.hasSolution());
    EXPECT_LE(solution.value, before);
    EXPECT_LE(double(solution.value), 1.01 * double(solution.lowerBound));
    before = solution.value;
  }
  EXPECT_EQ(before, 30'000);
}

/// Large and small layers, slow and fast ones, with too little room for all.
TEST(Activations, MixedLayersAreNearTheBound) {
  for (unsigned seed = 0; seed < 2; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ActivationsProblem problem = equalLayers(40, 8);
    problem.deviceCap = 5000;
    for (auto &layer : problem.layers) {
      layer.forward = 500 + int64_t(random() % 1500);
      layer.backward = 1200 + int64_t(random() % 2800);
      layer.recompute = 300 + int64_t(random() % 1500);
      layer.recomputeAttention = 100 + int64_t(random() % 400);
      layer.input = layer.attention = 50 * (1 + int64_t(random() % 4));
      layer.other = layer.input * (6 + int64_t(random() % 9));
      problem.deviceCap += (layer.other + 2 * layer.input) / 4;
    }
    problem.attention.recompute = true;
    problem.hostCap = problem.deviceCap;
    ActivationsSolution solution = solve(problem, "auto", 40'000'000);
    ASSERT_TRUE(solution.hasSolution());
    EXPECT_LE(double(solution.value), 1.03 * double(solution.lowerBound));
    problem.isUniform = true;
    EXPECT_LT(solution.value, solve(problem).value);
  }
}

TEST(Activations, SlicesTakeLessRoom) {
  ActivationsProblem problem = equalLayers(6, 8);
  problem.deviceCap = 1300;
  EXPECT_EQ(solve(problem).status, SolutionStatus::Infeasible);
  problem.isSliced = true;
  EXPECT_EQ(solve(problem).status, SolutionStatus::Optimal);
}

TEST(Activations, WhatTheHostCannotHoldIsInfeasible) {
  ActivationsProblem problem = memo(5, 4);
  problem.hostCap = 599;
  ActivationsSolution solution = solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
  EXPECT_EQ(solution.reason, "what must be offloaded takes 600 bytes of the "
                             "host, and host.cap is 599");
  problem.isUniform = false;
  EXPECT_EQ(solve(problem).reason, solution.reason);
}

TEST(Activations, ALimitIsNoProof) {
  ActivationsProblem problem = equalLayers(30, 16);
  problem.hostCap = 10'000;
  problem.deviceCap = 9000;
  ActivationsSolution none = solve(problem, "auto", 100);
  EXPECT_EQ(none.status, SolutionStatus::Unknown);
  ActivationsSolution some = solve(problem, "heuristic");
  EXPECT_TRUE(some.hasSolution());
  EXPECT_LE(double(some.value), 1.01 * double(some.lowerBound));
}

TEST(Activations, MistakesNameTheirField) {
  auto expect = [](const char *text, auto &&spoil) {
    ActivationsProblem problem = equalLayers(3, 2);
    spoil(problem);
    Result<void> checked = problem.check();
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(checked.error().message.find(text), std::string::npos)
        << checked.error().message;
  };
  using Problem = ActivationsProblem;
  expect("layers must be from 1", [](Problem &p) { p.layers.clear(); });
  expect("layers[0].forward_ms must not be negative",
         [](Problem &p) { p.layers[0].forward = -1; });
  expect("layers[0].bytes.other", [](Problem &p) { p.layers[1].other = -1; });
  expect("slices must be from 1", [](Problem &p) { p.slices = 0; });
  expect("device.cap must be", [](Problem &p) { p.deviceCap = -1; });
  expect("device.fixed must be", [](Problem &p) { p.fixedBytes = -1; });
  expect("host.cap must be", [](Problem &p) { p.hostCap = -1; });
  expect("host.to_host must be positive", [](Problem &p) { p.toHost = 0; });
  expect("host.from_host must be positive",
         [](Problem &p) { p.fromHost = std::nan(""); });
  expect("other is empty", [](Problem &p) { p.other = {false, false, false}; });
  expect("input cannot be computed again",
         [](Problem &p) { p.input.recompute = true; });
  expect("add up to more than 2^44 ns", [](Problem &p) { p.toHost = 1e-12; });
}

} // namespace
