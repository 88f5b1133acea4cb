//===- PackingBound.cpp - What no packing is faster than ------------------===//
//
// Let T be the sum of the times of the microbatches' slowest groups. No group
// takes longer than T, so an item is in a shape whose time for it is at most T;
// the devices have T each, so the work of all items is at most N T. The least T
// for which both can be true is the area bound.
// PackingRefuter.cpp tells what is known beyond it.
//
//===----------------------------------------------------------------------===//

#include "PackingBound.h"

#include "PackingRefuter.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::packing;

int64_t packing::fewestMicrobatches(const Model &model) {
  int64_t bytes = 0;
  for (auto [item, count] : model.classes) {
    int64_t least = kNever;
    for (uint16_t shape : model.shapesOf(item))
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
    const std::vector<uint16_t> &shapes = model.shapesOf(item);
    auto isInTime = [&, item = item](uint16_t shape) {
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

} // namespace

int64_t packing::areaBound(const Model &model) {
  return model.sharedTime + fewestMicrobatches(model) * model.fixedTime +
         areaTime(model);
}

int64_t packing::lowerBound(const Model &model, int64_t enough,
                            Budget &budget) {
  int64_t area = areaTime(model), fewest = fewestMicrobatches(model);
  // Every item in a microbatch of its own is a solution, too.
  int64_t alone = model.sharedTime;
  for (auto [item, count] : model.classes)
    alone += (model.fixedTime + model.leastTime(item)) * count;
  enough = std::min(enough, alone);
  Refuter refuter(model, budget);
  // More microbatches than these are left to the area.
  constexpr int64_t kMostRefuted = 4;
  int64_t bound = enough;
  for (int64_t count = fewest;; ++count) {
    int64_t fixed = model.sharedTime + count * model.fixedTime;
    if (fixed + area >= bound)
      return bound;
    if (count > kMostRefuted)
      return fixed + area;
    int64_t low = area, high = bound - fixed; // all sums below low are refuted
    while (high - low > std::max<int64_t>(1, area / 2000)) {
      int64_t middle = low + (high - low) / 2;
      if (refuter.refutes(int(count), middle - 1))
        low = middle;
      else
        high = middle;
    }
    bound = std::min(bound, fixed + low);
  }
}
