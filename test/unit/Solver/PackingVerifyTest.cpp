//===- PackingVerifyTest.cpp ----------------------------------------------===//

#include "PackingFixture.h"

#include <gtest/gtest.h>

#include <functional>

using namespace hocket;
using namespace hocket::test;

namespace {

using Group = PackingSolution::Group;

/// Two microbatches: {0, 1} on devices 0 and 1 beside {2} on device 2; {3} on
/// all devices.
PackingProblem problem() {
  PackingProblem problem = smallPacking({200, 300, 100, 700});
  problem.methods = {PackingMethod::Ulysses, PackingMethod::Ring};
  problem.cost.heads = 4;
  return problem;
}

PackingSolution solution() {
  PackingSolution solution;
  solution.microbatches = {{{Group{{0, 1}, {}, {0, 1}}, Group{{2}, {}, {2}}}},
                           {{Group{{0, 1, 2, 3}, {}, {3}}}}};
  // Each b1, a1 s^2 / d, a2 s / d and s MB / d / (GB/s).
  double first = 20 + (4 + 9 + 20 + 30 + 50.) / 2;
  double second = 20 + (49 + 70 + 700 / 2.) / 4;
  solution.value = std::llround((first + second) * 1e6);
  return solution;
}

TEST(PackingVerify, TheSolutionIsRight) {
  ASSERT_TRUE(problem().check());
  EXPECT_TRUE(verify(problem(), solution()))
      << verify(problem(), solution()).error();
}

TEST(PackingVerify, NamesWhatIsWrong) {
  auto expect = [](const std::string &message,
                   const std::function<void(PackingSolution &)> &spoil) {
    PackingSolution spoilt = solution();
    spoil(spoilt);
    Result<void> verified = verify(problem(), spoilt);
    ASSERT_FALSE(verified) << message;
    EXPECT_EQ(verified.error().code, ErrorCode::InvalidPlan);
    EXPECT_EQ(verified.error().message.substr(0, message.size()), message);
  };
  auto group = [](PackingSolution &s, size_t j, size_t i) -> Group & {
    return s.microbatches[j].groups[i];
  };
  expect("the value is said to be 213750001 ns and is",
         [](auto &s) { s.value = 213750001; });
  expect("P8: sequence 3 is in no group",
         [](auto &s) { s.microbatches.pop_back(); });
  expect("microbatch 1 has no groups",
         [](auto &s) { s.microbatches[1].groups.clear(); });
  expect("microbatch 0, group 1: it has no sequences",
         [&](auto &s) { group(s, 0, 1).sequences.clear(); });
  expect("P8: microbatch 0, group 1: sequence 0 is packed once more",
         [&](auto &s) { group(s, 0, 1).sequences.push_back(0); });
  expect("microbatch 0, group 0: there is no sequence 4",
         [&](auto &s) { group(s, 0, 0).sequences.push_back(4); });
  expect("P5: microbatch 0, group 1: its sequences take 419430400 bytes, and "
         "its devices have 314572800",
         [&](auto &s) {
           group(s, 0, 1).sequences = {1, 2};
           group(s, 0, 0).sequences = {0};
         });
  expect("microbatch 0, group 1: device 1 is in another group, too",
         [&](auto &s) { group(s, 0, 1).devices = {1}; });
  expect("microbatch 0, group 1: there is no device 4",
         [&](auto &s) { group(s, 0, 1).devices = {4}; });
  expect("microbatch 0, group 1: there is no device -1",
         [&](auto &s) { group(s, 0, 1).devices = {-1}; });
  expect("microbatch 0, group 0: a device is there twice",
         [&](auto &s) { group(s, 0, 0).devices = {0, 0}; });
  expect("microbatch 0, group 0: it has 0 devices",
         [&](auto &s) { group(s, 0, 0).devices.clear(); });
  expect("microbatch 1, group 0: it has 3 devices, which is none",
         [&](auto &s) { group(s, 1, 0).devices.pop_back(); });
  expect("microbatch 0, group 0: its 2 devices are on 2 nodes, not on 1",
         [&](auto &s) {
           group(s, 0, 0).devices = {1, 2};
           group(s, 0, 1).devices = {3};
         });
  expect("microbatch 0, group 0: the method zigzag is none of the methods",
         [&](auto &s) { group(s, 0, 0).method = PackingMethod::ZigZag; });
}

TEST(PackingVerify, AMethodWithTooFewHeadsIsNone) {
  PackingProblem few = problem();
  few.cost.heads = 2;
  Result<void> verified = verify(few, solution());
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message, "microbatch 1, group 0: the method "
                                      "ulysses cannot have 4 devices with 2 "
                                      "heads");
}

TEST(PackingVerify, WithoutBarriersDevicesAreInOneGroupAtATime) {
  PackingProblem apart = problem();
  apart.hasBarriers = false;
  Result<void> verified = verify(apart, solution());
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message.substr(0, 29),
            "there are 2 microbatches; wit");
  PackingSolution one = solution();
  one.microbatches[0].groups.push_back(one.microbatches[1].groups[0]);
  one.microbatches.pop_back();
  // The first group ends after 76.5 ms.
  one.microbatches[0].groups[2].start = 76'500'000;
  EXPECT_TRUE(verify(apart, one)) << verify(apart, one).error();
  one.microbatches[0].groups[2].start -= 1;
  verified = verify(apart, one);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message,
            "microbatch 0, group 2: it starts while device 0 is still busy "
            "with microbatch 0, group 0");
  one.microbatches[0].groups[2].start += 2;
  verified = verify(apart, one);
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().message.find("the value is said to be"),
            std::string::npos);
  one.microbatches[0].groups[0].start = -1;
  EXPECT_EQ(verify(apart, one).error().message,
            "microbatch 0, group 0: starts before the step");
}

} // namespace
