//===- CheckDataflow.cpp - P3: written before read, by the right one ------===//
//
// Follows every buffer of a role through the body. Values of a microbatch are
// written once and then read. Accumulators are zeroed, added to, summed over
// their ranks where there are several, and only then read. Parameters are read
// until they are updated.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include "hocket/Plan/Shares.h"

#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

enum class State : uint8_t { Unwritten, Zeroed, Written, Reduced, Consumed };

bool isAccumulator(Slot slot) {
  return slot == Slot::Gradient || slot == Slot::Loss || slot == Slot::Weight;
}

/// What an attention and its gradient give, which may be the sum of terms.
bool isAttentionResult(Slot slot) {
  return slot == Slot::Attended || slot == Slot::InputGradient;
}

class DataflowChecker {
public:
  DataflowChecker(const CheckContext &context, uint32_t index)
      : context(context), index(index), role(context.plan.roles[index]),
        buffers(role.buffers.size()) {}

  Found run();

private:
  struct Life {
    State state = State::Unwritten;
    int32_t lastWrite = -1; // instruction
    int32_t pendingSend = -1;
    uint32_t pendingSends = 0;
    int32_t pendingCopy = -1; // into it, or out of it
    uint32_t copiedHeads = 0; // of CopyHeads into the whole value
    bool isReduced = false;   // by some AllReduce of the body
  };

  bool holds(const Buffer &buffer, const Operand &operand,
             const Instruction &instruction) const;
  Found check(uint32_t i);
  Found checkKernel(uint32_t i);
  Found checkAttend(uint32_t i);
  Found checkCopyHeads(uint32_t i);
  Found checkCopy(uint32_t i);
  Found checkWaitCopy(uint32_t i);
  Found checkHeads(uint32_t i, bool isWithinFirst);
  Found read(uint32_t i, uint32_t buffer);
  Found write(uint32_t i, uint32_t buffer);
  Found accumulate(uint32_t i, uint32_t buffer, State after);

  Found fail(std::string message, uint32_t i, uint32_t buffer,
             int32_t other = -1) {
    std::vector<Culprit> culprits = {context.at(index, i, buffer)};
    if (other >= 0)
      culprits.push_back(context.at(index, other, buffer));
    return context.violation("P3", std::move(message), std::move(culprits));
  }

  const CheckContext &context;
  uint32_t index;
  const Role &role;
  std::vector<Life> buffers;
  std::vector<uint32_t> sends; // instructions, in order
  std::vector<int32_t> copies; // the same; -1 once they have been waited for
};

/// Whether `buffer` is what `operand` of a task is bound to. A stage on the
/// same rank as the one before or after it reads what that one wrote. Shares
/// are of other tokens or of some heads, and tasks have all of their own.
bool DataflowChecker::holds(const Buffer &buffer, const Operand &operand,
                            const Instruction &instruction) const {
  int32_t stage = instruction.stage, microbatch = instruction.microbatch;
  if (buffer.binding.index != operand.index || buffer.share.owner >= 0)
    return false;
  if (buffer.binding.slot == operand.slot)
    return !isPerStage(operand.slot) || buffer.stage == stage;
  if (operand.slot == Slot::Input)
    return buffer.binding.slot == Slot::Output &&
           buffer.stage == context.stageBefore(stage, microbatch);
  return operand.slot == Slot::OutputGradient &&
         buffer.binding.slot == Slot::InputGradient &&
         buffer.stage == context.stageAfter(stage, microbatch);
}

Found DataflowChecker::read(uint32_t i, uint32_t buffer) {
  Life &life = buffers[buffer];
  const Operand &binding = role.buffers[buffer].binding;
  bool update = role.body[i].kind == TaskKind::Update;
  if (life.state == State::Unwritten)
    return fail("a buffer is read before it is written", i, buffer);
  if (life.pendingCopy >= 0 && life.lastWrite == life.pendingCopy)
    return fail("a buffer is read while it is being copied into", i, buffer,
                life.pendingCopy);
  if (isAccumulator(binding.slot)) {
    if (life.isReduced && life.state != State::Reduced &&
        life.state != State::Consumed)
      return fail("a sum is read before it is complete", i, buffer);
    life.state = State::Consumed;
    life.lastWrite = int32_t(i);
  }
  if (binding.slot == Slot::Parameter && !update &&
      life.state == State::Consumed)
    return fail("a parameter is read after its update", i, buffer,
                life.lastWrite);
  return std::nullopt;
}

