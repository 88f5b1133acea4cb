//===- SkylineTest.cpp - Packings by branch and bound ---------------------===//

#include "hocket/Solver/Memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

using namespace hocket;

namespace {

MemoryProblem randomProblem(uint64_t seed, size_t count, int64_t horizon,
                            int64_t longest, int64_t largest) {
  std::mt19937_64 random(seed);
  MemoryProblem problem;
  for (size_t i = 0; i < count; ++i) {
    int64_t lower = int64_t(random() % uint64_t(horizon));
    problem.buffers.push_back(
        {lower, lower + 1 + int64_t(random() % uint64_t(longest)),
         int64_t(random() % uint64_t(largest + 1))});
  }
  return problem;
}

/// At every moment `size` bytes are alive: what ends leaves gaps that what
/// starts has to fit into. Often there is no packing without a hole.
MemoryProblem fullProblem(uint64_t seed, int64_t size, int64_t steps) {
  std::mt19937_64 random(seed);
  MemoryProblem problem;
  std::vector<MemoryProblem::Buffer> alive;
  int64_t free = size;
  for (int64_t time = 0; time < steps; ++time) {
    for (int ended = 0; time > 0 && ended < 2 && !alive.empty(); ++ended) {
      size_t index = random() % alive.size();
      alive[index].upper = time;
      free += alive[index].size;
      problem.buffers.push_back(alive[index]);
      alive.erase(alive.begin() + int64_t(index));
    }
    while (free > 0) {
      bool takesAll = time > 0 && random() % 2;
      int64_t part =
          1 + int64_t(random() % uint64_t(std::min<int64_t>(free, 3)));
      alive.push_back({time, steps, takesAll ? free : part});
      free -= alive.back().size;
    }
  }
  problem.buffers.insert(problem.buffers.end(), alive.begin(), alive.end());
  return problem;
}

/// Whether an arena is enough: goes through the starts and ends with every
/// arrangement of what is alive. Sizes and the arena are in alignments; an
/// arrangement has four bits for the offset of each buffer.
bool fits(const MemoryProblem &problem, uint64_t arena) {
  std::vector<std::tuple<int64_t, bool, size_t>> events;
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const MemoryProblem::Buffer &buffer = problem.buffers[i];
    sizes.push_back(
        uint64_t((buffer.size + problem.alignment - 1) / problem.alignment));
    events.emplace_back(buffer.lower, true, i);
    events.emplace_back(buffer.upper, false, i);
  }
  std::sort(events.begin(), events.end());
  std::vector<size_t> slots(16, SIZE_MAX); // which buffer has these four bits
  std::vector<uint64_t> arrangements = {0}, next;
  auto offsetIn = [](uint64_t arrangement, size_t slot) {
    return arrangement >> 4 * slot & 15;
  };
  for (auto [time, starts, index] : events) {
    auto found =
        std::find(slots.begin(), slots.end(), starts ? SIZE_MAX : index);
    size_t slot = size_t(found - slots.begin());
    next.clear();
    for (uint64_t arrangement : arrangements) {
      if (!starts) {
        next.push_back(arrangement & ~(uint64_t(15) << 4 * slot));
        continue;
      }
      for (uint64_t offset = 0; offset + sizes[index] <= arena; ++offset) {
        bool isFree = true;
        for (size_t other = 0; other < slots.size(); ++other)
          if (slots[other] != SIZE_MAX) {
            uint64_t begin = offsetIn(arrangement, other);
            isFree &= offset + sizes[index] <= begin ||
                      begin + sizes[slots[other]] <= offset;
          }
        if (isFree)
          next.push_back(arrangement | offset << 4 * slot);
      }
    }
    *found = starts ? index : SIZE_MAX;
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    arrangements = next;
  }
  return !arrangements.empty();
}

int64_t smallestArena(const MemoryProblem &problem) {
  uint64_t arena = 0;
  while (!fits(problem, arena))
    ++arena;
  return int64_t(arena) * problem.alignment;
}

SolverOptions work(int64_t limit, uint64_t seed = 0) {
  SolverOptions options;
  options.workLimit = limit;
  options.seed = seed;
  return options;
}

