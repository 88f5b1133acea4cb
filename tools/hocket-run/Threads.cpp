//===- Threads.cpp - The world that computes ------------------------------===//

#include "Costs.h"
#include "Training.h"
#include "Worlds.h"

#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/Profiling.h"
#include "hocket/Support/File.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <optional>
#include <thread>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

/// Before hours of work: whether there are the gradients that it writes.
Result<void> checkGradients(const Options &options,
                            const Executable &executable) {
  if (options.saveGradients.empty())
    return {};
  for (const plan::Role &role : executable.plan.roles)
    for (const plan::Buffer &buffer : role.buffers)
      if (buffer.binding.slot == plan::Slot::Gradient)
        return {};
  return Error(ErrorCode::InvalidArgument,
               "--save-gradients: the model has no backward pass",
               {"compile it again with hocket-compile --gradients"});
}

/// Null where the model reads no batches.
Result<std::unique_ptr<BatchFile>> openData(const Options &options,
                                            const plan::Model &model) {
  if (!options.data.empty())
    return openBatchFile(options.data, options.seed, model);
  if (model.batch.empty())
    return std::unique_ptr<BatchFile>();
  return Error(ErrorCode::InvalidArgument,
               "the model reads batches: --data=FILE is missing",
               {"give a text, or .safetensors with '" + model.batch[0].name +
                "' and the other inputs"});
}

Result<void> saveResults(const Options &options, const Executable &executable,
                         RankTensors &tensors, Checkpoint &checkpoint,
                         const plan::Plan &lastPlan,
                         const Prediction &prediction,
                         const Measured &measured) {
  if (!options.saveGradients.empty()) {
    Result<TensorMap> gradients = tensors.gradients();
    if (!gradients)
      return gradients.error();
    std::map<std::string, TensorView> views;
    for (const auto &[name, tensor] : *gradients)
      views.emplace(name, tensor.view());
    if (Result<void> saved = saveSafetensors(options.saveGradients, views);
        !saved)
      return saved;
  }
  if (!options.saveParams.empty()) {
    if (Result<void> gathered = tensors.gather(checkpoint); !gathered)
      return gathered;
    if (Result<void> saved = saveCheckpoint(checkpoint, options.saveParams);
        !saved)
      return saved;
  }
  if (!needsTimelines(options))
    return {};
  // What was expected, beside what was.
  return writeReports(options, executable, lastPlan, prediction, &measured);
}

/// What a step should take: with measured costs, that on the cores of this
/// machine; with those of the topology, that on its devices, for the trace.
Result<Prediction> predictWith(const Costs &costs, const Options &options,
                               const plan::Plan &plan) {
  uint32_t cores = costs.isMeasured() ? costs.coresForRanks() : 0;
  return costs.predict(plan, cores, needsTimelines(options));
}

/// Nothing where nobody asks.
Result<Prediction> expect(const Options &options, const Executable &executable,
                          const plan::Plan &plan) {
  if (!needsTimelines(options) && options.costs.empty())
    return Prediction();
  Result<std::unique_ptr<Costs>> costs = Costs::create(options, executable);
  if (!costs)
    return costs.error();
  return predictWith(**costs, options, plan);
}