Found DataflowChecker::write(uint32_t i, uint32_t buffer) {
  Life &life = buffers[buffer];
  if (life.pendingSend >= 0)
    return fail("a buffer is written while it is being sent", i, buffer,
                life.pendingSend);
  if (life.state != State::Unwritten)
    return fail("a value is overwritten", i, buffer, life.lastWrite);
  life.state = State::Written;
  life.lastWrite = int32_t(i);
  return std::nullopt;
}

/// A copy to or from the host is of one value. Until somebody has waited for
/// it, what it writes is not read, and neither side is written.
Found DataflowChecker::checkCopy(uint32_t i) {
  const Instruction &copy = role.body[i];
  uint32_t to = copy.buffers[0], from = copy.buffers[1];
  auto value = [](const Buffer &buffer) {
    Share share = buffer.share;
    share.again = 0;
    return std::tuple(buffer.binding.slot, buffer.binding.index, buffer.stage,
                      buffer.microbatch, share);
  };
  if (value(role.buffers[to]) != value(role.buffers[from]) ||
      role.buffers[to].microbatch != copy.microbatch)
    return fail("a value is copied into the buffer of another one", i, to);
  if (Found found = read(i, from))
    return found;
  if (Found found = write(i, to))
    return found;
  buffers[to].pendingCopy = int32_t(i);
  // Nobody else copies it: values are offloaded and fetched once.
  if (buffers[from].pendingCopy >= 0)
    return fail("a buffer is copied twice at the same time", i, from,
                buffers[from].pendingCopy);
  buffers[from].pendingCopy = int32_t(i);
  copies.push_back(int32_t(i));
  return std::nullopt;
}

Found DataflowChecker::checkWaitCopy(uint32_t i) {
  uint32_t number = role.body[i].index;
  if (number >= copies.size() || copies[number] < 0)
    return context.violation("P3",
                             number < copies.size()
                                 ? "a copy is waited for twice"
                                 : "a copy is waited for before it is posted",
                             {context.at(index, i)});
  for (uint32_t buffer : role.body[copies[number]].buffers)
    buffers[buffer].pendingCopy = -1;
  copies[number] = -1;
  return std::nullopt;
}

/// Adds to an accumulator, or updates a parameter or a state.
Found DataflowChecker::accumulate(uint32_t i, uint32_t buffer, State after) {
  Life &life = buffers[buffer];
  if (life.state == State::Unwritten)
    return fail("a buffer is added to before it is zeroed", i, buffer);
  if (life.state == State::Reduced || life.state == State::Consumed)
    return fail("a value is changed after it was summed, read or updated", i,
                buffer, life.lastWrite);
  if (life.pendingSend >= 0)
    return fail("a buffer is written while it is being sent", i, buffer,
                life.pendingSend);
  if (life.pendingCopy >= 0)
    return fail("a buffer is written while it is being copied", i, buffer,
                life.pendingCopy);
  life.state = after;
  life.lastWrite = int32_t(i);
  return std::nullopt;
}

Found DataflowChecker::checkKernel(uint32_t i) {
  const Instruction &instruction = role.body[i];
  const TaskTemplate &task = *context.templateOf(role, instruction);
  for (size_t k = 0; k < task.operands.size(); ++k) {
    const Operand &operand = task.operands[k];
    uint32_t number = instruction.buffers[k];
    const Buffer &buffer = role.buffers[number];
    if (!holds(buffer, operand, instruction))
      return fail("operand #" + std::to_string(k) + " must be " +
                      name(operand.slot) + " #" + std::to_string(operand.index),
                  i, number);
    if (buffer.microbatch >= 0 && buffer.microbatch != instruction.microbatch)
      return fail("a task of " +
                      context.plan.strategy.describe(instruction.microbatch) +
                      " touches a buffer of " +
                      context.plan.strategy.describe(buffer.microbatch),
                  i, number);
  }
  for (size_t k = 0; k < task.operands.size(); ++k)
    if (task.operands[k].access == Access::Read)
      if (Found found = read(i, instruction.buffers[k]))
        return found;
  bool update = instruction.kind == TaskKind::Update;
  for (size_t k = 0; k < task.operands.size(); ++k) {
    uint32_t number = instruction.buffers[k];
    Found found;
    if (task.operands[k].access == Access::ReadWrite)
      found = accumulate(i, number, update ? State::Consumed : State::Written);
    else if (task.operands[k].access == Access::Write)
      found = write(i, number);
    if (found)
      return found;
  }
  return std::nullopt;
}

