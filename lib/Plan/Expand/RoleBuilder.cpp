//===- RoleBuilder.cpp - The body of one pipeline rank --------------------===//

#include "RoleBuilder.h"

#include "Offload.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Shares.h"
#include "hocket/Plan/Work.h"

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::plan;

/// Whether a forward, or the attention before it, gives the value: it does so
/// each time it runs.
static bool isOfForward(Slot slot) {
  return slot == Slot::Output || slot == Slot::Residual ||
         slot == Slot::Attended;
}

/// How much later than a message is received its sender waits for that, in the
/// time of playTasks(), where a backward takes 2: ranks that are not exactly in
/// step do not stop each other, at the price of another activation.
static constexpr double kSlack = 2;

RoleBuilder::RoleBuilder(const RoleContext &context)
    : context(context), model(context.model), receives(context.tasks.size()),
      sends(context.tasks.size()) {
  role.name = context.name;
  role.stages = context.stages;
  for (const Message *message : context.messages)
    if (message->to == context.rank)
      receives[message->receivedBefore].push_back(message);
    else
      sends[message->sentAfter].push_back(message);
}

int32_t RoleBuilder::peerOf(uint32_t rank, uint32_t coordinate) const {
  auto found = std::lower_bound(context.peers.begin(), context.peers.end(),
                                rank * context.replicas + coordinate);
  return int32_t(found - context.peers.begin());
}

std::string RoleBuilder::bufferName(Slot slot, uint32_t index, int32_t stage,
                                    int32_t microbatch,
                                    const Share &share) const {
  std::string text = name(slot);
  if (slot == Slot::Parameter || slot == Slot::Gradient) {
    text += "." + model.parameters[index].name;
  } else if (slot == Slot::State) {
    uint32_t states = model.statesPerParameter;
    text += "." + model.parameters[index / states].name + "." +
            model.stateNames[index % states];
  } else if (slot == Slot::Batch) {
    text += "." + model.batch[index].name;
  } else if (isPerMicrobatch(slot)) {
    text += std::to_string(index);
  }
  if (stage >= 0 && role.stages.size() > 1)
    text += ".s" + std::to_string(stage);
  if (microbatch >= 0) {
    text +=
        ".mb" + std::to_string(uint32_t(microbatch) / context.strategy.slices);
    if (context.strategy.slices > 1)
      text += ".slice" +
              std::to_string(uint32_t(microbatch) % context.strategy.slices);
  }
  if (share.owner >= 0)
    text += ".of" + std::to_string(share.owner) + ".heads" +
            std::to_string(share.firstHead) + "to" +
            std::to_string(share.firstHead + share.numHeads);
  if (share.term != Share::kSum)
    text += share.term == Share::kTotal ? ".total"
                                        : ".by" + std::to_string(share.term);
  if (share.again > 0)
    text += ".again";
  return share.again > 1 ? text + std::to_string(share.again) : text;
}

uint32_t RoleBuilder::buffer(Slot slot, uint32_t index, int32_t stage,
                             int32_t microbatch, Share share) {
  bool isWhole = share == Share();
  if (slot == Slot::Input && isWhole) {
    auto before = context.itinerary.before(uint32_t(stage), microbatch);
    if (isHere(before)) {
      slot = Slot::Output;
      stage = int32_t(before->stage);
    }
  } else if (slot == Slot::OutputGradient && isWhole) {
    auto after = context.itinerary.after(uint32_t(stage), microbatch);
    if (isHere(after)) {
      slot = Slot::InputGradient;
      stage = int32_t(after->stage);
    }
  }
  if (!isPerStage(slot))
    stage = -1;
  if (!isPerMicrobatch(slot))
    microbatch = -1;
  if (isWhole && isOfForward(slot))
    share.again = uint8_t(
        std::max(forwardRuns(uint32_t(stage), uint32_t(microbatch)), 1u) - 1);
  auto [found, isNew] =
      bufferOf.try_emplace(std::tuple(slot, index, stage, microbatch, share),
                           uint32_t(role.buffers.size()));
  if (!isNew)
    return found->second;
  Buffer made;
  made.name = bufferName(slot, index, stage, microbatch, share);
  made.binding = {slot, index, Access::Read};
  made.type = shareType(
      *typeOf(model, model.stages[std::max(stage, 0)], made.binding), share);
  made.share = share;
  made.stage = stage;
  made.microbatch = microbatch;
  made.bytes = bytesOf(made);
  role.buffers.push_back(std::move(made));
  return found->second;
}

