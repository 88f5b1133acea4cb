//===- PathsTimetable.cpp - When every node runs what ---------------------===//

#include "PathsTimetable.h"

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::paths;

Timetable::Timetable(const PathsProblem &problem)
    : problem(&problem), slots(problem.nodeCount()),
      routes(problem.microbatches.size()), ends(problem.microbatches.size()) {
  starts.resize(2 * size_t(problem.pathLength) + 1);
  earliest.resize(starts.size());
}

/// The first time from `from` at which the node is free for `busy`.
int64_t Timetable::earliestGap(int node, int64_t from, int64_t busy) {
  const std::vector<Slot> &list = slots[size_t(node)];
  auto slot =
      std::partition_point(list.begin(), list.end(), [&](const Slot &slot) {
        return slot.busyEnd <= from;
      });
  for (; slot != list.end() && slot->start < from + busy; ++slot) {
    from = slot->busyEnd;
    ++work;
  }
  return from;
}

/// The first time from which a visit can last until `until` or later without
/// one microbatch too many in flight; at least `from`.
int64_t Timetable::memoryFrom(int node, int64_t from, int64_t until) {
  const std::vector<Slot> &list = slots[size_t(node)];
  int capacity = problem->memory[size_t(node)], inFlight = 0;
  int64_t fullSince = 0, free = from;
  for (const Slot &slot : list) {
    ++work;
    if (slot.change > 0 && ++inFlight == capacity)
      fullSince = slot.start;
    if (slot.change >= 0)
      continue;
    if (inFlight-- == capacity && fullSince < until && slot.busyEnd > from)
      free = slot.busyEnd;
  }
  return free;
}

/// Finds the earliest starts that fit between the tasks that are there. A start
/// that a rule forbids is raised to the least that the rule allows, and all
/// after it again; because every rule only forbids what is too early, the first
/// starts that obey all of them are the earliest of all.
bool Timetable::place(size_t microbatch, const Route &route, int64_t limit) {
  size_t length = route.path.size();
  std::fill(earliest.begin(), earliest.end(), 0);
  earliest[0] = floor.forward;
  earliest[length] = floor.loss;
  earliest[2 * length] = floor.backward;
  int raises = 0;
  for (size_t i = 0; i < route.steps.size();) {
    const Step &step = route.steps[i];
    int64_t time = problem->microbatches[microbatch].release;
    if (i > 0)
      time =
          starts[i - 1] + route.steps[i - 1].duration + route.steps[i - 1].lag;
    time = std::max(time, earliest[i]);
    if (step.previousHere >= 0)
      time = std::max(time, starts[size_t(step.previousHere)] +
                                route.steps[size_t(step.previousHere)].busy);
    time = earliestGap(step.node, time, step.busy);
    ++work;
    if (limit - step.remaining <= time)
      return false;
    if (raises > 1 && i < length) {
      // Where memory is short it is worth a look before B is placed: a visit is
      // no shorter than the tasks and links until its B is over.
      const Step &back = route.steps[forwardOf(route, i)];
      int64_t stay = step.remaining - back.remaining + back.duration;
      int64_t from = memoryFrom(step.node, time, time + stay);
      if (from > time) {
        earliest[i] = from;
        continue;
      }
    }
    starts[i] = time;
    if (i > length) {
      size_t visit = forwardOf(route, i);
      int64_t from = memoryFrom(step.node, starts[visit], time + step.duration);
      if (from > starts[visit]) {
        earliest[visit] = from;
        i = visit;
        ++raises;
        continue;
      }
    }
    ++i;
  }
  return true;
}

std::optional<int64_t> Timetable::probe(size_t microbatch, const Route &route,
                                        int64_t limit) {
  if (!place(microbatch, route, limit))
    return {};
  return starts.back() + route.steps.back().duration;
}

void Timetable::insert(size_t microbatch, RoutePtr route) {
  place(microbatch, *route, std::numeric_limits<int64_t>::max());
  addSlots(microbatch, *route);
  work += int64_t(4 * route->steps.size());
  routes[microbatch] = std::move(route);
}

