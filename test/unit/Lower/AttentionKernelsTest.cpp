//===- AttentionKernelsTest.cpp - The kernels that stages share -----------===//

#include "PartRunner.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace hocket;
using namespace hocket::test;

namespace {

class AttentionKernelsTest : public ::testing::Test {
protected:
  AttentionKernelsTest() : context(mlir::MLIRContext::Threading::DISABLED) {
    context.loadDialect<HocketDialect, mlir::arith::ArithDialect,
                        mlir::func::FuncDialect, mlir::linalg::LinalgDialect,
                        mlir::tensor::TensorDialect>();
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  }

  AttentionSignature signature(int64_t size, float scale, bool causal) {
    return {mlir::Float32Type::get(&context), size, scale, causal};
  }
  int64_t numFunctions() {
    auto functions = module->getOps<mlir::func::FuncOp>();
    return std::distance(functions.begin(), functions.end());
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Slot, index and access of each operand.
using Binding = std::tuple<plan::Slot, uint32_t, plan::Access>;
std::vector<Binding> bindings(mlir::func::FuncOp kernel) {
  std::vector<Binding> all;
  auto operands = kernelOperands(kernel);
  EXPECT_TRUE(mlir::succeeded(operands));
  if (mlir::succeeded(operands))
    for (const KernelOperand &operand : *operands)
      all.push_back({operand.binding.slot, operand.binding.index,
                     operand.binding.access});
  return all;
}

std::vector<std::string> types(const plan::Kernel &kernel) {
  std::vector<std::string> all;
  for (const TensorType &type : kernel.operands)
    all.push_back(type.str());
  return all;
}

} // namespace

TEST_F(AttentionKernelsTest, AreMadeOnce) {
  auto first = getAttentionKernels(*module, signature(16, 0.25f, true), true);
  ASSERT_TRUE(mlir::succeeded(first));
  EXPECT_EQ(first->part, "attention_part_f32_d16_scale0.25_causal");
  EXPECT_EQ(first->merge, "attention_merge_f32_d16");
  EXPECT_EQ(first->delta, "attention_delta_f32_d16");
  EXPECT_EQ(first->partGrad, "attention_part_grad_f32_d16_scale0.25_causal");
  EXPECT_EQ(numFunctions(), 4);
  EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
  for (auto function : module->getOps<mlir::func::FuncOp>())
    EXPECT_TRUE(function.isPrivate());

  auto again = getAttentionKernels(*module, signature(16, 0.25f, true), true);
  ASSERT_TRUE(mlir::succeeded(again));
  EXPECT_EQ(again->part, first->part);
  EXPECT_EQ(again->partGrad, first->partGrad);
  EXPECT_EQ(numFunctions(), 4);
  // Another mask or scale: kernels of their own, but merge and delta have
  // neither.
  auto full = getAttentionKernels(*module, signature(16, 0.25f, false), true);
  ASSERT_TRUE(mlir::succeeded(full));
  EXPECT_NE(full->part, first->part);
  EXPECT_EQ(full->delta, first->delta);
  EXPECT_EQ(numFunctions(), 6);
  float next = std::nextafter(0.25f, 1.0f);
  auto other = getAttentionKernels(*module, signature(16, next, true), true);
  ASSERT_TRUE(mlir::succeeded(other));
  EXPECT_NE(other->part, first->part);
  EXPECT_EQ(numFunctions(), 8);
}

TEST_F(AttentionKernelsTest, ForwardAloneNeedsTwo) {
  auto kernels = getAttentionKernels(*module, signature(8, 0.5f, false), false);
  ASSERT_TRUE(mlir::succeeded(kernels));
  EXPECT_EQ(kernels->part, "attention_part_f32_d8_scale0.5");
  EXPECT_EQ(kernels->delta, "");
  EXPECT_EQ(kernels->partGrad, "");
  EXPECT_EQ(numFunctions(), 2);
}

TEST_F(AttentionKernelsTest, OtherElementTypes) {
  auto kernels = getAttentionKernels(
      *module, {mlir::BFloat16Type::get(&context), 16, 0.25f, true}, true);
  ASSERT_TRUE(mlir::succeeded(kernels));
  EXPECT_EQ(kernels->part, "attention_part_bf16_d16_scale0.25_causal");
  EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
}

TEST_F(AttentionKernelsTest, ATakenNameIsAnError) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          message += diagnostic.str();
                                          return mlir::success();
                                        });
  module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func private @attention_delta_f32_d4()", &context);
  EXPECT_TRUE(mlir::failed(
      getAttentionKernels(*module, signature(4, 1.0f, true), true)));
  EXPECT_EQ(message,
            "'func.func' op has the name of a kernel of distributed attention, "
            "'attention_delta_f32_d4'; rename it");
}

