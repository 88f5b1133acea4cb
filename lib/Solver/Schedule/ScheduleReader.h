//===- ScheduleReader.h - Schedule problems from JSON -----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEREADER_H
#define HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEREADER_H

#include "InstanceReader.h"

#include "hocket/Solver/Pipeline.h"

namespace hocket {

struct ScheduleFile {
  std::string name;
  ScheduleProblem problem;
  std::optional<PipelineProblem> pipeline; // of the form with stages
  DecimalScale times, memory;
};

/// Errors: InvalidArgument, naming the field.
Result<ScheduleFile> readSchedule(const Json &json, const std::string &source);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_SCHEDULE_SCHEDULEREADER_H
