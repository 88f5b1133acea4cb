//===- AttentionPartTest.cpp - Parts of attention and their gradients -----===//

#include "AttentionCase.h"
#include "AttentionTables.h"
#include "KernelRunner.h"
#include "PartRunner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace hocket;
using namespace hocket::test;

namespace {

using Floats = std::vector<float>;
using Numbers = PartReference::Numbers;

constexpr float kScale = 0.3f;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Numbers toDouble(const Floats &values) {
  return Numbers(values.begin(), values.end());
}
Floats toFloat(const Numbers &values) {
  return Floats(values.begin(), values.end());
}

/// Rows of every kind: several blocks of queries, the same queries twice, no
/// queries, no keys, keys that no query sees, and positions in strides.
Table everyKind() {
  Table table;
  table.initialize = 3;
  // Heads 3, 4, 5 of a model in which four share a key head: 0, 1, 1.
  table.group = 4;
  table.shift = 3;
  table.rows = {{0, 70, 0, 100},
                {20, 0, 3, 40},
                {70, 80, 10, 0},
                {5, 60, 120, 80, 10, 3, 20, 2},
                {60, 90, 50, 150, 0, 2, 40, 3},
                {0, 140, 60, 1, 7, 1, 100, 1},
                {100, 10, 0, 5, 0, 1, 1000, 1}};
  return table;
}
Table more() {
  Table table;
  table.group = 2;
  table.rows = {{130, 20, 0, 200, 180, 2, 0, 1}, {1, 60, 190, 10, 5, 1, 4, 2}};
  return table;
}

void checkTables(bool causal) {
  PartSizes sizes = {150, 200, 3, 2, 8};
  PartRunner runner(sizes.size, kScale, causal);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  Floats q = randomFloats(150 * 3 * 8, 1), k = randomFloats(200 * 2 * 8, 2);
  Floats v = randomFloats(k.size(), 3), dout = randomFloats(q.size(), 4);
  PartReference reference(sizes, kScale, causal, q, k, v);
  runner.setInputs(sizes, q, k, v);

  // The second table goes on where the first one ended.
  Numbers output(q.size()), lse(150 * 3);
  Buffer actualOutput(q.size() * 4), actualLse(lse.size() * 4);
  for (const Table &table : {everyKind(), more()}) {
    reference.forward(table, output, lse);
    ASSERT_TRUE(runner.part(table, actualOutput, actualLse));
    EXPECT_EQ(firstDifference(actualOutput.values<float>(), toFloat(output)),
              -1);
    EXPECT_EQ(firstDifference(actualLse.values<float>(), toFloat(lse)), -1);
  }
  // The case is not empty: some queries have seen nothing at all.
  EXPECT_EQ(std::count(lse.begin(), lse.end(), -double(kInfinity)) > 0, causal);

  Buffer gradient(dout), delta(lse.size() * 4);
  Numbers sums = reference.delta(output, toDouble(dout));
  ASSERT_TRUE(runner.delta(actualOutput, gradient, delta));
  EXPECT_EQ(firstDifference(delta.values<float>(), toFloat(sums)), -1);

  Numbers dq(q.size()), dk(k.size()), dv(v.size());
  Buffer actualDq(q.size() * 4), actualDk(k.size() * 4), actualDv(v.size() * 4);
  // What is initialized of the gradients: all, then some, then nothing.
  for (int32_t initialize : {3, 1, 2, 0}) {
    Table table = initialize == 0 ? more() : everyKind();
    table.initialize = initialize;
    reference.backward(table, toDouble(actualLse.values<float>()),
                       toDouble(dout), sums, dq, dk, dv);
    ASSERT_TRUE(runner.partGrad(table, actualLse, gradient, delta, actualDq,
                                actualDk, actualDv));
    EXPECT_EQ(firstDifference(actualDq.values<float>(), toFloat(dq)), -1);
    EXPECT_EQ(firstDifference(actualDk.values<float>(), toFloat(dk)), -1);
    EXPECT_EQ(firstDifference(actualDv.values<float>(), toFloat(dv)), -1);
  }
}

/// Rows `tokens` of a tensor of rows of `width` numbers.
Floats gather(const Floats &from, const std::vector<int64_t> &tokens,
              int64_t width) {
  Floats rows;
  for (int64_t token : tokens)
    rows.insert(rows.end(), from.begin() + token * width,
                from.begin() + (token + 1) * width);
  return rows;
}

/// What one call of hocket.attention and one of its gradient give.
struct Whole {
  Floats q, k, v, dout, output, lse, dq, dk, dv;

