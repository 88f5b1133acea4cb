//===- PathsModel.h - Paths as decision queries -----------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSMODEL_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSMODEL_H

#include "PathsRoutes.h"

#include "hocket/Solver/Engine.h"

namespace hocket::paths {

/// Can some of the microbatches end by a deadline? Leaving microbatches out
/// relaxes the problem, so that a No for some is a No for all.
class Model {
public:
  /// `candidates` holds for each of `microbatches` all routes that may end by
  /// `latest`; more do no harm, fewer make a No worthless. Where the problem
  /// has no stages, they are routes of withoutStages(problem).
  Model(const PathsProblem &problem, DecisionEngine &engine,
        std::vector<size_t> microbatches,
        const std::vector<std::vector<RoutePtr>> &candidates, int64_t latest);

  /// The gap after a first F is that of its node, so that a node must always
  /// or never begin paths, or the gaps be equal.
  static bool supports(const PathsProblem &problem);

  /// Whether they can end by `deadline`, which is at most `latest`.
  Answer decide(int64_t deadline, Budget &budget);
  /// After a Yes, the routes of the microbatches.
  const std::vector<PathsSolution::Route> &routes() const { return found; }
  /// After a Yes, the stages: those of the problem, or where it has none,
  /// those that were chosen with the routes.
  const std::vector<std::vector<int>> &stages() const { return foundStages; }

private:
  struct Task {
    Integer start;
    int64_t low = 0, high = 0; // of the start
    int64_t busy = 0;
    int change = 0;
  };
  /// What a microbatch may do at a node.
  struct Visit {
    bool isCertain = false; // whatever the route
    Literal isMade;
    std::vector<Task> tasks; // F and B, and the loss at the head
  };
  struct Chosen {
    std::vector<Literal> literals; // by candidate
    std::vector<Visit> visits;     // by node
    Task loss;
  };

  void addMicrobatch(size_t index, const std::vector<RoutePtr> &candidates);
  Task addTask(int64_t low, int64_t high, int64_t busy, int change);
  void addNode(size_t node);
  void addStages();
  void addPattern(size_t index, const std::vector<std::vector<int>> &patterns);
  Literal addOrder(const Task &a, const Task &b,
                   const std::vector<Literal> &unless);
  void readRoutes();

  const PathsProblem &problem;
  DecisionEngine &engine;
  std::vector<size_t> microbatches;
  const std::vector<std::vector<RoutePtr>> &candidates;
  int64_t latest;
  std::vector<Chosen> chosen; // as microbatches
  Integer zero;
  Literal always;
  std::vector<std::vector<Literal>> inStage; // [node][stage], if chosen
  std::vector<PathsSolution::Route> found;
  std::vector<std::vector<int>> foundStages;
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSMODEL_H
