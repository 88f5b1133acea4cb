//===- PackingTest.cpp ----------------------------------------------------===//

#include "PackingFixture.h"

#include "hocket/Solver/Z3.h"

#include <gtest/gtest.h>

#include <functional>

using namespace hocket;
using namespace hocket::test;

namespace {

SolverOptions counted(int64_t work, uint64_t seed = 0) {
  static Z3EngineFactory engine;
  SolverOptions options;
  options.workLimit = work;
  options.seed = seed;
  options.engine = &engine;
  return options;
}

PackingSolution solve(const char *scheduler, const PackingProblem &problem,
                      const SolverOptions &options) {
  EXPECT_TRUE(problem.check()) << problem.check().error();
  PackingSolution solution =
      createPackingScheduler(scheduler)->solve(problem, options);
  if (solution.hasSolution()) {
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    EXPECT_LE(solution.lowerBound, solution.value);
    EXPECT_EQ(solution.status == SolutionStatus::Optimal,
              solution.lowerBound == solution.value);
  }
  return solution;
}

TEST(Packing, OptimaAndBoundsAreThoseOfAllPackings) {
  int numFound = 0, numTight = 0;
  constexpr unsigned numProblems = 48;
  for (unsigned seed = 0; seed < numProblems; ++seed) {
    PackingProblem problem = randomPacking(seed, 3 + seed % 3);
    int64_t best = PackingBruteForce(problem).run();
    int64_t bound = packingLowerBound(problem);
    EXPECT_LE(bound, best) << "seed " << seed;
    numTight += double(bound) > 0.98 * double(best);
    PackingSolution proven = solve("z3", problem, counted(4'000'000'000));
    EXPECT_EQ(proven.status, SolutionStatus::Optimal) << "seed " << seed;
    EXPECT_EQ(proven.value, best) << "seed " << seed;
    PackingSolution found = solve("heuristic", problem, counted(2'000'000));
    EXPECT_GE(found.value, best) << "seed " << seed;
    EXPECT_LE(found.lowerBound, best) << "seed " << seed;
    numFound += found.value == best;
    PackingSolution both = solve("auto", problem, counted(400'000'000));
    EXPECT_EQ(both.value, best) << "seed " << seed;
    PackingSolution equal = solve("homogeneous", problem, counted(2'000'000));
    EXPECT_GE(equal.value, best) << "seed " << seed;
  }
  EXPECT_GE(numFound, int(numProblems) * 9 / 10);
  EXPECT_GE(numTight, int(numProblems) / 3);
}

TEST(Packing, BoundsHoldWhereNodesAreSmall) {
  int numAboveArea = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    PackingProblem problem = randomPacking(seed, 3 + seed % 3);
    problem.methods = {PackingMethod::Ulysses};
    problem.lengths[1] += 300 * (seed % 2);
    problem.devicesPerNode = 1;
    int64_t best = PackingBruteForce(problem).run();
    int64_t bound = packingLowerBound(problem);
    EXPECT_LE(bound, best) << "seed " << seed;
    // With one node, the bound is the one by work alone.
    problem.devicesPerNode = 4;
    numAboveArea += packingLowerBound(problem) < bound;
  }
  EXPECT_GE(numAboveArea, 20);
}

TEST(Packing, RemappedAndRoutedOptimaAreThoseOfAllPackings) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    PackingProblem problem = randomPacking(seed, 5);
    problem.remapping = PackingProblem::Remapping{4};
    problem.routing = PackingProblem::Routing{2, 10};
    int64_t best = PackingBruteForce(problem).run();
    EXPECT_LE(packingLowerBound(problem), best) << "seed " << seed;
    PackingSolution proven = solve("z3", problem, counted(4'000'000'000));
    EXPECT_EQ(proven.status, SolutionStatus::Optimal) << "seed " << seed;
    EXPECT_EQ(proven.value, best) << "seed " << seed;
  }
}

TEST(Packing, WithoutBarriersTheBoundHoldsAndNothingIsSlower) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    PackingProblem problem = randomPacking(seed, 6 + seed % 12);
    if (seed % 3 == 0)
      problem.offload = PackingProblem::Offload{4, 2, 0.5};
    PackingSolution together = solve("heuristic", problem, counted(1'000'000));
    problem.hasBarriers = false;
    PackingSolution apart = solve("auto", problem, counted(1'000'000));
    // Devices that wait for nobody still do all the work.
    EXPECT_LE(apart.lowerBound, together.value) << "seed " << seed;
    EXPECT_LE(double(apart.value), 1.1 * double(together.value))
        << "seed " << seed;
    EXPECT_EQ(packingLowerBound(problem), apart.lowerBound);
    EXPECT_TRUE(
        solve("homogeneous", problem, counted(1'000'000)).hasSolution());
    EXPECT_EQ(solve("z3", problem, counted(1'000)).status,
              SolutionStatus::Unknown);
  }
}

TEST(Packing, WithoutBarriersOptimaAndBoundsAreThoseOfAllPackings) {
  int numFound = 0;
  constexpr unsigned numProblems = 18;
  for (unsigned seed = 0; seed < numProblems; ++seed) {
    PackingProblem problem = randomPacking(seed, 3 + seed % 2);
    problem.methods = {PackingMethod::Ulysses};
    problem.hasBarriers = false;
    if (seed % 3 == 0)
      problem.offload = PackingProblem::Offload{4, 2, 0.5};
    int64_t best = ApartBruteForce(problem).run();
    EXPECT_LE(packingLowerBound(problem), best) << "seed " << seed;
    PackingSolution found = solve("auto", problem, counted(1'000'000));
    EXPECT_GE(found.value, best) << "seed " << seed;
    numFound += found.value == best;
  }
  EXPECT_GE(numFound, int(numProblems) * 3 / 4);
}

TEST(Packing, AWorkLimitRepeats) {
  PackingProblem problem = randomPacking(7, 40);
  for (bool hasBarriers : {true, false}) {
    problem.hasBarriers = hasBarriers;
    for (const char *scheduler : {"auto", "heuristic", "homogeneous"}) {
      PackingSolution first = solve(scheduler, problem, counted(1'000'000, 5));
      PackingSolution second = solve(scheduler, problem, counted(1'000'000, 5));
      EXPECT_EQ(first.value, second.value);
      EXPECT_EQ(first.lowerBound, second.lowerBound);
      ASSERT_EQ(first.microbatches.size(), second.microbatches.size());
      for (size_t i = 0; i < first.microbatches.size(); ++i) {
        const auto &a = first.microbatches[i].groups;
        const auto &b = second.microbatches[i].groups;
        ASSERT_EQ(a.size(), b.size());
        for (size_t j = 0; j < a.size(); ++j) {
          EXPECT_EQ(a[j].devices, b[j].devices);
          EXPECT_EQ(a[j].sequences, b[j].sequences);
        }
      }
    }
  }
}

TEST(Packing, NoTimeStillGivesASolution) {
  PackingProblem problem = randomPacking(3, 100);
  for (bool hasBarriers : {true, false}) {
    problem.hasBarriers = hasBarriers;
    EXPECT_TRUE(solve("auto", problem, counted(0)).hasSolution());
    EXPECT_TRUE(solve("homogeneous", problem, counted(0)).hasSolution());
  }
}

TEST(Packing, GroupsOfAnySizeStayWithinTheirNodes) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    PackingProblem problem = randomPacking(seed, 30);
    problem.devices = 12;
    problem.devicesPerNode = 4;
    problem.degrees = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    problem.cost.bandwidth = {{2, 10}, {4, 8}, {8, 2}, {12, 1}};
    for (bool hasBarriers : {true, false}) {
      problem.hasBarriers = hasBarriers;
      PackingSolution any = solve("heuristic", problem, counted(5'000'000));
      problem.degrees = {1, 2, 4, 8};
      PackingSolution powers = solve("heuristic", problem, counted(5'000'000));
      problem.degrees = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
      EXPECT_LE(double(any.value), 1.05 * double(powers.value))
          << "seed " << seed;
    }
  }
}

