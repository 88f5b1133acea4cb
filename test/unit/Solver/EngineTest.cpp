//===- EngineTest.cpp - Decision queries answered by Z3 -------------------===//

#include "hocket/Solver/Z3.h"

#include <gtest/gtest.h>

using namespace hocket;

namespace {

class Engine : public testing::TestWithParam<EngineLogic> {
protected:
  std::unique_ptr<DecisionEngine> engine =
      Z3EngineFactory().create(GetParam(), 0);
  SolverOptions options;
  Budget budget{options};
};

TEST_P(Engine, ClausesAndSums) {
  Literal a = engine->addBoolean(), b = engine->addBoolean(),
          c = engine->addBoolean();
  engine->addClause({a, b});
  engine->addClause({!a, c});
  engine->addAtMost({{2, a}, {3, b}, {2, c}}, 4);
  ASSERT_EQ(engine->check({}, budget), Answer::Yes);
  EXPECT_TRUE(engine->valueOf(a) || engine->valueOf(b));
  EXPECT_EQ(engine->check({b, c}, budget), Answer::No);
  EXPECT_FALSE(engine->core().empty());
  engine->push();
  engine->addClause({!b});
  ASSERT_EQ(engine->check({}, budget), Answer::Yes);
  EXPECT_TRUE(engine->valueOf(a));
  EXPECT_TRUE(engine->valueOf(c));
  engine->addClause({!c});
  EXPECT_EQ(engine->check({}, budget), Answer::No);
  engine->pop();
  EXPECT_EQ(engine->check({b}, budget), Answer::Yes);
}

TEST_P(Engine, SumsThatCannotBe) {
  Literal a = engine->addBoolean();
  engine->addAtMost({{5, a}}, 4);
  EXPECT_EQ(engine->check({a}, budget), Answer::No);
  EXPECT_EQ(engine->check({!a}, budget), Answer::Yes);
  engine->addAtMost({}, -1);
  EXPECT_EQ(engine->check({}, budget), Answer::No);
}

TEST_P(Engine, AnExhaustedBudgetIsNoAnswer) {
  SolverOptions nothing;
  nothing.workLimit = 0;
  Budget none(nothing);
  EXPECT_EQ(engine->check({}, none), Answer::Unknown);
}

INSTANTIATE_TEST_SUITE_P(All, Engine,
                         testing::Values(EngineLogic::FiniteDomain,
                                         EngineLogic::Differences));

TEST(Differences, GuardedDistances) {
  std::unique_ptr<DecisionEngine> engine =
      Z3EngineFactory().create(EngineLogic::Differences, 0);
  Budget budget{SolverOptions()};
  Integer a = engine->addInteger(0, 10), b = engine->addInteger(0, 10);
  Literal first = engine->addBoolean();
  engine->addDifference(a, b, -4, {!first}); // first: a + 4 <= b
  engine->addDifference(b, a, -7, {first});
  ASSERT_EQ(engine->check({first}, budget), Answer::Yes);
  EXPECT_LE(engine->valueOf(a) + 4, engine->valueOf(b));
  ASSERT_EQ(engine->check({!first}, budget), Answer::Yes);
  EXPECT_LE(engine->valueOf(b) + 7, engine->valueOf(a));
  engine->addDifference(a, b, 6);
  EXPECT_EQ(engine->check({!first}, budget), Answer::No);
}

} // namespace
