//===- Transport.h - How ranks exchange data --------------------*- C++ -*-===//
//
// Nothing here blocks: a call says whether it could do its work. Who has to
// wait does so around the executor (World.h), until the transport wakes it.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_TRANSPORT_H
#define HOCKET_RUNTIME_TRANSPORT_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hocket::runtime {

/// Messages go from one rank to another, in order.
struct Route {
  uint32_t from = 0, to = 0; // ranks
  uint32_t messagesPerStep = 0;
};

/// All routes of a plan: one from every rank to each of its peers.
class Routes {
public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// `plan` has passed plan::check.
  explicit Routes(const plan::Plan &plan);

  const std::vector<Route> &routes() const { return list; }
  /// The route from `rank` to its peer, an index into Rank::peers.
  uint32_t to(uint32_t rank, int32_t peer) const {
    return first[rank] + uint32_t(peer);
  }
  /// The route from that peer to `rank`; kNone where it does not send to it.
  uint32_t from(uint32_t rank, int32_t peer) const {
    return reverse[to(rank, peer)];
  }

private:
  std::vector<Route> list;
  std::vector<uint32_t> first;   // by rank: its first route
  std::vector<uint32_t> reverse; // by route: that of the other direction
};

enum class Poll : uint8_t { Ready, Pending };

/// Told that a rank may be able to go on. Called from any thread.
class Waker {
public:
  virtual ~Waker() = default;
  virtual void wake(uint32_t rank) = 0;
};

/// The f32 values that one member brings to an all-reduce. The arrays must stay
/// as they are until it is over.
struct ReduceBuffers {
  void *const *data = nullptr;
  const int64_t *bytes = nullptr;
  size_t count = 0;
};

/// Moves data between the ranks of a plan, without buffering any.
class Transport {
public:
  virtual ~Transport() = default;

  /// Offers `bytes` at `data` to the receiver. They must stay as they are until
  /// the message has been received. Errors: Runtime.
  virtual Result<void> send(uint32_t route, const void *data,
                            int64_t bytes) = 0;
  /// Receives the next message of the route, if there is one. Errors: Runtime
  /// where it has another size.
  virtual Result<Poll> receive(uint32_t route, void *data, int64_t bytes) = 0;
  /// Whether message `number` of the route, counted from 0 over all steps, has
  /// been received.
  virtual Poll isReceived(uint32_t route, uint64_t number) = 0;
  /// Replaces every member's values by their sums, added in the order of the
  /// group's ranks. `member` is the caller's place in the group. While it is
  /// Pending the caller calls again with the same arguments.
  virtual Result<Poll> allReduce(uint32_t group, uint32_t member,
                                 const ReduceBuffers &buffers) = 0;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_TRANSPORT_H
