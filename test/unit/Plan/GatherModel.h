//===- GatherModel.h - A model whose stages gather rows ---------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_PLAN_GATHERMODEL_H
#define HOCKET_TEST_UNIT_PLAN_GATHERMODEL_H

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/ModelCheck.h"

namespace hocket::plan::test {

inline constexpr uint32_t kRowWidth = 5;

/// Stages that pass a row and a value of the tokens on; all but the first
/// gather rows of up to `slots` members, the second one against the order of
/// the tokens.
inline Model makeGatherModel(uint32_t slots = 3) {
  auto f32 = [](std::vector<SizeExpr> shape) {
    return TensorType{ElementType::F32, std::move(shape)};
  };
  Model model;
  model.name = "rows";
  TensorType tokens = f32({SizeExpr::symbol(0), SizeExpr::constant(4)});
  TensorType row = f32({SizeExpr::symbol(1) + SizeExpr::constant(-1),
                        SizeExpr::constant(kRowWidth)});
  TensorType offsets{ElementType::I32, {SizeExpr::symbol(1)}}, scalar = f32({});
  model.batch = {{"x", tokens, false}, {"cu_seqlens", offsets, true}};
  auto add = [&](TaskKind kind, Stage &stage, std::vector<Operand> operands) {
    Kernel kernel;
    kernel.symbol = stage.name + "." + name(kind);
    for (const Operand &operand : operands)
      kernel.operands.push_back(*typeOf(model, stage, operand));
    stage.tasks.push_back(
        {kind, uint32_t(model.kernels.size()), std::move(operands)});
    model.kernels.push_back(std::move(kernel));
  };
  for (uint32_t i = 0; i < 3; ++i) {
    Stage stage;
    stage.name = "stage" + std::to_string(i);
    if (i < 2)
      stage.outputs = {row, tokens};
    std::vector<Operand> forward = {{Slot::Batch, 1, Access::Read}}, backward;
    if (i > 0) {
      stage.inputs = {row, tokens};
      stage.attended.assign(slots, row);
      stage.gather = RowGather{0, slots, i == 2, true};
      for (uint32_t k = 0; k < slots; ++k) {
        forward.push_back({Slot::Attended, k, Access::Read});
        backward.push_back({Slot::AttendedGradient, k, Access::Write});
      }
      forward.push_back({Slot::Input, 1, Access::Read});
      backward.push_back({Slot::InputGradient, 1, Access::Write});
    } else {
      forward.push_back({Slot::Batch, 0, Access::Read});
    }
    if (i < 2) {
      for (uint32_t k = 0; k < 2; ++k) {
        forward.push_back({Slot::Output, k, Access::Write});
        backward.push_back({Slot::OutputGradient, k, Access::Read});
      }
    } else {
      forward.push_back({Slot::Loss, 0, Access::ReadWrite});
      forward.push_back({Slot::Weight, 0, Access::ReadWrite});
    }
    add(TaskKind::F, stage, forward);
    add(TaskKind::B, stage, backward);
    model.stages.push_back(std::move(stage));
  }
  return model;
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_GATHERMODEL_H
