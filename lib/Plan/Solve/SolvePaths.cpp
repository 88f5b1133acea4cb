//===- SolvePaths.cpp - The paths of a skip-pipeline, solved --------------===//

#include "hocket/Plan/SolvePaths.h"

#include "StepEstimate.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

class ProblemBuilder {
public:
  ProblemBuilder(const Model &model, const Strategy &strategy,
                 const StepEstimate &estimate)
      : model(model), strategy(strategy), estimate(estimate),
        exit(uint32_t(model.stages.size()) - 1) {}

  Result<PathsProblem> run();

private:
  Result<void> addStages();
  void addTimes();
  void addMemory();
  void addLimits();
  int64_t backwardTime(const Stage &stage) const;

  const Model &model;
  const Strategy &strategy;
  const StepEstimate &estimate;
  uint32_t exit;
  std::vector<uint32_t> stageOf; // by node
  PathsProblem problem;
};

Result<void> ProblemBuilder::addStages() {
  constexpr uint32_t none = UINT32_MAX;
  stageOf.assign(strategy.pipelineRanks, none);
  problem.stages.resize(exit);
  for (uint32_t stage = 0; stage < exit; ++stage)
    for (uint32_t node : strategy.nodes[stage]) {
      if (node >= stageOf.size() || stageOf[node] != none)
        return fail("node " + std::to_string(node) + " of stage " +
                    std::to_string(stage) +
                    " is in another stage, too, or beyond the pipeline ranks");
      stageOf[node] = stage;
      problem.stages[stage].push_back(int(node));
    }
  for (uint32_t node = 0; node < stageOf.size(); ++node)
    if (stageOf[node] == none)
      return fail("node " + std::to_string(node) + " is in no stage");
  problem.stageCount = int(exit);
  return {};
}

/// A whole backward, whatever kernels there are for it.
int64_t ProblemBuilder::backwardTime(const Stage &stage) const {
  if (stage.find(TaskKind::B))
    return estimate.taskTime(stage, TaskKind::B);
  return estimate.taskTime(stage, TaskKind::Bi) +
         estimate.taskTime(stage, TaskKind::W);
}

void ProblemBuilder::addTimes() {
  const Stage &last = model.stages[exit];
  int64_t loss = estimate.taskTime(last, TaskKind::F) + backwardTime(last);
  for (uint32_t stage : stageOf) {
    const Stage &own = model.stages[stage];
    problem.forward.push_back(estimate.taskTime(own, TaskKind::F));
    problem.backward.push_back(backwardTime(own));
    problem.lossOnHead.push_back(loss);
  }
  problem.link = estimate.hopTimes(uint32_t(stageOf.size()));
}

void ProblemBuilder::addMemory() {
  int most = int(strategy.microbatches);
  for (uint32_t node = 0; node < stageOf.size(); ++node) {
    if (!strategy.limits.inFlight.empty()) {
      problem.memory.push_back(
          int(std::min(strategy.limits.inFlight[node], uint32_t(most))));
      continue;
    }
    // A head holds the exit, too.
    std::vector<uint32_t> held = {stageOf[node]};
    if (held.front() == 0)
      held.push_back(exit);
    int64_t room = estimate.deviceBytes() - estimate.persistentBytes(held);
    int64_t each = 0;
    for (uint32_t stage : held)
      each += estimate.activationBytes(model.stages[stage]);
    int64_t fit = room < 0 ? 0 : each == 0 ? most : room / each;
    problem.memory.push_back(int(std::min<int64_t>(fit, most)));
  }
}

void ProblemBuilder::addLimits() {
  const RouteLimits &limits = strategy.limits;
  int stages = int(exit), anything = stages * stages;
  auto bound = [&](const std::optional<uint32_t> &limit) {
    return limit ? int(std::min(*limit, uint32_t(anything))) : anything;
  };
  problem.convergence.startAtHead = true;
  problem.convergence.maxBackwardStep = bound(limits.maxBackwardStep);
  problem.convergence.maxBackwardSum = bound(limits.maxBackwardSum);
  problem.convergence.maxBackwardMoves = bound(limits.maxBackwardMoves);
  problem.convergence.maxForwardJump = bound(limits.maxForwardJump);
  problem.pathLength = int(*limits.pathLength);
  const std::vector<int> &heads = problem.stages.front();
  for (uint32_t i = 0; i < strategy.microbatches; ++i)
    problem.microbatches.push_back({heads[i % heads.size()], 0, {}});
}

