//===- ProfileTest.cpp - Costs that were measured -------------------------===//

#include "hocket/Cost/Profile.h"

#include <gtest/gtest.h>

using namespace hocket;

namespace {

Profile example() {
  Profile profile;
  profile.machine = "a \"machine\"";
  profile.cores = 2;
  profile.wakeSeconds = 5e-6;
  profile.instructionSeconds = 1e-7;
  profile.fill = {1e-8, 1e-10};
  profile.load = {2e-8, 2e-10};
  profile.copy = {3e-8, 3e-10};
  profile.sum = {0, 4e-10};
  profile.kernels["f"] = {{{10, 2}, 1e-3, 5}, {{20, 3}, 3e-3, 6}};
  profile.kernels["update"] = {{{0, 0}, 2e-3, 1}};
  return profile;
}

} // namespace

TEST(MoveCost, FitsALine) {
  MoveCost cost = MoveCost::fit({{100, 3e-6}, {200, 5e-6}, {1000, 21e-6}});
  EXPECT_NEAR(cost.latencySeconds, 1e-6, 1e-12);
  EXPECT_NEAR(cost.secondsPerByte, 2e-8, 1e-14);
  EXPECT_NEAR(cost.seconds(500), 11e-6, 1e-11);
}

TEST(MoveCost, StaysInTheQuadrant) {
  // One size alone, and larger messages that are faster.
  MoveCost one = MoveCost::fit({{100, 3e-6}, {100, 3e-6}});
  EXPECT_EQ(one.latencySeconds, 0);
  EXPECT_NEAR(one.secondsPerByte, 3e-8, 1e-14);
  MoveCost falling = MoveCost::fit({{100, 3e-6}, {200, 2e-6}});
  EXPECT_GE(falling.latencySeconds, 0);
  EXPECT_GT(falling.secondsPerByte, 0);
  EXPECT_EQ(MoveCost::fit({}).seconds(100), 0);
}

TEST(Profile, KernelsAreFunctionsOfTheirShape) {
  Profile profile = example();
  EXPECT_DOUBLE_EQ(*profile.kernelSeconds("f", {10, 2}), 1e-3);
  EXPECT_DOUBLE_EQ(*profile.kernelSeconds("f", {15, 2}), 2e-3);
  EXPECT_DOUBLE_EQ(*profile.kernelSeconds("f", {5, 2}), 0.5e-3);
  EXPECT_DOUBLE_EQ(*profile.kernelSeconds("f", {40, 2}), 6e-3);
  EXPECT_DOUBLE_EQ(*profile.kernelSeconds("update", {0, 0}), 2e-3);
  EXPECT_FALSE(profile.kernelSeconds("g", {10, 2}));
}

/// Of an attention, what its mask leaves differs at the same shape.
TEST(Profile, KernelsAreFunctionsOfTheirOperations) {
  Profile profile;
  profile.kernels["part"] = {{{64, 64, 2, 2, 16}, 1e-3, 3, 1000},
                             {{64, 64, 2, 2, 16}, 1.8e-3, 3, 2000},
                             {{128, 128, 2, 2, 16}, 6e-3, 3, 8000}};
  Symbols small = {64, 64, 2, 2, 16}, large = {128, 128, 2, 2, 16};
  auto seconds = [&](const Symbols &symbols, int64_t flops) {
    return *profile.kernelSeconds("part", symbols, flops);
  };
  EXPECT_DOUBLE_EQ(seconds(small, 1000), 1e-3);
  EXPECT_DOUBLE_EQ(seconds(small, 2000), 1.8e-3);
  EXPECT_DOUBLE_EQ(seconds(small, 1500), 1.4e-3);
  EXPECT_DOUBLE_EQ(seconds(small, 500), 0.5e-3);
  EXPECT_DOUBLE_EQ(seconds(large, 4000), 3e-3) << "a half of it is visible";
  // At no shape that was measured.
  EXPECT_DOUBLE_EQ(seconds({96, 96, 2, 2, 16}, 5000), 3.9e-3);
  EXPECT_DOUBLE_EQ(seconds({256, 256, 2, 2, 16}, 32000), 24e-3);
  // Nothing is known of operations: by shape.
  EXPECT_DOUBLE_EQ(seconds(small, 0), 1e-3);
  profile.kernels["part"][0].flops = 0;
  EXPECT_DOUBLE_EQ(seconds(small, 2000), 1e-3);
  EXPECT_DOUBLE_EQ(seconds({256, 256, 2, 2, 16}, 32000), 12e-3);
}

