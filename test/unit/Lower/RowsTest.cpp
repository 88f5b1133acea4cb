//===- RowsTest.cpp - Element-wise ops and reductions ---------------------===//

#include "KernelRunner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace hocket;
using namespace hocket::test;

namespace {

/// Extents around the vector width, and some that no vector divides.
constexpr int64_t kTokens[] = {1, 2, 15, 16, 17, 33, 64, 100};

const char *kMaps = R"(
#id1 = affine_map<(d0) -> (d0)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
#keep = affine_map<(d0, d1) -> (d0, 0)>
#none = affine_map<(d0, d1) -> ()>
#swap = affine_map<(d0, d1) -> (d1, d0)>
)";

/// A kernel of one generic op: input [T, columns] to output `outType`.
std::string reduction(int64_t columns, const std::string &outType,
                      const std::string &outMap, const std::string &iterators,
                      const std::string &op, const std::string &start) {
  std::string c = std::to_string(columns);
  bool dynamic = outType.find('?') != std::string::npos;
  std::string shape =
      dynamic ? ", hocket.shape = affine_map<(d0, d1) -> (d0)>" : "";
  return std::string(kMaps) + R"(
func.func @k(%x: tensor<?x)" +
         c +
         R"(xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, )" +
         c + R"()>})
    -> (tensor<)" +
         outType + R"(> {hocket.operand = #hocket.operand<output, 0>)" + shape +
         R"(}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %start = arith.constant )" +
         start + R"( : f32
  %t = tensor.dim %x, %c0 : tensor<?x)" +
         c + R"(xf32>
  %e = tensor.empty()" +
         (dynamic ? "%t" : "") + R"() : tensor<)" + outType + R"(>
  %f = linalg.fill ins(%start : f32) outs(%e : tensor<)" +
         outType + R"(>) -> tensor<)" + outType + R"(>
  %r = linalg.generic {indexing_maps = [#id, )" +
         outMap + R"(], iterator_types = [)" + iterators +
         R"(]} ins(%x : tensor<?x)" + c + R"(xf32>) outs(%f : tensor<)" +
         outType + R"(>) {
  ^bb0(%in: f32, %out: f32):
    %0 = )" +
         op + R"( %out, %in : f32
    linalg.yield %0 : f32
  } -> tensor<)" +
         outType + R"(>
  return %r : tensor<)" +
         outType + R"(>
})";
}

} // namespace

TEST(Rows, Gelu) {
  std::string text = std::string(kMaps) + R"(
func.func @k(%x: tensor<?x7xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 7)>},
             %b: tensor<7xf32> {hocket.operand = #hocket.operand<parameter, 0>})
    -> (tensor<?x7xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 7)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x7xf32>
  %e = tensor.empty(%t) : tensor<?x7xf32>
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %root = arith.constant 0.797884583 : f32
  %cube = arith.constant 0.044715 : f32
  %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %b : tensor<?x7xf32>, tensor<7xf32>) outs(%e : tensor<?x7xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %z = arith.addf %in, %bias : f32
    %z2 = arith.mulf %z, %z : f32
    %z3 = arith.mulf %z2, %z : f32
    %c = arith.mulf %z3, %cube : f32
    %s = arith.addf %z, %c : f32
    %u = arith.mulf %s, %root : f32
    %h = math.tanh %u : f32
    %p = arith.addf %h, %one : f32
    %q = arith.mulf %p, %half : f32
    %y = arith.mulf %q, %z : f32
    linalg.yield %y : f32
  } -> tensor<?x7xf32>
  return %r : tensor<?x7xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  // The output is computed in its place.
  EXPECT_EQ(runner.kernel("k").workspaceBytes, SizeExpr());
  for (int64_t tokens : kTokens) {
    std::vector<float> x = randomFloats(tokens * 7, 1), b = randomFloats(7, 2);
    for (float &value : x)
      value *= 6;
    std::vector<float> expected(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      double z = x[i] + b[i % 7];
      expected[i] = float(
          0.5 * z * (1 + std::tanh(0.797884583 * (z + 0.044715 * z * z * z))));
    }
    Buffer in(x), bias(b), out(x.size() * 4);
    ASSERT_TRUE(runner.call("k", {&in, &bias, &out}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), expected, 2e-6f), -1)
        << tokens;
  }
}

