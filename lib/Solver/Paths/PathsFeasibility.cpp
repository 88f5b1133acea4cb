//===- PathsFeasibility.cpp - Why there is no path ------------------------===//

#include "PathsFeasibility.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::paths;

namespace {

std::string number(size_t value) { return std::to_string(value); }

/// The most stages, up to the length that is asked for, that a path from the
/// head of the microbatch may visit.
int longestPath(PathsProblem problem, const std::vector<int> &stageOf,
                size_t index) {
  SolverOptions some;
  some.workLimit = 100'000'000;
  Budget budget(some);
  while (--problem.pathLength > 0)
    if (!findRoutes(problem, stageOf, problem.microbatches[index], 1, 0, budget)
             .routes.empty())
      return problem.pathLength;
  return 0;
}

/// The stages without a node that admits a microbatch.
std::string stagesWithoutMemory(const PathsProblem &problem) {
  std::string list;
  for (size_t stage = 0; stage < problem.stages.size(); ++stage)
    if (std::all_of(
            problem.stages[stage].begin(), problem.stages[stage].end(),
            [&](int node) { return problem.memory[size_t(node)] == 0; }))
      list += (list.empty() ? "" : ", ") + number(stage);
  return list;
}

} // namespace

std::string paths::whyNoStages(const PathsProblem &problem) {
  return "in no partition of the nodes into " +
         number(size_t(problem.stageCount)) +
         " stages can each microbatch visit " +
         number(size_t(problem.pathLength)) +
         " of them: make path_length less, or raise max_forward_jump (" +
         std::to_string(problem.convergence.maxForwardJump) +
         ") or the limits of backward moves";
}

bool paths::staysInOneStage(const PathsProblem &problem) {
  const PathsProblem::Convergence &rules = problem.convergence;
  // Stage 0, that of the heads, has none below it.
  bool canGoBack = !rules.startAtHead &&
                   std::min({rules.maxBackwardStep, rules.maxBackwardSum,
                             rules.maxBackwardMoves}) > 0;
  return problem.pathLength > 1 && rules.maxForwardJump == 0 && !canGoBack;
}

std::string paths::whyNoRoute(const PathsProblem &problem, size_t index) {
  const auto &microbatch = problem.microbatches[index];
  std::string owner = "microbatch " + number(index);
  for (int node : microbatch.path)
    if (problem.memory[size_t(node)] == 0)
      return "memory[" + number(size_t(node)) + "] is 0, but the path of " +
             owner + " visits that node: make it at least 1";
  size_t head = size_t(microbatch.head);
  if (problem.convergence.startAtHead && problem.memory[head] == 0)
    return "memory[" + number(head) + "] is 0, but that node is the head of " +
           owner + ": make it at least 1";
  if (problem.stages.empty()) {
    if (staysInOneStage(problem))
      return "max_forward_jump is 0, so that a path visits one stage alone: "
             "make it at least 1, or path_length 1";
    return "too few nodes beside the heads have memory for path_length " +
           number(size_t(problem.pathLength)) +
           ": make the memory of more nodes at least 1, or the path shorter";
  }
  std::vector<int> stageOf = stagesByNode(problem.stages, problem.nodeCount());
  int longest = longestPath(problem, stageOf, index);
  std::string empty = stagesWithoutMemory(problem);
  std::string text = "a path of " + owner + " can visit " +
                     number(size_t(longest)) + " stages at most, not " +
                     number(size_t(problem.pathLength)) +
                     ": make path_length " + number(size_t(longest)) + ", ";
  if (!empty.empty())
    return text + "or the memory of a node at least 1 in each of the stages " +
           empty;
  return text + "or raise max_forward_jump (" +
         std::to_string(problem.convergence.maxForwardJump) +
         ") or the limits of backward moves";
}
