//===- SkylineSearch.cpp - Does a component fit into a height? ------------===//

#include "SkylineSearch.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

using namespace hocket;

/// The floor of a section that no item is to come to.
static constexpr int64_t kWall = std::numeric_limits<int64_t>::max();

SkylineSearch::SkylineSearch(const MemoryComponent &component)
    : component(component), numItems(int32_t(component.items.size())),
      numSections(component.numSections), twin(component.items.size(), -1) {
  sectionStart.assign(size_t(numSections) + 1, 0);
  firstItem.assign(size_t(numSections) + 1, 0);
  std::map<std::tuple<int32_t, int32_t, int64_t>, int32_t> latest;
  for (int32_t i = 0; i < numItems; ++i) {
    const Item &item = component.items[i];
    ++firstItem[item.first + 1];
    for (int32_t s = item.first; s < item.last; ++s)
      ++sectionStart[s + 1];
    auto [found, isNew] =
        latest.try_emplace({item.first, item.last, item.size}, i);
    if (!isNew) {
      twin[found->second] = i;
      found->second = i;
    }
  }
  for (int32_t s = 0; s < numSections; ++s) {
    sectionStart[s + 1] += sectionStart[s];
    firstItem[s + 1] += firstItem[s];
  }
  sectionItems.resize(size_t(sectionStart[numSections]));
  std::vector<int32_t> next(sectionStart.begin(), sectionStart.end() - 1);
  for (int32_t i = 0; i < numItems; ++i)
    for (int32_t s = component.items[i].first; s < component.items[i].last; ++s)
      sectionItems[next[s]++] = i;
}

int64_t SkylineSearch::footprint(const MemoryComponent &component) {
  int64_t numbers = 0;
  for (const Item &item : component.items)
    numbers += item.last - item.first;
  return numbers;
}

/// Calls `function` with the items to come that share a section with an item:
/// those of its first section, and those that start after it.
template <typename Function>
void SkylineSearch::forEachConflict(int32_t index, Function function) {
  const Item &item = component.items[index];
  int32_t begin = sectionStart[item.first], end = sectionStart[item.first + 1];
  for (int32_t k = begin; k < end; ++k)
    if (int32_t other = sectionItems[k]; !isPlaced[other] && other != index)
      function(other);
  int32_t firstLater = firstItem[item.first + 1], last = firstItem[item.last];
  for (int32_t other = firstLater; other < last; ++other)
    if (!isPlaced[other])
      function(other);
  steps += end - begin + std::max(0, last - firstLater);
}

void SkylineSearch::leave(const Item &item, int64_t level) {
  steps += (item.last - item.first) / 4; // they lie side by side in memory
  for (int32_t s = item.first; s < item.last; ++s)
    if (floor[s] == level && --numAtFloor[s] == 0)
      stale.push_back(s);
}

void SkylineSearch::enter(const Item &item, int64_t level) {
  for (int32_t s = item.first; s < item.last; ++s)
    numAtFloor[s] += floor[s] == level;
}

void SkylineSearch::setLowest(int32_t index, int64_t value) {
  for (; index >= 0 && value > lowest[index]; index = twin[index]) {
    const Item &item = component.items[index];
    leave(item, lowest[index]);
    trail.push_back({Change::Lowest, index, lowest[index]});
    lowest[index] = value;
    keys.set(size_t(index), uint64_t(value));
    value += item.size; // of twins the first lies lowest
  }
}

/// Returns false where a section has no room for what is to come.
bool SkylineSearch::refreshFloors() {
  while (!stale.empty()) {
    int32_t s = stale.back();
    stale.pop_back();
    int64_t least = kWall;
    int32_t count = 0;
    for (int32_t k = sectionStart[s]; k < sectionStart[s + 1]; ++k) {
      int32_t item = sectionItems[k];
      if (isPlaced[item] || lowest[item] > least)
        continue;
      count = lowest[item] == least ? count + 1 : 1;
      least = lowest[item];
    }
    steps += sectionStart[s + 1] - sectionStart[s];
    trail.push_back({Change::Floor, s, floor[s]});
    floor[s] = least;
    numAtFloor[s] = count;
    if (least != kWall && least > question->capacity - sizesToCome[s])
      return false;
  }
  return true;
}

bool SkylineSearch::place(int32_t index) {
  const Item &item = component.items[index];
  offset[index] = lowest[index];
  isPlaced[index] = true;
  leave(item, lowest[index]);
  keys.clear(size_t(index));
  trail.push_back({Change::Placed, index, 0});
  for (int32_t s = item.first; s < item.last; ++s) {
    sizesToCome[s] -= item.size;
    --numToCome[s];
  }
  int64_t top = lowest[index] + item.size;
  forEachConflict(index, [&](int32_t other) { setLowest(other, top); });
  return refreshFloors();
}

/// An item above its lowest offset does not rest on what is placed, for that is
/// no higher: it rests on an item to come.
bool SkylineSearch::rise(int32_t index) {
  int64_t least = kWall;
  forEachConflict(index, [&](int32_t other) {
    least =
        std::min(least, std::max(lowest[index] + 1,
                                 lowest[other] + component.items[other].size));
  });
  if (least > question->capacity - component.items[index].size)
    return false;
  setLowest(index, least);
  return refreshFloors();
}

