//===- CheckStructure.cpp - Every index is in range -----------------------===//

#include "Checker.h"

#include "hocket/Plan/AttentionTable.h"
#include "hocket/Plan/Sequence.h"
#include "hocket/Plan/Shares.h"
#include "hocket/Plan/StrategyCheck.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

bool runs(const Role &role, uint32_t stage) {
  return std::binary_search(role.stages.begin(), role.stages.end(), stage);
}

class StructureChecker {
public:
  explicit StructureChecker(CheckContext &context)
      : context(context), plan(context.plan), model(context.model) {}

  Found run();

private:
  void indexRoutes();
  Found checkBatch();
  Found checkGroups();
  Found checkRanks();
  Found checkRole(uint32_t role);
  Found checkBuffer(uint32_t role, uint32_t buffer);
  /// How many messages and copies a body posts.
  struct Posts {
    uint32_t sends = 0, copies = 0;
  };
  Found checkInstruction(uint32_t role, uint32_t index, const Posts &posts);
  Found checkKernel(uint32_t role, uint32_t index);
  Found checkShare(const Buffer &buffer, const TensorType &type,
                   const Culprit &culprit);
  Found checkAttend(uint32_t role, uint32_t index);

  Found fail(std::string message, std::vector<Culprit> culprits = {}) {
    return context.violation("structure", std::move(message),
                             std::move(culprits));
  }

  CheckContext &context;
  const Plan &plan;
  const Model &model;
  /// Lengths of the tables that the ranks of each role must have.
  std::vector<int64_t> numPeers, numGroups;
};

void StructureChecker::indexRoutes() {
  const std::vector<std::vector<Visit>> &routes = plan.strategy.routes;
  if (!routes.empty())
    context.visits.resize(plan.strategy.pipelineRanks);
  for (uint32_t i = 0; i < routes.size(); ++i) {
    auto &positions = context.positions.emplace_back();
    for (uint32_t k = 0; k < routes[i].size(); ++k) {
      positions.emplace_back(routes[i][k].stage, k);
      context.visits[routes[i][k].rank].emplace_back(routes[i][k].stage, i);
    }
    std::sort(positions.begin(), positions.end());
  }
}

Found StructureChecker::checkBatch() {
  if (plan.stages != model.stages.size())
    return fail("the plan has " + std::to_string(plan.stages) +
                " stages and the model " + std::to_string(model.stages.size()));
  if (Result<void> checked = checkStrategy(plan.strategy, model); !checked)
    return fail(checked.error().message);
  indexRoutes();
  for (const Stage &stage : model.stages)
    if (stage.gather && plan.strategy.slices > 1)
      return fail("stage '" + stage.name +
                  "' scans over the tokens of several ranks, and they walk "
                  "them in slices");
  if (!plan.sequenceGroups.empty())
    return checkSequenceGroups(context);
  if (!plan.chunks.empty() || !plan.firstChunk.empty() ||
      plan.strategy.sequence > 1 || plan.strategy.slices > 1)
    return fail("ranks share sequences or walk slices, and there are no "
                "sequence groups");
  for (const Stage &stage : model.stages)
    if (stage.isShared())
      return fail("a stage begins with an attention or with rows of other "
                  "ranks, and there are no sequence groups");
  uint64_t parts = uint64_t(plan.strategy.data) * plan.strategy.microbatches;
  if (parts == 0 || parts != plan.shapes.size() ||
      parts != plan.firstSequence.size() - 1 || plan.firstSequence.empty())
    return fail("there are " + std::to_string(plan.shapes.size()) +
                " shapes and " + std::to_string(plan.firstSequence.size()) +
                " sequence offsets for " + std::to_string(parts) +
                " microbatches");
  constexpr int64_t maxTokens = int64_t(1) << 48;
  int64_t sum = 0;
  for (int64_t length : plan.lengths) {
    if (length <= 0 || length > maxTokens - sum)
      return fail("a sequence of the batch has the length " +
                  std::to_string(length));
    sum += length;
  }
  if (plan.firstSequence.front() != 0 ||
      plan.firstSequence.back() != plan.lengths.size())
    return fail("the microbatches do not cover the batch's sequences");
  for (size_t k = 0; k < parts; ++k) {
    uint32_t begin = plan.firstSequence[k], end = plan.firstSequence[k + 1];
    if (begin >= end || end > plan.lengths.size())
      return fail("microbatch #" + std::to_string(k) +
                  " has no sequences or is out of order");
    int64_t tokens = 0;
    for (uint32_t i = begin; i < end; ++i)
      tokens += plan.lengths[i];
    if (plan.shapes[k].tokens != tokens ||
        plan.shapes[k].sequences != int64_t(end) - begin)
      return fail("the shape of microbatch #" + std::to_string(k) +
                  " is not that of its sequences");
  }
  return std::nullopt;
}

