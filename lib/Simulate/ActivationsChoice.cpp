//===- ActivationsChoice.cpp - What stages keep for their backward --------===//

#include "hocket/Simulate/ActivationsChoice.h"

#include "hocket/Plan/Stages.h"
#include "hocket/Plan/Work.h"
#include "hocket/Simulate/Simulate.h"
#include "hocket/Solver/Activations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

namespace {

/// How often a problem is asked again with less memory.
constexpr int kMostRounds = 16;
constexpr uint32_t kMostSlices = 128; // of a problem
constexpr double kAnyRate = 1e12;     // bytes per ms, where nothing moves
constexpr int64_t kMostHostBytes = int64_t(1) << 50;

/// The problem of one role, from a plan that keeps everything.
class RoleProblem {
public:
  RoleProblem(const Plan &plan, const Model &model, const CostModel &cost,
              uint32_t rank, const std::vector<uint32_t> &stageOf)
      : plan(plan), model(model), cost(cost), place(plan.ranks[rank]),
        role(plan.roles[place.role]), stageOf(stageOf) {
    for (uint32_t stage : role.stages)
      if (stages.empty() || stages.back() != stageOf[stage])
        stages.push_back(stageOf[stage]);
    problem.layers.resize(stages.size());
    for (size_t i = 0; i < stages.size(); ++i)
      problem.layers[i].name = "stage " + std::to_string(stages[i]);
    addTimes();
    addBytes();
    scale();
  }

  ActivationsProblem problem;
  std::vector<uint32_t> stages; // of the pipeline, of each layer

private:
  ActivationsProblem::Layer &layerOf(int32_t stage) {
    auto found =
        std::lower_bound(stages.begin(), stages.end(), stageOf[size_t(stage)]);
    return problem.layers[size_t(found - stages.begin())];
  }
  bool isBackward(const Instruction &instruction) const {
    if (instruction.op == Op::Kernel)
      return instruction.kind != TaskKind::F;
    const Attention &attention =
        *model.stages[size_t(instruction.stage)].attention;
    return attention.isTrained && (instruction.kernel == attention.delta ||
                                   instruction.kernel == attention.partGrad);
  }
  static bool isTask(const Instruction &instruction) {
    return (instruction.op == Op::Kernel || instruction.op == Op::Attend) &&
           instruction.stage >= 0 && instruction.microbatch >= 0;
  }

  void addTimes() {
    std::set<uint32_t> inFlight;
    for (const Instruction &instruction : role.body) {
      if (!isTask(instruction))
        continue;
      int64_t time = std::llround(
          1e9 * cost.workSeconds(workOf(plan, model, place, instruction)));
      auto &layer = layerOf(instruction.stage);
      (isBackward(instruction) ? layer.backward : layer.forward) += time;
      uint32_t microbatch =
          plan.strategy.microbatchOf(uint32_t(instruction.microbatch));
      if (!isBackward(instruction))
        inFlight.insert(microbatch);
      mostInFlight = std::max(mostInFlight, int64_t(inFlight.size()));
      if (isBackward(instruction) &&
          stageOf[size_t(instruction.stage)] == stages[0])
        inFlight.erase(microbatch);
    }
    for (auto &layer : problem.layers)
      layer.recompute = layer.forward;
  }

  /// What the forward gives and the backward reads: the inputs of the stages of
  /// the pipeline, which are kept, and the rest.
  void addBytes() {
    std::vector<char> isOfForward(role.buffers.size(), 0);
    std::vector<char> isRead(role.buffers.size(), 0);
    for (const Instruction &instruction : role.body) {
      bool isLate = isTask(instruction) && isBackward(instruction);
      for (uint32_t buffer : instruction.buffers)
        (isLate ? isRead : isOfForward)[buffer] = 1;
    }
    for (size_t i = 0; i < role.buffers.size(); ++i) {
      const Buffer &buffer = role.buffers[i];
      Slot slot = buffer.binding.slot;
      if (!isOfForward[i] || !isRead[i] || buffer.microbatch < 0 ||
          buffer.stage < 0)
        continue;
      size_t next = size_t(buffer.stage) + 1;
      bool isHandedOn =
          slot == Slot::Output &&
          (next == stageOf.size() || stageOf[next] != stageOf[next - 1]);
      if (slot == Slot::Input || isHandedOn)
        layerOf(buffer.stage).input += buffer.bytes;
      else if (slot == Slot::Output || slot == Slot::Residual ||
               slot == Slot::Attended)
        layerOf(buffer.stage).other += buffer.bytes;
    }
  }

  /// Sums over all microbatches become those of the ones in flight.
  void scale() {
    int64_t all = plan.strategy.microbatches, held = 0;
    auto part = [&](int64_t &value) { value = value * mostInFlight / all; };
    for (auto &layer : problem.layers) {
      for (int64_t *value : {&layer.forward, &layer.backward, &layer.recompute,
                             &layer.input, &layer.other})
        part(*value);
      held += layer.input + layer.other;
    }
    problem.fixedBytes = std::max<int64_t>(0, role.arenaBytes - held);
  }

