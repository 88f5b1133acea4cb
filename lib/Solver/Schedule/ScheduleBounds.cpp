//===- ScheduleBounds.cpp - What no schedule can do better than -----------===//
//
// A rank is busy for its load. It also idles where it must: before its first
// blocks can run, and while all that could run would take more memory than
// there is. For a moment h after the beginning, only blocks whose head is less
// than h have started; those that hold memory are as many as fit. So a rank
// idles for at least h - w before h, where w is the most work that fits: a
// knapsack over what one microbatch may have done. Time reversed, the same
// holds for the end. Where the two windows do not overlap both idle times add
// to the load. With heads that count from the rank's own first block this
// bounds the span of the rank in place of the makespan.
//
//===----------------------------------------------------------------------===//

#include "ScheduleGraph.h"

#include <algorithm>

using namespace hocket;

namespace {

using Problem = ScheduleProblem;

/// The head of a block that may run before the time that heads count from.
constexpr int64_t kAnytime = -1;

/// In which direction of time a rank is looked at.
enum class Direction : uint8_t { Forward, Backward };

/// A set of blocks of one microbatch that may be done: its work and what it
/// holds.
struct Prefix {
  int64_t work = 0, memory = 0;
};

class RankBound {
public:
  RankBound(const Problem &problem, const ScheduleGraph &graph,
            const BlockPrecedence &precedes, Direction direction, uint32_t rank)
      : problem(problem), precedes(precedes), direction(direction), rank(rank),
        blocks(graph.ofRank[rank]) {}

  /// How much less than `h` the rank can have worked before the moment h, for
  /// the h (`window`) where that is most; can be negative. `head` tells the
  /// earliest start of each block, kAnytime where it may be before moment 0.
  int64_t idle(const std::vector<int64_t> &head, int64_t horizon,
               int64_t &window) {
    byHead = blocks;
    std::stable_sort(byHead.begin(), byHead.end(),
                     [&](uint32_t a, uint32_t b) { return head[a] < head[b]; });
    workBefore.assign(1, 0);
    for (uint32_t block : byHead)
      workBefore.push_back(workBefore.back() + problem.blocks[block].time);
    steps += int64_t(8 * blocks.size());
    bool isBounded = std::all_of(blocks.begin(), blocks.end(),
                                 [&](uint32_t b) { return head[b] >= 0; });
    int64_t most = isBounded ? 0 : -mostWork(head, 0);
    window = 0;
    for (uint32_t block : blocks) {
      int64_t h = head[block];
      if (h < 0 || h > horizon)
        continue;
      int64_t work = mostWork(head, h);
      if (isBounded)
        work = std::min(work, h - head[byHead.front()]);
      if (h - work > most) {
        most = h - work;
        window = h;
      }
    }
    return most;
  }

  int64_t steps = 0; // elementary ones so far

private:
  /// The most work that the rank can have done by `h`.
  int64_t mostWork(const std::vector<int64_t> &head, int64_t h) {
    auto end = std::partition_point(byHead.begin(), byHead.end(),
                                    [&](uint32_t b) { return head[b] < h; });
    auto count = size_t(end - byHead.begin());
    steps += 10;
    constexpr size_t maxBlocks = 14;
    if (count > maxBlocks)
      return workBefore[count] * int64_t(problem.microbatches);
    std::vector<Prefix> prefixes = listPrefixes({byHead.begin(), end});
    int64_t most = int64_t(problem.microbatches) * mostOf(prefixes);
    int64_t capacity = problem.capacity[rank];
    if (capacity < Problem::kUnlimited) {
      // What holds nothing is limited by the number of microbatches only. The
      // rest is a knapsack, relaxed to its best ratio; whole microbatches where
      // there is only one way to hold memory.
      int64_t free = 0, relaxed = 0;
      bool isUniform = true;
      Prefix uniform;
      for (const Prefix &prefix : prefixes) {
        if (prefix.memory <= 0) {
          free = std::max(free, prefix.work);
          continue;
        }
        __int128 fits = (__int128(prefix.work) * capacity + prefix.memory - 1) /
                        prefix.memory;
        relaxed = std::max(relaxed, int64_t(std::min<__int128>(fits, most)));
        isUniform &= uniform.memory == 0 || uniform.memory == prefix.memory;
        uniform.memory = prefix.memory;
        uniform.work = std::max(uniform.work, prefix.work);
      }
      if (free == 0 && isUniform && uniform.memory > 0)
        most = std::min(most, std::min<int64_t>(problem.microbatches,
                                                capacity / uniform.memory) *
                                  uniform.work);
      else if (free == 0)
        most = std::min(most, relaxed);
    }
    return most;
  }

  static int64_t mostOf(const std::vector<Prefix> &prefixes) {
    int64_t most = 0;
    for (const Prefix &prefix : prefixes)
      most = std::max(most, prefix.work);
    return most;
  }

