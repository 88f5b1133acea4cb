//===- Executor.cpp - The instructions of a rank --------------------------===//

#include "hocket/Runtime/Executor.h"

#include "hocket/Plan/Shares.h"
#include "hocket/Plan/Work.h"

#include <algorithm>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

static bool isKernel(const Instruction &instruction) {
  return instruction.op == Op::Kernel || instruction.op == Op::Attend;
}

/// The table of an attention kernel is its operand after query, key and value.
static constexpr size_t kTableOperand = 3;

static bool hasTable(const Instruction &instruction) {
  return instruction.op == Op::Attend && instruction.index != kNoTable;
}

RoleProgram::RoleProgram(const Plan &plan, uint32_t index) {
  const Role &role = plan.roles[index];
  for (const Buffer &buffer : role.buffers)
    bytes.push_back(buffer.type.bytes());
  std::vector<std::pair<int32_t, uint32_t>> sends; // local peer, number
  for (const Instruction &instruction : role.body)
    if (instruction.op == Op::Send) {
      size_t peer = size_t(instruction.peer);
      sendsPerPeer.resize(std::max(sendsPerPeer.size(), peer + 1));
      sends.emplace_back(instruction.peer, sendsPerPeer[peer]++);
    }
  for (const Instruction &instruction : role.body) {
    Item item{numPointers, numSizes, instruction.peer, 0, numRows};
    if (instruction.op == Op::WaitSend)
      std::tie(item.peer, item.number) = sends[instruction.index];
    uint32_t count = uint32_t(instruction.buffers.size());
    if (!isKernel(instruction))
      numSizes += count;
    if (instruction.op == Op::CopyHeads || instruction.op == Op::Add)
      ++numRows;
    if (hasTable(instruction))
      ++count;
    numPointers += count;
    maxOperands = std::max(maxOperands, count);
    items.push_back(item);
  }
}

Executor::Executor(const ExecutorContext &context, const RoleProgram &program,
                   uint32_t rank, Device &device)
    : plan(&context.plan), model(&context.model), routes(&context.routes),
      transport(&context.transport), fillBatch(&context.fillBatch),
      program(&program), device(&device),
      role(&context.plan.roles[context.plan.ranks[rank].role]), self(rank) {}

Result<Executor> Executor::create(const ExecutorContext &context,
                                  const RoleProgram &program, uint32_t rank,
                                  Device &device, Arena &memory) {
  Executor executor(context, program, rank, device);
  if (Result<void> prepared = executor.prepare(memory); !prepared) {
    Error error = prepared.error();
    error.message = "rank " + std::to_string(rank) + ": " + error.message;
    return error;
  }
  return executor;
}

Result<void> Executor::prepare(Arena &memory) {
  const Rank &rank = plan->ranks[self];
  if (Result<void> fits = memory.fit(*role); !fits)
    return fits;
  arena = memory.data();
  host = memory.hostData();
  for (const Buffer &buffer : role->buffers)
    if (buffer.bytes / byteWidth(buffer.type.element) > device->maxElements())
      return Error(ErrorCode::InvalidArgument,
                   "buffer '" + buffer.name + "' has more elements than the " +
                       std::to_string(device->maxElements()) +
                       " that kernels can work on",
                   {"use shorter sequences or more microbatches"});

  size_t staged = 0;
  copies.reserve(size_t(std::count_if(
      role->body.begin(), role->body.end(), [](const Instruction &i) {
        return i.op == Op::Offload || i.op == Op::Fetch;
      })));
  symbols.reserve(role->body.size());
  sizes.reserve(program->numSizes);
  for (const Instruction &instruction : role->body) {
    symbols.push_back(symbolsOf(*plan, *model, rank, instruction));
    if (device->countsOperations())
      counted.push_back(countedSymbols(*plan, *model, rank, instruction));
    if (instruction.op == Op::CopyHeads || instruction.op == Op::Add)
      rows.push_back(rowsOf(instruction));
    for (size_t operand = 0; operand < instruction.buffers.size(); ++operand) {
      uint32_t index = instruction.buffers[operand];
      const Buffer &buffer = role->buffers[index];
      if (hasTable(instruction) && operand == kTableOperand &&
          device->hasMemory())
        pointers.push_back(
            const_cast<int32_t *>(role->tables[instruction.index].data()));
      if (device->hasMemory())
        pointers.push_back((buffer.onHost ? host : arena) + buffer.offset);
      if (isKernel(instruction))
        continue;
      Symbols extents = {0, 0};
      if (buffer.microbatch >= 0)
        extents = ownerShape(*plan, rank, buffer).symbols();
      sizes.push_back(program->bytes[index].evaluate(extents));
      if (instruction.op == Op::LoadBatch)
        staged = std::max(staged, size_t(sizes.back()));
      if (instruction.op == Op::AllReduce &&
          buffer.type.element != ElementType::F32)
        return Error(ErrorCode::InvalidArgument,
                     "buffer '" + buffer.name + "' is of type " +
                         buffer.type.str() + ", and only f32 is all-reduced");
    }
  }
  if (device->hasMemory())
    staging.resize(staged);
  else
    pointers.resize(program->maxOperands);
  for (uint32_t group : rank.groups) {
    const std::vector<uint32_t> &ranks = plan->groups[group];
    members.push_back(uint32_t(
        std::lower_bound(ranks.begin(), ranks.end(), self) - ranks.begin()));
  }
  return {};
}

