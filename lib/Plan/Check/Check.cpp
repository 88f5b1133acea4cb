//===- Check.cpp - The invariants of a plan -------------------------------===//

#include "Checker.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

const TaskTemplate *
CheckContext::templateOf(const Role &role,
                         const Instruction &instruction) const {
  if (instruction.kind != TaskKind::Update)
    return instruction.stage < 0
               ? nullptr
               : model.stages[instruction.stage].templateOf(instruction.kind);
  for (uint32_t buffer : instruction.buffers) {
    const Operand &binding = role.buffers[buffer].binding;
    if (binding.slot == Slot::Parameter && binding.index < model.updates.size())
      return &model.updates[binding.index];
  }
  return nullptr;
}

int64_t CheckContext::neighbour(int64_t stage, int64_t microbatch,
                                int64_t step) const {
  if (positions.empty()) {
    int64_t found = stage + step;
    return found < int64_t(plan.stages) ? found : -1;
  }
  const auto &own = positions[microbatch];
  auto found = std::lower_bound(own.begin(), own.end(),
                                std::pair(uint32_t(stage), uint32_t(0)));
  if (found == own.end() || found->first != stage)
    return -1;
  int64_t position = found->second + step;
  const std::vector<Visit> &route = plan.strategy.routes[microbatch];
  return position >= 0 && position < int64_t(route.size())
             ? route[position].stage
             : -1;
}

Found CheckContext::findInMeetings(
    const std::function<bool(const Stage &)> &isMeeting,
    const std::function<Found(const Meeting &)> &check) const {
  if (plan.sequenceGroups.empty())
    return std::nullopt;
  uint32_t replicas = plan.strategy.replicas();
  std::vector<uint32_t> rankAt(plan.ranks.size());
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
    rankAt[size_t(plan.ranks[rank].pipeline) * replicas +
           plan.ranks[rank].data] = rank;
  for (size_t first = 0; first < plan.ranks.size(); first += replicas)
    for (uint32_t stage : roleOf(rankAt[first]).stages)
      for (uint32_t i = 0;
           isMeeting(model.stages[stage]) && i < plan.strategy.microbatches;
           ++i)
        for (const SequenceGroup &group : plan.sequenceGroups[i]) {
          Meeting meeting{stage, i, group, {}};
          for (uint32_t coordinate : group.coordinates)
            meeting.ranks.push_back(rankAt[first + coordinate]);
          if (Found found = check(meeting))
            return found;
        }
  return std::nullopt;
}

Culprit CheckContext::at(uint32_t role, int64_t instruction,
                         int64_t buffer) const {
  Culprit culprit{-1, role, instruction, buffer};
  if (role < ranksOfRole.size() && !ranksOfRole[role].empty())
    culprit.rank = ranksOfRole[role].front();
  return culprit;
}

Culprit CheckContext::on(uint32_t rank, int64_t instruction,
                         int64_t buffer) const {
  return {rank, plan.ranks[rank].role, instruction, buffer};
}

std::string CheckContext::describe(const Culprit &culprit) const {
  std::string text;
  const Rank *rank = nullptr;
  const Role *role = nullptr;
  if (culprit.rank >= 0) {
    text = "rank " + std::to_string(culprit.rank);
    if (uint64_t(culprit.rank) < plan.ranks.size()) {
      rank = &plan.ranks[culprit.rank];
      text += " (";
      if (rank->role < plan.roles.size()) {
        const std::vector<uint32_t> &stages = plan.roles[rank->role].stages;
        text += stages.size() > 1 ? "stages " : "stage ";
        for (size_t i = 0; i < stages.size(); ++i)
          text += (i ? "+" : "") + std::to_string(stages[i]);
        text += ", ";
      }
      text += "data " + std::to_string(rank->data) + ")";
    }
  } else if (culprit.role >= 0) {
    text = "role #" + std::to_string(culprit.role);
  }
  if (culprit.role >= 0 && uint64_t(culprit.role) < plan.roles.size())
    role = &plan.roles[culprit.role];

  auto bufferName = [&](int64_t index) {
    if (role && index >= 0 && uint64_t(index) < role->buffers.size())
      return "'" + role->buffers[index].name + "'";
    return "buffer #" + std::to_string(index);
  };
  if (culprit.instruction >= 0) {
    text += (text.empty() ? "#" : ": #") + std::to_string(culprit.instruction);
    if (role && uint64_t(culprit.instruction) < role->body.size()) {
      const Instruction &instruction = role->body[culprit.instruction];
      text += std::string(" ") + name(instruction.op);
      if (instruction.op == Op::Kernel) {
        text += std::string(" ") + name(instruction.kind);
        if (role->stages.size() > 1 && instruction.stage >= 0)
          text += " of stage " + std::to_string(instruction.stage);
      }
      if (instruction.microbatch >= 0)
        text += " of " + plan.strategy.describe(instruction.microbatch);
      if (instruction.op == Op::WaitSend)
        text += " for Send #" + std::to_string(instruction.index);
      if (instruction.op == Op::WaitCopy)
        text += " for copy #" + std::to_string(instruction.index);
      bool single = instruction.buffers.size() == 1;
      if (single && culprit.buffer < 0)
        text += ", " + bufferName(instruction.buffers[0]);
      bool toPeer = instruction.op == Op::Send || instruction.op == Op::Recv;
      if (toPeer && rank && instruction.peer >= 0 &&
          uint64_t(instruction.peer) < rank->peers.size())
        text += std::string(instruction.op == Op::Send ? " to" : " from") +
                " rank " + std::to_string(rank->peers[instruction.peer]);
      if (instruction.op == Op::AllReduce && rank && instruction.group >= 0 &&
          uint64_t(instruction.group) < rank->groups.size())
        text +=
            " over group " + std::to_string(rank->groups[instruction.group]);
    }
  }
  if (culprit.buffer >= 0)
    text += (text.empty() ? "" : ": ") + bufferName(culprit.buffer);
  return text;
}

Violation CheckContext::violation(const char *invariant, std::string message,
                                  std::vector<Culprit> culprits) const {
  Violation found{invariant, std::move(message), std::move(culprits), {}};
  for (const Culprit &culprit : found.culprits)
    found.notes.push_back(describe(culprit));
  return found;
}

std::optional<Violation> plan::findViolation(const Plan &plan,
                                             const Model &model,
                                             const MemoryLimits &limits) {
  CheckContext context{plan, model, {}, {}, {}};
  Channels channels;
  Found found = checkStructure(context);
  if (!found)
    found = checkTasks(context);
  if (!found)
    found = checkReductions(context);
  if (!found)
    found = checkTransfers(context, channels);
  if (!found)
    found = checkCollectives(context);
  if (!found)
    found = checkDataflow(context);
  if (!found)
    found = checkDeadlock(context, channels);
  if (!found)
    found = checkAttention(context);
  if (!found)
    found = checkGathers(context);
  if (!found)
    found = checkMemory(context);
  if (!found)
    found = checkLimits(context);
  if (!found)
    found = checkCapacity(context, limits);
  return found;
}

Result<void> plan::check(const Plan &plan, const Model &model,
                         const MemoryLimits &limits) {
  std::optional<Violation> found = findViolation(plan, model, limits);
  if (!found)
    return {};
  return Error(ErrorCode::InvalidPlan, found->invariant + ": " + found->message,
               std::move(found->notes));
}
