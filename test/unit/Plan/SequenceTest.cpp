//===- SequenceTest.cpp - Ranks that share sequences ----------------------===//

#include "AttentionModel.h"

#include "hocket/Plan/AttentionTable.h"
#include "hocket/Plan/Check.h"
#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Work.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

Strategy sequenceStrategy(uint32_t degree, std::string method,
                          uint32_t segments) {
  Strategy strategy;
  strategy.sequence = degree;
  strategy.sequenceMethod = std::move(method);
  strategy.segments = {segments};
  strategy.schedule = "gpipe";
  return strategy;
}

Result<Plan> expandWith(const Model &model, const Strategy &strategy,
                        const std::vector<int64_t> &lengths) {
  return expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
}

const std::vector<int64_t> kRagged = {37, 1, 64, 5, 18, 3, 129, 11};

struct Case {
  std::string method;
  uint32_t degree;
};

std::vector<Case> allCases() {
  std::vector<Case> cases;
  for (const char *method :
       {"ring", "zigzag", "striped", "all_gather", "ulysses", "token_ring"})
    for (uint32_t degree : {1, 2, 3, 4, 8})
      cases.push_back({method, degree});
  for (auto [ulysses, degree] :
       {std::pair(1u, 4u), {2u, 2u}, {2u, 4u}, {2u, 8u}, {4u, 8u}, {3u, 6u}})
    cases.push_back({"usp:" + std::to_string(ulysses), degree});
  return cases;
}

class SequenceMethodTest : public ::testing::TestWithParam<Case> {};

/// The check follows every term of every attention, so a plan that passes it
/// computes the attention of the whole sequences.
TEST_P(SequenceMethodTest, PlansAreRight) {
  for (uint32_t keyHeads : {8u, 4u, 2u, 1u})
    for (bool causal : {true, false}) {
      AttentionOptions options;
      options.layers = 1;
      options.keyHeads = keyHeads;
      options.causal = causal;
      options.split = keyHeads == 2;
      Model model = makeAttentionModel(options);
      Result<void> checkedModel = checkModel(model);
      ASSERT_TRUE(checkedModel) << checkedModel.error();
      Strategy strategy =
          sequenceStrategy(GetParam().degree, GetParam().method, 2);
      strategy.data = 2;
      strategy.microbatches = 2;
      Result<Plan> plan = expandWith(model, strategy, kRagged);
      ASSERT_TRUE(plan) << plan.error();
      Result<void> checked = check(*plan, model, 0);
      ASSERT_TRUE(checked) << checked.error() << "key heads " << keyHeads
                           << ", causal " << causal;
    }
}

