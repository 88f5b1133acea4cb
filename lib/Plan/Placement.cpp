//===- Placement.cpp - Offsets for the buffers of a role ------------------===//

#include "RoleBuilder.h"

#include "hocket/Solver/MemoryBlocks.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

constexpr int64_t kAlignment = 64;
constexpr int64_t kLimit = int64_t(1) << 62;

/// Bumps `end` past `bytes` more bytes, to the next aligned address.
Result<int64_t> reserve(const Role &role, int64_t &end, int64_t bytes) {
  if (bytes < 0 || bytes > kLimit - end - kAlignment)
    return Error(ErrorCode::InvalidArgument,
                 "the buffers of role '" + role.name +
                     "' are larger than 2^62 bytes; shorten the sequences");
  int64_t offset = end;
  end += bytes + (-bytes & (kAlignment - 1));
  return offset;
}

struct Lifetime {
  int64_t lower = -1; // -1: never used
  int64_t upper = -1;
};

/// First and last use of every buffer, in positions of the body. A buffer that
/// is sent is in use until somebody has waited for that, and so are the two
/// sides of a copy.
std::vector<Lifetime> lifetimes(const Role &role) {
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

/// For blocks and for single buffers each, in counted work: a few milliseconds,
/// for a step may be planned again for every batch. The same plan has the same
/// offsets wherever it is made.
constexpr int64_t kWorkLimit = 300'000;
/// So many buffers are placed one by one where blocks do not reach the bound.
constexpr size_t kMostSingleBuffers = 1000;

MemorySolution solve(const MemoryProblem &problem) {
  SolverOptions options;
  options.workLimit = kWorkLimit;
  return createSkylineScheduler(options)->solve(problem);
}

/// Two levels: what a stage keeps of a microbatch is laid out first, and the
/// blocks of all stages and microbatches are placed then. That is as good as
/// placing each buffer by itself where it reaches the largest sum of live
/// bytes; where it does not, buffers are placed by themselves.
MemorySolution solve(const MemoryProblem &problem,
                     const std::vector<int64_t> &groups) {
  MemoryBlocks blocks(problem, groups);
  MemorySolution solution = solve(blocks.problem());
  solution.offsets = blocks.expand(solution.offsets);
  bool isCoarser = blocks.problem().buffers.size() < problem.buffers.size();
  if (solution.status != SolutionStatus::Optimal && isCoarser &&
      problem.buffers.size() <= kMostSingleBuffers) {
    MemorySolution single = solve(problem);
    if (single.value < solution.value)
      return single;
  }
  return solution;
}

/// Places the buffers of microbatches on the device or on the host from `end`
/// on, which becomes the end of the last one.
Result<void> placeByLifetime(Role &role, const std::vector<Lifetime> &lives,
                             bool onHost, int64_t &end) {
  MemoryProblem problem;
  problem.alignment = kAlignment;
  std::vector<size_t> placed;
  std::vector<int64_t> groups; // one for each stage and microbatch
  for (size_t i = 0; i < role.buffers.size(); ++i)
    if (role.buffers[i].microbatch >= 0 && lives[i].lower >= 0 &&
        role.buffers[i].onHost == onHost) {
      problem.buffers.push_back(
          {lives[i].lower, lives[i].upper, role.buffers[i].bytes});
      placed.push_back(i);
      groups.push_back((int64_t(role.buffers[i].stage) << 32) +
                       role.buffers[i].microbatch);
    }
  if (Result<void> checked = problem.check(); !checked)
    return Error(ErrorCode::InvalidArgument,
                 "the buffers of role '" + role.name +
                     "' cannot be placed: " + checked.error().message);
  MemorySolution solution = solve(problem, groups);
  int64_t base = end;
  Result<int64_t> arena = reserve(role, end, solution.value);
  if (!arena)
    return arena.error();
  for (size_t k = 0; k < placed.size(); ++k)
    role.buffers[placed[k]].offset = base + solution.offsets[k];
  return {};
}

} // namespace

Result<void> plan::placeBuffers(Role &role, int64_t workspaceBytes) {
  int64_t end = 0;
  for (Buffer &buffer : role.buffers) {
    if (buffer.microbatch >= 0)
      continue;
    Result<int64_t> offset = reserve(role, end, buffer.bytes);
    if (!offset)
      return offset.error();
    buffer.offset = *offset;
  }
  Result<int64_t> workspace = reserve(role, end, workspaceBytes);
  if (!workspace)
    return workspace.error();
  role.workspaceBytes = workspaceBytes;
  role.workspaceOffset = *workspace;

  std::vector<Lifetime> lives = lifetimes(role);
  if (Result<void> placed = placeByLifetime(role, lives, /*onHost=*/false, end);
      !placed)
    return placed;
  role.arenaBytes = end;
  role.hostBytes = 0;
  return placeByLifetime(role, lives, /*onHost=*/true, role.hostBytes);
}