double median(std::vector<double> values) {
  auto middle = values.begin() + long(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double mean(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         double(values.size());
}

/// What it took to have a plan for each step.
void printPlanning(const StepPlans &plans, const Options &options,
                   size_t kernelsCompiled) {
  double waited = plans.waitedSeconds();
  std::printf("planned %lld steps in %.3f s: %.3f s hidden behind steps, %.3f "
              "s waited for; kernels compiled %zu\n",
              static_cast<long long>(options.steps), plans.plannedSeconds(),
              std::max(0.0, plans.plannedSeconds() - waited), waited,
              kernelsCompiled);
}

/// What steps took, `kind` of average, beside the prediction.
void compare(const plan::Plan &plan, const Prediction &prediction,
             double seconds, const char *kind) {
  printMakespan("predicted", plan, prediction);
  std::printf("measured makespan %.6g s (%s), %.6g tokens/s\n"
              "measured throughput %.2f%% of predicted\n",
              seconds, kind, tokenRate(plan, seconds),
              100 * prediction.seconds / seconds);
}

Profile profileOf(const Executable &executable, const MeasuringDevice &device,
                  const Measured::Timelines &timelines, int64_t cores,
                  int64_t threads) {
  Profile profile =
      makeProfile(device, executable.plan, executable.model, timelines);
  profile.machine =
      std::to_string(cores) + " cores, kernels for " + executable.code.cpu;
  profile.cores = cores;
  profile.threadsPerRank = threads;
  profile.wakeSeconds = measureWake();
  return profile;
}

} // namespace

Result<void> run::runSteps(const Options &options,
                           const Executable &executable) {
  const plan::Model &model = executable.model;
  if (Result<void> checked = checkGradients(options, executable); !checked)
    return checked;
  Result<std::unique_ptr<BatchFile>> data = openData(options, model);
  if (!data)
    return data.error();
  Result<Checkpoint> checkpoint = options.params.empty()
                                      ? initialize(model, options.seed)
                                      : loadCheckpoint(model, options.params);
  if (!checkpoint)
    return checkpoint.error();

  int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  int64_t threads = options.threadsPerRank;
  if (threads == 0)
    threads =
        std::max<int64_t>(1, cores / int64_t(executable.plan.ranks.size()));
  Result<std::unique_ptr<CpuDevice>> device = CpuDevice::create(
      executable.code, model.kernels, unsigned(std::min(threads, cores)));
  if (!device)
    return device.error();
  std::optional<MeasuringDevice> measuring;
  if (!options.profile.empty())
    measuring.emplace(**device,
                      unsigned(std::max<int64_t>(1, cores / threads)));
  Result<std::unique_ptr<StepPlans>> plans =
      StepPlans::create(options, executable, checkpoint->steps,
                        [&clock = **device] { return clock.now(); });
  if (!plans)
    return plans.error();
  Training training(options, executable, data->get(), **plans, *checkpoint);
  if (Result<void> prepared = training.prepare(); !prepared)
    return prepared;
  Result<Prediction> prediction =
      expect(options, executable, training.currentPlan());
  if (!prediction)
    return prediction.error();
  if (Result<void> started =
          measuring ? training.start(*measuring) : training.start(**device);
      !started)
    return started;
  if (Result<void> ran = training.run(); !ran)
    return ran;

  Measured measured = training.takeMeasured();
  const plan::Plan &plan = training.currentPlan();
  std::optional<Profile> profile;
  if (measuring) {
    profile = profileOf(executable, *measuring, measured.steps.back().timelines,
                        cores, threads);
    prediction = predictWith(Costs(executable, *profile), options, plan);
  } else if ((*plans)->change()) {
    prediction = expect(options, executable, plan);
  }
  if (!prediction)
    return prediction.error();
  if (Result<void> saved =
          saveResults(options, executable, training.rankTensors(), *checkpoint,
                      plan, *prediction, measured);
      !saved)
    return saved;
  if (profile)
    if (Result<void> saved = writeFile(options.profile, profile->str()); !saved)
      return saved;
  printTotal(options, plan, training.tokens(), training.seconds());
  if ((*plans)->change())
    printPlanning(**plans, options,
                  (*device)->numKernels() - model.kernels.size());
  const std::vector<double> &seconds = training.secondsOfSteps();
  // A profile has means, the sum of which is a mean. Without one, all steps
  // count, and the first takes longer than the others.
  if (profile && !seconds.empty())
    compare(plan, *prediction, mean(seconds), "mean of steps in between");
  if (!options.costs.empty())
    compare(plan, *prediction, median(seconds), "median");
  return {};
}
