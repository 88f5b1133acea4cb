//===- CheckMemory.cpp - P4 and P5: buffers and arenas --------------------===//

#include "Checker.h"

#include "hocket/Plan/Work.h"

#include <algorithm>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// A piece of the arena, or of the host's memory, that is in use from
/// instruction `first` to `last`.
struct Piece {
  int64_t offset = 0;
  int64_t bytes = 0;
  uint32_t first = 0, last = 0;
  int64_t buffer = -1; // -1: the workspace of instruction `first`
};

class MemoryChecker {
public:
  MemoryChecker(const CheckContext &context, uint32_t index)
      : context(context), index(index), role(context.plan.roles[index]) {}

  Found run();

private:
  void collectShapes();
  Found checkSizes();
  Found checkShareSize(uint32_t buffer);
  Found checkWorkspace(uint32_t instruction);
  void collectPieces();
  Found overlap(const Piece &earlier, const Piece &later);
  Found sweep(const std::vector<Piece> &pieces);

  Found fail(std::string message, std::vector<Culprit> culprits) {
    return context.violation("P4", std::move(message), std::move(culprits));
  }
  Culprit culprit(const Piece &piece) {
    if (piece.buffer >= 0)
      return context.at(index, -1, piece.buffer);
    return context.at(index, piece.first);
  }
  std::string label(const Piece &piece) {
    return piece.buffer >= 0 ? "'" + role.buffers[piece.buffer].name + "'"
                             : "the workspace of a kernel";
  }

  const CheckContext &context;
  uint32_t index;
  const Role &role;
  /// The different shapes that each microbatch has on the ranks of the role.
  std::vector<std::vector<Symbols>> shapes;
  std::vector<Piece> pieces, piecesOnHost;
};

void MemoryChecker::collectShapes() {
  const Plan &plan = context.plan;
  shapes.resize(plan.strategy.numSlices());
  for (uint32_t i = 0; i < plan.strategy.numSlices(); ++i) {
    for (uint32_t rank : context.ranksOfRole[index])
      shapes[i].push_back(plan.shape(plan.ranks[rank].data, i).symbols());
    std::sort(shapes[i].begin(), shapes[i].end());
    shapes[i].erase(std::unique(shapes[i].begin(), shapes[i].end()),
                    shapes[i].end());
  }
}

Found MemoryChecker::checkSizes() {
  std::map<std::tuple<Slot, uint32_t, int32_t>, SizeExpr> sizes;
  const std::vector<Symbols> constant = {{0, 0}};
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (buffer.share != Share())
      if (Found found = checkShareSize(i))
        return found;
    if (buffer.offset % kArenaAlignment != 0)
      return fail("a buffer's offset is not a multiple of " +
                      std::to_string(kArenaAlignment),
                  {context.at(index, -1, i)});
    int64_t room = buffer.onHost ? role.hostBytes : role.arenaBytes;
    if (buffer.bytes > room || buffer.offset > room - buffer.bytes)
      return fail(buffer.onHost
                      ? "a buffer ends beyond the host's memory of its rank"
                      : "a buffer ends beyond the arena",
                  {context.at(index, -1, i)});
    auto [size, isNew] = sizes.try_emplace(
        {buffer.binding.slot, buffer.binding.index, buffer.stage});
    if (isNew)
      size->second = buffer.type.bytes();
    if (buffer.share != Share())
      continue;
    const std::vector<Symbols> &needed =
        buffer.microbatch < 0 ? constant : shapes[buffer.microbatch];
    for (const Symbols &symbols : needed) {
      int64_t bytes = size->second.evaluate(symbols);
      if (bytes < 0 || bytes > buffer.bytes)
        return fail("a buffer of " + std::to_string(buffer.bytes) +
                        " bytes holds a value of " + std::to_string(bytes),
                    {context.at(index, -1, i)});
    }
  }
  return std::nullopt;
}