TEST(Skyline, FindsTheSmallestArenaAndProvesIt) {
  int numAboveTheLiveSum = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    MemoryProblem problem = fullProblem(seed, 10, 14);
    if (seed % 4 == 0) {
      problem.alignment = 4;
      for (MemoryProblem::Buffer &buffer : problem.buffers)
        buffer.size = 4 * buffer.size - int64_t(seed % 3);
    }
    int64_t smallest = smallestArena(problem);
    auto scheduler = createSkylineScheduler(work(1'000'000));
    MemorySolution solution = scheduler->solve(problem);
    ASSERT_EQ(solution.status, SolutionStatus::Optimal) << seed;
    ASSERT_EQ(solution.value, smallest) << seed;
    ASSERT_EQ(solution.lowerBound, smallest) << seed;
    ASSERT_TRUE(verify(problem, solution)) << verify(problem, solution).error();

    problem.capacity = smallest;
    solution = scheduler->solve(problem);
    ASSERT_TRUE(solution.hasSolution()) << seed;
    ASSERT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
    if (smallest == 0)
      continue;
    problem.capacity = smallest - 1;
    solution = scheduler->solve(problem);
    ASSERT_EQ(solution.status, SolutionStatus::Infeasible) << seed;
    MemorySolution live = createBestFitScheduler()->solve(problem);
    numAboveTheLiveSum += live.status != SolutionStatus::Infeasible;
  }
  // Those that need a proof, and not just a sum.
  EXPECT_GT(numAboveTheLiveSum, 10);
}

/// Slices of a full arena: a packing without a hole is known to be there.
MemoryProblem slicedArena(uint64_t seed, int64_t size, int64_t horizon,
                          size_t cuts) {
  std::mt19937_64 random(seed);
  struct Rectangle {
    int64_t lower, upper, bottom, top;
  };
  std::vector<Rectangle> pieces = {{0, horizon, 0, size}};
  for (size_t i = 0; i < cuts; ++i) {
    Rectangle &piece = pieces[random() % pieces.size()];
    Rectangle other = piece;
    bool inTime = random() % 2;
    int64_t extent =
        inTime ? piece.upper - piece.lower : piece.top - piece.bottom;
    if (extent < 2)
      continue;
    int64_t cut = 1 + int64_t(random() % uint64_t(extent - 1));
    if (inTime)
      other.lower = piece.upper = piece.lower + cut;
    else
      other.bottom = piece.top = piece.bottom + cut;
    pieces.push_back(other);
  }
  MemoryProblem problem;
  for (const Rectangle &piece : pieces)
    problem.buffers.push_back(
        {piece.lower, piece.upper, piece.top - piece.bottom});
  std::shuffle(problem.buffers.begin(), problem.buffers.end(), random);
  return problem;
}

TEST(Skyline, FillsArenasWithoutHoles) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    MemoryProblem problem = slicedArena(seed, 1000, 100, 60);
    MemorySolution solution =
        createSkylineScheduler(work(20'000'000))->solve(problem);
    EXPECT_EQ(solution.status, SolutionStatus::Optimal) << seed;
    EXPECT_EQ(solution.value, 1000);
    EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
  }
}

TEST(Skyline, VerifyCatchesMutations) {
  std::mt19937_64 random(1);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    MemoryProblem problem = slicedArena(seed, 1000, 100, 30);
    MemorySolution solution =
        createSkylineScheduler(work(20'000'000))->solve(problem);
    ASSERT_EQ(solution.value, 1000);
    // Without a hole every move is wrong.
    MemorySolution moved = solution;
    size_t index = random() % problem.buffers.size();
    int64_t by = 1 + int64_t(random() % 20);
    moved.offsets[index] += moved.offsets[index] >= by ? -by : by;
    EXPECT_FALSE(verify(problem, moved));
    MemorySolution boasting = solution;
    --boasting.value;
    EXPECT_FALSE(verify(problem, boasting));
    problem.capacity = 999;
    EXPECT_FALSE(verify(problem, solution));
  }
}

TEST(Skyline, AWorkLimitRepeats) {
  for (int64_t limit : {0, 1'000, 100'000, 2'000'000}) {
    MemoryProblem problem = randomProblem(7, 150, 100, 60, 1000);
    MemorySolution first =
        createSkylineScheduler(work(limit, 5))->solve(problem);
    MemorySolution second =
        createSkylineScheduler(work(limit, 5))->solve(problem);
    EXPECT_TRUE(verify(problem, first)) << verify(problem, first).error();
    EXPECT_EQ(first.offsets, second.offsets);
    EXPECT_EQ(first.lowerBound, second.lowerBound);
    EXPECT_EQ(first.status, second.status);
  }
}