TEST(Rows, RowReductions) {
  for (int64_t columns : {1, 3, 16, 64, 100})
    for (bool maximum : {false, true}) {
      KernelRunner runner(reduction(columns, "?xf32", "#row",
                                    "\"parallel\", \"reduction\"",
                                    maximum ? "arith.maximumf" : "arith.addf",
                                    maximum ? "0xFF800000" : "0.0"));
      ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
      for (int64_t tokens : kTokens) {
        std::vector<float> x = randomFloats(tokens * columns, 3);
        std::vector<float> expected(tokens);
        for (int64_t i = 0; i < tokens; ++i) {
          double sum = maximum ? -INFINITY : 0;
          for (int64_t j = 0; j < columns; ++j)
            sum = maximum ? std::max<double>(sum, x[i * columns + j])
                          : sum + x[i * columns + j];
          expected[i] = float(sum);
        }
        Buffer in(x), out(tokens * 4);
        ASSERT_TRUE(runner.call("k", {&in, &out}, tokens));
        EXPECT_EQ(firstDifference(out.values<float>(), expected), -1)
            << columns << " columns, " << tokens << " tokens";
      }
    }
}

TEST(Rows, ColumnReductions) {
  for (int64_t columns : {1, 5, 64, 100}) {
    std::string type = std::to_string(columns) + "xf32";
    KernelRunner runner(reduction(columns, type, "#column",
                                  "\"reduction\", \"parallel\"", "arith.addf",
                                  "0.0"));
    ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
    for (int64_t tokens : kTokens) {
      std::vector<float> x = randomFloats(tokens * columns, 4);
      std::vector<float> expected(columns);
      for (int64_t i = 0; i < tokens * columns; ++i)
        expected[i % columns] += x[i];
      Buffer in(x), out(columns * 4);
      ASSERT_TRUE(runner.call("k", {&in, &out}, tokens));
      EXPECT_EQ(firstDifference(out.values<float>(), expected), -1)
          << columns << " columns, " << tokens << " tokens";
    }
  }
}

TEST(Rows, ReductionOfAll) {
  for (int64_t columns : {1, 3, 64}) {
    KernelRunner runner(reduction(columns, "f32", "#none",
                                  "\"reduction\", \"reduction\"", "arith.addf",
                                  "0.0"));
    ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
    for (int64_t tokens : kTokens) {
      std::vector<float> x = randomFloats(tokens * columns, 5);
      double sum = 0;
      for (float value : x)
        sum += value;
      Buffer in(x), out(4);
      ASSERT_TRUE(runner.call("k", {&in, &out}, tokens));
      EXPECT_EQ(firstDifference(out.values<float>(), {float(sum)}), -1)
          << columns << " columns, " << tokens << " tokens";
    }
  }
}

TEST(Rows, LayerNorm) {
  std::string text = std::string(kMaps) + R"(
func.func @k(%x: tensor<?x48xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 48)>},
             %g: tensor<48xf32> {hocket.operand = #hocket.operand<parameter, 0>},
             %b: tensor<48xf32> {hocket.operand = #hocket.operand<parameter, 1>})
    -> (tensor<?x48xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 48)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 48.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %t = tensor.dim %x, %c0 : tensor<?x48xf32>
  %e = tensor.empty(%t) : tensor<?x48xf32>
  %e1 = tensor.empty(%t) : tensor<?xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x48xf32>) outs(%f1 : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %out, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %mean = tensor.expand_shape %sum [[0, 1]] output_shape [%t, 1] : tensor<?xf32> into tensor<?x1xf32>
  %var = linalg.generic {indexing_maps = [#id, #keep, #row], iterator_types = ["parallel", "reduction"]} ins(%x, %mean : tensor<?x48xf32>, tensor<?x1xf32>) outs(%f1 : tensor<?xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %m = arith.divf %s, %n : f32
    %d = arith.subf %in, %m : f32
    %q = arith.mulf %d, %d : f32
    %0 = arith.addf %out, %q : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %r = linalg.generic {indexing_maps = [#id, #keep, #row, #column, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %mean, %var, %g, %b : tensor<?x48xf32>, tensor<?x1xf32>, tensor<?xf32>, tensor<48xf32>, tensor<48xf32>) outs(%e : tensor<?x48xf32>) {
  ^bb0(%in: f32, %s: f32, %v: f32, %gain: f32, %bias: f32, %out: f32):
    %m = arith.divf %s, %n : f32
    %d = arith.subf %in, %m : f32
    %w = arith.divf %v, %n : f32
    %w2 = arith.addf %w, %eps : f32
    %i = math.rsqrt %w2 : f32
    %y = arith.mulf %d, %i : f32
    %y2 = arith.mulf %y, %gain : f32
    %y3 = arith.addf %y2, %bias : f32
    linalg.yield %y3 : f32
  } -> tensor<?x48xf32>
  return %r : tensor<?x48xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t tokens : kTokens) {
    std::vector<float> x = randomFloats(tokens * 48, 6);
    std::vector<float> g = randomFloats(48, 7), b = randomFloats(48, 8);
    std::vector<float> expected(x.size());
    for (int64_t i = 0; i < tokens; ++i) {
      double mean = 0, variance = 0;
      for (int j = 0; j < 48; ++j)
        mean += x[i * 48 + j] / 48.0;
      for (int j = 0; j < 48; ++j)
        variance += std::pow(x[i * 48 + j] - mean, 2) / 48.0;
      for (int j = 0; j < 48; ++j)
        expected[i * 48 + j] = float(
            (x[i * 48 + j] - mean) / std::sqrt(variance + 1e-5) * g[j] + b[j]);
    }
    Buffer in(x), gain(g), bias(b), out(x.size() * 4);
    ASSERT_TRUE(runner.call("k", {&in, &gain, &bias, &out}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), expected), -1) << tokens;
  }
}

TEST(Rows, Softmax) {
  std::string text = R"(
func.func @k(%x: tensor<?x37xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 37)>})
    -> (tensor<?x37xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 37)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x37xf32>
  %e = tensor.empty(%t) : tensor<?x37xf32>
  %r = linalg.softmax dimension(1) ins(%x : tensor<?x37xf32>) outs(%e : tensor<?x37xf32>) -> tensor<?x37xf32>
  return %r : tensor<?x37xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t tokens : kTokens) {
    std::vector<float> x = randomFloats(tokens * 37, 9);
    for (float &value : x)
      value *= 40;
    std::vector<float> expected(x.size());
    for (int64_t i = 0; i < tokens; ++i) {
      double sum = 0, maximum = -INFINITY;
      for (int j = 0; j < 37; ++j)
        maximum = std::max<double>(maximum, x[i * 37 + j]);
      for (int j = 0; j < 37; ++j)
        sum += std::exp(x[i * 37 + j] - maximum);
      for (int j = 0; j < 37; ++j)
        expected[i * 37 + j] = float(std::exp(x[i * 37 + j] - maximum) / sum);
    }
    Buffer in(x), out(x.size() * 4);
    ASSERT_TRUE(runner.call("k", {&in, &out}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), expected, 1e-6f), -1)
        << tokens;
  }
}