/// The tokens are those of another coordinate.
Found MemoryChecker::checkShareSize(uint32_t i) {
  const Buffer &buffer = role.buffers[i];
  for (uint32_t rank : context.ranksOfRole[index]) {
    int64_t bytes = bytesOf(context.plan, context.plan.ranks[rank], buffer);
    if (bytes < 0 || bytes > buffer.bytes)
      return fail("a buffer of " + std::to_string(buffer.bytes) +
                      " bytes holds a value of " + std::to_string(bytes),
                  {context.at(index, -1, i)});
  }
  return std::nullopt;
}

Found MemoryChecker::checkWorkspace(uint32_t i) {
  const Instruction &instruction = role.body[i];
  const Workspace &workspace = instruction.workspace;
  if (workspace.offset % kArenaAlignment != 0)
    return fail("a workspace's offset is not a multiple of " +
                    std::to_string(kArenaAlignment),
                {context.at(index, i)});
  if (workspace.bytes > role.arenaBytes ||
      workspace.offset > role.arenaBytes - workspace.bytes)
    return fail("a workspace ends beyond the arena", {context.at(index, i)});
  if (instruction.op != Op::Kernel && instruction.op != Op::Attend)
    return std::nullopt;
  const SizeExpr &size =
      context.model.kernels[instruction.kernel].workspaceBytes;
  int64_t most = 0; // negative where the size of the model makes no sense
  auto needs = [&](const Symbols &symbols) {
    int64_t bytes = size.evaluate(symbols);
    most = std::min(bytes, most) < 0 ? std::min(bytes, most)
                                     : std::max(bytes, most);
  };
  if (instruction.op == Op::Attend) {
    for (uint32_t rank : context.ranksOfRole[index])
      needs(symbolsOf(context.plan, context.model, context.plan.ranks[rank],
                      instruction));
  } else if (instruction.microbatch >= 0) {
    for (const Symbols &symbols : shapes[instruction.microbatch])
      needs(symbols);
  } else {
    for (uint32_t buffer : instruction.buffers) {
      const Operand &binding = role.buffers[buffer].binding;
      if (binding.slot == Slot::Parameter)
        needs(updateSymbols(context.model, binding.index));
    }
  }
  if (most < 0 || most > workspace.bytes)
    return fail("a kernel needs a workspace of " + std::to_string(most) +
                    " bytes and its instruction has one of " +
                    std::to_string(workspace.bytes),
                {context.at(index, i)});
  return std::nullopt;
}

/// What is in use when: a buffer of a microbatch from its first to its last
/// instruction, a sent one until its WaitSend, a copied one and its copy until
/// their WaitCopy, the others always, and a workspace during its kernel.
void MemoryChecker::collectPieces() {
  constexpr uint32_t never = UINT32_MAX;
  std::vector<std::pair<uint32_t, uint32_t>> uses(role.buffers.size(),
                                                  {never, 0});
  std::vector<uint32_t> sends;
  std::vector<const std::vector<uint32_t> *> copies; // their buffers
  uint32_t end = uint32_t(role.body.size());
  for (uint32_t i = 0; i < end; ++i) {
    const Instruction &instruction = role.body[i];
    for (uint32_t buffer : instruction.buffers) {
      uses[buffer].first = std::min(uses[buffer].first, i);
      uses[buffer].second = i;
    }
    if (instruction.op == Op::Send)
      sends.push_back(instruction.buffers[0]);
    if (instruction.op == Op::WaitSend)
      uses[sends[instruction.index]].second = i;
    if (instruction.op == Op::Offload || instruction.op == Op::Fetch)
      copies.push_back(&instruction.buffers);
    if (instruction.op == Op::WaitCopy)
      for (uint32_t buffer : *copies[instruction.index])
        uses[buffer].second = i;
    const Workspace &workspace = instruction.workspace;
    if (workspace.bytes > 0)
      pieces.push_back({workspace.offset, workspace.bytes, i, i, -1});
  }
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (buffer.bytes == 0)
      continue;
    if (buffer.microbatch < 0)
      pieces.push_back({buffer.offset, buffer.bytes, 0, end, i});
    else if (uses[i].first != never)
      (buffer.onHost ? piecesOnHost : pieces)
          .push_back(
              {buffer.offset, buffer.bytes, uses[i].first, uses[i].second, i});
  }
}

