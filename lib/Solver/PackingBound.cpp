//===- PackingBound.cpp - What no packing is faster than ------------------===//
//
// Let T be the sum of the times of the microbatches' slowest groups. No group
// takes longer than T, so an item is in a shape whose time for it is at most T;
// the devices have T each, so the work of all items is at most N T. The least T
// for which both can be true is a bound.
//
//===----------------------------------------------------------------------===//

#include "PackingBound.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::packing;

int64_t packing::fewestMicrobatches(const Model &model) {
  int64_t bytes = 0;
  for (size_t item = 0; item < model.numItems(); ++item) {
    int64_t least = kNever;
    for (uint8_t shape : model.shapesOf(item))
      least = std::min(least, model.bytes(item, shape));
    bytes += least;
  }
  int64_t capacity = model.problem.capacity(model.problem.devices);
  return std::max<int64_t>(1, (bytes + capacity - 1) / capacity);
}

/// The least work of all items where no group takes longer than `limit`; none
/// where an item takes longer.
static std::optional<int64_t> leastWorkWithin(const Model &model,
                                              int64_t limit) {
  int64_t work = 0;
  for (size_t item = 0; item < model.numItems(); ++item) {
    const std::vector<uint8_t> &shapes = model.shapesOf(item);
    auto found = std::find_if(shapes.begin(), shapes.end(), [&](uint8_t shape) {
      return model.time(item, shape) <= limit;
    });
    if (found == shapes.end())
      return std::nullopt;
    work += model.work(item, *found);
  }
  return work;
}

int64_t packing::lowerBound(const Model &model) {
  int64_t low = 0, high = 0;
  for (size_t item = 0; item < model.numItems(); ++item)
    high += model.leastWork(item);
  // `high` suffices: everything on one group after the other.
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    std::optional<int64_t> work = leastWorkWithin(model, middle);
    if (work && *work <= middle * model.problem.devices)
      high = middle;
    else
      low = middle + 1;
  }
  return model.sharedTime + fewestMicrobatches(model) * model.fixedTime + low;
}