TEST(Packing, TellsHowManyDevicesALongSequenceTakes) {
  PackingProblem problem = smallPacking({100, 1300});
  for (const char *scheduler : {"auto", "heuristic", "z3", "homogeneous"})
    for (bool hasBarriers : {true, false}) {
      problem.hasBarriers = hasBarriers;
      PackingSolution solution = solve(scheduler, problem, counted(1000));
      EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
      EXPECT_EQ(solution.reason,
                "lengths[1]: a sequence of 1300 tokens does not fit in a group "
                "of 4, the largest there is: it takes 5 devices in one group, "
                "and there are 4");
    }
  problem.hasBarriers = true;
  problem.lengths[1] = 700;
  problem.degrees = {1, 2};
  EXPECT_EQ(
      solve("auto", problem, counted(1000)).reason,
      "lengths[1]: a sequence of 700 tokens does not fit in a group of 2, "
      "the largest there is: it takes 3 devices in one group, which "
      "degrees do not have");
  problem.degrees = {2, 4};
  problem.cost.heads = 1;
  EXPECT_EQ(solve("auto", problem, counted(1000)).reason,
            "lengths[1]: a sequence of 700 tokens has no group: cost.heads is "
            "less than every one of the degrees");
  problem.degrees = {1, 2, 4};
  EXPECT_EQ(solve("auto", problem, counted(1000)).reason,
            "lengths[1]: a sequence of 700 tokens does not fit in a group of "
            "1, the largest there is: it takes 3 devices in one group, for "
            "which cost.heads, 1, is too small; a ring can share it");
}

