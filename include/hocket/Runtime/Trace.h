//===- Trace.h - Pictures of a step for trace viewers -----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_TRACE_H
#define HOCKET_RUNTIME_TRACE_H

#include "hocket/Runtime/Executor.h"

#include <string>
#include <vector>

namespace hocket::runtime {

/// One way in which a plan was run: one step or several.
struct TraceProcess {
  std::string name; // "measured"; its events have "measured_seconds"
  const std::vector<std::vector<Span>> *timelines; // one per rank
};

/// Writes the trace event format that chrome://tracing and Perfetto read: for
/// each process, in their order, a track per rank of `plan` and an event per
/// instruction. An event says what the instruction does, how long it took, and
/// how long it took in the other processes, on average over their steps. The
/// times of a process start at its earliest span. The file is whole or absent.
/// Errors: Io.
Result<void> writeTrace(const std::string &path,
                        const std::vector<TraceProcess> &processes,
                        const plan::Plan &plan, const plan::Model &model);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_TRACE_H
