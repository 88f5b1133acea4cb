//===- ScanTest.cpp - Scans compiled to native code -----------------------===//

#include "KernelRunner.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hocket;
using namespace hocket::test;

namespace {

const std::vector<int32_t> kRagged = {0, 1, 38, 38, 40, 103, 103};

std::string at(const std::string &slot, const std::string &extents) {
  return " {hocket.operand = #hocket.operand<" + slot +
         ">, hocket.shape = affine_map<(d0, d1) -> (" + extents + ")>}";
}

/// A kernel that scans (decay, input) by the linear recurrence and returns both
/// elements, or the states only.
std::string linear(int64_t channels, bool reverse, bool both) {
  std::string c = std::to_string(channels);
  std::string x = "tensor<?x" + c + "xf32>", s = "tensor<" + c + "xf32>";
  std::string at0 = at("output, 0", "d0, " + c);
  return "func.func @scan(%a: " + x + at("input, 0", "d0, " + c) +
         ", %b: " + x + at("input, 1", "d0, " + c) + ", %o: tensor<?xi32>" +
         at("batch, 0", "d1") + ") -> (" + x + at0 +
         (both ? ", " + x + at("output, 1", "d0, " + c) : "") +
         ") attributes {hocket.kernel = \"F\"} {\n  %s:2 = hocket.scan "
         "inputs(%a, %b : " +
         x + ", " + x +
         ") offsets(%o : tensor<?xi32>) identity([dense<1.0> : tensor<f32>, "
         "dense<0.0> : tensor<f32>])" +
         (reverse ? " reverse" : "") + " {\n  ^bb0(%ai: " + s + ", %bi: " + s +
         ", %aj: " + s + ", %bj: " + s +
         "):\n    %p = arith.mulf %aj, %ai : " + s +
         "\n    %q = arith.mulf %aj, %bi : " + s +
         "\n    %r = arith.addf %q, %bj : " + s +
         "\n    hocket.yield %p, %r : " + s + ", " + s +
         "\n  }\n  return %s#1" + (both ? ", %s#0 : " + x + ", " : " : ") + x +
         "\n}\n";
}

void checkLinear(int64_t channels, bool reverse, bool both) {
  SCOPED_TRACE(std::to_string(channels) + (reverse ? " reverse" : "") +
               (both ? " both" : ""));
  KernelRunner runner(linear(channels, reverse, both));
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  // Slices of the state and of what is combined, nothing for each token.
  for (const SizeExpr::Term &term : runner.kernel("scan").workspaceBytes.terms)
    EXPECT_EQ(term.power[0], 0u);
  Symbols perToken = {1, 2};
  EXPECT_EQ(runner.kernel("scan").flops.evaluate(perToken), 3 * channels);

  int64_t tokens = kRagged.back();
  std::vector<float> a = randomFloats(tokens * channels, 1);
  std::vector<float> b = randomFloats(tokens * channels, 2);
  std::vector<double> product(a.size()), state(a.size());
  for (size_t sequence = 0; sequence + 1 < kRagged.size(); ++sequence) {
    int64_t begin = kRagged[sequence], end = kRagged[sequence + 1];
    for (int64_t i = begin; i < end; ++i)
      for (int64_t c = 0; c < channels; ++c) {
        int64_t t = reverse ? begin + end - 1 - i : i;
        int64_t now = t * channels + c;
        int64_t before = (reverse ? t + 1 : t - 1) * channels + c;
        product[now] = i == begin ? a[now] : a[now] * product[before];
        state[now] = i == begin ? b[now] : a[now] * state[before] + b[now];
      }
  }
  Buffer decay(a), input(b), offsets(kRagged);
  Buffer states(a.size() * 4), products(a.size() * 4);
  std::vector<Buffer *> operands = {&decay, &input, &offsets, &states};
  if (both)
    operands.push_back(&products);
  ASSERT_TRUE(runner.call("scan", operands, tokens, kRagged.size()));
  EXPECT_EQ(firstDifference(states.values<float>(),
                            std::vector<float>(state.begin(), state.end())),
            -1);
  if (both)
    EXPECT_EQ(
        firstDifference(products.values<float>(),
                        std::vector<float>(product.begin(), product.end())),
        -1);
}

TEST(Scan, LinearRecurrence) {
  for (int64_t channels : {1, 5, 16, 70})
    for (bool reverse : {false, true})
      for (bool both : {false, true})
        checkLinear(channels, reverse, both);
}

TEST(Scan, MaximaOfIntegers) {
  KernelRunner runner(
      "func.func @scan(%x: tensor<?xi32>" + at("batch, 0", "d0") +
      ", %o: tensor<?xi32>" + at("batch, 1", "d1") + ") -> (tensor<?xi32>" +
      at("output, 0", "d0") +
      ") attributes {hocket.kernel = \"F\"} {\n"
      "  %s = hocket.scan inputs(%x : tensor<?xi32>) offsets(%o : "
      "tensor<?xi32>) identity([dense<-2147483648> : tensor<i32>]) {\n"
      "  ^bb0(%a: tensor<i32>, %b: tensor<i32>):\n"
      "    %m = arith.maxsi %a, %b : tensor<i32>\n"
      "    hocket.yield %m : tensor<i32>\n  }\n"
      "  return %s : tensor<?xi32>\n}\n");
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  std::vector<int32_t> x = {3, -1, 7, 2, -5, -4, -9, 0};
  Buffer input(x), offsets(std::vector<int32_t>{0, 4, 8}), output(x.size() * 4);
  ASSERT_TRUE(runner.call("scan", {&input, &offsets, &output}, 8, 3));
  EXPECT_EQ(output.values<int32_t>(),
            (std::vector<int32_t>{3, 3, 7, 7, -5, -4, -4, 0}));
}

/// Products of 2 x 2 matrices: a combine region that is not element-wise, and
/// whose order matters.
TEST(Scan, MatrixProducts) {
  KernelRunner runner(
      "func.func @scan(%x: tensor<?x2x2xf32>" + at("input, 0", "d0, 2, 2") +
      ", %o: tensor<?xi32>" + at("batch, 0", "d1") + ") -> (tensor<?x2x2xf32>" +
      at("output, 0", "d0, 2, 2") +
      ") attributes {hocket.kernel = \"F\"} {\n"
      "  %s = hocket.scan inputs(%x : tensor<?x2x2xf32>) offsets(%o : "
      "tensor<?xi32>) identity([dense<[[1.0, 0.0], [0.0, 1.0]]> : "
      "tensor<2x2xf32>]) {\n"
      "  ^bb0(%a: tensor<2x2xf32>, %b: tensor<2x2xf32>):\n"
      "    %zero = arith.constant dense<0.0> : tensor<2x2xf32>\n"
      "    %p = linalg.matmul ins(%b, %a : tensor<2x2xf32>, tensor<2x2xf32>) "
      "outs(%zero : tensor<2x2xf32>) -> tensor<2x2xf32>\n"
      "    hocket.yield %p : tensor<2x2xf32>\n  }\n"
      "  return %s : tensor<?x2x2xf32>\n}\n");
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  int64_t tokens = kRagged.back();
  std::vector<float> x = randomFloats(tokens * 4, 3);
  std::vector<float> expected = x;
  for (int64_t t = 1; t < tokens; ++t) {
    if (std::find(kRagged.begin(), kRagged.end(), t) != kRagged.end())
      continue;
    const float *b = &x[4 * t], *a = &expected[4 * (t - 1)];
    expected[4 * t] = b[0] * a[0] + b[1] * a[2];
    expected[4 * t + 1] = b[0] * a[1] + b[1] * a[3];
    expected[4 * t + 2] = b[2] * a[0] + b[3] * a[2];
    expected[4 * t + 3] = b[2] * a[1] + b[3] * a[3];
  }
  Buffer input(x), offsets(kRagged), output(x.size() * 4);
  ASSERT_TRUE(
      runner.call("scan", {&input, &offsets, &output}, tokens, kRagged.size()));
  EXPECT_EQ(firstDifference(output.values<float>(), expected), -1);
}

/// The first and last tokens of sequences, and tokens with others in their
/// place; of an empty sequence there are zeros and nothing is replaced.
TEST(Scan, EndsOfSequences) {
  for (bool last : {false, true}) {
    std::string which = last ? " last" : "";
    KernelRunner runner(
        "func.func @ends(%x: tensor<?x2xf32>" + at("input, 0", "d0, 2") +
        ", %y: tensor<?x2xf32>" + at("input, 1", "d1 - 1, 2") +
        ", %o: tensor<?xi32>" + at("batch, 0", "d1") + ") -> (tensor<?x2xf32>" +
        at("output, 0", "d1 - 1, 2") + ", tensor<?x2xf32>" +
        at("output, 1", "d0, 2") +
        ") attributes {hocket.kernel = \"F\"} {\n"
        "  %t = hocket.take_end %x offsets(%o)" +
        which +
        " : tensor<?x2xf32>, tensor<?xi32> -> tensor<?x2xf32>\n"
        "  %p = hocket.put_end %y into %x offsets(%o)" +
        which +
        " : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?xi32>\n"
        "  return %t, %p : tensor<?x2xf32>, tensor<?x2xf32>\n}\n");
    ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
    int64_t tokens = kRagged.back(), sequences = int64_t(kRagged.size()) - 1;
    std::vector<float> x = randomFloats(tokens * 2, 3);
    std::vector<float> y = randomFloats(sequences * 2, 4);
    std::vector<float> taken(sequences * 2, 0.0f), put = x;
    for (int64_t s = 0; s < sequences; ++s) {
      if (kRagged[s] == kRagged[s + 1])
        continue;
      int64_t token = last ? kRagged[s + 1] - 1 : kRagged[s];
      for (int64_t c = 0; c < 2; ++c) {
        taken[s * 2 + c] = x[token * 2 + c];
        put[token * 2 + c] = y[s * 2 + c];
      }
    }
    Buffer input(x), ends(y), offsets(kRagged), first(taken.size() * 4),
        second(put.size() * 4);
    ASSERT_TRUE(runner.call("ends", {&input, &ends, &offsets, &first, &second},
                            tokens, kRagged.size()));
    EXPECT_EQ(first.values<float>(), taken);
    EXPECT_EQ(second.values<float>(), put);
    EXPECT_EQ(input.values<float>(), x);
  }
}

} // namespace
