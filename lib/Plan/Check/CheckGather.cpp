//===- CheckGather.cpp - P8: rows arrive where they belong ----------------===//
//
// Follows the rows of a group, and their gradients, through its messages: slot
// k has the row of the k-th member where that comes before, and zeros
// elsewhere; the gradient of a row is the sum of those that the members after
// it have of their slots, each once and in the order of the members.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include <algorithm>
#include <deque>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// What a buffer holds: rows of coordinates, or of one member's slot.
struct Content {
  std::vector<uint32_t> coordinates;
  /// Of gradients: the slot that each of them is of.
  std::vector<uint32_t> slots;
  bool operator==(const Content &) const = default;
};

class GatherChecker {
public:
  GatherChecker(const CheckContext &context, const Meeting &meeting)
      : context(context), stage(meeting.stage), microbatch(meeting.microbatch),
        gather(*context.model.stages[stage].gather),
        order(meeting.group.coordinates) {
    for (size_t i = 0; i < order.size(); ++i)
      members.push_back({meeting.ranks[i], order[i]});
    if (gather.reverse) {
      std::reverse(order.begin(), order.end());
      std::reverse(members.begin(), members.end());
    }
  }

  Found run();

private:
  struct Member {
    uint32_t rank = 0, coordinate = 0;
    std::vector<uint32_t> instructions = {};
    size_t next = 0;
    std::map<uint32_t, Content> contents = {}; // by buffer
  };

  void collect(Member &member);
  /// What an own value that is sent holds.
  Content contentOf(const Member &member, uint32_t buffer) const;
  bool advance(Member &member);
  Found checkMember(uint32_t position);
  Found fail(std::string message, const Member &member, int64_t instruction,
             int64_t buffer = -1) const {
    return context.violation("P8", std::move(message),
                             {context.on(member.rank, instruction, buffer)});
  }

  const CheckContext &context;
  uint32_t stage, microbatch;
  const RowGather &gather;
  std::vector<uint32_t> order; // coordinates, as the scan goes
  std::vector<Member> members;
  std::map<std::pair<uint32_t, uint32_t>, std::deque<Content>> queues;
};

/// The messages within the group, and what is done with rows.
void GatherChecker::collect(Member &member) {
  const Role &role = context.roleOf(member.rank);
  const Rank &rank = context.plan.ranks[member.rank];
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    const Instruction &made = role.body[i];
    if (made.stage != int32_t(stage) || made.microbatch != int32_t(microbatch))
      continue;
    bool isMessage = made.op == Op::Send || made.op == Op::Recv;
    if (made.op == Op::Add ||
        (isMessage &&
         context.plan.ranks[rank.peers[made.peer]].pipeline == rank.pipeline))
      member.instructions.push_back(i);
  }
}

Content GatherChecker::contentOf(const Member &member, uint32_t buffer) const {
  if (auto held = member.contents.find(buffer); held != member.contents.end())
    return held->second;
  const Operand &binding = context.roleOf(member.rank).buffers[buffer].binding;
  if (binding.slot == Slot::AttendedGradient)
    return {{member.coordinate}, {binding.index}};
  return {{member.coordinate}, {}};
}

bool GatherChecker::advance(Member &member) {
  const Instruction &made =
      context.roleOf(member.rank).body[member.instructions[member.next]];
  const Rank &rank = context.plan.ranks[member.rank];
  if (made.op == Op::Send) {
    queues[{member.rank, rank.peers[made.peer]}].push_back(
        contentOf(member, made.buffers[0]));
  } else if (made.op == Op::Recv) {
    auto &queue = queues[{rank.peers[made.peer], member.rank}];
    if (queue.empty())
      return false;
    member.contents[made.buffers[0]] = std::move(queue.front());
    queue.pop_front();
  } else {
    const Content from = member.contents[made.buffers[1]];
    Content &sum = member.contents[made.buffers[0]];
    sum.coordinates.insert(sum.coordinates.end(), from.coordinates.begin(),
                           from.coordinates.end());
    sum.slots.insert(sum.slots.end(), from.slots.begin(), from.slots.end());
  }
  ++member.next;
  return true;
}

Found GatherChecker::checkMember(uint32_t position) {
  const Member &member = members[position];
  const Role &role = context.roleOf(member.rank);
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (buffer.stage != int32_t(stage) ||
        buffer.microbatch != int32_t(microbatch) || buffer.share != Share())
      continue;
    auto held = member.contents.find(i);
    Content found = held == member.contents.end() ? Content() : held->second;
    uint32_t slot = buffer.binding.index;
    if (buffer.binding.slot == Slot::Attended) {
      Content expected;
      if (slot < position)
        expected.coordinates = {order[slot]};
      if (found != expected)
        return fail("slot " + std::to_string(slot) +
                        " of the rows before does not have the row of " +
                        (slot < position
                             ? "coordinate " + std::to_string(order[slot])
                             : "nobody"),
                    member, -1, i);
    }
    if (buffer.binding.slot == Slot::InputGradient && slot == gather.row) {
      Content expected;
      for (uint32_t after = position + 1; after < order.size(); ++after) {
        expected.coordinates.push_back(order[after]);
        expected.slots.push_back(position);
      }
      if (found != expected)
        return fail("the gradient of a row is not the sum of those that the "
                    "members after it have",
                    member, -1, i);
    }
  }
  return std::nullopt;
}

Found GatherChecker::run() {
  for (Member &member : members)
    collect(member);
  for (bool isMoving = true; isMoving;) {
    isMoving = false;
    for (Member &member : members)
      while (member.next < member.instructions.size() && advance(member))
        isMoving = true;
  }
  for (uint32_t position = 0; position < members.size(); ++position) {
    const Member &member = members[position];
    if (member.next < member.instructions.size())
      return fail("a row is waited for that its group does not send", member,
                  member.instructions[member.next]);
    if (Found wrong = checkMember(position))
      return wrong;
  }
  return std::nullopt;
}

} // namespace

Found plan::checkGathers(const CheckContext &context) {
  return context.findInMeetings(
      [](const Stage &stage) { return stage.gather.has_value(); },
      [&](const Meeting &meeting) {
        return GatherChecker(context, meeting).run();
      });
}
