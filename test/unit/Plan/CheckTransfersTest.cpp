//===- CheckTransfersTest.cpp - P1 and P2, broken on purpose --------------===//

#include "CheckFixture.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST_F(CheckTest, P1ReceiveIsMissing) {
  erase(1, find(1, Op::Recv, 0));
  Violation found = expect("P1", "a send has no receive", 2);
  EXPECT_EQ(found.culprits[0].rank, 0);
  EXPECT_EQ(found.culprits[1].rank, 2);
  EXPECT_NE(found.notes[0].find("Send"), std::string::npos) << found.notes[0];
}

TEST_F(CheckTest, P1SendIsMissing) {
  // Along with its WaitSend; later ones move up by one.
  size_t send = find(0, Op::Send, 3);
  erase(0, send);
  for (size_t i = 0; i < body(0).size(); ++i)
    if (body(0)[i].op == Op::WaitSend && body(0)[i].index == 3)
      erase(0, i);
  Violation found = expect("P1", "a receive has no send", 2);
  EXPECT_EQ(found.culprits[0].rank, 2);
}

TEST_F(CheckTest, P1NothingIsSentBack) {
  // Stage 1 addresses its gradients to the next stage instead.
  for (Instruction &instruction : body(1))
    if (instruction.op == Op::Send)
      instruction.peer = 1;
  expect("P1", "", 2);
}

TEST_F(CheckTest, P1NobodyWaitsForASend) {
  erase(0, find(0, Op::WaitSend));
  expect("P1", "nobody waits for a send");
}

TEST_F(CheckTest, P1ASendIsWaitedForTwice) {
  size_t wait = find(0, Op::WaitSend);
  body(0).insert(body(0).begin() + wait, body(0)[wait]);
  expect("P1", "a send is waited for twice", 3);
}

TEST_F(CheckTest, P1SizesDiffer) {
  // The receiver expects the microbatches in another order.
  ASSERT_NE(plan.shape(0, 0).tokens, plan.shape(0, 1).tokens);
  size_t first = find(1, Op::Recv, 0), second = find(1, Op::Recv, 1);
  std::swap(body(1)[first].buffers, body(1)[second].buffers);
  Violation found = expect("P1", "meets a receive of", 2);
  EXPECT_EQ(found.culprits[1].instruction, int64_t(first));
}

TEST_F(CheckTest, P1CollectivesDisagree) {
  // Stage 1 sums the loss without its weight.
  for (Instruction &instruction : body(1))
    if (instruction.op == Op::AllReduce &&
        plan.roles[1].buffers[instruction.buffers[0]].binding.slot ==
            Slot::Loss)
      instruction.buffers.pop_back();
  expect("P8", "'weight' is held by 6 ranks and never summed");
  // Splitting the sum keeps P8, and then the members disagree.
  plan = makePlan(model, {2, 4, "1f1b"});
  size_t last = 0;
  for (size_t i = 0; i < body(1).size(); ++i)
    if (body(1)[i].op == Op::AllReduce)
      last = i;
  Instruction half = body(1)[last];
  half.buffers.erase(half.buffers.begin());
  body(1)[last].buffers.pop_back();
  body(1).insert(body(1).begin() + last + 1, half);
  expect("P1", "has 2 buffers on one rank and 1 on another", 2);
}

TEST_F(CheckTest, P1CollectiveOfAForeignGroup) {
  // Ranks 2 and 3 take each other's group for theirs.
  for (std::vector<uint32_t> &group : plan.groups)
    if (group == std::vector<uint32_t>{2, 3})
      group = {2};
  expect("P8", "summed over 1");
}

TEST_F(CheckTest, P2NeighboursReceiveFirst) {
  // Stage 0 wants the first gradient before it sends the first activation.
  size_t recv = find(0, Op::Recv, 0);
  move(0, recv, find(0, Op::Send, 0));
  Violation found = expect("P2", "deadlock: ", 2);
  EXPECT_NE(found.message.find("wait for each other in a cycle"),
            std::string::npos);
  for (const std::string &note : found.notes)
    EXPECT_NE(note.find(", waits for rank "), std::string::npos) << note;
  EXPECT_EQ(found.culprits[0].instruction, int64_t(find(0, Op::Recv, 0)));
}

TEST_F(CheckTest, P2CollectivesInOppositeOrder) {
  // Two ranks, two groups, and each rank begins with another one.
  options.stages = 2;
  model = makeModel(options);
  plan = makePlan(model, {1, 2, "1f1b"});
  ASSERT_TRUE(check(plan, model, 0));
  ASSERT_EQ(plan.groups.size(), 1u);
  // The tied gradient and the loss share the group: give the loss its own.
  plan.groups.push_back(plan.groups[0]);
  for (uint32_t rank = 0; rank < 2; ++rank) {
    plan.ranks[rank].groups.push_back(1);
    body(rank)[find(rank, Op::AllReduce, 1)].group = 1;
  }
  ASSERT_TRUE(check(plan, model, 0)) << check(plan, model, 0).error();
  std::swap(body(1)[find(1, Op::AllReduce, 0)],
            body(1)[find(1, Op::AllReduce, 1)]);
  Violation found = expect("P2", "2 ranks wait for each other", 2);
  EXPECT_NE(found.notes[0].find("AllReduce"), std::string::npos);
}

TEST_F(CheckTest, P2RendezvousSendsThatCross) {
  // Stage 0 waits for its second activation to arrive before it takes the
  // gradient that stage 1 must get rid of first.
  for (uint32_t role = 0; role < 2; ++role) {
    // A wait directly after every send makes the sends synchronous.
    std::vector<Instruction> synchronous;
    uint32_t sends = 0;
    for (const Instruction &instruction : body(role)) {
      if (instruction.op == Op::WaitSend)
        continue;
      synchronous.push_back(instruction);
      if (instruction.op == Op::Send) {
        Instruction wait;
        wait.op = Op::WaitSend;
        wait.index = sends++;
        synchronous.push_back(wait);
      }
    }
    body(role) = synchronous;
  }
  Violation found = expect("P2", "wait for each other in a cycle", 2);
  EXPECT_NE(found.notes[0].find("WaitSend"), std::string::npos);
}

TEST_F(CheckTest, P2WaitBeforeTheSend) {
  size_t wait = find(2, Op::WaitSend, 0);
  uint32_t index = body(2)[wait].index;
  move(2, wait, find(2, Op::Send, index));
  Violation found = expect("P2", "waits for a later one of its own rank");
  EXPECT_EQ(found.culprits[0].rank, 4);
}

} // namespace
