//===- CheckTransfers.cpp - P1: every send has exactly one receive --------===//
//
// The k-th Send from i to j meets the k-th Recv of j from i, in program order.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include "hocket/Plan/Shares.h"
#include "hocket/Plan/Work.h"

#include <algorithm>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// The messages of a role for one of its peers, as indices into its body.
using Messages = std::vector<uint32_t>;

/// One rank's side of a channel.
struct End {
  uint32_t source = 0, destination = 0;
  uint32_t rank = 0;
  uint32_t peer = 0; // local index
  const Messages *messages = nullptr;

  std::pair<uint32_t, uint32_t> key() const { return {source, destination}; }
};

class TransferChecker {
public:
  TransferChecker(const CheckContext &context, Channels &channels)
      : context(context), plan(context.plan), channels(channels) {}

  Found run();

private:
  Found collectMessages(uint32_t role);
  void collectEnds();
  Found match(const End &send, const End &receive);
  Found matchMessages(const End &send, const End &receive, size_t k);
  Found reportUnmatched(const End &send, const End &receive);
  bool isUniform(const End &send, const End &receive);
  bool holdsCounterpart(const Buffer &sent, const Buffer &received) const;
  bool holdsShare(const End &send, const Buffer &sent, const End &receive,
                  const Buffer &received) const;

  const CheckContext &context;
  const Plan &plan;
  Channels &channels;
  std::vector<std::vector<Messages>> sends, receives; // [role][local peer]
  std::vector<End> sendEnds, receiveEnds;
  /// Pairs of roles and local peers whose messages match for any data
  /// coordinate that both ranks share.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>, bool> uniform;
  Found mismatch; // the first break of P3, reported if P1 holds
};

Found TransferChecker::collectMessages(uint32_t index) {
  const Role &role = plan.roles[index];
  std::vector<uint32_t> allSends;
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    auto add = [&](std::vector<Messages> &list) {
      if (list.size() <= size_t(instruction.peer))
        list.resize(size_t(instruction.peer) + 1);
      list[instruction.peer].push_back(i);
    };
    if (instruction.op == Op::Send) {
      add(sends[index]);
      allSends.push_back(i);
    } else if (instruction.op == Op::Recv) {
      add(receives[index]);
    }
  }
  std::vector<int32_t> waits(allSends.size(), -1);
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    if (role.body[i].op != Op::WaitSend)
      continue;
    uint32_t send = role.body[i].index;
    if (waits[send] >= 0)
      return context.violation("P1", "a send is waited for twice",
                               {context.at(index, waits[send]),
                                context.at(index, i),
                                context.at(index, allSends[send])});
    waits[send] = int32_t(i);
  }
  for (size_t send = 0; send < waits.size(); ++send)
    if (waits[send] < 0)
      return context.violation("P1", "nobody waits for a send",
                               {context.at(index, allSends[send])});
  return std::nullopt;
}

void TransferChecker::collectEnds() {
  size_t numPeers = 0;
  for (uint32_t index = 0; index < plan.ranks.size(); ++index) {
    const Rank &rank = plan.ranks[index];
    channels.firstPeer.push_back(numPeers);
    numPeers += rank.peers.size();
    for (uint32_t peer = 0; peer < rank.peers.size(); ++peer) {
      uint32_t other = rank.peers[peer];
      const auto &roleSends = sends[rank.role];
      const auto &roleReceives = receives[rank.role];
      if (peer < roleSends.size() && !roleSends[peer].empty())
        sendEnds.push_back({index, other, index, peer, &roleSends[peer]});
      if (peer < roleReceives.size() && !roleReceives[peer].empty())
        receiveEnds.push_back({other, index, index, peer, &roleReceives[peer]});
    }
  }
  channels.ofSends.assign(numPeers, -1);
  channels.ofReceives.assign(numPeers, -1);
  auto byKey = [](const End &a, const End &b) { return a.key() < b.key(); };
  std::sort(sendEnds.begin(), sendEnds.end(), byKey);
  std::sort(receiveEnds.begin(), receiveEnds.end(), byKey);
}