void Timetable::insertLast(size_t microbatch, RoutePtr route) {
  hasLast = true;
  int64_t time = problem->microbatches[microbatch].release;
  for (const std::vector<Slot> &list : slots)
    if (!list.empty())
      time = std::max(time, list.back().busyEnd);
  for (size_t i = 0; i < route->steps.size(); ++i) {
    const Step &step = route->steps[i];
    if (step.previousHere >= 0)
      time = std::max(time, starts[size_t(step.previousHere)] +
                                route->steps[size_t(step.previousHere)].busy);
    starts[i] = time;
    time += step.duration + step.lag;
  }
  addSlots(microbatch, *route);
  work += int64_t(4 * route->steps.size());
  routes[microbatch] = std::move(route);
}

/// Of the starts that were found last.
void Timetable::addSlots(size_t microbatch, const Route &route) {
  for (size_t i = 0; i < route.steps.size(); ++i) {
    const Step &step = route.steps[i];
    std::vector<Slot> &list = slots[size_t(step.node)];
    auto position =
        std::partition_point(list.begin(), list.end(), [&](const Slot &slot) {
          return slot.start < starts[i];
        });
    list.insert(position,
                {starts[i], starts[i] + step.busy, int32_t(microbatch),
                 int16_t(i), int16_t(step.change)});
  }
  ends[microbatch] = starts.back() + route.steps.back().duration;
}

void Timetable::remove(size_t microbatch) {
  for (const Step &step : routes[microbatch]->steps)
    if (step.previousHere < 0)
      std::erase_if(slots[size_t(step.node)], [&](const Slot &slot) {
        return size_t(slot.microbatch) == microbatch;
      });
  work += int64_t(4 * routes[microbatch]->steps.size());
  routes[microbatch] = nullptr;
  ends[microbatch] = 0;
}

void Timetable::load(const std::vector<size_t> &microbatches,
                     const std::vector<PathsSolution::Route> &solution) {
  *this = Timetable(*problem);
  for (size_t i = 0; i < microbatches.size(); ++i) {
    size_t microbatch = microbatches[i];
    auto route = std::make_shared<const Route>(makeRoute(
        *problem, problem->microbatches[microbatch].head, solution[i].path));
    size_t length = route->path.size();
    for (size_t j = 0; j < length; ++j) {
      starts[j] = solution[i].forward[j];
      starts[2 * length - j] = solution[i].backward[j];
    }
    starts[length] = solution[i].loss;
    addSlots(microbatch, *route);
    routes[microbatch] = std::move(route);
  }
  tighten();
}

bool Timetable::tighten() {
  // A task is timed once those before it, of its microbatch and on its node,
  // are. `next` is the first that is not.
  std::vector<int32_t> nextStep(routes.size(), 0), nextSlot(slots.size(), 0);
  std::vector<int64_t> ready(routes.size());
  std::vector<size_t> waiting;
  size_t remaining = 0;
  for (size_t i = 0; i < routes.size(); ++i)
    if (has(i)) {
      ready[i] = problem->microbatches[i].release;
      remaining += routes[i]->steps.size();
      waiting.push_back(i);
    }
  work += int64_t(remaining);
  while (!waiting.empty()) {
    size_t microbatch = waiting.back();
    waiting.pop_back();
    const Route &route = *routes[microbatch];
    while (size_t(nextStep[microbatch]) < route.steps.size()) {
      const Step &step = route.steps[size_t(nextStep[microbatch])];
      std::vector<Slot> &list = slots[size_t(step.node)];
      size_t position = size_t(nextSlot[size_t(step.node)]);
      Slot &slot = list[position];
      if (size_t(slot.microbatch) != microbatch ||
          slot.step != nextStep[microbatch])
        break;
      slot.start = ready[microbatch];
      if (position > 0)
        slot.start = std::max(slot.start, list[position - 1].busyEnd);
      slot.busyEnd = slot.start + step.busy;
      ready[microbatch] = slot.start + step.duration + step.lag;
      ends[microbatch] = slot.start + step.duration;
      ++nextStep[microbatch];
      --remaining;
      if (++position < list.size()) {
        size_t owner = size_t(list[position].microbatch);
        if (owner != microbatch && list[position].step == nextStep[owner])
          waiting.push_back(owner);
      }
      ++nextSlot[size_t(step.node)];
    }
  }
  return remaining == 0;
}

