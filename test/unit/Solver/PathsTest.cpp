//===- PathsTest.cpp ------------------------------------------------------===//

#include "PathsFixture.h"

#include "hocket/Solver/Z3.h"

#include <gtest/gtest.h>

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

PathsSolution solve(const char *scheduler, const PathsProblem &problem,
                    const SolverOptions &options) {
  PathsSolution solution =
      createPathsScheduler(scheduler)->solve(problem, options);
  if (solution.hasSolution()) {
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    EXPECT_LE(solution.lowerBound, solution.value);
    EXPECT_EQ(solution.status == SolutionStatus::Optimal,
              solution.lowerBound == solution.value);
  }
  return solution;
}

TEST(Paths, BoundsAndOptimaAreThoseOfAllTimetables) {
  int numTight = 0;
  constexpr unsigned numProblems = 60;
  for (unsigned seed = 0; seed < numProblems; ++seed) {
    PathsShape shape = {4, 3, 2, 1, 2, seed % 4 != 0};
    if (seed % 2) // two heads and a single node in each other stage
      shape = {4, 3, 2, 2, 3, true};
    PathsProblem problem = randomPaths(seed, shape);
    ASSERT_TRUE(problem.check());
    int64_t best = PathsBruteForce(problem).run();
    int64_t bound = pathsLowerBound(problem);
    EXPECT_LE(bound, best) << "seed " << seed;
    numTight += bound == best;
    PathsSolution proven = solve("z3", problem, counted(2'000'000'000));
    EXPECT_EQ(proven.status, SolutionStatus::Optimal) << "seed " << seed;
    EXPECT_EQ(proven.value, best) << "seed " << seed;
    PathsSolution found = solve("auto", problem, counted(20'000'000));
    EXPECT_EQ(found.value, best) << "seed " << seed;
    EXPECT_LE(found.lowerBound, best) << "seed " << seed;
  }
  // A bound that is far below tells nothing.
  EXPECT_GT(numTight, int(numProblems) / 2);
}

TEST(Paths, BoundsHoldWhereZ3KnowsTheOptimum) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    PathsShape shape = {7, 4, 3, 2, 5, seed % 3 != 0};
    PathsProblem problem = randomPaths(seed, shape);
    PathsSolution proven = solve("z3", problem, counted(3'000'000'000));
    ASSERT_TRUE(proven.hasSolution());
    EXPECT_LE(pathsLowerBound(problem), proven.value) << "seed " << seed;
    PathsSolution found = solve("heuristic", problem, counted(50'000'000));
    EXPECT_GE(found.value, proven.lowerBound) << "seed " << seed;
    EXPECT_LE(found.lowerBound, proven.value) << "seed " << seed;
    EXPECT_LE(double(found.value), 1.02 * double(proven.value))
        << "seed " << seed;
  }
}

/// Proofs that end without an answer are followed by others, for deadlines on
/// either side of the one before.
TEST(Paths, BoundsOfShortProofsHold) {
  int numProven = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    PathsShape shape = {5, 2, 1, 2, 5, true};
    if (seed % 2)
      shape = {6, 3, 2, 2, 4, true};
    PathsProblem problem = randomPaths(seed, shape);
    problem.convergence.startAtHead = seed % 3 != 0;
    problem.gapAfterInjection = problem.gapAfterTask;
    PathsSolution proven = solve("z3", problem, counted(2'000'000'000));
    ASSERT_EQ(proven.status, SolutionStatus::Optimal) << "seed " << seed;
    for (int64_t work : {100'000, 1'000'000, 6'000'000}) {
      PathsSolution found = solve("auto", problem, counted(work));
      EXPECT_LE(found.lowerBound, proven.value)
          << "seed " << seed << ", work " << work;
      numProven += found.status == SolutionStatus::Optimal;
    }
  }
  EXPECT_GT(numProven, 90);
}

/// Paths that begin above stage 0 may go back.
TEST(Paths, BackwardPathsNeedNoForwardJump) {
  PathsProblem problem = withStagesChosen(randomPaths(1, {2, 2, 2, 1, 1}));
  problem.convergence = {false, 1, 1, 1, 0};
  problem.gapAfterInjection = problem.gapAfterTask;
  for (const char *scheduler : {"auto", "heuristic", "z3"}) {
    PathsSolution solution = solve(scheduler, problem, counted(10'000'000));
    ASSERT_TRUE(solution.hasSolution()) << scheduler;
    EXPECT_EQ(solution.microbatches[0].path, (std::vector<int>{1, 0}));
  }
}

TEST(Paths, EveryNodeMayBeAHead) {
  PathsProblem problem = withStagesChosen(randomPaths(1, {3, 1, 1, 3, 6}));
  problem.stageCount = 1;
  for (const char *scheduler : {"auto", "heuristic"})
    EXPECT_TRUE(solve(scheduler, problem, counted(10'000'000)).hasSolution());
}

/// It would have asked for later and later deadlines.
TEST(Paths, NoPartitionWillDo) {
  PathsProblem problem = withStagesChosen(randomPaths(1, {3, 2, 2, 2, 2}));
  problem.convergence = {false, 0, 0, 0, 1};
  problem.gapAfterInjection = problem.gapAfterTask;
  problem.microbatches[0].path = {2, 0};
  PathsSolution solution = solve("z3", problem, counted(100'000'000));
  EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
  EXPECT_EQ(solution.reason,
            "in no partition of the nodes into 2 stages can each microbatch "
            "visit 2 of them: make path_length less, or raise max_forward_jump "
            "(1) or the limits of backward moves");
}

TEST(Paths, StagesThatAreChosenAreNoWorse) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    PathsProblem given = randomPaths(seed, {6, 3, 3, 1, 3, true});
    PathsProblem chosen = withStagesChosen(given);
    ASSERT_TRUE(chosen.check());
    PathsSolution best = solve("z3", chosen, counted(3'000'000'000));
    ASSERT_EQ(best.status, SolutionStatus::Optimal) << "seed " << seed;
    PathsSolution withGiven = solve("z3", given, counted(3'000'000'000));
    EXPECT_LE(best.value, withGiven.value) << "seed " << seed;
    EXPECT_LE(pathsLowerBound(chosen), best.value) << "seed " << seed;
    PathsSolution found = solve("auto", chosen, counted(50'000'000));
    EXPECT_EQ(found.value, best.value) << "seed " << seed;
  }
}

TEST(Paths, LargeNetworksAreSolvedSoon) {
  for (bool isHeterogeneous : {false, true}) {
    PathsProblem problem = randomPaths(1, {64, 8, 6, 8, 64, isHeterogeneous});
    PathsSolution solution = solve("heuristic", problem, counted(100'000'000));
    ASSERT_TRUE(solution.hasSolution());
    EXPECT_LE(double(solution.value), 1.5 * double(solution.lowerBound));
    solution =
        solve("heuristic", withStagesChosen(problem), counted(100'000'000));
    EXPECT_TRUE(solution.hasSolution());
  }
}

/// One that ends in the middle of the first timetable leaves a long one, and
/// bounds that are lower.
TEST(Paths, AShortBudgetHasASolutionToo) {
  PathsProblem problem = randomPaths(1, {120, 12, 9, 12, 240, true});
  for (const PathsProblem &variant : {problem, withStagesChosen(problem)}) {
    PathsSolution hasty = solve("heuristic", variant, counted(300'000));
    PathsSolution longer = solve("heuristic", variant, counted(60'000'000));
    ASSERT_TRUE(longer.hasSolution());
    EXPECT_LE(hasty.lowerBound, longer.value);
    if (!variant.stages.empty()) {
      ASSERT_TRUE(hasty.hasSolution());
      EXPECT_GT(hasty.value, 2 * longer.value);
    }
  }
}

/// A walk that leaves out more than two stages early cannot visit enough.
TEST(Paths, LongPathsAreFound) {
  PathsProblem problem = randomPaths(1, {150, 60, 57, 4, 20, true});
  for (const PathsProblem &variant : {problem, withStagesChosen(problem)})
    EXPECT_TRUE(solve("heuristic", variant, counted(60'000'000)).hasSolution());
}

TEST(Paths, AWorkLimitAndASeedRepeatExactly) {
  PathsProblem problem = randomPaths(5, {20, 5, 4, 4, 24, true});
  for (const char *scheduler : {"auto", "heuristic"})
    for (bool isGiven : {true, false}) {
      PathsProblem variant = isGiven ? problem : withStagesChosen(problem);
      PathsSolution first = solve(scheduler, variant, counted(20'000'000, 7));
      PathsSolution again = solve(scheduler, variant, counted(20'000'000, 7));
      ASSERT_EQ(first.value, again.value);
      EXPECT_EQ(first.lowerBound, again.lowerBound);
      EXPECT_EQ(first.stages, again.stages);
      for (size_t i = 0; i < first.microbatches.size(); ++i) {
        EXPECT_EQ(first.microbatches[i].path, again.microbatches[i].path);
        EXPECT_EQ(first.microbatches[i].forward, again.microbatches[i].forward);
        EXPECT_EQ(first.microbatches[i].backward,
                  again.microbatches[i].backward);
      }
    }
}

TEST(Paths, GivenPathsAreTaken) {
  PathsProblem problem = randomPaths(2, {7, 4, 3, 2, 4, true});
  problem.memory.assign(7, 2);
  problem.microbatches[1].path = {1, 3, 4};
  ASSERT_TRUE(problem.check()) << problem.check().error();
  PathsSolution solution = solve("auto", problem, counted(20'000'000));
  ASSERT_TRUE(solution.hasSolution());
  EXPECT_EQ(solution.microbatches[1].path, problem.microbatches[1].path);
  EXPECT_EQ(solve("z3", problem, counted(2'000'000'000)).value, solution.value);
}

TEST(Paths, PathsMayBeginElsewhere) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    PathsProblem problem = randomPaths(seed, {5, 3, 2, 1, 2, true});
    problem.gapAfterInjection = problem.gapAfterTask;
    PathsSolution atHead = solve("z3", problem, counted(2'000'000'000));
    problem.convergence.startAtHead = false;
    PathsSolution anywhere = solve("z3", problem, counted(2'000'000'000));
    ASSERT_EQ(anywhere.status, SolutionStatus::Optimal);
    EXPECT_LE(anywhere.value, atHead.value);
    EXPECT_LE(pathsLowerBound(problem), anywhere.value);
    EXPECT_EQ(solve("heuristic", problem, counted(20'000'000)).value,
              anywhere.value);
  }
}

TEST(Paths, PathsOfOneStageStayAtTheHead) {
  PathsProblem problem = randomPaths(3, {3, 2, 1, 1, 3, true});
  problem.gapAfterTask = 50; // between the tasks of one microbatch too
  ASSERT_TRUE(problem.check());
  int64_t best = PathsBruteForce(problem).run();
  EXPECT_EQ(solve("auto", problem, counted(20'000'000)).value, best);
  EXPECT_EQ(solve("z3", problem, counted(2'000'000'000)).value, best);
}

TEST(Paths, InfeasibleSaysWhatWouldHaveToChange) {
  auto reason = [](const PathsProblem &problem) {
    PathsSolution solution = solve("auto", problem, counted(1'000'000));
    EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
    EXPECT_TRUE(solution.microbatches.empty());
    return solution.reason;
  };
  PathsProblem problem = randomPaths(1, {7, 4, 3, 2, 4, true});
  problem.memory.assign(7, 1);
  PathsProblem changed = problem;
  changed.memory[1] = 0;
  EXPECT_EQ(reason(changed), "memory[1] is 0, but that node is the head of "
                             "microbatch 1: make it at least 1");
  changed = problem; // stages 1 and 2 are of nodes 2, 5 and 3, 6
  for (int node : {2, 5, 3, 6})
    changed.memory[size_t(node)] = 0;
  EXPECT_EQ(reason(changed),
            "a path of microbatch 0 can visit 2 stages at most, not 3: make "
            "path_length 2, or the memory of a node at least 1 in each of the "
            "stages 1, 2");
  changed = problem;
  changed.convergence.maxForwardJump = 0;
  EXPECT_EQ(reason(changed),
            "a path of microbatch 0 can visit 1 stages at most, not 3: make "
            "path_length 1, or raise max_forward_jump (0) or the limits of "
            "backward moves");
  EXPECT_EQ(reason(withStagesChosen(changed)),
            "max_forward_jump is 0, so that a path visits one stage alone: "
            "make it at least 1, or path_length 1");
  changed = problem;
  changed.microbatches[0].path = {0, 2, 3};
  changed.memory[3] = 0;
  EXPECT_EQ(reason(changed), "memory[3] is 0, but the path of microbatch 0 "
                             "visits that node: make it at least 1");
  // A node without memory is only not used where there are others.
  changed = problem;
  changed.memory[2] = 0;
  EXPECT_TRUE(solve("auto", changed, counted(1'000'000)).hasSolution());
}

TEST(Paths, NoEngineIsUnknownToZ3Alone) {
  PathsProblem problem = randomPaths(1, {7, 4, 3, 2, 4, true});
  SolverOptions options = counted(1'000'000);
  options.engine = nullptr;
  EXPECT_EQ(createPathsScheduler("z3")->solve(problem, options).status,
            SolutionStatus::Unknown);
  EXPECT_TRUE(
      createPathsScheduler("auto")->solve(problem, options).hasSolution());
  EXPECT_EQ(createPathsScheduler("fast"), nullptr);
}

} // namespace
