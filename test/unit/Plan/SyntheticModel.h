//===- SyntheticModel.h - Models that need no compiler ----------*- C++ -*-===//
//
// A chain of stages as the compiler makes them out of a language model:
// an embedding in the first stage, the loss in the last one, and optionally an
// embedding that the last stage shares. Header only; used by several tests.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_PLAN_SYNTHETICMODEL_H
#define HOCKET_TEST_UNIT_PLAN_SYNTHETICMODEL_H

#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"

#include <gtest/gtest.h>

namespace hocket::plan::test {

struct SyntheticOptions {
  uint32_t stages = 4;
  uint32_t parameters = 2; // of each stage, besides the embedding
  uint32_t residuals = 2;  // of each stage
  uint32_t outputs = 1;    // of each stage but the last
  int64_t width = 16;
  bool tied = false; // the last stage uses the embedding too
  /// Backward tasks; and updates, with two optimizer states.
  bool backward = true;
  bool updates = true;
  /// The backward as Bi and W, with a value that Bi keeps for W.
  bool split = false;
  /// Each stage has larger values than the one before it.
  bool growing = false;
  /// A parameter that no stage names.
  bool unused = false;
};

/// Builds the kernels and templates of one stage.
class StageMaker {
public:
  StageMaker(Model &model, const SyntheticOptions &options, uint32_t index)
      : model(model), options(options), index(index),
        isLast(index + 1 == options.stages) {}

  Stage make() {
    stage.name = "stage" + std::to_string(index);
    SizeExpr tokens = SizeExpr::symbol(0);
    auto activationOf = [&](uint32_t stage) {
      int64_t width = options.width * (options.growing ? stage + 1 : 1);
      return TensorType{ElementType::F32, {tokens, SizeExpr::constant(width)}};
    };
    TensorType activation = activationOf(index);
    if (index > 0)
      stage.inputs.assign(options.outputs, activationOf(index - 1));
    if (!isLast)
      stage.outputs.assign(options.outputs, activation);
    stage.residuals.assign(options.residuals + options.split, activation);
    for (uint32_t i = 0; i < model.parameters.size(); ++i)
      if (uses(model.parameters[i].name))
        mine.push_back(i);
    stage.tasks.push_back(forward());
    if (options.backward && options.split) {
      stage.tasks.push_back(inputGradient());
      stage.tasks.push_back(weightGradient());
    } else if (options.backward) {
      stage.tasks.push_back(backward());
    }
    return std::move(stage);
  }

private:
  bool uses(const std::string &name) const {
    if (name == "embedding")
      return index == 0 || (options.tied && isLast);
    return name.rfind("stage" + std::to_string(index) + ".", 0) == 0;
  }

  void bindAll(TaskTemplate &task, Slot slot, size_t count, Access access) {
    for (uint32_t i = 0; i < count; ++i)
      task.operands.push_back({slot, i, access});
  }

  /// Tokens enter at the first stage, targets at the last; all read offsets.
  void bindInputs(TaskTemplate &task) {
    for (uint32_t parameter : mine)
      task.operands.push_back({Slot::Parameter, parameter, Access::Read});
    if (index == 0)
      task.operands.push_back({Slot::Batch, 0, Access::Read});
    if (isLast)
      task.operands.push_back({Slot::Batch, 1, Access::Read});
    task.operands.push_back({Slot::Batch, 2, Access::Read});
    bindAll(task, Slot::Input, stage.inputs.size(), Access::Read);
  }

  TaskTemplate forward() {
    TaskTemplate task{TaskKind::F, 0, {}};
    bindInputs(task);
    if (isLast) {
      task.operands.push_back({Slot::Loss, 0, Access::ReadWrite});
      task.operands.push_back({Slot::Weight, 0, Access::ReadWrite});
    }
    bindAll(task, Slot::Output, stage.outputs.size(), Access::Write);
    if (options.backward)
      bindAll(task, Slot::Residual, options.residuals, Access::Write);
    return finish(task);
  }

  TaskTemplate backward() {
    TaskTemplate task{TaskKind::B, 0, {}};
    bindInputs(task);
    bindAll(task, Slot::Residual, stage.residuals.size(), Access::Read);
    bindAll(task, Slot::OutputGradient, stage.outputs.size(), Access::Read);
    for (uint32_t parameter : mine)
      task.operands.push_back({Slot::Gradient, parameter, Access::ReadWrite});
    bindAll(task, Slot::InputGradient, stage.inputs.size(), Access::Write);
    return finish(task);
  }

  TaskTemplate inputGradient() {
    TaskTemplate task{TaskKind::Bi, 0, {}};
    bindInputs(task);
    bindAll(task, Slot::Residual, options.residuals, Access::Read);
    bindAll(task, Slot::OutputGradient, stage.outputs.size(), Access::Read);
    bindAll(task, Slot::InputGradient, stage.inputs.size(), Access::Write);
    task.operands.push_back({Slot::Residual, options.residuals, Access::Write});
    return finish(task);
  }

