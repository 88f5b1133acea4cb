//===- PathsBound.h - Lower bounds of makespans without search --*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSBOUND_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSBOUND_H

#include "PathsRoutes.h"

namespace hocket::paths {

/// The microbatches of each head, by head; only those heads that have some.
std::vector<std::vector<size_t>> headGroups(const PathsProblem &problem);

/// No microbatch ends sooner after its release than its shortest trip.
int64_t tripBound(const PathsProblem &problem,
                  const std::vector<RouteSet> &sets);

/// A bound of the makespan of microbatches that begin at the same head.
int64_t headBound(const PathsProblem &problem,
                  const std::vector<RouteSet> &sets,
                  const std::vector<size_t> &group);

/// When a head does what, if nothing but the head itself delays it.
struct HeadPlan {
  int64_t bound = 0; // of the makespan; 0 where the budget did not suffice
  struct Starts {
    int64_t forward = 0, loss = 0, backward = 0;
  };
  std::vector<Starts> starts; // as the group; empty without a bound
};
HeadPlan planHead(const PathsProblem &problem,
                  const std::vector<RouteSet> &sets,
                  const std::vector<size_t> &group, Budget &budget);

/// A bound by what all microbatches take of the nodes' time and memory; the
/// more of the budget there is, the better.
int64_t loadBound(const PathsProblem &problem,
                  const std::vector<RouteSet> &sets, Budget &budget);

/// The larger of the bounds of trips and load. `sets` holds for each microbatch
/// the routes of its class (routeClasses) at the index of the class; none is
/// empty.
int64_t lowerBound(const PathsProblem &problem,
                   const std::vector<RouteSet> &sets, Budget &budget);

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSBOUND_H
