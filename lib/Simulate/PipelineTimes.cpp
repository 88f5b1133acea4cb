//===- PipelineTimes.cpp - What the stages of a pipeline take -------------===//

#include "hocket/Simulate/PipelineTimes.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Stages.h"
#include "hocket/Plan/Work.h"
#include "hocket/Simulate/Simulate.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

namespace {

/// A task of the pipeline by its parts: what B does is Bi, too.
enum Part : size_t { kForward, kInputGradient, kWeightGradient, kParts };

/// By stage of the pipeline and microbatch.
class Table {
public:
  Table(size_t stages, size_t microbatches)
      : microbatches(microbatches), values(stages * microbatches) {}

  double &at(size_t stage, size_t microbatch) {
    return values[stage * microbatches + microbatch];
  }
  double mean(size_t stage) const {
    double sum = 0;
    for (size_t i = 0; i < microbatches; ++i)
      sum += values[stage * microbatches + i];
    return sum / double(microbatches);
  }
  double most(size_t stage) const {
    auto first = values.begin() + ptrdiff_t(stage * microbatches);
    return *std::max_element(first, first + ptrdiff_t(microbatches));
  }
  double sum() const {
    double sum = 0;
    for (double value : values)
      sum += value;
    return sum;
  }
  void raise(const Table &other) {
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = std::max(values[i], other.values[i]);
  }

private:
  size_t microbatches;
  std::vector<double> values;
};

/// Reads a plan whose ranks run all forwards first, and its simulation.
class Meter {
public:
  Meter(const Plan &plan, const Model &model, const Simulation &simulation)
      : plan(plan), model(model), simulation(simulation),
        stageOf(pipelineStages(plan.strategy, plan.stages)),
        parts(kParts, emptyTable()), kept(emptyTable()),
        persistent(plan.ranks.back().pipeline + 1) {
    for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
      readRank(rank);
  }

  void addTo(PipelineProblem &problem) const;
  int64_t largestMessage() const { return messageBytes; }
  const std::vector<int64_t> &persistentBytes() const { return persistent; }

private:
  uint32_t numStages() const {
    return uint32_t(plan.strategy.placement.size());
  }
  Table emptyTable() const {
    return Table(numStages(), plan.strategy.microbatches);
  }
  size_t findBackward(const Role &role) const;
  bool isOfOthers(const Rank &rank, const Instruction &instruction,
                  const std::vector<int32_t> &sends) const;
  void readRank(uint32_t rank);
  void readTimes(uint32_t rank, size_t backward);
  void readBytes(uint32_t rank, size_t backward);

