//===- RoleAttention.cpp - The attention of a role ------------------------===//

#include "RoleBuilder.h"

#include "Sequence/SequenceGroups.h"

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

/// Members of a group become coordinates.
uint32_t RoleBuilder::shareBuffer(const AttentionValue &value,
                                  const SequenceGroup &group,
                                  const ScheduledTask &task) {
  Operand operand =
      quantityOperand(*model.stages[task.stage].attention, value.quantity);
  Share share = value.share;
  if (share.owner >= 0) {
    share.owner = int32_t(group.coordinates[share.owner]);
    // What others sent for the forward has a copy for each of its runs; 1 is
    // that of the backward.
    uint32_t runs = forwardRuns(task.stage, task.microbatch);
    if (share.again == 0 && runs > 1)
      share.again = uint8_t(runs);
  }
  if (share.term >= 0)
    share.term = int32_t(group.coordinates[share.term]);
  return buffer(operand.slot, operand.index, int32_t(task.stage),
                int32_t(task.microbatch), share);
}

/// Owners are slices of members; what is the rank's own is whole.
uint32_t RoleBuilder::sliceBuffer(const AttentionValue &value,
                                  const MemberSlices &slices,
                                  const ScheduledTask &task) {
  Operand operand =
      quantityOperand(*model.stages[task.stage].attention, value.quantity);
  Share share = value.share;
  uint32_t slice = task.microbatch;
  if (share.owner >= 0) {
    uint32_t member = uint32_t(share.owner) / context.strategy.slices;
    slice = slice - slice % context.strategy.slices +
            uint32_t(share.owner) % context.strategy.slices;
    share.owner = int32_t(slices.group->coordinates[member]);
    if (share.term >= 0)
      share.term = int32_t(slices.group->coordinates[share.term]);
    else if (member == slices.member)
      share = {};
    else // keys and values
      share.again = uint8_t(gathered.at({task.stage, slice}) - 1);
  }
  return buffer(operand.slot, operand.index, int32_t(task.stage),
                int32_t(slice), share);
}

template <typename BufferOf>
void RoleBuilder::addSteps(const std::vector<AttentionStep> &steps,
                           const SequenceGroup &group,
                           const ScheduledTask &task, BufferOf bufferOf) {
  const Attention &attention = *model.stages[task.stage].attention;
  uint32_t firstSend = numSends;
  for (const AttentionStep &step : steps) {
    Instruction made =
        instruction(step.op, int32_t(task.stage), int32_t(task.microbatch));
    for (const AttentionValue &value : step.values)
      made.buffers.push_back(bufferOf(value));
    switch (step.op) {
    case Op::Send:
      ++numSends;
      [[fallthrough]];
    case Op::Recv:
      made.peer = peerOf(context.rank, group.coordinates[step.peer]);
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

void RoleBuilder::addAttention(const ScheduledTask &task, bool isBackward) {
  const Attention &attention = *model.stages[task.stage].attention;
  if (context.strategy.slices > 1)
    return addSlicedAttention(task, isBackward);
  MemberProgram program = context.groups->program(
      context.coordinate, task.microbatch, attention, isBackward);
  if (!program.steps)
    return addEmptyAttention(task, isBackward);
  addSteps(*program.steps, *program.group, task,
           [&](const AttentionValue &value) {
             return shareBuffer(value, *program.group, task);
           });
}

/// Keys and values are gathered before the first queries that may see them, and
/// their gradients exchanged after the last ones: those of the slice itself, or
/// without a mask those of the first slice.
void RoleBuilder::addSlicedAttention(const ScheduledTask &task,
                                     bool isBackward) {
  const Attention &attention = *model.stages[task.stage].attention;
  uint32_t slice = task.microbatch % context.strategy.slices;
  uint32_t first = task.microbatch - slice;
  MemberSlices slices = context.groups->slicePrograms(
      context.coordinate, first / context.strategy.slices, attention);
  auto add = [&](const AttentionProgram &program, uint32_t of) {
    ScheduledTask part = {task.kind, task.stage, first + of};
    addSteps(program[slices.member * context.strategy.slices + of],
             *slices.group, part, [&](const AttentionValue &value) {
               return sliceBuffer(value, slices, part);
             });
  };
  for (uint32_t key = 0; key < context.strategy.slices; ++key) {
    if (attention.causal && key > slice)
      break;
    uint32_t runs = forwardRuns(task.stage - 1, first + key);
    // Once for the forward, and once for what is computed again.
    uint32_t &known = gathered[{task.stage, first + key}];
    if (known > 0 && (known > 1 || runs == 1))
      continue;
    known = runs;
    add(slices.programs->gather, key);
  }
  if (!isBackward)
    return add(slices.programs->forward, slice);
  add(slices.programs->backward, slice);
  if (attention.causal)
    return add(slices.programs->exchange, slice);
  for (uint32_t key = context.strategy.slices; slice == 0 && key-- > 0;)
    add(slices.programs->exchange, key);
}

/// Of a coordinate that has no sequences in this microbatch.
void RoleBuilder::addEmptyAttention(const ScheduledTask &task,
                                    bool isBackward) {
  static const SequenceGroup nobody;
  std::vector<Quantity> results = {Quantity::Output};
  if (isBackward)
    results = {Quantity::QueryGradient, Quantity::KeyGradient,
               Quantity::ValueGradient};
  Instruction zero =
      instruction(Op::Zero, int32_t(task.stage), int32_t(task.microbatch));
  for (Quantity quantity : results)
    zero.buffers.push_back(shareBuffer({quantity, {}}, nobody, task));
  role.body.push_back(std::move(zero));
}
