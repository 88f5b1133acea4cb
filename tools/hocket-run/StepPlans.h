//===- StepPlans.h - The plan of each step of a run -------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_STEPPLANS_H
#define HOCKET_TOOLS_HOCKETRUN_STEPPLANS_H

#include "Options.h"

#include "hocket/Plan/Lengths.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/PlanQueue.h"
#include "hocket/Runtime/Trace.h"

#include <functional>
#include <memory>

namespace hocket {
struct PackingProblem;
}

namespace hocket::run {

/// One plan for all steps, or with --lengths-from one for each, which is made
/// while the step before it runs.
class StepPlans {
public:
  /// Steps are those from `firstStep` on (from 0), options.steps of them. `now`
  /// is the clock of tracks(). The executable must outlive this. Errors: Io,
  /// InvalidArgument for lengths that are none and for a line of too few, which
  /// name file and line, and for a packing that does not fit the executable.
  static Result<std::unique_ptr<StepPlans>>
  create(const Options &options, const runtime::Executable &executable,
         int64_t firstStep, std::function<double()> now);

  ~StepPlans();

  /// Whether steps have plans of their own.
  bool change() const { return queue != nullptr; }
  /// Waits for the plan of the next step and begins with the one after it. The
  /// first call gives that of the first step. Errors: of plan::expand or
  /// plan::expandPacked and of runtime::checkPlan, with the file and the line
  /// of the lengths.
  Result<std::shared_ptr<const plan::Plan>> next();

  /// The step of the last plan is over.
  void endStep();

  /// When steps ran, from when their plans had been taken, and plans were made,
  /// from when they were asked for. Empty where all steps have one plan.
  std::vector<runtime::TraceTrack> tracks() const;
  double plannedSeconds() const { return queue->plannedSeconds(); }
  double waitedSeconds() const { return queue->waitedSeconds(); }

private:
  StepPlans(const Options &options, const runtime::Executable &executable,
            int64_t firstStep, std::function<double()> now);
  Result<void> checkLines() const;
  Result<void> loadPacking(const std::string &path);
  Error at(const plan::StepLengths &line, Error error) const;
  /// Called by the queue's thread.
  Result<plan::Plan> make(uint64_t step) const;

  const std::function<double()> now;
  const std::string file;
  const runtime::Executable &executable;
  const uint64_t firstStep, steps;
  std::vector<plan::StepLengths> lines;
  std::unique_ptr<const PackingProblem> packing; // of --pack
  uint64_t taken = 0;
  double began = 0; // the step whose plan was taken last
  runtime::TraceTrack ran{"steps", {}}, planned{"planning", {}};
  std::unique_ptr<runtime::PlanQueue> queue; // uses all of the above
};

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_STEPPLANS_H
