//===- PacedTransport.cpp - Messages that take real time ------------------===//

#include "hocket/Runtime/PacedTransport.h"

using namespace hocket;
using namespace hocket::runtime;

PacedTransport::PacedTransport(const plan::Plan &plan, const Routes &routes,
                               const CostModel &cost,
                               std::vector<VirtualDevice> &clocks,
                               std::vector<PacedDevice> &devices, Waker &waker)
    : plan(plan), routes(routes), devices(devices),
      transport(plan, routes, cost, clocks, waker) {}

Result<Poll> PacedTransport::pace(uint32_t rank, Result<Poll> poll) {
  if (poll && *poll == Poll::Ready)
    devices[rank].resume();
  else
    devices[rank].stall();
  return poll;
}

Result<void> PacedTransport::send(uint32_t route, const void *data,
                                  int64_t bytes) {
  std::lock_guard lock(mutex);
  return transport.send(route, data, bytes);
}

Result<Poll> PacedTransport::receive(uint32_t route, void *data,
                                     int64_t bytes) {
  auto locked = [&] {
    std::lock_guard lock(mutex);
    return transport.receive(route, data, bytes);
  };
  return pace(routes.routes()[route].to, locked());
}

Poll PacedTransport::isReceived(uint32_t route, uint64_t number) {
  auto locked = [&] {
    std::lock_guard lock(mutex);
    return transport.isReceived(route, number);
  };
  return *pace(routes.routes()[route].from, locked());
}

Result<Poll> PacedTransport::allReduce(uint32_t group, uint32_t member,
                                       const ReduceBuffers &buffers) {
  auto locked = [&] {
    std::lock_guard lock(mutex);
    return transport.allReduce(group, member, buffers);
  };
  return pace(plan.groups[group][member], locked());
}
