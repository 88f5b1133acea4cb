//===- MemorySections.cpp - Lifetimes as ranges of sections ---------------===//

#include "MemorySections.h"

#include <algorithm>
#include <numeric>
#include <tuple>

using namespace hocket;

namespace {

struct Event {
  int64_t time;
  bool starts;
  size_t buffer;
};

std::vector<Event> eventsOf(const MemoryProblem &problem) {
  std::vector<Event> events;
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const MemoryProblem::Buffer &buffer = problem.buffers[i];
    if (buffer.size == 0)
      continue;
    events.push_back({buffer.lower, true, i});
    events.push_back({buffer.upper, false, i});
  }
  // At equal times ends come first: lifetimes are half open.
  std::sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
    return std::tie(a.time, a.starts, a.buffer) <
           std::tie(b.time, b.starts, b.buffer);
  });
  return events;
}

void finish(MemoryComponent &component) {
  auto &items = component.items;
  std::sort(items.begin(), items.end(), [](const auto &a, const auto &b) {
    return std::tie(a.first, a.buffer) < std::tie(b.first, b.buffer);
  });
  std::vector<int64_t> change(size_t(component.numSections) + 1);
  for (const MemoryComponent::Item &item : items) {
    change[size_t(item.first)] += item.size;
    change[size_t(item.last)] -= item.size;
  }
  int64_t live = 0;
  for (int64_t step : change)
    component.largestLiveSum = std::max(component.largestLiveSum, live += step);
}

} // namespace

MemorySections::MemorySections(const MemoryProblem &problem) {
  auto padded = [&](size_t i) {
    int64_t size = problem.buffers[i].size;
    return size + (-size & (problem.alignment - 1));
  };
  int64_t divisor = 0;
  for (size_t i = 0; i < problem.buffers.size(); ++i)
    divisor = std::gcd(divisor, padded(i));
  unit = std::max<int64_t>(divisor, 1);

  // A section ends where an end follows a start.
  std::vector<MemoryComponent::Item> itemOf(problem.buffers.size());
  MemoryComponent current;
  size_t alive = 0;
  bool isOpen = false;
  for (const Event &event : eventsOf(problem)) {
    MemoryComponent::Item &item = itemOf[event.buffer];
    if (event.starts) {
      isOpen = true;
      item.first = current.numSections;
      ++alive;
      continue;
    }
    current.numSections += isOpen;
    isOpen = false;
    const MemoryProblem::Buffer &buffer = problem.buffers[event.buffer];
    item.last = current.numSections;
    item.size = padded(event.buffer) / unit;
    item.length = double(buffer.upper) - double(buffer.lower);
    item.buffer = event.buffer;
    current.items.push_back(item);
    if (--alive == 0) {
      finish(current);
      components.push_back(std::move(current));
      current = {};
    }
  }
}

int64_t MemorySections::largestLiveSum() const {
  int64_t largest = 0;
  for (const MemoryComponent &component : components)
    largest = std::max(largest, component.largestLiveSum);
  return largest;
}