/// The value that the receiver must hold, if the sender's is `binding`.
Operand counterpart(const Operand &binding) {
  return {binding.slot == Slot::Output ? Slot::Input : Slot::OutputGradient,
          binding.index};
}

/// What an attention sends about: the same heads of the same tokens of the same
/// value. Terms of sums are followed by checkAttention().
bool TransferChecker::holdsShare(const End &send, const Buffer &sent,
                                 const End &receive,
                                 const Buffer &received) const {
  auto key = [&](const End &end, const Buffer &buffer) {
    uint32_t owner = ownerOf(buffer, plan.ranks[end.rank].data);
    uint32_t heads = buffer.share.numHeads;
    if (heads == 0 && buffer.type.shape.size() > 1)
      heads = uint32_t(buffer.type.shape[1].evaluate({}));
    Operand value = buffer.binding;
    int32_t stage = buffer.stage;
    // The stage before hands its outputs to the attention.
    if (value.slot == Slot::Output) {
      value.slot = Slot::Input;
      ++stage;
    }
    // Rows are the owner's where they arrive; whose they are there is followed
    // by checkGathers().
    std::optional<RowGather> gather;
    if (stage >= 0 && size_t(stage) < context.model.stages.size())
      gather = context.model.stages[stage].gather;
    if (gather &&
        (value.slot == Slot::Attended || value.slot == Slot::AttendedGradient))
      value = {value.slot == Slot::Attended ? Slot::Input : Slot::InputGradient,
               gather->row};
    if (gather && value.index == gather->row)
      owner = 0;
    return std::tuple(value.slot, value.index, stage, buffer.microbatch, owner,
                      buffer.share.firstHead, heads);
  };
  return key(send, sent) == key(receive, received);
}

bool TransferChecker::holdsCounterpart(const Buffer &sent,
                                       const Buffer &received) const {
  int64_t stage = sent.binding.slot == Slot::Output
                      ? context.stageAfter(sent.stage, sent.microbatch)
                  : sent.binding.slot == Slot::InputGradient
                      ? context.stageBefore(sent.stage, sent.microbatch)
                      : -1;
  Operand expected = counterpart(sent.binding);
  return stage >= 0 && received.stage == stage &&
         received.binding.slot == expected.slot &&
         received.binding.index == expected.index &&
         received.microbatch == sent.microbatch;
}

Found TransferChecker::matchMessages(const End &send, const End &receive,
                                     size_t k) {
  uint32_t i = (*send.messages)[k], j = (*receive.messages)[k];
  const Role &source = context.roleOf(send.rank);
  const Role &destination = context.roleOf(receive.rank);
  const Buffer &sent = source.buffers[source.body[i].buffers[0]];
  const Buffer &received = destination.buffers[destination.body[j].buffers[0]];
  auto elements = [&](uint32_t rank, const Buffer &buffer) {
    Symbols symbols = {0, 0};
    if (buffer.microbatch >= 0)
      symbols = ownerShape(plan, plan.ranks[rank], buffer).symbols();
    return buffer.type.elements().evaluate(symbols);
  };
  std::vector<Culprit> culprits = {context.on(send.rank, i),
                                   context.on(receive.rank, j)};
  int64_t numSent = elements(send.rank, sent);
  int64_t numReceived = elements(receive.rank, received);
  if (sent.type.element != received.type.element || numSent != numReceived)
    return context.violation(
        "P1",
        "a send of " + std::to_string(numSent) + " x " +
            name(sent.type.element) + " meets a receive of " +
            std::to_string(numReceived) + " x " + name(received.type.element),
        std::move(culprits));
  bool sameData = plan.ranks[send.rank].data == plan.ranks[receive.rank].data;
  bool sameStage =
      plan.ranks[send.rank].pipeline == plan.ranks[receive.rank].pipeline;
  bool fits = sameData    ? holdsCounterpart(sent, received)
              : sameStage ? holdsShare(send, sent, receive, received)
                          : false;
  if (!mismatch && !fits)
    mismatch = context.violation(
        "P3", "a message arrives in the buffer of another value",
        std::move(culprits));
  return std::nullopt;
}

