//===- PackingModel.cpp - Costs of packing as tables ----------------------===//

#include "PackingModel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

Model::Model(const PackingProblem &problem, std::optional<int> onlyDegree)
    : problem(problem), sequences(problem.lengths.size()),
      fixedTime(problem.fixedTime()), sharedTime(problem.sharedTime()) {
  std::iota(sequences.begin(), sequences.end(), size_t(0));
  std::sort(sequences.begin(), sequences.end(), [&](size_t a, size_t b) {
    return std::pair(-problem.paddedLength(a), a) <
           std::pair(-problem.paddedLength(b), b);
  });
  std::vector<int> degrees = problem.degrees;
  if (onlyDegree)
    degrees = {*onlyDegree};
  std::vector<int> sizes = degrees;
  sizes.push_back(problem.devicesPerNode);
  std::sort(sizes.begin(), sizes.end());
  for (size_t i = 1; i < sizes.size(); ++i)
    isNested &= sizes[i] % sizes[i - 1] == 0;
  isNested |= problem.devicesPerNode >= problem.devices;
  findClasses();
  findShapes(degrees);
  fillTables();
  findChain();
}

void Model::findChain() {
  isInChain.assign(shapes.size(), 1);
  int last = 1, perNode = problem.devicesPerNode;
  for (size_t shape = 0; shape < shapes.size() && !isNested; ++shape) {
    int degree = shapes[shape].degree;
    isInChain[shape] =
        degree % last == 0 && (perNode % degree == 0 || degree % perNode == 0);
    if (isInChain[shape])
      last = degree;
  }
}

void Model::findClasses() {
  for (uint32_t item = 0; item < numItems(); ++item) {
    if (item == 0 || !isSame(item, item - 1))
      classes.push_back({item, 0});
    ++classes.back().count;
  }
}

Model::Model(const Model &whole, const std::vector<uint32_t> &items)
    : problem(whole.problem), shapes(whole.shapes), fixedTime(whole.fixedTime),
      sharedTime(0), isNested(whole.isNested) {
  long count = long(shapes.size());
  for (uint32_t item : items) {
    sequences.push_back(whole.sequences[item]);
    auto time = whole.times.begin() + long(item) * count;
    times.insert(times.end(), time, time + count);
    auto size = whole.sizes.begin() + long(item) * count;
    sizes.insert(sizes.end(), size, size + count);
    shapeOrders.push_back(whole.shapeOrders[item]);
  }
  findClasses();
  isInChain = whole.isInChain;
}

/// A method is left out where another of the same degree takes no more time and
/// no more memory for any length; of equal ones the first stays.
void Model::findShapes(const std::vector<int> &degrees) {
  std::vector<size_t> distinct;
  for (const Class &each : classes)
    distinct.push_back(sequences[each.first]);
  auto timeOf = [&](size_t sequence, int degree, PackingMethod method) {
    return problem.time(sequence, degree, method).value_or(kNever);
  };
  auto isNoWorse = [&](int degree, PackingMethod a, PackingMethod b) {
    return std::all_of(distinct.begin(), distinct.end(), [&](size_t sequence) {
      return timeOf(sequence, degree, a) <= timeOf(sequence, degree, b) &&
             problem.bytes(sequence, degree, a) <=
                 problem.bytes(sequence, degree, b);
    });
  };
  for (int degree : degrees) {
    std::vector<PackingMethod> kept;
    for (PackingMethod method : problem.methods) {
      // A single device has nothing to share.
      bool isNeeded =
          degree == 1 ? kept.empty()
                      : std::none_of(kept.begin(), kept.end(), [&](auto other) {
                          return isNoWorse(degree, other, method);
                        });
      if (!isNeeded || !problem.time(sequences[0], degree, method))
        continue;
      if (degree > 1)
        std::erase_if(
            kept, [&](auto other) { return isNoWorse(degree, method, other); });
      kept.push_back(method);
    }
    for (PackingMethod method : kept)
      shapes.push_back({degree, method, problem.capacity(degree)});
  }
}

void Model::fillTables() {
  size_t count = shapes.size();
  times.resize(numItems() * count);
  sizes.resize(numItems() * count);
  shapeOrders.resize(numItems());
  for (size_t item = 0; item < numItems(); ++item) {
    auto row = [&](std::vector<int64_t> &table) {
      return table.begin() + long(item * count);
    };
    if (item > 0 && isSame(item, item - 1)) {
      std::copy_n(row(times) - long(count), count, row(times));
      std::copy_n(row(sizes) - long(count), count, row(sizes));
      shapeOrders[item] = shapeOrders[item - 1];
      continue;
    }
    for (size_t shape = 0; shape < count; ++shape) {
      auto [degree, method, capacity] = shapes[shape];
      int64_t &size = row(sizes)[long(shape)];
      size = problem.bytes(sequences[item], degree, method);
      bool fits = size <= capacity;
      row(times)[long(shape)] =
          fits ? *problem.time(sequences[item], degree, method) : kNever;
      if (fits)
        shapeOrders[item].push_back(uint16_t(shape));
    }
    std::sort(shapeOrders[item].begin(), shapeOrders[item].end(),
              [&](size_t a, size_t b) {
                return std::pair(work(item, a), a) <
                       std::pair(work(item, b), b);
              });
  }
}

int64_t Model::leastTime(size_t item) const {
  int64_t least = kNever;
  for (uint16_t shape : shapeOrders[item])
    least = std::min(least, time(item, shape));
  return least;
}

std::optional<size_t> Model::itemWithoutShape() const {
  for (size_t item = 0; item < numItems(); ++item)
    if (shapeOrders[item].empty())
      return item;
  return std::nullopt;
}

std::string packing::whyNot(const Model &model, size_t item) {
  const PackingProblem &problem = model.problem;
  size_t sequence = model.sequences[item];
  int64_t tokens = problem.paddedLength(sequence);
  std::string text = "lengths[" + std::to_string(sequence) +
                     "]: a sequence of " +
                     std::to_string(problem.lengths[sequence]) + " tokens ";
  if (model.shapes.empty())
    return text + "has no group: cost.heads is less than every one of the "
                  "degrees";
  const PackingProblem::Memory &memory = problem.memory;
  // Without what offloading saves, which depends on the group.
  double needed = std::ceil(memory.perToken * double(tokens) /
                            (memory.cap - memory.states));
  int largest = 0;
  for (const Shape &shape : model.shapes)
    largest = std::max(largest, shape.degree);
  text += "does not fit in a group of " + std::to_string(largest) +
          ", the largest there is";
  if (problem.offload)
    return text + ", not even with offloading; without it, it takes " +
           std::to_string(int64_t(needed)) + " devices in one group";
  text += ": it takes " + std::to_string(int64_t(needed)) +
          " devices in one group, ";
  if (int64_t(needed) > problem.devices)
    return text + "and there are " + std::to_string(problem.devices);
  // Larger degrees are no shapes where the methods have too few heads.
  return text +
         (int64_t(needed) > problem.degrees.back()
              ? "which degrees do not have"
              : "for which cost.heads, " + std::to_string(problem.cost.heads) +
                    ", is too small; a ring can share it");
}