/// A table says what the kernel initialises: that is written, else added to.
Found DataflowChecker::checkAttend(uint32_t i) {
  const Instruction &attend = role.body[i];
  const Attention &attention = *context.model.stages[attend.stage].attention;
  bool isPart = attend.kernel == attention.part;
  bool isMerge = !isPart && attend.kernel == attention.merge;
  bool isDelta = !isPart && !isMerge && attend.kernel == attention.delta;
  int32_t initialise =
      attend.index == kNoTable ? 0 : role.tables[attend.index][1];
  // The first result and, of several, whether each is written.
  size_t firstResult = isPart ? 3 : isMerge ? 0 : isDelta ? 2 : 6;
  size_t endResult = isMerge ? 2 : attend.buffers.size();
  auto isWritten = [&](size_t k) {
    if (isPart)
      return initialise != 0;
    return isDelta || (!isMerge && (initialise & (k == 6 ? 1 : 2)) != 0);
  };
  for (size_t k = 0; k < attend.buffers.size(); ++k)
    if (k < firstResult || k >= endResult)
      if (Found found = read(i, attend.buffers[k]))
        return found;
  for (size_t k = firstResult; k < endResult; ++k) {
    uint32_t buffer = attend.buffers[k];
    if (Found found = isWritten(k) ? write(i, buffer)
                                   : accumulate(i, buffer, State::Written))
      return found;
  }
  return std::nullopt;
}

/// Both buffers of a CopyHeads or an Add hold the same value of the same
/// tokens, and the heads of the first or of the second are among those of the
/// other.
Found DataflowChecker::checkHeads(uint32_t i, bool isWithinFirst) {
  const Instruction &instruction = role.body[i];
  const Buffer &first = role.buffers[instruction.buffers[0]];
  const Buffer &second = role.buffers[instruction.buffers[1]];
  auto value = [&](const Buffer &buffer) {
    // The stage before hands its outputs to the attention.
    bool isBefore = buffer.binding.slot == Slot::Output;
    Slot slot = isBefore ? Slot::Input : buffer.binding.slot;
    return std::tuple(slot, buffer.binding.index, buffer.stage + isBefore,
                      buffer.microbatch);
  };
  auto heads = [](const Buffer &buffer) {
    int64_t begin = buffer.share.firstHead;
    return std::pair(begin, begin + buffer.type.shape[1].evaluate({}));
  };
  bool isSame = value(first) == value(second) &&
                first.microbatch == instruction.microbatch;
  for (uint32_t rank : context.ranksOfRole[index]) {
    uint32_t own = context.plan.ranks[rank].data;
    isSame &= ownerOf(first, own) == ownerOf(second, own);
  }
  auto outer = heads(isWithinFirst ? first : second);
  auto inner = heads(isWithinFirst ? second : first);
  if (isSame && outer.first <= inner.first && inner.second <= outer.second)
    return std::nullopt;
  return fail("heads are taken from another value, or from other tokens or "
              "heads, than they go to",
              i, instruction.buffers[0]);
}

