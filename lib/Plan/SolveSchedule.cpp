//===- SolveSchedule.cpp - The order of a pipeline, solved ----------------===//

#include "hocket/Plan/SolveSchedule.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/StrategyCheck.h"
#include "hocket/Plan/Textbook.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

int64_t toNanoseconds(double seconds) {
  constexpr double most = 1e15;
  return std::llround(std::clamp(seconds * 1e9, 1.0, most));
}

class ProblemBuilder {
public:
  ProblemBuilder(const Model &model, const Strategy &strategy,
                 const ScheduleSetting &setting,
                 const std::vector<uint32_t> &placement)
      : model(model), strategy(strategy), setting(setting) {
    problem.placement = placement;
    problem.ranks = countRanks();
    problem.microbatches = strategy.microbatches;
  }

  Result<PipelineProblem> run() {
    if (Result<void> sized = sizeMicrobatches(); !sized)
      return sized.error();
    addTimes();
    addHops();
    for (const Stage &stage : model.stages) {
      int64_t bytes = 0;
      for (const TensorType &type : stage.residuals)
        bytes += type.bytes().evaluate(largest);
      problem.activation.push_back(bytes);
    }
    if (Result<void> limited = addCapacities(); !limited)
      return limited.error();
    return std::move(problem);
  }

private:
  uint32_t countRanks() const {
    return 1 + *std::max_element(problem.placement.begin(),
                                 problem.placement.end());
  }

  Result<void> sizeMicrobatches() {
    uint64_t parts = uint64_t(strategy.data) * strategy.microbatches;
    size_t sequences = setting.lengths.size();
    if (parts == 0 || sequences < parts)
      return fail("there are " + std::to_string(sequences) + " sequences for " +
                  std::to_string(parts) + " microbatches");
    std::vector<uint32_t> first =
        dealSequences(uint32_t(sequences), uint32_t(parts));
    int64_t sum = 0;
    for (size_t k = 0; k < parts; ++k) {
      int64_t tokens = 0;
      for (uint32_t i = first[k]; i < first[k + 1]; ++i)
        tokens += setting.lengths[i];
      sum += tokens;
      largest[0] = std::max(largest[0], tokens);
      largest[1] = std::max<int64_t>(largest[1], first[k + 1] - first[k] + 1);
    }
    average = {std::max<int64_t>(1, sum / int64_t(parts)),
               int64_t(sequences / parts) + 1};
    return {};
  }

  /// Of a task of `stage`; a moment where there is no such task.
  int64_t timeOf(const Stage &stage, TaskKind kind) const {
    const TaskTemplate *task = stage.find(kind);
    if (!task)
      return 1;
    const Kernel &kernel = model.kernels[task->kernel];
    Work work;
    work.flops = kernel.flops.evaluate(average);
    work.bytes = kernel.bytes.evaluate(average);
    work.kernel = kernel.symbol;
    work.symbols = average;
    if (kernel.bytes.terms.empty())
      for (const TensorType &operand : kernel.operands)
        work.bytes += operand.bytes().evaluate(average);
    return toNanoseconds(setting.cost.workSeconds(work));
  }

  void addTimes() {
    bool isSplit = std::any_of(
        model.stages.begin(), model.stages.end(), [](const Stage &stage) {
          return stage.find(TaskKind::Bi) || stage.find(TaskKind::W);
        });
    for (const Stage &stage : model.stages) {
      problem.forward.push_back(timeOf(stage, TaskKind::F));
      problem.inputGradient.push_back(
          timeOf(stage, isSplit ? TaskKind::Bi : TaskKind::B));
      if (isSplit)
        problem.weightGradient.push_back(timeOf(stage, TaskKind::W));
    }
  }

  /// What two ranks that talk to each other send at most, forth or back.
  void addHops() {
    int64_t bytes = 0;
    for (const Stage &stage : model.stages) {
      int64_t sent = 0;
      for (const TensorType &type : stage.outputs)
        sent += type.bytes().evaluate(average);
      bytes = std::max(bytes, sent);
    }
    uint32_t ranks = problem.ranks;
    problem.hop.assign(ranks, std::vector<int64_t>(ranks, 0));
    for (uint32_t from = 0; from < ranks; ++from)
      for (uint32_t to = 0; to < ranks; ++to)
        if (from != to)
          problem.hop[from][to] = toNanoseconds(
              setting.cost.transferSeconds(bytes, int64_t(from) * strategy.data,
                                           int64_t(to) * strategy.data));
  }

  /// Bytes that a rank keeps through the step.
  int64_t persistentBytes(uint32_t rank) const {
    std::set<uint32_t> parameters;
    int64_t workspace = 0, boundary = 0;
    for (size_t i = 0; i < model.stages.size(); ++i) {
      if (problem.placement[i] != rank)
        continue;
      const Stage &stage = model.stages[i];
      for (const std::vector<TensorType> *types :
           {&stage.inputs, &stage.outputs})
        for (const TensorType &type : *types)
          boundary += 2 * type.bytes().evaluate(largest);
      for (const TaskTemplate &task : stage.tasks) {
        workspace = std::max(
            workspace,
            model.kernels[task.kernel].workspaceBytes.evaluate(largest));
        for (const Operand &operand : task.operands)
          if (operand.slot == Slot::Parameter)
            parameters.insert(operand.index);
      }
    }
    int64_t bytes = workspace + boundary;
    int64_t copies =
        model.updates.empty() ? 1 : 2 + int64_t(model.statesPerParameter);
    for (uint32_t parameter : parameters)
      bytes +=
          copies * model.parameters[parameter].type.bytes().evaluate({0, 0});
    return bytes;
  }

  Result<void> addCapacities() {
    int64_t memory = setting.topology.device.memoryBytes;
    for (uint32_t rank = 0; rank < problem.ranks; ++rank) {
      int64_t persistent = persistentBytes(rank);
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

  const Model &model;
  const Strategy &strategy;
  const ScheduleSetting &setting;
  PipelineProblem problem;
  Symbols average = {1, 2}, largest = {0, 0};
};

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
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
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
  return ProblemBuilder(model, strategy, setting, placement).run();
}

Result<SolvedSchedule> plan::solveSchedule(const Model &model,
                                           const Strategy &strategy,
                                           const ScheduleSetting &setting,
                                           const ScheduleRegistry &schedules,
                                           const SolverOptions &options) {
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