  const Plan &plan;
  const Model &model;
  const Simulation &simulation;
  std::vector<uint32_t> stageOf;   // of the pipeline, by stage of the model
  std::vector<Table> parts;        // seconds, of the slowest rank
  Table kept;                      // bytes, of the hungriest rank
  std::vector<int64_t> persistent; // by pipeline rank
  int64_t messageBytes = 0;
};

/// Where the backwards of a role begin in its body, with what they receive.
size_t Meter::findBackward(const Role &role) const {
  auto isBackward = [&](const Instruction &instruction) {
    return instruction.op == Op::Kernel && instruction.stage >= 0 &&
           (instruction.kind != TaskKind::F ||
            isForwardDeferred(model, plan.strategy,
                              stageOf[size_t(instruction.stage)]));
  };
  auto first = std::find_if(role.body.begin(), role.body.end(), isBackward);
  const std::set<Op> before = {Op::Zero, Op::LoadBatch, Op::Recv, Op::Fetch,
                               Op::WaitCopy};
  while (first != role.body.end() && first != role.body.begin() &&
         before.count(std::prev(first)->op))
    --first;
  return size_t(first - role.body.begin());
}

/// Whether `instruction` waits for another stage of the pipeline.
bool Meter::isOfOthers(const Rank &rank, const Instruction &instruction,
                       const std::vector<int32_t> &sends) const {
  int32_t peer = instruction.peer;
  if (instruction.op == Op::WaitSend)
    peer = sends[instruction.index];
  else if (instruction.op != Op::Recv)
    return false;
  return plan.ranks[rank.peers[size_t(peer)]].pipeline != rank.pipeline;
}

void Meter::readTimes(uint32_t index, size_t backward) {
  const Rank &rank = plan.ranks[index];
  const Role &role = plan.roles[rank.role];
  std::vector<int32_t> sends; // their peers
  std::vector<Table> own(kParts, emptyTable());
  for (const Span &span : simulation.timelines[index]) {
    const Instruction &instruction = role.body[span.instruction];
    if (instruction.op == Op::Send) {
      sends.push_back(instruction.peer);
      uint32_t to = rank.peers[size_t(instruction.peer)];
      if (plan.ranks[to].pipeline != rank.pipeline)
        messageBytes =
            std::max(messageBytes,
                     bytesOf(plan, rank, role.buffers[instruction.buffers[0]]));
    }
    if (instruction.stage < 0 || instruction.microbatch < 0 ||
        isOfOthers(rank, instruction, sends))
      continue;
    Part part = kForward;
    if (span.instruction >= backward)
      part = instruction.op == Op::Kernel && instruction.kind == TaskKind::W
                 ? kWeightGradient
                 : kInputGradient;
    own[part].at(
        stageOf[size_t(instruction.stage)],
        plan.strategy.microbatchOf(uint32_t(instruction.microbatch))) +=
        span.end - span.begin;
  }
  for (size_t part = 0; part < kParts; ++part)
    parts[part].raise(own[part]);
}

void Meter::readBytes(uint32_t index, size_t backward) {
  const Rank &rank = plan.ranks[index];
  const Role &role = plan.roles[rank.role];
  struct Use {
    int32_t stage = -1;
    bool isOfForward = false, isOfBackward = false;
  };
  std::vector<Use> uses(role.buffers.size());
  for (size_t i = 0; i < role.body.size(); ++i)
    for (uint32_t buffer : role.body[i].buffers) {
      Use &use = uses[buffer];
      if (use.stage < 0)
        use.stage = role.body[i].stage;
      (i < backward ? use.isOfForward : use.isOfBackward) = true;
    }
  Table own = emptyTable();
  for (size_t i = 0; i < uses.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (uses[i].isOfForward && uses[i].isOfBackward && !buffer.onHost &&
        buffer.microbatch >= 0 && uses[i].stage >= 0)
      own.at(stageOf[size_t(uses[i].stage)],
             plan.strategy.microbatchOf(uint32_t(buffer.microbatch))) +=
          double(buffer.bytes);
  }
  kept.raise(own);
  persistent[rank.pipeline] =
      std::max(persistent[rank.pipeline], role.arenaBytes - int64_t(own.sum()));
}

void Meter::readRank(uint32_t rank) {
  size_t backward = findBackward(plan.roles[plan.ranks[rank].role]);
  readTimes(rank, backward);
  readBytes(rank, backward);
}

void Meter::addTo(PipelineProblem &problem) const {
  bool isSplit = isBackwardSplit(model);
  for (uint32_t stage = 0; stage < numStages(); ++stage) {
    problem.forward.push_back(toNanoseconds(parts[kForward].mean(stage)));
    problem.inputGradient.push_back(
        toNanoseconds(parts[kInputGradient].mean(stage)));
    if (isSplit)
      problem.weightGradient.push_back(
          toNanoseconds(parts[kWeightGradient].mean(stage)));
    problem.activation.push_back(std::llround(kept.most(stage)));
  }
}

} // namespace

Result<PipelineProblem>
simulate::pipelineProblemOf(const Model &model, const Strategy &strategy,
                            const ScheduleSetting &setting,
                            const ScheduleRegistry &schedules,
                            const std::vector<uint32_t> &placement) {
  if (Result<void> covered = checkCosts(model, setting.cost); !covered)
    return covered.error();
  Result<Plan> plan = expand(model, forwardsFirst(model, strategy, placement),
                             setting.lengths, schedules);
  if (!plan)
    return plan.error();
  SimulationOptions options;
  options.recordTimelines = true;
  Result<Simulation> simulation =
      simulate::simulate(*plan, model, setting.cost, options);
  if (!simulation)
    return simulation.error();
  Meter meter(*plan, model, *simulation);

  PipelineProblem problem;
  problem.placement = placement;
  problem.ranks = uint32_t(meter.persistentBytes().size());
  problem.microbatches = strategy.microbatches;
  meter.addTo(problem);
  problem.hop = hopTimes(setting.cost, meter.largestMessage(), problem.ranks,
                         strategy.replicas());
  if (Result<void> added = addCapacities(problem, meter.persistentBytes(),
                                         setting.topology.device.memoryBytes);
      !added)
    return added.error();
  return problem;
}
