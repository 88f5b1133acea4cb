//===- SolveSchedule.cpp - The order of a pipeline, solved ----------------===//

#include "hocket/Plan/SolveSchedule.h"

#include "Segments.h"
#include "StepEstimate.h"

#include "hocket/Plan/StrategyCheck.h"
#include "hocket/Plan/Textbook.h"

#include <algorithm>

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
  bool isSplit = std::any_of(
      model.stages.begin(), model.stages.end(), [](const Stage &stage) {
        return stage.find(TaskKind::Bi) || stage.find(TaskKind::W);
      });
  for (const Stage &stage : model.stages) {
    problem.forward.push_back(estimate.taskTime(stage, TaskKind::F));
    problem.inputGradient.push_back(
        estimate.taskTime(stage, isSplit ? TaskKind::Bi : TaskKind::B));
    if (isSplit)
      problem.weightGradient.push_back(estimate.taskTime(stage, TaskKind::W));
    problem.activation.push_back(estimate.activationBytes(stage));
  }
}

Result<void> addCapacities(PipelineProblem &problem,
                           const StepEstimate &estimate) {
  int64_t memory = estimate.deviceBytes();
  for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
    int64_t persistent =
        estimate.persistentBytes(stagesOn(problem.placement, rank));
    if (persistent > memory)
      return fail("pipeline rank " + std::to_string(rank) + " keeps " +
                      std::to_string(persistent) +
                      " bytes through the step and a device has " +
                      std::to_string(memory),
                  {"use more pipeline ranks, or smaller microbatches"});
    problem.capacity.push_back(memory - persistent);
  }
  return {};
}

/// The placements that a strategy leaves open.
std::vector<std::vector<uint32_t>> placementsOf(const Strategy &strategy,
                                                uint32_t stages) {
  if (!strategy.placement.empty())
    return {strategy.placement};
  uint32_t ranks = countPipelineRanks(strategy, stages);
  std::vector<std::vector<uint32_t>> placements;
  for (const char *name : {"interleaved", "v"})
    if (std::vector<uint32_t> placement = placementOf(name, stages, ranks);
        !placement.empty() &&
        (placements.empty() || placement != placements[0]))
      placements.push_back(std::move(placement));
  return placements;
}

/// Without what the model has no kernel for.
void dropAbsent(const Model &model,
                std::vector<std::vector<ScheduledTask>> &orders) {
  for (std::vector<ScheduledTask> &order : orders)
    std::erase_if(order, [&](const ScheduledTask &task) {
      return !model.stages[task.stage].find(task.kind);
    });
}

Error infeasible(const PipelineProblem &problem,
                 const ScheduleSolution &solution) {
  std::vector<std::string> notes;
  for (size_t rank = 0; rank < solution.smallestCapacity.size(); ++rank)
    if (solution.smallestCapacity[rank] > problem.capacity[rank])
      notes.push_back("pipeline rank " + std::to_string(rank) + " has " +
                      std::to_string(problem.capacity[rank]) +
                      " bytes for activations; one microbatch takes " +
                      std::to_string(solution.smallestCapacity[rank]));
  notes.push_back("use more pipeline ranks, or smaller microbatches");
  return fail("no schedule fits in memory", std::move(notes));
}

} // namespace

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
  problem.hop.assign(problem.ranks, std::vector<int64_t>(problem.ranks, 0));
  for (uint32_t from = 0; from < problem.ranks; ++from)
    for (uint32_t to = 0; to < problem.ranks; ++to)
      if (from != to)
        problem.hop[from][to] = estimate->hopTime(from, to);
  if (Result<void> limited = addCapacities(problem, *estimate); !limited)
    return limited.error();
  return problem;
}

Result<SolvedSchedule> plan::solveSchedule(const Model &model,
                                           const Strategy &strategy,
                                           const ScheduleSetting &setting,
                                           const ScheduleRegistry &schedules,
                                           const SolverOptions &options) {
  if (isRefined(strategy))
    return fail("stages that share their sequences, walk them in slices or "
                "compute activations again are not scheduled by the solver yet",
                {"name a schedule, such as 1f1b or zb_h1"});
  uint32_t stages = uint32_t(model.stages.size());
  std::vector<std::vector<uint32_t>> placements =
      placementsOf(strategy, stages);
  if (placements.empty())
    return fail(std::to_string(stages) +
                " stages cannot be dealt to ranks with " +
                std::to_string(strategy.chunks) + " chunks each");
  // All placements share the limit.
  SolverOptions part = options;
  part.timeLimit /= double(placements.size());
  if (part.workLimit)
    part.workLimit = *part.workLimit / int64_t(placements.size());

  std::optional<SolvedSchedule> best;
  std::optional<Error> refusal;
  for (const std::vector<uint32_t> &placement : placements) {
    Result<PipelineProblem> pipeline =
        pipelineProblemOf(model, strategy, setting, placement);
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
    dropAbsent(model, solved.strategy.orders);
    best = std::move(solved);
  }
  if (!best)
    return *refusal;
  SolutionSummary &summary = best->summary;
  if (summary.value > summary.lowerBound)
    summary.status = SolutionStatus::Feasible;
  return std::move(*best);
}