  /// All sets of these blocks that hold their predecessors among them.
  std::vector<Prefix> listPrefixes(const std::vector<uint32_t> &open) {
    steps += int64_t(open.size()) << open.size();
    std::vector<Prefix> prefixes;
    for (uint32_t set = 1; set < 1u << open.size(); ++set) {
      Prefix prefix;
      bool isClosed = true;
      for (size_t i = 0; i < open.size() && isClosed; ++i) {
        if (!(set >> i & 1))
          continue;
        prefix.work += problem.blocks[open[i]].time;
        prefix.memory += problem.blocks[open[i]].memory;
        for (size_t k = 0; k < open.size(); ++k)
          isClosed &= (set >> k & 1) || !comesBefore(open[k], open[i]);
      }
      if (isClosed)
        prefixes.push_back(prefix);
    }
    return prefixes;
  }

  bool comesBefore(uint32_t first, uint32_t second) const {
    return direction == Direction::Forward ? precedes(first, second)
                                           : precedes(second, first);
  }

  const Problem &problem;
  const BlockPrecedence &precedes; // forward
  Direction direction;
  uint32_t rank;
  const std::vector<uint32_t> &blocks;
  // Of idle(): the blocks by their heads, and the work of the first so many.
  std::vector<uint32_t> byHead;
  std::vector<int64_t> workBefore;
};

/// Longest path to each block from the start of any block of `rank`; kAnytime
/// where no block of the rank comes before.
std::vector<int64_t> headsFrom(const Problem &problem,
                               const ScheduleGraph &graph, uint32_t rank) {
  std::vector<int64_t> head(problem.blocks.size(), kAnytime);
  for (uint32_t block : graph.topological) {
    for (const Problem::Dependency &need : graph.before[block])
      if (head[need.block] >= 0)
        head[block] = std::max(head[block],
                               head[need.block] +
                                   problem.blocks[need.block].time + need.lag);
    const std::vector<uint32_t> &devices = problem.blocks[block].devices;
    if (head[block] < 0 &&
        std::find(devices.begin(), devices.end(), rank) != devices.end())
      head[block] = 0;
  }
  return head;
}

/// Everything that bounds need, in both directions of time. When the budget
/// ends they are what has been proven until then.
class Bounds {
public:
  Bounds(const Problem &problem, Budget &budget)
      : problem(problem), budget(budget), graph(problem),
        reversed(mirror(problem)), reversedGraph(reversed), precedes(graph) {}

  int64_t makespan() {
    bound = graph.criticalPath(problem);
    for (uint32_t rank = 0; rank < problem.ranks && goesOn(); ++rank)
      raise(rank, graph.head, reversedGraph.head);
    return bound;
  }

  /// Of the slowest rank. What a rank does between its first and its last task
  /// may have to wait for what all others do.
  int64_t span() {
    int64_t longest = 0;
    for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
      if (!goesOn())
        break;
      std::vector<int64_t> head = headsFrom(problem, graph, rank);
      std::vector<int64_t> tail = headsFrom(reversed, reversedGraph, rank);
      budget.spend(int64_t(8 * problem.blocks.size()));
      bound = graph.load[rank] * problem.microbatches;
      for (uint32_t block : graph.ofRank[rank])
        bound = std::max(bound, head[block] + problem.blocks[block].time);
      for (uint32_t other = 0; other < problem.ranks && goesOn(); ++other)
        raise(other, head, tail);
      longest = std::max(longest, bound);
    }
    return longest;
  }

private:
  /// With what `rank` has to do between two moments that heads and tails count
  /// from.
  void raise(uint32_t rank, const std::vector<int64_t> &head,
             const std::vector<int64_t> &tail) {
    int64_t work = graph.load[rank] * problem.microbatches;
    RankBound forward(problem, graph, precedes, Direction::Forward, rank);
    RankBound backward(reversed, reversedGraph, precedes, Direction::Backward,
                       rank);
    constexpr int64_t any = Problem::kUnlimited;
    int64_t window = 0, other = 0;
    // The windows at both ends must not overlap: what is known of the whole
    // tells how long they may be together.
    int64_t before = forward.idle(head, any, window);
    int64_t after = backward.idle(tail, bound - window, other);
    if (window <= bound)
      bound = std::max(bound, work + before + after);
    after = backward.idle(tail, any, window);
    before = forward.idle(head, bound - window, other);
    if (window <= bound)
      bound = std::max(bound, work + before + after);
    spent += forward.steps + backward.steps;
    budget.spend(forward.steps + backward.steps);
  }

  /// Small problems have their bound even without a budget.
  bool goesOn() const {
    constexpr int64_t always = 100'000;
    return spent < always || !budget.exhausted();
  }

  const Problem &problem;
  Budget &budget;
  int64_t spent = 0;
  ScheduleGraph graph;
  ScheduleProblem reversed;
  ScheduleGraph reversedGraph;
  BlockPrecedence precedes;
  int64_t bound = 0;
};

} // namespace

int64_t hocket::scheduleLowerBound(const ScheduleProblem &problem,
                                   Budget &budget) {
  if (problem.objective == Problem::Objective::Period)
    return ScheduleGraph(problem).largestLoad();
  Bounds bounds(problem, budget);
  return problem.objective == Problem::Objective::Makespan ? bounds.makespan()
                                                           : bounds.span();
}

int64_t hocket::scheduleLowerBound(const ScheduleProblem &problem) {
  SolverOptions unlimited;
  unlimited.timeLimit = std::numeric_limits<double>::infinity();
  Budget budget(unlimited);
  return scheduleLowerBound(problem, budget);
}
