//===- Simulate.cpp - A step of a plan as discrete events -----------------===//
//
// Ranks run ahead until they have to wait. When all of them wait, the transfer
// that both of its sides came to first may begin, or, where cores are shared,
// the work that ends first ends: nothing that happens later comes before it.
//
//===----------------------------------------------------------------------===//

#include "hocket/Simulate/Simulate.h"

#include "Cores.h"

#include "hocket/Plan/Work.h"
#include "hocket/Simulate/Adapters.h"

#include <deque>
#include <map>
#include <string>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

namespace {

class Simulator {
public:
  Simulator(const Plan &plan, const Model &model, const CostModel &cost,
            const SimulationOptions &options);

  Result<Simulation> run();

private:
  struct Message {
    double seconds = 0; // posted at; once received, received at
    int64_t bytes = 0;
  };
  /// From one rank to another, in order.
  struct Channel {
    uint32_t from = 0, to = 0;
    std::vector<Message> messages;
    size_t received = 0;
  };
  struct Group {
    size_t arrived = 0;
    double lastArrival = 0;
    size_t working = 0; // with cores: members that still sum their parts
  };
  enum class State : uint8_t { Running, Waiting, Working, Done };
  /// Of a rank's instruction. What is over needs no more than to be counted.
  enum class Phase : uint8_t { Fresh, Begun, Over };
  struct RankState {
    size_t next = 0; // instruction
    double clock = 0;
    double began = 0; // when `next` was tried first
    State state = State::Running;
    Phase phase = Phase::Fresh;
    bool hasStarted = false;
    bool hasWaited = false;                         // since its last work
    std::vector<uint32_t> out, in;                  // by peer: channels
    std::vector<std::pair<uint32_t, size_t>> sends; // channel, its message
    double toHost = 0, fromHost = 0; // when these engines are done
    std::vector<double> copies;      // when each is done
  };
  /// A transfer that both sides have come to.
  struct Ready {
    double seconds;
    uint64_t number;
    uint32_t channel;
    bool operator<(const Ready &other) const {
      return seconds != other.seconds ? seconds > other.seconds
                                      : number > other.number;
    }
  };

  const Instruction &current(uint32_t rank) const {
    return plan.roles[plan.ranks[rank].role].body[ranks[rank].next];
  }
  bool wait(uint32_t rank);
  void wake(uint32_t rank);
  void advance(uint32_t rank);
  /// These say whether the rank's instruction is over; else it waits or works.
  bool perform(uint32_t rank, const Instruction &instruction);
  bool work(uint32_t rank, double seconds, bool isOwn);
  bool receive(uint32_t rank, const Instruction &instruction);
  bool waitSend(uint32_t rank, const Instruction &instruction);
  bool copy(uint32_t rank, const Instruction &instruction);
  bool allReduce(uint32_t rank, const Instruction &instruction);
  void beginWork(uint32_t rank, double seconds);
  void endTransfer(Channel &channel, double seconds);
  void endWork(uint32_t rank);
  /// Begins the next transfer, or ends the next work; false where there is
  /// neither.
  bool nextEvent();
  double seconds(uint32_t rank, const Instruction &instruction) const;
  Error stuck(uint32_t rank) const;

