//===- Cores.h - Threads that share cores -----------------------*- C++ -*-===//

#ifndef HOCKET_LIB_SIMULATE_CORES_H
#define HOCKET_LIB_SIMULATE_CORES_H

#include <algorithm>
#include <cstdint>
#include <queue>
#include <vector>

namespace hocket::simulate {

/// Processor sharing: `cores` cores give all threads that have work equal
/// shares, at most a core each. Work is in seconds of a core.
class Cores {
public:
  explicit Cores(uint32_t cores) : cores(cores) {}

  bool isIdle() const { return queue.empty(); }
  double now() const { return time; }

  /// `thread` has `seconds` of work from now on.
  void begin(uint32_t thread, double seconds) {
    queue.push({service + seconds, number++, thread});
  }
  /// Goes on to the end of the work that ends first; its thread.
  uint32_t finishNext() {
    Item next = queue.top();
    double share = std::min(1.0, double(cores) / double(queue.size()));
    time += std::max(0.0, next.end - service) / share;
    service = std::max(service, next.end);
    queue.pop();
    return next.thread;
  }

private:
  struct Item {
    double end;      // in service
    uint64_t number; // ties end in the order in which they began
    uint32_t thread;
    bool operator<(const Item &other) const {
      return end != other.end ? end > other.end : number > other.number;
    }
  };

  uint32_t cores;
  double time = 0;
  /// What a thread would have got that has worked from the start: all that work
  /// get the same, so that the order of their ends does not change.
  double service = 0;
  uint64_t number = 0;
  std::priority_queue<Item> queue;
};

} // namespace hocket::simulate

#endif // HOCKET_LIB_SIMULATE_CORES_H
