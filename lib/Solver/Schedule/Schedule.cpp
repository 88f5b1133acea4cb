//===- Schedule.cpp - The schedule problem --------------------------------===//

#include "hocket/Solver/Schedule.h"

#include "ScheduleGraph.h"

#include "hocket/Solver/Kind.h"

#include <algorithm>

using namespace hocket;

Result<void> ScheduleProblem::check() const {
  auto fail = [](std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  };
  auto label = [&](size_t block) {
    return "block '" + blocks[block].name + "'";
  };
  if (blocks.empty())
    return fail("there are no blocks");
  if (ranks == 0 || microbatches == 0)
    return fail("there must be at least one rank and one microbatch");
  if (capacity.size() != ranks)
    return fail("there are " + std::to_string(capacity.size()) +
                " capacities for " + std::to_string(ranks) + " ranks");
  constexpr int64_t limit = int64_t(1) << 60;
  int64_t sum = 0;
  std::vector<int64_t> net(ranks, 0);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Block &block = blocks[i];
    if (block.time <= 0)
      return fail("the time of " + label(i) + " must be positive, not " +
                  std::to_string(block.time));
    if (block.devices.empty())
      return fail(label(i) + " has no devices");
    for (size_t k = 0; k < block.devices.size(); ++k) {
      if (block.devices[k] >= ranks)
        return fail(label(i) + " is on device " +
                    std::to_string(block.devices[k]) + "; there are " +
                    std::to_string(ranks) + " ranks");
      if (k > 0 && block.devices[k] <= block.devices[k - 1])
        return fail(label(i) + " must list its devices in order, each once");
      net[block.devices[k]] += block.memory;
    }
    int64_t longest = block.time;
    for (const Dependency &need : block.after) {
      if (need.block >= blocks.size())
        return fail(label(i) + " comes after a block that there is not");
      if (need.lag < 0)
        return fail(label(i) + " has a negative lag");
      longest = std::max(longest, block.time + need.lag);
    }
    if (longest > limit / int64_t(microbatches) - sum)
      return fail("the times add up to more than 2^60");
    sum += longest;
  }
  ScheduleGraph graph(*this);
  if (graph.topological.size() != blocks.size()) {
    std::vector<bool> isSorted(blocks.size());
    for (uint32_t block : graph.topological)
      isSorted[block] = true;
    std::vector<std::string> notes;
    for (size_t i = 0; i < blocks.size() && notes.size() < 8; ++i)
      if (!isSorted[i])
        notes.push_back(label(i) + " is one of them or comes after them");
    return fail("blocks wait for each other in a circle", std::move(notes));
  }
  for (uint32_t rank = 0; rank < ranks; ++rank)
    if (net[rank] != 0)
      return fail("a microbatch leaves " +
                  formatDecimal(net[rank], memoryDecimals) +
                  " of memory on rank " + std::to_string(rank) +
                  "; what its blocks take must be what they release");
  BlockPrecedence precedes(graph);
  for (uint32_t rank = 0; rank < ranks; ++rank)
    if (microbatchMemory(*this, graph, precedes, rank).least < 0)
      return fail(
          "a microbatch can release memory on rank " + std::to_string(rank) +
              " before it has taken it",
          {"let the block that releases come after the one that takes"});
  return {};
}

int64_t hocket::scheduleValue(const ScheduleProblem &problem,
                              const std::vector<int64_t> &starts) {
  constexpr int64_t never = std::numeric_limits<int64_t>::max();
  std::vector<int64_t> first(problem.ranks, never), last(problem.ranks, 0);
  for (size_t task = 0; task < starts.size(); ++task) {
    const ScheduleProblem::Block &block =
        problem.blocks[task % problem.blocks.size()];
    for (uint32_t device : block.devices) {
      first[device] = std::min(first[device], starts[task]);
      last[device] = std::max(last[device], starts[task] + block.time);
    }
  }
  if (problem.objective != ScheduleProblem::Objective::Span)
    return *std::max_element(last.begin(), last.end()) -
           *std::min_element(first.begin(), first.end());
  int64_t longest = 0;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    if (first[rank] != never)
      longest = std::max(longest, last[rank] - first[rank]);
  return longest;
}
