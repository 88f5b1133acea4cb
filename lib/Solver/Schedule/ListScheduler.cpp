//===- ListScheduler.cpp - Schedules by priorities ------------------------===//

#include "ListScheduler.h"

#include <algorithm>
#include <utility>

using namespace hocket;

ListScheduler::ListScheduler(const ScheduleProblem &problem)
    : problem(problem), graph(problem),
      blockCount(uint32_t(problem.blocks.size())), memoryBlocks(problem.ranks),
      memoryBit(blockCount), place(blockCount) {
  constexpr size_t maxBits = 32;
  for (uint32_t i = 0; i < blockCount; ++i)
    place[graph.topological[i]] = i;
  for (uint32_t block = 0; block < blockCount; ++block)
    memoryBit[block].assign(problem.blocks[block].devices.size(), -1);
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (problem.capacity[rank] == ScheduleProblem::kUnlimited)
      continue;
    for (uint32_t block : graph.ofRank[rank])
      if (problem.blocks[block].memory != 0 &&
          memoryBlocks[rank].size() < maxBits) {
        const std::vector<uint32_t> &devices = problem.blocks[block].devices;
        auto device = std::lower_bound(devices.begin(), devices.end(), rank);
        memoryBit[block][size_t(device - devices.begin())] =
            int32_t(memoryBlocks[rank].size());
        memoryBlocks[rank].push_back(block);
      }
  }
}

void ListScheduler::reset() {
  size_t count = problem.taskCount();
  nextMicrobatch.assign(blockCount, 0);
  missing.resize(count);
  for (size_t task = 0; task < count; ++task)
    missing[task] = uint32_t(graph.before[task % blockCount].size());
  ready.assign(count, 0);
  starts.assign(count, -1);
  freeAt.assign(problem.ranks, 0);
  held.assign(problem.ranks, 0);
  idle.assign(problem.ranks, -1);
  inFlight.assign(problem.ranks, {});
  releases.assign(problem.ranks, {});
  events = {};
  started = 0;
  steps = int64_t(count);
  foreseen.assign(problem.ranks, {});
  for (uint32_t block : graph.topological)
    if (isForeseen(block))
      addForeseen(block);
}

void ListScheduler::addForeseen(uint32_t block) {
  for (uint32_t device : problem.blocks[block].devices) {
    std::vector<uint32_t> &list = foreseen[device];
    auto after = list.end();
    while (after != list.begin() && place[*(after - 1)] > place[block])
      --after;
    list.insert(after, block);
  }
}

void ListScheduler::removeForeseen(uint32_t block) {
  for (uint32_t device : problem.blocks[block].devices)
    std::erase(foreseen[device], block);
}

/// -1 where a block does not matter for the memory of the device.
int32_t ListScheduler::memoryBitOf(uint32_t device, uint32_t block) const {
  const std::vector<uint32_t> &devices = problem.blocks[block].devices;
  auto found = std::lower_bound(devices.begin(), devices.end(), device);
  return memoryBit[block][size_t(found - devices.begin())];
}

/// What a microbatch still takes at its fullest moment, if it goes on in
/// topological order.
int64_t ListScheduler::remainingPeak(uint32_t device, uint32_t done) const {
  int64_t now = 0, peak = 0;
  const std::vector<uint32_t> &blocks = memoryBlocks[device];
  for (size_t i = 0; i < blocks.size(); ++i)
    if (!(done >> i & 1)) {
      now += problem.blocks[blocks[i]].memory;
      peak = std::max(peak, now);
    }
  return peak;
}

/// Releases what tasks that ended by `now` give back.
void ListScheduler::settle(uint32_t device, int64_t now) {
  std::erase_if(releases[device], [&](const Release &release) {
    if (release.time > now)
      return false;
    take(device, release.microbatch, release.block);
    return true;
  });
}

void ListScheduler::take(uint32_t device, uint32_t microbatch, uint32_t block) {
  int32_t bit = memoryBitOf(device, block);
  if (bit < 0)
    return;
  int64_t memory = problem.blocks[block].memory;
  held[device] += memory;
  std::vector<InFlight> &list = inFlight[device];
  auto found = std::lower_bound(
      list.begin(), list.end(), microbatch,
      [](const InFlight &entry, uint32_t i) { return entry.microbatch < i; });
  if (found == list.end() || found->microbatch != microbatch)
    found = list.insert(found, {microbatch, 0, 0});
  found->done |= 1u << bit;
  found->held += memory;
  if (found->done == (uint64_t(1) << memoryBlocks[device].size()) - 1)
    list.erase(found);
}

