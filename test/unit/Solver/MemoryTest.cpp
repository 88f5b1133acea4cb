//===- MemoryTest.cpp -----------------------------------------------------===//

#include "hocket/Solver/Memory.h"

#include <gtest/gtest.h>

#include <random>

using namespace hocket;

namespace {

MemoryProblem randomProblem(unsigned seed, size_t count) {
  std::mt19937 random(seed);
  MemoryProblem problem;
  problem.alignment = int64_t(1) << random() % 7;
  for (size_t i = 0; i < count; ++i) {
    int64_t lower = random() % 100;
    problem.buffers.push_back(
        {lower, lower + 1 + int64_t(random() % 30), int64_t(random() % 500)});
  }
  return problem;
}

/// The definition, by comparing every pair.
bool isValid(const MemoryProblem &problem, const MemorySolution &solution) {
  for (size_t i = 0; i < problem.buffers.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      const auto &a = problem.buffers[i], &b = problem.buffers[j];
      int64_t oa = solution.offsets[i], ob = solution.offsets[j];
      if (a.size && b.size && a.lower < b.upper && b.lower < a.upper &&
          oa < ob + b.size && ob < oa + a.size)
        return false;
    }
  return true;
}

TEST(Memory, ABestFitIsValidAndItsBoundHolds) {
  auto scheduler = createBestFitScheduler();
  for (unsigned seed = 0; seed < 50; ++seed) {
    MemoryProblem problem = randomProblem(seed, 60);
    ASSERT_TRUE(problem.check());
    MemorySolution solution = scheduler->solve(problem);
    EXPECT_TRUE(solution.hasSolution());
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    EXPECT_TRUE(isValid(problem, solution));
    EXPECT_LE(solution.lowerBound, solution.value);
    EXPECT_EQ(solution.status == SolutionStatus::Optimal,
              solution.lowerBound == solution.value);
    // Far from it would be a bug in the heuristic.
    EXPECT_LE(double(solution.value), 1.3 * double(solution.lowerBound));
  }
}

TEST(Memory, VerifyAgreesWithTheDefinition) {
  int numBroken = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    MemoryProblem problem = randomProblem(seed, 20);
    MemorySolution solution = createBestFitScheduler()->solve(problem);
    std::mt19937 random(seed);
    size_t moved = random() % problem.buffers.size();
    // Stays within the arena, so that only overlaps can be wrong.
    int64_t size = problem.buffers[moved].size;
    int64_t slots = (solution.value - size) / problem.alignment + 1;
    solution.offsets[moved] = int64_t(random() % slots) * problem.alignment;
    MemorySolution claimed = solution;
    claimed.value = 0;
    for (size_t i = 0; i < problem.buffers.size(); ++i) {
      int64_t padded = problem.buffers[i].size;
      padded += -padded & (problem.alignment - 1);
      if (padded > 0)
        claimed.value = std::max(claimed.value, solution.offsets[i] + padded);
    }
    EXPECT_EQ(bool(verify(problem, claimed)), isValid(problem, claimed));
    numBroken += !isValid(problem, claimed);
  }
  EXPECT_GT(numBroken, 20);
}

TEST(Memory, ReusesWhatIsFree) {
  MemoryProblem problem;
  problem.alignment = 64;
  problem.buffers = {{0, 2, 100}, {2, 4, 128}, {1, 3, 1}};
  MemorySolution solution = createBestFitScheduler()->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_EQ(solution.value, 192);
  EXPECT_EQ(solution.lowerBound, 192);
}

TEST(Memory, TellsInfeasibleFromUnknown) {
  MemoryProblem problem;
  problem.buffers = {{0, 2, 10}, {1, 3, 10}};
  problem.capacity = 19;
  MemorySolution solution = createBestFitScheduler()->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
  problem.capacity = 20;
  solution = createBestFitScheduler()->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_STREQ(name(solution.status), "optimal");
}

TEST(Memory, AWorkLimitStillGivesASolutionAndRepeats) {
  MemoryProblem problem = randomProblem(3, 200);
  MemorySolution first = createBestFitScheduler(1)->solve(problem);
  MemorySolution second = createBestFitScheduler(1)->solve(problem);
  EXPECT_TRUE(verify(problem, first));
  EXPECT_EQ(first.offsets, second.offsets);
  EXPECT_LE(createBestFitScheduler()->solve(problem).value, first.value);
}

TEST(Memory, NothingNeedsNothing) {
  MemorySolution solution = createBestFitScheduler()->solve({});
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_EQ(solution.value, 0);
  EXPECT_TRUE(verify({}, solution));
}

TEST(Memory, CheckRefusesWhatMakesNoSense) {
  auto refused = [](MemoryProblem problem) {
    Result<void> checked = problem.check();
    return checked ? std::string() : checked.error().message;
  };
  MemoryProblem problem;
  problem.buffers = {{0, 0, 1}};
  EXPECT_EQ(refused(problem), "buffer #0 has an empty lifetime [0, 0)");
  problem.buffers = {{0, 1, -1}};
  EXPECT_EQ(refused(problem), "buffer #0 has a negative size");
  problem.buffers = {{0, 1, int64_t(1) << 61}, {5, 6, int64_t(1) << 61}};
  EXPECT_EQ(refused(problem), "the sizes up to buffer #1 add up to more than "
                              "2^62");
  problem.buffers.clear();
  problem.alignment = 48;
  EXPECT_EQ(refused(problem), "the alignment must be a power of two, not 48");
}

TEST(Memory, VerifyNamesBothBuffers) {
  MemoryProblem problem;
  problem.buffers = {{0, 2, 10}, {1, 3, 10}};
  MemorySolution solution = createBestFitScheduler()->solve(problem);
  solution.offsets = {0, 5};
  solution.value = 15;
  Result<void> verified = verify(problem, solution);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message,
            "buffer #0 and buffer #1 overlap at time 1");
  solution.offsets = {0, 10};
  EXPECT_EQ(verify(problem, solution).error().message,
            "the value is said to be 15 and is 20");
  solution.offsets = {0};
  EXPECT_FALSE(verify(problem, solution));
}

} // namespace
