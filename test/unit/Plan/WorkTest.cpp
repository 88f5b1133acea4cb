//===- WorkTest.cpp -------------------------------------------------------===//

#include "SharedSequences.h"
#include "SyntheticModel.h"

#include "hocket/Plan/Work.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST(Work, FollowsTheShapeOfTheMicrobatch) {
  Model model = makeModel();
  Plan plan = makePlan(model, {2, 3, "1f1b"});
  for (const Rank &rank : plan.ranks)
    for (const Instruction &instruction : plan.roles[rank.role].body) {
      Work work = workOf(plan, model, rank, instruction);
      if (instruction.op == Op::WaitSend) {
        EXPECT_EQ(work.bytes, 0);
        continue;
      }
      if (instruction.microbatch < 0)
        continue;
      int64_t tokens = plan.shape(rank.data, instruction.microbatch).tokens;
      if (instruction.op == Op::Kernel) {
        EXPECT_EQ(work.flops, 2 * 16 * 16 * tokens);
        EXPECT_EQ(work.bytes, 8 * 16 * tokens);
      } else if (instruction.op == Op::Send || instruction.op == Op::Recv) {
        EXPECT_EQ(work.flops, 0);
        EXPECT_EQ(work.bytes, 4 * 16 * tokens);
      }
    }
}

TEST(Work, UpdatesCountTheElementsOfTheirParameter) {
  Model model = makeModel();
  Plan plan = makePlan(model, {1, 2, "gpipe"});
  size_t updates = 0;
  for (const Instruction &instruction : plan.roles[0].body)
    if (instruction.kind == TaskKind::Update) {
      Work work = workOf(plan, model, plan.ranks[0], instruction);
      EXPECT_EQ(work.flops, 10 * 16 * 16);
      // The model does not say the bytes: four vectors and two scalars.
      EXPECT_EQ(work.bytes, 4 * (4 * 16 * 16) + 2 * 4);
      ++updates;
    }
  EXPECT_EQ(updates, 3u);
}

TEST(Work, ABufferHoldsAtMostItsBytes) {
  Model model = makeModel();
  Plan plan = makePlan(model, {3, 2, "1f1b"});
  for (size_t role = 0; role < plan.roles.size(); ++role)
    for (const Buffer &buffer : plan.roles[role].buffers) {
      int64_t largest = 0;
      for (const Rank &rank : plan.ranks)
        if (rank.role == role)
          largest = std::max(largest, bytesOf(plan, rank, buffer));
      EXPECT_EQ(largest, buffer.bytes) << buffer.name;
    }
}

/// Sequences of 6 and 3 tokens, of which rank 0 has the first 3 and 2.
TEST(Work, AttentionsCountThePairsThatTheySee) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  const Attention &attention = *model.stages[1].attention;
  auto attends = [&](uint32_t rank, uint32_t kernel) {
    std::vector<Work> found;
    for (const Instruction &instruction : plan.roles[rank].body)
      if (instruction.op == Op::Attend && instruction.kernel == kernel)
        found.push_back(workOf(plan, model, plan.ranks[rank], instruction));
    return found;
  };
  std::vector<Work> first = attends(0, attention.part),
                    second = attends(1, attention.part);
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 2u);
  // 4 heads; 4 D operations each. Own keys, then all of the other's.
  EXPECT_EQ(first[0].flops, 32 * 4 * (6 + 3));
  EXPECT_EQ(second[0].flops, 32 * 4 * (6 + 1));
  EXPECT_EQ(second[1].flops, 32 * 4 * (9 + 2));
  EXPECT_EQ(first[0].kernel, "attention.part");
  EXPECT_EQ(first[0].symbols, (Symbols{5, 5, 4, 2, 20}));
  EXPECT_EQ(second[1].symbols, (Symbols{4, 5, 4, 2, 20}));
  // The model does not say the bytes. q, k, v, output and lse, of 4 tokens and
  // of 5.
  EXPECT_EQ(second[1].bytes, 4 * (2 * 4 * 32 + 2 * 5 * 16 + 4 * 4));
  EXPECT_EQ(attends(1, attention.partGrad)[1].flops, 80 * 4 * (9 + 2));
  Work delta = attends(1, attention.delta)[0];
  EXPECT_EQ(delta.flops, 16 * 4 * 4);
  EXPECT_EQ(delta.symbols, (Symbols{4, 0, 4, 0, 0}));

  // All queries see all keys that come in one row with them.
  model.stages[1].attention->causal = false;
  EXPECT_EQ(attends(0, attention.part)[0].flops, 32 * 4 * (9 + 4));
}

TEST(Work, SharesHaveTheTokensOfTheirOwner) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  size_t others = 0;
  for (const Rank &rank : plan.ranks)
    for (const Buffer &buffer : plan.roles[rank.role].buffers) {
      EXPECT_EQ(bytesOf(plan, rank, buffer), buffer.bytes) << buffer.name;
      others += buffer.share.owner >= 0 && rank.data != 0;
      if (buffer.share.owner >= 0)
        EXPECT_EQ(buffer.bytes, 4 * 5 * 2 * 8) << buffer.name;
    }
  EXPECT_EQ(others, 4u);
}

TEST(Work, CopiesAndSumsCountWhatTheyReadAndWrite) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  size_t sums = 0;
  Instruction *copy = nullptr;
  for (Instruction &instruction : plan.roles[0].body) {
    Work work = workOf(plan, model, plan.ranks[0], instruction);
    if (instruction.op == Op::Add) {
      EXPECT_EQ(work.bytes, 3 * 4 * 5 * 2 * 8);
      EXPECT_EQ(work.flops, 5 * 2 * 8);
      ++sums;
    }
    if (instruction.op == Op::CopyHeads)
      copy = &instruction;
  }
  EXPECT_EQ(sums, 2u);
  ASSERT_TRUE(copy);
  auto bytes = [&] { return workOf(plan, model, plan.ranks[0], *copy).bytes; };
  EXPECT_EQ(bytes(), 2 * 4 * 5 * 8) << "one head of 8, read and written";
  Buffer &from = plan.roles[0].buffers[copy->buffers[1]];
  from.share = {-1, 0, 4, -1};
  EXPECT_EQ(bytes(), 2 * 4 * 5 * 8);
  from.share = {-1, 0, 2, -1};
  from.type = shareType(model.stages[0].outputs[0], from.share);
  EXPECT_EQ(bytes(), 0) << "heads 0 and 1 beside head 2";
}

} // namespace
