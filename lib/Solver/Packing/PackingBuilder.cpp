//===- PackingBuilder.cpp - Groups within given times ---------------------===//

#include "PackingBuilder.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

FreeDevices::FreeDevices(const Model &model)
    : isCounted(model.isNested),
      perNode(std::min(model.problem.devicesPerNode, model.problem.devices)),
      numFree(model.problem.devices) {
  if (isCounted)
    return;
  nodesWith.assign(size_t(perNode) + 1, 0);
  nodesWith[size_t(perNode)] = numFree / perNode;
}

bool FreeDevices::canTake(int degree) const {
  if (isCounted || degree > numFree)
    return degree <= numFree;
  int whole = degree / perNode, rest = degree % perNode;
  if (nodesWith[size_t(perNode)] < whole + (rest > 0)) {
    if (nodesWith[size_t(perNode)] < whole || rest == 0)
      return false;
    return std::any_of(nodesWith.begin() + rest, nodesWith.end() - 1,
                       [](int nodes) { return nodes > 0; });
  }
  return true;
}

void FreeDevices::take(int degree) {
  numFree -= degree;
  if (isCounted)
    return;
  nodesWith[size_t(perNode)] -= degree / perNode;
  nodesWith[0] += degree / perNode;
  size_t rest = size_t(degree % perNode);
  if (rest == 0)
    return;
  size_t node = rest;
  while (nodesWith[node] == 0)
    ++node;
  --nodesWith[node];
  ++nodesWith[node - rest];
}

bool Builder::build(const std::vector<int64_t> &limits,
                    const std::vector<Choice> &choices, bool prefersChain) {
  this->limits = &limits;
  size_t microbatches = limits.size();
  count = 0;
  free.assign(microbatches, FreeDevices(model));
  byLoad.resize(microbatches * model.numShapes());
  for (std::vector<Entry> &list : byLoad)
    list.clear();
  byLimit.resize(microbatches);
  std::iota(byLimit.begin(), byLimit.end(), 0);
  std::sort(byLimit.begin(), byLimit.end(), [&](int a, int b) {
    return std::pair(limits[size_t(a)], a) < std::pair(limits[size_t(b)], b);
  });
  work += int64_t(byLoad.size());
  for (uint32_t item = 0; item < model.numItems(); ++item)
    if (!place(item, item < choices.size() ? choices[item] : Choice(),
               prefersChain))
      return false;
  return true;
}

bool Builder::place(uint32_t item, Choice choice, bool prefersChain) {
  if (choice.shape != Choice::kAny)
    return placeAs(item, size_t(choice.shape), choice.microbatch);
  if (prefersChain)
    for (uint16_t shape : model.shapesOf(item))
      if (model.isInChain[shape] && placeAs(item, shape, choice.microbatch))
        return true;
  for (uint16_t shape : model.shapesOf(item))
    if (placeAs(item, shape, choice.microbatch))
      return true;
  return false;
}

bool Builder::placeAs(uint32_t item, size_t shape, int microbatch) {
  int64_t time = model.time(item, shape), bytes = model.bytes(item, shape);
  int64_t capacity = model.shapes[shape].capacity;
  int degree = model.shapes[shape].degree;
  int open = -1;
  for (int j : byLimit) {
    if (microbatch != Choice::kAny && j != microbatch)
      continue;
    int64_t room = (*limits)[size_t(j)] - time;
    if (room < 0)
      continue;
    if (open < 0 && free[size_t(j)].canTake(degree))
      open = j;
    std::vector<Entry> &list = byLoad[size_t(j) * model.numShapes() + shape];
    auto found = std::upper_bound(list.begin(), list.end(), Entry{room, 0});
    work += 4;
    while (found != list.begin()) {
      --found;
      ++work;
      if (built[found->group].bytes + bytes <= capacity) {
        add(item, list, size_t(found - list.begin()));
        return true;
      }
    }
  }
  if (open < 0)
    return false;
  free[size_t(open)].take(degree);
  if (count == built.size())
    built.emplace_back();
  Group &group = built[count];
  group.microbatch = open;
  group.shape = int(shape);
  group.load = group.bytes = 0;
  group.items.clear();
  std::vector<Entry> &list = byLoad[size_t(open) * model.numShapes() + shape];
  list.insert(list.begin(), Entry{0, uint32_t(count)});
  ++count;
  add(item, list, 0);
  work += 8;
  return true;
}

/// Adds the item to the group at a position of its list, which stays sorted.
void Builder::add(uint32_t item, std::vector<Entry> &list, size_t position) {
  Group &group = built[list[position].group];
  group.load += model.time(item, size_t(group.shape));
  group.bytes += model.bytes(item, size_t(group.shape));
  group.items.push_back(item);
  Entry entry = {group.load, list[position].group};
  auto from = list.begin() + long(position);
  auto to = std::upper_bound(from + 1, list.end(), entry);
  std::move(from + 1, to, from);
  *(to - 1) = entry;
  work += 2 + (to - from) / 8;
}

std::vector<int64_t> Builder::times() const {
  std::vector<int64_t> times(limits->size(), 0);
  for (size_t i = 0; i < count; ++i) {
    int64_t &time = times[size_t(built[i].microbatch)];
    time = std::max(time, built[i].load);
  }
  return times;
}
