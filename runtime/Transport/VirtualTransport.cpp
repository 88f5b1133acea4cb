//===- VirtualTransport.cpp - Messages that only take time ----------------===//

#include "hocket/Runtime/VirtualTransport.h"

#include <algorithm>
#include <string>

using namespace hocket;
using namespace hocket::runtime;

VirtualTransport::VirtualTransport(const plan::Plan &plan, const Routes &routes,
                                   const CostModel &cost,
                                   std::vector<VirtualDevice> &devices,
                                   Waker &waker, Queueing queueing)
    : plan(plan), routes(routes), cost(cost), devices(devices), waker(waker),
      queueing(queueing), groups(plan.groups.size()) {
  size_t total = 0;
  for (const Route &route : routes.routes()) {
    channels.emplace_back().first = total;
    total += route.messagesPerStep;
  }
  messages.resize(total);
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].begun.resize(plan.groups[i].size());
    groups[i].ended.resize(plan.groups[i].size());
  }
}

VirtualTransport::Message &VirtualTransport::message(uint32_t route,
                                                     uint64_t number) {
  uint64_t place = number % routes.routes()[route].messagesPerStep;
  return messages[channels[route].first + place];
}

Result<void> VirtualTransport::send(uint32_t route, const void *,
                                    int64_t bytes) {
  Channel &channel = channels[route];
  const Route &ends = routes.routes()[route];
  if (channel.posted - channel.received >= ends.messagesPerStep)
    return Error(ErrorCode::Runtime,
                 "more messages are under way than a step sends");
  message(route, channel.posted++) = {devices[ends.from].now(), bytes};
  waker.wake(ends.to);
  return {};
}

double VirtualTransport::transfer(uint32_t route, double ready) {
  const Route &ends = routes.routes()[route];
  double seconds = cost.transferSeconds(
      message(route, channels[route].received).bytes, ends.from, ends.to);
  return adapters.begin(cost.linkShare(ends.from, ends.to), ready, seconds) +
         seconds;
}

Result<Poll> VirtualTransport::receive(uint32_t route, void *, int64_t bytes) {
  Channel &channel = channels[route];
  if (channel.received == channel.posted)
    return Poll::Pending;
  const Route &ends = routes.routes()[route];
  Message &next = message(route, channel.received);
  if (next.bytes != bytes)
    return Error(ErrorCode::Runtime, "the message has " +
                                         std::to_string(next.bytes) +
                                         " bytes and its receiver expects " +
                                         std::to_string(bytes));
  VirtualDevice &device = devices[ends.to];
  if (!channel.hasMoved) {
    double ready = std::max(next.seconds, device.now());
    if (queueing == Queueing::ByTime &&
        cost.linkShare(ends.from, ends.to).adapters > 0) {
      if (!channel.isQueued)
        queue.push({ready, transfers++, route});
      channel.isQueued = true;
      return Poll::Pending;
    }
    device.waitUntil(transfer(route, ready));
  }
  channel.hasMoved = channel.isQueued = false;
  next.seconds = device.now();
  ++channel.received;
  waker.wake(ends.from);
  return Poll::Ready;
}

bool VirtualTransport::beginNext() {
  if (queue.empty())
    return false;
  Queued next = queue.top();
  queue.pop();
  uint32_t receiver = routes.routes()[next.route].to;
  devices[receiver].waitUntil(transfer(next.route, next.seconds));
  channels[next.route].hasMoved = true;
  waker.wake(receiver);
  return true;
}

Poll VirtualTransport::isReceived(uint32_t route, uint64_t number) {
  if (number >= channels[route].received)
    return Poll::Pending;
  devices[routes.routes()[route].from].waitUntil(
      message(route, number).seconds);
  return Poll::Ready;
}

Result<Poll> VirtualTransport::allReduce(uint32_t groupIndex, uint32_t member,
                                         const ReduceBuffers &buffers) {
  Group &group = groups[groupIndex];
  const std::vector<uint32_t> &ranks = plan.groups[groupIndex];
  VirtualDevice &device = devices[ranks[member]];
  if (group.begun[member] == group.ended[member]) {
    ++group.begun[member];
    group.lastArrival = std::max(group.lastArrival, device.now());
    if (++group.arrived == ranks.size()) {
      int64_t bytes = 0;
      for (size_t i = 0; i < buffers.count; ++i)
        bytes += buffers.bytes[i];
      group.end = group.lastArrival + cost.allReduceSeconds(bytes, ranks);
      group.arrived = 0;
      group.lastArrival = 0;
      ++group.rounds;
      for (uint32_t rank : ranks)
        if (rank != ranks[member])
          waker.wake(rank);
    }
  }
  if (group.rounds < group.begun[member])
    return Poll::Pending;
  // The next round cannot end before this member has begun it.
  device.waitUntil(group.end);
  ++group.ended[member];
  return Poll::Ready;
}
