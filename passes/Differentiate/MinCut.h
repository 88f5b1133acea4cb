//===- MinCut.h - Minimum cut of a flow network -----------------*- C++ -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_MINCUT_H
#define HOCKET_PASSES_DIFFERENTIATE_MINCUT_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hocket {

/// A network with integer capacities between node 0, the source, and node 1,
/// the sink. Dinic's algorithm.
class FlowNetwork {
public:
  static constexpr int64_t kUnlimited = int64_t(1) << 60;

  int addNode();
  void addEdge(int from, int to, int64_t capacity);

  /// For each node, whether it lies on the sink's side of a minimum cut: of
  /// all such cuts, the one nearest the sink.
  std::vector<bool> sinkSide();

private:
  struct Edge {
    int to;
    int64_t capacity; // left over
  };
  bool level();
  int64_t augment(int node, int64_t limit);

  std::vector<Edge> edges; // edge i and its reverse i ^ 1
  std::vector<std::vector<int>> outgoing{2};
  std::vector<int> levels;
  std::vector<std::size_t> next;
};

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_MINCUT_H
