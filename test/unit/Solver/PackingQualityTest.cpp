//===- PackingQualityTest.cpp - What packings are worth -------------------===//
//
// Batches of real lengths under FlexSP's costs. Limits are counted work, so
// that the same is found on every machine.
//
//===----------------------------------------------------------------------===//

#include "PackingFixture.h"
#include "test/unit/Support/SharedData.h"

#include <gtest/gtest.h>

#include <iostream>

using namespace hocket;
using namespace hocket::test;

namespace {

double gapOf(const PackingProblem &problem, const PackingSolution &solution) {
  EXPECT_TRUE(solution.hasSolution()) << solution.reason;
  EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
  EXPECT_LE(solution.lowerBound, solution.value);
  return double(solution.value) / double(solution.lowerBound) - 1;
}

PackingSolution solve(const char *scheduler, const PackingProblem &problem,
                      int64_t work) {
  SolverOptions options;
  options.workLimit = work;
  return createPackingScheduler(scheduler)->solve(problem, options);
}

TEST(PackingQuality, WikipediaBatchesAreCloseToTheirBounds) {
  std::string path = sharedData("lengths/wikipedia.txt");
  HOCKET_SKIP_WITHOUT(path);
  std::vector<int64_t> lengths = lengthsUpTo192K(path);
  double sumOfRatios = 0;
  for (const FlexSPModel &model : kFlexSPModels) {
    double gaps = 0, ratios = 0;
    constexpr unsigned numBatches = 20;
    for (unsigned seed = 0; seed < numBatches; ++seed) {
      PackingProblem problem = flexSP(model, 64, drawBatch(lengths, seed, 512));
      ASSERT_TRUE(problem.check());
      PackingSolution packed = solve("heuristic", problem, 10'000'000);
      gaps += gapOf(problem, packed) / numBatches;
      PackingSolution equal = solve("homogeneous", problem, 10'000'000);
      EXPECT_LE(packed.value, equal.value);
      gapOf(problem, equal);
      ratios += double(equal.value) / double(packed.value) / numBatches;
    }
    std::cout << model.name << ": mean gap " << gaps * 100
              << "%, the best single degree takes " << ratios << "x\n";
    EXPECT_LE(gaps, 0.025) << model.name;
    EXPECT_GE(ratios, 1.05) << model.name;
    sumOfRatios += ratios;
  }
  EXPECT_GE(sumOfRatios / std::size(kFlexSPModels), 1.1);
}

TEST(PackingQuality, LargeBatchesAreCloseToTheirBounds) {
  std::string path = sharedData("lengths/wikipedia.txt");
  HOCKET_SKIP_WITHOUT(path);
  PackingProblem problem = flexSP(kFlexSPModels[0], 1024,
                                  drawBatch(lengthsUpTo192K(path), 1, 10'000));
  ASSERT_TRUE(problem.check());
  EXPECT_LE(gapOf(problem, solve("heuristic", problem, 200'000'000)), 0.05);
}

TEST(PackingQuality, AStepIsPlannedWithLittleWork) {
  std::string path = sharedData("lengths/wikipedia.txt");
  HOCKET_SKIP_WITHOUT(path);
  std::vector<int64_t> lengths = lengthsUpTo192K(path);
  double gaps = 0;
  constexpr unsigned numBatches = 20;
  for (unsigned seed = 0; seed < numBatches; ++seed) {
    PackingProblem problem =
        flexSP(kFlexSPModels[0], 64, drawBatch(lengths, seed, 512));
    Result<PackingSolution> plan = planPacking(problem, problem.lengths);
    ASSERT_TRUE(plan) << plan.error();
    EXPECT_TRUE(verify(problem, *plan));
    gaps += double(plan->value) / double(packingLowerBound(problem)) - 1;
  }
  std::cout << "mean gap " << gaps / numBatches * 100 << "%\n";
  EXPECT_LE(gaps / numBatches, 0.05);
}

} // namespace
