//===- PathsVerifyTest.cpp ------------------------------------------------===//

#include "PathsFixture.h"

#include <gtest/gtest.h>

#include <functional>

using namespace hocket;
using namespace hocket::test;

namespace {

/// Two heads, stages {0, 1}, {2}, {3}, {4}; all times 10 but the loss of 2, the
/// links of 5 and the gaps.
PathsProblem smallProblem() {
  PathsProblem problem;
  problem.forward.assign(5, 10);
  problem.lossOnHead.assign(5, 2);
  problem.backward.assign(5, 10);
  problem.memory.assign(5, 1);
  problem.link.assign(5, std::vector<int64_t>(5, 5));
  for (size_t i = 0; i < 5; ++i)
    problem.link[i][i] = 0;
  problem.stages = {{0, 1}, {2}, {3}, {4}};
  problem.stageCount = 4;
  problem.pathLength = 2;
  problem.microbatches = {{0, 0, {}}, {1, 3, {}}};
  problem.gapAfterInjection = 1;
  problem.gapAfterTask = 2;
  return problem;
}

/// Microbatch 0 over node 2, microbatch 1 over node 3; nothing is shared.
PathsSolution smallSolution() {
  PathsSolution solution;
  solution.status = SolutionStatus::Feasible;
  solution.microbatches = {{{0, 2}, {0, 15}, 30, {52, 37}},
                           {{1, 3}, {3, 18}, 33, {55, 40}}};
  solution.value = 65;
  return solution;
}

std::string refusal(const PathsProblem &problem,
                    const PathsSolution &solution) {
  Result<void> verified = verify(problem, solution);
  return verified ? "" : verified.error().message;
}

TEST(PathsVerify, AcceptsWhatIsRight) {
  ASSERT_TRUE(smallProblem().check());
  EXPECT_EQ(refusal(smallProblem(), smallSolution()), "");
}

TEST(PathsVerify, EveryTaskRunsOnce) {
  PathsProblem problem = smallProblem();
  PathsSolution solution = smallSolution();
  solution.microbatches.pop_back();
  EXPECT_EQ(refusal(problem, solution), "P8: 1 of 2 microbatches have a path");
  solution = smallSolution();
  solution.microbatches[1].backward.pop_back();
  EXPECT_EQ(refusal(problem, solution),
            "P8: there are 2 F and 1 B of microbatch 1 on a path of 2 nodes");
}

TEST(PathsVerify, PathsObeyTheRules) {
  PathsProblem problem = smallProblem();
  auto with = [&](std::vector<int> path) {
    PathsSolution solution = smallSolution();
    solution.microbatches[0].path = std::move(path);
    return refusal(problem, solution);
  };
  EXPECT_EQ(with({0}),
            "P7: the path of microbatch 0 visits 1 nodes; path_length is 2");
  EXPECT_EQ(with({1, 2}),
            "P7: the path of microbatch 0 skips its head, node 0");
  EXPECT_EQ(with({0, 7}),
            "P7: the path of microbatch 0 visits node 7, which there is not");
  EXPECT_EQ(with({0, 1}),
            "P7: the path of microbatch 0 visits stage 0 twice, at node 1");
  problem.convergence.maxForwardJump = 1;
  EXPECT_EQ(with({0, 4}), "P7: the path of microbatch 0 jumps 3 stages ahead "
                          "at node 4; max_forward_jump is 1");
  problem.convergence.maxForwardJump = 4;
  problem.microbatches[0].path = {0, 3};
  EXPECT_EQ(with({0, 2}), "P7: the path of microbatch 0 is not the one that "
                          "the instance gives");
}

TEST(PathsVerify, BackwardMovesAreLimited) {
  PathsProblem problem = smallProblem();
  problem.pathLength = 4;
  PathsSolution solution = smallSolution();
  auto with = [&](std::vector<int> path) {
    solution.microbatches[0].path = std::move(path);
    return refusal(problem, solution);
  };
  EXPECT_EQ(with({0, 4, 2, 3}), "P7: the path of microbatch 0 steps back by 2 "
                                "at node 2; max_backward_step is 1");
  problem.convergence.maxBackwardStep = 2;
  EXPECT_EQ(with({0, 4, 2, 3}), "P7: the path of microbatch 0 steps back by "
                                "more than max_backward_sum at node 3");
  problem.convergence.maxBackwardSum = 3;
  problem.convergence.maxBackwardMoves = 1;
  EXPECT_EQ(with({0, 4, 2, 3}), "P7: the path of microbatch 0 steps back more "
                                "often than max_backward_moves at node 3");
}

TEST(PathsVerify, TasksWaitForTheirInput) {
  PathsProblem problem = smallProblem();
  auto with = [&](auto change) {
    PathsSolution solution = smallSolution();
    change(solution);
    return refusal(problem, solution);
  };
  EXPECT_EQ(with([](auto &s) { s.microbatches[1].forward[0] = 2; }),
            "F of microbatch 1 on node 1 starts at 2 before its release at 3");
  EXPECT_EQ(
      with([](auto &s) { s.microbatches[0].forward[1] = 14; }),
      "F of microbatch 0 on node 2 starts at 14 before its input arrives at "
      "15");
  EXPECT_EQ(with([](auto &s) { s.microbatches[0].loss = 29; }),
            "the loss of microbatch 0 on node 0 starts at 29 before its input "
            "arrives at 30");
  EXPECT_EQ(with([](auto &s) { s.microbatches[0].backward[1] = 36; }),
            "B of microbatch 0 on node 2 starts at 36 before its input arrives "
            "at 37");
  EXPECT_EQ(with([](auto &s) { s.microbatches[0].backward[0] = 51; }),
            "B of microbatch 0 on node 0 starts at 51 before its input arrives "
            "at 52");
  EXPECT_EQ(with([](auto &s) { s.value = 64; }),
            "the value is said to be 64 and is 65");
}

/// Both microbatches over node 2; the second is moved by `delay`.
PathsSolution shared(int64_t delay) {
  PathsSolution solution = smallSolution();
  solution.microbatches[1] = {
      {1, 2}, {delay, 15 + delay}, 30 + delay, {52 + delay, 37 + delay}};
  solution.value = 62 + delay;
  return solution;
}

TEST(PathsVerify, ANodeRunsOneTaskAtATimeAndRests) {
  PathsProblem problem = smallProblem();
  problem.memory[2] = 2;
  // B of 0 is on node 2 from 37 to 47, F of 1 from 15 + delay.
  EXPECT_EQ(refusal(problem, shared(31)),
            "B of microbatch 0 on node 2 and F of microbatch 1 on node 2 "
            "overlap at time 46");
  EXPECT_EQ(refusal(problem, shared(33)),
            "F of microbatch 1 on node 2 starts at 48, within the gap after B "
            "of microbatch 0 on node 2");
  EXPECT_EQ(refusal(problem, shared(34)), "");
  // Two B overlap as little as any two tasks.
  PathsSolution both = shared(12);
  both.microbatches[0].backward = {54, 39};
  both.microbatches[1].backward = {66, 51};
  both.value = 76;
  EXPECT_EQ(refusal(problem, both), "");
  both.microbatches[1].backward = {64, 49};
  both.microbatches[0].backward = {60, 45};
  both.value = 74;
  EXPECT_EQ(refusal(problem, both),
            "B of microbatch 0 on node 2 and B of microbatch 1 on node 2 "
            "overlap at time 49");
}

TEST(PathsVerify, AnInjectionRestsForItsOwnGap) {
  PathsProblem problem = smallProblem();
  problem.microbatches[1] = {0, 0, {}};
  problem.memory.assign(5, 2);
  PathsSolution solution = smallSolution();
  solution.microbatches[1] = {{0, 3}, {11, 26}, 41, {64, 48}};
  solution.value = 74;
  EXPECT_EQ(refusal(problem, solution), "");
  problem.gapAfterInjection = 2;
  EXPECT_EQ(refusal(problem, solution),
            "F of microbatch 1 on node 0 starts at 11, within the gap after F "
            "of microbatch 0 on node 0");
}

TEST(PathsVerify, MemoryCountsFromFToTheEndOfB) {
  EXPECT_EQ(refusal(smallProblem(), shared(12)),
            "P7: F of microbatch 1 on node 2 starts at 27 with 2 microbatches "
            "in flight; memory[2] is 1");
  EXPECT_EQ(refusal(smallProblem(), shared(34)), "");
}

TEST(PathsVerify, StagesThatAreChosenAreAPartition) {
  PathsProblem problem = withStagesChosen(smallProblem());
  ASSERT_TRUE(problem.check());
  auto with = [&](std::vector<std::vector<int>> stages) {
    PathsSolution solution = smallSolution();
    solution.stages = std::move(stages);
    return refusal(problem, solution);
  };
  EXPECT_EQ(with({{0, 1}, {2}, {3}, {4}}), "");
  EXPECT_EQ(with({}), "there are 0 stages; stage_count is 4");
  EXPECT_EQ(with({{0, 1}, {2, 3}, {}, {4}}), "stage 2 is empty");
  EXPECT_EQ(with({{0, 1}, {2}, {3}, {4, 2}}), "node 2 is in two stages");
  EXPECT_EQ(with({{0, 1}, {2}, {4}, {9}}),
            "stage 3 names node 9, which there is not");
  EXPECT_EQ(with({{0}, {2, 1}, {3}, {4}}), "the head node 1 is not in stage 0");
  EXPECT_EQ(with({{0, 1}, {2}, {3}, {3}}), "node 3 is in two stages");
}

std::string complaint(const std::function<void(PathsProblem &)> &change) {
  PathsProblem problem = smallProblem();
  change(problem);
  Result<void> checked = problem.check();
  return checked ? "" : checked.error().message;
}

TEST(PathsCheck, NamesTheField) {
  using P = PathsProblem;
  EXPECT_EQ(complaint([](P &p) { p.forward[3] = 0; }),
            "forward[3] must be positive");
  EXPECT_EQ(complaint([](P &p) { p.backward[1] = -1; }),
            "backward[1] must be positive");
  EXPECT_EQ(complaint([](P &p) { p.lossOnHead[1] = 0; }),
            "loss_on_head[1] must be positive");
  EXPECT_EQ(complaint([](P &p) { p.link[2][2] = 4; }),
            "link[2][2] must be 0: a node needs no link to itself");
  EXPECT_EQ(complaint([](P &p) { p.link[2].pop_back(); }),
            "forward, loss_on_head, backward, memory and link must be of 5 "
            "nodes each");
  EXPECT_EQ(complaint([](P &p) { p.pathLength = 5; }),
            "path_length is 5, but a path visits a stage once and there are 4");
  EXPECT_EQ(complaint([](P &p) { p.stages[3] = {2}; }),
            "stages: node 2 is in stage 1 and again in stage 3");
  EXPECT_EQ(complaint([](P &p) { p.stages[1] = {2, 9}; }),
            "stages[1] names node 9, which there is not");
  EXPECT_EQ(complaint([](P &p) {
              p.stages = {{0, 1}, {2}, {3}};
              p.stageCount = 3;
            }),
            "stages: node 4 is in none of them");
  EXPECT_EQ(complaint([](P &p) { p.microbatches[1].head = 3; }),
            "microbatches[1].head is node 3 of stage 2; heads are in stage 0");
  EXPECT_EQ(complaint([](P &p) { p.microbatches[1].head = 5; }),
            "microbatches[1].head is node 5, which there is not");
  EXPECT_EQ(complaint([](P &p) {
              p.stages.clear();
              p.stageCount = 5;
            }),
            "stage_count is 5, but beside the heads, which share stage 0, "
            "there are only 3 nodes");
  EXPECT_EQ(complaint([](P &p) { p.forward[0] = int64_t(1) << 60; }),
            "the times add up to more than 2^60 ticks; use fewer decimals or a "
            "larger unit");
}

TEST(PathsCheck, GivenPathsObeyTheRules) {
  auto given = [](std::vector<int> path) {
    return complaint(
        [&](PathsProblem &problem) { problem.microbatches[0].path = path; });
  };
  EXPECT_EQ(given({0, 3}), "");
  EXPECT_EQ(given({2, 3}), "microbatches[0].path skips its head: it begins at "
                           "node 2, not at node 0");
  EXPECT_EQ(given({0, 2, 3}),
            "microbatches[0].path has 3 nodes; path_length is 2");
  EXPECT_EQ(given({0, 0}), "microbatches[0].path visits node 0 twice");
  EXPECT_EQ(given({0, 1}), "microbatches[0].path visits stage 0 twice");
}

} // namespace
