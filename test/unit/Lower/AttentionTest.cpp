//===- AttentionTest.cpp - Attention and its gradient ---------------------===//

#include "AttentionCase.h"
#include "KernelRunner.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace hocket;
using namespace hocket::test;

namespace {

/// Attention and its gradients in double precision, from the definitions.
struct Reference {
  std::vector<double> output, lse, dq, dk, dv;

  Reference(const AttentionCase &c, int64_t tokens, float scale,
            const std::vector<float> &q, const std::vector<float> &k,
            const std::vector<float> &v, const std::vector<float> &dout)
      : output(q.size()), lse(tokens * c.heads), dq(q.size()), dk(k.size()),
        dv(v.size()) {
    int64_t start = 0;
    for (int32_t length : c.lengths) {
      for (int64_t h = 0; h < c.heads; ++h)
        for (int64_t i = start; i < start + length; ++i)
          row(c, scale, q, k, v, dout, start, c.causal ? i + 1 : start + length,
              i, h);
      start += length;
    }
  }

  void row(const AttentionCase &c, float scale, const std::vector<float> &q,
           const std::vector<float> &k, const std::vector<float> &v,
           const std::vector<float> &dout, int64_t start, int64_t end,
           int64_t i, int64_t h) {
    int64_t kh = h / (c.heads / c.keyHeads), d = c.size;
    auto at = [&](int64_t t, int64_t head, int64_t heads) {
      return (t * heads + head) * d;
    };
    std::vector<double> scores, weights;
    double sum = 0, delta = 0;
    for (int64_t j = start; j < end; ++j) {
      double score = 0;
      for (int64_t e = 0; e < d; ++e)
        score +=
            double(q[at(i, h, c.heads) + e]) * k[at(j, kh, c.keyHeads) + e];
      scores.push_back(score * scale);
    }
    double maximum = *std::max_element(scores.begin(), scores.end());
    for (double score : scores)
      sum += std::exp(score - maximum);
    lse[i * c.heads + h] = maximum + std::log(sum);
    for (double score : scores)
      weights.push_back(std::exp(score - maximum) / sum);
    for (int64_t j = start; j < end; ++j)
      for (int64_t e = 0; e < d; ++e)
        output[at(i, h, c.heads) + e] +=
            weights[j - start] * v[at(j, kh, c.keyHeads) + e];
    for (int64_t e = 0; e < d; ++e)
      delta += output[at(i, h, c.heads) + e] * dout[at(i, h, c.heads) + e];
    for (int64_t j = start; j < end; ++j) {
      double dp = 0;
      for (int64_t e = 0; e < d; ++e) {
        double gradient = dout[at(i, h, c.heads) + e];
        dp += gradient * v[at(j, kh, c.keyHeads) + e];
        dv[at(j, kh, c.keyHeads) + e] += weights[j - start] * gradient;
      }
      double ds = weights[j - start] * (dp - delta) * scale;
      for (int64_t e = 0; e < d; ++e) {
        dq[at(i, h, c.heads) + e] += ds * k[at(j, kh, c.keyHeads) + e];
        dk[at(j, kh, c.keyHeads) + e] += ds * q[at(i, h, c.heads) + e];
      }
    }
  }
};

std::vector<float> toFloat(const std::vector<double> &values) {
  return std::vector<float>(values.begin(), values.end());
}

void check(const AttentionCase &c) {
  KernelRunner runner(attentionKernels(c));
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  // Nothing is of size T x T.
  for (const char *symbol : {"forward", "backward"})
    for (const SizeExpr::Term &term :
         runner.kernel(symbol).workspaceBytes.terms)
      EXPECT_LE(term.power[0] + term.power[1], 1);

  std::vector<int32_t> bounds = {0};
  for (int32_t length : c.lengths)
    bounds.push_back(bounds.back() + length);
  int64_t tokens = bounds.back(), numBounds = int64_t(bounds.size());
  std::vector<float> q = randomFloats(tokens * c.heads * c.size, 1);
  std::vector<float> k = randomFloats(tokens * c.keyHeads * c.size, 2);
  std::vector<float> v = randomFloats(k.size(), 3);
  std::vector<float> dout = randomFloats(q.size(), 4);
  Reference reference(c, tokens, 0.3f, q, k, v, dout);

  Buffer query(q), key(k), value(v), offsets(bounds), gradient(dout);
  Buffer output(q.size() * 4), lse(tokens * c.heads * 4);
  ASSERT_TRUE(runner.call("forward",
                          {&query, &key, &value, &offsets, &output, &lse},
                          tokens, numBounds));
  EXPECT_EQ(firstDifference(output.values<float>(), toFloat(reference.output)),
            -1);
  EXPECT_EQ(firstDifference(lse.values<float>(), toFloat(reference.lse)), -1);

  Buffer dq(q.size() * 4), dk(k.size() * 4), dv(k.size() * 4);
  std::vector<Buffer *> operands = {
      &query, &key, &value, &offsets, &output, &lse, &gradient, &dq, &dk, &dv};
  ASSERT_TRUE(runner.call("backward", operands, tokens, numBounds));
  EXPECT_EQ(firstDifference(dq.values<float>(), toFloat(reference.dq)), -1);
  EXPECT_EQ(firstDifference(dk.values<float>(), toFloat(reference.dk)), -1);
  EXPECT_EQ(firstDifference(dv.values<float>(), toFloat(reference.dv)), -1);
}

} // namespace

TEST(Attention, Causal) { check({true, 2, 2, 8, {1, 5, 64, 70, 130}}); }
TEST(Attention, Full) { check({false, 2, 2, 8, {1, 5, 64, 70, 130}}); }
TEST(Attention, GroupedCausal) { check({true, 6, 2, 16, {3, 65, 17}}); }
TEST(Attention, GroupedFull) { check({false, 4, 1, 5, {33, 128, 2}}); }
TEST(Attention, OneToken) { check({true, 2, 1, 4, {1}}); }
