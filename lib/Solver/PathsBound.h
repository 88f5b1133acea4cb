//===- PathsBound.h - Lower bounds of makespans without search --*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHSBOUND_H
#define HOCKET_LIB_SOLVER_PATHSBOUND_H

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

/// A bound by what all microbatches take of the nodes' time and memory.
int64_t loadBound(const PathsProblem &problem,
                  const std::vector<RouteSet> &sets);

/// The largest of these. `sets` holds for each microbatch the routes of its
/// class (routeClasses) at the index of the class; none is empty.
int64_t lowerBound(const PathsProblem &problem,
                   const std::vector<RouteSet> &sets);

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHSBOUND_H
