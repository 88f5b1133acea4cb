//===- MemoryBlocksTest.cpp - Buffers that are placed together ------------===//

#include "hocket/Solver/MemoryBlocks.h"

#include <gtest/gtest.h>

#include <random>

using namespace hocket;

namespace {

MemorySolution pack(const MemoryProblem &problem) {
  SolverOptions options;
  options.workLimit = 1'000'000;
  return createSkylineScheduler(options)->solve(problem);
}

TEST(MemoryBlocks, APackingOfTheBlocksIsOneOfTheBuffers) {
  size_t numBuffers = 0, numBlocks = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    MemoryProblem problem;
    problem.alignment = 16;
    std::vector<int64_t> groups;
    for (size_t i = 0; i < 120; ++i) {
      int64_t lower = int64_t(random() % 12);
      problem.buffers.push_back(
          {lower, lower + 1 + int64_t(random() % 4), int64_t(random() % 100)});
      groups.push_back(int64_t(random() % 2));
    }
    MemoryBlocks blocks(problem, groups);
    ASSERT_TRUE(blocks.problem().check());
    MemorySolution solution = pack(blocks.problem());
    // What is alive together stays the same.
    EXPECT_EQ(createBestFitScheduler()->solve(problem).lowerBound,
              createBestFitScheduler()->solve(blocks.problem()).lowerBound);
    solution.offsets = blocks.expand(solution.offsets);
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    numBuffers += problem.buffers.size();
    numBlocks += blocks.problem().buffers.size();
  }
  // Blocks are made at all.
  EXPECT_LT(numBlocks * 3, numBuffers * 2);
}

TEST(MemoryBlocks, GroupsAndConflictsKeepBuffersApart) {
  MemoryProblem problem;
  problem.alignment = 8;
  // The second starts later than the first, and nothing ends in between; the
  // third is of another group; the fourth ends before the last one starts.
  problem.buffers = {{0, 9, 5}, {1, 9, 8}, {1, 9, 8}, {1, 3, 8}, {4, 9, 1}};
  MemoryBlocks blocks(problem, {7, 7, 8, 7, 7});
  ASSERT_EQ(blocks.problem().buffers.size(), 4u);
  EXPECT_EQ(blocks.problem().buffers[0].size, 16);
  EXPECT_EQ(blocks.problem().buffers[0].lower, 0);
  EXPECT_EQ(blocks.expand({0, 100, 200, 300}),
            (std::vector<int64_t>{0, 8, 100, 200, 300}));
}

TEST(MemoryBlocks, TakesEmptyBuffers) {
  MemoryProblem problem;
  problem.buffers = {{0, 1, 0}, {5, 6, 3}, {2, 3, 0}};
  MemoryBlocks blocks(problem, {1, 1, 1});
  MemorySolution solution = pack(blocks.problem());
  solution.offsets = blocks.expand(solution.offsets);
  EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
  EXPECT_EQ(solution.value, 3);
}

} // namespace
