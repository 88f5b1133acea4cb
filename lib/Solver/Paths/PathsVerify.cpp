//===- PathsVerify.cpp - Whether a solution of paths is one ---------------===//

#include "hocket/Solver/Kind.h"
#include "hocket/Solver/Paths.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

using namespace hocket;

namespace {

Error violation(std::string message) {
  return Error(ErrorCode::InvalidPlan, std::move(message));
}

std::string node(int index) { return "node " + std::to_string(index); }

/// A task as it stands in the solution.
struct Task {
  int64_t start = 0, end = 0;
  int64_t rest = 0; // the gap after it
  int change = 0;   // of the microbatches in flight: +1 by F, -1 by B
  std::string name; // for errors
};

class Verifier {
public:
  Verifier(const PathsProblem &problem, const PathsSolution &solution)
      : problem(problem), solution(solution), byNode(problem.nodeCount()) {}

  Result<void> run() {
    if (Result<void> checked = readStages(); !checked)
      return checked;
    if (solution.microbatches.size() != problem.microbatches.size())
      return violation("P8: " + std::to_string(solution.microbatches.size()) +
                       " of " + std::to_string(problem.microbatches.size()) +
                       " microbatches have a path");
    int64_t end = 0;
    for (size_t i = 0; i < problem.microbatches.size(); ++i) {
      if (Result<void> checked = checkPath(i); !checked)
        return checked;
      if (Result<void> checked = checkOrder(i, end); !checked)
        return checked;
    }
    for (size_t i = 0; i < byNode.size(); ++i)
      if (Result<void> checked = checkNode(int(i)); !checked)
        return checked;
    if (solution.value != end)
      return violation("the value is said to be " + time(solution.value) +
                       " and is " + time(end));
    return {};
  }

private:
  std::string time(int64_t ticks) const {
    return formatDecimal(ticks, problem.timeDecimals);
  }

  /// Finds the stage of every node, in the problem or in the solution.
  Result<void> readStages() {
    const auto &stages =
        problem.stages.empty() ? solution.stages : problem.stages;
    if (!problem.stages.empty() && !solution.stages.empty() &&
        solution.stages != problem.stages)
      return violation("the stages are not those of the instance");
    if (int(stages.size()) != problem.stageCount)
      return violation("there are " + std::to_string(stages.size()) +
                       " stages; stage_count is " +
                       std::to_string(problem.stageCount));
    for (size_t stage = 0; stage < stages.size(); ++stage) {
      if (stages[stage].empty())
        return violation("stage " + std::to_string(stage) + " is empty");
      for (int member : stages[stage]) {
        if (member < 0 || size_t(member) >= problem.nodeCount())
          return violation("stage " + std::to_string(stage) + " names " +
                           node(member) + ", which there is not");
        if (!stageOf.emplace(member, int(stage)).second)
          return violation(node(member) + " is in two stages");
      }
    }
    if (stageOf.size() != problem.nodeCount())
      return violation("the stages hold " + std::to_string(stageOf.size()) +
                       " of " + std::to_string(problem.nodeCount()) + " nodes");
    for (const auto &microbatch : problem.microbatches)
      if (stageOf[microbatch.head] != 0)
        return violation("the head " + node(microbatch.head) +
                         " is not in stage 0");
    return {};
  }

  Result<void> checkPath(size_t index) {
    const auto &microbatch = problem.microbatches[index];
    const std::vector<int> &path = solution.microbatches[index].path;
    auto fail = [&](const std::string &what) {
      return violation("P7: the path of microbatch " + std::to_string(index) +
                       " " + what);
    };
    if (int(path.size()) != problem.pathLength)
      return fail("visits " + std::to_string(path.size()) +
                  " nodes; path_length is " +
                  std::to_string(problem.pathLength));
    for (int member : path)
      if (member < 0 || size_t(member) >= problem.nodeCount())
        return fail("visits " + node(member) + ", which there is not");
    if (!microbatch.path.empty() && path != microbatch.path)
      return fail("is not the one that the instance gives");
    const auto &rules = problem.convergence;
    if (rules.startAtHead && path[0] != microbatch.head)
      return fail("skips its head, " + node(microbatch.head));
    std::set<int> visited = {stageOf[path[0]]};
    int backwardSum = 0, backwardMoves = 0;
    for (size_t i = 1; i < path.size(); ++i) {
      int frontier = *visited.rbegin(), stage = stageOf[path[i]];
      std::string at = " at " + node(path[i]);
      if (!visited.insert(stage).second)
        return fail("visits stage " + std::to_string(stage) + " twice," + at);
      if (stage > frontier) {
        if (stage > frontier + rules.maxForwardJump)
          return fail("jumps " + std::to_string(stage - frontier) +
                      " stages ahead" + at + "; max_forward_jump is " +
                      std::to_string(rules.maxForwardJump));
        continue;
      }
      if (frontier - stage > rules.maxBackwardStep)
        return fail("steps back by " + std::to_string(frontier - stage) + at +
                    "; max_backward_step is " +
                    std::to_string(rules.maxBackwardStep));
      backwardSum += frontier - stage;
      if (backwardSum > rules.maxBackwardSum)
        return fail("steps back by more than max_backward_sum" + at);
      if (++backwardMoves > rules.maxBackwardMoves)
        return fail("steps back more often than max_backward_moves" + at);
    }
    return {};
  }

