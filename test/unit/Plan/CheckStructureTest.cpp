//===- CheckStructureTest.cpp - Every index is in range -------------------===//

#include "CheckFixture.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TEST_F(CheckTest, StructureOfBatchAndRanks) {
  Plan good = plan;
  auto broken = [&](const std::function<void()> &change,
                    const std::string &text) {
    plan = good;
    change();
    expect("structure", text, 0);
  };
  broken([&] { plan.stages = 7; }, "7 stages and the model 3");
  broken([&] { plan.strategy.microbatches = 0; },
         "number of microbatches must be at least 1");
  broken([&] { plan.strategy.data = 4000000000u; }, "microbatches");
  broken([&] { plan.shapes.pop_back(); }, "7 shapes");
  broken([&] { plan.firstSequence.clear(); }, "0 sequence offsets");
  broken([&] { plan.firstSequence[1] = 0; }, "no sequences");
  broken([&] { plan.lengths[0] = -5; }, "length -5");
  broken([&] { plan.lengths[0] = INT64_MAX; }, "length 9223372036854775807");
  broken([&] { ++plan.shapes[3].tokens; }, "shape of microbatch #3");
  broken([&] { plan.ranks.clear(); }, "0 ranks");
  broken([&] { plan.ranks[2].role = 9; }, "role or coordinates");
  broken([&] { plan.ranks[2].data = 2; }, "role or coordinates");
  broken([&] { plan.ranks[2].role = 0; }, "fewer peers");
  broken([&] { plan.ranks[2].peers[0] = 99; }, "different other ranks");
  broken([&] { plan.ranks[2].peers[0] = 2; }, "different other ranks");
  broken([&] { plan.ranks[2].peers.clear(); }, "fewer peers");
  broken([&] { plan.ranks[2].groups[0] = 99; }, "different groups");
  broken([&] { plan.roles.push_back(plan.roles[1]); }, "no rank has a role");
  broken([&] { std::swap(plan.groups[0][0], plan.groups[0][1]); }, "sorted");
  broken([&] { plan.groups[0].clear(); }, "sorted");
  broken([&] { plan.groups[0].back() = 77; }, "sorted");
}

TEST_F(CheckTest, StructureOfRoles) {
  Plan good = plan;
  auto broken = [&](const std::function<void(Role &)> &change,
                    const std::string &text) {
    plan = good;
    change(plan.roles[1]);
    Violation found = expect("structure", text);
    ASSERT_FALSE(found.culprits.empty());
    EXPECT_EQ(found.culprits[0].role, 1);
  };
  size_t recv = find(1, Op::Recv), send = find(1, Op::Send);
  size_t kernel = find(1, Op::Kernel), wait = find(1, Op::WaitSend);
  size_t reduce = find(1, Op::AllReduce), load = find(1, Op::LoadBatch);
  broken([&](Role &r) { r.stages = {3}; }, "not a sorted list of the model's");
  broken([&](Role &r) { r.stages = {}; }, "not a sorted list of the model's");
  broken([&](Role &r) { r.stages = {2, 1}; }, "not a sorted list");
  broken([&](Role &r) { r.buffers.back().stage = 2; }, "the stage 2");
  broken([&](Role &r) { r.buffers[0].stage = 1; }, "the stage 1");
  broken([&](Role &r) { r.arenaBytes = -1; }, "negative size");
  broken([&](Role &r) { r.body[kernel].workspace.bytes = -1; },
         "workspace of negative size");
  broken([&](Role &r) { r.body[kernel].workspace.offset = -64; },
         "workspace of negative size or offset");
  broken([&](Role &r) { r.body[kernel].workspace = {0, 64}; },
         "a workspace of no bytes has an offset");
  broken([&](Role &r) { r.body[recv].workspace = {64, 0}; },
         "runs no kernel has a workspace");
  broken([&](Role &r) { r.buffers[0].bytes = -1; }, "negative size");
  broken([&](Role &r) { r.buffers[0].binding.index = 1000; }, "does not have");
  broken([&](Role &r) { r.buffers[0].binding.slot = Slot(200); }, "slot");
  broken([&](Role &r) { r.buffers[0].type.element = ElementType::F64; },
         "type is not that of its value");
  broken([&](Role &r) { r.buffers[0].microbatch = 0; }, "microbatch 0");
  broken([&](Role &r) { r.buffers.back().microbatch = 4; }, "microbatch 4");
  broken([&](Role &r) { r.buffers[1] = r.buffers[0]; }, "same value");
  broken([&](Role &r) { r.body[recv].op = Op(99); }, "unknown operation");
  broken([&](Role &r) { r.body[recv].peer = -1; }, "do not fit");
  broken([&](Role &r) { r.body[recv].buffers.clear(); }, "do not fit");
  broken([&](Role &r) { r.body[send].buffers[0] = 4000000; },
         "buffer #4000000");
  broken([&](Role &r) { r.body[kernel].kernel = 77; }, "kernel #77");
  broken([&](Role &r) { r.body[kernel].kind = TaskKind(9); }, "task kind");
  broken([&](Role &r) { r.body[kernel].kind = TaskKind::W; }, "does not have");
  broken([&](Role &r) { r.body[kernel].microbatch = 4; }, "out of range");
  broken([&](Role &r) { r.body[kernel].microbatch = -1; }, "microbatch -1");
  broken([&](Role &r) { r.body[kernel].stage = 0; }, "of stage 0");
  broken([&](Role &r) { r.body[kernel].buffers.pop_back(); }, "operands");
  broken(
      [&](Role &r) { r.body[kernel].buffers[0] = r.body[kernel].buffers[1]; },
      "twice");
  broken([&](Role &r) { r.body[wait].index = 1000; }, "do not fit");
  broken([&](Role &r) { r.body[reduce].group = -1; }, "do not fit");
  broken([&](Role &r) { r.body[load].index = 17; }, "do not fit");
}

TEST_F(CheckTest, StructureNamesTheModelsMistake) {
  model.stages[0].tasks[0].kernel = 1000;
  expect("structure", "names kernel #1000", 0);
}

} // namespace
