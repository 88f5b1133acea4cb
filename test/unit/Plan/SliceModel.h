//===- SliceModel.h - A transformer in miniature, cut up --------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_PLAN_SLICEMODEL_H
#define HOCKET_TEST_UNIT_PLAN_SLICEMODEL_H

#include "hocket/Plan/Expand.h"

namespace hocket::plan::test {

struct SliceOptions {
  uint32_t layers = 8;
  uint32_t heads = 4, headSize = 8;
  bool causal = true;
  bool split = false; // the backward as Bi and W
  bool trained = true;
};

/// A stage of the pipeline for each layer, and one for the loss. A layer has
/// two segments: x becomes query, key, value and x; what the attention gives
/// and x become the next x. Both keep values for their backward, the second one
/// four times as wide as x; the loss keeps some that are sixteen times as wide.
class SliceModelMaker {
public:
  explicit SliceModelMaker(const SliceOptions &options) : options(options) {
    heads = ofWidth(1);
    heads.shape = {SizeExpr::symbol(0), SizeExpr::constant(options.heads),
                   SizeExpr::constant(options.headSize)};
    lse = {ElementType::F32,
           {SizeExpr::symbol(0), SizeExpr::constant(options.heads)}};
  }

  Model make();

private:
  TensorType ofWidth(int64_t times) const {
    return {ElementType::F32,
            {SizeExpr::symbol(0),
             SizeExpr::constant(times * options.heads * options.headSize)}};
  }
  uint32_t addKernel(std::string symbol, std::vector<TensorType> operands) {
    Kernel kernel;
    kernel.symbol = std::move(symbol);
    kernel.operands = std::move(operands);
    kernel.workspaceBytes = SizeExpr::constant(64);
    kernel.flops = SizeExpr::constant(100) * SizeExpr::symbol(0);
    model.kernels.push_back(std::move(kernel));
    return uint32_t(model.kernels.size()) - 1;
  }
  void addAttention();
  void addTasks(Stage &stage, std::vector<Operand> reads,
                std::vector<Operand> gradients, bool hasLoss = false);
  void addTask(Stage &stage, TaskKind kind, std::vector<Operand> operands);
  void addBefore(uint32_t layer);
  void addAfter(uint32_t layer);
  void addLoss();

