//===- MinCut.cpp - Minimum cut of a flow network -------------------------===//

#include "MinCut.h"

#include <algorithm>

using namespace hocket;

int FlowNetwork::addNode() {
  outgoing.emplace_back();
  return int(outgoing.size()) - 1;
}

void FlowNetwork::addEdge(int from, int to, int64_t capacity) {
  outgoing[from].push_back(int(edges.size()));
  edges.push_back({to, capacity});
  outgoing[to].push_back(int(edges.size()));
  edges.push_back({from, 0});
}

bool FlowNetwork::level() {
  levels.assign(outgoing.size(), -1);
  levels[0] = 0;
  std::vector<int> queue{0};
  for (size_t i = 0; i < queue.size(); ++i)
    for (int edge : outgoing[queue[i]])
      if (edges[edge].capacity > 0 && levels[edges[edge].to] < 0) {
        levels[edges[edge].to] = levels[queue[i]] + 1;
        queue.push_back(edges[edge].to);
      }
  return levels[1] >= 0;
}

int64_t FlowNetwork::augment(int node, int64_t limit) {
  if (node == 1)
    return limit;
  for (size_t &i = next[node]; i < outgoing[node].size(); ++i) {
    int edge = outgoing[node][i];
    int to = edges[edge].to;
    if (edges[edge].capacity <= 0 || levels[to] != levels[node] + 1)
      continue;
    int64_t pushed = augment(to, std::min(limit, edges[edge].capacity));
    if (pushed == 0)
      continue;
    edges[edge].capacity -= pushed;
    edges[edge ^ 1].capacity += pushed;
    return pushed;
  }
  return 0;
}

std::vector<bool> FlowNetwork::sinkSide() {
  while (level()) {
    next.assign(outgoing.size(), 0);
    while (augment(0, kUnlimited) > 0) {
    }
  }
  // Whatever can still send flow to the sink.
  std::vector<bool> side(outgoing.size(), false);
  side[1] = true;
  std::vector<int> queue{1};
  for (size_t i = 0; i < queue.size(); ++i)
    for (int edge : outgoing[queue[i]]) {
      int from = edges[edge].to;
      if (edges[edge ^ 1].capacity > 0 && !side[from]) {
        side[from] = true;
        queue.push_back(from);
      }
    }
  return side;
}