bool ListScheduler::admits(uint32_t device, uint32_t microbatch,
                           uint32_t block) const {
  int32_t bit = memoryBitOf(device, block);
  int64_t memory = problem.blocks[block].memory;
  if (bit < 0 || memory <= 0)
    return true;
  int64_t free = problem.capacity[device] - held[device] - memory;
  if (free < 0)
    return false;
  // Each microbatch must be able to end with what is free once all older ones
  // have ended.
  bool isListed = false;
  for (const InFlight &entry : inFlight[device]) {
    if (!isListed && entry.microbatch > microbatch) {
      if (free < remainingPeak(device, 1u << bit))
        return false;
      free += memory;
      isListed = true;
    }
    bool isIt = entry.microbatch == microbatch;
    uint32_t done = entry.done | (isIt ? 1u << bit : 0);
    if (free < remainingPeak(device, done))
      return false;
    free += entry.held + (isIt ? memory : 0);
    isListed |= isIt;
  }
  return isListed || free >= remainingPeak(device, 1u << bit);
}

bool ListScheduler::admitsOnAll(uint32_t task, int64_t now) {
  uint32_t block = task % blockCount;
  for (uint32_t device : problem.blocks[block].devices) {
    settle(device, now);
    steps += 1 + int64_t(inFlight[device].size());
    if (!admits(device, task / blockCount, block))
      return false;
  }
  return true;
}

int64_t ListScheduler::freeTime(uint32_t block) const {
  int64_t latest = 0;
  for (uint32_t device : problem.blocks[block].devices)
    latest = std::max(latest, freeAt[device]);
  return latest;
}

void ListScheduler::start(uint32_t task, int64_t now) {
  uint32_t block = task % blockCount, microbatch = task / blockCount;
  const ScheduleProblem::Block &what = problem.blocks[block];
  int64_t end = now + what.time;
  starts[task] = now;
  ++started;
  ++nextMicrobatch[block];
  if (!isForeseen(block))
    removeForeseen(block);
  steps += int64_t(what.devices.size());
  for (uint32_t device : what.devices) {
    idle[device] = idle[device] < 0 ? 0 : idle[device] + now - freeAt[device];
    freeAt[device] = end;
    if (what.memory > 0)
      take(device, microbatch, block);
    else if (what.memory < 0)
      releases[device].push_back({end, microbatch, block});
    events.push({end, device});
  }
  for (const ScheduleProblem::Dependency &user : graph.after[block]) {
    uint32_t next = task - block + user.block;
    ready[next] = std::max(ready[next], end + user.lag);
    ++steps;
    if (--missing[next] > 0)
      continue;
    const std::vector<uint32_t> &devices = problem.blocks[user.block].devices;
    for (uint32_t device : devices)
      events.push({ready[next], device});
    steps += int64_t(devices.size());
    if (next == headOf(user.block))
      addForeseen(user.block);
  }
}

void ListScheduler::examine(uint32_t device, int64_t now,
                            const Policy &policy) {
  if (freeAt[device] > now)
    return;
  constexpr uint32_t none = ~0u;
  uint32_t best = none;
  for (uint32_t block : foreseen[device]) {
    uint32_t task = headOf(block);
    ++steps;
    if (ready[task] > now)
      continue;
    steps += int64_t(problem.blocks[block].devices.size());
    if (freeTime(block) > now)
      continue;
    if (best != none && policy.priority[task] >= policy.priority[best])
      continue;
    if (admitsOnAll(task, now))
      best = task;
  }
  if (best == none)
    return;
  // Is there one of smaller priority that will be ready before this one ends?
  int64_t end = now + problem.blocks[best % blockCount].time;
  for (uint32_t block : foreseen[device]) {
    uint32_t task = headOf(block);
    ++steps;
    if (policy.priority[task] >= policy.priority[best])
      continue;
    steps += int64_t(problem.blocks[block].devices.size());
    int64_t begin = std::max(ready[task], freeTime(block));
    if (begin <= now || begin >= end)
      continue;
    bool isAllowed =
        idle[device] >= 0 &&
        idle[device] + begin - freeAt[device] <= policy.idleAllowance;
    if ((isAllowed ||
         double(begin - now) <= policy.patience * double(end - begin)) &&
        admitsOnAll(task, now)) {
      events.push({begin, device});
      return;
    }
  }
  start(best, now);
}

std::vector<int64_t> ListScheduler::run(const Policy &policy, Budget &budget) {
  reset();
  for (uint32_t device = 0; device < problem.ranks; ++device)
    events.push({0, device});
  while (!events.empty()) {
    Event event = events.top();
    events.pop();
    while (!events.empty() && events.top().time == event.time &&
           events.top().device == event.device)
      events.pop();
    examine(event.device, event.time, policy);
    // Four steps take as long as one unit of work.
    if (!budget.spend(2 + std::exchange(steps, 0) / 4))
      return {};
  }
  if (started < problem.taskCount())
    return {};
  return starts;
}
