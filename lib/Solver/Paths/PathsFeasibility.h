//===- PathsFeasibility.h - Why there is no path ----------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSFEASIBILITY_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSFEASIBILITY_H

#include "PathsRoutes.h"

namespace hocket::paths {

/// For a problem without given stages of which none will do.
std::string whyNoStages(const PathsProblem &problem);

/// Whether the rules alone keep paths in the stage where they begin, though
/// they should visit more.
bool staysInOneStage(const PathsProblem &problem);

/// What would have to change for a microbatch that has no route at all. As soon
/// as each has one there is a solution, one microbatch after the other.
std::string whyNoRoute(const PathsProblem &problem, size_t microbatch);

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSFEASIBILITY_H
