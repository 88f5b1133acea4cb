//===- CheckReductions.cpp - P8: nothing is left out of a sum -------------===//
//
// What several ranks accumulate - gradients, the loss, its weight - is summed
// exactly once, over exactly the ranks that hold it.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

bool isAccumulator(Slot slot) {
  return slot == Slot::Gradient || slot == Slot::Loss || slot == Slot::Weight;
}

class ReductionChecker {
public:
  explicit ReductionChecker(const CheckContext &context)
      : context(context), plan(context.plan) {}

  Found run();

private:
  using Value = std::pair<Slot, uint32_t>;

  /// The ranks that accumulate a value.
  struct Holders {
    std::map<uint32_t, uint32_t> bufferOfRole;
    size_t ranks = 0;
  };

  Found findHolders();
  Found checkRole(uint32_t role);
  Found checkGroup(uint32_t role, uint32_t instruction, uint32_t buffer,
                   const Holders &holders);
  const std::vector<uint32_t> &rolesOfGroup(uint32_t group);

  Found fail(std::string message, std::vector<Culprit> culprits) {
    return context.violation("P8", std::move(message), std::move(culprits));
  }

  const CheckContext &context;
  const Plan &plan;
  std::map<Value, Holders> holdersOf;
  std::map<uint32_t, std::vector<uint32_t>> groupRoles;
};

Found ReductionChecker::findHolders() {
  for (uint32_t role = 0; role < plan.roles.size(); ++role) {
    size_t ranks = context.ranksOfRole[role].size();
    if (ranks == 0)
      continue;
    const Role &body = plan.roles[role];
    for (uint32_t i = 0; i < body.buffers.size(); ++i) {
      const Operand &binding = body.buffers[i].binding;
      if (!isAccumulator(binding.slot))
        continue;
      Holders &holders = holdersOf[{binding.slot, binding.index}];
      holders.bufferOfRole[role] = i;
      holders.ranks += ranks;
    }
  }
  // The loss and its weight are everybody's, even where a rank adds nothing.
  for (Slot slot : {Slot::Loss, Slot::Weight}) {
    auto found = holdersOf.find({slot, 0});
    if (found == holdersOf.end() || found->second.ranks == plan.ranks.size())
      continue;
    for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
      if (!found->second.bufferOfRole.count(plan.ranks[rank].role))
        return fail(std::string("the ") + name(slot) +
                        " is not summed over all ranks: this one has none",
                    {context.on(rank, -1)});
  }
  return std::nullopt;
}

/// The roles of a group's ranks.
const std::vector<uint32_t> &ReductionChecker::rolesOfGroup(uint32_t group) {
  auto [found, isNew] = groupRoles.try_emplace(group);
  std::vector<uint32_t> &roles = found->second;
  if (isNew) {
    for (uint32_t rank : plan.groups[group])
      if (uint32_t role = plan.ranks[rank].role;
          roles.empty() || roles.back() != role)
        roles.push_back(role);
    std::sort(roles.begin(), roles.end());
    roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  }
  return roles;
}

Found ReductionChecker::checkGroup(uint32_t role, uint32_t instruction,
                                   uint32_t buffer, const Holders &holders) {
  int32_t local = plan.roles[role].body[instruction].group;
  int64_t previous = -1;
  for (uint32_t rank : context.ranksOfRole[role]) {
    uint32_t group = plan.ranks[rank].groups[local];
    if (group == previous)
      continue;
    previous = group;
    const std::string what = "'" + plan.roles[role].buffers[buffer].name + "'";
    for (uint32_t other : rolesOfGroup(group))
      if (!holders.bufferOfRole.count(other))
        return fail(
            what + " is summed over a rank that does not hold it",
            {context.on(rank, instruction, buffer), context.at(other, -1)});
    if (plan.groups[group].size() == holders.ranks)
      continue;
    // Name a rank that was left out.
    std::vector<Culprit> culprits = {context.on(rank, instruction, buffer)};
    for (const auto &[other, otherBuffer] : holders.bufferOfRole) {
      for (uint32_t candidate : context.ranksOfRole[other])
        if (!std::binary_search(plan.groups[group].begin(),
                                plan.groups[group].end(), candidate)) {
          culprits.push_back(context.on(candidate, -1, otherBuffer));
          break;
        }
      if (culprits.size() > 1)
        break;
    }
    return fail(what + " is held by " + std::to_string(holders.ranks) +
                    " ranks and summed over " +
                    std::to_string(plan.groups[group].size()),
                std::move(culprits));
  }
  return std::nullopt;
}

Found ReductionChecker::checkRole(uint32_t index) {
  const Role &role = plan.roles[index];
  std::vector<int32_t> reduction(role.buffers.size(), -1);
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    if (instruction.op != Op::AllReduce)
      continue;
    for (uint32_t buffer : instruction.buffers) {
      const Operand &binding = role.buffers[buffer].binding;
      if (!isAccumulator(binding.slot))
        return context.violation(
            "P3", "an all-reduce changes a buffer that is not an accumulator",
            {context.at(index, i, buffer)});
      if (reduction[buffer] >= 0)
        return fail("'" + role.buffers[buffer].name + "' is summed twice",
                    {context.at(index, reduction[buffer], buffer),
                     context.at(index, i, buffer)});
      reduction[buffer] = int32_t(i);
      if (Found found = checkGroup(index, i, buffer,
                                   holdersOf.at({binding.slot, binding.index})))
        return found;
    }
  }
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Operand &binding = role.buffers[i].binding;
    if (!isAccumulator(binding.slot) || reduction[i] >= 0)
      continue;
    size_t ranks = holdersOf.at({binding.slot, binding.index}).ranks;
    if (ranks > 1)
      return fail("'" + role.buffers[i].name + "' is held by " +
                      std::to_string(ranks) + " ranks and never summed",
                  {context.at(index, -1, i)});
  }
  return std::nullopt;
}

Found ReductionChecker::run() {
  if (Found found = findHolders())
    return found;
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    if (Found found = checkRole(role))
      return found;
  return std::nullopt;
}

} // namespace

Found plan::checkReductions(const CheckContext &context) {
  return ReductionChecker(context).run();
}