Found StructureChecker::checkGroups() {
  for (size_t index = 0; index < plan.groups.size(); ++index) {
    const std::vector<uint32_t> &group = plan.groups[index];
    if (group.empty() || group.back() >= plan.ranks.size() ||
        std::adjacent_find(group.begin(), group.end(),
                           std::greater_equal<>()) != group.end())
      return fail("group #" + std::to_string(index) +
                  " is not a sorted list of the plan's ranks");
  }
  return std::nullopt;
}

Found StructureChecker::checkRanks() {
  if (plan.ranks.empty() ||
      plan.ranks.size() > size_t(std::numeric_limits<int32_t>::max()))
    return fail("the plan has " + std::to_string(plan.ranks.size()) + " ranks");
  context.ranksOfRole.resize(plan.roles.size());
  uint32_t pipelineRanks = countPipelineRanks(plan.strategy, plan.stages);
  std::vector<uint32_t> sorted;
  for (uint32_t index = 0; index < plan.ranks.size(); ++index) {
    const Rank &rank = plan.ranks[index];
    Culprit culprit{index};
    if (rank.role >= plan.roles.size() ||
        rank.data >= plan.strategy.replicas() || rank.pipeline >= pipelineRanks)
      return fail("a rank's role or coordinates are out of range", {culprit});
    culprit.role = rank.role;
    if (int64_t(rank.peers.size()) < numPeers[rank.role] ||
        int64_t(rank.groups.size()) < numGroups[rank.role])
      return fail("a rank has fewer peers or groups than its role uses",
                  {culprit});
    auto check = [&](const std::vector<uint32_t> &table, size_t limit) {
      sorted = table;
      std::sort(sorted.begin(), sorted.end());
      return (sorted.empty() || sorted.back() < limit) &&
             std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    };
    if (!check(rank.peers, plan.ranks.size()) ||
        std::find(rank.peers.begin(), rank.peers.end(), index) !=
            rank.peers.end())
      return fail("a rank's peers are not different other ranks", {culprit});
    if (!check(rank.groups, plan.groups.size()))
      return fail("a rank's groups are not different groups", {culprit});
    context.ranksOfRole[rank.role].push_back(index);
  }
  // What comes next asks what a role does on its ranks.
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    if (context.ranksOfRole[role].empty())
      return fail("no rank has a role", {{-1, role}});
  return std::nullopt;
}

Found StructureChecker::checkBuffer(uint32_t roleIndex, uint32_t index) {
  const Role &role = plan.roles[roleIndex];
  const Buffer &buffer = role.buffers[index];
  Culprit culprit{-1, roleIndex, -1, index};
  if (buffer.binding.slot > Slot::Step)
    return fail("a buffer is bound to an unknown slot", {culprit});
  bool perStage = isPerStage(buffer.binding.slot);
  if (perStage ? buffer.stage < 0 || !runs(role, uint32_t(buffer.stage))
               : buffer.stage != -1)
    return fail("a buffer has the stage " + std::to_string(buffer.stage),
                {culprit});
  const TensorType *type =
      typeOf(model, model.stages[std::max(buffer.stage, 0)], buffer.binding);
  if (!type)
    return fail("a buffer is bound to a value that the model does not have",
                {culprit});
  if (Found found = checkShare(buffer, *type, culprit))
    return found;
  TensorType expected = shareType(*type, buffer.share);
  if (buffer.type != expected)
    return fail("a buffer's type is not that of its value, " + expected.str(),
                {culprit});
  bool perMicrobatch = isPerMicrobatch(buffer.binding.slot);
  if (perMicrobatch ? buffer.microbatch < 0 || uint32_t(buffer.microbatch) >=
                                                   plan.strategy.numSlices()
                    : buffer.microbatch != -1)
    return fail("a buffer has the microbatch " +
                    std::to_string(buffer.microbatch),
                {culprit});
  if (buffer.bytes < 0 || buffer.offset < 0)
    return fail("a buffer has a negative size or offset", {culprit});
  return std::nullopt;
}

