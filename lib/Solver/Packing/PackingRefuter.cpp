//===- PackingRefuter.cpp - Times that microbatches cannot have -----------===//
//
// Let C_1 >= ... >= C_M be the times of the slowest groups of M microbatches,
// and T their sum. Groups that are larger than a node are slow at sending, so
// call them large. An item is long if no small shape does it within C_1; the
// others are sand.
//  - A long item is in a large group, of which all devices are taken for all of
//    the microbatch. What the long items leave of the group's time and memory
//    can be filled with sand, but each item of sand then takes the work that it
//    has in this shape.
//  - On all other devices a microbatch does at most C_j and holds at most their
//    memory; sand takes at least its least work within C_1 there.
// This is asked of the sum of the sand's work, of its bytes, and of weighted
// sums of both. If it does not fit for any way to distribute the long items,
// there is no solution with these times or shorter ones. Boxes of times cover
// all that add up to at most T; each is refuted for its latest corner, or cut
// in two, or T is not refuted.
//
//===----------------------------------------------------------------------===//

#include "PackingRefuter.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::packing;

Sand::Sand(const Model &model, int64_t limit, int largestSmall)
    : bytesByWork(model.numShapes(), 0) {
  struct Grain {
    uint32_t item;
    double work, bytes;
  };
  std::vector<Grain> grains;
  std::vector<double> counts;
  for (auto [item, count] : model.classes) {
    int64_t least = kNever, bytes = kNever;
    bool isLong = true;
    for (uint16_t shape : model.shapesOf(item)) {
      bytes = std::min(bytes, model.bytes(item, shape));
      if (model.time(item, shape) > limit)
        continue;
      least = std::min(least, model.work(item, shape));
      isLong &= model.shapes[shape].degree > largestSmall;
    }
    if (isLong) {
      for (uint32_t i = 0; i < count; ++i)
        longItems.push_back(item + i);
      continue;
    }
    grains.push_back({item, double(least), double(bytes)});
    counts.push_back(count);
    work += double(least) * count;
    this->bytes += double(bytes) * count;
  }
  double density = bytes > 0 ? work / bytes : 0;
  weights = {{{1, 0}, {1, density}, {1, 4 * density}, {0, 1}}};
  for (auto &byShape : efficiency)
    byShape.assign(model.numShapes(), 0);
  for (const Grain &grain : grains)
    for (uint16_t shape : model.shapesOf(grain.item)) {
      double own = std::max(1.0, double(model.work(grain.item, shape)));
      for (size_t i = 0; i < kNumWeights; ++i) {
        double &best = efficiency[i][shape];
        best = std::max(best, (weights[i].work * grain.work +
                               weights[i].bytes * grain.bytes) /
                                  own);
      }
      bytesByWork[shape] = std::max(bytesByWork[shape], grain.bytes / own);
    }
  for (size_t i = 0; i < grains.size(); ++i) {
    grains[i].work *= counts[i];
    grains[i].bytes *= counts[i];
  }
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

/// More ways than this to distribute the long items are not all looked at.
constexpr int64_t kMostNodes = 20000;

const Sand &Refuter::sandWithin(int64_t limit) {
  auto found = sands.find(limit);
  if (found == sands.end()) {
    budget.spend(int64_t(model.classes.size()) * 16);
    found = sands.try_emplace(limit, model, limit, largestSmall).first;
  }
  return found->second;
}

bool Refuter::refutes(int count, int64_t sum) {
  sands.clear();
  times.assign(size_t(count), 0);
  int64_t narrowest = std::max<int64_t>(1, sum / (count <= 2 ? 1000 : 300));
  // Of all times but the last, which is what the others leave.
  std::vector<Box> boxes = {Box(size_t(count - 1), {0, sum})};
  while (!boxes.empty()) {
    Box box = std::move(boxes.back());
    boxes.pop_back();
    if (budget.exhausted())
      return false;
    if (refutesBox(box, sum))
      continue;
    size_t widest = 0;
    auto widthOf = [&](size_t i) { return box[i].second - box[i].first; };
    for (size_t i = 1; i < box.size(); ++i)
      if (widthOf(i) > widthOf(widest))
        widest = i;
    if (box.empty() || widthOf(widest) <= narrowest)
      return false;
    int64_t middle = box[widest].first + widthOf(widest) / 2;
    Box upper = box;
    box[widest].second = middle;
    upper[widest].first = middle;
    boxes.push_back(std::move(box));
    boxes.push_back(std::move(upper));
  }
  return true;
}

/// Whether no solution has times in the box that add up to the sum: those of
/// less are no better, as a time that is longer than it has to be only helps.
bool Refuter::refutesBox(const Box &box, int64_t sum) {
  int64_t lowSum = 0, highSum = 0, before = sum;
  for (size_t i = 0; i < box.size(); ++i) {
    // No time is longer than the one before it.
    before = std::min(before, box[i].second);
    if (box[i].first > before)
      return true;
    times[i] = before;
    lowSum += box[i].first;
    highSum += before;
  }
  times.back() = std::min(before, sum - lowSum);
  if (times.back() < 0 || highSum + times.back() < sum)
    return true;
  free.assign(times.size(), model.problem.devices);
  groups.clear();
  nodesLeft = kMostNodes;
  return !distributes(sandWithin(times[0]), 0);
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
  for (uint16_t shape : model.shapesOf(item)) {
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
  std::array<double, kNumWeights> room{};
  double perDevice = double(model.problem.capacity(1)) + 1;
  for (size_t j = 0; j < times.size(); ++j) {
    double area = double(times[j]) * free[j], memory = perDevice * free[j];
    double work = std::min(area, sand.mostWork(memory));
    double bytes = memory;
    if (sand.leastDensity > 0)
      bytes = std::min(memory, area / sand.leastDensity);
    for (size_t i = 0; i < kNumWeights; ++i)
      room[i] += sand.weights[i].work * work + sand.weights[i].bytes * bytes;
  }
  for (const LargeGroup &group : groups) {
    const Shape &shape = model.shapes[group.shape];
    double area = double(times[group.microbatch] - group.load) * shape.degree;
    double memory = double(shape.capacity - group.bytes);
    double work = sand.mostWork(memory);
    double bytes = std::min(memory, area * sand.bytesByWork[group.shape]);
    for (size_t i = 0; i < kNumWeights; ++i)
      room[i] +=
          std::min(area * sand.efficiency[i][group.shape],
                   sand.weights[i].work * work + sand.weights[i].bytes * bytes);
  }
  // Far more than doubles are rounded by.
  constexpr double margin = 1 - 1e-9;
  for (size_t i = 0; i < kNumWeights; ++i)
    if (room[i] < (sand.weights[i].work * sand.work +
                   sand.weights[i].bytes * sand.bytes) *
                      margin)
      return false;
  return true;
}
