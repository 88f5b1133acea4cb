//===- Names.cpp - Names of slots, tasks and instructions -----------------===//

#include "hocket/Plan/Plan.h"

using namespace hocket;

const char *plan::name(Slot slot) {
  switch (slot) {
  case Slot::Parameter:
    return "parameter";
  case Slot::Gradient:
    return "gradient";
  case Slot::State:
    return "state";
  case Slot::Batch:
    return "batch";
  case Slot::Input:
    return "input";
  case Slot::Output:
    return "output";
  case Slot::InputGradient:
    return "input_gradient";
  case Slot::OutputGradient:
    return "output_gradient";
  case Slot::Residual:
    return "residual";
  case Slot::Attended:
    return "attended";
  case Slot::AttendedGradient:
    return "attended_gradient";
  case Slot::Loss:
    return "loss";
  case Slot::Weight:
    return "weight";
  case Slot::Step:
    return "step";
  }
  return "unknown";
}

const char *plan::name(TaskKind kind) {
  switch (kind) {
  case TaskKind::F:
    return "F";
  case TaskKind::Bi:
    return "Bi";
  case TaskKind::W:
    return "W";
  case TaskKind::B:
    return "B";
  case TaskKind::R:
    return "R";
  case TaskKind::Update:
    return "Update";
  }
  return "unknown";
}

const char *plan::name(Op op) {
  switch (op) {
  case Op::Kernel:
    return "Kernel";
  case Op::Zero:
    return "Zero";
  case Op::LoadBatch:
    return "LoadBatch";
  case Op::Send:
    return "Send";
  case Op::Recv:
    return "Recv";
  case Op::WaitSend:
    return "WaitSend";
  case Op::AllReduce:
    return "AllReduce";
  case Op::Attend:
    return "Attend";
  case Op::CopyHeads:
    return "CopyHeads";
  case Op::Offload:
    return "Offload";
  case Op::Fetch:
    return "Fetch";
  case Op::WaitCopy:
    return "WaitCopy";
  case Op::Add:
    return "Add";
  }
  return "unknown";
}

std::string plan::Strategy::describe(uint32_t slice) const {
  if (slices <= 1)
    return "microbatch " + std::to_string(slice);
  return "slice " + std::to_string(slice % slices) + " of microbatch " +
         std::to_string(slice / slices);
}

const plan::TaskTemplate *plan::Stage::templateOf(TaskKind kind) const {
  const TaskTemplate *own = find(kind);
  return own || kind != TaskKind::R ? own : find(TaskKind::F);
}

const plan::TaskTemplate *plan::Stage::find(TaskKind kind) const {
  for (const TaskTemplate &task : tasks)
    if (task.kind == kind)
      return &task;
  return nullptr;
}
