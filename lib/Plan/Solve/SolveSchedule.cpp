//===- SolveSchedule.cpp - The order of a pipeline, solved ----------------===//

#include "hocket/Plan/SolveSchedule.h"

#include "Expand/Segments.h"
#include "Schedules/Ordering.h"
#include "StepEstimate.h"

#include "hocket/Plan/Stages.h"
#include "hocket/Plan/StrategyCheck.h"
#include "hocket/Plan/Textbook.h"

#include <algorithm>
#include <cmath>

using namespace hocket;
using namespace hocket::plan;

namespace {

Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

std::vector<uint32_t> stagesOn(const std::vector<uint32_t> &placement,
                               uint32_t rank) {
  std::vector<uint32_t> stages;
  for (uint32_t stage = 0; stage < placement.size(); ++stage)
    if (placement[stage] == rank)
      stages.push_back(stage);
  return stages;
}

void addTimes(PipelineProblem &problem, const Model &model,
              const StepEstimate &estimate) {
  bool isSplit = isBackwardSplit(model);
  for (const Stage &stage : model.stages) {
    problem.forward.push_back(estimate.taskTime(stage, TaskKind::F));
    problem.inputGradient.push_back(
        estimate.taskTime(stage, isSplit ? TaskKind::Bi : TaskKind::B));
    if (isSplit)
      problem.weightGradient.push_back(estimate.taskTime(stage, TaskKind::W));
    problem.activation.push_back(estimate.activationBytes(stage));
  }
}

/// Without what the model has no kernel for.
void dropAbsent(const Model &model,
                std::vector<std::vector<ScheduledTask>> &orders) {
  for (std::vector<ScheduledTask> &order : orders)
    std::erase_if(order, [&](const ScheduledTask &task) {
      return !model.stages[task.stage].find(task.kind);
    });
}

/// What would have to change so that a microbatch fits on every rank.
void addRemedy(std::vector<std::string> &notes, int64_t lackingBytes) {
  if (lackingBytes > 0)
    notes.push_back("a device needs at least " + std::to_string(lackingBytes) +
                    " bytes more than it has");
  notes.push_back("use more pipeline ranks, or smaller microbatches");
}

Error infeasible(const PipelineProblem &problem,
                 const ScheduleSolution &solution) {
  std::vector<std::string> notes;
  int64_t lacking = 0;
  for (size_t rank = 0; rank < solution.smallestCapacity.size(); ++rank)
    if (int64_t lack = solution.smallestCapacity[rank] - problem.capacity[rank];
        lack > 0) {
      lacking = std::max(lacking, lack);
      notes.push_back("pipeline rank " + std::to_string(rank) + " has " +
                      std::to_string(problem.capacity[rank]) +
                      " bytes for activations; one microbatch takes " +
                      std::to_string(solution.smallestCapacity[rank]));
    }
  addRemedy(notes, lacking);
  return fail("no schedule fits in memory", std::move(notes));
}

} // namespace

int64_t plan::toNanoseconds(double seconds) {
  constexpr double most = 1e15;
  return std::llround(std::clamp(seconds * 1e9, 1.0, most));
}

std::vector<std::vector<int64_t>> plan::hopTimes(const CostModel &cost,
                                                 int64_t bytes, uint32_t ranks,
                                                 uint32_t replicas) {
  std::vector<std::vector<int64_t>> times(ranks, std::vector<int64_t>(ranks));
  for (uint32_t from = 0; from < ranks; ++from)
    for (uint32_t to = 0; to < ranks; ++to)
      if (from != to)
        times[from][to] = toNanoseconds(cost.transferSeconds(
            bytes, int64_t(from) * replicas, int64_t(to) * replicas));
  return times;
}

Result<void> plan::addCapacities(PipelineProblem &problem,
                                 const std::vector<int64_t> &persistent,
                                 int64_t deviceBytes) {
  std::vector<int64_t> microbatch(problem.ranks, 0);
  for (size_t stage = 0; stage < problem.placement.size(); ++stage)
    microbatch[problem.placement[stage]] += problem.activation[stage];
  int64_t lacking = 0;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    lacking =
        std::max(lacking, persistent[rank] + microbatch[rank] - deviceBytes);
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    if (persistent[rank] > deviceBytes) {
      std::vector<std::string> notes;
      addRemedy(notes, lacking);
      return fail("pipeline rank " + std::to_string(rank) + " keeps " +
                      std::to_string(persistent[rank]) +
                      " bytes through the step and a device has " +
                      std::to_string(deviceBytes),
                  std::move(notes));
    }
    problem.capacity.push_back(deviceBytes - persistent[rank]);
  }
  return {};
}

Result<std::vector<std::vector<uint32_t>>>
plan::openPlacements(const Model &model, const Strategy &strategy) {
  if (!strategy.placement.empty())
    return std::vector<std::vector<uint32_t>>{strategy.placement};
  uint32_t stages = uint32_t(pipelineModel(model, strategy).stages.size());
  uint32_t ranks = countPipelineRanks(strategy, stages);
  std::vector<std::vector<uint32_t>> placements;
  for (const char *name : {"interleaved", "v"})
    if (std::vector<uint32_t> placement = placementOf(name, stages, ranks);
        !placement.empty() &&
        (placements.empty() || placement != placements[0]))
      placements.push_back(std::move(placement));
  if (placements.empty())
    return fail(std::to_string(stages) +
                " stages cannot be dealt to ranks with " +
                std::to_string(strategy.chunks) + " chunks each");
  return placements;
}

