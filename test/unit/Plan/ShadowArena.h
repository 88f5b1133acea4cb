//===- ShadowArena.h - Who wrote what of an arena last ----------*- C++ -*-===//
//
// Runs the bodies of a plan on arenas that hold, instead of values, the number
// of the buffer that was written there last. It tells what P4 is for without
// knowing how that is checked.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_PLAN_SHADOWARENA_H
#define HOCKET_TEST_UNIT_PLAN_SHADOWARENA_H

#include "hocket/Plan/Plan.h"

#include <algorithm>
#include <string>
#include <vector>

namespace hocket::plan::test {

class ShadowArena {
public:
  explicit ShadowArena(const Role &role)
      : role(role), isWritten(role.buffers.size()) {}

  /// Runs the body; what goes wrong first, or nothing.
  std::string run();

private:
  /// Offsets are multiples of this, so that pieces that share so many bytes
  /// share one.
  static constexpr int64_t kGrain = 64;
  /// Nobody looks at larger arenas, which are as good as endless.
  static constexpr int64_t kMostGrains = 1 << 16;
  static constexpr int64_t kWorkspace = -2;

  /// Whether all that is there is `owner`'s, or becomes it.
  bool visit(bool onHost, int64_t offset, int64_t bytes, int64_t owner,
             bool isWrite);
  bool visit(uint32_t buffer, bool isWrite) {
    const Buffer &b = role.buffers[buffer];
    return visit(b.onHost, b.offset, b.bytes, buffer, isWrite);
  }
  bool isIntact(uint32_t buffer) {
    return !isWritten[buffer] || visit(buffer, false);
  }
  void write(uint32_t buffer) {
    isWritten[buffer] = true;
    visit(buffer, true);
  }
  std::string lost(uint32_t buffer, size_t instruction) const {
    return "'" + role.buffers[buffer].name + "' is lost before instruction " +
           std::to_string(instruction);
  }

  const Role &role;
  std::vector<char> isWritten;    // by buffer
  std::vector<int64_t> owners[2]; // of the arena, of the host's memory
};

inline bool ShadowArena::visit(bool onHost, int64_t offset, int64_t bytes,
                               int64_t owner, bool isWrite) {
  std::vector<int64_t> &memory = owners[onHost];
  int64_t first = offset / kGrain;
  if (bytes == 0 || first >= kMostGrains)
    return true;
  int64_t end = std::min(first + (bytes - 1) / kGrain + 1, kMostGrains);
  if (int64_t(memory.size()) < end)
    memory.resize(size_t(end), -1);
  if (isWrite)
    std::fill(memory.begin() + first, memory.begin() + end, owner);
  return std::all_of(memory.begin() + first, memory.begin() + end,
                     [&](int64_t other) { return other == owner; });
}

inline std::string ShadowArena::run() {
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    Slot slot = role.buffers[i].binding.slot;
    if (slot == Slot::Parameter || slot == Slot::State || slot == Slot::Step)
      write(i);
  }
  std::vector<std::vector<uint32_t>> sends, copies;
  for (size_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    std::vector<uint32_t> used = instruction.buffers;
    if (instruction.op == Op::Send)
      sends.push_back(used);
    if (instruction.op == Op::Offload || instruction.op == Op::Fetch)
      copies.push_back(used);
    if (instruction.op == Op::WaitSend)
      used = sends.at(instruction.index);
    if (instruction.op == Op::WaitCopy)
      used = copies.at(instruction.index);
    for (uint32_t buffer : used)
      if (!isIntact(buffer))
        return lost(buffer, i);
    const Workspace &workspace = instruction.workspace;
    visit(false, workspace.offset, workspace.bytes, kWorkspace, true);
    for (uint32_t buffer : instruction.buffers)
      write(buffer);
    if (!visit(false, workspace.offset, workspace.bytes, kWorkspace, false))
      return "the workspace of instruction " + std::to_string(i) +
             " is one of its buffers, too";
    for (uint32_t buffer : instruction.buffers)
      if (!isIntact(buffer))
        return lost(buffer, i + 1);
  }
  for (uint32_t i = 0; i < role.buffers.size(); ++i)
    if (role.buffers[i].microbatch < 0 && !isIntact(i))
      return lost(i, role.body.size());
  return "";
}

/// What goes wrong first in the arenas of a plan, or nothing.
inline std::string findLostValue(const Plan &plan) {
  for (const Role &role : plan.roles)
    if (std::string found = ShadowArena(role).run(); !found.empty())
      return "role '" + role.name + "': " + found;
  return "";
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_SHADOWARENA_H
