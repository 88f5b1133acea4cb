//===- ListScheduler.cpp - Schedules by priorities ------------------------===//

#include "ListScheduler.h"

#include <algorithm>

using namespace hocket;

ListScheduler::ListScheduler(const ScheduleProblem &problem)
    : problem(problem), graph(problem),
      blockCount(uint32_t(problem.blocks.size())), memoryBlocks(problem.ranks),
      memoryBit(size_t(problem.ranks) * blockCount, -1) {
  constexpr size_t maxBits = 32;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (problem.capacity[rank] == ScheduleProblem::kUnlimited)
      continue;
    for (uint32_t block : graph.ofRank[rank])
      if (problem.blocks[block].memory != 0 &&
          memoryBlocks[rank].size() < maxBits) {
        memoryBit[size_t(rank) * blockCount + block] =
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
  int32_t bit = memoryBit[size_t(device) * blockCount + block];
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
  int32_t bit = memoryBit[size_t(device) * blockCount + block];
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
    if (--missing[next] == 0)
      for (uint32_t device : problem.blocks[user.block].devices)
        events.push({ready[next], device});
  }
}

void ListScheduler::examine(uint32_t device, int64_t now,
                            const Policy &policy) {
  if (freeAt[device] > now)
    return;
  constexpr uint32_t none = ~0u;
  uint32_t best = none;
  for (uint32_t block : graph.ofRank[device]) {
    if (nextMicrobatch[block] >= problem.microbatches)
      continue;
    uint32_t task = headOf(block);
    if (!isForeseen(task) || ready[task] > now || freeTime(block) > now)
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
  for (uint32_t block : graph.ofRank[device]) {
    if (nextMicrobatch[block] >= problem.microbatches)
      continue;
    uint32_t task = headOf(block);
    if (!isForeseen(task) || policy.priority[task] >= policy.priority[best])
      continue;
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
    if (!budget.spend(4))
      return {};
    examine(event.device, event.time, policy);
  }
  if (started < problem.taskCount())
    return {};
  return starts;
}