  explicit Whole(const AttentionCase &c) {
    KernelRunner runner(attentionKernels(c));
    EXPECT_TRUE(runner.compiled()) << runner.diagnostics();
    std::vector<int32_t> bounds = {0};
    for (int32_t length : c.lengths)
      bounds.push_back(bounds.back() + length);
    int64_t tokens = bounds.back(), numBounds = int64_t(bounds.size());
    q = randomFloats(size_t(tokens * c.heads * c.size), 1);
    k = randomFloats(size_t(tokens * c.keyHeads * c.size), 2);
    v = randomFloats(k.size(), 3);
    dout = randomFloats(q.size(), 4);
    Buffer query(q), key(k), value(v), offsets(bounds), gradient(dout);
    Buffer o(q.size() * 4), l(size_t(tokens * c.heads) * 4);
    Buffer gq(q.size() * 4), gk(k.size() * 4), gv(k.size() * 4);
    EXPECT_TRUE(runner.call("forward", {&query, &key, &value, &offsets, &o, &l},
                            tokens, numBounds));
    EXPECT_TRUE(runner.call(
        "backward",
        {&query, &key, &value, &offsets, &o, &l, &gradient, &gq, &gk, &gv},
        tokens, numBounds));
    output = o.values<float>();
    lse = l.values<float>();
    dq = gq.values<float>();
    dk = gk.values<float>();
    dv = gv.values<float>();
  }
};

/// One rank's tokens, and what it computes of them.
struct Rank {
  std::vector<Chunk> chunks;
  std::vector<int64_t> tokens;
  Buffer output, lse, delta, dq, dk, dv;

  Rank(const AttentionCase &c, Layout layout, int64_t rank, int64_t ranks)
      : chunks(chunksOf(c.lengths, layout, rank, ranks)),
        tokens(tokensOf(c.lengths, chunks)), output(bytes(c.heads * c.size)),
        lse(bytes(c.heads)), delta(bytes(c.heads)), dq(bytes(c.heads * c.size)),
        dk(bytes(c.keyHeads * c.size)), dv(bytes(c.keyHeads * c.size)) {}
  size_t bytes(int64_t width) const {
    return tokens.size() * size_t(width) * 4;
  }
};

/// Every rank attends to the keys of every rank, as in a ring.
void checkRanks(PartRunner &runner, const AttentionCase &c, const Whole &whole,
                Layout layout, int64_t numRanks) {
  std::vector<std::unique_ptr<Rank>> ranks;
  for (int64_t rank = 0; rank < numRanks; ++rank)
    ranks.push_back(std::make_unique<Rank>(c, layout, rank, numRanks));
  int64_t width = c.heads * c.size, keyWidth = c.keyHeads * c.size;
  auto call = [&](int64_t rank, int64_t step, auto compute) {
    Rank &mine = *ranks[size_t(rank)];
    Rank &other = *ranks[size_t((rank + numRanks - step) % numRanks)];
    runner.setInputs({int64_t(mine.tokens.size()), int64_t(other.tokens.size()),
                      c.heads, c.keyHeads, c.size},
                     gather(whole.q, mine.tokens, width),
                     gather(whole.k, other.tokens, keyWidth),
                     gather(whole.v, other.tokens, keyWidth));
    Table table;
    table.group = int32_t(c.heads / c.keyHeads);
    table.rows = pairsOf(mine.chunks, other.chunks);
    compute(mine, other, table);
  };
  for (int64_t step = 0; step < numRanks; ++step)
    for (int64_t rank = 0; rank < numRanks; ++rank)
      call(rank, step, [&](Rank &mine, Rank &, Table &table) {
        table.initialize = step == 0;
        ASSERT_TRUE(runner.part(table, mine.output, mine.lse));
      });
  for (int64_t step = 0; step < numRanks; ++step)
    for (int64_t rank = 0; rank < numRanks; ++rank)
      call(rank, step, [&](Rank &mine, Rank &other, Table &table) {
        Buffer gradient(gather(whole.dout, mine.tokens, width));
        if (step == 0)
          ASSERT_TRUE(runner.delta(mine.output, gradient, mine.delta));
        // At step 0 a rank is the first of both its queries and its keys.
        table.initialize = step == 0 ? 3 : 0;
        ASSERT_TRUE(runner.partGrad(table, mine.lse, gradient, mine.delta,
                                    mine.dq, other.dk, other.dv));
      });
  for (const auto &rank : ranks) {
    auto equals = [&](const Buffer &actual, const Floats &all,
                      int64_t numbers) {
      return firstDifference(actual.values<float>(),
                             gather(all, rank->tokens, numbers)) == -1;
    };
    EXPECT_TRUE(equals(rank->output, whole.output, width));
    EXPECT_TRUE(equals(rank->lse, whole.lse, c.heads));
    EXPECT_TRUE(equals(rank->dq, whole.dq, width));
    EXPECT_TRUE(equals(rank->dk, whole.dk, keyWidth));
    EXPECT_TRUE(equals(rank->dv, whole.dv, keyWidth));
  }
}

void checkSpread(bool causal) {
  PartRunner runner(8, kScale, causal);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  for (int64_t keyHeads : {4, 1}) {
    AttentionCase c = {causal, 4, keyHeads, 8, {1, 5, 64, 70, 130, 3}};
    Whole whole(c);
    for (int64_t ranks : {2, 3, 4})
      for (Layout layout :
           {Layout::Contiguous, Layout::Zigzag, Layout::Striped}) {
        SCOPED_TRACE(std::to_string(keyHeads) + " key heads, " +
                     std::to_string(ranks) + " ranks, layout " +
                     std::to_string(int(layout)));
        checkRanks(runner, c, whole, layout, ranks);
      }
  }
}

} // namespace

