//===- BuiltinSchedules.h - The schedules of every registry -----*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SCHEDULES_BUILTINSCHEDULES_H
#define HOCKET_LIB_PLAN_SCHEDULES_BUILTINSCHEDULES_H

#include "hocket/Plan/Schedule.h"

namespace hocket::plan {

std::unique_ptr<Schedule> createZeroBubbleH2();
std::unique_ptr<Schedule> createZeroBubbleV();
std::unique_ptr<Schedule> createVHalf();
std::unique_ptr<Schedule> createVMin();
std::unique_ptr<Schedule> createDualPipeV();

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SCHEDULES_BUILTINSCHEDULES_H
