//===- ScheduleTest.cpp - The kind schedule -------------------------------===//

#include "ScheduleFixture.h"

#include "hocket/Solver/Z3.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hocket;
using namespace hocket::test;

namespace {

using Objective = ScheduleProblem::Objective;

SolverOptions withWork(int64_t work, const DecisionEngineFactory *engine) {
  SolverOptions options;
  options.workLimit = work;
  options.engine = engine;
  return options;
}

/// What a solution claims must hold.
void expectSound(const ScheduleProblem &problem,
                 const ScheduleSolution &solution) {
  if (!solution.hasSolution())
    return;
  Result<void> verified = verify(problem, solution);
  EXPECT_TRUE(verified) << verified.error();
  EXPECT_LE(solution.lowerBound, solution.value);
  EXPECT_EQ(solution.status == SolutionStatus::Optimal,
            solution.lowerBound == solution.value);
}

TEST(Schedule, BoundOfAPipelineWithLittleMemoryIsReached) {
  // Three, four and two with hops of a half, in halves; held: one activation a
  // rank. The bound counts the idle time that memory forces at both ends.
  PipelineProblem pipeline = uniformPipeline(8, 32, 6, 8, 4, 8);
  for (auto &row : pipeline.hop)
    row.assign(8, 1);
  for (auto [capacity, value] : {std::pair(8, 674), {15, 632}}) {
    pipeline.capacity.assign(8, capacity);
    ScheduleProblem problem = pipeline.toSchedule();
    Z3EngineFactory engine;
    ScheduleSolution solution =
        createAutoSchedule()->solve(problem, {}, withWork(50'000'000, &engine));
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, value);
    expectSound(problem, solution);
  }
}

TEST(Schedule, SearchAgreesWithDecisionQueries) {
  std::mt19937_64 random(7);
  Z3EngineFactory engine;
  int solved = 0, infeasible = 0;
  for (int i = 0; i < 60; ++i) {
    ScheduleProblem problem = randomBlocks(random);
    problem.objective = i % 2 ? Objective::Span : Objective::Makespan;
    ASSERT_TRUE(problem.check()) << problem.check().error();
    ScheduleSolution exact = createExactSchedule()->solve(
        problem, {}, withWork(400'000'000, &engine));
    ScheduleSolution best =
        createAutoSchedule()->solve(problem, {}, withWork(40'000'000, &engine));
    ScheduleSolution heuristic = createHeuristicSchedule()->solve(
        problem, {}, withWork(4'000'000, nullptr));
    expectSound(problem, exact);
    expectSound(problem, best);
    expectSound(problem, heuristic);
    EXPECT_EQ(exact.status == SolutionStatus::Infeasible,
              best.status == SolutionStatus::Infeasible);
    infeasible += exact.status == SolutionStatus::Infeasible;
    if (exact.status != SolutionStatus::Optimal)
      continue;
    ++solved;
    EXPECT_LE(scheduleLowerBound(problem), exact.value) << "instance " << i;
    if (heuristic.hasSolution())
      EXPECT_GE(heuristic.value, exact.value) << "instance " << i;
    ASSERT_TRUE(best.hasSolution()) << "instance " << i;
    EXPECT_EQ(best.value, exact.value) << "instance " << i;
  }
  EXPECT_GT(solved, 30);
  EXPECT_GT(infeasible, 0);
}

TEST(Schedule, PeriodsAreProven) {
  // The load of a rank is 9. One activation must wait for the way through both
  // ranks and back, so with one there is none shorter than that.
  Z3EngineFactory engine;
  for (auto [capacity, period] : {std::pair(1, 16), {2, 9}, {3, 9}}) {
    PipelineProblem pipeline = uniformPipeline(2, 6, 3, 4, 2, capacity);
    pipeline.objective = Objective::Period;
    ScheduleProblem problem = pipeline.toSchedule();
    ScheduleSolution solution = createAutoSchedule()->solve(
        problem, {}, withWork(100'000'000, &engine));
    EXPECT_EQ(solution.value, period) << "capacity " << capacity;
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    expectSound(problem, solution);
    ScheduleSolution alone = createHeuristicSchedule()->solve(
        problem, {}, withWork(1'000'000, nullptr));
    expectSound(problem, alone);
    EXPECT_GE(alone.value, solution.value);
  }
}

/// Three activations share the way of 100 through three ranks and back: a third
/// of it, which is no multiple of 10 as all times are.
TEST(Schedule, PeriodsNeedNotBeMultiples) {
  Z3EngineFactory engine;
  PipelineProblem pipeline = uniformPipeline(3, 6, 10, 10, 0, 3);
  pipeline.hop.assign(3, std::vector<int64_t>(3, 10));
  pipeline.objective = Objective::Period;
  ScheduleProblem problem = pipeline.toSchedule();
  ScheduleSolution solution =
      createAutoSchedule()->solve(problem, {}, withWork(100'000'000, &engine));
  EXPECT_EQ(solution.value, 34);
  EXPECT_EQ(solution.status, SolutionStatus::Optimal);
  expectSound(problem, solution);
}