/// `later` begins while `earlier` is in use.
Found MemoryChecker::overlap(const Piece &earlier, const Piece &later) {
  std::vector<Culprit> culprits = {culprit(earlier), culprit(later)};
  auto isOfThisKernel = [&](const Piece &piece) {
    return piece.buffer < 0 && piece.first == later.first;
  };
  if (!isOfThisKernel(earlier) && !isOfThisKernel(later)) // not yet a culprit
    culprits.push_back(context.at(index, later.first));
  return fail(label(earlier) + " and " + label(later) +
                  " overlap and are in use at the same time",
              std::move(culprits));
}

/// Goes through the instructions with the pieces in use sorted by offset: a
/// new one needs to be compared with its two neighbours only.
Found MemoryChecker::sweep(const std::vector<Piece> &pieces) {
  std::vector<size_t> starts(pieces.size()), ends;
  for (size_t i = 0; i < pieces.size(); ++i)
    starts[i] = i;
  ends = starts;
  std::sort(starts.begin(), starts.end(), [&](size_t a, size_t b) {
    return pieces[a].first < pieces[b].first;
  });
  std::sort(ends.begin(), ends.end(), [&](size_t a, size_t b) {
    return pieces[a].last < pieces[b].last;
  });
  std::map<int64_t, size_t> live;
  size_t ended = 0;
  for (size_t start : starts) {
    const Piece &piece = pieces[start];
    while (pieces[ends[ended]].last < piece.first)
      live.erase(pieces[ends[ended++]].offset);
    auto next = live.lower_bound(piece.offset);
    const Piece *other = nullptr;
    if (next != live.end() && next->first < piece.offset + piece.bytes)
      other = &pieces[next->second];
    else if (next != live.begin()) {
      const Piece &before = pieces[std::prev(next)->second];
      if (before.offset + before.bytes > piece.offset)
        other = &before;
    }
    if (other)
      return overlap(*other, piece);
    live.emplace_hint(next, piece.offset, start);
  }
  return std::nullopt;
}

Found MemoryChecker::run() {
  collectShapes();
  if (Found found = checkSizes())
    return found;
  for (uint32_t i = 0; i < role.body.size(); ++i)
    if (Found found = checkWorkspace(i))
      return found;
  collectPieces();
  if (Found found = sweep(pieces))
    return found;
  return sweep(piecesOnHost);
}

} // namespace

Found plan::checkMemory(const CheckContext &context) {
  for (uint32_t role = 0; role < context.plan.roles.size(); ++role)
    if (Found found = MemoryChecker(context, role).run())
      return found;
  return std::nullopt;
}

Found plan::checkCapacity(const CheckContext &context,
                          const MemoryLimits &limits) {
  auto check = [&](uint32_t role, int64_t bytes, int64_t limit,
                   const char *what) -> Found {
    if (limit <= 0 || bytes <= limit)
      return std::nullopt;
    return context.violation("P5",
                             "a rank needs " + std::to_string(bytes) + what +
                                 std::to_string(limit),
                             {context.at(role, -1)});
  };
  for (uint32_t i = 0; i < context.plan.roles.size(); ++i) {
    const Role &role = context.plan.roles[i];
    if (Found found = check(i, role.arenaBytes, limits.deviceBytes,
                            " bytes and its device has "))
      return found;
    if (Found found = check(i, role.hostBytes, limits.hostBytes,
                            " bytes of its host and there are "))
      return found;
  }
  return std::nullopt;
}