TEST(AttentionPart, TablesCausal) { checkTables(true); }
TEST(AttentionPart, TablesFull) { checkTables(false); }
TEST(AttentionPart, SpreadCausal) { checkSpread(true); }
TEST(AttentionPart, SpreadFull) { checkSpread(false); }

TEST(AttentionPart, NothingToAttendTo) {
  PartRunner runner(4, kScale, true);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  Floats some = randomFloats(5 * 2 * 4, 1), lse = randomFloats(5 * 2, 2);
  Table noRows, noKeys;
  noKeys.rows = {{0, 5, 0, 0}};
  for (Table table : {noRows, noKeys}) {
    runner.setInputs({5, 0, 2, 1, 4}, some, {}, {});
    // What was there stays.
    Buffer output(some), sums(lse);
    ASSERT_TRUE(runner.part(table, output, sums));
    EXPECT_EQ(output.values<float>(), some);
    EXPECT_EQ(sums.values<float>(), lse);
    Buffer gradient(some), delta(lse), dq(some), none(0), noneEither(0);
    ASSERT_TRUE(
        runner.partGrad(table, sums, gradient, delta, dq, none, noneEither));
    EXPECT_EQ(dq.values<float>(), some);
    // Unless it starts anew.
    table.initialize = 1;
    ASSERT_TRUE(runner.part(table, output, sums));
    EXPECT_EQ(output.values<float>(), Floats(5 * 2 * 4, 0.0f));
    EXPECT_EQ(sums.values<float>(), Floats(5 * 2, -kInfinity));
    ASSERT_TRUE(
        runner.partGrad(table, sums, gradient, delta, dq, none, noneEither));
    EXPECT_EQ(dq.values<float>(), Floats(5 * 2 * 4, 0.0f));
  }
}

TEST(AttentionPart, NoTokens) {
  PartRunner runner(4, kScale, false);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  Floats keys = randomFloats(3 * 4, 1);
  runner.setInputs({0, 3, 2, 1, 4}, {}, keys, keys);
  Table table;
  table.initialize = 2;
  table.group = 2;
  table.rows = {{0, 0, 0, 3}};
  Buffer output(0), lse(0), gradient(0), delta(0), dq(0);
  Buffer dk(keys.size() * 4), dv(keys.size() * 4);
  ASSERT_TRUE(runner.part(table, output, lse));
  ASSERT_TRUE(runner.delta(output, gradient, delta));
  ASSERT_TRUE(runner.partGrad(table, lse, gradient, delta, dq, dk, dv));
  EXPECT_EQ(dk.values<float>(), Floats(keys.size(), 0.0f));
  EXPECT_EQ(dv.values<float>(), Floats(keys.size(), 0.0f));
}

/// Scores whose exponentials have no common scale in f32.
TEST(AttentionPart, ScoresFarApart) {
  PartSizes sizes = {2, 2, 1, 1, 4};
  PartRunner runner(sizes.size, kScale, false);
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  Floats q(8, 15.0f), k = {9, 9, 9, 9, -9, -9, -9, -9};
  Floats v = randomFloats(8, 1);
  runner.setInputs(sizes, q, k, v);
  PartReference reference(sizes, kScale, false, q, k, v);
  // Query 0 meets the large score first, query 1 last.
  Table first, second;
  first.initialize = 1;
  first.rows = {{0, 1, 0, 1}, {1, 1, 1, 1}};
  second.rows = {{0, 1, 1, 1}, {1, 1, 0, 1}};
  Numbers output(8), lse(2);
  Buffer actualOutput(8 * 4), actualLse(2 * 4);
  for (const Table &table : {first, second}) {
    reference.forward(table, output, lse);
    ASSERT_TRUE(runner.part(table, actualOutput, actualLse));
    EXPECT_EQ(firstDifference(actualOutput.values<float>(), toFloat(output)),
              -1);
    EXPECT_EQ(firstDifference(actualLse.values<float>(), toFloat(lse)), -1);
  }
}
