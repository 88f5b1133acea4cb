//===- PackingBound.cpp - What no packing is faster than ------------------===//
//
// Let T be the sum of the times of the microbatches' slowest groups. No group
// takes longer than T, so an item is in a shape whose time for it is at most T;
// the devices have T each, so the work of all items is at most N T. The least T
// for which both can be true is the area bound.
//
// For M microbatches with times C_1 >= ... >= C_M more is known. Groups that
// are larger than a node are slow at sending, so call them large. An item is
// long if no small shape does it within C_1; the others are sand.
//  - A long item is in a large group, of which all devices are taken for all of
//    the microbatch. What the long items leave of the group's time and memory
//    can be filled with sand, but each item of sand then takes the work that it
//    has in this shape.
//  - On all other devices a microbatch does at most C_j and holds at most their
//    memory; sand takes at least its least work within C_1 there.
// If the sand does not fit for any way to distribute the long items, there is
// no solution with these times or shorter ones. Boxes of times cover all that
// add up to at most T; each is refuted for its latest corner, or T is not.
//
//===----------------------------------------------------------------------===//

#include "PackingBound.h"

#include <algorithm>
#include <cmath>

using namespace hocket;
using namespace hocket::packing;

int64_t packing::fewestMicrobatches(const Model &model) {
  int64_t bytes = 0;
  for (auto [item, count] : model.classes) {
    int64_t least = kNever;
    for (uint8_t shape : model.shapesOf(item))
      least = std::min(least, model.bytes(item, shape));
    bytes += least * count;
  }
  int64_t capacity = model.problem.capacity(model.problem.devices);
  return std::max<int64_t>(1, (bytes + capacity - 1) / capacity);
}