bool TransferChecker::isUniform(const End &send, const End &receive) {
  uint32_t sourceRole = plan.ranks[send.rank].role;
  uint32_t destinationRole = plan.ranks[receive.rank].role;
  auto [found, isNew] = uniform.try_emplace(
      {sourceRole, send.peer, destinationRole, receive.peer}, true);
  if (!isNew)
    return found->second;
  const Role &source = plan.roles[sourceRole];
  const Role &destination = plan.roles[destinationRole];
  for (size_t k = 0; found->second && k < send.messages->size(); ++k) {
    const Instruction &post = source.body[(*send.messages)[k]];
    const Instruction &recv = destination.body[(*receive.messages)[k]];
    const Buffer &sent = source.buffers[post.buffers[0]];
    const Buffer &received = destination.buffers[recv.buffers[0]];
    found->second =
        sent.type == received.type && holdsCounterpart(sent, received);
  }
  return found->second;
}

Found TransferChecker::match(const End &send, const End &receive) {
  size_t numSends = send.messages->size();
  size_t numReceives = receive.messages->size();
  if (numSends == numReceives &&
      plan.ranks[send.rank].data == plan.ranks[receive.rank].data &&
      isUniform(send, receive))
    return std::nullopt;
  if (numSends != numReceives)
    return reportUnmatched(send, receive);
  for (size_t k = 0; k < numSends; ++k)
    if (Found found = matchMessages(send, receive, k))
      return found;
  return std::nullopt;
}

/// Names the first message that does not meet its counterpart.
Found TransferChecker::reportUnmatched(const End &send, const End &receive) {
  const Role &source = context.roleOf(send.rank);
  const Role &destination = context.roleOf(receive.rank);
  size_t k = 0,
         both = std::min(send.messages->size(), receive.messages->size());
  auto bufferOf = [&](const Role &role,
                      const Messages &messages) -> const Buffer & {
    return role.buffers[role.body[messages[k]].buffers[0]];
  };
  while (k < both && holdsCounterpart(bufferOf(source, *send.messages),
                                      bufferOf(destination, *receive.messages)))
    ++k;
  bool tooManySends = send.messages->size() > receive.messages->size();
  const End &longer = tooManySends ? send : receive;
  const End &shorter = tooManySends ? receive : send;
  size_t near = std::min(k, both - 1);
  return context.violation(
      "P1", tooManySends ? "a send has no receive" : "a receive has no send",
      {context.on(longer.rank, (*longer.messages)[k]),
       context.on(shorter.rank, (*shorter.messages)[near])});
}

Found TransferChecker::run() {
  sends.resize(plan.roles.size());
  receives.resize(plan.roles.size());
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    if (Found found = collectMessages(role))
      return found;
  collectEnds();
  size_t r = 0;
  for (const End &send : sendEnds) {
    bool behind = r < receiveEnds.size() && receiveEnds[r].key() < send.key();
    if (behind)
      return context.violation(
          "P1", "a receive has no send",
          {context.on(receiveEnds[r].rank, receiveEnds[r].messages->front()),
           context.on(receiveEnds[r].source, -1)});
    if (r == receiveEnds.size() || receiveEnds[r].key() != send.key())
      return context.violation("P1", "a send has no receive",
                               {context.on(send.rank, send.messages->front()),
                                context.on(send.destination, -1)});
    const End &receive = receiveEnds[r++];
    if (Found found = match(send, receive))
      return found;
    int32_t channel = int32_t(channels.channels.size());
    channels.channels.push_back({send.source, send.destination});
    channels.ofSends[channels.firstPeer[send.rank] + send.peer] = channel;
    channels.ofReceives[channels.firstPeer[receive.rank] + receive.peer] =
        channel;
  }
  if (r < receiveEnds.size())
    return context.violation(
        "P1", "a receive has no send",
        {context.on(receiveEnds[r].rank, receiveEnds[r].messages->front()),
         context.on(receiveEnds[r].source, -1)});
  return mismatch;
}

} // namespace

Found plan::checkTransfers(const CheckContext &context, Channels &channels) {
  return TransferChecker(context, channels).run();
}
