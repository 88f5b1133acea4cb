//===- RouteCheck.h - Whether routes make sense -----------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_CHECK_ROUTECHECK_H
#define HOCKET_LIB_PLAN_CHECK_ROUTECHECK_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// The parts of checkStrategy() that concern skip-pipelines: the nodes and the
/// routes of one, and the limits that any strategy may declare. `ranks` are the
/// pipeline ranks.
Result<void> checkRoutes(const Strategy &strategy, const Model &model);
Result<void> checkLimits(const Strategy &strategy, uint32_t ranks);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_CHECK_ROUTECHECK_H
