//===- ScheduleKind.h - Schedule problems as JSON files ---------*- C++ -*-===//

#ifndef HOCKET_SOLVER_SCHEDULEKIND_H
#define HOCKET_SOLVER_SCHEDULEKIND_H

#include "hocket/Solver/Kind.h"
#include "hocket/Solver/Pipeline.h"

#include <functional>

namespace hocket {

/// Textbook schedules, for pipelines of any shape: names them, and gives those
/// that exist for a pipeline. The plan library has them (Plan/Schedule.h).
struct TextbookSchedules {
  std::vector<std::string> names;
  std::function<std::vector<KnownOrder>(const PipelineProblem &)> of;
};

/// The kind `schedule`. A name of `textbook` is a scheduler of its own, and the
/// search begins with all of them.
std::unique_ptr<SolverKind> createScheduleKind(TextbookSchedules textbook = {});

} // namespace hocket

#endif // HOCKET_SOLVER_SCHEDULEKIND_H
