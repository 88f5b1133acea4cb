//===- PackingTimeline.cpp - Groups that start when they can --------------===//

#include "PackingTimeline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

/// Blocks span as few nodes as their sizes allow: several in a node, or of
/// whole nodes and a part of the next.
Timeline::Timeline(const Model &model) : model(model) {
  int devices = model.problem.devices;
  int perNode = std::min(model.problem.devicesPerNode, devices);
  for (const Shape &shape : model.shapes) {
    std::vector<int> firsts;
    int degree = shape.degree;
    if (degree <= perNode) {
      for (int node = 0; node < devices; node += perNode)
        for (int i = 0; i + degree <= perNode; i += degree)
          firsts.push_back(node + i);
    } else {
      int stride = (degree + perNode - 1) / perNode * perNode;
      for (int first = 0; first + degree <= devices; first += stride)
        firsts.push_back(first);
    }
    blocks.push_back(std::move(firsts));
  }
}

bool Timeline::build(int64_t limit, const std::vector<int> &shapes,
                     bool prefersChain) {
  built.clear();
  freeAt.assign(size_t(model.problem.devices), 0);
  last.assign(size_t(model.problem.devices), -1);
  // By the least work that ends in time.
  std::vector<std::pair<int, uint32_t>> order;
  std::vector<size_t> wanted(model.numItems());
  for (uint32_t item = 0; item < model.numItems(); ++item) {
    const std::vector<uint16_t> &own = model.shapesOf(item);
    auto isInTime = [&](uint16_t shape) {
      return model.fixedTime + model.time(item, shape) <= limit;
    };
    auto found = own.end();
    if (prefersChain)
      found = std::find_if(own.begin(), own.end(), [&](uint16_t shape) {
        return model.isInChain[shape] && isInTime(shape);
      });
    if (found == own.end())
      found = std::find_if(own.begin(), own.end(), isInTime);
    if (found == own.end())
      return false;
    wanted[item] = *found;
    if (item < shapes.size() && shapes[item] != kAny)
      wanted[item] = size_t(shapes[item]);
    order.emplace_back(-model.shapes[wanted[item]].degree, item);
  }
  std::sort(order.begin(), order.end());
  work += int64_t(order.size()) * 8;
  for (auto [degree, item] : order) {
    if (place(item, wanted[item], limit))
      continue;
    bool isPlaced = false;
    for (uint16_t shape : model.shapesOf(item))
      isPlaced = isPlaced || place(item, shape, limit);
    if (!isPlaced)
      return false;
  }
  return true;
}

/// Joins the last group of a block, or is a new one after it: where it ends
/// latest within the limit, and a new group only where none can be joined.
bool Timeline::place(uint32_t item, size_t shape, int64_t limit) {
  int64_t time = model.time(item, shape), bytes = model.bytes(item, shape);
  auto [degree, method, capacity] = model.shapes[shape];
  int64_t joinedEnd = -1, newEnd = -1;
  int joined = -1, newFirst = -1;
  for (int first : blocks[shape]) {
    int group = last[size_t(first)];
    bool isLast = group >= 0 && built[size_t(group)].shape == int(shape) &&
                  built[size_t(group)].first == first;
    int64_t start = 0;
    for (int i = first; i < first + degree; ++i) {
      start = std::max(start, freeAt[size_t(i)]);
      isLast &= last[size_t(i)] == group;
    }
    work += 1 + degree / 4;
    if (isLast && built[size_t(group)].bytes + bytes <= capacity &&
        start + time <= limit && start + time > joinedEnd) {
      joinedEnd = start + time;
      joined = group;
    }
    int64_t end = start + model.fixedTime + time;
    if (end <= limit && end > newEnd) {
      newEnd = end;
      newFirst = first;
    }
  }
  if (joined < 0 && newFirst < 0)
    return false;
  if (joined < 0) {
    joined = int(built.size());
    joinedEnd = newEnd;
    built.push_back(
        {int(shape), newFirst, newEnd - time - model.fixedTime, newEnd, 0, {}});
  }
  Group &group = built[size_t(joined)];
  group.end = joinedEnd;
  group.bytes += bytes;
  group.items.push_back(item);
  for (int i = group.first; i < group.first + degree; ++i) {
    freeAt[size_t(i)] = joinedEnd;
    last[size_t(i)] = joined;
  }
  return true;
}

int64_t Timeline::end() const {
  return freeAt.empty() ? 0 : *std::max_element(freeAt.begin(), freeAt.end());
}

