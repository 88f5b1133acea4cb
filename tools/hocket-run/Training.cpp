//===- Training.cpp - The steps of a run ----------------------------------===//

#include "Training.h"

#include "Worlds.h"

#include <cmath>
#include <cstdio>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

static std::string format(double value) {
  if (std::isnan(value)) // of either sign
    return "nan";
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

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

Result<void> Training::start(Device &device) {
  records = needsTimelines(options);
  return startOn(device);
}

Result<void> Training::start(MeasuringDevice &device) {
  measuring = &device;
  return startOn(device);
}

Result<void> Training::startOn(Device &device) {
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
  world->record(records);
  return tensors->scatter(checkpoint);
}

void Training::measureOrNot(int64_t number) {
  bool measures = options.steps == 1 || number % 2 == 0;
  measuring->enable(measures);
  world->record(measures);
}

Result<void> Training::runStep(Progress &progress, int64_t number) {
  if (measuring)
    measureOrNot(number);
  double before = progress.seconds();
  if (Result<void> ran = world->run(uint64_t(checkpoint.steps)); !ran)
    return ran;
  if (!measuring || (!measuring->isEnabled() && number > 1))
    stepSeconds.push_back(progress.seconds() - before);
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
  progress.show(number, text, tokensDone);
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
