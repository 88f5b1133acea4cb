//===- Reports.h - Traces and reports of a run ------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_REPORTS_H
#define HOCKET_TOOLS_HOCKETRUN_REPORTS_H

#include "Options.h"

#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/Trace.h"
#include "hocket/Runtime/World.h"

#include <memory>

namespace hocket::run {

/// Whether --trace or --report asks for the spans of instructions.
inline bool needsTimelines(const Options &options) {
  return !options.trace.empty() || !options.report.empty();
}

/// Steps that were run, and what went on beside them.
struct Measured {
  using Timelines = std::vector<std::vector<runtime::Span>>;
  struct Steps {
    std::shared_ptr<const plan::Plan> plan;
    Timelines timelines;
  };

  void add(std::shared_ptr<const plan::Plan> plan, Timelines timelines) {
    steps.push_back({std::move(plan), std::move(timelines)});
  }

  std::vector<Steps> steps; // of one plan each
  std::vector<runtime::TraceTrack> tracks;
};

/// Writes what --trace and --report ask for. `predicted` is a step of `plan`,
/// the one of the last step. `measured` is null where nothing was run.
Result<void> writeReports(const Options &options,
                          const runtime::Executable &executable,
                          const plan::Plan &plan,
                          const runtime::Prediction &predicted,
                          const Measured *measured);

/// What utilisation is a share of, in flop/s: the device's peak, or what it
/// achieves where the topology does not say.
double peakRate(const Topology &topology);

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_REPORTS_H
