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

TEST(RooflineCost, LatenciesDependOnTheNodesAndTheDirection) {
  Topology topology = twoNodes();
  topology.nodes = 3;
  topology.devicesPerNode = 2;
  topology.nodeLatencySeconds = {0, 1, 2, 3, 0, 4, 5, 6, 0};
  RooflineCost cost(topology);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(1000, 0, 1), 2e-6) << "one node";
  EXPECT_DOUBLE_EQ(cost.transferSeconds(0, 1, 2), 1);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(0, 2, 1), 3);
  EXPECT_DOUBLE_EQ(cost.transferSeconds(100'000'000, 5, 0), 5 + 1);
  // A ring is paced by the slowest link that it takes: node 2 to node 0, and
  // not node 2 to node 1.
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(0, {0, 2, 4}), 4 * 5);
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(0, {0, 1, 2, 3}), 6 * 3);
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(0, {4, 5}), 2 * 1e-6);
}

TEST(RooflineCost, GroupsShareTheAdaptersOfTheirNode) {
  Topology topology = twoNodes();
  topology.interNode = {0, 1e8, 5e7, 4};
  topology.intraNode.latencySeconds = 0;
  RooflineCost cost(topology);
  double bytes = 1e9;
  // Four groups of one device per node: each has an adapter to itself.
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(int64_t(bytes), {0, 4}), bytes / 5e7);
  // Two groups: two adapters each.
  EXPECT_DOUBLE_EQ(cost.allReduceSeconds(int64_t(bytes), {0, 2, 4, 6}),
                   2 * 3 * bytes / 4 / 1e8);
  // Fewer adapters than devices.
  topology.interNode.adaptersPerNode = 1;
  EXPECT_DOUBLE_EQ(
      RooflineCost(topology).allReduceSeconds(int64_t(bytes), {0, 4}),
      bytes / (5e7 / 4));
}

TEST(RooflineCost, ProductsGoInWavesOfTiles) {
  Topology topology = twoNodes();
  topology.device.launchSeconds = 0;
  RooflineCost plain(topology);
  EXPECT_DOUBLE_EQ(plain.productSeconds({10, 10, 1000}), 2e5 / 1e9 * 2.01)
      << "bound by memory: 40 kB and the result at 1e8 bytes/s";

  topology.device.memoryBytesPerSecond = 1e15;
  topology.device.matrix = {1e9, 4, 8, 4, 0};
  RooflineCost cost(topology);
  double tile = 2.0 * 8 * 4 * 100 / 1e9; // on one processor of four: 4 times
  EXPECT_DOUBLE_EQ(cost.productSeconds({16, 8, 100}), 4 * tile);
  // One row more: another row of tiles, another wave. On its side, the tile
  // needs 5 x 1.
  EXPECT_DOUBLE_EQ(cost.productSeconds({17, 8, 100}), 8 * tile);
  EXPECT_DOUBLE_EQ(cost.productSeconds({4, 8, 100}), 4 * tile);
  EXPECT_DOUBLE_EQ(cost.productSeconds({4, 8, 100, 5}), 8 * tile);
  topology.device.matrix.rampDepth = 50;
  EXPECT_DOUBLE_EQ(RooflineCost(topology).productSeconds({16, 8, 100}),
                   4 * tile * 1.5);
}

TEST(RooflineCost, RingsCostTheBusFactorAtLargeSizes) {
  RooflineCost cost(twoNodes());
  double bytes = 1e12;
  EXPECT_NEAR(cost.allReduceSeconds(int64_t(bytes), {0, 1, 2, 3}),
              bytes / 1e9 * 2 * 3 / 4, 1e-3);
}

} // namespace