/// With room for one, a rank takes the next microbatch when the last has left,
/// and what leaves waits for the rank before: lags add up, though no path has
/// more than one of them.
TEST(Schedule, PeriodsOfLongMicrobatchesAreProven) {
  Z3EngineFactory engine;
  for (int64_t lag : {6, 20, 100}) {
    ScheduleProblem problem;
    problem.ranks = 3;
    problem.microbatches = 4;
    problem.objective = Objective::Period;
    problem.capacity.assign(3, 1);
    for (int64_t memory : {1, -1})
      for (uint32_t rank = 0; rank < 3; ++rank) {
        ScheduleProblem::Block &block = problem.blocks.emplace_back();
        block.name = (memory > 0 ? "take" : "give") + std::to_string(rank);
        block.devices = {rank};
        block.time = 1;
        block.memory = memory;
        if (memory < 0)
          block.after.push_back({rank, 0});
        if (memory < 0 && rank > 0)
          block.after.push_back({rank - 1, lag});
      }
    ScheduleSolution solution = createAutoSchedule()->solve(
        problem, {}, withWork(100'000'000, &engine));
    EXPECT_EQ(solution.value, 2) << "lag " << lag;
    EXPECT_EQ(solution.status, SolutionStatus::Optimal) << "lag " << lag;
    expectSound(problem, solution);
  }
}

TEST(Schedule, TooLittleMemoryNamesTheSmallestCapacity) {
  ScheduleProblem problem = uniformPipeline(3, 4, 1, 1, 1, 1, "v").toSchedule();
  ScheduleSolution solution =
      createAutoSchedule()->solve(problem, {}, SolverOptions());
  EXPECT_EQ(solution.status, SolutionStatus::Infeasible);
  EXPECT_EQ(solution.smallestCapacity, (std::vector<int64_t>{2, 2, 2}));
  problem.capacity = solution.smallestCapacity;
  solution =
      createAutoSchedule()->solve(problem, {}, withWork(20'000'000, nullptr));
  EXPECT_TRUE(solution.hasSolution());
  expectSound(problem, solution);
}

TEST(Schedule, BlocksOfAMicrobatchMayCompeteForARank) {
  // Nothing orders the two blocks: both together are the period, with or
  // without an engine, and one microbatch alone lasts longer than its longest
  // path.
  ScheduleProblem problem;
  problem.microbatches = 3;
  problem.blocks.resize(2);
  problem.blocks[0] = {"A", {0}, 2, 0, {}};
  problem.blocks[1] = {"B", {0}, 3, 0, {}};
  problem.capacity = {0};
  Z3EngineFactory engine;
  problem.objective = Objective::Period;
  for (const DecisionEngineFactory *engines :
       {static_cast<const DecisionEngineFactory *>(&engine),
        static_cast<const DecisionEngineFactory *>(nullptr)}) {
    ScheduleSolution solution =
        createAutoSchedule()->solve(problem, {}, withWork(10'000'000, engines));
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, 5);
    expectSound(problem, solution);
  }
  for (Objective objective : {Objective::Makespan, Objective::Span}) {
    problem.objective = objective;
    ScheduleSolution solution = createExactSchedule()->solve(
        problem, {}, withWork(10'000'000, &engine));
    EXPECT_EQ(solution.status, SolutionStatus::Optimal);
    EXPECT_EQ(solution.value, 15);
  }
}

