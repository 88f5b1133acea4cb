//===- ProductsTest.cpp - Matrix products, gathers and scatters -----------===//

#include "KernelRunner.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::test;

namespace {

std::string operand(const std::string &slot, int index,
                    const std::string &extents = "") {
  std::string text = "{hocket.operand = #hocket.operand<" + slot + ", " +
                     std::to_string(index) + ">";
  if (!extents.empty())
    text += ", hocket.shape = affine_map<(d0, d1) -> (" + extents + ")>";
  return text + "}";
}

std::string map(const std::string &results) {
  return "affine_map<(m, n, k) -> (" + results + ")>";
}

/// gradient += op(a) op(b), where the tokens are the rows, the columns or what
/// is summed.
std::string product(bool transposeA, bool transposeB, bool accumulate) {
  std::string a = transposeA ? "tensor<12x?xf32>" : "tensor<?x12xf32>";
  std::string b = transposeB ? "tensor<20x12xf32>" : "tensor<12x20xf32>";
  std::string text = "func.func @k(%a: " + a +
                     operand("input", 0, transposeA ? "12, d0" : "d0, 12") +
                     ", %b: " + b + operand("parameter", 0);
  if (accumulate)
    text += ", %c: tensor<?x20xf32> " + operand("gradient", 0, "d0, 20");
  text += ") -> (tensor<?x20xf32> " +
          operand(accumulate ? "gradient" : "output", 0, "d0, 20") +
          ") attributes {hocket.kernel = \"B\"} {\n";
  text += "  %c0 = arith.constant 0 : index\n  %c1 = arith.constant 1 : index\n"
          "  %t = tensor.dim %a, " +
          std::string(transposeA ? "%c1" : "%c0") + " : " + a + "\n";
  if (!accumulate)
    text += "  %zero = arith.constant 0.0 : f32\n"
            "  %e = tensor.empty(%t) : tensor<?x20xf32>\n"
            "  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<?x20xf32>) "
            "-> tensor<?x20xf32>\n";
  text += "  %r = linalg.matmul indexing_maps = [" +
          map(transposeA ? "k, m" : "m, k") + ", " +
          map(transposeB ? "n, k" : "k, n") + ", " + map("m, n") +
          "] ins(%a, %b : " + a + ", " + b +
          ") outs(%c : tensor<?x20xf32>) -> tensor<?x20xf32>\n  return %r : "
          "tensor<?x20xf32>\n}\n";
  return text;
}

} // namespace

TEST(Products, TransposesAndAccumulation) {
  for (bool transposeA : {false, true})
    for (bool transposeB : {false, true})
      for (bool accumulate : {false, true}) {
        KernelRunner runner(product(transposeA, transposeB, accumulate));
        ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
        // In place, and one call.
        EXPECT_EQ(runner.kernel("k").workspaceBytes, SizeExpr());
        for (int64_t tokens : {1, 5, 16, 33}) {
          std::vector<float> a = randomFloats(tokens * 12, 1);
          std::vector<float> b = randomFloats(12 * 20, 2);
          std::vector<float> c = randomFloats(tokens * 20, 3);
          std::vector<float> expected(c.size());
          for (int64_t i = 0; i < tokens; ++i)
            for (int64_t j = 0; j < 20; ++j) {
              double sum = accumulate ? c[i * 20 + j] : 0;
              for (int64_t l = 0; l < 12; ++l)
                sum += double(transposeA ? a[l * tokens + i] : a[i * 12 + l]) *
                       (transposeB ? b[j * 12 + l] : b[l * 20 + j]);
              expected[i * 20 + j] = float(sum);
            }
          Buffer lhs(a), rhs(b), accumulator(c), out(c.size() * 4);
          Buffer &result = accumulate ? accumulator : out;
          ASSERT_TRUE(runner.call("k", {&lhs, &rhs, &result}, tokens));
          EXPECT_EQ(KernelRunner::products(), 1);
          EXPECT_EQ(firstDifference(result.values<float>(), expected), -1)
              << transposeA << transposeB << accumulate << " " << tokens;
        }
      }
}