Strategy plan::forwardsFirst(const Model &model, const Strategy &strategy,
                             const std::vector<uint32_t> &placement) {
  Strategy ordered = strategy;
  ordered.schedule = kGivenSchedule;
  ordered.placement = placement;
  ordered.orders.assign(
      1 + *std::max_element(placement.begin(), placement.end()), {});
  uint32_t stages = uint32_t(placement.size());
  auto add = [&](TaskKind kind, uint32_t stage, uint32_t microbatch) {
    ordered.orders[placement[stage]].push_back({kind, stage, microbatch});
  };
  for (uint32_t i = 0; i < strategy.microbatches; ++i)
    for (uint32_t stage = 0; stage < stages; ++stage)
      add(TaskKind::F, stage, i);
  for (uint32_t i = 0; i < strategy.microbatches; ++i)
    for (uint32_t stage = stages; stage-- > 0;)
      for (TaskKind kind : {TaskKind::B, TaskKind::Bi, TaskKind::W})
        add(kind, stage, i);
  dropAbsent(pipelineModel(model, strategy), ordered.orders);
  return ordered;
}

Result<Strategy> plan::provisionalSchedule(const Model &model,
                                           const Strategy &strategy,
                                           const ScheduleRegistry &schedules) {
  Result<std::vector<std::vector<uint32_t>>> placements =
      openPlacements(model, strategy);
  if (!placements)
    return placements.error();
  Strategy provisional = strategy;
  provisional.schedule = strategy.chunks == 1 ? "1f1b" : "interleaved";
  if (orderTasks(model, provisional, schedules))
    return provisional;
  return forwardsFirst(model, strategy, placements->front());
}

Result<PipelineProblem>
plan::pipelineProblemOf(const Model &model, const Strategy &strategy,
                        const ScheduleSetting &setting,
                        const std::vector<uint32_t> &placement) {
  Result<StepEstimate> estimate =
      StepEstimate::create(model, strategy, setting);
  if (!estimate)
    return estimate.error();
  PipelineProblem problem;
  problem.placement = placement;
  problem.ranks = 1 + *std::max_element(placement.begin(), placement.end());
  problem.microbatches = strategy.microbatches;
  addTimes(problem, model, *estimate);
  problem.hop = estimate->hopTimes(problem.ranks);
  std::vector<int64_t> persistent;
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    persistent.push_back(
        estimate->persistentBytes(stagesOn(problem.placement, rank)));
  if (Result<void> added =
          addCapacities(problem, persistent, estimate->deviceBytes());
      !added)
    return added.error();
  return problem;
}

Result<SolvedSchedule> plan::solveSchedule(const Model &model,
                                           const Strategy &strategy,
                                           const PipelineProblems &problemOf,
                                           const ScheduleRegistry &schedules,
                                           const SolverOptions &options) {
  Result<std::vector<std::vector<uint32_t>>> placements =
      openPlacements(model, strategy);
  if (!placements)
    return placements.error();
  // All placements share the limit.
  SolverOptions part = options;
  part.timeLimit /= double(placements->size());
  if (part.workLimit)
    part.workLimit = *part.workLimit / int64_t(placements->size());

  std::optional<SolvedSchedule> best;
  std::optional<Error> refusal;
  // Of placements for which the limit came before an answer.
  std::optional<int64_t> openBound;
  for (const std::vector<uint32_t> &placement : *placements) {
    Result<PipelineProblem> pipeline = problemOf(placement);
    if (!pipeline)
      return pipeline.error();
    ScheduleProblem problem = pipeline->toSchedule();
    if (Result<void> checked = problem.check(); !checked)
      return checked.error();
    std::vector<TaskOrder> known;
    for (KnownOrder &order : textbookSchedules(schedules).of(*pipeline))
      known.push_back(std::move(order.order));
    ScheduleSolution solution =
        createAutoSchedule()->solve(problem, known, part);
    if (solution.status == SolutionStatus::Infeasible) {
      refusal = infeasible(*pipeline, solution);
      continue;
    }
    if (!solution.hasSolution()) {
      refusal = fail("no schedule was found within the limit",
                     {"give the solver more time"});
      openBound = std::min(openBound.value_or(solution.lowerBound),
                           solution.lowerBound);
      continue;
    }
    if (Result<void> verified = verify(problem, solution); !verified)
      return verified.error();
    if (best && best->summary.value <= solution.value) {
      // No placement is better than the least of their bounds.
      best->summary.lowerBound =
          std::min(best->summary.lowerBound, solution.lowerBound);
      continue;
    }
    SolvedSchedule solved;
    solved.summary = solution;
    if (best)
      solved.summary.lowerBound =
          std::min(best->summary.lowerBound, solution.lowerBound);
    solved.strategy = strategy;
    solved.strategy.schedule = kGivenSchedule;
    solved.strategy.placement = placement;
    solved.strategy.orders =
        toScheduledTasks(*pipeline, ordersByTime(problem, solution.starts));
    dropAbsent(pipelineModel(model, strategy), solved.strategy.orders);
    best = std::move(solved);
  }
  if (!best)
    return *refusal;
  SolutionSummary &summary = best->summary;
  if (openBound)
    summary.lowerBound = std::min(summary.lowerBound, *openBound);
  if (summary.value > summary.lowerBound)
    summary.status = SolutionStatus::Feasible;
  return std::move(*best);
}