const MicrobatchShape &RoleBuilder::shapeOf(const Buffer &made) const {
  uint32_t owner = ownerOf(made, context.coordinate);
  return (*context.allShapes)[size_t(owner) * context.shapes.size() +
                              made.microbatch];
}

int64_t RoleBuilder::bytesOf(const Buffer &made) {
  if (made.share.owner >= 0)
    return made.type.bytes().evaluate(shapeOf(made).symbols());
  auto [size, isNew] =
      sizeOf.try_emplace({made.binding.slot, made.binding.index, made.stage});
  if (isNew)
    size->second = made.type.bytes();
  if (made.microbatch < 0)
    return size->second.evaluate({0, 0});
  int64_t most = 0;
  for (const Symbols &symbols : context.shapes[made.microbatch])
    most = std::max(most, size->second.evaluate(symbols));
  return most;
}

Instruction RoleBuilder::instruction(Op op, int32_t stage,
                                     int32_t microbatch) const {
  Instruction made;
  made.op = op;
  // With a single stage everything belongs to it.
  made.stage = role.stages.size() == 1 ? int32_t(role.stages[0]) : stage;
  made.microbatch = microbatch;
  return made;
}

void RoleBuilder::addPersistentBuffers() {
  Instruction zero = instruction(Op::Zero);
  for (uint32_t parameter : context.parameters)
    buffer(Slot::Parameter, parameter);
  for (uint32_t parameter : context.gradients)
    zero.buffers.push_back(buffer(Slot::Gradient, parameter));
  if (!model.updates.empty())
    for (uint32_t parameter : context.parameters)
      for (uint32_t i = 0; i < model.statesPerParameter; ++i)
        buffer(Slot::State, parameter * model.statesPerParameter + i);
  for (Slot slot : {Slot::Loss, Slot::Weight})
    if (context.boundSlots.count(slot))
      zero.buffers.push_back(buffer(slot, 0));
  if (context.boundSlots.count(Slot::Step))
    buffer(Slot::Step, 0);
  if (!zero.buffers.empty())
    role.body.push_back(std::move(zero));
}

void RoleBuilder::loadBatch(const ScheduledTask &task,
                            const TaskTemplate &kernel) {
  int32_t microbatch = int32_t(task.microbatch);
  for (const Operand &operand : kernel.operands) {
    if (operand.slot != Slot::Batch ||
        bufferOf.count({Slot::Batch, operand.index, -1, microbatch, Share()}))
      continue;
    Instruction load =
        instruction(Op::LoadBatch, int32_t(task.stage), microbatch);
    load.index = operand.index;
    load.buffers = {buffer(Slot::Batch, operand.index, -1, microbatch)};
    role.body.push_back(std::move(load));
  }
}

void RoleBuilder::receive(const Message &message) {
  int32_t stage = int32_t(message.receivedStage);
  int32_t microbatch = int32_t(message.microbatch);
  Instruction recv = instruction(Op::Recv, stage, microbatch);
  recv.peer = peerOf(message.from);
  recv.buffers = {
      buffer(message.receivedSlot(), message.index, stage, microbatch)};
  role.body.push_back(std::move(recv));
}

void RoleBuilder::send(const Message &message) {
  int32_t stage = int32_t(message.stage);
  int32_t microbatch = int32_t(message.microbatch);
  Instruction post = instruction(Op::Send, stage, microbatch);
  post.peer = peerOf(message.to);
  post.buffers = {buffer(message.slot, message.index, stage, microbatch)};
  role.body.push_back(std::move(post));
  outstanding.push_back({numSends++, message.receivedAt});
}

void RoleBuilder::waitForSends(double time) {
  std::vector<Outstanding> left;
  for (const Outstanding &sent : outstanding) {
    if (sent.receivedAt >= time) {
      left.push_back(sent);
      continue;
    }
    Instruction wait = instruction(Op::WaitSend);
    wait.index = sent.number;
    role.body.push_back(std::move(wait));
  }
  outstanding = std::move(left);
}

