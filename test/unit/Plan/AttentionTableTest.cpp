//===- AttentionTableTest.cpp - What queries attend to --------------------===//

#include "SharedSequences.h"

#include "hocket/Plan/AttentionTable.h"

#include <gtest/gtest.h>

#include <random>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

using Table = std::vector<int32_t>;

int64_t countOneByOne(const Table &table, bool causal) {
  int64_t pairs = 0;
  for (size_t row = 4; row < table.size(); row += 8)
    for (int64_t i = 0; i < table[row + 1]; ++i)
      for (int64_t j = 0; j < table[row + 3]; ++j)
        pairs += !causal || table[row + 6] + j * table[row + 7] <=
                                table[row + 4] + i * table[row + 5];
  return pairs;
}

TEST(AttentionTable, PairsAreThoseOfALoop) {
  std::mt19937 random(1);
  auto number = [&](int32_t least, int32_t most) {
    return std::uniform_int_distribution<int32_t>(least, most)(random);
  };
  for (int round = 0; round < 3000; ++round) {
    Table table = {number(0, 3), 1, 1, 0};
    for (int32_t row = 0; row < table[0]; ++row)
      for (int32_t entry :
           {number(0, 9), number(0, 12), number(0, 9), number(0, 12),
            number(0, 30), number(1, 7), number(0, 30), number(1, 7)})
        table.push_back(entry);
    ASSERT_TRUE(isTable(table));
    EXPECT_EQ(countPairs(table, true), countOneByOne(table, true));
    EXPECT_EQ(countPairs(table, false), countOneByOne(table, false));
  }
}

TEST(AttentionTable, LongSequencesAreCountedAtOnce) {
  constexpr int32_t most = INT32_MAX;
  Table whole = {1, 1, 1, 0, 0, most, 0, most, 0, 1, 0, 1};
  EXPECT_EQ(countPairs(whole, true), (int64_t(most) * most + most) / 2);
  EXPECT_EQ(countPairs(whole, false), int64_t(most) * most);
  // Every second query, every second key.
  Table striped = {1, 1, 1, 0, 0, 1 << 29, 0, 1 << 29, 0, 2, 1, 2};
  EXPECT_EQ(countPairs(striped, true),
            (int64_t(1) << 28) * ((int64_t(1) << 29) - 1));
  Table many = {5, 1, 1, 0};
  for (int row = 0; row < 5; ++row)
    many.insert(many.end(), whole.begin() + 4, whole.end());
  EXPECT_EQ(countPairs(many, false), INT64_MAX) << "saturates";
}

TEST(AttentionTable, KnowsATable) {
  Table good = {1, 1, 2, 0, 0, 3, 0, 3, 0, 1, 0, 1};
  EXPECT_TRUE(isTable(good));
  EXPECT_TRUE(isTable({0, 0, 1, 0}));
  EXPECT_FALSE(isTable({}));
  EXPECT_FALSE(isTable({0, 0, 1}));
  EXPECT_FALSE(isTable({-1, 0, 1, 0}));
  for (auto [place, value] : {std::pair(0, 2),
                              {0, INT32_MAX},
                              {2, 0},
                              {3, -1},
                              {4, -1},
                              {5, -3},
                              {8, -1},
                              {9, 0},
                              {11, 0}}) {
    Table bad = good;
    bad[size_t(place)] = value;
    EXPECT_FALSE(isTable(bad)) << place;
  }
  good.pop_back();
  EXPECT_FALSE(isTable(good));
}

TEST(Shares, HeadsAreThoseOfTheValue) {
  Model model = makeSharedModel();
  const TensorType &key = model.stages[1].inputs[1];
  EXPECT_TRUE(hasHeads(key, {}));
  EXPECT_TRUE(hasHeads(key, {1, 1, 1, -1}));
  EXPECT_FALSE(hasHeads(key, {1, 1, 2, -1}));
  EXPECT_FALSE(hasHeads(key, {1, 1, 0, -1}));
  EXPECT_FALSE(hasHeads(key, {1, UINT32_MAX, UINT32_MAX, -1}));
  EXPECT_TRUE(hasHeads(model.batch[0].type, {1, 0, 0, -1}));
  EXPECT_FALSE(hasHeads(model.batch[0].type, {1, 0, 1, -1}));
  EXPECT_EQ(shareType(key, {1, 1, 1, -1}).str(), "T x 1 x 8 x f32");
  EXPECT_EQ(shareType(key, {1, 0, 0, 2}), key);
}

} // namespace
