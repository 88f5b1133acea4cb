//===- CheckTasksTest.cpp - P8, broken on purpose -------------------------===//

#include "CheckFixture.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST_F(CheckTest, P8TaskIsMissing) {
  erase(1, findTask(1, TaskKind::B, 2));
  expect("P8", "task B of stage 1 and microbatch 2 never runs");
}

TEST_F(CheckTest, P8TaskRunsTwice) {
  size_t task = findTask(0, TaskKind::F, 1);
  body(0).push_back(body(0)[task]);
  Violation found = expect("P8", "task F of microbatch 1 runs twice", 2);
  EXPECT_EQ(found.culprits[0].instruction, int64_t(task));
}

TEST_F(CheckTest, P8EmptyBodyMissesEverything) {
  body(2).clear();
  expect("P8", "task F of stage 2 and microbatch 0 never runs");
}

TEST_F(CheckTest, P8UpdateIsMissing) {
  erase(2, findTask(2, TaskKind::Update, -1));
  expect("P8", "parameter 'embedding' is never updated");
}

TEST_F(CheckTest, P8UpdateRunsTwice) {
  body(2).push_back(body(2)[findTask(2, TaskKind::Update, -1)]);
  expect("P8", "the update of parameter 'embedding' runs twice", 2);
}

TEST_F(CheckTest, P8RankIsMissing) {
  plan.ranks.pop_back();
  for (std::vector<uint32_t> &group : plan.groups)
    group.erase(std::remove(group.begin(), group.end(), 5u), group.end());
  for (Rank &rank : plan.ranks)
    for (uint32_t &peer : rank.peers)
      if (peer == 5)
        peer = 4;
  expect("P8", "is 6 stages to run and the plan's 5 ranks run 5", 0);
}

TEST_F(CheckTest, P8CoordinateIsTakenTwice) {
  plan.ranks[1].data = 0;
  expect("P8", "two ranks have the same coordinates", 2);
}

TEST_F(CheckTest, P8StageIsRunByTwoRanks) {
  plan.ranks[2].role = 0;
  plan.ranks[2].groups = plan.ranks[0].groups;
  expect("P8", "two ranks run the same stage", 2);
}

TEST_F(CheckTest, P8GradientIsNotSummed) {
  erase(1, find(1, Op::AllReduce, 0));
  expect("P8", "never summed");
}

TEST_F(CheckTest, P8LossIsNotSummed) {
  size_t loss = find(1, Op::AllReduce, 0);
  while (plan.roles[1].buffers[body(1)[loss].buffers[0]].binding.slot !=
         Slot::Loss)
    ++loss;
  erase(1, loss);
  expect("P8", "'loss' is held by 6 ranks and never summed");
}

TEST_F(CheckTest, P8TiedGradientLeavesAStageOut) {
  // The embedding's group shrinks to the ranks of the first stage.
  for (std::vector<uint32_t> &group : plan.groups)
    if (group.size() == 4)
      group = {0, 1};
  expect("P8", "'gradient.embedding' is held by 4 ranks and summed over 2", 2);
}

TEST_F(CheckTest, P8SumContainsAStranger) {
  for (std::vector<uint32_t> &group : plan.groups)
    if (group.size() == 4)
      group = {0, 1, 2, 4, 5};
  expect("P8", "summed over a rank that does not hold it", 2);
}

TEST_F(CheckTest, P8SummedTwice) {
  size_t reduce = find(0, Op::AllReduce);
  body(0).insert(body(0).begin() + reduce, body(0)[reduce]);
  expect("P8", "is summed twice", 2);
}

} // namespace
