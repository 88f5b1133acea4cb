//===- ScheduleGraph.cpp - What schedulers derive from a problem ----------===//

#include "ScheduleGraph.h"

#include <algorithm>

using namespace hocket;

ScheduleGraph::ScheduleGraph(const ScheduleProblem &problem)
    : before(problem.blocks.size()), after(problem.blocks.size()),
      head(problem.blocks.size(), 0), tail(problem.blocks.size(), 0),
      ofRank(problem.ranks), load(problem.ranks, 0) {
  size_t count = problem.blocks.size();
  std::vector<uint32_t> missing(count);
  for (uint32_t block = 0; block < count; ++block) {
    before[block] = problem.blocks[block].after;
    missing[block] = uint32_t(before[block].size());
    for (const Dependency &need : before[block])
      after[need.block].push_back({block, need.lag});
  }
  for (uint32_t block = 0; block < count; ++block)
    if (missing[block] == 0)
      topological.push_back(block);
  for (size_t next = 0; next < topological.size(); ++next)
    for (const Dependency &user : after[topological[next]])
      if (--missing[user.block] == 0)
        topological.push_back(user.block);
  if (topological.size() < count)
    return;
  for (uint32_t block : topological) {
    for (const Dependency &need : before[block])
      head[block] =
          std::max(head[block], head[need.block] +
                                    problem.blocks[need.block].time + need.lag);
    for (uint32_t device : problem.blocks[block].devices) {
      ofRank[device].push_back(block);
      load[device] += problem.blocks[block].time;
    }
  }
  for (size_t i = count; i-- > 0;)
    for (const Dependency &user : after[topological[i]])
      tail[topological[i]] = std::max(
          tail[topological[i]],
          tail[user.block] + problem.blocks[user.block].time + user.lag);
}

int64_t ScheduleGraph::criticalPath(const ScheduleProblem &problem) const {
  int64_t longest = 0;
  for (size_t block = 0; block < problem.blocks.size(); ++block)
    longest = std::max(longest,
                       head[block] + problem.blocks[block].time + tail[block]);
  return longest;
}

ScheduleProblem hocket::mirror(const ScheduleProblem &problem) {
  ScheduleProblem mirrored = problem;
  for (ScheduleProblem::Block &block : mirrored.blocks) {
    block.memory = -block.memory;
    block.after.clear();
  }
  for (uint32_t block = 0; block < problem.blocks.size(); ++block)
    for (const ScheduleProblem::Dependency &need : problem.blocks[block].after)
      mirrored.blocks[need.block].after.push_back({block, need.lag});
  return mirrored;
}

bool hocket::fitsMemory(const ScheduleProblem &problem,
                        const TaskOrder &order) {
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    int64_t held = 0;
    for (uint32_t task : order[rank]) {
      held += problem.blocks[task % problem.blocks.size()].memory;
      if (held > problem.capacity[rank])
        return false;
    }
  }
  return true;
}

TaskOrder hocket::ordersByTime(const ScheduleProblem &problem,
                               const std::vector<int64_t> &starts) {
  TaskOrder order(problem.ranks);
  for (uint32_t task = 0; task < starts.size(); ++task)
    for (uint32_t device : problem.blocks[task % problem.blocks.size()].devices)
      order[device].push_back(task);
  for (std::vector<uint32_t> &tasks : order)
    std::sort(tasks.begin(), tasks.end(), [&](uint32_t a, uint32_t b) {
      return starts[a] != starts[b] ? starts[a] < starts[b] : a < b;
    });
  return order;
}

