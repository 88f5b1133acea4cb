//===- Threads.cpp - The world that computes ------------------------------===//

#include "Costs.h"
#include "Progress.h"
#include "Reports.h"
#include "Tensors.h"
#include "Worlds.h"

#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/Profiling.h"
#include "hocket/Support/File.h"

#include <algorithm>
#include <cstdio>
#include <thread>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

std::string format(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

/// What a run writes, before hours of work: whether it can.
Result<void> checkOutputs(const Options &options,
                          const Executable &executable) {
  for (const std::string *path :
       {&options.saveParams, &options.saveGradients, &options.profile})
    if (!path->empty())
      if (Result<void> writable = checkWritable(*path); !writable)
        return writable;
  if (Result<void> writable = checkReports(options); !writable)
    return writable;
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

Result<std::unique_ptr<BatchSource>> openData(const Options &options,
                                              const Executable &executable) {
  if (!options.data.empty())
    return openBatches(options.data, options.seed, executable.model,
                       executable.plan);
  if (executable.model.batch.empty())
    return std::unique_ptr<BatchSource>();
  return Error(ErrorCode::InvalidArgument,
               "the model reads batches: --data=FILE is missing",
               {"give a text, or .safetensors with '" +
                executable.model.batch[0].name + "' and the other inputs"});
}

Result<void> saveResults(const Options &options, const Executable &executable,
                         RankTensors &tensors, Checkpoint &checkpoint,
                         const ThreadsWorld &world,
                         const Prediction &prediction) {
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
  return writeReports(options, executable, prediction, &world.timelines());
}

/// What a step should take: with measured costs, that on the cores of this
/// machine; with those of the topology, that on its devices, for the trace.
Result<Prediction> expect(const Options &options,
                          const Executable &executable) {
  bool timelines = needsTimelines(options);
  if (!timelines && options.costs.empty())
    return Prediction();
  Result<std::unique_ptr<Costs>> costs = Costs::create(options, executable);
  if (!costs)
    return costs.error();
  uint32_t cores = (*costs)->isMeasured() ? (*costs)->coresForRanks() : 0;
  return (*costs)->predict(cores, timelines);
}

double median(std::vector<double> values) {
  auto middle = values.begin() + long(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Steps that were measured, beside the prediction.
void compare(const plan::Plan &plan, const Prediction &prediction,
             const std::vector<double> &seconds) {
  Prediction measured;
  measured.seconds = median(seconds);
  printMakespan("predicted", plan, prediction);
  std::printf("measured makespan %.6g s (median), %.6g tokens/s\n"
              "measured throughput %.2f%% of predicted\n",
              measured.seconds, tokenRate(plan, measured.seconds),
              100 * prediction.seconds / measured.seconds);
}

Result<void> saveProfile(const Options &options, const Executable &executable,
                         const MeasuringDevice &device,
                         const ThreadsWorld &world, int64_t cores,
                         int64_t threads) {
  Profile profile =
      makeProfile(device, executable.plan, executable.model, world.timelines());
  profile.machine =
      std::to_string(cores) + " cores, kernels for " + executable.code.cpu;
  profile.cores = cores;
  profile.threadsPerRank = threads;
  profile.wakeSeconds = measureWake();
  return writeFile(options.profile, profile.str());
}

} // namespace

Result<void> run::runSteps(const Options &options,
                           const Executable &executable) {
  const plan::Plan &plan = executable.plan;
  const plan::Model &model = executable.model;
  if (Result<void> checked = checkOutputs(options, executable); !checked)
    return checked;
  Result<std::unique_ptr<BatchSource>> batches = openData(options, executable);
  if (!batches)
    return batches.error();
  Result<Checkpoint> checkpoint = options.params.empty()
                                      ? initialize(model, options.seed)
                                      : loadCheckpoint(model, options.params);
  if (!checkpoint)
    return checkpoint.error();

  int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  int64_t threads = options.threadsPerRank;
  if (threads == 0)
    threads = std::max<int64_t>(1, cores / int64_t(plan.ranks.size()));
  Result<std::unique_ptr<CpuDevice>> device = CpuDevice::create(
      executable.code, model.kernels, unsigned(std::min(threads, cores)));
  if (!device)
    return device.error();
  Result<Prediction> prediction = expect(options, executable);
  if (!prediction)
    return prediction.error();
  std::optional<MeasuringDevice> measuring;
  if (!options.profile.empty())
    measuring.emplace(**device,
                      unsigned(std::max<int64_t>(1, cores / threads)));
  Result<std::unique_ptr<ThreadsWorld>> world = ThreadsWorld::create(
      plan, model, measuring ? static_cast<Device &>(*measuring) : **device,
      [&](uint64_t step, uint32_t data, uint32_t microbatch, uint32_t input,
          std::byte *destination) {
        (*batches)->fill(step, data, microbatch, input, destination);
      });
  if (!world)
    return world.error();
  RankTensors tensors(plan, model, **world);
  if (Result<void> scattered = tensors.scatter(*checkpoint); !scattered)
    return scattered;
  // The first step touches memory that is new: a profile leaves it out.
  bool skipsFirst = measuring && options.steps > 1;
  (*world)->record((needsTimelines(options) || measuring) && !skipsFirst);

  std::vector<double> stepSeconds;
  int64_t tokens = tokensPerStep(plan);
  Progress progress(!options.quiet, options.steps);
  for (int64_t done = 1; done <= options.steps; ++done) {
    double before = progress.seconds();
    if (Result<void> ran = (*world)->run(uint64_t(checkpoint->steps)); !ran)
      return ran;
    stepSeconds.push_back(progress.seconds() - before);
    if (done == 1 && skipsFirst) {
      measuring->clear();
      (*world)->record(true);
    }
    ++checkpoint->steps;
    Result<std::optional<double>> loss = tensors.meanLoss();
    if (!loss)
      return loss.error();
    std::string text = "loss " + (*loss ? format(**loss) : "none");
    progress.clear();
    std::printf("step %lld %s tokens %lld\n",
                static_cast<long long>(checkpoint->steps), text.c_str(),
                static_cast<long long>(tokens));
    std::fflush(stdout);
    progress.show(done, text, tokens * done);
  }
  progress.clear();
  double seconds = progress.seconds();
  if (Result<void> saved = saveResults(options, executable, tensors,
                                       *checkpoint, **world, *prediction);
      !saved)
    return saved;
  if (measuring)
    if (Result<void> saved = saveProfile(options, executable, *measuring,
                                         **world, cores, threads);
        !saved)
      return saved;
  printTotal(options, plan, seconds);
  if (!options.costs.empty())
    compare(plan, *prediction, stepSeconds);
  return {};
}
