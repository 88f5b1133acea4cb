//===- Threads.cpp - The world that computes ------------------------------===//

#include "Costs.h"
#include "Progress.h"
#include "Reports.h"
#include "StepPlans.h"
#include "Tensors.h"
#include "Worlds.h"

#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/Profiling.h"
#include "hocket/Support/File.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <thread>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

std::string format(double value) {
  if (std::isnan(value)) // of either sign
    return "nan";
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

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
Result<Prediction> expect(const Options &options, const Executable &executable,
                          const plan::Plan &plan) {
  bool timelines = needsTimelines(options);
  if (!timelines && options.costs.empty())
    return Prediction();
  Result<std::unique_ptr<Costs>> costs = Costs::create(options, executable);
  if (!costs)
    return costs.error();
  uint32_t cores = (*costs)->isMeasured() ? (*costs)->coresForRanks() : 0;
  return (*costs)->predict(plan, cores, timelines);
}

double median(std::vector<double> values) {
  auto middle = values.begin() + long(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
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
                         const Measured::Timelines &timelines, int64_t cores,
                         int64_t threads) {
  Profile profile =
      makeProfile(device, executable.plan, executable.model, timelines);
  profile.machine =
      std::to_string(cores) + " cores, kernels for " + executable.code.cpu;
  profile.cores = cores;
  profile.threadsPerRank = threads;
  profile.wakeSeconds = measureWake();
  return writeFile(options.profile, profile.str());
}

/// The steps of a run, one after another.
class Training {
public:
  /// What outlives it; `data` is null where the model reads no batches.
  Training(const Options &options, const Executable &executable,
           const BatchFile *data, StepPlans &plans, Checkpoint &checkpoint)
      : options(options), executable(executable), data(data), plans(plans),
        checkpoint(checkpoint) {}

  /// Takes the plan of the first step.
  Result<void> prepare() { return takePlan(); }
  /// Gives all ranks what the checkpoint has. Spans of the first step are left
  /// out where `skipsFirst` says so.
  Result<void> start(Device &device, bool recordsSpans, bool skipsFirst,
                     std::function<void()> afterFirst);
  Result<void> run();

  const plan::Plan &currentPlan() const { return *plan; }
  RankTensors &rankTensors() { return *tensors; }
  /// Once, after the last step.
  Measured takeMeasured();
  int64_t tokens() const { return tokensDone; }
  double seconds() const { return secondsOfRun; }
  const std::vector<double> &secondsOfSteps() const { return stepSeconds; }

private:
  Result<void> takePlan();
  Result<void> runStep(Progress &progress, int64_t done);
  Error lossFailure(double loss);

  const Options &options;
  const Executable &executable;
  const BatchFile *data;
  StepPlans &plans;
  Checkpoint &checkpoint;

  std::shared_ptr<const plan::Plan> plan; // of the step that runs
  std::unique_ptr<BatchSource> batches;
  std::unique_ptr<ThreadsWorld> world;
  std::optional<RankTensors> tensors;
  bool records = false, skipsFirst = false;
  std::function<void()> afterFirst;

  Measured measured;
  int64_t tokensDone = 0;
  double secondsOfRun = 0;
  std::vector<double> stepSeconds;
  std::optional<double> lastLoss; // of the step before
};

/// The plan before goes when nothing refers to it any more.
Result<void> Training::takePlan() {
  Result<std::shared_ptr<const plan::Plan>> next = plans.next();
  if (!next)
    return next.error();
  if (data) {
    Result<std::unique_ptr<BatchSource>> made = data->batchesOf(**next);
    if (!made)
      return made.error();
    batches = std::move(*made);
  }
  if (world)
    if (Result<void> replanned = world->replan(**next); !replanned)
      return replanned;
  plan = std::move(*next);
  return {};
}

Result<void> Training::start(Device &device, bool recordsSpans, bool skips,
                             std::function<void()> then) {
  records = recordsSpans;
  skipsFirst = skips;
  afterFirst = std::move(then);
  Result<std::unique_ptr<ThreadsWorld>> made = ThreadsWorld::create(
      *plan, executable.model, device,
      [this](uint64_t step, uint32_t coordinate, uint32_t microbatch,
             uint32_t input, std::byte *destination) {
        batches->fill(step, coordinate, microbatch, input, destination);
      });
  if (!made)
    return made.error();
  world = std::move(*made);
  tensors.emplace(executable.model, *world);
  world->record(records && !skipsFirst);
  return tensors->scatter(checkpoint);
}

Result<void> Training::runStep(Progress &progress, int64_t done) {
  double before = progress.seconds();
  if (Result<void> ran = world->run(uint64_t(checkpoint.steps)); !ran)
    return ran;
  stepSeconds.push_back(progress.seconds() - before);
  if (done == 1 && skipsFirst) {
    afterFirst();
    world->record(records);
  }
  ++checkpoint.steps;
  Result<std::optional<double>> loss = tensors->meanLoss();
  if (!loss)
    return loss.error();
  std::string text = "loss " + (*loss ? format(**loss) : "none");
  int64_t tokens = tokensPerStep(*plan);
  tokensDone += tokens;
  progress.clear();
  std::printf("step %lld %s tokens %lld\n",
              static_cast<long long>(checkpoint.steps), text.c_str(),
              static_cast<long long>(tokens));
  std::fflush(stdout);
  // What is no number spreads to every parameter: nothing after it has a use.
  if (*loss && !std::isfinite(**loss))
    return lossFailure(**loss);
  lastLoss = *loss;
  progress.show(done, text, tokensDone);
  plans.endStep();
  if (records && plans.change())
    measured.add(plan, world->takeTimelines());
  return {};
}

Error Training::lossFailure(double loss) {
  std::vector<std::string> notes;
  Result<std::optional<float>> weight = tensors->weight();
  if (weight && *weight && **weight == 0)
    notes.push_back("its weight is 0: no token of the step counts; give it "
                    "other data or lengths");
  else if (lastLoss)
    notes.push_back("that of the step before was " + format(*lastLoss) +
                    ": a smaller learning rate may help");
  else
    notes.push_back("it is the first step: look at the parameters and the "
                    "data that it starts with");
  notes.push_back("the run ends here, and no files are written");
  return Error(ErrorCode::Runtime,
               "step " + std::to_string(checkpoint.steps) + ": the loss is " +
                   format(loss),
               std::move(notes));
}

Result<void> Training::run() {
  Progress progress(!options.quiet, options.steps);
  for (int64_t done = 1; done <= options.steps; ++done) {
    if (done > 1 && plans.change())
      if (Result<void> taken = takePlan(); !taken)
        return taken;
    if (Result<void> ran = runStep(progress, done); !ran)
      return ran;
  }
  progress.clear();
  secondsOfRun = progress.seconds();
  return {};
}

Measured Training::takeMeasured() {
  if (!plans.change())
    measured.add(plan, world->takeTimelines());
  measured.tracks = plans.tracks();
  return std::move(measured);
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
  // The first step touches memory that is new: a profile leaves it out.
  bool skipsFirst = measuring && options.steps > 1;
  if (Result<void> started = training.start(
          measuring ? static_cast<Device &>(*measuring) : **device,
          needsTimelines(options) || measuring, skipsFirst,
          [&] { measuring->clear(); });
      !started)
    return started;
  if (Result<void> ran = training.run(); !ran)
    return ran;

  Measured measured = training.takeMeasured();
  const plan::Plan &plan = training.currentPlan();
  if ((*plans)->change())
    prediction = expect(options, executable, plan);
  if (!prediction)
    return prediction.error();
  if (Result<void> saved =
          saveResults(options, executable, training.rankTensors(), *checkpoint,
                      plan, *prediction, measured);
      !saved)
    return saved;
  if (measuring)
    if (Result<void> saved =
            saveProfile(options, executable, *measuring,
                        measured.steps.back().timelines, cores, threads);
        !saved)
      return saved;
  printTotal(options, plan, training.tokens(), training.seconds());
  if ((*plans)->change())
    printPlanning(**plans, options,
                  (*device)->numKernels() - model.kernels.size());
  if (!options.costs.empty())
    compare(plan, *prediction, training.secondsOfSteps());
  return {};
}