TEST(Packing, TimesThatRoundToNothing) {
  PackingProblem problem = smallPacking({3, 5, 8});
  problem.cost.a1 = 0;
  problem.cost.a2 = 1e-9;
  problem.cost.b1 = 0;
  for (bool hasBarriers : {true, false}) {
    problem.hasBarriers = hasBarriers;
    for (const char *scheduler : {"auto", "heuristic", "homogeneous"}) {
      PackingSolution solution = solve(scheduler, problem, counted(1000));
      EXPECT_EQ(solution.status, SolutionStatus::Optimal) << scheduler;
      EXPECT_EQ(solution.value, 0) << scheduler;
    }
  }
}

TEST(Packing, TimesAreThoseOfTheFormulas) {
  PackingProblem problem = flexSP(kFlexSPModels[0], 64, {1000});
  ASSERT_TRUE(problem.check());
  EXPECT_EQ(problem.paddedLength(0), 1024);
  // a1 s^2 + a2 s, and 16 * 32 * 4096 * 1024 bytes = 2048 MB by all-to-all.
  double compute = 5.128e-6 * 1024 * 1024 + 0.18396 * 1024;
  auto ns = [](double ms) { return std::llround(ms * 1e6); };
  EXPECT_EQ(*problem.time(0, 1, PackingMethod::Ulysses), ns(compute));
  EXPECT_EQ(*problem.time(0, 8, PackingMethod::Ulysses),
            ns(compute / 8 + 2048.0 / 8 / 96.5));
  EXPECT_EQ(problem.fixedTime(), ns(629.36));
  EXPECT_EQ(problem.bytes(0, 8, PackingMethod::Ulysses),
            int64_t(std::ceil(4.48 * 1024 * 0x1p20)));
  // 8 * 6450 tokens.
  EXPECT_EQ(problem.capacity(8) / int64_t(4.48 * 0x1p20), 51603);
  // Keys and values of 1024: 8 * 7 + 8 * 8 bytes per token and layer.
  problem.cost.keyValueHidden = 1024;
  double attention = 5.128e-6 * 1024 * 1024 / 8;
  double linear = 0.18396 * 1024 / 8;
  double transfer = 120.0 * 32 * 1024 * 1024 / 8 / 0x1p20 / 96.5;
  EXPECT_EQ(*problem.time(0, 8, PackingMethod::ZigZag), ns(linear + transfer));
  problem.cost.a1 = 1e-4;
  attention = 1e-4 * 1024 * 1024 / 8;
  EXPECT_EQ(*problem.time(0, 8, PackingMethod::ZigZag), ns(linear + attention));
  EXPECT_EQ(*problem.time(0, 8, PackingMethod::Ring),
            ns(linear + attention * 15 / 8));
  problem.cost.heads = 4;
  EXPECT_FALSE(problem.time(0, 8, PackingMethod::Ulysses));
  // Across nodes over four NICs, and twice inside.
  problem.cost.heads = 0;
  problem.routing = PackingProblem::Routing{4, 100};
  EXPECT_EQ(
      *problem.time(0, 16, PackingMethod::Ulysses),
      ns(attention / 2 + linear / 2 + 128 / (4 * 10.33) + 2 * 128 / 100.));
  // Hidden states four times: 8 * 32 * 4096 * 1024 bytes = 1024 MB.
  problem.remapping = PackingProblem::Remapping{50};
  EXPECT_EQ(*problem.time(0, 1, PackingMethod::Ulysses),
            ns(attention * 8 + 1024. / 50));
  EXPECT_EQ(problem.sharedTime(), ns(0.18396 * 1024 / 64));
  // Half of the activations of 30 layers of 32.
  problem.offload = PackingProblem::Offload{1000, 2000, 0.5};
  EXPECT_EQ(problem.bytes(0, 1, PackingMethod::Ulysses),
            int64_t(std::ceil(4.48 * 1024 * 17 / 32 * 0x1p20)));
}