void SkylineSearch::undo(size_t mark) {
  for (; trail.size() > mark; trail.pop_back()) {
    const Change &change = trail.back();
    if (change.kind == Change::Lowest) {
      lowest[change.index] = change.old;
      keys.set(size_t(change.index), uint64_t(change.old));
      enter(component.items[change.index], change.old);
    } else if (change.kind == Change::Floor) {
      floor[change.index] = change.old;
      numAtFloor[change.index] = 0; // its items come back further down
    } else {
      const Item &item = component.items[change.index];
      isPlaced[change.index] = false;
      keys.set(size_t(change.index), uint64_t(lowest[change.index]));
      enter(item, lowest[change.index]);
      for (int32_t s = item.first; s < item.last; ++s) {
        sizesToCome[s] += item.size;
        ++numToCome[s];
      }
    }
  }
  stale.clear();
}

/// Every section with items to come has one whose lowest offset is its floor,
/// and at a local minimum of the skyline such an item lies on that level with
/// all of its sections: what is placed there leaves no hole below.
int32_t SkylineSearch::chooseItem(int32_t first, int32_t last) {
  steps += (last - first) / 4;
  using Score = std::tuple<int64_t, int64_t, int64_t>;
  Score best{kWall, kWall, kWall};
  int32_t chosen = first;
  for (int32_t begin = first, end; begin < last; begin = end) {
    end = begin;
    while (end < last && floor[end] == floor[begin])
      ++end;
    bool isMinimum = (begin == first || floor[begin - 1] > floor[begin]) &&
                     (end == last || floor[end] > floor[begin]);
    for (int32_t s = begin; isMinimum && s < end; ++s) {
      int64_t room = question->capacity - floor[s] - sizesToCome[s];
      int64_t cases = numAtFloor[s] + (room > 0);
      Score score{cases, room, floor[s]};
      if (question->order == SkylineOrder::Lowest)
        score = {floor[s], cases, room};
      else if (question->order == SkylineOrder::Tightest)
        score = {room, cases, floor[s]};
      if (score < best) {
        best = score;
        chosen = s;
      }
    }
  }
  int32_t item = -1;
  for (int32_t k = sectionStart[chosen]; k < sectionStart[chosen + 1]; ++k) {
    int32_t other = sectionItems[k];
    if (!isPlaced[other] && lowest[other] == floor[chosen] &&
        (item < 0 || question->priorities[other] > question->priorities[item]))
      item = other;
  }
  return item;
}

/// Searches what is to come to the sections of [first, last), all of which have
/// some.
bool SkylineSearch::searchPart(int32_t first, int32_t last) {
  StateKey key =
      keys.ofRange(size_t(firstItem[first]), size_t(firstItem[last]));
  if (failed.contains(key))
    return false;
  size_t before = trail.size();
  while (true) {
    ++nodes;
    bool isLeft = budget->spend(1 + steps / 8);
    steps = 0;
    if (!isLeft || nodes > question->nodeLimit) {
      gaveUp = true;
      break;
    }
    int32_t item = chooseItem(first, last);
    size_t mark = trail.size();
    if (place(item) && searchRest(first, last))
      return true;
    undo(mark);
    if (gaveUp || !rise(item))
      break;
  }
  undo(before);
  if (!gaveUp)
    failed.insert(key);
  return false;
}

bool SkylineSearch::searchRest(int32_t first, int32_t last) {
  for (int32_t begin = first, end; begin < last; begin = end) {
    end = begin + 1;
    if (numToCome[begin] == 0)
      continue;
    while (end < last && numToCome[end] > 0)
      ++end;
    if (!searchPart(begin, end))
      return false;
  }
  return true;
}

void SkylineSearch::reset() {
  lowest.assign(size_t(numItems), 0);
  offset.assign(size_t(numItems), 0);
  isPlaced.assign(size_t(numItems), false);
  floor.assign(size_t(numSections), 0);
  sizesToCome.assign(size_t(numSections), 0);
  numToCome.assign(size_t(numSections), 0);
  for (const Item &item : component.items)
    for (int32_t s = item.first; s < item.last; ++s) {
      sizesToCome[s] += item.size;
      ++numToCome[s];
    }
  trail.clear();
  stale.clear();
  keys.reset(size_t(numItems));
  for (int32_t i = 0; i < numItems; ++i)
    keys.set(size_t(i), 0);
  numAtFloor = numToCome;
  for (int32_t s = 0; s < numSections; ++s)
    stale.push_back(s); // the bound itself may exceed the capacity
  for (int32_t i = 0; i < numItems; ++i)
    if (twin[i] >= 0)
      setLowest(twin[i], lowest[i] + component.items[i].size);
  steps += int64_t(sectionItems.size());
  nodes = 0;
  gaveUp = false;
}

Answer SkylineSearch::decide(const Question &asked, Budget &charged) {
  question = &asked;
  budget = &charged;
  if (asked.capacity > failedCapacity)
    failed.clear();
  failedCapacity = asked.capacity;
  reset();
  if (!refreshFloors())
    return Answer::No;
  if (searchRest(0, numSections))
    return Answer::Yes;
  return gaveUp ? Answer::Unknown : Answer::No;
}
