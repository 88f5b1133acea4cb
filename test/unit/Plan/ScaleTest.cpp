//===- ScaleTest.cpp - Ten thousand ranks ---------------------------------===//

#include "SyntheticModel.h"

#include <chrono>
#include <iostream>

using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

TEST(Scale, TenThousandRanksExpandAndPass) {
  SyntheticOptions options;
  options.stages = 16;
  options.parameters = 12;
  options.residuals = 30;
  options.width = 1024;
  options.tied = true;
  Model model = makeModel(options);
  Strategy strategy{625, 32, "1f1b"};
  std::vector<int64_t> lengths = makeLengths(size_t(625) * 32 * 2);

  auto start = std::chrono::steady_clock::now();
  auto plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  double expandSeconds = secondsSince(start);
  start = std::chrono::steady_clock::now();
  auto checked = check(*plan, model, 0);
  double checkSeconds = secondsSince(start);
  EXPECT_TRUE(checked) << checked.error();
  EXPECT_EQ(plan->ranks.size(), 10000u);
  EXPECT_EQ(plan->roles.size(), 16u);
  std::cout << "expand " << expandSeconds << " s, check " << checkSeconds
            << " s\n";
  // Generous: a quadratic step anywhere would take minutes.
  EXPECT_LT(expandSeconds + checkSeconds, 60.0);
}

/// The last of ten thousand ranks is checked too.
TEST(Scale, TheLastRankIsNotOverlooked) {
  SyntheticOptions options;
  options.stages = 4;
  Model model = makeModel(options);
  Plan plan = makePlan(model, {2500, 4, "1f1b"}, 10000);
  ASSERT_TRUE(check(plan, model, 0));
  std::swap(plan.ranks[9998].peers, plan.ranks[9999].peers);
  auto found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P1");
  EXPECT_FALSE(found->culprits.empty());
}

} // namespace