TEST_F(AttentionKernelsTest, Bindings) {
  auto kernels = getAttentionKernels(*module, signature(16, 0.25f, true), true);
  ASSERT_TRUE(mlir::succeeded(kernels));
  auto of = [&](const std::string &name) {
    return bindings(module->lookupSymbol<mlir::func::FuncOp>(name));
  };
  using enum plan::Slot;
  using enum plan::Access;
  EXPECT_EQ(of(kernels->part),
            (std::vector<Binding>{{Input, 0, Read},
                                  {Input, 1, Read},
                                  {Input, 2, Read},
                                  {Batch, 0, Read},
                                  {Attended, 0, ReadWrite},
                                  {Attended, 1, ReadWrite}}));
  EXPECT_EQ(of(kernels->merge),
            (std::vector<Binding>{{Attended, 0, ReadWrite},
                                  {Attended, 1, ReadWrite},
                                  {Input, 0, Read},
                                  {Input, 1, Read}}));
  EXPECT_EQ(of(kernels->delta),
            (std::vector<Binding>{{Attended, 0, Read},
                                  {AttendedGradient, 0, Read},
                                  {Attended, 2, Write}}));
  EXPECT_EQ(of(kernels->partGrad),
            (std::vector<Binding>{{Input, 0, Read},
                                  {Input, 1, Read},
                                  {Input, 2, Read},
                                  {Batch, 0, Read},
                                  {Attended, 1, Read},
                                  {AttendedGradient, 0, Read},
                                  {Attended, 2, Read},
                                  {InputGradient, 0, ReadWrite},
                                  {InputGradient, 1, ReadWrite},
                                  {InputGradient, 2, ReadWrite}}));
}

TEST_F(AttentionKernelsTest, Compiled) {
  PartModule source(16, 0.25f, true);
  KernelRunner runner(source.text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  const plan::Kernel &part = runner.kernel(source.names.part);
  const plan::Kernel &delta = runner.kernel(source.names.delta);
  const plan::Kernel &partGrad = runner.kernel(source.names.partGrad);
  // 10 queries, 100 keys, 4 and 2 heads of 16, a table of 3 rows.
  Symbols symbols = {10, 100, 4, 2, 28};
  EXPECT_EQ(part.flops.evaluate(symbols), 2 * 2 * 10 * 100 * 4 * 16);
  EXPECT_EQ(partGrad.flops.evaluate(symbols), 5 * 2 * 10 * 100 * 4 * 16);
  EXPECT_EQ(delta.flops.evaluate(symbols), 2 * 10 * 4 * 16);
  // Of 7 visible pairs.
  EXPECT_EQ(part.flops.evaluate({7, 1, 4, 2, 28}), 2 * 2 * 7 * 4 * 16);
  int64_t query = 10 * 4 * 16 * 4, keys = 100 * 2 * 16 * 4,
          numbers = 10 * 4 * 4;
  EXPECT_EQ(part.bytes.evaluate(symbols),
            query + 2 * keys + 28 * 4 + 2 * (query + numbers));
  EXPECT_EQ(partGrad.bytes.evaluate(symbols),
            2 * query + 2 * keys + 28 * 4 + 2 * numbers + 2 * query + 4 * keys);
  // Nothing is as large as queries times keys, and nothing is copied.
  for (const plan::Kernel *kernel : {&part, &partGrad})
    for (const SizeExpr::Term &term : kernel->workspaceBytes.terms) {
      EXPECT_EQ(term.power[0] + term.power[2] + term.power[3] + term.power[4],
                0);
      EXPECT_LE(term.power[1], 1);
    }
  EXPECT_EQ(delta.workspaceBytes, SizeExpr());
  EXPECT_EQ(types(part),
            (std::vector<std::string>{"T x H x 16 x f32", "S x K x 16 x f32",
                                      "S x K x 16 x f32", "N x i32",
                                      "T x H x 16 x f32", "T x H x f32"}));
  EXPECT_EQ(types(delta),
            (std::vector<std::string>{"T x H x 16 x f32", "T x H x 16 x f32",
                                      "T x H x f32"}));
}
