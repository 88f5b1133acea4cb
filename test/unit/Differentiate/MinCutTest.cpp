//===- MinCutTest.cpp - Minimum cuts of small networks --------------------===//

#include "passes/Differentiate/MinCut.h"

#include "gtest/gtest.h"

using hocket::FlowNetwork;

TEST(MinCut, TakesTheNarrowestPlace) {
  FlowNetwork network;
  int a = network.addNode(), b = network.addNode();
  network.addEdge(0, a, 7);
  network.addEdge(a, b, 3);
  network.addEdge(b, 1, 5);
  std::vector<bool> side = network.sinkSide();
  EXPECT_FALSE(side[a]);
  EXPECT_TRUE(side[b]);
}

TEST(MinCut, TakesTheCutNearestTheSinkOfEqualOnes) {
  FlowNetwork network;
  int a = network.addNode(), b = network.addNode();
  network.addEdge(0, a, 4);
  network.addEdge(a, b, 4);
  network.addEdge(b, 1, 4);
  std::vector<bool> side = network.sinkSide();
  EXPECT_FALSE(side[a]);
  EXPECT_FALSE(side[b]);
}

TEST(MinCut, UndoesFlowThatIsInTheWay) {
  // The shortest path through a-d blocks both others.
  FlowNetwork network;
  int a = network.addNode(), b = network.addNode(), c = network.addNode(),
      d = network.addNode();
  network.addEdge(0, a, 10);
  network.addEdge(0, b, 10);
  network.addEdge(a, c, 1);
  network.addEdge(a, d, 8);
  network.addEdge(b, d, 9);
  network.addEdge(c, 1, FlowNetwork::kUnlimited);
  network.addEdge(d, 1, 10);
  std::vector<bool> side = network.sinkSide();
  // 1 + 10 < 10 + 10.
  EXPECT_FALSE(side[a]);
  EXPECT_FALSE(side[b]);
  EXPECT_TRUE(side[c]);
  EXPECT_FALSE(side[d]);
}
