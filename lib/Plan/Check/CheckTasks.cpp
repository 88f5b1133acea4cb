//===- CheckTasks.cpp - P8: every task runs exactly once ------------------===//

#include "Checker.h"

#include "hocket/Plan/StrategyCheck.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

constexpr size_t kNumKinds = size_t(TaskKind::Update);

/// Every coordinate is one rank's, with the stages that the strategy says,
/// where it says so.
Found checkCoordinates(const CheckContext &context) {
  const Plan &plan = context.plan;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> at;
  std::map<uint32_t, std::vector<uint32_t>> held; // by pipeline rank
  for (uint32_t index = 0; index < plan.ranks.size(); ++index) {
    const Rank &rank = plan.ranks[index];
    auto [other, isNew] = at.try_emplace({rank.pipeline, rank.data}, index);
    if (!isNew)
      return context.violation("P8", "two ranks have the same coordinates",
                               {{other->second, plan.ranks[other->second].role},
                                {index, rank.role}});
    if (!namesRanks(plan.strategy))
      continue;
    auto [expected, isFirst] = held.try_emplace(rank.pipeline);
    if (isFirst)
      expected->second = heldStages(plan.strategy, rank.pipeline);
    if (plan.roles[rank.role].stages != expected->second)
      return context.violation("P8",
                               "the strategy gives pipeline rank " +
                                   std::to_string(rank.pipeline) +
                                   " other stages than this one has",
                               {{index, rank.role}});
  }
  uint64_t expected = uint64_t(countPipelineRanks(plan.strategy, plan.stages)) *
                      plan.strategy.replicas();
  if (namesRanks(plan.strategy) && plan.ranks.size() != expected)
    return context.violation(
        "P8", "the strategy has " + std::to_string(expected) +
                  " ranks and the plan " + std::to_string(plan.ranks.size()));
  return std::nullopt;
}

/// Every stage of every data coordinate is one rank's, unless it has replicas.
Found checkStages(const CheckContext &context) {
  const Plan &plan = context.plan;
  if (!plan.strategy.nodes.empty())
    return std::nullopt;
  uint64_t expected = uint64_t(plan.stages) * plan.strategy.replicas();
  uint64_t held = 0;
  for (const Rank &rank : plan.ranks)
    held += plan.roles[rank.role].stages.size();
  if (expected != held)
    return context.violation(
        "P8", std::to_string(plan.stages) + " stages x " +
                  std::to_string(plan.strategy.replicas()) + " replicas is " +
                  std::to_string(expected) + " stages to run and the plan's " +
                  std::to_string(plan.ranks.size()) + " ranks run " +
                  std::to_string(held));
  std::vector<int32_t> owner(expected, -1);
  for (uint32_t index = 0; index < plan.ranks.size(); ++index) {
    const Rank &rank = plan.ranks[index];
    for (uint32_t stage : plan.roles[rank.role].stages) {
      int32_t &slot =
          owner[size_t(stage) * plan.strategy.replicas() + rank.data];
      if (slot >= 0)
        return context.violation(
            "P8", "two ranks run the same stage of the same data coordinate",
            {{slot, plan.ranks[slot].role}, {index, rank.role}});
      slot = int32_t(index);
    }
  }
  return std::nullopt;
}

/// The tasks of one role: those of each microbatch that comes to one of its
/// stages exactly once.
class TaskChecker {
public:
  TaskChecker(const CheckContext &context, uint32_t index)
      : context(context), index(index), role(context.plan.roles[index]) {}

  Found run() {
    for (uint32_t i = 0; i < role.body.size(); ++i)
      if (role.body[i].op == Op::Kernel)
        if (Found found = note(i))
          return found;
    Found found = context.plan.strategy.routes.empty() ? checkAllMicrobatches()
                                                       : checkVisits();
    return found ? found : checkUpdates();
  }

private:
  using Runs = std::array<int32_t, kNumKinds>; // instructions, by task kind

  Found fail(std::string message, std::vector<Culprit> culprits) {
    return context.violation("P8", std::move(message), std::move(culprits));
  }

  static Runs none() {
    Runs runs;
    runs.fill(-1);
    return runs;
  }

  Found note(uint32_t i) {
    const Instruction &instruction = role.body[i];
    int32_t *first = nullptr;
    std::string what = std::string("task ") + name(instruction.kind);
    if (instruction.kind == TaskKind::Update) {
      const TaskTemplate *task = context.templateOf(role, instruction);
      size_t parameter = task - context.model.updates.data();
      first = &updates.try_emplace(uint32_t(parameter), -1).first->second;
      what = "the update of parameter '" +
             context.model.parameters[parameter].name + "'";
    } else {
      Runs &runs = tasks
                       .try_emplace({uint32_t(instruction.stage),
                                     uint32_t(instruction.microbatch)},
                                    none())
                       .first->second;
      first = &runs[size_t(instruction.kind)];
      what += " of " + context.plan.strategy.describe(instruction.microbatch);
    }
    // To compute something again gives the same once more, unless it is added
    // up.
    if (instruction.kind == TaskKind::R) {
      const TaskTemplate &task = *context.templateOf(role, instruction);
      for (const Operand &operand : task.operands)
        if (operand.access == Access::ReadWrite)
          return fail(what + " adds to the " + name(operand.slot) +
                          " a second time",
                      {context.at(index, i)});
      return std::nullopt;
    }
    if (*first >= 0)
      return fail(what + " runs twice",
                  {context.at(index, *first), context.at(index, i)});
    *first = int32_t(i);
    return std::nullopt;
  }