  const Plan &plan;
  const Model &model;
  const CostModel &cost;
  const Rank &place;
  const Role &role;
  const std::vector<uint32_t> &stageOf; // of the pipeline, by the model's
  int64_t mostInFlight = 0;
};

/// Of a rank of the pipeline. Its roles, which are of different data
/// coordinates, have one choice: that of a role which has as much to do, and to
/// hold, as any of them.
struct PipelineRank {
  ActivationsProblem problem;
  std::vector<uint32_t> stages; // of the pipeline, of each layer

  void include(const ActivationsProblem &role) {
    problem.fixedBytes = std::max(problem.fixedBytes, role.fixedBytes);
    using Layer = ActivationsProblem::Layer;
    for (size_t i = 0; i < stages.size(); ++i)
      for (int64_t Layer::*field :
           {&Layer::forward, &Layer::backward, &Layer::recompute, &Layer::input,
            &Layer::other})
        problem.layers[i].*field =
            std::max(problem.layers[i].*field, role.layers[i].*field);
  }
};

class Chooser {
public:
  Chooser(const Model &model, const Strategy &strategy,
          const std::vector<int64_t> &lengths, const CostModel &cost,
          const ActivationsSetting &setting, const ScheduleRegistry &schedules,
          const SolverOptions &options)
      : model(model), strategy(strategy), lengths(lengths), cost(cost),
        setting(setting), schedules(schedules), options(options) {
    this->strategy.activations.clear();
  }

  Result<ActivationsChoice> run();

private:
  size_t numStages() const { return stageOf.back() + 1; }
  /// Plans and simulates a step with these activations.
  Result<void> tryOut(std::vector<SliceActivations> activations);
  bool fits() const {
    return (setting.limits.deviceBytes <= 0 ||
            choice.peakArenaBytes <= setting.limits.deviceBytes) &&
           fitsHost();
  }
  bool fitsHost() const {
    return setting.limits.hostBytes <= 0 ||
           choice.hostBytes <= setting.limits.hostBytes;
  }
  void prepare();
  /// False where a problem has no solution.
  bool solve(std::vector<SliceActivations> &activations);
  /// False where there is nothing left to take away.
  bool takeExcess();
  /// What the problems answer, if the plan of that fits.
  Result<std::optional<ActivationsChoice>> trySolutions();
  Result<void> tryAll(SliceActivations ofEach) {
    choice.solution = {};
    return tryOut(std::vector<SliceActivations>(numStages(), ofEach));
  }

  const Model &model;
  Strategy strategy;
  const std::vector<int64_t> &lengths;
  const CostModel &cost;
  const ActivationsSetting &setting;
  const ScheduleRegistry &schedules;
  const SolverOptions &options;
  std::vector<uint32_t> stageOf; // of the pipeline, by stage of the model
  Plan plan;                     // of the last choice
  ActivationsChoice choice;
  std::vector<PipelineRank> problems;
  std::vector<size_t> problemOf; // by role
};

Result<void> Chooser::tryOut(std::vector<SliceActivations> activations) {
  Strategy tried = strategy;
  tried.activations = activations;
  Result<Plan> expanded = expand(model, tried, lengths, schedules);
  if (!expanded)
    return expanded.error();
  plan = std::move(*expanded);
  Result<Simulation> simulated = simulate::simulate(plan, model, cost);
  if (!simulated)
    return simulated.error();
  choice.activations = std::move(activations);
  choice.seconds = simulated->seconds;
  choice.peakArenaBytes = simulated->peakArenaBytes;
  choice.hostBytes = 0;
  for (const Role &role : plan.roles)
    choice.hostBytes = std::max(choice.hostBytes, role.hostBytes);
  return {};
}

void Chooser::prepare() {
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    if (plan.ranks[rank].role != problemOf.size())
      continue;
    RoleProblem made(plan, model, cost, rank, stageOf);
    auto known = std::find_if(
        problems.begin(), problems.end(),
        [&](const PipelineRank &other) { return other.stages == made.stages; });
    problemOf.push_back(size_t(known - problems.begin()));
    if (known != problems.end()) {
      known->include(made.problem);
      continue;
    }
    problems.push_back({std::move(made.problem), std::move(made.stages)});
    ActivationsProblem &problem = problems.back().problem;
    problem.slices = int(strategy.slices);
    problem.isSliced = true;
    problem.deviceCap = setting.limits.deviceBytes;
    bool mayMove = setting.hostBytesPerSecond > 0;
    problem.input = problem.attention = {true, false, false};
    problem.other = {true, mayMove, true};
    problem.toHost = problem.fromHost =
        mayMove ? setting.hostBytesPerSecond / 1e3 : kAnyRate;
    problem.hostCap = setting.limits.hostBytes > 0 ? setting.limits.hostBytes
                                                   : kMostHostBytes;
  }
  // A host that would take hours is as good as none.
  for (PipelineRank &own : problems)
    if (!own.problem.check()) {
      own.problem.other.offload = false;
      own.problem.toHost = own.problem.fromHost = kAnyRate;
    }
}

