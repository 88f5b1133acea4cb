//===- StepEstimate.cpp - What tasks of a step take -----------------------===//

#include "StepEstimate.h"

#include "hocket/Plan/Expand.h"

#include <algorithm>
#include <set>

using namespace hocket;
using namespace hocket::plan;

Result<void> plan::checkCosts(const Model &model, const CostModel &cost) {
  for (const Stage &stage : model.stages)
    for (const TaskTemplate &task : stage.tasks) {
      const std::string &symbol = model.kernels[task.kernel].symbol;
      if (cost.covers(symbol))
        continue;
      bool isPart = task.kind == TaskKind::Bi || task.kind == TaskKind::W;
      return Error(ErrorCode::InvalidArgument,
                   "the measured costs have no kernel '" + symbol + "'",
                   {std::string("measure a plan of the same stages that runs "
                                "it (hocket-run --profile)") +
                    (isPart ? ", such as one of the schedule zb_h1" : "")});
    }
  return {};
}

Result<StepEstimate> StepEstimate::create(const Model &model,
                                          const Strategy &strategy,
                                          const ScheduleSetting &setting) {
  if (Result<void> covered = checkCosts(model, setting.cost); !covered)
    return covered.error();
  StepEstimate estimate(model, strategy, setting);
  if (Result<void> sized = estimate.sizeMicrobatches(strategy.microbatches);
      !sized)
    return sized.error();
  return estimate;
}

Result<void> StepEstimate::sizeMicrobatches(uint32_t microbatches) {
  uint64_t parts = uint64_t(data) * microbatches;
  size_t sequences = setting.lengths.size();
  if (parts == 0 || sequences < parts)
    return Error(ErrorCode::InvalidArgument,
                 "there are " + std::to_string(sequences) + " sequences for " +
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

int64_t StepEstimate::taskTime(const Stage &stage, TaskKind kind) const {
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

std::vector<std::vector<int64_t>> StepEstimate::hopTimes(uint32_t ranks) const {
  int64_t bytes = 0;
  for (const Stage &stage : model.stages) {
    int64_t sent = 0;
    for (const TensorType &type : stage.outputs)
      sent += type.bytes().evaluate(average);
    bytes = std::max(bytes, sent);
  }
  return plan::hopTimes(setting.cost, bytes, ranks, data);
}

/// What a value takes in an arena.
static int64_t placedBytes(const TensorType &type, const Symbols &symbols) {
  return aligned(type.bytes().evaluate(symbols));
}

int64_t StepEstimate::activationBytes(const Stage &stage) const {
  int64_t bytes = 0;
  for (const TensorType &type : stage.residuals)
    bytes += placedBytes(type, largest);
  std::set<uint32_t> inputs; // of the batch, loaded once
  for (const TaskTemplate &task : stage.tasks)
    for (const Operand &operand : task.operands)
      if (operand.slot == Slot::Batch)
        inputs.insert(operand.index);
  for (uint32_t input : inputs)
    bytes += placedBytes(model.batch[input].type, largest);
  return bytes;
}

int64_t
StepEstimate::persistentBytes(const std::vector<uint32_t> &stages) const {
  std::set<uint32_t> parameters;
  int64_t workspace = 0, boundary = 0;
  for (uint32_t index : stages) {
    const Stage &stage = model.stages[index];
    for (const std::vector<TensorType> *types : {&stage.inputs, &stage.outputs})
      for (const TensorType &type : *types)
        boundary += 2 * placedBytes(type, largest);
    for (const TaskTemplate &task : stage.tasks) {
      workspace =
          std::max(workspace,
                   model.kernels[task.kernel].workspaceBytes.evaluate(largest));
      for (const Operand &operand : task.operands)
        if (operand.slot == Slot::Parameter)
          parameters.insert(operand.index);
    }
  }
  int64_t copies =
      model.updates.empty() ? 1 : 2 + int64_t(model.statesPerParameter);
  constexpr int64_t scalars = 3 * 64; // loss, weight and step
  int64_t bytes = workspace + (-workspace & 63) + boundary + scalars;
  for (uint32_t parameter : parameters)
    bytes += copies * placedBytes(model.parameters[parameter].type, {0, 0});
  return bytes;
}
