//===- WorkTest.cpp -------------------------------------------------------===//

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

} // namespace
