//===- InProcessTransport.h - Ranks as threads of a process -----*- C++ -*-===//

#ifndef HOCKET_RUNTIME_INPROCESSTRANSPORT_H
#define HOCKET_RUNTIME_INPROCESSTRANSPORT_H

#include "hocket/Runtime/Device.h"
#include "hocket/Runtime/Transport.h"

#include <atomic>
#include <memory>
#include <vector>

namespace hocket::runtime {

/// Rendezvous by pointer: a sender posts where its buffer is, the receiver
/// copies. Each rank calls from one thread at a time; neither locks nor
/// allocations are on the way.
class InProcessTransport final : public Transport {
public:
  /// All ranks' memory is on `device`. Everything must outlive the transport.
  InProcessTransport(const plan::Plan &plan, const Routes &routes,
                     Device &device, Waker &waker);

  Result<void> send(uint32_t route, const void *data, int64_t bytes) override;
  Result<Poll> receive(uint32_t route, void *data, int64_t bytes) override;
  Poll isReceived(uint32_t route, uint64_t number) override;
  Result<Poll> allReduce(uint32_t group, uint32_t member,
                         const ReduceBuffers &buffers) override;

private:
  struct Message {
    const void *data = nullptr;
    int64_t bytes = 0;
  };

  /// A ring that one rank fills and another empties. A step's messages are all
  /// waited for within the step, so it need not hold more than those.
  struct Channel {
    std::vector<Message> ring;
    std::atomic<uint64_t> posted{0};
    std::atomic<uint64_t> received{0};
  };

  enum class Phase : uint8_t { Outside, Arrived, Reduced };

  struct Member {
    ReduceBuffers buffers; // published by Group::arrived
    Phase phase = Phase::Outside;
    uint64_t round = 0;
  };

  /// Both counters only grow: by the number of members in each round.
  struct Group {
    const std::vector<uint32_t> *ranks = nullptr;
    std::unique_ptr<Member[]> members;
    std::atomic<uint64_t> arrived{0};
    std::atomic<uint64_t> reduced{0};
  };

  void wakeOthers(const Group &group, uint32_t member);
  Result<void> reduceSlice(const Group &group, uint32_t member);

  const Routes &routes;
  Device &device;
  Waker &waker;
  std::unique_ptr<Channel[]> channels;
  std::unique_ptr<Group[]> groups;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_INPROCESSTRANSPORT_H
