//===- Lifetimes.cpp - When the buffers of a role are in use --------------===//

#include "hocket/Plan/Lifetimes.h"

using namespace hocket;
using namespace hocket::plan;

std::vector<Lifetime> plan::lifetimes(const Role &role) {
  std::vector<Lifetime> result(role.buffers.size());
  std::vector<uint32_t> sent;
  std::vector<const std::vector<uint32_t> *> copied;
  for (size_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    auto use = [&](uint32_t buffer) {
      if (result[buffer].lower < 0)
        result[buffer].lower = int64_t(i);
      result[buffer].upper = int64_t(i) + 1;
    };
    for (uint32_t buffer : instruction.buffers)
      use(buffer);
    if (instruction.op == Op::Send)
      sent.push_back(instruction.buffers[0]);
    if (instruction.op == Op::WaitSend)
      use(sent[instruction.index]);
    if (instruction.op == Op::Offload || instruction.op == Op::Fetch)
      copied.push_back(&instruction.buffers);
    if (instruction.op == Op::WaitCopy)
      for (uint32_t buffer : *copied[instruction.index])
        use(buffer);
  }
  return result;
}