/// Let a device be in k groups of a solution that ends at T. It works for
/// T - k b1 at most, and holds k times its memory m at most. For any l >= 0 the
/// work w_i of an item is at most l times its bytes plus its excess
/// e_i = max(0, w_i - l bytes_i), so the device's work is also at most l k m
/// plus excess. For any n >= 0, all work plus n times all bytes is thus at most
///   sum of e_i + devices * max over k of (min(T - k b1, l k m) + n k m).
/// With n = b1/m this is the area with as many groups as the memory asks for.
int64_t packing::timelineBound(const Model &model) {
  double memory = double(model.problem.capacity(1)) + 1;
  double fixed = double(model.fixedTime);
  struct Grain {
    double work, bytes;
  };
  std::vector<Grain> grains;
  /// Whether no pair of l and n refutes the limit.
  auto fits = [&](int64_t limit) {
    grains.clear();
    double work = 0, bytes = 0;
    for (auto [item, count] : model.classes) {
      Grain grain{double(kNever), double(kNever)};
      for (uint16_t shape : model.shapesOf(item)) {
        if (model.fixedTime + model.time(item, shape) > limit)
          continue;
        grain.work = std::min(grain.work, double(model.work(item, shape)));
        grain.bytes = std::min(grain.bytes, double(model.bytes(item, shape)));
      }
      if (grain.work == double(kNever))
        return false;
      grain.work *= count;
      grain.bytes *= count;
      work += grain.work;
      bytes += grain.bytes;
      grains.push_back(grain);
    }
    auto mostOfDevice = [&](double l, double n) {
      double most = 0;
      for (double k = 1; k * fixed <= double(limit); ++k) {
        double time = double(limit) - k * fixed;
        most = std::max(most, std::min(time, l * k * memory) + n * k * memory);
        // Larger k only lose time, unless bytes are worth it.
        if (l * k * memory >= time && n * memory <= fixed)
          break;
        if (fixed == 0 || k > 1e4)
          return std::numeric_limits<double>::infinity();
      }
      return most;
    };
    constexpr int numSteps = 16;
    // Far more than doubles are rounded by.
    constexpr double margin = 1 - 1e-9;
    for (int step = 0; step <= numSteps; ++step) {
      // Densities between those of all items and of the time of a device.
      double l = work / std::max(bytes, 1.0) * std::pow(1.2, step - 4);
      double excess = 0;
      if (step == numSteps)
        l = double(limit); // no item is denser
      for (const Grain &grain : grains)
        excess += std::max(0.0, grain.work - l * grain.bytes);
      for (double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        double n = share * fixed / memory;
        if ((work + n * bytes) * margin >
            excess + model.problem.devices * mostOfDevice(l, n))
          return false;
      }
    }
    return true;
  };
  int64_t low = -1, high = model.fixedTime + 1; // low is refuted
  while (!fits(high))
    high *= 2;
  while (high - low > std::max<int64_t>(1, high >> 14)) {
    int64_t middle = low + (high - low) / 2;
    if (fits(middle))
      high = middle;
    else
      low = middle;
  }
  return low + 1;
}

bool TimelineSearch::attempt(int64_t limit, const std::vector<int> &shapes) {
  bool fits = timeline.build(limit, shapes, prefersChain);
  budget->spend(timeline.takeWork());
  if (!fits)
    return false;
  if (timeline.end() < bestEnd) {
    bestEnd = timeline.end();
    best = timeline.groups();
    onBetter(bestEnd);
  }
  return true;
}

/// Halves what the best end might do without.
void TimelineSearch::narrow(int64_t low, const std::vector<int> &shapes) {
  while (bestEnd - low > bestEnd / 4000 && !budget->exhausted()) {
    int64_t middle = low + (bestEnd - low) / 2;
    if (!attempt(middle, shapes))
      low = middle;
  }
}

void TimelineSearch::run(Budget &budget) {
  this->budget = &budget;
  std::vector<int> shapes(std::min<size_t>(model.numItems(), 48),
                          Timeline::kAny);
  int64_t low = timelineBound(model);
  for (bool prefers : {false, true}) {
    if (prefers && model.isNested)
      break;
    int64_t before = bestEnd;
    prefersChain = prefers;
    for (int64_t high = low; !attempt(high, shapes); high *= 2)
      if (high >= bestEnd)
        break;
    narrow(low, shapes);
    // The way that is not better is not gone on with.
    if (prefers && bestEnd == before)
      prefersChain = false;
  }
  while (!budget.exhausted() && bestEnd > lowerBound) {
    std::vector<int> before = shapes;
    for (size_t changes = 1 + generator() % 2; changes > 0; --changes) {
      size_t item = generator() % (1 + generator() % shapes.size());
      const std::vector<uint16_t> &own = model.shapesOf(item);
      size_t choice = generator() % (own.size() + 1);
      shapes[item] = choice < own.size() ? own[choice] : Timeline::kAny;
    }
    int64_t was = bestEnd;
    if (attempt(bestEnd - 1, shapes))
      narrow(was - 4 * (was - bestEnd) - was / 1000, shapes);
    else
      shapes = std::move(before);
    budget.spend(1);
  }
}

PackingSolution TimelineSearch::solution() const {
  PackingSolution solution;
  solution.value = bestEnd;
  solution.microbatches.emplace_back();
  auto &groups = solution.microbatches[0].groups;
  for (const Timeline::Group &group : best) {
    const Shape &shape = model.shapes[size_t(group.shape)];
    PackingSolution::Group placed;
    placed.devices.resize(size_t(shape.degree));
    std::iota(placed.devices.begin(), placed.devices.end(), group.first);
    placed.method = shape.method;
    placed.start = group.start;
    for (uint32_t item : group.items)
      placed.sequences.push_back(model.sequences[item]);
    std::sort(placed.sequences.begin(), placed.sequences.end());
    groups.push_back(std::move(placed));
  }
  std::sort(groups.begin(), groups.end(), [](const auto &a, const auto &b) {
    return std::pair(a.start, a.devices[0]) < std::pair(b.start, b.devices[0]);
  });
  return solution;
}