INSTANTIATE_TEST_SUITE_P(Methods, SequenceMethodTest,
                         ::testing::ValuesIn(allCases()), [](const auto &info) {
                           std::string name = info.param.method + "_" +
                                              std::to_string(info.param.degree);
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

/// With a pipeline around it, in every schedule with one chunk.
TEST(SequenceTest, NestsInPipelines) {
  for (const char *schedule : {"gpipe", "1f1b", "zb_h1"})
    for (const char *method : {"zigzag", "usp:2", "token_ring"}) {
      AttentionOptions options;
      options.layers = 5;
      options.split = std::string(schedule) == "zb_h1";
      Model model = makeAttentionModel(options);
      Strategy strategy = sequenceStrategy(4, method, 0);
      strategy.segments = {2, 3, 1};
      strategy.schedule = schedule;
      strategy.microbatches = 4;
      Result<Plan> plan = expandWith(model, strategy, kRagged);
      ASSERT_TRUE(plan) << plan.error();
      EXPECT_EQ(plan->ranks.size(), 12u);
      Result<void> checked = check(*plan, model, 0);
      EXPECT_TRUE(checked) << checked.error();
    }
}

/// Groups of unlike sizes and methods, other ones in each microbatch, and a
/// coordinate with nothing to do.
TEST(SequenceTest, GroupsMayDiffer) {
  AttentionOptions options;
  options.layers = 3;
  Model model = makeAttentionModel(options);
  Strategy strategy;
  strategy.data = 8;
  strategy.microbatches = 2;
  strategy.segments = {2, 2};
  strategy.schedule = "1f1b";
  StepGroups groups = {{{{0, 1, 2, 3}, {6}, "zigzag"},
                        {{4, 5}, {0, 2}, "ulysses"},
                        {{7}, {1, 3}, "ring"}},
                       {{{0, 7, 3}, {4, 5}, "all_gather"},
                        {{1, 2, 4, 5, 6}, {7}, "token_ring"}}};
  Result<Plan> plan = expandGroups(model, strategy, kRagged, groups,
                                   ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();

  groups[0][1].sequences = {0, 2, 4};
  plan = expandGroups(model, strategy, kRagged, groups,
                      ScheduleRegistry::withBuiltins());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "sequence #4 is not in exactly one group");
}

//===----------------------------------------------------------------------===//
// Traffic
//===----------------------------------------------------------------------===//

/// Bytes that each rank sends for an attention or for its gradient, which comes
/// after the backward of its stage.
std::vector<int64_t> sentBytes(const Plan &plan, const Model &model,
                               bool isBackward) {
  std::vector<int64_t> sent;
  for (const Rank &rank : plan.ranks) {
    int64_t bytes = 0;
    bool hasTurned = false;
    for (const Instruction &instruction : plan.roles[rank.role].body) {
      hasTurned |=
          instruction.op == Op::Kernel && instruction.kind == TaskKind::B;
      if (instruction.op == Op::Send && hasTurned == isBackward)
        bytes += workOf(plan, model, rank, instruction).bytes;
    }
    sent.push_back(bytes);
  }
  return sent;
}

struct Traffic {
  int64_t tokens = 960;
  int64_t degree = 4;
  int64_t heads = 8, keyHeads = 8;
  static constexpr int64_t headBytes = 4 * 4;

  int64_t local() const { return tokens / degree; }
  int64_t keys() const { return local() * keyHeads * headBytes; }
  int64_t queries() const { return local() * heads * headBytes; }
};

std::pair<std::vector<int64_t>, std::vector<int64_t>>
measure(const Traffic &traffic, const std::string &method, bool causal) {
  AttentionOptions options;
  options.layers = 1;
  options.heads = uint32_t(traffic.heads);
  options.keyHeads = uint32_t(traffic.keyHeads);
  options.causal = causal;
  Model model = makeAttentionModel(options);
  Result<Plan> plan =
      expandWith(model, sequenceStrategy(uint32_t(traffic.degree), method, 2),
                 {traffic.tokens});
  EXPECT_TRUE(plan) << plan.error();
  return {sentBytes(*plan, model, false), sentBytes(*plan, model, true)};
}

TEST(SequenceTraffic, RingsAreAsTheFormula) {
  for (int64_t keyHeads : {8, 2})
    for (const char *method : {"ring", "zigzag", "striped"}) {
      Traffic t;
      t.keyHeads = keyHeads;
      auto [forward, backward] = measure(t, method, false);
      for (int64_t rank = 0; rank < t.degree; ++rank) {
        EXPECT_EQ(forward[rank], 2 * (t.degree - 1) * t.keys()) << method;
        EXPECT_EQ(backward[rank],
                  2 * (t.degree - 1) * t.keys() + 2 * t.degree * t.keys())
            << method;
      }
    }
}

/// A causal ring leaves out what nobody reads: the keys of rank c go on to the
/// ranks after it only, and the sum of their gradients straight home.
TEST(SequenceTraffic, CausalRingsSendLess) {
  Traffic t;
  auto [forward, backward] = measure(t, "ring", true);
  int64_t sum = 0, full = 0;
  for (int64_t rank = 0; rank < t.degree; ++rank) {
    sum += forward[rank];
    full += 2 * (t.degree - 1) * t.keys();
  }
  EXPECT_EQ(sum, full / 2);
  // Every key of a zigzag ring has a reader at every rank.
  auto [zigzag, zigzagBackward] = measure(t, "zigzag", true);
  EXPECT_EQ(zigzag[0], 2 * (t.degree - 1) * t.keys());
}

TEST(SequenceTraffic, GatherIsAsTheFormula) {
  Traffic t;
  t.keyHeads = 2;
  auto [forward, backward] = measure(t, "all_gather", false);
  for (int64_t rank = 0; rank < t.degree; ++rank) {
    EXPECT_EQ(forward[rank], 2 * (t.degree - 1) * t.keys());
    EXPECT_EQ(backward[rank], 4 * (t.degree - 1) * t.keys());
  }
}

TEST(SequenceTraffic, UlyssesIsAsTheFormula) {
  for (int64_t keyHeads : {8, 4, 2, 1}) {
    Traffic t;
    t.keyHeads = keyHeads;
    auto [forward, backward] = measure(t, "ulysses", true);
    int64_t heads = 2 * t.heads + 2 * std::max(t.keyHeads, t.degree);
    for (int64_t rank = 0; rank < t.degree; ++rank) {
      EXPECT_EQ(forward[rank], (t.degree - 1) * t.local() * heads *
                                   Traffic::headBytes / t.degree);
      EXPECT_EQ(backward[rank], forward[rank]);
    }
  }
}

TEST(SequenceTraffic, UspIsAsTheFormula) {
  Traffic t;
  t.degree = 8;
  t.keyHeads = 4;
  int64_t ulysses = 2, ring = 4;
  auto [forward, backward] = measure(t, "usp:2", false);
  int64_t exchanged = (ulysses - 1) * t.local() *
                      (2 * t.heads + 2 * t.keyHeads) * Traffic::headBytes /
                      ulysses;
  for (int64_t rank = 0; rank < t.degree; ++rank)
    EXPECT_EQ(forward[rank], exchanged + 2 * (ring - 1) * t.keys());
}

/// Queries and, from the second step on, outputs with their lse.
TEST(SequenceTraffic, TokenRingSendsQueriesAndOutputs) {
  Traffic t;
  auto [forward, backward] = measure(t, "token_ring", false);
  int64_t lse = t.local() * t.heads * 4;
  for (int64_t rank = 0; rank < t.degree; ++rank) {
    EXPECT_EQ(forward[rank], (t.degree - 1) * (2 * t.queries() + lse));
    EXPECT_EQ(backward[rank], (t.degree - 1) * (3 * t.queries() + 2 * lse));
  }
}

//===----------------------------------------------------------------------===//
// Balance
//===----------------------------------------------------------------------===//

/// Sum over the steps of the most pairs that a rank computes, over the mean.
double balance(const std::string &method, uint32_t degree, int64_t tokens) {
  SequenceMethods methods = SequenceMethods::withBuiltins();
  auto made = methods.make(method);
  AttentionGeometry geometry;
  geometry.causal = true;
  for (uint32_t member = 0; member < degree; ++member)
    geometry.chunks.push_back((*made)->chunks(tokens, member, degree));
  double sum = 0, all = 0;
  for (uint32_t step = 0; step < degree; ++step) {
    double most = 0;
    for (uint32_t member = 0; member < degree; ++member) {
      std::vector<int32_t> table = {0, 0, 1, 0};
      std::vector<int32_t> rows =
          geometry.rows(member, (member + degree - step) % degree);
      table.insert(table.end(), rows.begin(), rows.end());
      double pairs = double(countPairs(table, true));
      most = std::max(most, pairs);
      all += pairs;
    }
    sum += most;
  }
  EXPECT_EQ(int64_t(all), tokens * (tokens + 1) / 2);
  return sum * degree / all;
}

TEST(SequenceBalance, IsAsTheTable) {
  EXPECT_NEAR(balance("ring", 8, 1 << 14), 15.0 / 8, 2e-3);
  EXPECT_NEAR(balance("ring", 4, 1 << 14), 7.0 / 4, 2e-3);
  EXPECT_NEAR(balance("zigzag", 8, 512), 1.000, 5e-4);
  EXPECT_NEAR(balance("striped", 8, 512), 1.014, 5e-4);
}

//===----------------------------------------------------------------------===//
// Wrong input
//===----------------------------------------------------------------------===//

TEST(SequenceErrors, AreTold) {
  Model model = makeAttentionModel();
  auto messageOf = [&](const Strategy &strategy) {
    Result<Plan> plan = expandWith(model, strategy, kRagged);
    EXPECT_FALSE(plan);
    return plan ? "" : plan.error().message;
  };
  EXPECT_EQ(messageOf(sequenceStrategy(2, "rings", 3)),
            "there is no sequence method 'rings'");
  EXPECT_EQ(messageOf(sequenceStrategy(9, "ulysses", 3)),
            "a Ulysses degree of 9 is larger than the 8 heads of an attention");
  EXPECT_EQ(messageOf(sequenceStrategy(4, "usp:3", 3)),
            "a Ulysses degree of 3 does not divide the sequence degree of 4");
  EXPECT_EQ(messageOf(sequenceStrategy(4, "usp", 3)),
            "the sequence method 'usp' needs a Ulysses degree");
  EXPECT_EQ(messageOf(sequenceStrategy(4, "ring:2", 3)),
            "the sequence method 'ring' takes no degree");
  EXPECT_EQ(messageOf(sequenceStrategy(2, "ring", 2)),
            "the stages of the pipeline have 2 segments and the model 3 "
            "stages");
}

} // namespace
