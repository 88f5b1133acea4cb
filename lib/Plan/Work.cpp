//===- Work.cpp - What an instruction has to do ---------------------------===//

#include "hocket/Plan/Work.h"

#include "hocket/Plan/AttentionTable.h"
#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Shares.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

const MicrobatchShape &plan::ownerShape(const Plan &plan, const Rank &rank,
                                        const Buffer &buffer) {
  return plan.shape(ownerOf(buffer, rank.data), uint32_t(buffer.microbatch));
}

namespace {

Symbols symbolsOfBuffer(const Plan &plan, const Rank &rank,
                        const Buffer &buffer) {
  if (buffer.microbatch < 0)
    return {0, 0};
  return ownerShape(plan, rank, buffer).symbols();
}

Symbols symbolsOfAttend(const Plan &plan, const Rank &rank,
                        const Instruction &attend) {
  return attendSymbols(plan.roles[rank.role], attend,
                       [&](const Buffer &buffer) {
                         return ownerShape(plan, rank, buffer).tokens;
                       });
}

int64_t bytesOfCommonHeads(const Plan &plan, const Rank &rank,
                           const Instruction &copy) {
  const std::vector<Buffer> &buffers = plan.roles[rank.role].buffers;
  const Buffer &to = buffers[copy.buffers[0]];
  auto [first, end] = commonHeads(to, buffers[copy.buffers[1]]);
  return int64_t(end - first) * headBytes(to) *
         ownerShape(plan, rank, to).tokens;
}

/// Bytes that are read and written for instructions that run no kernel.
int64_t bytesMoved(const Plan &plan, const Rank &rank,
                   const Instruction &instruction) {
  const Role &role = plan.roles[rank.role];
  auto bytes = [&](size_t i) {
    return bytesOf(plan, rank, role.buffers[instruction.buffers[i]]);
  };
  if (instruction.op == Op::CopyHeads)
    return 2 * bytesOfCommonHeads(plan, rank, instruction);
  if (instruction.op == Op::Add)
    return 2 * bytes(0) + bytes(1);
  int64_t sum = 0;
  for (size_t i = 0; i < instruction.buffers.size(); ++i)
    sum += bytes(i);
  return sum;
}

} // namespace

Symbols plan::symbolsOf(const Plan &plan, const Model &model, const Rank &rank,
                        const Instruction &instruction) {
  if (instruction.op == Op::Attend)
    return symbolsOfAttend(plan, rank, instruction);
  if (instruction.microbatch >= 0)
    return plan.shape(rank.data, instruction.microbatch).symbols();
  if (instruction.op == Op::Kernel && instruction.kind == TaskKind::Update)
    for (uint32_t buffer : instruction.buffers) {
      const Operand &binding = plan.roles[rank.role].buffers[buffer].binding;
      if (binding.slot == Slot::Parameter)
        return updateSymbols(model, binding.index);
    }
  return {0, 0};
}

Symbols plan::countedSymbols(const Plan &plan, const Model &model,
                             const Rank &rank, const Instruction &instruction) {
  Symbols symbols = symbolsOf(plan, model, rank, instruction);
  if (instruction.op != Op::Attend || instruction.index == kNoTable)
    return symbols;
  bool causal = model.stages[instruction.stage].attention->causal;
  symbols[0] =
      countPairs(plan.roles[rank.role].tables[instruction.index], causal);
  symbols[1] = 1;
  return symbols;
}

int64_t plan::bytesOf(const Plan &plan, const Rank &rank,
                      const Buffer &buffer) {
  return buffer.type.bytes().evaluate(symbolsOfBuffer(plan, rank, buffer));
}

Work plan::workOf(const Plan &plan, const Model &model, const Rank &rank,
                  const Instruction &instruction) {
  Work work;
  if (instruction.op == Op::Kernel || instruction.op == Op::Attend) {
    const Kernel &kernel = model.kernels[instruction.kernel];
    work.kernel = kernel.symbol;
    work.symbols = symbolsOf(plan, model, rank, instruction);
    work.flops =
        kernel.flops.evaluate(countedSymbols(plan, model, rank, instruction));
    work.bytes = kernel.bytes.evaluate(work.symbols);
    if (!kernel.bytes.terms.empty())
      return work;
  }
  work.isLoad = instruction.op == Op::LoadBatch;
  work.bytes += bytesMoved(plan, rank, instruction);
  if (instruction.op == Op::Add)
    work.flops =
        bytesOf(plan, rank,
                plan.roles[rank.role].buffers[instruction.buffers[1]]) /
        int64_t(sizeof(float));
  return work;
}
