//===- GatherTest.cpp - Rows of other ranks in plans ----------------------===//

#include "GatherModel.h"

#include "hocket/Plan/Check.h"
#include "hocket/Plan/ModelCheck.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

class GatherTest : public ::testing::Test {
protected:
  Result<Plan> tryMake(uint32_t degree, const std::string &method,
                       uint32_t data = 1) {
    Strategy strategy;
    strategy.data = data;
    strategy.sequence = degree;
    strategy.sequenceMethod = method;
    strategy.segments = {3};
    strategy.schedule = "gpipe";
    return expand(model, strategy, {48, 2, 21, 1},
                  ScheduleRegistry::withBuiltins());
  }
  void make(uint32_t degree, const std::string &method = "ring") {
    Result<Plan> made = tryMake(degree, method);
    ASSERT_TRUE(made) << made.error();
    plan = *made;
    Result<void> checked = check(plan, model, 0);
    ASSERT_TRUE(checked) << checked.error();
  }
  std::vector<Instruction> &body(uint32_t role) {
    return plan.roles[role].body;
  }
  /// The n-th instruction of a role that does `op` with values of `slot`.
  std::vector<Instruction>::iterator find(uint32_t role, Op op, Slot slot,
                                          uint32_t n = 0) {
    auto found = std::find_if(
        body(role).begin(), body(role).end(), [&](const Instruction &made) {
          return made.op == op && !made.buffers.empty() &&
                 plan.roles[role].buffers[made.buffers[0]].binding.slot ==
                     slot &&
                 n-- == 0;
        });
    EXPECT_NE(found, body(role).end());
    return found;
  }
  void expect(const std::string &invariant, const std::string &text) {
    std::optional<Violation> found = findViolation(plan, model, 0);
    ASSERT_TRUE(found) << "expected " << text;
    EXPECT_EQ(found->invariant, invariant) << found->message;
    EXPECT_NE(found->message.find(text), std::string::npos) << found->message;
  }

  Model model = makeGatherModel();
  Plan plan;
};

TEST_F(GatherTest, MembersSendTheirRowToThoseAfterThem) {
  for (uint32_t degree : {1, 2, 3, 4})
    for (const char *method : {"ring", "ulysses"}) {
      make(degree, method);
      // Every pair of members: a row each way of the two stages, and as many
      // gradients.
      int64_t bytes = 0;
      for (uint32_t role = 0; role < plan.roles.size(); ++role)
        for (const Instruction &made : body(role))
          if (made.op == Op::Send)
            bytes += plan.roles[role].buffers[made.buffers[0]].bytes;
      int64_t row = 4 * kRowWidth * 4; // of four sequences
      EXPECT_EQ(bytes, 2 * 2 * row * degree * (degree - 1) / 2)
          << method << ' ' << degree;
    }
}

TEST_F(GatherTest, AllMembersHaveARowForEachSequence) {
  make(4);
  for (const MicrobatchShape &shape : plan.shapes)
    EXPECT_EQ(shape.sequences, 4);
  // Of the sequence of one token the last member has it.
  for (uint32_t member = 0; member < 4; ++member)
    EXPECT_EQ(plan.chunks[plan.firstChunk[member] + 3].count, member == 3);
}

TEST_F(GatherTest, DataParallelGroupsKeepToThemselves) {
  Result<Plan> made = tryMake(2, "ring", 2);
  ASSERT_TRUE(made) << made.error();
  Result<void> checked = check(*made, model, 0);
  EXPECT_TRUE(checked) << checked.error();
}

TEST_F(GatherTest, NeedsRunsOfSequences) {
  for (const char *method :
       {"zigzag", "striped", "all_gather", "token_ring", "usp:2"}) {
    Result<Plan> made = tryMake(4, method);
    ASSERT_FALSE(made) << method;
    EXPECT_NE(made.error().message.find("needs a run of each sequence"),
              std::string::npos)
        << made.error();
  }
}

TEST_F(GatherTest, NeedsASlotForEveryMemberBefore) {
  model = makeGatherModel(2);
  make(3);
  Result<Plan> made = tryMake(4, "ring");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("was compiled for at most 3"),
            std::string::npos)
      << made.error();
}

