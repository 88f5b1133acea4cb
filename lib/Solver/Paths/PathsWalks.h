//===- PathsWalks.h - What the rest of a path takes at least ----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSWALKS_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSWALKS_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Paths.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace hocket::paths {

/// Bounds of the paths of one head by walks, which may visit a stage twice and
/// go back as far as they like. Times of links, F, B and the loss count, and
/// gaps do not.
class Walks {
public:
  /// More than any time.
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 4;

  /// All arguments outlive it. When `budget` ends the bounds are lower.
  Walks(const PathsProblem &problem, const std::vector<int> &stageOf, int head,
        Budget &budget);

  bool isUsable(int node) const { return problem.memory[size_t(node)] > 0; }
  bool canBegin(int node) const {
    return isUsable(node) && (!problem.convergence.startAtHead || node == head);
  }
  /// F and B of a visit, and the links from the node before it and back.
  int64_t hopCost(int from, int to) const {
    return linkBothWays(from, to) + visitCost(to);
  }
  int64_t visitCost(int node) const {
    return problem.forward[size_t(node)] + problem.backward[size_t(node)];
  }
  /// From the end of the F on `node` over `visits` more nodes to the loss, and
  /// back until the B on `node` begins; kNever where there is no walk.
  int64_t after(size_t visits, int node) const {
    return walks[visits][size_t(node)];
  }

  struct Halves {
    int64_t toLoss = 0, fromLoss = 0;
  };
  /// From the start of the first F to that of the loss, and from there to the
  /// start of the last B.
  Halves halves(Budget &budget) const;

private:
  using Times = std::vector<int64_t>;

  /// On a walk; the stage of the head is visited first or not at all.
  bool canFollow(int a, int b) const {
    return isUsable(b) && stageOf[size_t(a)] != stageOf[size_t(b)] &&
           (!problem.convergence.startAtHead ||
            stageOf[size_t(b)] != stageOf[size_t(head)]);
  }
  int64_t linkBothWays(int a, int b) const {
    return problem.link[size_t(a)][size_t(b)] +
           problem.link[size_t(b)][size_t(a)];
  }
  /// A row for each node a: cost(a, b), or kNever where b cannot follow. Empty
  /// where the budget has ended.
  template <typename Cost>
  Times matrix(const Cost &cost, Budget &budget) const;
  /// For each node the least sum of a hop and of what comes after it, or no
  /// more than that where the budget has ended.
  Times before(const Times &hops, const Times &after, Budget &budget) const;

  const PathsProblem &problem;
  const std::vector<int> &stageOf;
  int head;
  std::vector<Times> walks; // by visits and node
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSWALKS_H
