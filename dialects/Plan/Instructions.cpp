//===- Instructions.cpp - What a rank executes ----------------------------===//

#include "hocket/Dialects/Plan.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

/// What all instructions have.
template <typename OpT>
static plan::Instruction common(OpT op, plan::Op kind, const Numbering &numbers,
                                ValueRange buffers) {
  plan::Instruction instruction;
  instruction.op = kind;
  instruction.stage =
      op.getStageAttr() ? int32_t(op.getStageAttr().getInt()) : numbers.stage;
  if (std::optional<uint32_t> microbatch = op.getMicrobatch())
    instruction.microbatch = *microbatch;
  for (Value buffer : buffers)
    instruction.buffers.push_back(numbers.buffers.at(buffer));
  return instruction;
}

plan::Instruction TaskOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::Kernel, numbers, getBuffers());
  instruction.kind = static_cast<plan::TaskKind>(getKind());
  instruction.workspace = {int64_t(getWorkspaceBytes()),
                           int64_t(getWorkspaceOffset())};
  instruction.kernel = numbers.kernels.at(getKernelAttr().getAttr());
  return instruction;
}

plan::Instruction ZeroOp::getInstruction(const Numbering &numbers) {
  return common(*this, plan::Op::Zero, numbers, getBuffers());
}

plan::Instruction LoadBatchOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::LoadBatch, numbers, getBuffer());
  instruction.index = getInput();
  return instruction;
}

plan::Instruction SendOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::Send, numbers, getBuffer());
  instruction.peer = getPeer();
  return instruction;
}

plan::Instruction RecvOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::Recv, numbers, getBuffer());
  instruction.peer = getPeer();
  return instruction;
}

plan::Instruction WaitSendOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::WaitSend, numbers, {});
  instruction.index = numbers.sends.at(getSent());
  return instruction;
}

plan::Instruction AllReduceOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::AllReduce, numbers, getBuffers());
  instruction.group = getGroup();
  return instruction;
}

plan::Instruction AttendOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::Attend, numbers, getBuffers());
  instruction.kernel = numbers.kernels.at(getKernelAttr().getAttr());
  instruction.index = getTable().value_or(plan::kNoTable);
  instruction.workspace = {int64_t(getWorkspaceBytes()),
                           int64_t(getWorkspaceOffset())};
  return instruction;
}

plan::Instruction CopyHeadsOp::getInstruction(const Numbering &numbers) {
  return common(*this, plan::Op::CopyHeads, numbers, {getTo(), getFrom()});
}

plan::Instruction AddOp::getInstruction(const Numbering &numbers) {
  return common(*this, plan::Op::Add, numbers, {getSum(), getTerm()});
}

plan::Instruction OffloadOp::getInstruction(const Numbering &numbers) {
  return common(*this, plan::Op::Offload, numbers, {getTo(), getFrom()});
}

plan::Instruction FetchOp::getInstruction(const Numbering &numbers) {
  return common(*this, plan::Op::Fetch, numbers, {getTo(), getFrom()});
}

plan::Instruction WaitCopyOp::getInstruction(const Numbering &numbers) {
  plan::Instruction instruction =
      common(*this, plan::Op::WaitCopy, numbers, {});
  instruction.index = numbers.copies.at(getCopied());
  return instruction;
}

std::optional<uint32_t> SendOp::getPeerIndex() { return getPeer(); }
std::optional<uint32_t> RecvOp::getPeerIndex() { return getPeer(); }
std::optional<uint32_t> AttendOp::getTableIndex() { return getTable(); }
std::optional<uint32_t> AllReduceOp::getGroupIndex() { return getGroup(); }

void SendOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getSent(), "sent");
}

void OffloadOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getCopied(), "copied");
}

void FetchOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getCopied(), "copied");
}

/// The buffer's own name, as far as SSA names allow its characters.
void BufferOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  std::string name = getName().value_or("").str();
  for (char &character : name)
    if (!llvm::isAlnum(character))
      character = '_';
  // A number would be taken for that of a value without a name.
  if (name.empty() || llvm::isDigit(name.front()))
    name = "b" + name;
  setName(getBuffer(), name);
}