  const Plan &plan;
  const Model &model;
  const CostModel &cost;
  const SimulationOptions &options;
  std::vector<RankState> ranks;
  std::vector<Channel> channels;
  std::vector<Group> groups;
  std::deque<uint32_t> runnable;
  std::priority_queue<Ready> ready;
  uint64_t transfers = 0;
  AdapterQueues adapters;
  Cores cores;
  Simulation result;
};

Simulator::Simulator(const Plan &plan, const Model &model,
                     const CostModel &cost, const SimulationOptions &options)
    : plan(plan), model(model), cost(cost), options(options),
      ranks(plan.ranks.size()), groups(plan.groups.size()),
      cores(options.cores) {
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> byEnds;
  auto channel = [&](uint32_t from, uint32_t to) {
    auto [found, isNew] = byEnds.try_emplace({from, to}, channels.size());
    if (isNew)
      channels.push_back({from, to, {}, 0});
    return found->second;
  };
  for (uint32_t rank = 0; rank < ranks.size(); ++rank)
    for (uint32_t peer : plan.ranks[rank].peers) {
      ranks[rank].out.push_back(channel(rank, peer));
      ranks[rank].in.push_back(channel(peer, rank));
    }
  result.busySeconds.resize(ranks.size());
  if (options.recordTimelines)
    result.timelines.resize(ranks.size());
}

bool Simulator::wait(uint32_t rank) {
  ranks[rank].state = State::Waiting;
  ranks[rank].hasWaited = true;
  return false;
}

void Simulator::wake(uint32_t rank) {
  RankState &state = ranks[rank];
  if (state.state != State::Waiting)
    return;
  state.state = State::Running;
  runnable.push_back(rank);
}

double Simulator::seconds(uint32_t rank, const Instruction &instruction) const {
  const Rank &place = plan.ranks[rank];
  if (instruction.op != Op::Zero)
    return cost.workSeconds(workOf(plan, model, place, instruction));
  // A fill for each buffer.
  double sum = 0;
  for (uint32_t buffer : instruction.buffers)
    sum += cost.workSeconds(
        {0, bytesOf(plan, place, plan.roles[place.role].buffers[buffer])});
  return sum;
}

void Simulator::beginWork(uint32_t rank, double seconds) {
  RankState &state = ranks[rank];
  if (state.hasWaited)
    seconds += options.wakeSeconds;
  state.hasWaited = false;
  state.phase = Phase::Begun;
  state.state = State::Working;
  cores.begin(rank, seconds);
}

bool Simulator::work(uint32_t rank, double seconds, bool isOwn) {
  RankState &state = ranks[rank];
  if (options.cores == 0) {
    state.clock += seconds;
    if (isOwn)
      result.busySeconds[rank] += seconds;
    return true;
  }
  if (state.phase != Phase::Over) {
    beginWork(rank, seconds);
    return false;
  }
  if (isOwn)
    result.busySeconds[rank] += state.clock - state.began;
  return true;
}

void Simulator::endTransfer(Channel &channel, double seconds) {
  channel.messages[channel.received++].seconds = seconds;
  wake(channel.from);
}

bool Simulator::receive(uint32_t rank, const Instruction &instruction) {
  RankState &state = ranks[rank];
  uint32_t index = state.in[size_t(instruction.peer)];
  Channel &channel = channels[index];
  if (state.phase == Phase::Begun ||
      channel.received == channel.messages.size())
    return wait(rank);
  const Message &message = channel.messages[channel.received];
  double seconds =
      cost.transferSeconds(message.bytes, channel.from, channel.to);
  if (options.cores > 0) {
    if (!work(rank, seconds, false))
      return false;
    endTransfer(channel, state.clock);
    return true;
  }
  double begin = std::max(state.clock, message.seconds);
  if (state.phase == Phase::Fresh &&
      cost.linkShare(channel.from, channel.to).adapters > 0) {
    ready.push({begin, transfers++, index});
    state.phase = Phase::Begun;
    return wait(rank);
  }
  if (state.phase == Phase::Fresh)
    state.clock = begin + seconds;
  endTransfer(channel, state.clock);
  return true;
}

bool Simulator::waitSend(uint32_t rank, const Instruction &instruction) {
  RankState &state = ranks[rank];
  auto [index, number] = state.sends[instruction.index];
  const Channel &channel = channels[index];
  if (number >= channel.received)
    return wait(rank);
  state.clock = std::max(state.clock, channel.messages[number].seconds);
  return true;
}

/// An engine for each direction copies beside what the rank does; where cores
/// are shared, it is one of them that copies.
bool Simulator::copy(uint32_t rank, const Instruction &instruction) {
  RankState &state = ranks[rank];
  if (options.cores > 0) {
    if (!work(rank, seconds(rank, instruction), false))
      return false;
    state.copies.push_back(state.clock);
    return true;
  }
  const Rank &place = plan.ranks[rank];
  int64_t bytes = bytesOf(
      plan, place, plan.roles[place.role].buffers[instruction.buffers[0]]);
  double &engine =
      instruction.op == Op::Offload ? state.toHost : state.fromHost;
  engine = std::max(engine, state.clock) + cost.hostCopySeconds(bytes);
  state.copies.push_back(engine);
  return true;
}

bool Simulator::allReduce(uint32_t rank, const Instruction &instruction) {
  RankState &state = ranks[rank];
  if (state.phase == Phase::Over)
    return true;
  if (state.phase == Phase::Begun)
    return wait(rank);
  uint32_t index = plan.ranks[rank].groups[size_t(instruction.group)];
  const std::vector<uint32_t> &members = plan.groups[index];
  Group &group = groups[index];
  group.lastArrival = std::max(group.lastArrival, state.clock);
  state.phase = Phase::Begun;
  if (++group.arrived < members.size())
    return wait(rank);
  int64_t bytes = workOf(plan, model, plan.ranks[rank], instruction).bytes;
  double seconds = cost.allReduceSeconds(bytes, members);
  group.arrived = 0;
  if (options.cores > 0) {
    group.working = members.size();
    for (uint32_t member : members)
      beginWork(member, seconds);
    return false;
  }
  double end = group.lastArrival + seconds;
  group.lastArrival = 0;
  for (uint32_t member : members) {
    ranks[member].clock = end;
    ranks[member].phase = Phase::Over;
    wake(member);
  }
  return true;
}

bool Simulator::perform(uint32_t rank, const Instruction &instruction) {
  RankState &state = ranks[rank];
  switch (instruction.op) {
  case Op::Kernel:
  case Op::Zero:
  case Op::LoadBatch:
  case Op::Attend:
  case Op::CopyHeads:
  case Op::Add:
    return work(rank, seconds(rank, instruction), true);
  case Op::Send: {
    uint32_t index = state.out[size_t(instruction.peer)];
    Channel &channel = channels[index];
    state.sends.emplace_back(index, channel.messages.size());
    channel.messages.push_back(
        {state.clock,
         workOf(plan, model, plan.ranks[rank], instruction).bytes});
    wake(channel.to);
    return true;
  }
  case Op::Recv:
    return receive(rank, instruction);
  case Op::WaitSend:
    return waitSend(rank, instruction);
  case Op::AllReduce:
    return allReduce(rank, instruction);
  case Op::Offload:
  case Op::Fetch:
    return copy(rank, instruction);
  case Op::WaitCopy:
    state.clock = std::max(state.clock, state.copies[instruction.index]);
    return true;
  }
  return true;
}

void Simulator::advance(uint32_t rank) {
  RankState &state = ranks[rank];
  const std::vector<Instruction> &body = plan.roles[plan.ranks[rank].role].body;
  bool isFirst = !state.hasStarted; // else it goes on with what it tried
  state.hasStarted = true;
  while (state.next < body.size()) {
    if (options.cores > 0)
      state.clock = cores.now();
    if (isFirst)
      state.began = state.clock;
    if (!perform(rank, body[state.next]))
      return;
    if (options.recordTimelines)
      result.timelines[rank].push_back(
          {uint32_t(state.next), state.began, state.clock});
    ++state.next;
    state.phase = Phase::Fresh;
    isFirst = true;
  }
  state.state = State::Done;
  result.seconds = std::max(result.seconds, state.clock);
}

void Simulator::endWork(uint32_t rank) {
  const Instruction &instruction = current(rank);
  auto finish = [&](uint32_t done) {
    ranks[done].phase = Phase::Over;
    ranks[done].state = State::Running;
    runnable.push_back(done);
  };
  if (instruction.op != Op::AllReduce)
    return finish(rank);
  uint32_t index = plan.ranks[rank].groups[size_t(instruction.group)];
  ranks[rank].state = State::Waiting;
  ranks[rank].hasWaited = true;
  if (--groups[index].working == 0)
    for (uint32_t member : plan.groups[index])
      finish(member);
}

bool Simulator::nextEvent() {
  if (options.cores > 0) {
    if (cores.isIdle())
      return false;
    endWork(cores.finishNext());
    return true;
  }
  if (ready.empty())
    return false;
  Ready next = ready.top();
  ready.pop();
  Channel &channel = channels[next.channel];
  double seconds = cost.transferSeconds(
      channel.messages[channel.received].bytes, channel.from, channel.to);
  double begin = adapters.begin(cost.linkShare(channel.from, channel.to),
                                next.seconds, seconds);
  RankState &receiver = ranks[channel.to];
  receiver.clock = begin + seconds;
  receiver.phase = Phase::Over;
  wake(channel.to);
  return true;
}

Error Simulator::stuck(uint32_t rank) const {
  return Error(ErrorCode::Runtime,
               "rank " + std::to_string(rank) + ", instruction " +
                   std::to_string(ranks[rank].next) + " (" +
                   name(current(rank).op) + "): waits forever");
}

Result<Simulation> Simulator::run() {
  for (uint32_t rank = 0; rank < ranks.size(); ++rank)
    runnable.push_back(rank);
  do {
    while (!runnable.empty()) {
      uint32_t rank = runnable.front();
      runnable.pop_front();
      advance(rank);
    }
  } while (nextEvent());
  for (uint32_t rank = 0; rank < ranks.size(); ++rank)
    if (ranks[rank].state != State::Done)
      return stuck(rank);
  for (const Rank &rank : plan.ranks)
    result.peakArenaBytes =
        std::max(result.peakArenaBytes, plan.roles[rank.role].arenaBytes);
  result.peakBytes = peakBytes(plan, model);
  result.modelFlops = modelFlops(plan, model);
  return std::move(result);
}

} // namespace

Result<Simulation> simulate::simulate(const Plan &plan, const Model &model,
                                      const CostModel &cost,
                                      const SimulationOptions &options) {
  return Simulator(plan, model, cost, options).run();
}