  const SliceOptions &options;
  TensorType heads, lse;
  Attention attention;
  Model model;
};

inline void SliceModelMaker::addAttention() {
  auto dims = [&](unsigned tokens, unsigned heads, bool hasSize) {
    TensorType type{ElementType::F32,
                    {SizeExpr::symbol(tokens), SizeExpr::symbol(heads)}};
    if (hasSize)
      type.shape.push_back(SizeExpr::constant(options.headSize));
    return type;
  };
  TensorType q = dims(0, 2, true), k = dims(1, 3, true), l = dims(0, 2, false);
  TensorType table{ElementType::I32, {SizeExpr::symbol(4)}};
  attention.query = 0;
  attention.key = 1;
  attention.value = 2;
  attention.heads = attention.keyHeads = options.heads;
  attention.headSize = options.headSize;
  attention.causal = options.causal;
  attention.part = addKernel("attention.part", {q, k, k, table, q, l});
  attention.merge = addKernel("attention.merge", {q, l, q, l});
  attention.isTrained = options.trained;
  if (!options.trained)
    return;
  attention.delta = addKernel("attention.delta", {q, q, l});
  attention.partGrad =
      addKernel("attention.part_grad", {q, k, k, table, l, q, l, q, k, k});
}

inline void SliceModelMaker::addTask(Stage &stage, TaskKind kind,
                                     std::vector<Operand> operands) {
  std::vector<TensorType> types;
  for (const Operand &operand : operands)
    switch (operand.slot) {
    case Slot::Input:
    case Slot::InputGradient:
      types.push_back(stage.inputs[operand.index]);
      break;
    case Slot::Output:
    case Slot::OutputGradient:
      types.push_back(stage.outputs[operand.index]);
      break;
    case Slot::Residual:
      types.push_back(stage.residuals[operand.index]);
      break;
    case Slot::Attended:
    case Slot::AttendedGradient:
      types.push_back(stage.attended[operand.index]);
      break;
    case Slot::Batch:
      types.push_back(model.batch[operand.index].type);
      break;
    case Slot::Parameter:
    case Slot::Gradient:
      types.push_back(model.parameters[operand.index].type);
      break;
    default:
      types.push_back({ElementType::F32, {}});
    }
  stage.tasks.push_back(
      {kind, addKernel(stage.name + "." + name(kind), std::move(types)),
       std::move(operands)});
}

/// Forward and backward of a stage that reads `reads`, has the next parameter,
/// and gives `gradients`.
inline void SliceModelMaker::addTasks(Stage &stage, std::vector<Operand> reads,
                                      std::vector<Operand> gradients,
                                      bool hasLoss) {
  uint32_t parameter = uint32_t(model.parameters.size());
  model.parameters.push_back({"w" + std::to_string(parameter),
                              {ElementType::F32, {SizeExpr::constant(1)}},
                              Init::Ones,
                              0});
  reads.push_back({Slot::Parameter, parameter, Access::Read});
  std::vector<Operand> forward = reads, backward = reads;
  if (hasLoss)
    for (Slot slot : {Slot::Loss, Slot::Weight})
      forward.push_back({slot, 0, Access::ReadWrite});
  for (uint32_t k = 0; k < stage.outputs.size(); ++k) {
    forward.push_back({Slot::Output, k, Access::Write});
    backward.push_back({Slot::OutputGradient, k, Access::Read});
  }
  for (uint32_t k = 0; options.trained && k < stage.residuals.size(); ++k) {
    forward.push_back({Slot::Residual, k, Access::Write});
    backward.push_back({Slot::Residual, k, Access::Read});
  }
  addTask(stage, TaskKind::F, forward);
  if (options.trained) {
    Operand gradient = {Slot::Gradient, parameter, Access::ReadWrite};
    std::vector<Operand> weight = backward;
    backward.insert(backward.end(), gradients.begin(), gradients.end());
    if (!options.split) {
      backward.push_back(gradient);
      addTask(stage, TaskKind::B, backward);
    } else {
      if (!gradients.empty())
        addTask(stage, TaskKind::Bi, backward);
      weight.push_back(gradient);
      addTask(stage, TaskKind::W, weight);
    }
  }
  model.stages.push_back(std::move(stage));
}

inline void SliceModelMaker::addBefore(uint32_t layer) {
  Stage stage;
  stage.name = "before" + std::to_string(layer);
  stage.outputs = {heads, heads, heads, ofWidth(1)};
  stage.residuals = {ofWidth(1)};
  if (layer == 0)
    return addTasks(stage, {{Slot::Batch, 0, Access::Read}}, {});
  stage.inputs = {ofWidth(1)};
  addTasks(stage, {{Slot::Input, 0, Access::Read}},
           {{Slot::InputGradient, 0, Access::Write}});
}

inline void SliceModelMaker::addAfter(uint32_t layer) {
  Stage stage;
  stage.name = "after" + std::to_string(layer);
  stage.inputs = {heads, heads, heads, ofWidth(1)};
  stage.outputs = {ofWidth(1)};
  stage.residuals = {ofWidth(4), ofWidth(4), ofWidth(1)};
  stage.attention = attention;
  stage.attended = {heads, lse, lse};
  addTasks(stage,
           {{Slot::Attended, 0, Access::Read}, {Slot::Input, 3, Access::Read}},
           {{Slot::AttendedGradient, 0, Access::Write},
            {Slot::InputGradient, 3, Access::Write}});
}

inline void SliceModelMaker::addLoss() {
  Stage stage;
  stage.name = "loss";
  stage.inputs = {ofWidth(1)};
  stage.residuals = {ofWidth(16)};
  addTasks(stage,
           {{Slot::Input, 0, Access::Read}, {Slot::Batch, 1, Access::Read}},
           {{Slot::InputGradient, 0, Access::Write}}, /*hasLoss=*/true);
}

inline Model SliceModelMaker::make() {
  model.name = "slices";
  TensorType ids{ElementType::I32, {SizeExpr::symbol(0)}};
  model.batch = {{"tokens", ids, false}, {"targets", ids, false}};
  addAttention();
  for (uint32_t layer = 0; layer < options.layers; ++layer) {
    addBefore(layer);
    addAfter(layer);
  }
  addLoss();
  return std::move(model);
}

inline Model makeSliceModel(const SliceOptions &options = {}) {
  return SliceModelMaker(options).make();
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_SLICEMODEL_H
