//===- AttentionModel.h - A model that is cut at its attentions -*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_PLAN_ATTENTIONMODEL_H
#define HOCKET_TEST_UNIT_PLAN_ATTENTIONMODEL_H

#include "hocket/Plan/Expand.h"

namespace hocket::plan::test {

struct AttentionOptions {
  uint32_t layers = 2;
  uint32_t heads = 8, keyHeads = 8, headSize = 4;
  bool causal = true;
  bool split = false;
  bool trained = true;
};

/// Stages that pass q, k, v and a fourth value x on; all but the first begin
/// with an attention. The kernels of a stage are stage<i>.<kind>.
class AttentionModelMaker {
public:
  explicit AttentionModelMaker(const AttentionOptions &options)
      : options(options) {
    SizeExpr tokens = SizeExpr::symbol(0);
    auto heads = [&](uint32_t count) {
      return TensorType{ElementType::F32,
                        {tokens, SizeExpr::constant(count),
                         SizeExpr::constant(options.headSize)}};
    };
    query = heads(options.heads);
    key = heads(options.keyHeads);
    lse = {ElementType::F32, {tokens, SizeExpr::constant(options.heads)}};
  }

  Model make();

private:
  uint32_t addKernel(std::string symbol, std::vector<TensorType> operands) {
    Kernel kernel;
    kernel.symbol = std::move(symbol);
    kernel.operands = std::move(operands);
    kernel.workspaceBytes = SizeExpr::constant(64) * SizeExpr::symbol(0);
    model.kernels.push_back(std::move(kernel));
    return uint32_t(model.kernels.size()) - 1;
  }
  void addAttentionKernels();
  Stage makeStage(uint32_t index);
  void addTask(Stage &stage, TaskKind kind, std::vector<Operand> operands);

  const AttentionOptions &options;
  TensorType query, key, lse;
  Attention attention;
  Model model;
};

inline void AttentionModelMaker::addAttentionKernels() {
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
  attention.heads = options.heads;
  attention.keyHeads = options.keyHeads;
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

inline void AttentionModelMaker::addTask(Stage &stage, TaskKind kind,
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

inline Stage AttentionModelMaker::makeStage(uint32_t index) {
  bool isFirst = index == 0, isLast = index == options.layers;
  Stage stage;
  stage.name = "stage" + std::to_string(index);
  std::vector<TensorType> values = {query, key, key, query};
  std::vector<Operand> inputs = {{Slot::Parameter, index, Access::Read},
                                 {Slot::Batch, 0, Access::Read}};
  if (!isFirst) {
    stage.inputs = values;
    stage.attention = attention;
    stage.attended = {query, lse, lse};
    inputs.push_back({Slot::Attended, 0, Access::Read});
    inputs.push_back({Slot::Input, 3, Access::Read});
  }
  std::vector<Operand> forward = inputs, input = inputs, weight = inputs;
  if (isLast) {
    forward.push_back({Slot::Loss, 0, Access::ReadWrite});
    forward.push_back({Slot::Weight, 0, Access::ReadWrite});
  } else {
    stage.outputs = values;
    for (uint32_t k = 0; k < values.size(); ++k) {
      forward.push_back({Slot::Output, k, Access::Write});
      input.push_back({Slot::OutputGradient, k, Access::Read});
      weight.push_back({Slot::OutputGradient, k, Access::Read});
    }
  }
  addTask(stage, TaskKind::F, forward);
  if (!options.trained)
    return stage;
  std::vector<Operand> written;
  if (!isFirst)
    written = {{Slot::AttendedGradient, 0, Access::Write},
               {Slot::InputGradient, 3, Access::Write}};
  weight.push_back({Slot::Gradient, index, Access::ReadWrite});
  if (!options.split) {
    weight.insert(weight.end(), written.begin(), written.end());
    addTask(stage, TaskKind::B, weight);
    return stage;
  }
  input.insert(input.end(), written.begin(), written.end());
  if (!isFirst)
    addTask(stage, TaskKind::Bi, input);
  addTask(stage, TaskKind::W, weight);
  return stage;
}

inline Model AttentionModelMaker::make() {
  model.name = "attention";
  model.batch = {{"x", query, false}};
  for (uint32_t i = 0; i <= options.layers; ++i)
    model.parameters.push_back({"w" + std::to_string(i),
                                {ElementType::F32, {SizeExpr::constant(1)}},
                                Init::Ones,
                                0});
  addAttentionKernels();
  for (uint32_t i = 0; i <= options.layers; ++i)
    model.stages.push_back(makeStage(i));
  return std::move(model);
}

inline Model makeAttentionModel(const AttentionOptions &options = {}) {
  return AttentionModelMaker(options).make();
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_ATTENTIONMODEL_H
