//===- Training.h - The steps of a run --------------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_TRAINING_H
#define HOCKET_TOOLS_HOCKETRUN_TRAINING_H

#include "Progress.h"
#include "Reports.h"
#include "StepPlans.h"
#include "Tensors.h"

#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/MeasuringDevice.h"

#include <memory>
#include <optional>
#include <vector>

namespace hocket::run {

/// Steps in the threads world, one after another.
class Training {
public:
  /// What outlives it; `data` is null where the model reads no batches.
  Training(const Options &options, const runtime::Executable &executable,
           const runtime::BatchFile *data, StepPlans &plans,
           runtime::Checkpoint &checkpoint)
      : options(options), executable(executable), data(data), plans(plans),
        checkpoint(checkpoint) {}

  /// Takes the plan of the first step.
  Result<void> prepare() { return takePlan(); }
  /// Gives all ranks, which run on `device`, what the checkpoint has.
  Result<void> start(runtime::Device &device);
  /// The same, with a device that measures every second step (the only one,
  /// where there is one). Neither what it measures nor the steps between them
  /// include the first of several, which touches new memory: both meet the
  /// machine in the same state, though others may use it too.
  Result<void> start(runtime::MeasuringDevice &device);
  Result<void> run();

  const plan::Plan &currentPlan() const { return *plan; }
  RankTensors &rankTensors() { return *tensors; }
  /// Once, after the last step.
  Measured takeMeasured();
  int64_t tokens() const { return tokensDone; }
  double seconds() const { return secondsOfRun; }
  /// What they took without being measured.
  const std::vector<double> &secondsOfSteps() const { return stepSeconds; }

private:
  Result<void> takePlan();
  Result<void> startOn(runtime::Device &device);
  /// Before step `number`, the first of which is 1.
  void measureOrNot(int64_t number);
  Result<void> runStep(Progress &progress, int64_t number);
  Error lossFailure(double loss);

  const Options &options;
  const runtime::Executable &executable;
  const runtime::BatchFile *data;
  StepPlans &plans;
  runtime::Checkpoint &checkpoint;

  std::shared_ptr<const plan::Plan> plan; // of the step that runs
  std::unique_ptr<runtime::BatchSource> batches;
  std::unique_ptr<runtime::ThreadsWorld> world;
  std::optional<RankTensors> tensors;
  bool records = false;                          // the spans of all steps
  runtime::MeasuringDevice *measuring = nullptr; // where there is one

  Measured measured;
  int64_t tokensDone = 0;
  double secondsOfRun = 0;
  std::vector<double> stepSeconds;
  std::optional<double> lastLoss; // of the step before
};

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_TRAINING_H
