//===- CostTest.cpp -------------------------------------------------------===//

#include "hocket/Cost/Cost.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace hocket;

namespace {

Topology twoNodes() {
  Topology topology;
  topology.nodes = 2;
  topology.devicesPerNode = 4;
  topology.device = {1 << 30, 1e9, 1e8, 1e-6};
  topology.intraNode = {1e-6, 1e9};
  topology.interNode = {1e-5, 1e8};
  return topology;
}

TEST(RooflineCost, TheSlowerOfArithmeticAndMemory) {
  RooflineCost cost(twoNodes());
  EXPECT_DOUBLE_EQ(cost.workSeconds({1'000'000, 10}), 1e-6 + 1e-3);
  EXPECT_DOUBLE_EQ(cost.workSeconds({10, 1'000'000}), 1e-6 + 1e-2);
  EXPECT_DOUBLE_EQ(cost.workSeconds({0, 0}), 1e-6);
  EXPECT_DOUBLE_EQ(cost.workSeconds({-5, -5}), 1e-6);
}

TEST(RooflineCost, TransfersTakeTheLinkBetweenTheirEnds) {
  RooflineCost cost(twoNodes());
  EXPECT_DOUBLE_EQ(cost.transferSeconds(1000, 0, 3), 1e-6 + 1e-6);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(1000, 3, 4), 1e-5 + 1e-5);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(0, 3, 4), 1e-5);
}

TEST(RooflineCost, AllReduceIsARing) {
  RooflineCost cost(twoNodes());
  EXPECT_EQ(cost.allReduceSeconds(4000, {2}), 0);
  // 2 (n - 1) steps of a quarter of the bytes.
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(4000, {0, 1, 2, 3}), 6 * 2e-6);
  // One link of the ring leaves the node, and paces it.
  std::vector<uint32_t> all(8);
  std::iota(all.begin(), all.end(), 0u);
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(8000, all), 14 * 2e-5);
}

TEST(RooflineCost, RingsCostTheBusFactorAtLargeSizes) {
  RooflineCost cost(twoNodes());
  double bytes = 1e12;
  EXPECT_NEAR(cost.allReduceSeconds(int64_t(bytes), {0, 1, 2, 3}),
              bytes / 1e9 * 2 * 3 / 4, 1e-3);
}

} // namespace
