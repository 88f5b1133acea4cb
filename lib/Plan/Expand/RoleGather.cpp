//===- RoleGather.cpp - Rows of the members before ------------------------===//
//
// Every member sends its row to those that come after it, before it receives
// the rows of those that come before it, so that no two wait for each other. In
// the backward the gradients of rows go the other way, and their owner adds
// them up in the order of the members.
//
//===----------------------------------------------------------------------===//

#include "RoleBuilder.h"

#include "Sequence/SequenceGroups.h"

#include "hocket/Plan/Shares.h"

using namespace hocket;
using namespace hocket::plan;

void RoleBuilder::addGather(const ScheduledTask &task, bool isBackward) {
  const RowGather &gather = *model.stages[task.stage].gather;
  int32_t stage = int32_t(task.stage), microbatch = int32_t(task.microbatch);
  RowMembers members = context.groups->rowMembers(
      context.coordinate, task.microbatch, gather.reverse);
  auto own = [&](Slot slot, uint32_t index) {
    return buffer(slot, index, stage, microbatch);
  };
  auto zero = [&](std::vector<uint32_t> buffers) {
    if (buffers.empty())
      return;
    Instruction made = instruction(Op::Zero, stage, microbatch);
    made.buffers = std::move(buffers);
    role.body.push_back(std::move(made));
  };
  auto exchange = [&](Op op, uint32_t other, uint32_t held) {
    Instruction made = instruction(op, stage, microbatch);
    made.peer = peerOf(context.rank, other);
    made.buffers = {held};
    role.body.push_back(std::move(made));
  };
  uint32_t firstSend = numSends;
  auto send = [&](uint32_t other, uint32_t held) {
    exchange(Op::Send, other, held);
    ++numSends;
  };
  auto waitForAll = [&] {
    for (uint32_t k = firstSend; k < numSends; ++k) {
      Instruction wait = instruction(Op::WaitSend);
      wait.index = k;
      role.body.push_back(std::move(wait));
    }
  };

  if (!isBackward) {
    for (uint32_t other : members.after)
      send(other, own(Slot::Input, gather.row));
    std::vector<uint32_t> absent;
    for (uint32_t k = 0; k < gather.slots; ++k)
      if (k < members.before.size())
        exchange(Op::Recv, members.before[k], own(Slot::Attended, k));
      else
        absent.push_back(own(Slot::Attended, k));
    zero(std::move(absent));
    return waitForAll();
  }
  for (uint32_t k = 0; k < members.before.size(); ++k)
    send(members.before[k], own(Slot::AttendedGradient, k));
  uint32_t sum = own(Slot::InputGradient, gather.row);
  zero({sum});
  Share share;
  share.owner = int32_t(context.coordinate);
  share.numHeads = uint32_t(role.buffers[sum].type.shape[1].evaluate({}));
  for (uint32_t other : members.after) {
    share.term = int32_t(other);
    uint32_t term =
        buffer(Slot::InputGradient, gather.row, stage, microbatch, share);
    exchange(Op::Recv, other, term);
    Instruction add = instruction(Op::Add, stage, microbatch);
    add.buffers = {sum, term};
    role.body.push_back(std::move(add));
  }
  waitForAll();
}