  /// Collects the tasks of a microbatch and checks that each waits for the one
  /// before it and the link between their nodes.
  Result<void> checkOrder(size_t index, int64_t &end) {
    const auto &microbatch = problem.microbatches[index];
    const auto &route = solution.microbatches[index];
    size_t length = route.path.size();
    std::string owner = " of microbatch " + std::to_string(index);
    if (route.forward.size() != length || route.backward.size() != length)
      return violation("P8: there are " + std::to_string(route.forward.size()) +
                       " F and " + std::to_string(route.backward.size()) +
                       " B" + owner + " on a path of " +
                       std::to_string(length) + " nodes");
    int64_t ready = microbatch.release;
    int previous = -1;
    auto add = [&](const std::string &kind, int where, int64_t start,
                   int64_t duration, int change) -> Result<void> {
      std::string name = kind + owner + " on " + node(where);
      if (previous >= 0 && previous != where)
        ready += problem.link[size_t(previous)][size_t(where)];
      if (start < ready)
        return violation(name + " starts at " + time(start) +
                         (previous < 0 ? " before its release at "
                                       : " before its input arrives at ") +
                         time(ready));
      // Later sums of two times fit in 64 bits.
      if (start > int64_t(1) << 61)
        return violation(name + " starts beyond the largest time");
      int64_t rest =
          previous < 0 ? problem.gapAfterInjection : problem.gapAfterTask;
      ready = start + duration;
      previous = where;
      byNode[size_t(where)].push_back({start, ready, rest, change, name});
      return {};
    };
    for (size_t i = 0; i < length; ++i)
      if (Result<void> added = add("F", route.path[i], route.forward[i],
                                   problem.forward[size_t(route.path[i])], +1);
          !added)
        return added;
    if (Result<void> added =
            add("the loss", microbatch.head, route.loss,
                problem.lossOnHead[size_t(microbatch.head)], 0);
        !added)
      return added;
    for (size_t i = length; i-- > 0;)
      if (Result<void> added = add("B", route.path[i], route.backward[i],
                                   problem.backward[size_t(route.path[i])], -1);
          !added)
        return added;
    end = std::max(end, ready);
    return {};
  }

  /// One task at a time with the rests between them, and the memory.
  Result<void> checkNode(int index) {
    std::vector<Task> &tasks = byNode[size_t(index)];
    std::sort(tasks.begin(), tasks.end(), [](const Task &a, const Task &b) {
      return std::tie(a.start, a.name) < std::tie(b.start, b.name);
    });
    int inFlight = 0;
    for (size_t i = 0; i < tasks.size(); ++i) {
      if (i > 0 && tasks[i].start < tasks[i - 1].end)
        return violation(tasks[i - 1].name + " and " + tasks[i].name +
                         " overlap at time " + time(tasks[i].start));
      if (i > 0 && tasks[i].start < tasks[i - 1].end + tasks[i - 1].rest)
        return violation(tasks[i].name + " starts at " + time(tasks[i].start) +
                         ", within the gap "
                         "after " +
                         tasks[i - 1].name);
      // Tasks do not overlap here, so that in order of their starts an end of B
      // comes before the start of the next F.
      inFlight += tasks[i].change;
      if (inFlight > problem.memory[size_t(index)])
        return violation(
            "P7: " + tasks[i].name + " starts at " + time(tasks[i].start) +
            " with " + std::to_string(inFlight) +
            " microbatches in flight; memory[" + std::to_string(index) +
            "] is " + std::to_string(problem.memory[size_t(index)]));
    }
    return {};
  }

  const PathsProblem &problem;
  const PathsSolution &solution;
  std::map<int, int> stageOf;
  std::vector<std::vector<Task>> byNode;
};

} // namespace

Result<void> hocket::verify(const PathsProblem &problem,
                            const PathsSolution &solution) {
  return Verifier(problem, solution).run();
}