bool Chooser::solve(std::vector<SliceActivations> &activations) {
  auto scheduler = createActivationsScheduler("auto");
  SolverOptions part = options;
  part.onProgress = nullptr; // of one of many problems
  if (part.workLimit)
    part.workLimit = *part.workLimit / kMostRounds / int64_t(problems.size());
  else
    part.timeLimit /= kMostRounds * double(problems.size());
  choice.solution = {};
  activations.assign(numStages(), {});
  for (const PipelineRank &own : problems) {
    if (!own.problem.check())
      return false;
    ActivationsSolution solution = scheduler->solve(own.problem, part);
    if (!solution.hasSolution())
      return false;
    if (solution.value >= choice.solution.value)
      choice.solution = solution;
    for (size_t i = 0; i < own.stages.size(); ++i)
      activations[own.stages[i]] = {uint32_t(solution.layers[i].kept),
                                    uint32_t(solution.layers[i].offloaded)};
  }
  return true;
}

bool Chooser::takeExcess() {
  std::vector<int64_t> device(problems.size(), 0), host(device);
  for (size_t role = 0; role < problemOf.size(); ++role) {
    int64_t &ofDevice = device[problemOf[role]],
            &ofHost = host[problemOf[role]];
    ofDevice = std::max(ofDevice, plan.roles[role].arenaBytes -
                                      setting.limits.deviceBytes);
    if (setting.limits.hostBytes > 0)
      ofHost = std::max(ofHost,
                        plan.roles[role].hostBytes - setting.limits.hostBytes);
  }
  bool isLeft = true;
  for (size_t i = 0; i < problems.size(); ++i) {
    ActivationsProblem &problem = problems[i].problem;
    problem.deviceCap -= device[i];
    problem.hostCap -= host[i];
    isLeft &= problem.deviceCap >= 0 && problem.hostCap >= 0;
  }
  return isLeft;
}

Result<std::optional<ActivationsChoice>> Chooser::trySolutions() {
  if (strategy.slices > kMostSlices)
    return std::optional<ActivationsChoice>();
  prepare();
  std::vector<SliceActivations> activations;
  for (int round = 0; round < kMostRounds && solve(activations); ++round) {
    if (Result<void> tried = tryOut(activations); !tried)
      return tried.error();
    if (fits())
      return std::optional(choice);
    if (!takeExcess())
      break;
  }
  return std::optional<ActivationsChoice>();
}

Result<ActivationsChoice> Chooser::run() {
  if (Result<void> tried = tryOut({}); !tried)
    return tried.error();
  if (fits())
    return choice;
  stageOf = pipelineStages(strategy, plan.stages);
  Result<std::optional<ActivationsChoice>> solved = trySolutions();
  if (!solved)
    return solved.error();
  std::optional<ActivationsChoice> best = std::move(*solved);
  int64_t least = std::numeric_limits<int64_t>::max();
  const char *leastIs = nullptr;
  auto consider = [&](SliceActivations ofEach, const char *text) {
    Result<void> tried = tryAll(ofEach);
    if (tried && fits() && (!best || choice.seconds < best->seconds))
      best = choice;
    if (tried && fitsHost() && choice.peakArenaBytes < least) {
      least = choice.peakArenaBytes;
      leastIs = text;
    }
    return tried;
  };
  if (!best)
    if (Result<void> tried = consider({0, 0}, "computed again"); !tried)
      return tried.error();
  // A plan moves more than a problem does: inputs, too, and what is away for
  // long enough of the last stages.
  if (setting.hostBytesPerSecond > 0)
    if (Result<void> tried = consider({0, strategy.slices}, "offloaded");
        !tried)
      return tried.error();
  if (best)
    return *best;
  return Error(ErrorCode::InvalidPlan,
               "P5: a rank needs " + std::to_string(least) +
                   " bytes where all activations are " + leastIs +
                   ", and its device has " +
                   std::to_string(setting.limits.deviceBytes),
               {"use more slices, shorter sequences or more stages"});
}

} // namespace

Result<ActivationsChoice> simulate::chooseActivations(
    const Model &model, const Strategy &strategy,
    const std::vector<int64_t> &lengths, const CostModel &cost,
    const ActivationsSetting &setting, const ScheduleRegistry &schedules,
    const SolverOptions &options) {
  return Chooser(model, strategy, lengths, cost, setting, schedules, options)
      .run();
}
