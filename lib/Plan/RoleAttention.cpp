//===- RoleAttention.cpp - The attention of a role ------------------------===//

#include "RoleBuilder.h"

#include "SequenceGroups.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

uint32_t RoleBuilder::tableIndex(const std::vector<int32_t> &table) {
  auto [found, isNew] =
      tableOf.try_emplace(table, uint32_t(role.tables.size()));
  if (isNew)
    role.tables.push_back(table);
  return found->second;
}

/// Members of a group become coordinates, and slices those of the microbatch.
uint32_t RoleBuilder::shareBuffer(const AttentionValue &value,
                                  const MemberProgram &program,
                                  const ScheduledTask &task) {
  Operand operand =
      quantityOperand(*model.stages[task.stage].attention, value.quantity);
  Share share = value.share;
  if (program.ofSlices) {
    uint32_t slice = task.microbatch;
    if (share.owner >= 0)
      slice = slice - slice % context.strategy.slices + uint32_t(share.owner);
    return buffer(operand.slot, operand.index, int32_t(task.stage),
                  int32_t(slice));
  }
  if (share.owner >= 0) {
    share.owner = int32_t(program.group->coordinates[share.owner]);
    // What others sent for the forward has a copy for each of its runs; 1 is
    // that of the backward.
    auto runs = forwards.find({int32_t(task.stage), int32_t(task.microbatch)});
    if (share.again == 0 && runs != forwards.end() && runs->second > 1)
      share.again = uint8_t(runs->second);
  }
  if (share.term >= 0)
    share.term = int32_t(program.group->coordinates[share.term]);
  return buffer(operand.slot, operand.index, int32_t(task.stage),
                int32_t(task.microbatch), share);
}

void RoleBuilder::addAttention(const ScheduledTask &task, bool isBackward) {
  const Attention &attention = *model.stages[task.stage].attention;
  MemberProgram program = context.groups->program(
      context.coordinate, task.microbatch, attention, isBackward);
  if (!program.steps)
    return addEmptyAttention(task, isBackward);
  uint32_t firstSend = numSends;
  for (const AttentionStep &step : *program.steps) {
    Instruction made =
        instruction(step.op, int32_t(task.stage), int32_t(task.microbatch));
    for (const AttentionValue &value : step.values)
      made.buffers.push_back(shareBuffer(value, program, task));
    switch (step.op) {
    case Op::Send:
      ++numSends;
      [[fallthrough]];
    case Op::Recv:
      made.peer = peerOf(context.rank, program.group->coordinates[step.peer]);
      break;
    case Op::WaitSend:
      made = instruction(Op::WaitSend);
      made.index = firstSend + step.send;
      break;
    case Op::Attend:
      made.kernel = kernelOf(attention, step.kernel);
      made.index = step.table.empty() ? kNoTable : tableIndex(step.table);
      break;
    default:
      break;
    }
    role.body.push_back(std::move(made));
  }
}

/// Of a coordinate that has no sequences in this microbatch.
void RoleBuilder::addEmptyAttention(const ScheduledTask &task,
                                    bool isBackward) {
  std::vector<Quantity> results = {Quantity::Output};
  if (isBackward)
    results = {Quantity::QueryGradient, Quantity::KeyGradient,
               Quantity::ValueGradient};
  Instruction zero =
      instruction(Op::Zero, int32_t(task.stage), int32_t(task.microbatch));
  for (Quantity quantity : results)
    zero.buffers.push_back(shareBuffer({quantity, {}}, {}, task));
  role.body.push_back(std::move(zero));
}
