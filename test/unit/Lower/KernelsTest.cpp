//===- KernelsTest.cpp - Operands in place, images and diagnostics --------===//

#include "KernelRunner.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::test;

namespace {

std::string vector(const std::string &slot, int index) {
  return "tensor<?xf32> {hocket.operand = #hocket.operand<" + slot + ", " +
         std::to_string(index) +
         ">, hocket.shape = affine_map<(d0, d1) -> (d0)>}";
}

const char *kElementwise =
    "indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, "
    "affine_map<(i) -> (i)>], iterator_types = [\"parallel\"]";

} // namespace

TEST(Kernels, UpdatesStatesInPlace) {
  // Momentum: m' = 0.9 m + g, p' = p - 0.1 m'.
  std::string text =
      "func.func @k(%p: " + vector("parameter", 0) +
      ", %g: " + vector("gradient", 0) + ", %m: " + vector("state", 0) +
      ") -> (" + vector("parameter", 0) + ", " + vector("state", 0) +
      R"() attributes {hocket.kernel = "Update"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %p, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %decay = arith.constant 0.9 : f32
  %rate = arith.constant 0.1 : f32
  %m1 = linalg.generic {)" +
      kElementwise +
      R"(} ins(%m, %g : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %decay : f32
    %1 = arith.addf %0, %b : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  %p1 = linalg.generic {)" +
      kElementwise +
      R"(} ins(%p, %m1 : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %b, %rate : f32
    %1 = arith.subf %a, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %p1, %m1 : tensor<?xf32>, tensor<?xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  EXPECT_EQ(runner.kernel("k").workspaceBytes, SizeExpr());
  EXPECT_EQ(runner.kernel("k").operands.size(), 3u);
  std::vector<float> p = randomFloats(50, 1), g = randomFloats(50, 2),
                     m = randomFloats(50, 3);
  Buffer parameter(p), gradient(g), state(m);
  ASSERT_TRUE(runner.call("k", {&parameter, &gradient, &state}, 50));
  for (size_t i = 0; i < p.size(); ++i) {
    m[i] = m[i] * 0.9f + g[i];
    p[i] -= 0.1f * m[i];
  }
  EXPECT_EQ(firstDifference(state.values<float>(), m), -1);
  EXPECT_EQ(firstDifference(parameter.values<float>(), p), -1);
}

TEST(Kernels, KeepsWhatIsStillRead) {
  // The new states are the old ones exchanged, and the old first one is
  // written out as well.
  std::string text = "func.func @k(%a: " + vector("state", 0) +
                     ", %b: " + vector("state", 1) + ") -> (" +
                     vector("state", 0) + ", " + vector("state", 1) + ", " +
                     vector("output", 0) +
                     R"() attributes {hocket.kernel = "Update"} {
  return %b, %a, %a : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t count : {1, 16, 37}) {
    std::vector<float> a = randomFloats(count, 1), b = randomFloats(count, 2);
    Buffer first(a), second(b), out(count * 4);
    ASSERT_TRUE(runner.call("k", {&first, &second, &out}, count));
    EXPECT_EQ(first.values<float>(), b);
    EXPECT_EQ(second.values<float>(), a);
    EXPECT_EQ(out.values<float>(), a);
  }
}

TEST(Kernels, ReadsTheOldValueOfAnUpdatedArgument) {
  // a' = reversed a: every element is read after its place was written.
  std::string text = "func.func @k(%a: " + vector("state", 0) + ") -> (" +
                     vector("state", 0) +
                     R"() attributes {hocket.kernel = "Update"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?xf32>
  %last = arith.subi %n, %c1 : index
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<?xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = arith.subi %last, %i : index
    %v = tensor.extract %a[%j] : tensor<?xf32>
    linalg.yield %v : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t count : {1, 16, 37}) {
    std::vector<float> a = randomFloats(count, 1);
    Buffer state(a);
    ASSERT_TRUE(runner.call("k", {&state}, count));
    std::reverse(a.begin(), a.end());
    EXPECT_EQ(state.values<float>(), a);
  }
}

namespace {

/// relu(x) x times `factor`, in two ops that share a buffer.
std::string scale(const std::string &name, int parameter,
                  const std::string &factor) {
  return "func.func @" + name + "(%x: " + vector("input", 0) +
         ", %y: " + vector("parameter", parameter) + ") -> (" +
         vector("output", 0) +
         R"() attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = arith.constant )" +
         factor + R"( : f32
  %r = linalg.generic {)" +
         std::string(kElementwise) +
         R"(} ins(%x, %y : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %f : f32
    %1 = arith.addf %0, %b : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
}
)";
}

} // namespace

