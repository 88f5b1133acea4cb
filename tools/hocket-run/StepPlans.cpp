//===- StepPlans.cpp - The plan of each step of a run ---------------------===//

#include "StepPlans.h"

#include "Flags.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Pack.h"

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

Result<std::unique_ptr<StepPlans>>
StepPlans::create(const Options &options, const Executable &executable,
                  int64_t firstStep, std::function<double()> now) {
  std::unique_ptr<StepPlans> plans(
      new StepPlans(options, executable, firstStep, std::move(now)));
  if (options.lengthsFrom.empty())
    return plans;
  Result<std::vector<plan::StepLengths>> lines =
      plan::loadStepLengths(options.lengthsFrom);
  if (!lines)
    return lines.error();
  plans->lines = std::move(*lines);
  if (!options.pack.empty()) {
    if (Result<void> loaded = plans->loadPacking(options.pack); !loaded)
      return loaded.error();
  } else if (Result<void> checked = plans->checkLines(); !checked) {
    return checked.error();
  }
  Result<std::unique_ptr<PlanQueue>> queue = PlanQueue::create(
      [&made = *plans](uint64_t step) { return made.make(step); }, plans->now);
  if (!queue)
    return queue.error();
  plans->queue = std::move(*queue);
  plans->queue->begin(plans->firstStep);
  return plans;
}

StepPlans::StepPlans(const Options &options, const Executable &executable,
                     int64_t firstStep, std::function<double()> now)
    : now(std::move(now)), file(options.lengthsFrom), executable(executable),
      firstStep(uint64_t(firstStep)), steps(uint64_t(options.steps)) {}

StepPlans::~StepPlans() = default;

/// What would be found out hours later.
Result<void> StepPlans::checkLines() const {
  const plan::Strategy &strategy = executable.plan.strategy;
  uint64_t parts = uint64_t(strategy.data) * strategy.microbatches;
  for (const plan::StepLengths &line : lines)
    if (line.lengths.size() < parts)
      return at(
          line,
          mistake(std::to_string(strategy.data) + "-way data parallelism x " +
                      std::to_string(strategy.microbatches) +
                      " microbatches needs at least " + std::to_string(parts) +
                      " sequences and the step has " +
                      std::to_string(line.lengths.size()),
                  {"give more sequences, or use fewer "
                   "microbatches"}));
  return {};
}

Result<void> StepPlans::loadPacking(const std::string &path) {
  Result<PackingProblem> settings = loadPackingSettings(path);
  if (!settings)
    return settings.error();
  Result<PackingProblem> fits = plan::packingFor(
      executable.model, executable.plan.strategy, std::move(*settings));
  if (!fits) {
    Error error = fits.error();
    error.message = path + ": " + error.message;
    return error;
  }
  packing = std::make_unique<const PackingProblem>(std::move(*fits));
  return {};
}

Error StepPlans::at(const plan::StepLengths &line, Error error) const {
  error.message = file + ":" + std::to_string(line.line) + ": " + error.message;
  return error;
}

Result<plan::Plan> StepPlans::make(uint64_t step) const {
  const plan::StepLengths &line = lines[step % lines.size()];
  const plan::Strategy &strategy = executable.plan.strategy;
  auto schedules = plan::ScheduleRegistry::withBuiltins();
  Result<plan::Plan> plan =
      packing
          ? plan::expandPacked(executable.model, strategy, line.lengths,
                               *packing, schedules)
          : plan::expand(executable.model, strategy, line.lengths, schedules);
  if (!plan)
    return at(line, plan.error());
  if (Result<void> checked =
          checkPlan(*plan, executable.model, executable.topology);
      !checked)
    return at(line, checked.error());
  return plan;
}

Result<std::shared_ptr<const plan::Plan>> StepPlans::next() {
  // Nobody owns it: it is part of the executable.
  if (!queue)
    return std::shared_ptr<const plan::Plan>(std::shared_ptr<void>(),
                                             &executable.plan);
  Result<PlannedStep> step = queue->take();
  if (!step)
    return step.error();
  began = now();
  ++taken;
  planned.events.push_back(
      {"plan step " + std::to_string(taken), taken, step->asked, step->made});
  if (taken < steps)
    queue->begin(firstStep + taken);
  return std::shared_ptr<const plan::Plan>(std::move(step->plan));
}

void StepPlans::endStep() {
  if (queue)
    ran.events.push_back(
        {"step " + std::to_string(taken), taken, began, now()});
}

std::vector<TraceTrack> StepPlans::tracks() const {
  if (!queue)
    return {};
  return {ran, planned};
}
