//===- CheckSlicesTest.cpp - Broken plans with slices are found -----------===//

#include "SlicePlans.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

class BrokenSlicesTest : public ::testing::Test {
protected:
  void make(uint32_t slices, bool recomputes, bool causal = true) {
    model = makeSliceModel(oneLayer(causal));
    plan = expanded(model,
                    recomputes ? recomputing(model, slices)
                               : layerwise(model, slices),
                    {24});
  }
  std::vector<Instruction> &body() { return plan.roles[0].body; }
  /// The n-th Attend of this kernel for the queries of `slice`.
  size_t attend(uint32_t kernel, int32_t slice, size_t n = 0) {
    for (size_t i = 0; i < body().size(); ++i)
      if (body()[i].op == Op::Attend && body()[i].kernel == kernel &&
          body()[i].microbatch == slice && n-- == 0)
        return i;
    ADD_FAILURE() << "no such call";
    return 0;
  }
  size_t task(TaskKind kind, int32_t stage, int32_t slice, size_t n = 0) {
    for (size_t i = 0; i < body().size(); ++i)
      if (body()[i].op == Op::Kernel && body()[i].kind == kind &&
          body()[i].stage == stage && body()[i].microbatch == slice && n-- == 0)
        return i;
    ADD_FAILURE() << "no such task";
    return 0;
  }
  void erase(size_t i) { body().erase(body().begin() + i); }
  void moveBefore(size_t from, size_t to) {
    Instruction moved = body()[from];
    erase(from);
    body().insert(body().begin() + (to > from ? to - 1 : to), moved);
  }
  const Attention &attention() { return *model.stages[1].attention; }
  void expect(const std::string &invariant, const std::string &text) {
    std::optional<Violation> found = findViolation(plan, model, 0);
    ASSERT_TRUE(found) << "expected " << text;
    EXPECT_EQ(found->invariant, invariant) << found->message;
    EXPECT_NE(found->message.find(text), std::string::npos) << found->message;
  }

  Model model;
  Plan plan;
};

TEST_F(BrokenSlicesTest, KeysThatAreNotMet) {
  make(3, false);
  erase(attend(attention().part, 2, 1));
  expect("P8", "lacks the term of slice 1 of coordinate 0");
}

TEST_F(BrokenSlicesTest, GradientsThatAreNotMet) {
  make(3, true);
  erase(attend(attention().partGrad, 2, 1));
  // Keys of slice 1 have no first term now.
  expect("P3", "a buffer is added to before it is zeroed");
  make(3, true);
  erase(attend(attention().partGrad, 1, 1));
  expect("P8", "lacks the term of slice 1 of coordinate 0");
}

/// The gradient of keys is read before later queries have added to it.
TEST_F(BrokenSlicesTest, GradientsThatAreReadTooEarly) {
  make(3, false);
  size_t last = attend(attention().partGrad, 1, 1);
  size_t next = task(TaskKind::B, 0, 1);
  ASSERT_LT(last, next);
  moveBefore(next, last);
  expect("P8", "lacks the term of slice 1 of coordinate 0");
}

TEST_F(BrokenSlicesTest, KeysOfAnotherSlice) {
  make(3, false);
  Instruction &call = body()[attend(attention().part, 2, 0)];
  call.buffers[1] = body()[attend(attention().part, 2, 1)].buffers[1];
  expect("P8", "operands are of different tokens or heads");
}

TEST_F(BrokenSlicesTest, KeysOfAnotherMicrobatch) {
  model = makeSliceModel(oneLayer());
  Strategy strategy = layerwise(model, 2);
  strategy.microbatches = 2;
  plan = expanded(model, strategy, {24, 24});
  Instruction &call = body()[attend(attention().part, 3, 0)];
  call.buffers[1] = body()[attend(attention().part, 1, 0)].buffers[1];
  expect("structure", "an attention's buffers or table do not fit its kernel");
}

TEST_F(BrokenSlicesTest, ValuesThatAreNotComputedAgain) {
  make(3, true);
  erase(task(TaskKind::R, 0, 1, 1));
  expect("P3", "a buffer is read before it is written");
  make(3, true);
  erase(task(TaskKind::R, 0, 0));
  expect("P3", "a buffer is read before it is written");
}

TEST_F(BrokenSlicesTest, LossThatIsAddedTwice) {
  make(2, true);
  Instruction again = body()[task(TaskKind::F, 2, 1)];
  again.kind = TaskKind::R;
  body().insert(body().begin() + task(TaskKind::F, 2, 1) + 1, again);
  expect("P8", "adds to the loss a second time");
}

TEST_F(BrokenSlicesTest, SlicesThatNeverRun) {
  make(2, true);
  erase(task(TaskKind::B, 0, 0));
  expect("P8", "task B of stage 0 and slice 0 of microbatch 0 never runs");
}

TEST_F(BrokenSlicesTest, FirstPassesThatAreThrownAway) {
  make(2, true);
  // The values of the first pass are gone when the backward reads them.
  Role &role = plan.roles[0];
  Instruction &backward = body()[task(TaskKind::B, 1, 1)];
  for (uint32_t &buffer : backward.buffers)
    if (role.buffers[buffer].share.again > 0)
      for (uint32_t other = 0; other < role.buffers.size(); ++other)
        if (const Buffer &b = role.buffers[other];
            b.share.again == 0 && b.binding == role.buffers[buffer].binding &&
            b.stage == role.buffers[buffer].stage &&
            b.microbatch == role.buffers[buffer].microbatch)
          buffer = other;
  expect("P4", "overlap and are in use at the same time");
}

/// Slices of shared sequences.
TEST_F(BrokenSlicesTest, TermsOfOtherRanks) {
  auto makeShared = [&] {
    model = makeSliceModel(oneLayer());
    Strategy strategy = recomputing(model, 3);
    strategy.sequence = 2;
    strategy.sequenceMethod = "all_gather";
    plan = expanded(model, strategy, {64});
  };
  auto findAdd = [&] {
    return std::find_if(body().begin(), body().end(),
                        [](const auto &step) { return step.op == Op::Add; });
  };
  makeShared();
  body().erase(findAdd());
  expect("P8", "lacks the term of slice 2 of coordinate 1");
  makeShared();
  Instruction add = *findAdd();
  body().insert(findAdd(), add);
  expect("P8", "has the term of slice 2 of coordinate 1 twice");
  // A term that is sent before the last query has added to it.
  makeShared();
  size_t last = attend(attention().partGrad, 1);
  while (body()[last + 1].op == Op::Attend)
    ++last;
  ASSERT_EQ(body()[last + 1].op, Op::Send);
  moveBefore(last + 1, last);
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
}

TEST_F(BrokenSlicesTest, TokensThatAreHeldTwice) {
  make(3, false);
  plan.chunks[1].first -= 1;
  expect("P8", "are held twice");
}

} // namespace