namespace {

/// The least work of all items where no group takes longer than `limit`; none
/// where an item takes longer.
std::optional<int64_t> leastWorkWithin(const Model &model, int64_t limit) {
  int64_t work = 0;
  for (auto [item, count] : model.classes) {
    const std::vector<uint8_t> &shapes = model.shapesOf(item);
    auto isInTime = [&, item = item](uint8_t shape) {
      return model.time(item, shape) <= limit;
    };
    auto found = std::find_if(shapes.begin(), shapes.end(), isInTime);
    if (found == shapes.end())
      return std::nullopt;
    work += model.work(item, *found) * count;
  }
  return work;
}

/// The least sum of the microbatches' times by work alone.
int64_t areaTime(const Model &model) {
  // `high` suffices: it leaves every item its shape of least work.
  int64_t low = 0, high = 0, work = 0;
  for (auto [item, count] : model.classes) {
    work += model.leastWork(item) * count;
    high = std::max(high, model.time(item, model.shapesOf(item)[0]));
  }
  high = std::max(high, work / model.problem.devices + 1);
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    std::optional<int64_t> work = leastWorkWithin(model, middle);
    if (work && *work <= middle * model.problem.devices)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/// The sand where no microbatch takes longer than a limit. Sums are doubles,
/// rounded by less than the margin of Refuter::sandFits.
struct Sand {
  Sand(const Model &model, int64_t limit, int largestSmall);

  std::vector<uint32_t> longItems;
  double work = 0, bytes = 0;
  /// Of work by bytes, the largest and the least there is.
  double leastDensity = 0;
  /// By shape, the largest share of an item's work there that would be its
  /// least work.
  std::vector<double> efficiency;

  /// The most work that sand of so many bytes has: the densest first.
  double mostWork(double bytes) const;

private:
  std::vector<double> bytesBefore, workBefore; // of the densest items
};

Sand::Sand(const Model &model, int64_t limit, int largestSmall)
    : efficiency(model.numShapes(), 0) {
  struct Grain {
    double work, bytes;
  };
  std::vector<Grain> grains;
  std::vector<double> best(model.numShapes(), 0);
  for (auto [item, count] : model.classes) {
    int64_t least = kNever, bytes = kNever;
    for (uint8_t shape : model.shapesOf(item)) {
      bytes = std::min(bytes, model.bytes(item, shape));
      if (model.shapes[shape].degree <= largestSmall &&
          model.time(item, shape) <= limit)
        least = std::min(least, model.work(item, shape));
    }
    if (least == kNever) {
      for (uint32_t i = 0; i < count; ++i)
        longItems.push_back(item + i);
      continue;
    }
    for (uint8_t shape : model.shapesOf(item)) {
      int64_t own = model.work(item, shape);
      least = std::min(least, own);
      if (own > 0)
        best[shape] = std::max(best[shape], double(least) / double(own));
    }
    Grain grain = {double(least) * count, double(bytes) * count};
    grains.push_back(grain);
    work += grain.work;
    this->bytes += grain.bytes;
  }
  efficiency = std::move(best);
  std::sort(grains.begin(), grains.end(), [](const Grain &a, const Grain &b) {
    return a.work * b.bytes > b.work * a.bytes;
  });
  bytesBefore.push_back(0);
  workBefore.push_back(0);
  for (const Grain &grain : grains) {
    bytesBefore.push_back(bytesBefore.back() + grain.bytes);
    workBefore.push_back(workBefore.back() + grain.work);
  }
  if (!grains.empty() && grains.back().bytes > 0)
    leastDensity = grains.back().work / grains.back().bytes;
}

double Sand::mostWork(double limit) const {
  auto after = std::upper_bound(bytesBefore.begin(), bytesBefore.end(), limit);
  if (after == bytesBefore.end())
    return work;
  size_t i = size_t(after - bytesBefore.begin());
  double share =
      (limit - bytesBefore[i - 1]) / (bytesBefore[i] - bytesBefore[i - 1]);
  return workBefore[i - 1] + share * (workBefore[i] - workBefore[i - 1]);
}

/// Refutes times of microbatches.
class Refuter {
public:
  Refuter(const Model &model, Budget &budget)
      : model(model), budget(budget),
        largestSmall(model.problem.devicesPerNode) {}

  /// Whether no solution of `count` microbatches has times that add up to at
  /// most `sum`; false where that is not proven.
  bool refutes(int count, int64_t sum);

private:
  struct LargeGroup {
    size_t microbatch, shape;
    int64_t load, bytes;
  };

  bool refutesBox(const Sand &sand);
  bool distributes(const Sand &sand, size_t index);
  bool sandFits(const Sand &sand) const;

  const Model &model;
  Budget &budget;
  int largestSmall;
  std::vector<int64_t> times; // the latest corner of a box, longest first
  std::vector<int> free;      // devices outside large groups
  std::vector<LargeGroup> groups;
  int64_t nodesLeft = 0;
};

/// More ways than this to distribute the long items are not all looked at.
constexpr int64_t kMostNodes = 20000;

bool Refuter::refutes(int count, int64_t sum) {
  // Of the steps that times are rounded up to.
  int64_t steps = count == 1 ? 1 : count == 2 ? 500 : 60;
  int64_t step = std::max<int64_t>(1, (sum + steps - 1) / steps);
  times.assign(size_t(count), 0);
  std::optional<Sand> sand;
  // The times but the last are at most multiples of the step, and more than
  // the multiple before; the last is what they leave at most.
  auto cover = [&](auto &self, size_t index, int64_t lowSum,
                   int64_t highSum) -> bool {
    if (budget.exhausted())
      return false;
    if (int(index) == count - 1) {
      // Nothing is longer than the time before it.
      times[index] = sum - lowSum;
      if (index > 0)
        times[index] = std::min(times[index], times[index - 1]);
      if (index == 0)
        sand.emplace(model, times[0], largestSmall);
      return refutesBox(*sand);
    }
    int64_t most = index == 0 ? sum : times[index - 1];
    for (int64_t low = 0; low <= most && lowSum + low <= sum; low += step) {
      int64_t high = std::min(low + step, most);
      // The others are at most as long, and all of them together are the sum:
      // shorter sums are covered by it, as longer times hold as much.
      if (highSum + high * (count - int64_t(index)) < sum)
        continue;
      times[index] = high;
      if (index == 0)
        sand.emplace(model, high, largestSmall);
      budget.spend(index == 0 ? int64_t(model.classes.size()) * 16 : 1);
      if (!self(self, index + 1, lowSum + low, highSum + high))
        return false;
    }
    return true;
  };
  return cover(cover, 0, 0, 0);
}

bool Refuter::refutesBox(const Sand &sand) {
  free.assign(times.size(), model.problem.devices);
  groups.clear();
  nodesLeft = kMostNodes;
  return !distributes(sand, 0);
}

/// Whether there is a way to distribute the long items from the index on.
bool Refuter::distributes(const Sand &sand, size_t index) {
  if (--nodesLeft < 0 || !budget.spend(4))
    return true; // not known
  if (!sandFits(sand))
    return false;
  if (index == sand.longItems.size())
    return true;
  uint32_t item = sand.longItems[index];
  for (uint8_t shape : model.shapesOf(item)) {
    int64_t time = model.time(item, shape), bytes = model.bytes(item, shape);
    int degree = model.shapes[shape].degree;
    for (size_t i = 0; i < groups.size(); ++i) {
      LargeGroup before = groups[i];
      if (before.shape != shape ||
          before.load + time > times[before.microbatch] ||
          before.bytes + bytes > model.shapes[shape].capacity)
        continue;
      groups[i].load += time;
      groups[i].bytes += bytes;
      if (distributes(sand, index + 1))
        return true;
      groups[i] = before;
    }
    for (size_t j = 0; j < times.size(); ++j) {
      if (time > times[j] || degree > free[j])
        continue;
      free[j] -= degree;
      groups.push_back({j, shape, time, bytes});
      if (distributes(sand, index + 1))
        return true;
      groups.pop_back();
      free[j] += degree;
    }
  }
  return false;
}

bool Refuter::sandFits(const Sand &sand) const {
  double work = 0, bytes = 0;
  double perDevice = double(model.problem.capacity(1)) + 1;
  for (size_t j = 0; j < times.size(); ++j) {
    double area = double(times[j]) * free[j], memory = perDevice * free[j];
    work += std::min(area, sand.mostWork(memory));
    bytes += sand.leastDensity > 0 ? std::min(memory, area / sand.leastDensity)
                                   : memory;
  }
  for (const LargeGroup &group : groups) {
    const Shape &shape = model.shapes[group.shape];
    double area = double(times[group.microbatch] - group.load) * shape.degree;
    double memory = double(shape.capacity - group.bytes);
    work +=
        std::min(area * sand.efficiency[group.shape], sand.mostWork(memory));
    bytes += memory;
  }
  // Far more than doubles are rounded by.
  constexpr double margin = 1 - 1e-9;
  return work >= sand.work * margin && bytes >= sand.bytes * margin;
}

} // namespace

int64_t packing::areaBound(const Model &model) {
  return model.sharedTime + fewestMicrobatches(model) * model.fixedTime +
         areaTime(model);
}

int64_t packing::lowerBound(const Model &model, int64_t enough,
                            Budget &budget) {
  int64_t area = areaTime(model), fewest = fewestMicrobatches(model);
  Refuter refuter(model, budget);
  int64_t bound = kNever;
  constexpr int64_t kMostRefuted = 3;
  for (int64_t count = fewest;; ++count) {
    int64_t fixed = model.sharedTime + count * model.fixedTime;
    int64_t low = area; // all sums below it are refuted
    if (count <= kMostRefuted) {
      int64_t high = std::min(enough, bound) - fixed;
      while (high - low > std::max<int64_t>(1, area / 2000)) {
        int64_t middle = low + (high - low) / 2;
        if (refuter.refutes(int(count), middle - 1))
          low = middle;
        else
          high = middle;
      }
    }
    bound = std::min(bound, fixed + low);
    // More microbatches only add to it.
    if (fixed + model.fixedTime + area >= bound || count > kMostRefuted)
      break;
    if (count == kMostRefuted) {
      bound = std::min(bound, fixed + model.fixedTime + area);
      break;
    }
  }
  return std::max(std::min(bound, enough),
                  model.sharedTime + fewest * model.fixedTime + area);
}