TEST(Skyline, MoreWorkIsNotWorse) {
  MemoryProblem problem = randomProblem(7, 150, 100, 60, 1000);
  int64_t last = std::numeric_limits<int64_t>::max();
  for (int64_t limit : {0, 100'000, 10'000'000}) {
    MemorySolution solution =
        createSkylineScheduler(work(limit))->solve(problem);
    EXPECT_LE(solution.value, last);
    last = solution.value;
  }
  EXPECT_LT(last, createBestFitScheduler()->solve(problem).value);
}

/// A limit that ends the search proves nothing.
TEST(Skyline, ALimitIsNoProof) {
  MemoryProblem problem = randomProblem(7, 400, 200, 120, 1000);
  MemorySolution packed = createBestFitScheduler()->solve(problem);
  ASSERT_GT(packed.value, packed.lowerBound);
  problem.capacity = packed.lowerBound;
  MemorySolution solution = createSkylineScheduler(work(1'000))->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Unknown);
  EXPECT_EQ(solution.lowerBound, packed.lowerBound);
}

TEST(Skyline, ADeadlineIsObeyed) {
  // Nothing that has an answer soon.
  MemoryProblem problem = randomProblem(7, 2000, 1000, 700, 1'000'000);
  SolverOptions options;
  options.timeLimit = 1;
  MemorySolution solution = createSkylineScheduler(options)->solve(problem);
  EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
  EXPECT_EQ(solution.status, SolutionStatus::Feasible);
  // Generous, for other processes may run: 1.1 on a machine of one's own.
  EXPECT_LT(solution.seconds, 2);
}

TEST(Skyline, ProgressOnlyGetsBetter) {
  SolverOptions options = work(5'000'000);
  std::vector<Progress> reports;
  options.onProgress = [&](const Progress &progress) {
    reports.push_back(progress);
  };
  MemoryProblem problem = randomProblem(7, 150, 100, 60, 1000);
  MemorySolution solution = createSkylineScheduler(options)->solve(problem);
  ASSERT_GT(reports.size(), 1u);
  for (size_t i = 1; i < reports.size(); ++i) {
    EXPECT_LE(*reports[i].value, *reports[i - 1].value);
    EXPECT_GE(reports[i].lowerBound, reports[i - 1].lowerBound);
  }
  EXPECT_EQ(*reports.back().value, solution.value);
  EXPECT_EQ(reports.back().lowerBound, solution.lowerBound);
}

TEST(Skyline, NothingNeedsNothing) {
  MemoryProblem problem;
  MemorySolution solution = createSkylineScheduler({})->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_EQ(solution.value, 0);
  problem.buffers = {{0, 1, 0}, {0, 2, 0}};
  problem.capacity = 0;
  solution = createSkylineScheduler({})->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_TRUE(verify(problem, solution));
}

/// Too many buffers alive together for a search.
TEST(Skyline, LeavesTheLargestToBestFit) {
  MemoryProblem problem = randomProblem(3, 9000, 100, 100, 1000);
  MemorySolution solution =
      createSkylineScheduler(work(1'000'000))->solve(problem);
  EXPECT_TRUE(solution.hasSolution());
  EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
}

/// Times and sizes near the ends of 64 bits.
TEST(Skyline, TakesExtremes) {
  constexpr int64_t low = std::numeric_limits<int64_t>::min(),
                    high = std::numeric_limits<int64_t>::max();
  MemoryProblem problem;
  problem.buffers = {{low, high, int64_t(1) << 60},
                     {low, 0, int64_t(1) << 60},
                     {-1, high, int64_t(1) << 60},
                     {high - 1, high, (int64_t(1) << 59) + 1}};
  ASSERT_TRUE(problem.check());
  MemorySolution solution = createSkylineScheduler({})->solve(problem);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  EXPECT_EQ(solution.value, int64_t(3) << 60);
  EXPECT_TRUE(verify(problem, solution)) << verify(problem, solution).error();
}

} // namespace