TEST(Rows, TransposeSelectAndIndices) {
  // A lower triangle, transposed; its truth values make a round trip through
  // memory.
  std::string text = std::string(kMaps) + R"(
func.func @k(%x: tensor<?x20xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 20)>})
    -> (tensor<20x?xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (20, d0)>},
        tensor<?x20xi1> {hocket.operand = #hocket.operand<output, 1>, hocket.shape = affine_map<(d0, d1) -> (d0, 20)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x20xf32>
  %em = tensor.empty(%t) : tensor<?x20xi1>
  %mask = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%em : tensor<?x20xi1>) {
  ^bb0(%out: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %m = arith.cmpi sle, %j, %i : index
    linalg.yield %m : i1
  } -> tensor<?x20xi1>
  %e = tensor.empty(%t) : tensor<20x?xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #swap], iterator_types = ["parallel", "parallel"]} ins(%x, %mask : tensor<?x20xf32>, tensor<?x20xi1>) outs(%e : tensor<20x?xf32>) {
  ^bb0(%in: f32, %m: i1, %out: f32):
    %0 = arith.select %m, %in, %zero : f32
    linalg.yield %0 : f32
  } -> tensor<20x?xf32>
  return %r, %mask : tensor<20x?xf32>, tensor<?x20xi1>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t tokens : kTokens) {
    std::vector<float> x = randomFloats(tokens * 20, 10);
    std::vector<float> expected(x.size());
    std::vector<uint8_t> expectedMask(x.size());
    for (int64_t i = 0; i < tokens; ++i)
      for (int64_t j = 0; j < 20; ++j) {
        expected[j * tokens + i] = j <= i ? x[i * 20 + j] : 0;
        expectedMask[i * 20 + j] = j <= i;
      }
    Buffer in(x), out(x.size() * 4), mask(x.size());
    ASSERT_TRUE(runner.call("k", {&in, &out, &mask}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), expected, 0), -1) << tokens;
    EXPECT_EQ(mask.values<uint8_t>(), expectedMask) << tokens;
  }
}