TEST(Products, WeightGradient) {
  // dW[d, h, e] += sum over tokens of x[t, d] dy[t, h, e]: several loops are
  // one dimension of the product.
  std::string text =
      "func.func @k(%x: tensor<?x6xf32> " + operand("input", 0, "d0, 6") +
      ", %dy: tensor<?x2x4xf32> " + operand("output_gradient", 0, "d0, 2, 4") +
      ", %dw: tensor<6x2x4xf32> " + operand("gradient", 0) +
      ") -> (tensor<6x2x4xf32> " + operand("gradient", 0) +
      R"() attributes {hocket.kernel = "B"} {
  %r = linalg.generic {indexing_maps = [affine_map<(d, h, e, t) -> (t, d)>, affine_map<(d, h, e, t) -> (t, h, e)>, affine_map<(d, h, e, t) -> (d, h, e)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %dy : tensor<?x6xf32>, tensor<?x2x4xf32>) outs(%dw : tensor<6x2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<6x2x4xf32>
  return %r : tensor<6x2x4xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  EXPECT_EQ(runner.kernel("k").workspaceBytes, SizeExpr());
  for (int64_t tokens : {1, 7, 32}) {
    std::vector<float> x = randomFloats(tokens * 6, 1);
    std::vector<float> dy = randomFloats(tokens * 8, 2);
    std::vector<float> dw = randomFloats(48, 3), expected = dw;
    for (int64_t t = 0; t < tokens; ++t)
      for (int d = 0; d < 6; ++d)
        for (int e = 0; e < 8; ++e)
          expected[d * 8 + e] += x[t * 6 + d] * dy[t * 8 + e];
    Buffer a(x), b(dy), c(dw);
    ASSERT_TRUE(runner.call("k", {&a, &b, &c}, tokens));
    EXPECT_EQ(KernelRunner::products(), 1);
    EXPECT_EQ(firstDifference(c.values<float>(), expected), -1) << tokens;
  }
}

TEST(Products, BatchesAndHeadsThatAreNotAdjacent) {
  // Scores of all heads: s[h, i, j] = sum over e of q[i, h, e] k[j, h, e].
  std::string text =
      "func.func @k(%q: tensor<?x3x5xf32> " + operand("input", 0, "d0, 3, 5") +
      ", %k: tensor<?x3x5xf32> " + operand("input", 1, "d0, 3, 5") +
      ") -> (tensor<3x?x?xf32> " + operand("output", 0, "3, d0, d0") +
      R"() attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %q, %c0 : tensor<?x3x5xf32>
  %e = tensor.empty(%t, %t) : tensor<3x?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x?x?xf32>) -> tensor<3x?x?xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(h, i, j, e) -> (i, h, e)>, affine_map<(h, i, j, e) -> (j, h, e)>, affine_map<(h, i, j, e) -> (h, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<?x3x5xf32>, tensor<?x3x5xf32>) outs(%f : tensor<3x?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x?x?xf32>
  return %r : tensor<3x?x?xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t tokens : {1, 9, 16}) {
    std::vector<float> q = randomFloats(tokens * 15, 1);
    std::vector<float> k = randomFloats(tokens * 15, 2);
    std::vector<float> expected(3 * tokens * tokens);
    for (int64_t h = 0; h < 3; ++h)
      for (int64_t i = 0; i < tokens; ++i)
        for (int64_t j = 0; j < tokens; ++j)
          for (int64_t e = 0; e < 5; ++e)
            expected[(h * tokens + i) * tokens + j] +=
                q[(i * 3 + h) * 5 + e] * k[(j * 3 + h) * 5 + e];
    Buffer a(q), b(k), out(expected.size() * 4);
    ASSERT_TRUE(runner.call("k", {&a, &b, &out}, tokens));
    EXPECT_EQ(KernelRunner::products(), 3);
    EXPECT_EQ(firstDifference(out.values<float>(), expected), -1) << tokens;
  }
}

TEST(Products, OtherElementTypesAreVectorCode) {
  std::string text =
      "func.func @k(%a: tensor<?x12xf64> " + operand("input", 0, "d0, 12") +
      ", %b: tensor<12x20xf64> " + operand("parameter", 0) +
      ", %c: tensor<?x20xf64> " + operand("gradient", 0, "d0, 20") +
      ") -> (tensor<?x20xf64> " + operand("gradient", 0, "d0, 20") +
      R"() attributes {hocket.kernel = "B"} {
  %r = linalg.matmul ins(%a, %b : tensor<?x12xf64>, tensor<12x20xf64>) outs(%c : tensor<?x20xf64>) -> tensor<?x20xf64>
  return %r : tensor<?x20xf64>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  int64_t tokens = 9;
  std::vector<float> x = randomFloats(tokens * 12, 1), y = randomFloats(240, 2);
  std::vector<double> a(x.begin(), x.end()), b(y.begin(), y.end());
  std::vector<double> c(tokens * 20, 0.5), expected = c;
  for (int64_t i = 0; i < tokens; ++i)
    for (int64_t j = 0; j < 20; ++j)
      for (int64_t l = 0; l < 12; ++l)
        expected[i * 20 + j] += a[i * 12 + l] * b[l * 20 + j];
  Buffer lhs(a), rhs(b), sum(c);
  ASSERT_TRUE(runner.call("k", {&lhs, &rhs, &sum}, tokens));
  EXPECT_EQ(KernelRunner::products(), 0);
  std::vector<double> actual = sum.values<double>();
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], 1e-12) << i;
}

