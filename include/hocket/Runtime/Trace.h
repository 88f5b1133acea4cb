//===- Trace.h - Pictures of a step for trace viewers -----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_TRACE_H
#define HOCKET_RUNTIME_TRACE_H

#include "hocket/Runtime/Executor.h"

#include <string>
#include <vector>

namespace hocket::runtime {

/// Steps that were run with one plan; both outlive the writing.
struct TraceSteps {
  const plan::Plan *plan;
  const std::vector<std::vector<Span>> *timelines; // one per rank
};

/// What goes on beside the ranks, on their clock.
struct TraceTrack {
  struct Event {
    std::string name;
    uint64_t step = 0; // from 1, within this run
    double begin = 0, end = 0;
  };
  std::string name; // "planning"; also the category of its events
  std::vector<Event> events;
};

/// One way in which steps were run, one after the other.
struct TraceProcess {
  std::string name; // "measured"; its events have "measured_seconds"
  std::vector<TraceSteps> steps;
  std::vector<TraceTrack> tracks = {};
};

/// Writes the trace event format that chrome://tracing and Perfetto read: for
/// each process, in their order, a track per rank and an event per instruction,
/// then its other tracks. An event says what the instruction does, how long it
/// took, and how long it took in the other processes that have the same plan,
/// on average over their steps. The times of a process start at its earliest
/// event. The file is whole or absent. Errors: Io.
Result<void> writeTrace(const std::string &path,
                        const std::vector<TraceProcess> &processes,
                        const plan::Model &model);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_TRACE_H
