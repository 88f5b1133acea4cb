//===- Reports.h - Traces and reports of a run ------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_REPORTS_H
#define HOCKET_TOOLS_HOCKETRUN_REPORTS_H

#include "Options.h"

#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/World.h"

namespace hocket::run {

/// Whether --trace or --report asks for the spans of instructions.
inline bool needsTimelines(const Options &options) {
  return !options.trace.empty() || !options.report.empty();
}

/// Before hours of work: whether they can be written.
Result<void> checkReports(const Options &options);

/// Writes what --trace and --report ask for. `measured` is null where nothing
/// was run.
Result<void>
writeReports(const Options &options, const runtime::Executable &executable,
             const runtime::Prediction &predicted,
             const std::vector<std::vector<runtime::Span>> *measured);

/// What utilisation is a share of, in flop/s: the device's peak, or what it
/// achieves where the topology does not say.
double peakRate(const Topology &topology);

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_REPORTS_H