TEST(Schedule, SizesInBytesAreNoLessExact) {
  // Two activations of odd sizes fit, three do not: sums beyond 32 bits.
  PipelineProblem pipeline = uniformPipeline(2, 4, 3, 4, 2, 0);
  pipeline.activation = {6'000'000'001, 6'000'000'007};
  Z3EngineFactory engine;
  for (auto [capacity, count] : {std::pair(6'000'000'007, 1),
                                 {12'000'000'014, 2},
                                 {18'000'000'020, 2},
                                 {18'000'000'021, 3}}) {
    pipeline.capacity.assign(2, capacity);
    ScheduleProblem inBytes = pipeline.toSchedule();
    PipelineProblem counted = uniformPipeline(2, 4, 3, 4, 2, count);
    // The first rank's activations are a little smaller: it has a unit more.
    counted.capacity[0] = capacity / 6'000'000'001;
    ScheduleSolution small = createExactSchedule()->solve(
        counted.toSchedule(), {}, withWork(200'000'000, &engine));
    ScheduleSolution large = createExactSchedule()->solve(
        inBytes, {}, withWork(200'000'000, &engine));
    EXPECT_EQ(small.status, SolutionStatus::Optimal);
    expectSound(inBytes, large);
    EXPECT_EQ(large.value, small.value) << capacity;
  }
}

TEST(Schedule, WorkLimitsRepeat) {
  Z3EngineFactory engine;
  PipelineProblem pipeline = uniformPipeline(5, 12, 7, 9, 4, 6);
  pipeline.objective = Objective::Span;
  ScheduleProblem problem = pipeline.toSchedule();
  for (int64_t work : {100'000, 5'000'000}) {
    SolverOptions options = withWork(work, &engine);
    options.seed = 3;
    ScheduleSolution first = createAutoSchedule()->solve(problem, {}, options);
    ScheduleSolution second = createAutoSchedule()->solve(problem, {}, options);
    EXPECT_EQ(first.status, second.status);
    EXPECT_EQ(first.value, second.value);
    EXPECT_EQ(first.lowerBound, second.lowerBound);
    EXPECT_EQ(first.starts, second.starts);
  }
}

TEST(Schedule, ADeadlineThatHasPassedIsNoProof) {
  ScheduleProblem problem = uniformPipeline(4, 8, 3, 4, 2, 4).toSchedule();
  Z3EngineFactory engine;
  SolverOptions options;
  options.timeLimit = 0;
  options.engine = &engine;
  ScheduleSolution solution =
      createExactSchedule()->solve(problem, {}, options);
  EXPECT_EQ(solution.status, SolutionStatus::Unknown);
}

TEST(Schedule, CheckNamesTheBlock) {
  ScheduleProblem problem = uniformPipeline(2, 2, 1, 1, 1, 2).toSchedule();
  auto messageOf = [](const ScheduleProblem &wrong) {
    Result<void> checked = wrong.check();
    return checked ? std::string() : checked.error().message;
  };
  ScheduleProblem wrong = problem;
  wrong.blocks[0].time = 0;
  EXPECT_EQ(messageOf(wrong), "the time of block 'F0' must be positive, not 0");
  wrong = problem;
  wrong.blocks[1].devices = {2};
  EXPECT_EQ(messageOf(wrong), "block 'Bi0' is on device 2; there are 2 ranks");
  wrong = problem;
  wrong.blocks[0].after.push_back({2, 0});
  EXPECT_EQ(messageOf(wrong), "blocks wait for each other in a circle");
  wrong = problem;
  wrong.blocks[2].memory = 0;
  EXPECT_EQ(messageOf(wrong),
            "a microbatch leaves 1 of memory on rank 0; what its blocks take "
            "must be what they release");
  wrong = problem;
  std::swap(wrong.blocks[0].memory, wrong.blocks[2].memory);
  EXPECT_EQ(messageOf(wrong), "a microbatch can release memory on rank 0 "
                              "before it has taken it");
}

/// A solution that is right, and every way to spoil it.
class Spoiled : public testing::Test {
protected:
  Spoiled() : problem(uniformPipeline(3, 4, 3, 4, 2, 3).toSchedule()) {
    solution = createHeuristicSchedule()->solve(problem, {},
                                                withWork(1'000'000, nullptr));
  }
  std::string message() const {
    Result<void> verified = verify(problem, solution);
    return verified ? std::string() : verified.error().message;
  }
  ScheduleProblem problem;
  ScheduleSolution solution;
};

TEST_F(Spoiled, NotAtAll) { EXPECT_EQ(message(), ""); }

TEST_F(Spoiled, ByTheValue) {
  ++solution.value;
  EXPECT_NE(message().find("the value is said to be"), std::string::npos);
}

TEST_F(Spoiled, ByATaskThatIsMissing) {
  solution.starts.pop_back();
  EXPECT_NE(message().find("start times for"), std::string::npos);
}

TEST_F(Spoiled, ByEveryEarlierStart) {
  // Every task waits for its rank, for what it reads, for memory, or starts at
  // once: none can be earlier by the length of the whole schedule.
  for (int64_t &start : solution.starts) {
    int64_t kept = start;
    start -= solution.value;
    EXPECT_NE(message(), "");
    start = kept;
  }
}

TEST_F(Spoiled, ByOverlap) {
  solution.starts[problem.task(1, 0)] = solution.starts[problem.task(0, 0)];
  EXPECT_NE(message().find("overlap on rank 0"), std::string::npos)
      << message();
}

TEST_F(Spoiled, ByMemory) {
  problem.capacity[0] = 1;
  EXPECT_NE(message().find("more than its capacity of 1"), std::string::npos)
      << message();
}

} // namespace
