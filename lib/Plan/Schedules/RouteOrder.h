//===- RouteOrder.h - Orders for microbatches on routes ---------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SCHEDULES_ROUTEORDER_H
#define HOCKET_LIB_PLAN_SCHEDULES_ROUTEORDER_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// The tasks of every pipeline rank by list scheduling: time passes with F of
/// length 1 and B of 2, and a rank that is free starts the oldest backward
/// that is ready, else the oldest forward. A microbatch starts when every rank
/// of its route has room for it, which is kept until its backward has left the
/// rank: nobody waits for room on the way, so it always ends. A rank has the
/// room that its limit of microbatches in flight says; a head without one,
/// that of the longest route. `strategy` has passed checkStrategy().
std::vector<std::vector<ScheduledTask>> orderByList(const Strategy &strategy);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SCHEDULES_ROUTEORDER_H
