//===- RoleBuilder.cpp - The body of one pipeline stage -------------------===//

#include "RoleBuilder.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

RoleBuilder::RoleBuilder(const RoleContext &context)
    : context(context), model(context.model),
      stage(context.model.stages[context.stage]),
      gradientsReceived(context.microbatches) {
  role.name = stage.name;
  role.stage = int32_t(context.stage);
  int32_t numPeers = 0;
  if (context.stage > 0) {
    previous.peer = numPeers++;
    const Stage &before = model.stages[context.stage - 1];
    for (uint32_t k = 0; k < stage.inputs.size(); ++k)
      if (binds(stage, Slot::InputGradient, k) &&
          binds(before, Slot::OutputGradient, k))
        inputGradients.push_back(k);
  }
  if (context.stage + 1 < model.stages.size()) {
    next.peer = numPeers++;
    const Stage &after = model.stages[context.stage + 1];
    for (uint32_t k = 0; k < stage.outputs.size(); ++k)
      if (binds(stage, Slot::OutputGradient, k) &&
          binds(after, Slot::InputGradient, k))
        outputGradients.push_back(k);
  }
}

bool RoleBuilder::binds(const Stage &stage, Slot slot, uint32_t index) {
  for (const TaskTemplate &task : stage.tasks)
    for (const Operand &operand : task.operands)
      if (operand.slot == slot && operand.index == index)
        return true;
  return false;
}

bool RoleBuilder::modelBinds(Slot slot) const {
  auto bindsSlot = [&](const TaskTemplate &task) {
    return std::any_of(
        task.operands.begin(), task.operands.end(),
        [&](const Operand &operand) { return operand.slot == slot; });
  };
  return std::any_of(model.stages.begin(), model.stages.end(),
                     [&](const Stage &stage) {
                       return std::any_of(stage.tasks.begin(),
                                          stage.tasks.end(), bindsSlot);
                     }) ||
         std::any_of(model.updates.begin(), model.updates.end(), bindsSlot);
}

std::string RoleBuilder::bufferName(Slot slot, uint32_t index,
                                    int32_t microbatch) const {
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
  if (microbatch >= 0)
    text += ".mb" + std::to_string(microbatch);
  return text;
}

uint32_t RoleBuilder::buffer(Slot slot, uint32_t index, int32_t microbatch) {
  auto [found, isNew] = bufferOf.try_emplace(
      std::tuple(slot, index, microbatch), uint32_t(role.buffers.size()));
  if (!isNew)
    return found->second;
  Buffer made;
  made.name = bufferName(slot, index, microbatch);
  made.binding = {slot, index, Access::Read};
  made.type = *typeOf(model, stage, made.binding);
  made.microbatch = microbatch;
  auto [bytes, isNewValue] = bytesOf.try_emplace({slot, index});
  if (isNewValue)
    bytes->second = made.type.bytes();
  if (microbatch < 0)
    made.bytes = bytes->second.evaluate({0, 0});
  else
    for (const Symbols &symbols : context.shapes[microbatch])
      made.bytes = std::max(made.bytes, bytes->second.evaluate(symbols));
  role.buffers.push_back(std::move(made));
  return found->second;
}

Instruction RoleBuilder::instruction(Op op, int32_t microbatch) const {
  Instruction made;
  made.op = op;
  made.stage = role.stage;
  made.microbatch = microbatch;
  return made;
}

void RoleBuilder::addPersistentBuffers() {
  std::vector<uint32_t> held = heldParameters(model, context.stage);
  Instruction zero = instruction(Op::Zero, -1);
  for (uint32_t parameter : held)
    buffer(Slot::Parameter, parameter, -1);
  for (uint32_t parameter : context.gradients)
    zero.buffers.push_back(buffer(Slot::Gradient, parameter, -1));
  if (!model.updates.empty())
    for (uint32_t parameter : held)
      for (uint32_t i = 0; i < model.statesPerParameter; ++i)
        buffer(Slot::State, parameter * model.statesPerParameter + i, -1);
  for (Slot slot : {Slot::Loss, Slot::Weight})
    if (modelBinds(slot))
      zero.buffers.push_back(buffer(slot, 0, -1));
  if (modelBinds(Slot::Step))
    buffer(Slot::Step, 0, -1);
  if (!zero.buffers.empty())
    role.body.push_back(std::move(zero));
}

void RoleBuilder::receive(Slot slot, uint32_t index, int32_t microbatch,
                          const Channel &from) {
  Instruction recv = instruction(Op::Recv, microbatch);
  recv.peer = from.peer;
  recv.buffers = {buffer(slot, index, microbatch)};
  role.body.push_back(std::move(recv));
}

void RoleBuilder::waitForSends(Channel &channel) {
  for (uint32_t index : channel.outstanding) {
    Instruction wait = instruction(Op::WaitSend, -1);
    wait.index = index;
    role.body.push_back(std::move(wait));
  }
  channel.outstanding.clear();
}

void RoleBuilder::send(Slot slot, const std::vector<uint32_t> &indices,
                       int32_t microbatch, Channel &channel) {
  // All values of a task are posted together: waiting between them could
  // deadlock with a neighbour that does the same in the other direction.
  if (!indices.empty())
    waitForSends(channel);
  for (uint32_t index : indices) {
    Instruction post = instruction(Op::Send, microbatch);
    post.peer = channel.peer;
    post.buffers = {buffer(slot, index, microbatch)};
    role.body.push_back(std::move(post));
    channel.outstanding.push_back(numSends++);
  }
}