size_t Timetable::find(int node, size_t microbatch, size_t step) const {
  const std::vector<Slot> &list = slots[size_t(node)];
  size_t position = 0;
  while (size_t(list[position].microbatch) != microbatch ||
         size_t(list[position].step) != step)
    ++position;
  return position;
}

std::vector<Timetable::Wait>
Timetable::criticalWaits(std::mt19937_64 &random) const {
  std::vector<Wait> waits;
  size_t microbatch =
      size_t(std::max_element(ends.begin(), ends.end()) - ends.begin());
  size_t step = routes[microbatch]->steps.size() - 1;
  while (true) {
    const Route &route = *routes[microbatch];
    int node = route.steps[step].node;
    size_t position = find(node, microbatch, step);
    const Slot &slot = slots[size_t(node)][position];
    bool waitsForNode =
        position > 0 && slots[size_t(node)][position - 1].busyEnd == slot.start;
    bool waitsForInput = false;
    if (step > 0) {
      const Step &before = route.steps[step - 1];
      size_t earlier = find(before.node, microbatch, step - 1);
      waitsForInput = slots[size_t(before.node)][earlier].start +
                          before.duration + before.lag ==
                      slot.start;
    }
    if (waitsForNode && waitsForInput)
      (random() % 2 ? waitsForNode : waitsForInput) = false;
    if (waitsForInput) {
      --step;
    } else if (waitsForNode) {
      waits.push_back({node, position});
      const Slot &before = slots[size_t(node)][position - 1];
      microbatch = size_t(before.microbatch);
      step = size_t(before.step);
    } else {
      return waits; // it starts when it is released
    }
  }
}

void Timetable::rotate(int node, size_t slot, size_t position) {
  auto first = slots[size_t(node)].begin();
  std::rotate(first + long(position), first + long(slot),
              first + long(slot) + 1);
}

void Timetable::rotateBack(int node, size_t slot, size_t position) {
  auto first = slots[size_t(node)].begin();
  std::rotate(first + long(position), first + long(position) + 1,
              first + long(slot) + 1);
}

bool Timetable::advance(int node, size_t slot, size_t position) {
  rotate(node, slot, position);
  int inFlight = 0, most = 0;
  for (const Slot &task : slots[size_t(node)])
    most = std::max(most, inFlight += task.change);
  work += int64_t(slots[size_t(node)].size());
  if (most <= problem->memory[size_t(node)] && tighten())
    return true;
  rotateBack(node, slot, position);
  tighten();
  return false;
}

int64_t Timetable::makespan() const {
  return *std::max_element(ends.begin(), ends.end());
}

std::vector<size_t> Timetable::microbatchesOn(int node) const {
  std::vector<size_t> microbatches;
  for (const Slot &slot : slots[size_t(node)])
    microbatches.push_back(size_t(slot.microbatch));
  return microbatches;
}

PathsSolution::Route Timetable::solution(size_t microbatch) const {
  const Route &route = *routes[microbatch];
  size_t length = route.path.size();
  PathsSolution::Route result;
  result.path = route.path;
  result.forward.resize(length);
  result.backward.resize(length);
  for (size_t i = 0; i < route.steps.size(); ++i) {
    int node = route.steps[i].node;
    int64_t start = slots[size_t(node)][find(node, microbatch, i)].start;
    if (i < length)
      result.forward[i] = start;
    else if (i == length)
      result.loss = start;
    else
      result.backward[forwardOf(route, i)] = start;
  }
  return result;
}
