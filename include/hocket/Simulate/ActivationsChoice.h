//===- ActivationsChoice.h - What stages keep for their backward -*- C++
//-*-===//

#ifndef HOCKET_SIMULATE_ACTIVATIONSCHOICE_H
#define HOCKET_SIMULATE_ACTIVATIONSCHOICE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"

namespace hocket::simulate {

/// What Strategy::activations may use.
struct ActivationsSetting {
  plan::MemoryLimits limits = 0;
  /// Of a device to its host, and back; 0: nothing is offloaded.
  double hostBytesPerSecond = 0;
};

struct ActivationsChoice {
  /// Empty where everything can be kept.
  std::vector<plan::SliceActivations> activations;
  /// Of the step that they make.
  double seconds = 0;
  int64_t peakArenaBytes = 0, hostBytes = 0; // of the hungriest ranks
  /// Of the problem of kind `activations` of the slowest rank, in ns.
  SolutionSummary solution;
};

/// Chooses the activations of `strategy`, whose own are ignored, so that a step
/// fits. The problem of kind `activations` (Activations.h) of every rank of the
/// pipeline has its stages as layers, with their times by `cost` and the bytes
/// that a plan which keeps everything has for them; microbatches that are in
/// flight together count as one, and so do data coordinates with different
/// lengths, with the most of what they need. What it answers is planned; where
/// that needs more than the device has, since the problem leaves out what is
/// placed beside activations, it is asked again with as much less. Offloading
/// everything is tried beside that: it moves inputs, too. Errors: those of
/// plan::expand; InvalidPlan where neither that nor computing everything again
/// fits, naming the bytes that it takes.
Result<ActivationsChoice>
chooseActivations(const plan::Model &model, const plan::Strategy &strategy,
                  const std::vector<int64_t> &lengths, const CostModel &cost,
                  const ActivationsSetting &setting,
                  const plan::ScheduleRegistry &schedules,
                  const SolverOptions &options);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_ACTIVATIONSCHOICE_H
