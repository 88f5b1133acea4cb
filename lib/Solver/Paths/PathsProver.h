//===- PathsProver.h - Bounds by decision queries ---------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSPROVER_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSPROVER_H

#include "PathsModel.h"

#include <functional>

namespace hocket::paths {

/// Raises the lower bound: the microbatches of one head alone, or of some,
/// cannot end by a deadline, so that all of them cannot. Heads whose bounds are
/// high come first.
class Prover {
public:
  /// `sets` as in lowerBound().
  Prover(const PathsProblem &problem, const std::vector<RouteSet> &sets,
         const DecisionEngineFactory &engine, uint64_t seed);

  /// The value of the best solution so far, from wherever it comes.
  std::function<int64_t()> upperBound;
  /// Called with every higher bound.
  std::function<void(int64_t)> onBound;
  /// Called with timetables of groups that are better than those before.
  std::function<void(const std::vector<size_t> &group,
                     const std::vector<PathsSolution::Route> &routes)>
      onGroup;
  /// Polled between queries.
  std::function<bool()> shouldStop = [] { return false; };

  /// Until nothing more can be proven, or the budget ends.
  void run(Budget &budget, int64_t lowerBound);

private:
  struct Query {
    std::vector<std::vector<RoutePtr>> candidates;
    std::unique_ptr<DecisionEngine> engine;
    std::unique_ptr<Model> model;
    int64_t latest = 0;
  };

  void proveGroup(const std::vector<size_t> &group, Budget &budget);
  bool build(const std::vector<size_t> &group, int64_t latest, Query &query);
  Answer ask(Query &query, int64_t deadline, Budget &budget, double seconds);
  int64_t longestTrip(const std::vector<size_t> &ofHead,
                      int64_t deadline) const;
  void raise(int64_t bound);

  const PathsProblem &problem;
  const std::vector<RouteSet> &sets;
  std::vector<size_t> classes;
  const DecisionEngineFactory &engine;
  uint64_t seed;
  int64_t lowerBound = 0;
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSPROVER_H