/// Heads of a whole value are copied one range after the other.
Found DataflowChecker::checkCopyHeads(uint32_t i) {
  const Instruction &copy = role.body[i];
  uint32_t to = copy.buffers[0], from = copy.buffers[1];
  const Buffer &target = role.buffers[to], &source = role.buffers[from];
  bool isWhole = target.share.owner < 0; // perhaps computed again
  if (Found found = checkHeads(i, /*isWithinFirst=*/isWhole))
    return found;
  if (Found found = read(i, from))
    return found;
  if (!isWhole)
    return write(i, to);
  Life &life = buffers[to];
  if (source.share.firstHead != life.copiedHeads)
    return fail("heads are not copied in order", i, to, life.lastWrite);
  if (life.copiedHeads == 0)
    if (Found found = write(i, to))
      return found;
  life.copiedHeads += source.share.numHeads;
  int64_t heads = target.type.shape[1].evaluate({});
  life.state = life.copiedHeads == heads ? State::Written : State::Unwritten;
  life.lastWrite = int32_t(i);
  return std::nullopt;
}

Found DataflowChecker::check(uint32_t i) {
  const Instruction &instruction = role.body[i];
  switch (instruction.op) {
  case Op::Kernel:
    return checkKernel(i);
  case Op::Zero:
    for (uint32_t buffer : instruction.buffers) {
      if (!isAccumulator(role.buffers[buffer].binding.slot) &&
          !isAttentionResult(role.buffers[buffer].binding.slot))
        return fail("a buffer is zeroed that is no accumulator", i, buffer);
      if (Found found = write(i, buffer))
        return found;
      buffers[buffer].state = State::Zeroed;
    }
    return std::nullopt;
  case Op::LoadBatch: {
    const Buffer &buffer = role.buffers[instruction.buffers[0]];
    if (buffer.binding.slot != Slot::Batch ||
        buffer.binding.index != instruction.index ||
        buffer.microbatch != instruction.microbatch)
      return fail("a batch input is loaded into the buffer of another value", i,
                  instruction.buffers[0]);
    return write(i, instruction.buffers[0]);
  }
  case Op::Recv:
    return write(i, instruction.buffers[0]);
  case Op::Send: {
    uint32_t buffer = instruction.buffers[0];
    if (Found found = read(i, buffer))
      return found;
    buffers[buffer].pendingSend = int32_t(i);
    ++buffers[buffer].pendingSends;
    sends.push_back(i);
    return std::nullopt;
  }
  case Op::WaitSend:
    // One that comes before its send can never end: P2 reports it.
    if (instruction.index < sends.size()) {
      Life &life = buffers[role.body[sends[instruction.index]].buffers[0]];
      if (life.pendingSends > 0 && --life.pendingSends == 0)
        life.pendingSend = -1;
    }
    return std::nullopt;
  case Op::AllReduce:
    for (uint32_t buffer : instruction.buffers)
      if (Found found = accumulate(i, buffer, State::Reduced))
        return found;
    return std::nullopt;
  case Op::Attend:
    return checkAttend(i);
  case Op::CopyHeads:
    return checkCopyHeads(i);
  case Op::Offload:
  case Op::Fetch:
    return checkCopy(i);
  case Op::WaitCopy:
    return checkWaitCopy(i);
  case Op::Add:
    if (Found found = checkHeads(i, /*isWithinFirst=*/true))
      return found;
    if (Found found = read(i, instruction.buffers[1]))
      return found;
    return accumulate(i, instruction.buffers[0], State::Written);
  }
  return std::nullopt;
}

Found DataflowChecker::run() {
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    Slot slot = role.buffers[i].binding.slot;
    if (slot == Slot::Parameter || slot == Slot::State || slot == Slot::Step)
      buffers[i].state = State::Written;
  }
  for (const Instruction &instruction : role.body)
    if (instruction.op == Op::AllReduce)
      for (uint32_t buffer : instruction.buffers)
        buffers[buffer].isReduced = true;
  for (uint32_t i = 0; i < role.body.size(); ++i)
    if (Found found = check(i))
      return found;
  for (int32_t copy : copies)
    if (copy >= 0)
      return context.violation("P3", "a copy is never waited for",
                               {context.at(index, copy)});
  return std::nullopt;
}

} // namespace

Found plan::checkDataflow(const CheckContext &context) {
  for (uint32_t role = 0; role < context.plan.roles.size(); ++role)
    if (Found found = DataflowChecker(context, role).run())
      return found;
  return std::nullopt;
}