TEST(Packing, BandwidthsAreInterpolatedWithinANodeOrAcrossNodes) {
  PackingProblem problem = flexSP(kFlexSPModels[0], 64, {1000});
  EXPECT_EQ(problem.bandwidthOf(8), 96.5);
  // sqrt(2) is half way between 4 and 8, and 16 and 32.
  EXPECT_NEAR(problem.bandwidthOf(23), std::sqrt(10.33 * 5.94), 0.2);
  EXPECT_GT(problem.bandwidthOf(6), 96.5);
  EXPECT_LT(problem.bandwidthOf(6), 104.07);
  EXPECT_EQ(problem.bandwidthOf(9), 10.33);
  EXPECT_EQ(problem.bandwidthOf(15), 10.33);
  problem.devicesPerNode = 12;
  problem.devices = 60;
  EXPECT_EQ(problem.bandwidthOf(12), 96.5);
  EXPECT_EQ(problem.bandwidthOf(13), 10.33);
}

TEST(Packing, TheBetterMethodIsTaken) {
  // With narrow keys and values a ring sends less than an all-to-all.
  PackingProblem problem = smallPacking({600, 500});
  problem.cost.keyValueHidden = 1 << 10;
  problem.methods = {PackingMethod::Ulysses, PackingMethod::Ring,
                     PackingMethod::ZigZag};
  PackingSolution solution = solve("auto", problem, counted(100'000'000));
  ASSERT_TRUE(solution.hasSolution());
  for (const auto &microbatch : solution.microbatches)
    for (const auto &group : microbatch.groups)
      if (group.devices.size() > 1)
        EXPECT_EQ(group.method, PackingMethod::ZigZag);
  EXPECT_EQ(solution.value, PackingBruteForce(problem).run());
}

TEST(Packing, StepsArePlannedByACall) {
  PackingProblem settings = smallPacking({});
  Result<PackingSolution> plan = planPacking(settings, {100, 250, 40, 700});
  ASSERT_TRUE(plan) << plan.error();
  settings.lengths = {100, 250, 40, 700};
  EXPECT_TRUE(verify(settings, *plan)) << verify(settings, *plan).error();
  plan = planPacking(settings, {2000});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::InvalidPlan);
  EXPECT_NE(plan.error().message.find("it takes 7 devices"), std::string::npos);
  plan = planPacking(settings, {0});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "lengths[0] must be from 1 to 2^40, not 0");
}

