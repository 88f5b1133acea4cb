//===- CheckDeadlock.cpp - P2: no deadlock with zero buffering ------------===//
//
// Runs the plan without data and without time. A Send is posted at once; a
// Recv passes when the peer has posted the matching Send, a WaitSend when the
// peer has received, an AllReduce when every member has arrived. What can pass
// never becomes unable to, so the order in which ranks are tried does not
// matter, and the plan can deadlock if and only if this run gets stuck. That is
// the same as a cycle in the graph of host order and rendezvous, which the
// report follows.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

class DeadlockChecker {
public:
  DeadlockChecker(const CheckContext &context, const Channels &channels)
      : context(context), plan(context.plan), channels(channels),
        states(channels.channels.size()), arrived(plan.groups.size()),
        next(plan.ranks.size()) {}

  Found run();

private:
  struct ChannelState {
    uint32_t posted = 0, received = 0;
    int64_t waitingReceiver = -1, waitingSender = -1; // ranks
  };
  /// The instructions of a role that communicate.
  struct Step {
    uint32_t instruction = 0;
    int32_t peer = -1;    // local; of WaitSend: that of its Send
    uint32_t ordinal = 0; // of a Send or WaitSend, on its channel
  };

  void collectSteps(uint32_t role);
  void advance(uint32_t rank);
  bool pass(uint32_t rank, const Step &step);
  Found reportCycle(uint32_t rank);
  int64_t waitsFor(uint32_t rank) const;

  const std::vector<Step> &stepsOf(uint32_t rank) const {
    return steps[plan.ranks[rank].role];
  }
  bool isDone(uint32_t rank) const {
    return next[rank] == stepsOf(rank).size();
  }
  int32_t sendChannel(uint32_t rank, int32_t peer) const {
    return channels.ofSends[channels.firstPeer[rank] + peer];
  }
  int32_t receiveChannel(uint32_t rank, int32_t peer) const {
    return channels.ofReceives[channels.firstPeer[rank] + peer];
  }
  void wake(int64_t &rank) {
    if (rank >= 0)
      ready.push_back(uint32_t(rank));
    rank = -1;
  }

  const CheckContext &context;
  const Plan &plan;
  const Channels &channels;
  std::vector<std::vector<Step>> steps; // by role
  std::vector<ChannelState> states;
  std::vector<uint32_t> arrived; // by group, at its current collective
  std::vector<uint32_t> next;    // by rank, index into its steps
  std::vector<bool> atCollective;
  std::vector<uint32_t> ready;
};

void DeadlockChecker::collectSteps(uint32_t index) {
  const Role &role = plan.roles[index];
  std::map<int32_t, uint32_t> numSends;            // by local peer
  std::vector<std::pair<int32_t, uint32_t>> posts; // peer and ordinal
  for (const Instruction &instruction : role.body)
    if (instruction.op == Op::Send)
      posts.emplace_back(instruction.peer, numSends[instruction.peer]++);
  size_t sent = 0;
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    Step step{i, instruction.peer, 0};
    switch (instruction.op) {
    case Op::Send:
      step.ordinal = posts[sent++].second;
      break;
    case Op::WaitSend:
      std::tie(step.peer, step.ordinal) = posts[instruction.index];
      break;
    case Op::Recv:
    case Op::AllReduce:
      break;
    default:
      continue;
    }
    steps[index].push_back(step);
  }
}

