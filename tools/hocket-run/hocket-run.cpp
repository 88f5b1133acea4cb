//===- hocket-run.cpp - Runs a compiled model -----------------------------===//

#include "Options.h"
#include "Progress.h"
#include "Tensors.h"

#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Lengths.h"
#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/File.h"
#include "hocket/Runtime/Trace.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

int64_t tokensPerStep(const plan::Plan &plan) {
  int64_t tokens = 0;
  for (const plan::MicrobatchShape &shape : plan.shapes)
    tokens += shape.tokens;
  return tokens;
}

std::string format(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

/// Plans for other lengths where they are given.
Result<void> planAgain(const std::string &path, Executable &executable) {
  Result<std::vector<int64_t>> lengths = plan::loadLengths(path);
  if (!lengths)
    return lengths.error();
  Result<plan::Plan> plan =
      plan::expand(executable.model, executable.plan.strategy, *lengths,
                   plan::ScheduleRegistry::withBuiltins());
  if (!plan)
    return plan.error();
  executable.plan = std::move(*plan);
  return checkPlan(executable.plan, executable.model, executable.topology);
}

Result<void> predictStep(const Options &options, const Executable &executable) {
  const plan::Plan &plan = executable.plan;
  RooflineCost cost(executable.topology);
  Result<Prediction> prediction =
      predict(plan, executable.model, cost, !options.trace.empty());
  if (!prediction)
    return prediction.error();
  if (!options.trace.empty())
    if (Result<void> written =
            writeTrace(options.trace, {{"predicted", &prediction->timelines}},
                       plan, executable.model);
        !written)
      return written;
  int64_t tokens = tokensPerStep(plan);
  double rate =
      prediction->seconds > 0 ? double(tokens) / prediction->seconds : 0;
  std::printf("ranks %zu\nmakespan %.9g s\nbubble rate %.4f\n"
              "peak arena %lld bytes\ntokens %lld\npredicted tokens/s %.9g\n",
              plan.ranks.size(), prediction->seconds, prediction->bubbleRate(),
              static_cast<long long>(prediction->peakArenaBytes),
              static_cast<long long>(tokens), rate);
  return {};
}

/// What a run writes, before hours of work: whether it can.
Result<void> checkOutputs(const Options &options,
                          const Executable &executable) {
  for (const std::string *path :
       {&options.saveParams, &options.saveGradients, &options.trace})
    if (!path->empty())
      if (Result<void> writable = checkWritable(*path); !writable)
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
                         const ThreadsWorld &world) {
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
  if (options.trace.empty())
    return {};
  // What was expected, beside what was.
  RooflineCost cost(executable.topology);
  Result<Prediction> prediction =
      predict(executable.plan, executable.model, cost, true);
  if (!prediction)
    return prediction.error();
  return writeTrace(options.trace,
                    {{"measured", &world.timelines()},
                     {"predicted step", &prediction->timelines}},
                    executable.plan, executable.model);
}

Result<void> runSteps(const Options &options, const Executable &executable) {
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
  Result<std::unique_ptr<ThreadsWorld>> world = ThreadsWorld::create(
      plan, model, **device,
      [&](uint64_t step, uint32_t data, uint32_t microbatch, uint32_t input,
          std::byte *destination) {
        (*batches)->fill(step, data, microbatch, input, destination);
      });
  if (!world)
    return world.error();
  RankTensors tensors(plan, model, **world);
  if (Result<void> scattered = tensors.scatter(*checkpoint); !scattered)
    return scattered;
  (*world)->record(!options.trace.empty());

  int64_t tokens = tokensPerStep(plan);
  Progress progress(!options.quiet, options.steps);
  for (int64_t done = 1; done <= options.steps; ++done) {
    if (Result<void> ran = (*world)->run(uint64_t(checkpoint->steps)); !ran)
      return ran;
    ++checkpoint->steps;
    Result<std::optional<double>> loss = tensors.meanLoss();
    if (!loss)
      return loss.error();
    std::string text = *loss ? format(**loss) : "none";
    progress.clear();
    std::printf("step %lld loss %s tokens %lld\n",
                static_cast<long long>(checkpoint->steps), text.c_str(),
                static_cast<long long>(tokens));
    std::fflush(stdout);
    progress.show(done, text, tokens * done);
  }
  progress.clear();
  double seconds = progress.seconds();
  if (Result<void> saved =
          saveResults(options, executable, tensors, *checkpoint, **world);
      !saved)
    return saved;
  std::printf("ran %lld steps on %zu ranks in %.3f s, %.0f tokens/s\n",
              static_cast<long long>(options.steps), plan.ranks.size(), seconds,
              double(tokens * options.steps) / seconds);
  return {};
}

Result<void> runExecutable(const Options &options) {
  Result<Executable> executable = load(options.executable);
  if (!executable)
    return executable.error();
  if (!options.lengths.empty())
    if (Result<void> planned = planAgain(options.lengths, *executable);
        !planned)
      return planned;
  return options.isVirtual() ? predictStep(options, *executable)
                             : runSteps(options, *executable);
}

} // namespace

int main(int argc, char **argv) {
  Result<Options> options = parseOptions(argc, argv);
  Result<void> ran;
  if (!options)
    ran = options.error();
  else if (options->help)
    std::cout << kHelp;
  else
    ran = runExecutable(*options);
  if (ran)
    return 0;
  std::cerr << "hocket-run: " << ran.error();
  return ran.error().exitCode();
}
