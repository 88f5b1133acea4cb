//===- InProcessTransport.cpp - Ranks as threads of a process -------------===//

#include "hocket/Runtime/InProcessTransport.h"

#include <algorithm>
#include <string>

using namespace hocket;
using namespace hocket::runtime;

InProcessTransport::InProcessTransport(const plan::Plan &plan,
                                       const Routes &routes, Device &device,
                                       Waker &waker)
    : routes(routes), device(device), waker(waker),
      channels(new Channel[routes.routes().size()]),
      groups(new Group[plan.groups.size()]) {
  for (size_t i = 0; i < routes.routes().size(); ++i)
    channels[i].ring.resize(routes.routes()[i].messagesPerStep);
  for (size_t i = 0; i < plan.groups.size(); ++i) {
    groups[i].ranks = &plan.groups[i];
    groups[i].members.reset(new Member[plan.groups[i].size()]);
  }
}

Result<void> InProcessTransport::send(uint32_t route, const void *data,
                                      int64_t bytes) {
  Channel &channel = channels[route];
  uint64_t number = channel.posted.load(std::memory_order_relaxed);
  if (number - channel.received.load(std::memory_order_acquire) >=
      channel.ring.size())
    return Error(ErrorCode::Runtime,
                 "more messages are under way than a step sends");
  channel.ring[number % channel.ring.size()] = {data, bytes};
  channel.posted.store(number + 1, std::memory_order_release);
  waker.wake(routes.routes()[route].to);
  return {};
}

Result<Poll> InProcessTransport::receive(uint32_t route, void *data,
                                         int64_t bytes) {
  Channel &channel = channels[route];
  uint64_t number = channel.received.load(std::memory_order_relaxed);
  if (number == channel.posted.load(std::memory_order_acquire))
    return Poll::Pending;
  const Message &message = channel.ring[number % channel.ring.size()];
  if (message.bytes != bytes)
    return Error(ErrorCode::Runtime, "the message has " +
                                         std::to_string(message.bytes) +
                                         " bytes and its receiver expects " +
                                         std::to_string(bytes));
  if (Result<void> copied = device.copy(data, message.data, bytes); !copied)
    return copied.error();
  channel.received.store(number + 1, std::memory_order_release);
  waker.wake(routes.routes()[route].from);
  return Poll::Ready;
}

Poll InProcessTransport::isReceived(uint32_t route, uint64_t number) {
  uint64_t received = channels[route].received.load(std::memory_order_acquire);
  return number < received ? Poll::Ready : Poll::Pending;
}

void InProcessTransport::wakeOthers(const Group &group, uint32_t member) {
  for (size_t i = 0; i < group.ranks->size(); ++i)
    if (i != member)
      waker.wake((*group.ranks)[i]);
}

/// Every member sums its own part of the elements for all: no two members touch
/// the same element, and the order of the sum does not depend on who is early.
Result<void> InProcessTransport::reduceSlice(const Group &group,
                                             uint32_t member) {
  const ReduceBuffers &mine = group.members[member].buffers;
  int64_t members = int64_t(group.ranks->size());
  int64_t total = 0;
  for (size_t i = 0; i < mine.count; ++i)
    total += mine.bytes[i] / int64_t(sizeof(float));

  // Parts begin at whole cache lines, or threads would fight for them.
  constexpr int64_t line = 16;
  int64_t part = (total / members / line + 1) * line;
  int64_t begin = std::min(total, int64_t(member) * part);
  int64_t end = std::min(total, begin + part);

  constexpr int64_t maxTile = 2048;
  alignas(64) float tile[maxTile];
  int64_t first = 0; // of the current buffer, among all elements
  for (size_t i = 0; i < mine.count && first < end; ++i) {
    int64_t count = mine.bytes[i] / int64_t(sizeof(float));
    int64_t from = std::max(begin, first), to = std::min(end, first + count);
    for (int64_t at = from; at < to; at += maxTile) {
      int64_t size = std::min(maxTile, to - at);
      auto of = [&](int64_t other) {
        return static_cast<float *>(group.members[other].buffers.data[i]) +
               (at - first);
      };
      Result<void> done =
          device.copy(tile, of(0), size * int64_t(sizeof(float)));
      for (int64_t other = 1; done && other < members; ++other)
        done = device.add(tile, of(other), size);
      for (int64_t other = 0; done && other < members; ++other)
        done = device.copy(of(other), tile, size * int64_t(sizeof(float)));
      if (!done)
        return done;
    }
    first += count;
  }
  return {};
}

Result<Poll> InProcessTransport::allReduce(uint32_t groupIndex, uint32_t index,
                                           const ReduceBuffers &buffers) {
  Group &group = groups[groupIndex];
  Member &member = group.members[index];
  uint64_t size = group.ranks->size();
  uint64_t target = size * (member.round + 1);
  if (member.phase == Phase::Outside) {
    member.buffers = buffers;
    member.phase = Phase::Arrived;
    if (group.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == target)
      wakeOthers(group, index);
  }
  if (member.phase == Phase::Arrived) {
    if (group.arrived.load(std::memory_order_acquire) < target)
      return Poll::Pending;
    if (Result<void> reduced = reduceSlice(group, index); !reduced)
      return reduced.error();
    member.phase = Phase::Reduced;
    if (group.reduced.fetch_add(1, std::memory_order_acq_rel) + 1 == target)
      wakeOthers(group, index);
  }
  if (group.reduced.load(std::memory_order_acquire) < target)
    return Poll::Pending;
  member.phase = Phase::Outside;
  ++member.round;
  return Poll::Ready;
}
