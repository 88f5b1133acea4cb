//===- CheckCollectives.cpp - P1: a group agrees on its collectives -------===//

#include "Checker.h"

#include <algorithm>
#include <set>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// The all-reduces of one rank over one group.
struct Member {
  uint32_t group = 0;
  uint32_t rank = 0;
  uint32_t local = 0; // index into Rank::groups
};

class CollectiveChecker {
public:
  explicit CollectiveChecker(const CheckContext &context)
      : context(context), plan(context.plan) {}

  Found run();

private:
  void collect();
  Found checkGroup(uint32_t group, const Member *begin, const Member *end);
  Found compare(const Member &first, const Member &other);

  const std::vector<uint32_t> &listOf(const Member &member) const {
    return lists[plan.ranks[member.rank].role][member.local];
  }

  const CheckContext &context;
  const Plan &plan;
  std::vector<std::vector<std::vector<uint32_t>>> lists; // [role][local group]
  std::vector<Member> members;
  /// Pairs of roles and local groups that are known to agree.
  std::set<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>> agreed;
  Found mismatch; // the first break of P3, reported if P1 holds
};

void CollectiveChecker::collect() {
  lists.resize(plan.roles.size());
  for (uint32_t role = 0; role < plan.roles.size(); ++role) {
    const std::vector<Instruction> &body = plan.roles[role].body;
    for (uint32_t i = 0; i < body.size(); ++i) {
      if (body[i].op != Op::AllReduce)
        continue;
      size_t local = size_t(body[i].group);
      if (lists[role].size() <= local)
        lists[role].resize(local + 1);
      lists[role][local].push_back(i);
    }
  }
  for (uint32_t index = 0; index < plan.ranks.size(); ++index) {
    const Rank &rank = plan.ranks[index];
    for (uint32_t local = 0; local < lists[rank.role].size(); ++local)
      if (!lists[rank.role][local].empty())
        members.push_back({rank.groups[local], index, local});
  }
  std::sort(members.begin(), members.end(),
            [](const Member &a, const Member &b) {
              return std::tie(a.group, a.rank) < std::tie(b.group, b.rank);
            });
}

Found CollectiveChecker::compare(const Member &first, const Member &other) {
  uint32_t firstRole = plan.ranks[first.rank].role;
  uint32_t otherRole = plan.ranks[other.rank].role;
  if ((firstRole == otherRole && first.local == other.local) ||
      !agreed.emplace(firstRole, first.local, otherRole, other.local).second)
    return std::nullopt;
  const std::vector<uint32_t> &a = listOf(first), &b = listOf(other);
  for (size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    const Role &roleA = plan.roles[firstRole], &roleB = plan.roles[otherRole];
    const std::vector<uint32_t> &buffersA = roleA.body[a[k]].buffers;
    const std::vector<uint32_t> &buffersB = roleB.body[b[k]].buffers;
    std::vector<Culprit> culprits = {context.on(first.rank, a[k]),
                                     context.on(other.rank, b[k])};
    std::string which = "collective #" + std::to_string(k) + " of group #" +
                        std::to_string(first.group);
    if (buffersA.size() != buffersB.size())
      return context.violation(
          "P1",
          which + " has " + std::to_string(buffersA.size()) +
              " buffers on one rank and " + std::to_string(buffersB.size()) +
              " on another",
          std::move(culprits));
    for (size_t i = 0; i < buffersA.size(); ++i) {
      const Buffer &bufferA = roleA.buffers[buffersA[i]];
      const Buffer &bufferB = roleB.buffers[buffersB[i]];
      culprits[0].buffer = buffersA[i];
      culprits[1].buffer = buffersB[i];
      if (bufferA.type != bufferB.type)
        return context.violation("P1",
                                 which + " has buffers of type " +
                                     bufferA.type.str() + " on one rank and " +
                                     bufferB.type.str() + " on another",
                                 std::move(culprits));
      if (!mismatch && (bufferA.binding.slot != bufferB.binding.slot ||
                        bufferA.binding.index != bufferB.binding.index))
        mismatch =
            context.violation("P3", which + " sums different values", culprits);
    }
  }
  if (a.size() == b.size())
    return std::nullopt;
  bool more = a.size() > b.size();
  const Member &longer = more ? first : other, &shorter = more ? other : first;
  size_t extra = std::min(a.size(), b.size());
  return context.violation(
      "P1", "a rank issues a collective that another member does not",
      {context.on(longer.rank, listOf(longer)[extra]),
       context.on(shorter.rank, listOf(shorter).back())});
}

Found CollectiveChecker::checkGroup(uint32_t group, const Member *begin,
                                    const Member *end) {
  const std::vector<uint32_t> &expected = plan.groups[group];
  const Member *member = begin;
  for (uint32_t rank : expected) {
    if (member != end && member->rank < rank)
      break;
    if (member == end || member->rank > rank)
      return context.violation(
          "P1", "a member of a group does not issue its collective",
          {context.on(rank, -1),
           context.on(begin->rank, listOf(*begin).front())});
    ++member;
  }
  if (member != end)
    return context.violation(
        "P1", "a rank issues a collective of a group that it is not in",
        {context.on(member->rank, listOf(*member).front())});
  for (member = begin + 1; member < end; ++member)
    if (Found found = compare(*begin, *member))
      return found;
  return std::nullopt;
}

Found CollectiveChecker::run() {
  collect();
  const Member *begin = members.data(), *last = begin + members.size();
  while (begin != last) {
    const Member *end = begin;
    while (end != last && end->group == begin->group)
      ++end;
    if (Found found = checkGroup(begin->group, begin, end))
      return found;
    begin = end;
  }
  return mismatch;
}

} // namespace

Found plan::checkCollectives(const CheckContext &context) {
  return CollectiveChecker(context).run();
}
