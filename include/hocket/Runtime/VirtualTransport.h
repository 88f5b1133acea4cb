//===- VirtualTransport.h - Messages that only take time --------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_VIRTUALTRANSPORT_H
#define HOCKET_RUNTIME_VIRTUALTRANSPORT_H

#include "hocket/Runtime/Transport.h"
#include "hocket/Runtime/VirtualDevice.h"

#include <vector>

namespace hocket::runtime {

/// A rendezvous: a transfer begins when both sides have come to it, and both
/// are free when it ends. The sender goes on meanwhile, the receiver waits. An
/// all-reduce begins when its last member has come. One thread calls.
class VirtualTransport final : public Transport {
public:
  /// `devices[r]` is rank r's. Everything must outlive the transport.
  VirtualTransport(const plan::Plan &plan, const Routes &routes,
                   const CostModel &cost, std::vector<VirtualDevice> &devices,
                   Waker &waker);

  Result<void> send(uint32_t route, const void *data, int64_t bytes) override;
  Result<Poll> receive(uint32_t route, void *data, int64_t bytes) override;
  Poll isReceived(uint32_t route, uint64_t number) override;
  Result<Poll> allReduce(uint32_t group, uint32_t member,
                         const ReduceBuffers &buffers) override;

private:
  struct Message {
    double seconds = 0; // posted at; once received, received at
    int64_t bytes = 0;
  };

  /// Its ring is messages[first, first + messagesPerStep).
  struct Channel {
    size_t first = 0;
    uint64_t posted = 0;
    uint64_t received = 0;
  };

  struct Group {
    uint64_t arrived = 0;
    double lastArrival = 0;
    double end = 0;
    /// Rounds that each member has begun and ended.
    std::vector<uint32_t> begun, ended;
    uint32_t rounds = 0;
  };

  Message &message(uint32_t route, uint64_t number);

  const plan::Plan &plan;
  const Routes &routes;
  const CostModel &cost;
  std::vector<VirtualDevice> &devices;
  Waker &waker;
  std::vector<Message> messages;
  std::vector<Channel> channels;
  std::vector<Group> groups;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_VIRTUALTRANSPORT_H
