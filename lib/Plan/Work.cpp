//===- Work.cpp - What an instruction has to do ---------------------------===//

#include "hocket/Plan/Work.h"

#include "hocket/Plan/ModelCheck.h"

using namespace hocket;
using namespace hocket::plan;

const MicrobatchShape &plan::ownerShape(const Plan &plan, const Rank &rank,
                                        const Buffer &buffer) {
  uint32_t owner =
      buffer.share.owner < 0 ? rank.data : uint32_t(buffer.share.owner);
  return plan.shape(owner, uint32_t(buffer.microbatch));
}

Symbols plan::symbolsOf(const Plan &plan, const Model &model, const Rank &rank,
                        const Instruction &instruction) {
  if (instruction.op == Op::Attend)
    return attendSymbols(plan.roles[rank.role], instruction,
                         [&](const Buffer &buffer) {
                           return ownerShape(plan, rank, buffer).tokens;
                         });
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

int64_t plan::bytesOf(const Plan &plan, const Rank &rank,
                      const Buffer &buffer) {
  Symbols symbols = {0, 0};
  if (buffer.microbatch >= 0)
    symbols = ownerShape(plan, rank, buffer).symbols();
  return buffer.type.bytes().evaluate(symbols);
}

Work plan::workOf(const Plan &plan, const Model &model, const Rank &rank,
                  const Instruction &instruction) {
  Work work;
  if (instruction.op == Op::Kernel) {
    const Kernel &kernel = model.kernels[instruction.kernel];
    work.kernel = kernel.symbol;
    work.symbols = symbolsOf(plan, model, rank, instruction);
    work.flops = kernel.flops.evaluate(work.symbols);
    work.bytes = kernel.bytes.evaluate(work.symbols);
    if (!kernel.bytes.terms.empty())
      return work;
  }
  work.isLoad = instruction.op == Op::LoadBatch;
  const Role &role = plan.roles[rank.role];
  for (uint32_t buffer : instruction.buffers)
    work.bytes += bytesOf(plan, rank, role.buffers[buffer]);
  return work;
}
