//===- CheckMemoryTest.cpp - P4 and P5, broken on purpose -----------------===//

#include "CheckFixture.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST_F(CheckTest, P4BuffersOverlap) {
  Role &role = plan.roles[0];
  uint32_t a = findBuffer(0, "residual0.mb0");
  uint32_t b = findBuffer(0, "residual1.mb0");
  role.buffers[a].offset = role.buffers[b].offset;
  Violation found = expect("P4", "overlap and are in use at the same time", 2);
  EXPECT_NE(found.message.find("'residual1.mb0'"), std::string::npos)
      << found.message;
}

TEST_F(CheckTest, P4ParameterIsOverlapped) {
  plan.roles[0].buffers[findBuffer(0, "batch.tokens.mb3")].offset =
      plan.roles[0].buffers[findBuffer(0, "parameter.embedding")].offset;
  expect("P4", "'parameter.embedding' and 'batch.tokens.mb3' overlap", 2);
}

TEST_F(CheckTest, P4WorkspaceIsOverlapped) {
  Role &role = plan.roles[1];
  Instruction &run = role.body[find(1, Op::Kernel)];
  ASSERT_GT(run.workspace.bytes, 0);
  run.workspace.offset = role.buffers[run.buffers[0]].offset;
  expect("P4", "the workspace of a kernel", 2);
}

TEST_F(CheckTest, P4WorkspaceIsWhereSomethingIsBeingSent) {
  Role &role = plan.roles[0];
  size_t sent = find(0, Op::Send), waited = find(0, Op::WaitSend);
  const Buffer &output = role.buffers[role.body[sent].buffers[0]];
  size_t run = sent + 1;
  while (run < waited && role.body[run].op != Op::Kernel)
    ++run;
  ASSERT_LT(run, waited) << "a kernel runs while the buffer is being sent";
  role.body[run].workspace.offset = output.offset;
  Violation found = expect("P4", "the workspace of a kernel", 2);
  EXPECT_NE(found.message.find("'" + output.name + "'"), std::string::npos)
      << found.message;
}

TEST_F(CheckTest, P4WorkspaceOfAnUpdate) {
  // As large as the largest parameter that is updated by the same kernel.
  Kernel &update = model.kernels[model.updates[0].kernel];
  update.workspaceBytes = SizeExpr::constant(4) * SizeExpr::symbol(0);
  expect("P4", "a kernel needs a workspace of 1024 bytes and its instruction "
               "has one of 0");
  plan = makePlan(model, plan.strategy);
  EXPECT_TRUE(check(plan, model, 0));
  Role &role = plan.roles[1];
  auto run = std::find_if(role.body.begin(), role.body.end(),
                          [](const Instruction &instruction) {
                            return instruction.kind == TaskKind::Update &&
                                   instruction.op == Op::Kernel;
                          });
  ASSERT_NE(run, role.body.end());
  EXPECT_EQ(run->workspace.bytes, 1024);
  run->workspace.offset = role.buffers[0].offset;
  expect("P4", "'" + role.buffers[0].name + "' and the workspace of a kernel",
         2);
}

/// Each kernel has a workspace of its own, alive at its instruction alone.
TEST_F(CheckTest, P4WorkspaceMayBeWhereNothingIsInUse) {
  Role &role = plan.roles[1];
  Instruction &run = role.body[find(1, Op::Kernel)];
  ASSERT_GT(run.workspace.bytes, 0);
  run.workspace.offset = role.arenaBytes;
  role.arenaBytes += run.workspace.bytes;
  EXPECT_TRUE(check(plan, model, 0));
}

TEST_F(CheckTest, P4ABufferIsInUseUntilItsSendIsOver) {
  // Put another buffer over an output after its last use but before its wait.
  Role &role = plan.roles[0];
  uint32_t output = findBuffer(0, "output0.mb0");
  role.buffers[findBuffer(0, "batch.tokens.mb1")].offset =
      role.buffers[output].offset;
  ASSERT_LT(find(0, Op::LoadBatch, 2), find(0, Op::WaitSend, 0));
  expect("P4", "'output0.mb0' and 'batch.tokens.mb1' overlap", 2);
}

TEST_F(CheckTest, P4SizesAndBounds) {
  Plan good = plan;
  auto broken = [&](const std::function<void(Role &)> &change,
                    const std::string &text) {
    plan = good;
    change(plan.roles[1]);
    expect("P4", text);
  };
  broken([](Role &r) { r.buffers[0].bytes -= 4; }, "holds a value of");
  broken([](Role &r) { r.buffers.back().bytes = 4; }, "holds a value of");
  broken([](Role &r) { r.buffers[0].offset += 4; }, "multiple of 64");
  broken([](Role &r) { r.buffers[0].offset = INT64_MAX - 63; },
         "beyond the arena");
  broken([](Role &r) { r.buffers[0].bytes = INT64_MAX; }, "beyond the arena");
  broken([](Role &r) { r.arenaBytes = 64; }, "beyond the arena");
  size_t kernel = find(1, Op::Kernel);
  broken([&](Role &r) { r.body[kernel].workspace.offset = INT64_MAX - 63; },
         "workspace ends beyond the arena");
  broken([&](Role &r) { r.body[kernel].workspace.bytes -= 1; },
         "needs a workspace of");
  broken([&](Role &r) { r.body[kernel].workspace.offset += 4; },
         "a workspace's offset is not a multiple of 64");
}

TEST_F(CheckTest, P5ArenaExceedsTheDevice) {
  int64_t largest = 0;
  for (const Role &role : plan.roles)
    largest = std::max(largest, role.arenaBytes);
  EXPECT_TRUE(check(plan, model, largest));
  auto found = findViolation(plan, model, largest - 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P5");
  EXPECT_EQ(found->message, "a rank needs " + std::to_string(largest) +
                                " bytes and its device has " +
                                std::to_string(largest - 1));
}

/// A role's stages have values of different sizes at the same index.
TEST(CheckMemory, SizesAreThoseOfTheStage) {
  SyntheticOptions options;
  options.growing = true;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {1, 2, "interleaved", 2});
  Result<void> checked = check(plan, model, 0);
  ASSERT_TRUE(checked) << checked.error();
  for (Buffer &buffer : plan.roles[0].buffers)
    if (buffer.stage == 2 && buffer.binding.slot == Slot::Residual)
      buffer.bytes /= 3; // what stage 0's would need
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P4");
}

} // namespace