  TaskTemplate weightGradient() {
    TaskTemplate task{TaskKind::W, 0, {}};
    bindInputs(task);
    bindAll(task, Slot::Residual, stage.residuals.size(), Access::Read);
    for (uint32_t parameter : mine)
      task.operands.push_back({Slot::Gradient, parameter, Access::ReadWrite});
    return finish(task);
  }

  /// Adds the kernel that the task runs.
  TaskTemplate finish(TaskTemplate task);

  Model &model;
  const SyntheticOptions &options;
  uint32_t index;
  bool isLast;
  Stage stage;
  std::vector<uint32_t> mine; // parameters
};

inline TensorType typeOfOperand(const Model &model, const Stage &stage,
                                const Operand &operand) {
  switch (operand.slot) {
  case Slot::Parameter:
  case Slot::Gradient:
    return model.parameters[operand.index].type;
  case Slot::Batch:
    return model.batch[operand.index].type;
  case Slot::Input:
  case Slot::InputGradient:
    return stage.inputs[operand.index];
  case Slot::Output:
  case Slot::OutputGradient:
    return stage.outputs[operand.index];
  case Slot::Residual:
    return stage.residuals[operand.index];
  default:
    return {ElementType::F32, {}};
  }
}

inline TaskTemplate StageMaker::finish(TaskTemplate task) {
  Kernel kernel;
  kernel.symbol = stage.name + "." + name(task.kind);
  for (const Operand &operand : task.operands)
    kernel.operands.push_back(typeOfOperand(model, stage, operand));
  SizeExpr tokens = SizeExpr::symbol(0);
  kernel.workspaceBytes =
      SizeExpr::constant(4 * options.width) * tokens + SizeExpr::constant(12);
  kernel.flops = SizeExpr::constant(2 * options.width * options.width) * tokens;
  kernel.bytes = SizeExpr::constant(8 * options.width) * tokens;
  task.kernel = uint32_t(model.kernels.size());
  model.kernels.push_back(std::move(kernel));
  return task;
}

inline void addUpdates(Model &model) {
  model.statesPerParameter = 2;
  model.stateNames = {"m", "v"};
  TensorType vector{ElementType::F32, {SizeExpr::symbol(0)}};
  TensorType scalar{ElementType::F32, {}};
  Kernel kernel;
  kernel.symbol = "update.kernel";
  kernel.operands = {vector, vector, vector, vector, scalar, scalar};
  kernel.flops = SizeExpr::constant(10) * SizeExpr::symbol(0);
  uint32_t number = uint32_t(model.kernels.size());
  model.kernels.push_back(std::move(kernel));
  for (uint32_t i = 0; i < model.parameters.size(); ++i)
    model.updates.push_back({TaskKind::Update,
                             number,
                             {{Slot::Parameter, i, Access::ReadWrite},
                              {Slot::Gradient, i, Access::Read},
                              {Slot::State, 2 * i, Access::ReadWrite},
                              {Slot::State, 2 * i + 1, Access::ReadWrite},
                              {Slot::Step, 0, Access::Read},
                              {Slot::Weight, 0, Access::Read}}});
}

inline Model makeModel(const SyntheticOptions &options = {}) {
  Model model;
  model.name = "synthetic";
  SizeExpr width = SizeExpr::constant(options.width);
  auto addParameter = [&](std::string name) {
    model.parameters.push_back({std::move(name),
                                {ElementType::F32, {width, width}},
                                Init::Normal,
                                0.02});
  };
  addParameter("embedding");
  for (uint32_t stage = 0; stage < options.stages; ++stage)
    for (uint32_t i = 0; i < options.parameters; ++i)
      addParameter("stage" + std::to_string(stage) + ".w" + std::to_string(i));
  if (options.unused)
    addParameter("unused");
  TensorType ids{ElementType::I32, {SizeExpr::symbol(0)}};
  TensorType offsets{ElementType::I32, {SizeExpr::symbol(1)}};
  model.batch = {{"tokens", ids, false},
                 {"targets", ids, false},
                 {"cu_seqlens", offsets, true}};
  for (uint32_t stage = 0; stage < options.stages; ++stage)
    model.stages.push_back(StageMaker(model, options, stage).make());
  if (options.updates)
    addUpdates(model);
  return model;
}

/// Different lengths: 8, 11, 14, ... tokens.
inline std::vector<int64_t> makeLengths(size_t count) {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < count; ++i)
    lengths.push_back(int64_t(8 + 3 * (i % 7)));
  return lengths;
}

/// Expands and expects that to work.
inline Plan makePlan(const Model &model, const Strategy &strategy,
                     size_t sequences = 0) {
  if (sequences == 0)
    sequences = size_t(strategy.data) * strategy.microbatches * 2 + 1;
  Result<Plan> plan = expand(model, strategy, makeLengths(sequences),
                             ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  return plan ? *plan : Plan();
}

/// All microbatches have one sequence of 8 tokens.
inline Plan makeEvenPlan(const Model &model, const Strategy &strategy) {
  std::vector<int64_t> lengths(size_t(strategy.data) * strategy.microbatches,
                               8);
  Result<Plan> plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  return *plan;
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_SYNTHETICMODEL_H