std::vector<int64_t> hocket::startTimes(const ScheduleProblem &problem,
                                        const TaskOrder &order) {
  ScheduleGraph graph(problem);
  size_t count = problem.taskCount(), blocks = problem.blocks.size();
  // A task waits for what it needs, and for its place on each of its ranks. In
  // a rank's order the first task has it from the beginning.
  std::vector<uint32_t> missing(count);
  for (size_t task = 0; task < count; ++task)
    missing[task] = uint32_t(graph.before[task % blocks].size());
  for (const std::vector<uint32_t> &tasks : order)
    for (size_t i = 1; i < tasks.size(); ++i)
      ++missing[tasks[i]];
  std::vector<uint32_t> ready;
  ready.reserve(count);
  for (uint32_t task = 0; task < count; ++task)
    if (missing[task] == 0)
      ready.push_back(task);
  std::vector<size_t> place(order.size(), 0);
  std::vector<int64_t> starts(count, 0);
  for (size_t i = 0; i < ready.size(); ++i) {
    uint32_t task = ready[i], block = uint32_t(task % blocks);
    int64_t end = starts[task] + problem.blocks[block].time;
    auto release = [&](uint32_t user, int64_t time) {
      starts[user] = std::max(starts[user], time);
      if (--missing[user] == 0)
        ready.push_back(user);
    };
    for (const ScheduleProblem::Dependency &user : graph.after[block])
      release(task - block + user.block, end + user.lag);
    for (uint32_t device : problem.blocks[block].devices)
      if (++place[device] < order[device].size())
        release(order[device][place[device]], end);
  }
  if (ready.size() < count)
    return {};
  return starts;
}

int64_t ScheduleGraph::largestLoad() const {
  return *std::max_element(load.begin(), load.end());
}

BlockPrecedence::BlockPrecedence(const ScheduleGraph &graph)
    : words((graph.before.size() + 63) / 64),
      rows(graph.before.size() * words) {
  for (uint32_t block : graph.topological)
    for (const ScheduleProblem::Dependency &need : graph.before[block]) {
      uint64_t *row = &rows[block * words];
      const uint64_t *other = &rows[need.block * words];
      row[need.block / 64] |= uint64_t(1) << need.block % 64;
      for (size_t word = 0; word < words; ++word)
        row[word] |= other[word];
    }
}

int64_t hocket::sequentialLength(const ScheduleProblem &problem) {
  int64_t length = 0;
  for (const ScheduleProblem::Block &block : problem.blocks) {
    int64_t lag = 0;
    for (const ScheduleProblem::Dependency &need : block.after)
      lag = std::max(lag, need.lag);
    length += block.time + lag;
  }
  return length * problem.microbatches;
}

MicrobatchMemory hocket::microbatchMemory(const ScheduleProblem &problem,
                                          const ScheduleGraph &graph,
                                          const BlockPrecedence &precedes,
                                          uint32_t rank) {
  std::vector<uint32_t> blocks;
  for (uint32_t block : graph.ofRank[rank])
    if (problem.blocks[block].memory != 0)
      blocks.push_back(block);
  constexpr size_t maxBlocks = 16;
  MicrobatchMemory memory;
  if (blocks.size() > maxBlocks)
    return memory;
  std::vector<uint32_t> needs(blocks.size(), 0);
  for (size_t i = 0; i < blocks.size(); ++i)
    for (size_t k = 0; k < blocks.size(); ++k)
      if (precedes(blocks[k], blocks[i]))
        needs[i] |= 1u << k;
  // Over all orders, by dynamic programming over what is done.
  constexpr int64_t never = ScheduleProblem::kUnlimited;
  std::vector<int64_t> peak(size_t(1) << blocks.size(), never);
  peak[0] = 0;
  for (uint32_t done = 0; done < peak.size(); ++done) {
    if (peak[done] == never)
      continue;
    int64_t held = 0;
    for (size_t i = 0; i < blocks.size(); ++i)
      if (done >> i & 1)
        held += problem.blocks[blocks[i]].memory;
    memory.least = std::min(memory.least, held);
    for (size_t i = 0; i < blocks.size(); ++i) {
      if ((done >> i & 1) || (needs[i] & ~done))
        continue;
      int64_t taken = std::max<int64_t>(problem.blocks[blocks[i]].memory, 0);
      int64_t &next = peak[done | 1u << i];
      next = std::min(next, std::max(peak[done], held + taken));
    }
  }
  memory.peak = peak.back();
  return memory;
}