TEST(Products, EmbeddingGatherAndScatterAdd) {
  std::string text = "func.func @gather(%table: tensor<10x24xf32> " +
                     operand("parameter", 0) + ", %tokens: tensor<?xi32> " +
                     operand("batch", 0, "d0") + ") -> (tensor<?x24xf32> " +
                     operand("output", 0, "d0, 24") +
                     R"() attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %tokens, %c0 : tensor<?xi32>
  %e = tensor.empty(%t) : tensor<?x24xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%tokens : tensor<?xi32>) outs(%e : tensor<?x24xf32>) {
  ^bb0(%in: i32, %out: f32):
    %row = arith.index_cast %in : i32 to index
    %c9 = arith.constant 9 : index
    %zero = arith.constant 0 : index
    %low = arith.maxsi %row, %zero : index
    %clamped = arith.minsi %low, %c9 : index
    %j = linalg.index 1 : index
    %v = tensor.extract %table[%clamped, %j] : tensor<10x24xf32>
    linalg.yield %v : f32
  } -> tensor<?x24xf32>
  return %r : tensor<?x24xf32>
}
func.func @scatter(%tokens: tensor<?xi32> )" +
                     operand("batch", 0, "d0") + ", %dy: tensor<?x24xf32> " +
                     operand("output_gradient", 0, "d0, 24") +
                     ", %dw: tensor<10x24xf32> " + operand("gradient", 0) +
                     ") -> (tensor<10x24xf32> " + operand("gradient", 0) +
                     R"() attributes {hocket.kernel = "B"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tensor.dim %tokens, %c0 : tensor<?xi32>
  %r = scf.for %i = %c0 to %t step %c1 iter_args(%sum = %dw) -> (tensor<10x24xf32>) {
    %token = tensor.extract %tokens[%i] : tensor<?xi32>
    %row = arith.index_cast %token : i32 to index
    %old = tensor.extract_slice %sum[%row, 0] [1, 24] [1, 1] : tensor<10x24xf32> to tensor<24xf32>
    %add = tensor.extract_slice %dy[%i, 0] [1, 24] [1, 1] : tensor<?x24xf32> to tensor<24xf32>
    %new = linalg.add ins(%old, %add : tensor<24xf32>, tensor<24xf32>) outs(%old : tensor<24xf32>) -> tensor<24xf32>
    %next = tensor.insert_slice %new into %sum[%row, 0] [1, 24] [1, 1] : tensor<24xf32> into tensor<10x24xf32>
    scf.yield %next : tensor<10x24xf32>
  }
  return %r : tensor<10x24xf32>
})";
  KernelRunner runner(text);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  EXPECT_EQ(runner.kernel("gather").workspaceBytes, SizeExpr());
  EXPECT_EQ(runner.kernel("scatter").workspaceBytes, SizeExpr());
  for (int64_t tokens : {1, 13, 40}) {
    std::vector<float> table = randomFloats(240, 1);
    std::vector<float> dy = randomFloats(tokens * 24, 2);
    std::vector<float> dw = randomFloats(240, 3), expected = dw;
    std::vector<int32_t> ids(tokens);
    std::vector<float> rows;
    for (int64_t i = 0; i < tokens; ++i) {
      ids[i] = int32_t(i * i % 10);
      for (int j = 0; j < 24; ++j) {
        rows.push_back(table[ids[i] * 24 + j]);
        expected[ids[i] * 24 + j] += dy[i * 24 + j];
      }
    }
    Buffer weights(table), indices(ids), out(rows.size() * 4), gradient(dy),
        sum(dw);
    ASSERT_TRUE(runner.call("gather", {&weights, &indices, &out}, tokens));
    EXPECT_EQ(firstDifference(out.values<float>(), rows, 0), -1) << tokens;
    ASSERT_TRUE(runner.call("scatter", {&indices, &gradient, &sum}, tokens));
    EXPECT_EQ(firstDifference(sum.values<float>(), expected), -1) << tokens;
  }
}
