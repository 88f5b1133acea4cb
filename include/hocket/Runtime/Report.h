//===- Report.h - A picture of a step for a person --------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_REPORT_H
#define HOCKET_RUNTIME_REPORT_H

#include "hocket/Runtime/Executor.h"

#include <string>
#include <vector>

namespace hocket::runtime {

/// One way in which a step was run or predicted.
struct ReportProcess {
  std::string name; // "predicted", "measured"
  /// One per rank; of several steps the last is drawn.
  const std::vector<std::vector<Span>> *timelines;
  /// What the table says of it, by the rows' names; a row that a process does
  /// not have is left empty.
  std::vector<std::pair<std::string, std::string>> figures;
};

/// The last step of measured `timelines`, one per rank, in the words of a
/// simulation: its seconds from the first span to the last, busy seconds, and
/// what follows from the plan.
simulate::Simulation
measuredStep(const std::vector<std::vector<Span>> &timelines,
             const plan::Plan &plan, const plan::Model &model);

/// Writes one HTML file that needs no other: a table of the figures and a Gantt
/// chart of the first `maxRanks` ranks of each process, with one scale. A small
/// chart shows the whole step; the large one below it zooms and scrolls
/// (docs/trace.md). The file is whole or absent. Errors: Io.
Result<void> writeReport(const std::string &path, const std::string &title,
                         const std::vector<ReportProcess> &processes,
                         const plan::Plan &plan, const plan::Model &model,
                         size_t maxRanks = 64);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_REPORT_H
