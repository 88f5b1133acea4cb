//===- VirtualTransport.h - Messages that only take time --------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_VIRTUALTRANSPORT_H
#define HOCKET_RUNTIME_VIRTUALTRANSPORT_H

#include "hocket/Runtime/Transport.h"
#include "hocket/Runtime/VirtualDevice.h"
#include "hocket/Simulate/Adapters.h"

#include <queue>
#include <vector>

namespace hocket::runtime {

/// A rendezvous: a transfer begins when both sides have come to it, and both
/// are free when it ends. The sender goes on meanwhile, the receiver waits. An
/// all-reduce begins when its last member has come. One thread calls.
///
/// Where links are shared (CostModel::linkShare), transfers queue for them.
class VirtualTransport final : public Transport {
public:
  /// Who gets a shared link first.
  enum class Queueing : uint8_t {
    /// Whose receive() was called first: in real time.
    AsCalled,
    /// Who came to it first by the clocks. receive() is pending until
    /// beginNext() has begun the transfer.
    ByTime,
  };

  /// `devices[r]` is rank r's. Everything must outlive the transport.
  VirtualTransport(const plan::Plan &plan, const Routes &routes,
                   const CostModel &cost, std::vector<VirtualDevice> &devices,
                   Waker &waker, Queueing queueing = Queueing::AsCalled);

  Result<void> send(uint32_t route, const void *data, int64_t bytes) override;
  Result<Poll> receive(uint32_t route, void *data, int64_t bytes) override;
  Poll isReceived(uint32_t route, uint64_t number) override;
  Result<Poll> allReduce(uint32_t group, uint32_t member,
                         const ReduceBuffers &buffers) override;

  /// Begins the queued transfer that both sides came to first, and wakes its
  /// receiver; false where there is none. To be called when all ranks wait:
  /// what they do later comes later by the clocks.
  bool beginNext();

private:
  struct Message {
    double seconds = 0; // posted at; once received, received at
    int64_t bytes = 0;
  };
  /// A transfer that waits for a shared link.
  struct Queued {
    double seconds; // both sides had come
    uint64_t number;
    uint32_t route;
    bool operator<(const Queued &other) const {
      return seconds != other.seconds ? seconds > other.seconds
                                      : number > other.number;
    }
  };

  /// Its ring is messages[first, first + messagesPerStep).
  struct Channel {
    size_t first = 0;
    uint64_t posted = 0;
    uint64_t received = 0;
    bool isQueued = false;
    bool hasMoved = false; // the queued one
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
  /// The next message of the route moves from `ready` on: when it is there.
  double transfer(uint32_t route, double ready);

  const plan::Plan &plan;
  const Routes &routes;
  const CostModel &cost;
  std::vector<VirtualDevice> &devices;
  Waker &waker;
  const Queueing queueing;
  std::priority_queue<Queued> queue;
  uint64_t transfers = 0; // that were queued
  simulate::AdapterQueues adapters;
  std::vector<Message> messages;
  std::vector<Channel> channels;
  std::vector<Group> groups;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_VIRTUALTRANSPORT_H