TEST(Profile, FilesKeepEverything) {
  Profile before = example();
  before.kernels["f"][1].flops = 77;
  Result<Profile> after = parseProfile(before.str(), "p.json");
  ASSERT_TRUE(after) << after.error();
  EXPECT_EQ(after->str(), before.str());
  EXPECT_EQ(after->machine, before.machine);
  EXPECT_EQ(after->cores, 2);
  EXPECT_EQ(after->copy.secondsPerByte, 3e-10);
  EXPECT_EQ(after->kernels.at("f")[1].calls, 6);
  EXPECT_EQ(after->kernels.at("f")[1].flops, 77);
}

TEST(Profile, ErrorsNameTheField) {
  auto expectError = [](const std::string &from, const std::string &to,
                        const std::string &message) {
    std::string text = example().str();
    size_t position = text.find(from);
    ASSERT_NE(position, std::string::npos) << from;
    Result<Profile> read =
        parseProfile(text.replace(position, from.size(), to), "p.json");
    ASSERT_FALSE(read) << to;
    EXPECT_EQ(read.error().message, message);
    EXPECT_EQ(read.error().exitCode(), 2);
  };
  expectError("\"cores\": 2", "\"cores\": 0",
              "p.json: field 'cores' must be a whole number of at least 1");
  expectError("\"cores\": 2", "\"core\": 2",
              "p.json: field 'cores' is missing");
  expectError("\"hocket_profile\": 1", "\"hocket_profile\": 2",
              "p.json: field 'hocket_profile' is version 2; this program reads "
              "version 1");
  expectError("\"calls\": 5", "\"calls\": 5.5",
              "p.json: field 'kernels[0].samples[0].calls' must be a whole "
              "number of at least 1");
  expectError("\"flops\": 0", "\"flops\": -1",
              "p.json: field 'kernels[0].samples[0].flops' must be a whole "
              "number of at least 0");
  expectError("0.001", "-1",
              "p.json: field 'kernels[0].samples[0].seconds' must be a number "
              "of at least 0");
  expectError("0.001", "1e300",
              "p.json: field 'kernels[0].samples[0].seconds' must be at most "
              "1000000");
  expectError("\"samples\": [", "\"samples\": [], \"more\": [",
              "p.json: field 'kernels[0].samples' is empty: a kernel is there "
              "since it was measured");
  expectError("\"update\"", "\"f\"",
              "p.json: field 'kernels[1].symbol' is given twice");
  expectError("\"cores\": 2", "\"cores\": 2, \"core\": 2",
              "p.json: field 'core' is not a field of a profile");
  expectError("\"samples\": [", "\"sample\": 1, \"samples\": [",
              "p.json: field 'kernels[0].sample' is not a field of a profile");
  expectError("\"calls\": 5", "\"calls\": 5, \"call\": 5",
              "p.json: field 'kernels[0].samples[0].call' is not a field of a "
              "profile");
  expectError("\"latency_seconds\"", "\"bytes\": 1, \"latency_seconds\"",
              "p.json: field 'fill.bytes' is not a field of a profile");
  expectError("\"cores\": 2", "\"cores\": 2, \"cores\": 3",
              "p.json: field 'cores' is given twice");
  expectError("{", "[", "p.json: not a profile: it is no JSON");
  EXPECT_EQ(parseProfile("[]", "p.json").error().message,
            "p.json: field 'hocket_profile' is missing");
}

TEST(ProfiledCost, IsWhatWasMeasured) {
  RooflineCost otherwise{Topology()};
  ProfiledCost cost(example(), otherwise);
  EXPECT_DOUBLE_EQ(cost.workSeconds({1, 1, "f", {10, 2}}), 1e-3 + 1e-7);
  EXPECT_DOUBLE_EQ(cost.workSeconds({1, 1, "g", {10, 2}}),
                   otherwise.workSeconds({1, 1}) + 1e-7);
  EXPECT_DOUBLE_EQ(cost.workSeconds({0, 100}), 1e-8 + 1e-8);
  EXPECT_DOUBLE_EQ(cost.workSeconds({0, 100, {}, {0, 0}, true}), 4e-8);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(100, 0, 1), 6e-8);
  // Each of four sums a quarter: three sums, five copies.
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(400, {0, 1, 2, 3}),
                   100 * (5 * 3e-10 + 3 * 4e-10));
  EXPECT_EQ(cost.allReduceSeconds(400, {3}), 0);
}