/// A share is of a value that has heads, of some of them, and of a coordinate.
Found StructureChecker::checkShare(const Buffer &buffer, const TensorType &type,
                                   const Culprit &culprit) {
  const Share &share = buffer.share;
  if (share == Share())
    return std::nullopt;
  int64_t replicas = plan.strategy.replicas();
  // What its own forward computed again, or what was fetched from the host.
  Share again;
  again.again = share.again;
  Slot slot = buffer.binding.slot;
  if (share == again && (slot == Slot::Input || slot == Slot::Output ||
                         slot == Slot::Residual || slot == Slot::Attended))
    return std::nullopt;
  bool fits = !plan.sequenceGroups.empty() && buffer.microbatch >= 0 &&
              share.owner >= 0 && share.owner < replicas &&
              share.term >= Share::kTotal && share.term < replicas &&
              share.numHeads > 0 && hasHeads(type, share);
  if (!fits)
    return fail("a buffer's share is not a part of its value", {culprit});
  return std::nullopt;
}

/// The kernel is one of its stage's attention, with buffers of its operands'
/// kinds; the rows of the table stay within their tokens.
Found StructureChecker::checkAttend(uint32_t roleIndex, uint32_t index) {
  const Role &role = plan.roles[roleIndex];
  const Instruction &attend = role.body[index];
  Culprit culprit{-1, roleIndex, index};
  if (attend.stage < 0 || !runs(role, uint32_t(attend.stage)) ||
      attend.microbatch < 0 || !model.stages[attend.stage].attention)
    return fail("an attention is of a stage that has none", {culprit});
  const Attention &attention = *model.stages[attend.stage].attention;
  const AttentionKernel *kernel = nullptr;
  static constexpr AttentionKernel kernels[] = {
      AttentionKernel::Part, AttentionKernel::Merge, AttentionKernel::Delta,
      AttentionKernel::PartGrad};
  for (const AttentionKernel &candidate : kernels)
    if ((attention.isTrained || candidate < AttentionKernel::Delta) &&
        kernelOf(attention, candidate) == attend.kernel)
      kernel = &candidate;
  if (!kernel)
    return fail("kernel #" + std::to_string(attend.kernel) +
                    " is not one of the stage's attention",
                {culprit});
  bool hasTable =
      *kernel == AttentionKernel::Part || *kernel == AttentionKernel::PartGrad;
  const std::vector<Quantity> &operands = operandsOf(*kernel);
  bool fits = attend.buffers.size() == operands.size() &&
              hasTable == (attend.index != kNoTable) &&
              (!hasTable || attend.index < role.tables.size());
  for (size_t k = 0; fits && k < operands.size(); ++k) {
    const Buffer &buffer = role.buffers[attend.buffers[k]];
    Operand expected = quantityOperand(attention, operands[k]);
    bool isBefore = expected.slot == Slot::Input && buffer.share.owner < 0 &&
                    buffer.binding.slot == Slot::Output &&
                    buffer.stage == attend.stage - 1 &&
                    buffer.binding.index == expected.index;
    // Keys may be those of another slice of the microbatch.
    bool isHere = buffer.microbatch == attend.microbatch ||
                  (hasKeyHeads(operands[k]) && buffer.microbatch >= 0 &&
                   plan.strategy.microbatchOf(buffer.microbatch) ==
                       plan.strategy.microbatchOf(attend.microbatch));
    fits = isHere && (isBefore || (buffer.stage == attend.stage &&
                                   buffer.binding.slot == expected.slot &&
                                   buffer.binding.index == expected.index));
  }
  if (!fits)
    return fail("an attention's buffers or table do not fit its kernel",
                {culprit});
  return std::nullopt;
}