TEST(Kernels, EqualKernelsAreCompiledOnce) {
  KernelRunner runner(scale("first", 0, "2.0") + scale("second", 3, "2.0") +
                      scale("third", 0, "3.0"));
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  ASSERT_EQ(runner.kernels().kernels.size(), 3u);
  EXPECT_EQ(runner.kernels().kernels[1].symbol, "second");
  EXPECT_EQ(runner.address("first"), runner.address("second"));
  EXPECT_NE(runner.address("first"), runner.address("third"));
  std::vector<float> x = randomFloats(20, 1), y = randomFloats(20, 2), z(20);
  for (int i = 0; i < 20; ++i)
    z[i] = x[i] * 3 + y[i];
  Buffer a(x), b(y), out(80);
  ASSERT_TRUE(runner.call("third", {&a, &b, &out}, 20));
  EXPECT_EQ(firstDifference(out.values<float>(), z), -1);
}

TEST(Kernels, EqualModulesGiveEqualBytes) {
  std::string text = scale("first", 0, "2.0") + scale("third", 0, "3.0");
  KernelRunner one(text), two(text);
  ASSERT_TRUE(one.compiled()) << one.diagnostics();
  EXPECT_EQ(one.kernels().image.bytes, two.kernels().image.bytes);
}

TEST(Kernels, CountsWork) {
  KernelRunner runner(scale("k", 0, "2.0"));
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  EXPECT_EQ(runner.kernel("k").flops.str(), "2*T");
  EXPECT_EQ(runner.kernel("k").bytes.str(), "12*T");
}

TEST(Kernels, HotLoopsAreVectors) {
  TargetOptions options;
  options.cpu = "skylake-avx512";
  std::string ir;
  options.llvmIR = &ir;
  // Compiled for a processor with vectors of 16, whatever this one is.
  KernelRunner runner(scale("k", 0, "2.0"), options);
  EXPECT_NE(ir.find("load <16 x float>"), std::string::npos) << ir;
  EXPECT_NE(ir.find("llvm.masked.load.v16f32"), std::string::npos) << ir;
  // No element is handled by itself.
  EXPECT_EQ(ir.find("load float"), std::string::npos) << ir;
  EXPECT_EQ(ir.find("store float"), std::string::npos) << ir;
}

TEST(Kernels, RunsWithoutVectorExtensions) {
  TargetOptions options;
  options.cpu = "x86-64";
  KernelRunner runner(scale("k", 0, "2.0"), options);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  EXPECT_TRUE(runner.kernels().image.features.empty());
  std::vector<float> x = randomFloats(21, 1), y = randomFloats(21, 2), z(21);
  for (int i = 0; i < 21; ++i)
    z[i] = x[i] * 2 + y[i];
  Buffer a(x), b(y), out(84);
  ASSERT_TRUE(runner.call("k", {&a, &b, &out}, 21));
  EXPECT_EQ(firstDifference(out.values<float>(), z), -1);
}

TEST(Kernels, UnknownProcessor) {
  TargetOptions options;
  options.cpu = "z80";
  KernelRunner runner(scale("k", 0, "2.0"), options);
  EXPECT_FALSE(runner.compiled());
  EXPECT_NE(runner.diagnostics().find("LLVM knows no processor 'z80'"),
            std::string::npos)
      << runner.diagnostics();
}

TEST(Kernels, OpsWithoutLoweringAreDiagnosed) {
  std::string text = "func.func @k(%x: " + vector("input", 0) + ") -> (" +
                     vector("output", 0) +
                     R"() attributes {hocket.kernel = "F"} {
  %r = "other.op"(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
})";
  KernelRunner unknown(text);
  EXPECT_FALSE(unknown.compiled());

  // The size of the workspace depends on data.
  text =
      "func.func @k(%x: tensor<?xi32> {hocket.operand = #hocket.operand<batch, "
      "0>, "
      "hocket.shape = affine_map<(d0, d1) -> (d0)>}) -> (tensor<f32> "
      R"({hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %v = tensor.extract %x[%c0] : tensor<?xi32>
  %n = arith.index_cast %v : i32 to index
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = linalg.exp ins(%e : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %s = tensor.empty() : tensor<f32>
  %z = linalg.fill ins(%zero : f32) outs(%s : tensor<f32>) -> tensor<f32>
  %r = linalg.reduce ins(%f : tensor<?xf32>) outs(%z : tensor<f32>) dimensions = [0] (%a: f32, %b: f32) {
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return %r : tensor<f32>
})";
  KernelRunner dynamic(text);
  EXPECT_FALSE(dynamic.compiled());
  EXPECT_NE(dynamic.diagnostics().find("not a polynomial"), std::string::npos)
      << dynamic.diagnostics();
}