Result<void> RoleBuilder::addTask(const ScheduledTask &task,
                                  const Schedule &schedule) {
  auto fail = [&](const std::string &what) {
    return Error(ErrorCode::InvalidArgument,
                 "schedule '" + std::string(schedule.name()) + "' gives rank " +
                     std::to_string(context.stage) + " of the pipeline task " +
                     name(task.kind) + " of stage " +
                     std::to_string(task.stage) + " and microbatch " +
                     std::to_string(task.microbatch) + ", " + what);
  };
  if (task.stage != context.stage)
    return fail("which belongs to another rank");
  if (task.microbatch >= context.microbatches)
    return fail("which is beyond the step's " +
                std::to_string(context.microbatches) + " microbatches");
  const TaskTemplate *found = stage.find(task.kind);
  if (!found) {
    // A model that is not trained has no backward tasks to run.
    bool hasBackward = std::any_of(
        stage.tasks.begin(), stage.tasks.end(),
        [](const TaskTemplate &other) { return other.kind != TaskKind::F; });
    if (task.kind != TaskKind::F && !hasBackward)
      return {};
    return fail("which the model does not have");
  }

  int32_t microbatch = int32_t(task.microbatch);
  for (const Operand &operand : found->operands) {
    if (operand.slot != Slot::Batch ||
        bufferOf.count({Slot::Batch, operand.index, microbatch}))
      continue;
    Instruction load = instruction(Op::LoadBatch, microbatch);
    load.index = operand.index;
    load.buffers = {buffer(Slot::Batch, operand.index, microbatch)};
    role.body.push_back(std::move(load));
  }
  if (task.kind == TaskKind::F) {
    for (uint32_t k = 0; k < stage.inputs.size(); ++k)
      receive(Slot::Input, k, microbatch, previous);
  } else if (!gradientsReceived[microbatch]) {
    gradientsReceived[microbatch] = true;
    for (uint32_t k : outputGradients)
      receive(Slot::OutputGradient, k, microbatch, next);
  }

  Instruction run = instruction(Op::Kernel, microbatch);
  run.kind = task.kind;
  run.kernel = found->kernel;
  std::vector<uint32_t> activations, gradients;
  for (const Operand &operand : found->operands) {
    bool mine = isPerMicrobatch(operand.slot);
    run.buffers.push_back(
        buffer(operand.slot, operand.index, mine ? microbatch : -1));
    if (operand.access == Access::Read)
      continue;
    if (operand.slot == Slot::Output)
      activations.push_back(operand.index);
    if (operand.slot == Slot::InputGradient &&
        std::binary_search(inputGradients.begin(), inputGradients.end(),
                           operand.index))
      gradients.push_back(operand.index);
  }
  role.body.push_back(std::move(run));
  std::sort(activations.begin(), activations.end());
  std::sort(gradients.begin(), gradients.end());
  send(Slot::Output, activations, microbatch, next);
  send(Slot::InputGradient, gradients, microbatch, previous);
  return {};
}

void RoleBuilder::addReductions() {
  for (const GradientGroup &group : context.gradientGroups) {
    Instruction reduce = instruction(Op::AllReduce, -1);
    reduce.group = group.group;
    for (uint32_t parameter : group.parameters)
      reduce.buffers.push_back(buffer(Slot::Gradient, parameter, -1));
    role.body.push_back(std::move(reduce));
  }
  Instruction reduce = instruction(Op::AllReduce, -1);
  reduce.group = context.everyone;
  for (Slot slot : {Slot::Loss, Slot::Weight})
    if (bufferOf.count({slot, 0, -1}))
      reduce.buffers.push_back(buffer(slot, 0, -1));
  if (context.everyone >= 0 && !reduce.buffers.empty())
    role.body.push_back(std::move(reduce));
}

void RoleBuilder::addUpdates() {
  if (model.updates.empty())
    return;
  for (uint32_t parameter : heldParameters(model, context.stage)) {
    const TaskTemplate &update = model.updates[parameter];
    Instruction run = instruction(Op::Kernel, -1);
    run.kind = TaskKind::Update;
    run.kernel = update.kernel;
    for (const Operand &operand : update.operands)
      run.buffers.push_back(buffer(operand.slot, operand.index, -1));
    role.body.push_back(std::move(run));
  }
}

Result<Role> RoleBuilder::build(const std::vector<ScheduledTask> &order,
                                const Schedule &schedule) {
  addPersistentBuffers();
  for (const ScheduledTask &task : order)
    if (Result<void> added = addTask(task, schedule); !added)
      return added.error();
  addReductions();
  addUpdates();
  waitForSends(next);
  waitForSends(previous);

  int64_t workspaceBytes = 0;
  for (const Instruction &run : role.body) {
    if (run.op != Op::Kernel)
      continue;
    const SizeExpr &size = model.kernels[run.kernel].workspaceBytes;
    if (run.microbatch >= 0) {
      for (const Symbols &symbols : context.shapes[run.microbatch])
        workspaceBytes = std::max(workspaceBytes, size.evaluate(symbols));
      continue;
    }
    uint32_t parameter = 0;
    for (uint32_t buffer : run.buffers)
      if (role.buffers[buffer].binding.slot == Slot::Parameter)
        parameter = role.buffers[buffer].binding.index;
    workspaceBytes = std::max(workspaceBytes,
                              size.evaluate(updateSymbols(model, parameter)));
  }
  if (Result<void> placed = placeBuffers(role, workspaceBytes); !placed)
    return placed.error();
  return std::move(role);
}