void RoleBuilder::addTask(size_t position) {
  const ScheduledTask &task = context.tasks[position];
  const TaskTemplate &kernel = *model.stages[task.stage].templateOf(task.kind);
  int32_t stage = int32_t(task.stage), microbatch = int32_t(task.microbatch);
  bool isForward = task.kind == TaskKind::F || task.kind == TaskKind::R;
  if (isForward)
    ++forwards[{task.stage, task.microbatch}];
  loadBatch(task, kernel);
  for (const Message *message : receives[position])
    receive(*message);
  const Stage &begun = model.stages[task.stage];
  auto meet = [&](bool isBackward) {
    if (begun.attention)
      addAttention(task, isBackward);
    else if (begun.gather)
      addGather(task, isBackward);
  };
  if (isForward)
    meet(/*isBackward=*/false);

  Instruction run = instruction(Op::Kernel, stage, microbatch);
  run.kind = task.kind;
  run.kernel = kernel.kernel;
  for (const Operand &operand : kernel.operands)
    run.buffers.push_back(
        buffer(operand.slot, operand.index, stage, microbatch));
  role.body.push_back(std::move(run));
  if (writesAttendedGradient(kernel))
    meet(/*isBackward=*/true);
  // Nobody can wait forever here: in the run that playTasks() tells of, the
  // receiver had what it waits for by now, and what can go on in one run can go
  // on in all.
  waitForSends(context.spans[position].end - kSlack);
  for (const Message *message : sends[position])
    send(*message);
}

void RoleBuilder::addReductions() {
  for (const GradientGroup &group : context.gradientGroups) {
    Instruction reduce = instruction(Op::AllReduce);
    reduce.group = group.group;
    for (uint32_t parameter : group.parameters)
      reduce.buffers.push_back(buffer(Slot::Gradient, parameter));
    role.body.push_back(std::move(reduce));
  }
  Instruction reduce = instruction(Op::AllReduce);
  reduce.group = context.everyone;
  for (Slot slot : {Slot::Loss, Slot::Weight})
    if (bufferOf.count({slot, 0, -1, -1, Share()}))
      reduce.buffers.push_back(buffer(slot, 0));
  if (context.everyone >= 0 && !reduce.buffers.empty())
    role.body.push_back(std::move(reduce));
}

void RoleBuilder::addUpdates() {
  if (model.updates.empty())
    return;
  for (uint32_t parameter : context.parameters) {
    const TaskTemplate &update = model.updates[parameter];
    Instruction run = instruction(Op::Kernel);
    run.kind = TaskKind::Update;
    run.kernel = update.kernel;
    for (const Operand &operand : update.operands)
      run.buffers.push_back(buffer(operand.slot, operand.index));
    role.body.push_back(std::move(run));
  }
}

void RoleBuilder::sizeWorkspaces() {
  for (Instruction &run : role.body) {
    if (run.op != Op::Kernel && run.op != Op::Attend)
      continue;
    const SizeExpr &size = model.kernels[run.kernel].workspaceBytes;
    int64_t &bytes = run.workspace.bytes;
    if (run.op == Op::Attend) {
      bytes = size.evaluate(attendSymbols(
          role, run, [&](const Buffer &b) { return shapeOf(b).tokens; }));
      continue;
    }
    if (run.microbatch >= 0) {
      for (const Symbols &symbols : context.shapes[run.microbatch])
        bytes = std::max(bytes, size.evaluate(symbols));
      continue;
    }
    uint32_t parameter = 0;
    for (uint32_t buffer : run.buffers)
      if (role.buffers[buffer].binding.slot == Slot::Parameter)
        parameter = role.buffers[buffer].binding.index;
    bytes = size.evaluate(updateSymbols(model, parameter));
  }
}

Result<Role> RoleBuilder::build() {
  addPersistentBuffers();
  for (size_t i = 0; i < context.tasks.size(); ++i)
    addTask(i);
  addReductions();
  addUpdates();
  waitForSends(std::numeric_limits<double>::infinity());
  offloadActivations(role, context.strategy, context.pipelineStage);
  sizeWorkspaces();
  if (Result<void> placed = placeBuffers(role); !placed)
    return placed.error();
  return std::move(role);
}