Found StructureChecker::checkKernel(uint32_t roleIndex, uint32_t index) {
  const Role &role = plan.roles[roleIndex];
  const Instruction &instruction = role.body[index];
  Culprit culprit{-1, roleIndex, index};
  bool update = instruction.kind == TaskKind::Update;
  if (instruction.kind > TaskKind::Update)
    return fail("a kernel has an unknown task kind", {culprit});
  if (update ? instruction.microbatch != -1 : instruction.microbatch < 0)
    return fail("a kernel has the microbatch " +
                    std::to_string(instruction.microbatch),
                {culprit});
  if (instruction.stage < 0 ? !update
                            : !runs(role, uint32_t(instruction.stage)))
    return fail("a kernel is of stage " + std::to_string(instruction.stage) +
                    ", which its rank does not run",
                {culprit});
  const TaskTemplate *task = context.templateOf(role, instruction);
  if (!task)
    return fail("a kernel runs a task that the model does not have", {culprit});
  if (task->kernel != instruction.kernel)
    return fail("a task runs kernel #" + std::to_string(instruction.kernel) +
                    " and the model says #" + std::to_string(task->kernel),
                {culprit});
  if (task->operands.size() != instruction.buffers.size())
    return fail("a kernel has " + std::to_string(instruction.buffers.size()) +
                    " buffers for " + std::to_string(task->operands.size()) +
                    " operands",
                {culprit});
  return std::nullopt;
}

Found StructureChecker::checkInstruction(uint32_t roleIndex, uint32_t index,
                                         const Posts &posts) {
  const Role &role = plan.roles[roleIndex];
  const Instruction &instruction = role.body[index];
  Culprit culprit{-1, roleIndex, index};
  if (instruction.op > Op::WaitCopy)
    return fail("an instruction has an unknown operation", {culprit});
  if (instruction.stage < -1 || instruction.stage >= int64_t(plan.stages) ||
      instruction.microbatch < -1 ||
      instruction.microbatch >= int64_t(plan.strategy.numSlices()))
    return fail("an instruction's stage or microbatch is out of range",
                {culprit});
  const Workspace &workspace = instruction.workspace;
  if (workspace.bytes < 0 || workspace.offset < 0)
    return fail("an instruction has a workspace of negative size or offset",
                {culprit});
  bool isLaunch = instruction.op == Op::Kernel || instruction.op == Op::Attend;
  if (workspace != Workspace() && (!isLaunch || workspace.bytes == 0))
    return fail(isLaunch ? "a workspace of no bytes has an offset"
                         : "an instruction that runs no kernel has a workspace",
                {culprit});
  std::vector<uint32_t> sorted = instruction.buffers;
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty() && sorted.back() >= role.buffers.size())
    return fail("an instruction uses buffer #" + std::to_string(sorted.back()) +
                    " of " + std::to_string(role.buffers.size()),
                {culprit});
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return fail("an instruction uses a buffer twice", {culprit});
  for (size_t k = 0; k < instruction.buffers.size(); ++k) {
    uint32_t buffer = instruction.buffers[k];
    bool isOnHost = (instruction.op == Op::Offload && k == 0) ||
                    (instruction.op == Op::Fetch && k == 1);
    if (role.buffers[buffer].onHost != isOnHost)
      return fail(isOnHost ? "a copy to or from the host has a buffer on the "
                             "device in the host's place"
                           : "an instruction uses a buffer that is on the host",
                  {{-1, roleIndex, index, buffer}});
  }

  bool fits = true;
  switch (instruction.op) {
  case Op::Kernel:
    return checkKernel(roleIndex, index);
  case Op::Zero:
    fits = !sorted.empty();
    break;
  case Op::LoadBatch:
    fits = sorted.size() == 1 && instruction.microbatch >= 0 &&
           instruction.index < model.batch.size();
    break;
  case Op::Send:
  case Op::Recv:
    fits = sorted.size() == 1 && instruction.peer >= 0;
    numPeers[roleIndex] =
        std::max<int64_t>(numPeers[roleIndex], int64_t(instruction.peer) + 1);
    break;
  case Op::WaitSend:
    fits = sorted.empty() && instruction.index < posts.sends;
    break;
  case Op::Offload:
  case Op::Fetch:
    fits = instruction.buffers.size() == 2 && instruction.microbatch >= 0;
    break;
  case Op::WaitCopy:
    fits = sorted.empty() && instruction.index < posts.copies;
    break;
  case Op::AllReduce:
    fits = !sorted.empty() && instruction.group >= 0;
    numGroups[roleIndex] =
        std::max<int64_t>(numGroups[roleIndex], int64_t(instruction.group) + 1);
    break;
  case Op::Attend:
    return checkAttend(roleIndex, index);
  case Op::CopyHeads:
  case Op::Add:
    fits = instruction.buffers.size() == 2 && instruction.microbatch >= 0;
    for (size_t k = 0; fits && k < 2; ++k) {
      const TensorType &type = role.buffers[instruction.buffers[k]].type;
      fits = type.shape.size() > 1 && type.element == ElementType::F32;
    }
    break;
  }
  if (!fits)
    return fail("an instruction's buffers, peer, group or index do not fit its "
                "operation",
                {culprit});
  return std::nullopt;
}

