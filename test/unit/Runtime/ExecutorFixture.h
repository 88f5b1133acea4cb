//===- ExecutorFixture.h - The model of Kernels.c ---------------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_RUNTIME_EXECUTORFIXTURE_H
#define HOCKET_TEST_UNIT_RUNTIME_EXECUTORFIXTURE_H

#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/World.h"
#include "hocket/Support/File.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

namespace hocket::runtime::test {

inline constexpr int64_t kWidth = 4;

inline TensorType vectorType() {
  return {ElementType::F32, {SizeExpr::constant(kWidth)}};
}
inline TensorType activationType() {
  return {ElementType::F32, {SizeExpr::symbol(0), SizeExpr::constant(kWidth)}};
}
inline TensorType scalarType() { return {ElementType::F32, {}}; }

/// The type of an operand of the model's tasks.
inline TensorType typeOf(const plan::Operand &operand, bool inUpdate) {
  switch (operand.slot) {
  case plan::Slot::Parameter:
  case plan::Slot::Gradient:
  case plan::Slot::State:
    return inUpdate ? TensorType{ElementType::F32, {SizeExpr::symbol(0)}}
                    : vectorType();
  case plan::Slot::Batch:
    return {ElementType::I32, {SizeExpr::symbol(0)}};
  case plan::Slot::Loss:
  case plan::Slot::Weight:
  case plan::Slot::Step:
    return scalarType();
  default:
    return activationType();
  }
}

inline plan::TaskTemplate addTask(plan::Model &model, plan::TaskKind kind,
                                  std::string symbol,
                                  std::vector<plan::Operand> operands) {
  plan::Kernel kernel;
  kernel.symbol = std::move(symbol);
  bool isUpdate = kind == plan::TaskKind::Update;
  for (const plan::Operand &operand : operands)
    kernel.operands.push_back(typeOf(operand, isUpdate));
  if (!isUpdate)
    kernel.workspaceBytes =
        SizeExpr::constant(kWidth * 4) * SizeExpr::symbol(0);
  model.kernels.push_back(std::move(kernel));
  return {kind, uint32_t(model.kernels.size() - 1), std::move(operands)};
}

/// Two layers in one or two stages.
inline plan::Model makeModel(bool split) {
  using enum plan::Slot;
  using enum plan::Access;
  using plan::TaskKind;
  plan::Model model;
  model.name = "two layers";
  for (const char *name : {"w0", "w1"})
    model.parameters.push_back({name, vectorType(), plan::Init::Ones, 0});
  TensorType ids{ElementType::I32, {SizeExpr::symbol(0)}};
  model.batch = {{"tokens", ids, false}, {"targets", ids, false}};
  TensorType act = activationType();
  if (split) {
    plan::Stage first{"first", {}, {act}, {act}, {}};
    first.tasks = {addTask(model, TaskKind::F, "first_forward",
                           {{Parameter, 0, Read},
                            {Batch, 0, Read},
                            {Output, 0, Write},
                            {Residual, 0, Write}}),
                   addTask(model, TaskKind::B, "first_backward",
                           {{Residual, 0, Read},
                            {OutputGradient, 0, Read},
                            {Gradient, 0, ReadWrite}})};
    plan::Stage last{"last", {act}, {}, {act, act}, {}};
    last.tasks = {addTask(model, TaskKind::F, "last_forward",
                          {{Parameter, 1, Read},
                           {Input, 0, Read},
                           {Batch, 1, Read},
                           {Loss, 0, ReadWrite},
                           {Weight, 0, ReadWrite},
                           {Residual, 0, Write},
                           {Residual, 1, Write}}),
                  addTask(model, TaskKind::B, "last_backward",
                          {{Parameter, 1, Read},
                           {Residual, 0, Read},
                           {Residual, 1, Read},
                           {Gradient, 1, ReadWrite},
                           {InputGradient, 0, Write}})};
    model.stages = {first, last};
  } else {
    plan::Stage whole{"whole", {}, {}, {act, act, act}, {}};
    whole.tasks = {addTask(model, TaskKind::F, "whole_forward",
                           {{Parameter, 0, Read},
                            {Parameter, 1, Read},
                            {Batch, 0, Read},
                            {Batch, 1, Read},
                            {Loss, 0, ReadWrite},
                            {Weight, 0, ReadWrite},
                            {Residual, 0, Write},
                            {Residual, 1, Write},
                            {Residual, 2, Write}}),
                   addTask(model, TaskKind::B, "whole_backward",
                           {{Parameter, 1, Read},
                            {Residual, 0, Read},
                            {Residual, 1, Read},
                            {Residual, 2, Read},
                            {Gradient, 0, ReadWrite},
                            {Gradient, 1, ReadWrite}})};
    model.stages = {whole};
  }
  model.statesPerParameter = 1;
  model.stateNames = {"m"};
  for (uint32_t i = 0; i < 2; ++i)
    model.updates.push_back(addTask(model, TaskKind::Update, "update",
                                    {{Parameter, i, ReadWrite},
                                     {Gradient, i, Read},
                                     {State, i, ReadWrite},
                                     {Weight, 0, Read},
                                     {Step, 0, Read}}));
  return model;
}

inline plan::Plan makePlan(const plan::Model &model,
                           const plan::Strategy &strategy) {
  Result<plan::Plan> plan =
      plan::expand(model, strategy, {5, 3, 8, 2, 7, 6, 4, 9},
                   plan::ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  Result<void> checked = plan::check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  return *plan;
}

inline KernelImage testImage() {
  Result<std::string> bytes = readFile(HOCKET_TEST_KERNELS);
  EXPECT_TRUE(bytes) << bytes.error();
#if defined(__x86_64__)
  return {"x86_64-linux-gnu", "x86-64", {"sse2"}, *bytes};
#else
  return {"aarch64-linux-gnu", "generic", {}, *bytes};
#endif
}

/// Token p of the whole batch, whoever asks for it.
inline BatchFiller makeFiller(const plan::Plan &plan) {
  return [&plan](uint64_t step, uint32_t data, uint32_t microbatch,
                 uint32_t input, std::byte *destination) {
    uint32_t part = data * plan.strategy.numSlices() + microbatch;
    int64_t token = 0;
    for (uint32_t i = 0; i < part; ++i)
      token += plan.shapes[i].tokens;
    for (int64_t t = 0; t < plan.shapes[part].tokens; ++t) {
      int32_t value = int32_t((token + t) * (input + 3) + int64_t(step)) % 11;
      std::memcpy(destination + t * 4, &value, 4);
    }
  };
}

/// A parameter, optimizer state, gradient or scalar of one rank.
inline std::vector<float> valuesOf(ThreadsWorld &world, uint32_t rank,
                                   plan::Slot slot, uint32_t index,
                                   size_t count) {
  std::vector<float> values(count);
  int64_t buffer = world.rank(rank).findBuffer(slot, index);
  EXPECT_GE(buffer, 0);
  if (buffer >= 0)
    EXPECT_TRUE(world.rank(rank).read(uint32_t(buffer), values.data()));
  return values;
}

} // namespace hocket::runtime::test

#endif // HOCKET_TEST_UNIT_RUNTIME_EXECUTORFIXTURE_H