/// Whether the step is over; if not, the rank is woken when it can be.
bool DeadlockChecker::pass(uint32_t rank, const Step &step) {
  const Instruction &instruction = context.roleOf(rank).body[step.instruction];
  switch (instruction.op) {
  case Op::Send: {
    ChannelState &state = states[sendChannel(rank, step.peer)];
    ++state.posted;
    wake(state.waitingReceiver);
    return true;
  }
  case Op::Recv: {
    ChannelState &state = states[receiveChannel(rank, step.peer)];
    if (state.posted == state.received) {
      state.waitingReceiver = rank;
      return false;
    }
    ++state.received;
    wake(state.waitingSender);
    return true;
  }
  case Op::WaitSend: {
    ChannelState &state = states[sendChannel(rank, step.peer)];
    if (state.received > step.ordinal)
      return true;
    state.waitingSender = rank;
    return false;
  }
  case Op::AllReduce: {
    if (atCollective[rank]) {
      // The last member has arrived since.
      atCollective[rank] = false;
      return true;
    }
    uint32_t group = plan.ranks[rank].groups[instruction.group];
    if (++arrived[group] < plan.groups[group].size()) {
      atCollective[rank] = true;
      return false;
    }
    arrived[group] = 0;
    for (uint32_t member : plan.groups[group])
      if (member != rank)
        ready.push_back(member);
    return true;
  }
  default:
    return true;
  }
}

void DeadlockChecker::advance(uint32_t rank) {
  while (!isDone(rank) && pass(rank, stepsOf(rank)[next[rank]]))
    ++next[rank];
}

/// The rank whose progress the stuck `rank` needs; -1 if there is none.
int64_t DeadlockChecker::waitsFor(uint32_t rank) const {
  const Step &step = stepsOf(rank)[next[rank]];
  const Instruction &instruction = context.roleOf(rank).body[step.instruction];
  if (instruction.op == Op::Recv)
    return channels.channels[receiveChannel(rank, step.peer)].source;
  if (instruction.op == Op::WaitSend) {
    int32_t channel = sendChannel(rank, step.peer);
    bool posted = states[channel].posted > step.ordinal;
    return posted ? channels.channels[channel].destination : rank;
  }
  uint32_t group = plan.ranks[rank].groups[instruction.group];
  for (uint32_t member : plan.groups[group]) {
    if (isDone(member))
      continue;
    const Instruction &other =
        context.roleOf(member).body[stepsOf(member)[next[member]].instruction];
    if (other.op != Op::AllReduce ||
        plan.ranks[member].groups[other.group] != group)
      return member;
  }
  return -1;
}

Found DeadlockChecker::reportCycle(uint32_t start) {
  std::vector<int64_t> position(plan.ranks.size(), -1);
  std::vector<uint32_t> path;
  int64_t rank = start;
  while (rank >= 0 && !isDone(uint32_t(rank)) && position[rank] < 0) {
    position[rank] = int64_t(path.size());
    path.push_back(uint32_t(rank));
    rank = waitsFor(uint32_t(rank));
  }
  size_t first = rank >= 0 && position[rank] >= 0 ? position[rank] : 0;
  std::vector<Culprit> culprits;
  for (size_t i = first; i < path.size(); ++i)
    culprits.push_back(
        context.on(path[i], stepsOf(path[i])[next[path[i]]].instruction));
  std::string message =
      culprits.size() == 1
          ? "deadlock: an instruction waits for a later one of its own rank"
          : "deadlock: " + std::to_string(culprits.size()) +
                " ranks wait for each other in a cycle";
  Violation found =
      context.violation("P2", std::move(message), std::move(culprits));
  for (size_t i = 0; i < found.notes.size(); ++i) {
    size_t follower = i + 1 < found.notes.size() ? i + 1 : 0;
    found.notes[i] +=
        ", waits for rank " + std::to_string(found.culprits[follower].rank);
  }
  return found;
}

Found DeadlockChecker::run() {
  steps.resize(plan.roles.size());
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    collectSteps(role);
  atCollective.resize(plan.ranks.size());
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    advance(rank);
    while (!ready.empty()) {
      uint32_t woken = ready.back();
      ready.pop_back();
      advance(woken);
    }
  }
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
    if (!isDone(rank))
      return reportCycle(rank);
  return std::nullopt;
}

} // namespace

Found plan::checkDeadlock(const CheckContext &context,
                          const Channels &channels) {
  return DeadlockChecker(context, channels).run();
}