Result<PathsProblem> ProblemBuilder::run() {
  if (strategy.nodes.size() != model.stages.size() || exit == 0)
    return fail("there are nodes for " + std::to_string(strategy.nodes.size()) +
                " stages and the model has " +
                std::to_string(model.stages.size()));
  if (!strategy.limits.pathLength || *strategy.limits.pathLength > exit)
    return fail("paths need a length of at most the " + std::to_string(exit) +
                " stages that they may visit");
  if (!strategy.limits.inFlight.empty() &&
      strategy.limits.inFlight.size() != strategy.pipelineRanks)
    return fail("there are limits of the microbatches in flight for " +
                std::to_string(strategy.limits.inFlight.size()) + " nodes of " +
                std::to_string(strategy.pipelineRanks));
  if (Result<void> added = addStages(); !added)
    return added.error();
  addTimes();
  addMemory();
  addLimits();
  return std::move(problem);
}

/// The routes, and the tasks of each node in the order of their starts.
Strategy strategyOf(const PathsSolution &solution, const PathsProblem &problem,
                    const Model &model, const Strategy &open) {
  struct Timed {
    int64_t start;
    ScheduledTask task;
  };
  Strategy strategy = open;
  std::vector<uint32_t> stageOf(problem.nodeCount());
  for (uint32_t stage = 0; stage < problem.stages.size(); ++stage)
    for (int node : problem.stages[stage])
      stageOf[size_t(node)] = stage;
  uint32_t exit = uint32_t(model.stages.size()) - 1;
  std::vector<std::vector<Timed>> timed(problem.nodeCount());
  strategy.routes.clear();
  for (uint32_t i = 0; i < solution.microbatches.size(); ++i) {
    const PathsSolution::Route &found = solution.microbatches[i];
    std::vector<Visit> &route = strategy.routes.emplace_back();
    for (size_t k = 0; k < found.path.size(); ++k) {
      size_t node = size_t(found.path[k]);
      route.push_back({stageOf[node], uint32_t(node)});
      timed[node].push_back(
          {found.forward[k], {TaskKind::F, stageOf[node], i}});
      timed[node].push_back(
          {found.backward[k], {TaskKind::B, stageOf[node], i}});
    }
    uint32_t head = route.front().rank;
    route.push_back({exit, head});
    timed[head].push_back({found.loss, {TaskKind::F, exit, i}});
    timed[head].push_back({found.loss, {TaskKind::B, exit, i}});
  }
  strategy.schedule = kGivenSchedule;
  strategy.orders.clear();
  for (std::vector<Timed> &tasks : timed) {
    // The loss is the exit's forward and, at once, its backward.
    std::sort(tasks.begin(), tasks.end(), [](const Timed &a, const Timed &b) {
      return std::pair(a.start, a.task.kind) < std::pair(b.start, b.task.kind);
    });
    std::vector<ScheduledTask> &order = strategy.orders.emplace_back();
    for (const Timed &entry : tasks)
      order.push_back(entry.task);
  }
  return strategy;
}

} // namespace

Result<PathsProblem> plan::pathsProblemOf(const Model &model,
                                          const Strategy &strategy,
                                          const ScheduleSetting &setting) {
  Result<StepEstimate> estimate =
      StepEstimate::create(model, strategy, setting);
  if (!estimate)
    return estimate.error();
  return ProblemBuilder(model, strategy, *estimate).run();
}

Result<SolvedPaths> plan::solvePaths(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleSetting &setting,
                                     const SolverOptions &options) {
  Result<PathsProblem> problem = pathsProblemOf(model, strategy, setting);
  if (!problem)
    return problem.error();
  if (Result<void> checked = problem->check(); !checked)
    return checked.error();
  PathsSolution solution =
      createPathsScheduler("auto")->solve(*problem, options);
  if (solution.status == SolutionStatus::Infeasible)
    return fail("no paths obey the limits: " + solution.reason);
  if (!solution.hasSolution())
    return fail("no paths were found within the limit",
                {"give the solver more time"});
  if (Result<void> verified = verify(*problem, solution); !verified)
    return verified.error();
  return SolvedPaths{strategyOf(solution, *problem, model, strategy), solution};
}