Found StructureChecker::checkRole(uint32_t index) {
  const Role &role = plan.roles[index];
  Culprit culprit{-1, index};
  if (role.stages.empty() || role.stages.back() >= plan.stages ||
      std::adjacent_find(role.stages.begin(), role.stages.end(),
                         std::greater_equal<>()) != role.stages.end())
    return fail("a role's stages are not a sorted list of the model's",
                {culprit});
  constexpr size_t limit = std::numeric_limits<int32_t>::max();
  if (role.buffers.size() > limit || role.body.size() > limit)
    return fail("a role has more than 2^31 buffers or instructions", {culprit});
  if (role.arenaBytes < 0 || role.hostBytes < 0)
    return fail("a role's arena has a negative size", {culprit});
  std::set<std::tuple<Slot, uint32_t, int32_t, int32_t, Share, bool>> values;
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    if (Found found = checkBuffer(index, i))
      return found;
    const Buffer &buffer = role.buffers[i];
    if (!values
             .emplace(buffer.binding.slot, buffer.binding.index, buffer.stage,
                      buffer.microbatch, buffer.share, buffer.onHost)
             .second)
      return fail("two buffers hold the same value", {{-1, index, -1, i}});
    if (buffer.onHost && buffer.microbatch < 0)
      return fail("a buffer on the host is of no microbatch",
                  {{-1, index, -1, i}});
  }
  for (size_t i = 0; i < role.tables.size(); ++i)
    if (!isTable(role.tables[i]))
      return fail("table #" + std::to_string(i) + " of a role is malformed",
                  {culprit});
  Posts posts;
  for (const Instruction &instruction : role.body) {
    posts.sends += instruction.op == Op::Send;
    posts.copies +=
        instruction.op == Op::Offload || instruction.op == Op::Fetch;
  }
  for (uint32_t i = 0; i < role.body.size(); ++i)
    if (Found found = checkInstruction(index, i, posts))
      return found;
  return std::nullopt;
}

Found StructureChecker::run() {
  if (Result<void> checked = checkModel(model); !checked)
    return fail(checked.error().message);
  if (Found found = checkBatch())
    return found;
  numPeers.resize(plan.roles.size());
  numGroups.resize(plan.roles.size());
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    if (Found found = checkRole(role))
      return found;
  if (Found found = checkRanks())
    return found;
  return checkGroups();
}

} // namespace

Found plan::checkStructure(CheckContext &context) {
  return StructureChecker(context).run();
}