Result<void> Executor::begin(uint64_t number) {
  stepNumber = number;
  ++stepsBegun;
  next = 0;
  waiting = false;
  copies.clear();
  float value = float(number + 1);
  if (device->hasMemory())
    for (uint32_t i = 0; i < role->buffers.size(); ++i)
      if (role->buffers[i].binding.slot == Slot::Step)
        if (Result<void> written = write(i, &value); !written)
          return written;
  return {};
}

Result<Poll> Executor::step() {
  while (next < role->body.size()) {
    if (timeline && !waiting)
      began = device->now();
    Result<Poll> done = perform(role->body[next]);
    if (!done) {
      Error error = done.error();
      error.message = where() + ": " + error.message;
      return error;
    }
    waiting = *done == Poll::Pending;
    if (waiting)
      return Poll::Pending;
    if (timeline)
      timeline->push_back({next, began, device->now()});
    ++next;
  }
  return Poll::Ready;
}

Result<Poll> Executor::perform(const Instruction &instruction) {
  const RoleProgram::Item &item = program->items[next];
  void *const *operands =
      pointers.data() + (device->hasMemory() ? item.firstPointer : 0);
  const int64_t *bytes = sizes.data() + item.firstSize;
  Result<void> done;
  switch (instruction.op) {
  case Op::Kernel:
    done = device->launch(instruction.kernel, operands, symbols[next],
                          workspaceOf(instruction));
    break;
  case Op::Attend:
    done = device->attend(instruction.kernel, operands, symbols[next],
                          (counted.empty() ? symbols : counted)[next],
                          workspaceOf(instruction));
    break;
  case Op::Zero:
    return zero(instruction);
  case Op::LoadBatch:
    return loadBatch(instruction);
  case Op::Send:
    done = transport->send(routes->to(self, item.peer), operands[0], bytes[0]);
    break;
  case Op::Recv:
    return transport->receive(routes->from(self, item.peer), operands[0],
                              bytes[0]);
  case Op::WaitSend: {
    uint64_t before = (stepsBegun - 1) * program->sendsPerPeer[item.peer];
    return transport->isReceived(routes->to(self, item.peer),
                                 before + item.number);
  }
  case Op::AllReduce:
    return transport->allReduce(plan->ranks[self].groups[instruction.group],
                                members[instruction.group],
                                {operands, bytes, instruction.buffers.size()});
  case Op::Offload:
  case Op::Fetch: {
    Result<double> end =
        instruction.op == Op::Offload
            ? device->offload(operands[0], operands[1], bytes[0])
            : device->fetch(operands[0], operands[1], bytes[0]);
    if (!end)
      return end.error();
    copies.push_back(*end);
    break;
  }
  case Op::WaitCopy:
    done = device->awaitCopy(copies[instruction.index]);
    break;
  case Op::CopyHeads:
  case Op::Add: {
    const RowsOfTwo &both = rows[item.rows];
    auto [to, from] = headsOf(instruction);
    bool isCopy = instruction.op == Op::CopyHeads;
    done = isCopy ? device->copyRows(to, from, both)
                  : device->addRows(to, from, both);
    break;
  }
  }
  if (!done)
    return done.error();
  return Poll::Ready;
}

