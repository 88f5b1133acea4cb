//===- PacedTransport.h - Messages that take real time ----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_PACEDTRANSPORT_H
#define HOCKET_RUNTIME_PACEDTRANSPORT_H

#include "hocket/Runtime/PacedDevice.h"
#include "hocket/Runtime/VirtualTransport.h"

#include <mutex>

namespace hocket::runtime {

/// The virtual transport for ranks on threads of their own: it says when a
/// transfer ends, and the ranks sleep until then. A rank that had to wait goes
/// on no earlier than it really woke up.
class PacedTransport final : public Transport {
public:
  /// `clocks[r]` and `devices[r]` are rank r's. Everything must outlive the
  /// transport.
  PacedTransport(const plan::Plan &plan, const Routes &routes,
                 const CostModel &cost, std::vector<VirtualDevice> &clocks,
                 std::vector<PacedDevice> &devices, Waker &waker);

  Result<void> send(uint32_t route, const void *data, int64_t bytes) override;
  Result<Poll> receive(uint32_t route, void *data, int64_t bytes) override;
  Poll isReceived(uint32_t route, uint64_t number) override;
  Result<Poll> allReduce(uint32_t group, uint32_t member,
                         const ReduceBuffers &buffers) override;

private:
  /// Makes `rank` wait as `poll` says.
  Result<Poll> pace(uint32_t rank, Result<Poll> poll);

  const plan::Plan &plan;
  const Routes &routes;
  std::vector<PacedDevice> &devices;
  std::mutex mutex; // of `transport`; nobody sleeps while holding it
  VirtualTransport transport;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_PACEDTRANSPORT_H
