//===- PackingTimeline.h - Groups that start when they can ------*- C++ -*-===//
//
// Packing without barriers: a group begins as soon as its devices are free, so
// that devices may have unequal numbers of microbatches.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGTIMELINE_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGTIMELINE_H

#include "PackingModel.h"

#include <functional>
#include <random>

namespace hocket::packing {

/// Groups on blocks of devices, one after the other.
class Timeline {
public:
  struct Group {
    int shape = 0, first = 0; // the device that its block begins with
    int64_t start = 0, end = 0, bytes = 0;
    std::vector<uint32_t> items;
  };

  explicit Timeline(const Model &model);

  /// Whether all items end by the limit; groups() are then theirs. Items are
  /// taken by the degrees of their shapes, the largest first: the devices of a
  /// block are then free at the same time. `shapes` has one for each of the
  /// first items, or kAny. With `prefersChain`, other shapes are for those
  /// items that no shape of the chain does in time.
  static constexpr int kAny = -1;
  bool build(int64_t limit, const std::vector<int> &shapes, bool prefersChain);
  const std::vector<Group> &groups() const { return built; }
  int64_t end() const;
  int64_t takeWork() { return std::exchange(work, 0); }

private:
  bool place(uint32_t item, size_t shape, int64_t limit);

  const Model &model;
  std::vector<std::vector<int>> blocks; // first devices by shape
  std::vector<Group> built;
  std::vector<int64_t> freeAt; // by device
  std::vector<int> last;       // group by device, or none
  int64_t work = 0;
};

/// No solution without barriers is faster.
int64_t timelineBound(const Model &model);

/// Searches for shapes of the longest items and the least limit.
class TimelineSearch {
public:
  TimelineSearch(const Model &model, uint64_t seed)
      : model(model), timeline(model), generator(seed) {}

  std::function<void(int64_t)> onBetter = [](int64_t) {};
  int64_t lowerBound = 0;

  void run(Budget &budget);
  /// The best that run() has found.
  PackingSolution solution() const;

private:
  bool attempt(int64_t limit, const std::vector<int> &shapes);
  void narrow(int64_t low, const std::vector<int> &shapes);

  const Model &model;
  Timeline timeline;
  Budget *budget = nullptr; // of run(), charged for every build
  std::mt19937_64 generator;
  std::vector<Timeline::Group> best;
  int64_t bestEnd = kNever;
  bool prefersChain = false;
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGTIMELINE_H
