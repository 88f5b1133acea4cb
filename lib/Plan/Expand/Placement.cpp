//===- Placement.cpp - Offsets for the buffers of a role ------------------===//

#include "RoleBuilder.h"

#include "hocket/Plan/Lifetimes.h"
#include "hocket/Solver/MemoryBlocks.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

constexpr int64_t kLimit = int64_t(1) << 62;

/// Bumps `end` past `bytes` more bytes, to the next aligned address.
Result<int64_t> reserve(const Role &role, int64_t &end, int64_t bytes) {
  if (bytes < 0 || bytes > kLimit - end - kArenaAlignment)
    return Error(ErrorCode::InvalidArgument,
                 "the buffers of role '" + role.name +
                     "' are larger than 2^62 bytes; shorten the sequences");
  int64_t offset = end;
  end += aligned(bytes);
  return offset;
}

/// For blocks and for single buffers each, in counted work: a few milliseconds,
/// for a step may be planned again for every batch. The same plan has the same
/// offsets wherever it is made.
constexpr int64_t kWorkLimit = 300'000;
/// And once more, so much, where the arena is further above its bound than this
/// part of it.
constexpr int64_t kMostWork = 10 * kWorkLimit;
constexpr int64_t kNoticeable = 64;
/// So many buffers are placed one by one where blocks do not reach the bound.
constexpr size_t kMostSingleBuffers = 1000;

MemorySolution solve(const MemoryProblem &problem, int64_t workLimit) {
  SolverOptions options;
  options.workLimit = workLimit;
  return createSkylineScheduler(options)->solve(problem);
}

/// Two levels: what a stage keeps of a microbatch is laid out first, and the
/// blocks of all stages and microbatches are placed then. That is as good as
/// placing each buffer by itself where it reaches the largest sum of live
/// bytes; where it does not, buffers are placed by themselves.
MemorySolution solve(const MemoryProblem &problem,
                     const std::vector<int64_t> &groups) {
  MemoryBlocks blocks(problem, groups);
  bool isCoarser = blocks.problem().buffers.size() < problem.buffers.size();
  MemorySolution best;
  for (int64_t workLimit : {kWorkLimit, kMostWork}) {
    MemorySolution solution = solve(blocks.problem(), workLimit);
    if (best.offsets.empty() || solution.value < best.value) {
      best = std::move(solution);
      best.offsets = blocks.expand(best.offsets);
    }
    if (best.status != SolutionStatus::Optimal && isCoarser &&
        problem.buffers.size() <= kMostSingleBuffers) {
      solution = solve(problem, workLimit);
      if (solution.value < best.value)
        best = std::move(solution);
    }
    if (best.value - best.lowerBound <= best.lowerBound / kNoticeable)
      break;
  }
  return best;
}

/// Workspaces up to this part of the bytes that are alive at once share one
/// place for the whole step: they are many, and there is nothing to gain.
constexpr int64_t kSmallWorkspace = 512;

/// The bytes of the largest workspace that is small in this sense; 0: none is.
int64_t smallWorkspace(const Role &role, const std::vector<Lifetime> &lives) {
  std::vector<double> change(role.body.size() + 1); // no sum overflows
  for (size_t i = 0; i < role.buffers.size(); ++i)
    if (role.buffers[i].microbatch >= 0 && lives[i].lower >= 0 &&
        !role.buffers[i].onHost) {
      change[size_t(lives[i].lower)] += double(role.buffers[i].bytes);
      change[size_t(lives[i].upper)] -= double(role.buffers[i].bytes);
    }
  double live = 0, largest = 0;
  for (double step : change)
    largest = std::max(largest, live += step);
  int64_t small = 0;
  for (const Instruction &run : role.body)
    if (double(run.workspace.bytes) <= largest / kSmallWorkspace)
      small = std::max(small, run.workspace.bytes);
  return small;
}

/// Places the buffers of microbatches on the device or on the host from `end`
/// on, which becomes the end of the last one; and with those on the device the
/// workspaces above `small`.
Result<void> placeByLifetime(Role &role, const std::vector<Lifetime> &lives,
                             bool onHost, int64_t small, int64_t &end) {
  MemoryProblem problem;
  problem.alignment = kArenaAlignment;
  std::vector<int64_t *> offsets;
  std::vector<int64_t> groups; // one for each stage and microbatch
  auto add = [&](Lifetime life, int64_t bytes, int64_t &offset, int32_t stage,
                 int32_t microbatch) {
    problem.buffers.push_back({life.lower, life.upper, bytes});
    offsets.push_back(&offset);
    groups.push_back((int64_t(stage) << 32) + microbatch);
  };
  for (size_t i = 0; i < role.buffers.size(); ++i) {
    Buffer &buffer = role.buffers[i];
    if (buffer.microbatch >= 0 && lives[i].lower >= 0 &&
        buffer.onHost == onHost)
      add(lives[i], buffer.bytes, buffer.offset, buffer.stage,
          buffer.microbatch);
  }
  for (size_t i = 0; i < role.body.size() && !onHost; ++i) {
    Instruction &run = role.body[i];
    if (run.workspace.bytes > small || run.workspace.bytes < 0)
      add({int64_t(i), int64_t(i) + 1}, run.workspace.bytes,
          run.workspace.offset, run.stage, run.microbatch);
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
  for (size_t k = 0; k < offsets.size(); ++k)
    *offsets[k] = base + solution.offsets[k];
  return {};
}

} // namespace

Result<void> plan::placeBuffers(Role &role) {
  int64_t end = 0;
  for (Buffer &buffer : role.buffers) {
    if (buffer.microbatch >= 0)
      continue;
    Result<int64_t> offset = reserve(role, end, buffer.bytes);
    if (!offset)
      return offset.error();
    buffer.offset = *offset;
  }
  std::vector<Lifetime> lives = lifetimes(role);
  int64_t small = smallWorkspace(role, lives);
  Result<int64_t> shared = reserve(role, end, small);
  if (!shared)
    return shared.error();
  for (Instruction &run : role.body)
    if (run.workspace.bytes > 0 && run.workspace.bytes <= small)
      run.workspace.offset = *shared;
  if (Result<void> placed =
          placeByLifetime(role, lives, /*onHost=*/false, small, end);
      !placed)
    return placed;
  role.arenaBytes = end;
  role.hostBytes = 0;
  return placeByLifetime(role, lives, /*onHost=*/true, small, role.hostBytes);
}
