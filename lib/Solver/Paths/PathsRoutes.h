//===- PathsRoutes.h - The paths that a microbatch may take -----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSROUTES_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSROUTES_H

#include "hocket/Solver/Paths.h"

#include <limits>
#include <memory>
#include <random>

namespace hocket::paths {

/// What a microbatch does at one node: F, the loss, or B.
struct Step {
  int node = 0;
  int change = 0;        // of the microbatches in flight: +1 F, 0 loss, -1 B
  int previousHere = -1; // the step before this one on the same node
  int64_t duration = 0;
  int64_t busy = 0;      // the duration and the gap after it
  int64_t lag = 0;       // from the end to the earliest start of the next step
  int64_t remaining = 0; // from the start to the end of the last step, at least
};

/// A path with all of its steps: F along it, the loss, B back along it.
struct Route {
  std::vector<int> path;
  std::vector<Step> steps;
  /// From the start of the first step to the end of the last, when nothing is
  /// in the way.
  int64_t trip = 0;
};
using RoutePtr = std::shared_ptr<const Route>;
Route makeRoute(const PathsProblem &problem, int head, std::vector<int> path);

/// The step at which the visit ends that step `backward`, a B, ends.
inline size_t forwardOf(const Route &route, size_t backward) {
  return route.steps.size() - 1 - backward;
}

/// The stage of each node.
std::vector<int> stagesByNode(const std::vector<std::vector<int>> &stages,
                              size_t nodes);

/// Whether a path may visit `stage` after the stages before it. Walks along a
/// path one visit at a time.
class Frontier {
public:
  explicit Frontier(int firstStage) : highest(firstStage) {}
  /// Leaves the frontier as it was where the rules forbid it. Does not know
  /// which stages were visited.
  bool advance(const PathsProblem::Convergence &rules, int stage);

private:
  int highest, sum = 0, moves = 0;
};

/// Whether all rules but those of time allow the path to the microbatch.
bool isAllowed(const PathsProblem &problem, const std::vector<int> &stageOf,
               const PathsProblem::Microbatch &microbatch,
               const std::vector<int> &path);

/// The routes of a microbatch, by their trips.
struct RouteSet {
  std::vector<RoutePtr> routes;
  /// No route with a shorter trip than this is missing.
  int64_t completeBelow = 0;
  bool isComplete() const {
    return completeBelow == std::numeric_limits<int64_t>::max();
  }
  /// No route has a shorter trip. Without any route, and complete, it is 0.
  int64_t shortestTrip = 0;
  /// Nor is less time between the starts of the first F and the loss, and of
  /// the loss and the last B.
  int64_t shortestToLoss = 0, shortestFromLoss = 0;
};

/// About `limit` routes: all or, where they are too many, the shortest and a
/// sample of others; fewer when the budget ends. The result depends on the
/// arguments alone.
RouteSet findRoutes(const PathsProblem &problem,
                    const std::vector<int> &stageOf,
                    const PathsProblem::Microbatch &microbatch, size_t limit,
                    uint64_t seed, Budget &budget);

/// For each microbatch the index of the first with the same head and path:
/// those have the same routes.
std::vector<size_t> routeClasses(const PathsProblem &problem);

/// A problem with given stages whose solutions include those of `problem`, all
/// of its partitions taken together: any node that is no head may follow any.
PathsProblem withoutStages(const PathsProblem &problem);

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSROUTES_H