TEST_F(GatherTest, FindsRowsInOtherSlots) {
  make(3);
  auto first = find(2, Op::Recv, Slot::Attended),
       second = find(2, Op::Recv, Slot::Attended, 1);
  std::swap(first->buffers, second->buffers);
  expect("P8", "does not have the row of coordinate 0");
}

TEST_F(GatherTest, FindsRowsThatAreLeftOut) {
  make(2);
  auto recv = find(1, Op::Recv, Slot::Attended);
  auto send = find(0, Op::Send, Slot::Output);
  uint32_t slot = recv->buffers[0];
  body(1).erase(recv);
  find(1, Op::Zero, Slot::Attended)->buffers.push_back(slot);
  // The message and whoever waits for it go, too: the first of the role.
  body(0).erase(send);
  auto wait =
      std::find_if(body(0).begin(), body(0).end(), [](const Instruction &made) {
        return made.op == Op::WaitSend;
      });
  body(0).erase(wait);
  for (Instruction &made : body(0))
    if (made.op == Op::WaitSend)
      --made.index;
  expect("P8", "does not have the row of coordinate 0");
}

TEST_F(GatherTest, FindsGradientsThatAreNotAdded) {
  make(3);
  body(0).erase(find(0, Op::Add, Slot::InputGradient));
  expect("P8", "the gradient of a row is not the sum");
}

TEST_F(GatherTest, FindsGradientsThatAreAddedTwice) {
  make(3);
  auto add = find(0, Op::Add, Slot::InputGradient);
  Instruction again = *add;
  body(0).insert(add, again);
  expect("P8", "the gradient of a row is not the sum");
}

TEST_F(GatherTest, FindsGradientsOfOtherSlots) {
  make(3);
  auto first = find(2, Op::Send, Slot::AttendedGradient),
       second = find(2, Op::Send, Slot::AttendedGradient, 1);
  std::swap(first->buffers, second->buffers);
  expect("P8", "the gradient of a row is not the sum");
}

TEST_F(GatherTest, FindsRunsThatAreNotInTheOrderOfTheMembers) {
  make(2);
  // Both have 24 tokens of the first sequence.
  std::swap(plan.chunks[plan.firstChunk[0]], plan.chunks[plan.firstChunk[1]]);
  expect("P8", "does not have the next run of each sequence");
}

TEST_F(GatherTest, FindsTokensThatAreNoRun) {
  make(2);
  for (uint32_t member = 0; member < 2; ++member)
    plan.chunks[plan.firstChunk[member]] = {0, member, 24, 2};
  expect("P8", "does not have the next run of each sequence");
}

TEST_F(GatherTest, ScansAreNotComputedAgain) {
  Strategy strategy;
  strategy.sequence = 2;
  strategy.segments = {3};
  strategy.schedule = "gpipe";
  strategy.activations = {{0, 0}};
  Result<Plan> made =
      expand(model, strategy, {48, 2, 21, 1}, ScheduleRegistry::withBuiltins());
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("scans over the tokens of several ranks"),
            std::string::npos)
      << made.error();
}

TEST_F(GatherTest, ModelsOfImpossibleRowsAreRefused) {
  Model good = model;
  good.stages[0].tasks.resize(1); // it is checked before, and needs gradients
  auto broken = [&](const std::function<void(Stage &)> &change,
                    const std::string &text) {
    model = good;
    change(model.stages[1]);
    Result<void> checked = checkModel(model);
    ASSERT_FALSE(checked) << text;
    EXPECT_NE(checked.error().message.find(text), std::string::npos)
        << checked.error();
  };
  broken([](Stage &stage) { stage.gather->row = 7; }, "gathers its input #7");
  broken([](Stage &stage) { stage.gather->row = 1; },
         "a row is of f32 numbers for each sequence");
  broken([](Stage &stage) { stage.gather->slots = 0; }, "rows of 0 members");
  broken([](Stage &stage) { stage.gather->slots = 4; }, "rows of 4 members");
  broken([](Stage &stage) { stage.attention.emplace(); },
         "begins with an attention and with rows");
  broken([](Stage &stage) { stage.tasks[1].operands[0].index = 9; },
         "does not give the gradient of the row in slot 0");
  broken([](Stage &stage) { stage.gather.reset(); },
         "has no attention but what one gives");
}

} // namespace