TEST(Rows, ConditionalLoads) {
  // Concatenation, and an element that only some lanes may read.
  std::string text = std::string(kMaps) + R"(
func.func @k(%a: tensor<?x5xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 5)>},
             %b: tensor<?x14xf32> {hocket.operand = #hocket.operand<input, 1>, hocket.shape = affine_map<(d0, d1) -> (d0, 14)>})
    -> (tensor<?x19xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 19)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %a, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%t) : tensor<?x19xf32>
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x19xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %first = arith.cmpi ult, %j, %c5 : index
    %v = scf.if %first -> (f32) {
      %x = tensor.extract %a[%i, %j] : tensor<?x5xf32>
      scf.yield %x : f32
    } else {
      %k = arith.subi %j, %c5 : index
      %x = tensor.extract %b[%i, %k] : tensor<?x14xf32>
      %later = arith.cmpi ugt, %i, %c0 : index
      %y = scf.if %later -> (f32) {
        %before = arith.subi %i, %c1 : index
        %z = tensor.extract %a[%before, %c0] : tensor<?x5xf32>
        scf.yield %z : f32
      } else {
        scf.yield %zero : f32
      }
      %s = arith.addf %x, %y : f32
      scf.yield %s : f32
    }
    linalg.yield %v : f32
  } -> tensor<?x19xf32>
  return %r : tensor<?x19xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t tokens : kTokens) {
    std::vector<float> a = randomFloats(tokens * 5, 11);
    std::vector<float> b = randomFloats(tokens * 14, 12), expected;
    for (int64_t i = 0; i < tokens; ++i)
      for (int64_t j = 0; j < 19; ++j)
        expected.push_back(j < 5 ? a[i * 5 + j]
                                 : b[i * 14 + j - 5] +
                                       (i > 0 ? a[(i - 1) * 5] : 0));
    Buffer first(a), second(b), out(expected.size() * 4);
    ASSERT_TRUE(runner.call("k", {&first, &second, &out}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), expected, 1e-6f), -1)
        << tokens;
  }
}

namespace {

/// y = op(x), or op(x, 3.0), over a vector of x.
std::vector<float> applyFunction(const std::string &op, bool cube,
                                 const std::vector<float> &x) {
  std::string operand = "tensor<?xf32> {hocket.operand = #hocket.operand<";
  std::string shape = ", 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>}";
  KernelRunner runner(std::string(kMaps) + "func.func @k(%x: " + operand +
                      "input" + shape + ") -> (" + operand + "output" + shape +
                      R"() attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %three = arith.constant 3.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]} ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.)" + op +
                      " %a" + (cube ? ", %three" : "") + R"( : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
})");
  EXPECT_TRUE(runner.compiled()) << runner.diagnostics();
  Buffer in(x), out(x.size() * 4);
  EXPECT_TRUE(!runner.compiled() ||
              runner.call("k", {&in, &out}, int64_t(x.size())));
  return out.values<float>();
}

} // namespace

TEST(Rows, FunctionsAreAccurate) {
  struct Function {
    const char *name;
    double (*exact)(double);
    float low, high;
    double ulps;
  };
  const Function functions[] = {
      {"exp", std::exp, -80, 80, 4},
      {"expm1", std::expm1, -10, 10, 8},
      {"log", std::log, 0.01f, 100, 4},
      {"log1p", std::log1p, -0.9f, 50, 4},
      {"tanh", std::tanh, -10, 10, 8},
      {"erf", std::erf, -4, 4, 8},
      {"sqrt", std::sqrt, 0, 100, 1},
      {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.01f, 100, 2},
      {"powf", [](double x) { return x * x * x; }, -5, 5, 16},
  };
  for (const Function &function : functions) {
    std::vector<float> x(1003);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = function.low +
             (function.high - function.low) * float(i) / float(x.size() - 1);
    std::vector<float> y =
        applyFunction(function.name, function.name[0] == 'p', x);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      float exact = float(function.exact(x[i]));
      double ulp = std::max(std::nextafter(std::fabs(exact), INFINITY) -
                                std::fabs(exact),
                            std::numeric_limits<float>::min());
      double error = std::fabs(y[i] - function.exact(x[i])) / ulp;
      worst = error <= worst ? worst : error; // keeps NaNs
    }
    EXPECT_LE(worst, function.ulps) << function.name;
  }
}

TEST(Rows, FunctionsAtTheirLimits) {
  float inf = INFINITY;
  auto expect = [](const char *name, std::vector<float> x,
                   std::vector<float> y) {
    EXPECT_EQ(applyFunction(name, false, x), y) << name;
  };
  expect("exp", {-inf, -1000, 0, 1000, inf}, {0, 0, 1, inf, inf});
  expect("log", {0, 1, inf}, {-inf, 0, inf});
  expect("tanh", {-inf, -100, 0, 100, inf}, {-1, -1, 0, 1, 1});
  EXPECT_EQ(applyFunction("powf", true, {-2, -0.0f, 0, 1, inf, -inf}),
            (std::vector<float>{-8, 0, 0, 1, inf, -inf}));
  EXPECT_TRUE(std::isnan(applyFunction("exp", false, {NAN})[0]));
  EXPECT_TRUE(std::isnan(applyFunction("log", false, {-1})[0]));
}