TEST(Packing, CheckNamesTheField) {
  auto refused = [](const std::function<void(PackingProblem &)> &spoil) {
    PackingProblem problem = smallPacking({10, 20});
    spoil(problem);
    Result<void> checked = problem.check();
    return checked ? std::string("accepted") : checked.error().message;
  };
  auto expect = [&](const std::string &message,
                    const std::function<void(PackingProblem &)> &spoil) {
    EXPECT_EQ(refused(spoil).substr(0, message.size()), message);
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  expect("accepted", [](auto &) {});
  expect("lengths is empty", [](auto &p) { p.lengths.clear(); });
  expect("lengths[1] must be", [](auto &p) { p.lengths[1] = -1; });
  expect("pad_to must be", [](auto &p) { p.padTo = 0; });
  expect("devices must be at least 1", [](auto &p) { p.devices = 0; });
  expect("devices_per_node must be", [](auto &p) { p.devicesPerNode = 0; });
  expect("devices must be a multiple", [](auto &p) { p.devicesPerNode = 3; });
  expect("degrees is empty", [](auto &p) { p.degrees.clear(); });
  expect("degrees[2] must be from 1", [](auto &p) { p.degrees[2] = 8; });
  expect("degrees[1] must be larger", [](auto &p) { p.degrees[1] = 1; });
  expect("methods is empty", [](auto &p) { p.methods.clear(); });
  expect("cost.a1 must not", [](auto &p) { p.cost.a1 = nan; });
  expect("cost.a2 must not", [](auto &p) { p.cost.a2 = -1; });
  expect("cost.b1 must not", [](auto &p) { p.cost.b1 = -1; });
  expect("cost.a1 and cost.a2", [](auto &p) { p.cost.a1 = p.cost.a2 = 0; });
  expect("cost.layers must", [](auto &p) { p.cost.layers = 0; });
  expect("cost.hidden must", [](auto &p) { p.cost.hidden = 0; });
  expect("cost.key_value_hidden must",
         [](auto &p) { p.cost.keyValueHidden = 1 << 20; });
  expect("cost.heads must", [](auto &p) { p.cost.heads = -1; });
  expect("cost.bandwidth has the degree 1",
         [](auto &p) { p.cost.bandwidth[1] = 1; });
  expect("cost.bandwidth.4 must", [](auto &p) { p.cost.bandwidth[4] = 0; });
  expect("cost.bandwidth must reach",
         [](auto &p) { p.cost.bandwidth.erase(4); });
  expect("memory.per_token must", [](auto &p) { p.memory.perToken = -1; });
  expect("memory.states must be from", [](auto &p) { p.memory.states = nan; });
  expect("memory.cap must", [](auto &p) { p.memory.cap = -1; });
  expect("memory.states must be less",
         [](auto &p) { p.memory.states = p.memory.cap; });
  expect("memory.states must be less",
         [](auto &p) { p.memory = {0, 0, 1e-9}; });
  expect("offload.to_host must",
         [](auto &p) { p.offload = PackingProblem::Offload{0, 1, 1}; });
  expect("offload.from_host must",
         [](auto &p) { p.offload = PackingProblem::Offload{1, nan, 1}; });
  expect("offload.most_ratio must",
         [](auto &p) { p.offload = PackingProblem::Offload{1, 1, 2}; });
  expect("routing.nics must",
         [](auto &p) { p.routing = PackingProblem::Routing{3, 1}; });
  expect("routing.bandwidth must",
         [](auto &p) { p.routing = PackingProblem::Routing{2, 0}; });
  expect("remapping.bandwidth must",
         [](auto &p) { p.remapping = PackingProblem::Remapping{-1}; });
  expect("remapping needs barriers", [](auto &p) {
    p.remapping = PackingProblem::Remapping{1};
    p.hasBarriers = false;
  });
  expect("the times add up", [](auto &p) { p.cost.a1 = 1e12; });
  expect("memory adds up", [](auto &p) {
    p.memory.perToken = 1e12;
    p.memory.cap = 1e12;
  });
}

} // namespace