  /// Ends at the first that is missing, after as many as the body has tasks.
  Found checkAllMicrobatches() {
    for (uint32_t stage : role.stages)
      for (uint32_t i = 0; i < context.plan.strategy.numSlices(); ++i)
        if (Found found = checkMicrobatch(stage, i))
          return found;
    return std::nullopt;
  }

  /// The microbatches whose routes come here, and no others.
  Found checkVisits() {
    uint32_t here =
        context.plan.ranks[context.ranksOfRole[index].front()].pipeline;
    for (uint32_t other : context.ranksOfRole[index])
      if (context.plan.ranks[other].pipeline != here)
        return fail("ranks of one role have different places on the routes",
                    {context.at(index, -1), context.on(other, -1)});
    const auto &visits = context.visits[here];
    for (auto [stage, microbatch] : visits)
      if (Found found = checkMicrobatch(stage, microbatch))
        return found;
    if (visits.size() == tasks.size())
      return std::nullopt;
    std::set<std::pair<uint32_t, uint32_t>> expected(visits.begin(),
                                                     visits.end());
    for (const auto &[key, runs] : tasks)
      if (!expected.count(key))
        return fail(
            "microbatch " + std::to_string(key.second) +
                " does not visit stage " + std::to_string(key.first) +
                " of this rank",
            {context.at(index, *std::max_element(runs.begin(), runs.end()))});
    return std::nullopt;
  }

  Found checkMicrobatch(uint32_t stageIndex, uint32_t microbatch) {
    const Stage &stage = context.model.stages[stageIndex];
    auto found = tasks.find({stageIndex, microbatch});
    const Runs &runs = found == tasks.end() ? noRuns : found->second;
    std::string where = context.plan.strategy.describe(microbatch);
    auto runsKind = [&](TaskKind kind) { return runs[size_t(kind)] >= 0; };
    auto missing = [&](TaskKind kind) {
      return fail(std::string("task ") + name(kind) + " of stage " +
                      std::to_string(stageIndex) + " and " + where +
                      " never runs",
                  {context.at(index, -1)});
    };
    if (!runsKind(TaskKind::F))
      return missing(TaskKind::F);
    // The backward runs whole, or as its two parts.
    bool split = runsKind(TaskKind::Bi) || runsKind(TaskKind::W);
    if (runsKind(TaskKind::B)) {
      TaskKind part = runsKind(TaskKind::Bi) ? TaskKind::Bi : TaskKind::W;
      if (split)
        return fail(std::string("task B contains ") + name(part) +
                        ", and both run for " + where,
                    {context.at(index, runs[size_t(TaskKind::B)]),
                     context.at(index, runs[size_t(part)])});
      return std::nullopt;
    }
    if (stage.find(TaskKind::B) && !split)
      return missing(TaskKind::B);
    for (TaskKind part : {TaskKind::Bi, TaskKind::W})
      if (stage.find(part) && !runsKind(part))
        return missing(part);
    return std::nullopt;
  }

  Found checkUpdates() {
    if (context.model.updates.empty())
      return std::nullopt;
    for (uint32_t i = 0; i < role.buffers.size(); ++i) {
      const Operand &binding = role.buffers[i].binding;
      if (binding.slot == Slot::Parameter && !updates.count(binding.index))
        return fail("parameter '" +
                        context.model.parameters[binding.index].name +
                        "' is never updated",
                    {context.at(index, -1, i)});
    }
    return std::nullopt;
  }

  const CheckContext &context;
  uint32_t index;
  const Role &role;
  const Runs noRuns = none();
  std::map<std::pair<uint32_t, uint32_t>, Runs> tasks; // stage, microbatch
  std::map<uint32_t, int32_t> updates;                 // by parameter
};

} // namespace

Found plan::checkTasks(const CheckContext &context) {
  if (Found found = checkCoordinates(context))
    return found;
  if (Found found = checkStages(context))
    return found;
  std::vector<bool> held(context.model.parameters.size());
  for (uint32_t role = 0; role < context.plan.roles.size(); ++role) {
    if (Found found = TaskChecker(context, role).run())
      return found;
    for (const Buffer &buffer : context.plan.roles[role].buffers)
      if (buffer.binding.slot == Slot::Parameter)
        held[buffer.binding.index] = true;
  }
  for (size_t i = 0; i < context.model.updates.size(); ++i)
    if (!held[i])
      return context.violation("P8", "no rank holds and updates parameter '" +
                                         context.model.parameters[i].name +
                                         "'");
  return std::nullopt;
}