RowsOfTwo Executor::rowsOf(const Instruction &instruction) const {
  const Buffer &to = role->buffers[instruction.buffers[0]];
  const Buffer &from = role->buffers[instruction.buffers[1]];
  auto [first, end] = commonHeads(to, from);
  RowsOfTwo both;
  both.toPitch = to.type.shape[1].evaluate({}) * headBytes(to);
  both.fromPitch = from.type.shape[1].evaluate({}) * headBytes(from);
  both.rowBytes = int64_t(end - first) * headBytes(to);
  both.rows = to.type.shape[0].evaluate(
      ownerShape(*plan, plan->ranks[self], to).symbols());
  return both;
}

std::pair<std::byte *, const std::byte *>
Executor::headsOf(const Instruction &instruction) const {
  if (!arena)
    return {nullptr, nullptr};
  const Buffer &to = role->buffers[instruction.buffers[0]];
  const Buffer &from = role->buffers[instruction.buffers[1]];
  uint32_t first = commonHeads(to, from).first;
  auto at = [&](const Buffer &buffer) {
    return arena + buffer.offset +
           int64_t(first - buffer.share.firstHead) * headBytes(buffer);
  };
  return {at(to), at(from)};
}

Result<Poll> Executor::zero(const Instruction &instruction) {
  const RoleProgram::Item &item = program->items[next];
  for (size_t i = 0; i < instruction.buffers.size(); ++i) {
    void *data =
        pointers[device->hasMemory() ? item.firstPointer + i : size_t(0)];
    if (Result<void> done = device->zero(data, sizes[item.firstSize + i]);
        !done)
      return done.error();
  }
  return Poll::Ready;
}

Result<Poll> Executor::loadBatch(const Instruction &instruction) {
  const RoleProgram::Item &item = program->items[next];
  void *data = pointers[device->hasMemory() ? item.firstPointer : 0];
  if (device->hasMemory())
    (*fillBatch)(stepNumber, plan->ranks[self].data,
                 uint32_t(instruction.microbatch), instruction.index,
                 staging.data());
  if (Result<void> done =
          device->upload(data, staging.data(), sizes[item.firstSize]);
      !done)
    return done.error();
  return Poll::Ready;
}

std::string Executor::where() const {
  std::string text = "rank " + std::to_string(self);
  if (next >= role->body.size())
    return text;
  const Instruction &instruction = role->body[next];
  int32_t peer = program->items[next].peer;
  text += ", instruction " + std::to_string(next) + " (";
  text += name(instruction.op);
  if (instruction.op == Op::Kernel)
    text += " '" + model->kernels[instruction.kernel].symbol + "'";
  if (peer >= 0)
    text += std::string(instruction.op == Op::Recv ? " from" : " to") +
            " rank " + std::to_string(plan->ranks[self].peers[peer]);
  if (instruction.op == Op::AllReduce)
    text += " over group " +
            std::to_string(plan->ranks[self].groups[instruction.group]);
  if (instruction.microbatch >= 0)
    text += ", " + plan->strategy.describe(instruction.microbatch);
  return text + ")";
}

int64_t Executor::findBuffer(Slot slot, uint32_t index) const {
  for (size_t i = 0; i < role->buffers.size(); ++i) {
    const Buffer &buffer = role->buffers[i];
    if (buffer.binding.slot == slot && buffer.binding.index == index &&
        buffer.microbatch < 0)
      return int64_t(i);
  }
  return -1;
}

Result<void> Executor::write(uint32_t buffer, const void *from) {
  return device->upload(arena + role->buffers[buffer].offset, from,
                        program->bytes[buffer].evaluate({0, 0}));
}

Result<void> Executor::read(uint32_t buffer, void *to) const {
  return device->download(to, arena + role->buffers[buffer].offset,
                          program->bytes[buffer].evaluate({0, 0}));
}
