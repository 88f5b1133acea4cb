//===- PackingBuilder.h - Groups within given times -------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGBUILDER_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGBUILDER_H

#include "PackingModel.h"

#include <random>

namespace hocket::packing {

/// The devices of a microbatch that no group has. Groups are placed one by one
/// and span as few nodes as their sizes allow.
class FreeDevices {
public:
  explicit FreeDevices(const Model &model);

  int count() const { return numFree; }
  bool canTake(int degree) const;
  void take(int degree);

private:
  bool isCounted; // nodes need not be looked at
  int perNode, numFree;
  std::vector<int> nodesWith; // by free devices
};

/// Where an item has to go.
struct Choice {
  static constexpr int kAny = -1;
  int microbatch = kAny, shape = kAny;
};

/// Packs items, longest first, into groups that end in time: best fit into the
/// groups that there are, or a new group, wherever the item's work is least.
class Builder {
public:
  struct Group {
    int microbatch = 0, shape = 0;
    int64_t load = 0, bytes = 0; // so far
    std::vector<uint32_t> items;
  };

  explicit Builder(const Model &model) : model(model) {}

  /// Whether all items fit; groups() are then their groups. `limits` are the
  /// times of the microbatches without the fixed time; `choices` has one entry
  /// for each of the first items. With `prefersChain`, other shapes are for
  /// those items that the chain has no place for.
  bool build(const std::vector<int64_t> &limits,
             const std::vector<Choice> &choices, bool prefersChain);
  const std::vector<Group> &groups() const { return built; }
  size_t numGroups() const { return count; }
  /// The time of the slowest group by microbatch.
  std::vector<int64_t> times() const;
  /// Spent since the last call, in units of a Budget.
  int64_t takeWork() { return std::exchange(work, 0); }

private:
  struct Entry {
    int64_t load;
    uint32_t group;
    bool operator<(const Entry &other) const { return load < other.load; }
  };

  bool place(uint32_t item, Choice choice, bool prefersChain);
  bool placeAs(uint32_t item, size_t shape, int microbatch);
  void add(uint32_t item, std::vector<Entry> &list, size_t position);

  const Model &model;
  const std::vector<int64_t> *limits = nullptr;
  std::vector<Group> built; // the first `count` are groups
  size_t count = 0;
  std::vector<FreeDevices> free;
  std::vector<std::vector<Entry>> byLoad; // of microbatch and shape
  std::vector<int> byLimit;               // microbatches, shortest first
  int64_t work = 0;
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGBUILDER_H
