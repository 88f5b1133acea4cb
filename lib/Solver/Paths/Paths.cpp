//===- Paths.cpp - The check of a problem of paths ------------------------===//

#include "hocket/Solver/Paths.h"

#include <algorithm>

using namespace hocket;

namespace {

Error mistake(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

std::string element(const char *field, size_t index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

Result<void> checkSizes(const PathsProblem &problem) {
  size_t count = problem.nodeCount();
  if (count == 0)
    return mistake("there are no nodes");
  if (problem.microbatches.empty())
    return mistake("there are no microbatches");
  bool isSquare = problem.link.size() == count;
  for (const auto &row : problem.link)
    isSquare &= row.size() == count;
  if (problem.lossOnHead.size() != count || problem.backward.size() != count ||
      problem.memory.size() != count || !isSquare)
    return mistake("forward, loss_on_head, backward, memory and link must be "
                   "of " +
                   std::to_string(count) + " nodes each");
  return {};
}

Result<void> checkTimes(const PathsProblem &problem) {
  size_t count = problem.nodeCount();
  auto positive = [](const char *field, const std::vector<int64_t> &values) {
    for (size_t i = 0; i < values.size(); ++i)
      if (values[i] <= 0)
        return Result<void>(mistake(element(field, i) + " must be positive"));
    return Result<void>();
  };
  if (auto checked = positive("forward", problem.forward); !checked)
    return checked;
  if (auto checked = positive("loss_on_head", problem.lossOnHead); !checked)
    return checked;
  if (auto checked = positive("backward", problem.backward); !checked)
    return checked;
  for (size_t a = 0; a < count; ++a) {
    if (problem.memory[a] < 0)
      return mistake(element("memory", a) + " must not be negative");
    for (size_t b = 0; b < count; ++b)
      if (problem.link[a][b] < 0)
        return mistake(element("link", a) + "[" + std::to_string(b) +
                       "] must not be negative");
    if (problem.link[a][a] != 0)
      return mistake(element("link", a) + "[" + std::to_string(a) +
                     "] must be 0: a node needs no link to itself");
  }
  if (problem.gapAfterTask < 0)
    return mistake("gap_after_task must not be negative");
  if (problem.gapAfterInjection < 0)
    return mistake("gap_after_injection must not be negative");
  return {};
}

/// Sums of times stay far from overflow: of all tasks one after the other.
Result<void> checkRange(const PathsProblem &problem) {
  auto largest = [](const std::vector<int64_t> &values) {
    return double(*std::max_element(values.begin(), values.end()));
  };
  double link = 0, release = 0;
  for (const auto &row : problem.link)
    link = std::max(link, largest(row));
  for (const auto &microbatch : problem.microbatches)
    release = std::max(release, double(microbatch.release));
  double task = std::max({largest(problem.forward), largest(problem.backward),
                          largest(problem.lossOnHead)}) +
                double(problem.gapAfterTask) +
                double(problem.gapAfterInjection) + link;
  double tasks =
      (2.0 * problem.pathLength + 1) * double(problem.microbatches.size());
  if (release + task * tasks > 0x1p60)
    return mistake("the times add up to more than 2^60 ticks; use fewer "
                   "decimals or a larger unit");
  return {};
}

std::string node(int index) { return "node " + std::to_string(index); }

Result<void> checkStages(const PathsProblem &problem) {
  size_t count = problem.nodeCount();
  if (problem.stageCount < 1)
    return mistake("stage_count must be at least 1");
  if (problem.stages.empty()) {
    std::vector<char> isHead(count, 0);
    for (const auto &microbatch : problem.microbatches)
      isHead[size_t(microbatch.head)] = 1;
    int others = int(std::count(isHead.begin(), isHead.end(), 0));
    if (problem.stageCount - 1 > others)
      return mistake("stage_count is " + std::to_string(problem.stageCount) +
                     ", but beside the heads, which share stage 0, there are "
                     "only " +
                     std::to_string(others) + " nodes");
    return {};
  }
  if (size_t(problem.stageCount) != problem.stages.size())
    return mistake("stage_count is " + std::to_string(problem.stageCount) +
                   ", but there are " + std::to_string(problem.stages.size()) +
                   " stages");
  std::vector<int> stageOf(count, -1);
  for (size_t stage = 0; stage < problem.stages.size(); ++stage) {
    if (problem.stages[stage].empty())
      return mistake(element("stages", stage) + " is empty");
    for (int member : problem.stages[stage]) {
      if (member < 0 || size_t(member) >= count)
        return mistake(element("stages", stage) + " names " + node(member) +
                       ", which there is not");
      int &found = stageOf[size_t(member)];
      if (found >= 0)
        return mistake("stages: " + node(member) + " is in stage " +
                       std::to_string(found) + " and again in stage " +
                       std::to_string(stage));
      found = int(stage);
    }
  }
  auto absent = std::find(stageOf.begin(), stageOf.end(), -1);
  if (absent != stageOf.end())
    return mistake("stages: " + node(int(absent - stageOf.begin())) +
                   " is in none of them");
  for (size_t i = 0; i < problem.microbatches.size(); ++i) {
    int head = problem.microbatches[i].head;
    if (stageOf[size_t(head)] != 0)
      return mistake(element("microbatches", i) + ".head is " + node(head) +
                     " of stage " + std::to_string(stageOf[size_t(head)]) +
                     "; heads are in stage 0");
  }
  return {};
}

Result<void> checkMicrobatches(const PathsProblem &problem) {
  int count = int(problem.nodeCount());
  for (size_t i = 0; i < problem.microbatches.size(); ++i) {
    const auto &microbatch = problem.microbatches[i];
    std::string field = element("microbatches", i);
    if (microbatch.head < 0 || microbatch.head >= count)
      return mistake(field + ".head is " + node(microbatch.head) +
                     ", which there is not");
    if (microbatch.release < 0)
      return mistake(field + ".release must not be negative");
    for (int member : microbatch.path)
      if (member < 0 || member >= count)
        return mistake(field + ".path names " + node(member) +
                       ", which there is not");
  }
  return {};
}

Result<void> checkConvergence(const PathsProblem &problem) {
  const PathsProblem::Convergence &rules = problem.convergence;
  std::pair<const char *, int> fields[] = {
      {"max_backward_step", rules.maxBackwardStep},
      {"max_backward_sum", rules.maxBackwardSum},
      {"max_backward_moves", rules.maxBackwardMoves},
      {"max_forward_jump", rules.maxForwardJump}};
  for (auto [field, value] : fields)
    if (value < 0)
      return mistake(std::string("convergence.") + field +
                     " must not be negative");
  return {};
}

/// The rules that a given path must obey whatever the stages are.
Result<void> checkGivenPath(const PathsProblem &problem, size_t index,
                            const std::vector<int> &stageOf) {
  const auto &microbatch = problem.microbatches[index];
  const std::vector<int> &path = microbatch.path;
  std::string field = element("microbatches", index) + ".path";
  if (int(path.size()) != problem.pathLength)
    return mistake(field + " has " + std::to_string(path.size()) +
                   " nodes; path_length is " +
                   std::to_string(problem.pathLength));
  const PathsProblem::Convergence &rules = problem.convergence;
  if (rules.startAtHead && path[0] != microbatch.head)
    return mistake(field + " skips its head: it begins at " + node(path[0]) +
                   ", not at " + node(microbatch.head));
  for (size_t i = 0; i < path.size(); ++i)
    if (std::find(path.begin(), path.begin() + long(i), path[i]) !=
        path.begin() + long(i))
      return mistake(field + " visits " + node(path[i]) + " twice");
  if (stageOf.empty())
    return {};
  int frontier = stageOf[size_t(path[0])], sum = 0, moves = 0;
  for (size_t i = 1; i < path.size(); ++i) {
    int stage = stageOf[size_t(path[i])];
    std::string move = field + " breaks convergence at " + node(path[i]) +
                       ": from frontier " + std::to_string(frontier) +
                       " to stage " + std::to_string(stage);
    for (size_t j = 0; j < i; ++j)
      if (stageOf[size_t(path[j])] == stage)
        return mistake(field + " visits stage " + std::to_string(stage) +
                       " twice");
    if (stage - frontier > rules.maxForwardJump)
      return mistake(move + " is more than max_forward_jump");
    if (stage < frontier) {
      int step = frontier - stage;
      sum += step;
      ++moves;
      if (step > rules.maxBackwardStep || sum > rules.maxBackwardSum ||
          moves > rules.maxBackwardMoves)
        return mistake(move + " is more than the backward moves allow");
    }
    frontier = std::max(frontier, stage);
  }
  return {};
}

} // namespace

Result<void> PathsProblem::check() const {
  for (auto step : {checkSizes, checkTimes, checkMicrobatches, checkStages,
                    checkConvergence})
    if (Result<void> checked = step(*this); !checked)
      return checked;
  if (pathLength < 1)
    return mistake("path_length must be at least 1");
  if (pathLength > stageCount)
    return mistake("path_length is " + std::to_string(pathLength) +
                   ", but a path visits a stage once and there are " +
                   std::to_string(stageCount));
  std::vector<int> stageOf;
  if (!stages.empty())
    stageOf.resize(nodeCount());
  for (size_t stage = 0; stage < stages.size(); ++stage)
    for (int member : stages[stage])
      stageOf[size_t(member)] = int(stage);
  for (size_t i = 0; i < microbatches.size(); ++i)
    if (!microbatches[i].path.empty())
      if (Result<void> checked = checkGivenPath(*this, i, stageOf); !checked)
        return checked;
  return checkRange(*this);
}
