//===- ScheduleVerify.cpp - Whether start times solve a schedule ----------===//

#include "hocket/Solver/Kind.h"
#include "hocket/Solver/Schedule.h"

#include <algorithm>
#include <map>
#include <tuple>

using namespace hocket;

namespace {

using Problem = ScheduleProblem;

class Verifier {
public:
  Verifier(const Problem &problem, const std::vector<int64_t> &starts)
      : problem(problem), starts(starts), blocksOf(problem.ranks) {
    for (uint32_t block = 0; block < problem.blocks.size(); ++block)
      for (uint32_t device : problem.blocks[block].devices)
        blocksOf[device].push_back(block);
  }

  Result<void> run() const {
    for (uint32_t i = 0; i < problem.microbatches; ++i)
      for (uint32_t block = 0; block < problem.blocks.size(); ++block) {
        if (starts[problem.task(i, block)] < 0)
          return fail(label(i, block) + " starts before time 0");
        for (const Problem::Dependency &need : problem.blocks[block].after)
          if (starts[problem.task(i, block)] < end(i, need.block) + need.lag)
            return fail(label(i, block) + " starts at " +
                        time(starts[problem.task(i, block)]) +
                        ", before what it needs: " + label(i, need.block) +
                        " ends at " + time(end(i, need.block)) +
                        (need.lag
                             ? " and takes " + time(need.lag) + " to arrive"
                             : ""));
      }
    for (uint32_t rank = 0; rank < problem.ranks; ++rank)
      if (Result<void> checked = checkRank(rank); !checked)
        return checked;
    return {};
  }

  int64_t value() const {
    int64_t first = std::numeric_limits<int64_t>::max(), last = 0, longest = 0;
    for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
      if (blocksOf[rank].empty())
        continue;
      int64_t rankStart = std::numeric_limits<int64_t>::max(), rankEnd = 0;
      for (uint32_t block : blocksOf[rank])
        for (uint32_t i = 0; i < problem.microbatches; ++i) {
          rankStart = std::min(rankStart, starts[problem.task(i, block)]);
          rankEnd = std::max(rankEnd, end(i, block));
        }
      longest = std::max(longest, rankEnd - rankStart);
      first = std::min(first, rankStart);
      last = std::max(last, rankEnd);
    }
    return problem.objective == Problem::Objective::Span ? longest
                                                         : last - first;
  }

private:
  struct Task {
    int64_t start, end;
    uint32_t microbatch, block;
  };

  static Error fail(std::string message) {
    return Error(ErrorCode::InvalidPlan, std::move(message));
  }
  std::string time(int64_t ticks) const {
    return formatDecimal(ticks, problem.timeDecimals);
  }
  std::string memory(int64_t size) const {
    return formatDecimal(size, problem.memoryDecimals);
  }
  std::string label(uint32_t microbatch, uint32_t block) const {
    return "block '" + problem.blocks[block].name + "' of microbatch " +
           std::to_string(microbatch);
  }
  int64_t end(uint32_t microbatch, uint32_t block) const {
    return starts[problem.task(microbatch, block)] + problem.blocks[block].time;
  }

  /// By start.
  std::vector<Task> tasksOf(uint32_t rank) const {
    std::vector<Task> tasks;
    for (uint32_t block : blocksOf[rank])
      for (uint32_t i = 0; i < problem.microbatches; ++i)
        tasks.push_back(
            {starts[problem.task(i, block)], end(i, block), i, block});
    std::sort(tasks.begin(), tasks.end(), [](const Task &a, const Task &b) {
      return std::tie(a.start, a.end, a.block, a.microbatch) <
             std::tie(b.start, b.end, b.block, b.microbatch);
    });
    return tasks;
  }

  Result<void> checkRank(uint32_t rank) const {
    std::vector<Task> tasks = tasksOf(rank);
    for (size_t i = 1; i < tasks.size(); ++i)
      if (tasks[i].start < tasks[i - 1].end)
        return fail(label(tasks[i - 1].microbatch, tasks[i - 1].block) +
                    " and " + label(tasks[i].microbatch, tasks[i].block) +
                    " overlap on rank " + std::to_string(rank) + " at time " +
                    time(tasks[i].start));
    // The tasks of a rank do not overlap: what one releases at its end is there
    // at the start of the next.
    int64_t held = 0;
    for (const Task &task : tasks) {
      int64_t taken = problem.blocks[task.block].memory;
      if (taken > 0) {
        held += taken;
        if (held > problem.capacity[rank])
          return fail(label(task.microbatch, task.block) + " makes rank " +
                      std::to_string(rank) + " hold " + memory(held) +
                      " at time " + time(task.start) +
                      ", more than its capacity of " +
                      memory(problem.capacity[rank]));
      } else {
        held += taken;
      }
    }
    return {};
  }

  const Problem &problem;
  const std::vector<int64_t> &starts;
  std::vector<std::vector<uint32_t>> blocksOf; // by rank
};

/// A repetend is right if enough microbatches of it are: those that overlap in
/// time with one, before and after.
Result<void> verifyRepetend(const Problem &problem,
                            const ScheduleSolution &solution) {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidPlan, std::move(message));
  };
  if (solution.repetend.size() != problem.blocks.size())
    return fail("the repetend has " + std::to_string(solution.repetend.size()) +
                " start times for " + std::to_string(problem.blocks.size()) +
                " blocks");
  if (solution.value <= 0)
    return fail("the period must be positive");
  int64_t first = std::numeric_limits<int64_t>::max(), last = 0;
  for (size_t block = 0; block < problem.blocks.size(); ++block) {
    if (solution.repetend[block] < 0)
      return fail("block '" + problem.blocks[block].name +
                  "' of the repetend starts before time 0");
    first = std::min(first, solution.repetend[block]);
    last =
        std::max(last, solution.repetend[block] + problem.blocks[block].time);
  }
  Problem unrolled = problem;
  int64_t count = 2 * ((last - first) / solution.value + 2);
  constexpr int64_t limit = 1'000'000;
  if (count > limit)
    return fail("a microbatch of the repetend overlaps with more than " +
                std::to_string(limit) + " others");
  unrolled.microbatches = uint32_t(count);
  std::vector<int64_t> starts(unrolled.taskCount());
  for (uint32_t i = 0; i < unrolled.microbatches; ++i)
    for (uint32_t block = 0; block < problem.blocks.size(); ++block)
      starts[unrolled.task(i, block)] =
          int64_t(i) * solution.value + solution.repetend[block];
  Result<void> verified = Verifier(unrolled, starts).run();
  if (!verified)
    return fail("the repetend: " + verified.error().message);
  return {};
}

} // namespace

Result<void> hocket::verify(const ScheduleProblem &problem,
                            const ScheduleSolution &solution) {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidPlan, std::move(message));
  };
  if (solution.starts.size() != problem.taskCount())
    return fail("there are " + std::to_string(solution.starts.size()) +
                " start times for " + std::to_string(problem.taskCount()) +
                " tasks");
  Verifier verifier(problem, solution.starts);
  if (Result<void> verified = verifier.run(); !verified)
    return verified;
  if (problem.objective == Problem::Objective::Period)
    return verifyRepetend(problem, solution);
  int64_t value = verifier.value();
  if (value != solution.value)
    return fail("the value is said to be " +
                formatDecimal(solution.value, problem.timeDecimals) +
                " and is " + formatDecimal(value, problem.timeDecimals));
  return {};
}
