//===- Reports.cpp - Traces and reports of a run --------------------------===//

#include "Reports.h"

#include "Worlds.h"

#include "hocket/Runtime/Report.h"
#include "hocket/Runtime/Trace.h"

#include <algorithm>
#include <cstdio>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

double run::peakRate(const Topology &topology) {
  const DeviceModel &device = topology.device;
  return device.peakFlopsPerSecond > 0 ? device.peakFlopsPerSecond
                                       : device.flopsPerSecond;
}

static std::string text(const char *pattern, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), pattern, value);
  return buffer;
}

static ReportProcess describe(const char *name, const Prediction &step,
                              const std::vector<std::vector<Span>> &timelines,
                              const Executable &executable,
                              const plan::Plan &plan) {
  double peak = peakRate(executable.topology);
  int64_t live = 0;
  for (int64_t bytes : step.peakBytes)
    live = std::max(live, bytes);
  return {name,
          &timelines,
          {{"makespan", text("%.6g s", step.seconds)},
           {"bubble rate", text("%.4f", step.bubbleRate())},
           {"tokens/s", text("%.6g", tokenRate(plan, step.seconds))},
           {"model FLOPs utilisation of " + text("%.4g flop/s", peak),
            text("%.4f", step.utilization(peak))},
           {"peak live bytes of a rank", std::to_string(live)},
           {"largest arena, bytes", std::to_string(step.peakArenaBytes)}}};
}

Result<void> run::writeReports(const Options &options,
                               const Executable &executable,
                               const plan::Plan &plan,
                               const Prediction &predicted,
                               const Measured *measured) {
  if (!options.trace.empty()) {
    std::vector<TraceProcess> processes;
    if (measured) {
      TraceProcess process{"measured", {}, measured->tracks};
      for (const Measured::Steps &steps : measured->steps)
        process.steps.push_back({steps.plan.get(), &steps.timelines});
      processes.push_back(std::move(process));
    }
    processes.push_back({"predicted", {{&plan, &predicted.timelines}}});
    if (Result<void> written =
            writeTrace(options.trace, processes, executable.model);
        !written)
      return written;
  }
  if (options.report.empty())
    return {};
  std::vector<ReportProcess> processes;
  if (measured) {
    const auto &timelines = measured->steps.back().timelines;
    processes.push_back(describe(
        "measured, last step", measuredStep(timelines, plan, executable.model),
        timelines, executable, plan));
  }
  processes.push_back(
      describe("predicted", predicted, predicted.timelines, executable, plan));
  std::string title =
      executable.model.name + ": schedule " + plan.strategy.schedule + ", " +
      std::to_string(plan.ranks.size()) + " ranks, " +
      std::to_string(plan.strategy.microbatches) + " microbatches";
  return writeReport(options.report, title, processes, plan, executable.model);
}
