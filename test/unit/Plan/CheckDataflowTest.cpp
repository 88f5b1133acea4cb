//===- CheckDataflowTest.cpp - P3, broken on purpose ----------------------===//

#include "CheckFixture.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST_F(CheckTest, P3EqualSizesButAnotherMicrobatch) {
  std::vector<int64_t> lengths(8, 16);
  auto expanded =
      expand(model, {2, 4, "1f1b"}, lengths, ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(expanded);
  plan = *expanded;
  size_t first = find(1, Op::Recv, 0), second = find(1, Op::Recv, 1);
  std::swap(body(1)[first].buffers, body(1)[second].buffers);
  Violation found =
      expect("P3", "a message arrives in the buffer of another value", 2);
  EXPECT_EQ(found.culprits[1].instruction, int64_t(first));
}

TEST_F(CheckTest, P3CollectivesSumDifferentValues) {
  // Both of stage 1's gradients have one type: swap them on one side.
  plan.roles.push_back(plan.roles[1]);
  plan.ranks[3].role = 3;
  std::swap(body(3)[find(3, Op::AllReduce, 1)].buffers[0],
            body(3)[find(3, Op::AllReduce, 1)].buffers[1]);
  expect("P3", "sums different values", 2);
}

TEST_F(CheckTest, P3ReadBeforeWritten) {
  size_t load = find(0, Op::LoadBatch);
  move(0, load, findTask(0, TaskKind::F, 0) + 1);
  expect("P3", "a buffer is read before it is written");
}

TEST_F(CheckTest, P3ValueIsOverwritten) {
  size_t load = find(0, Op::LoadBatch);
  body(0).insert(body(0).begin() + load, body(0)[load]);
  expect("P3", "a value is overwritten", 2);
}

TEST_F(CheckTest, P3TaskTouchesAnotherMicrobatch) {
  body(0)[findTask(0, TaskKind::F, 1)].buffers =
      body(0)[findTask(0, TaskKind::F, 0)].buffers;
  expect("P3", "a task of microbatch 1 touches a buffer of microbatch 0");
}

TEST_F(CheckTest, P3OperandHoldsAnotherValue) {
  std::vector<uint32_t> &buffers = body(0)[findTask(0, TaskKind::F, 0)].buffers;
  std::swap(buffers[0], buffers[1]);
  expect("P3", "operand #0 must be parameter #0");
}

TEST_F(CheckTest, P3WrongInputIsLoaded) {
  body(0)[find(0, Op::LoadBatch)].index = 1;
  expect("P3", "loaded into the buffer of another value");
}

TEST_F(CheckTest, P3AccumulatorIsNotZeroed) {
  body(0)[find(0, Op::Zero)].buffers.pop_back();
  expect("P3", "before it is zeroed");
}

TEST_F(CheckTest, P3ZeroOfAParameter) {
  body(0)[find(0, Op::Zero)].buffers.push_back(
      findBuffer(0, "parameter.embedding"));
  expect("P3", "zeroed that is no accumulator");
}

TEST_F(CheckTest, P3ReductionComesTooEarly) {
  // In every role alike, so that P2 has nothing to say.
  for (uint32_t role = 0; role < 3; ++role)
    move(role, find(role, Op::AllReduce, 0), findTask(role, TaskKind::B, 3));
  expect("P3", "changed after it was summed", 2);
}

TEST_F(CheckTest, P3UpdateReadsAPartialSum) {
  size_t update = findTask(1, TaskKind::Update, -1);
  move(1, update, find(1, Op::AllReduce, 0));
  expect("P3", "a sum is read before it is complete");
}

TEST_F(CheckTest, P3ForwardReadsUpdatedParameters) {
  options.stages = 1;
  options.tied = false;
  model = makeModel(options);
  plan = makePlan(model, {1, 2, "gpipe"});
  ASSERT_TRUE(check(plan, model, 0));
  // A parameter without a gradient of its own could be updated at any time;
  // with one the early update misses gradients.
  move(0, findTask(0, TaskKind::Update, -1), findTask(0, TaskKind::B, 0));
  auto found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P3");
  EXPECT_NE(found->message.find("after its update"), std::string::npos)
      << found->message;
}

TEST_F(CheckTest, P3SendOfTheSameBufferTwice) {
  size_t send = find(0, Op::Send, 1);
  body(0)[send].buffers = body(0)[find(0, Op::Send, 0)].buffers;
  // The second microbatch's output has another size.
  expect("P1", "meets a receive of", 2);
}

} // namespace
