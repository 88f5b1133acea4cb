//===- Modelled.cpp - Worlds in which only time passes --------------------===//

#include "Costs.h"
#include "Progress.h"
#include "Reports.h"
#include "Worlds.h"

#include "hocket/Runtime/PacedDevice.h"
#include "hocket/Runtime/World.h"

#include <algorithm>
#include <cstdio>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

Result<Prediction> predictFor(const Options &options, const plan::Plan &plan,
                              const Costs &costs) {
  return costs.predict(plan, uint32_t(options.cores), needsTimelines(options));
}

/// The system wakes a thread up some 50 us late, later where thousands want a
/// core at once.
void explainLateness(double factor) {
  std::fprintf(stderr,
               "hocket-run: note: threads woke up too late for durations as "
               "short or ranks as many as these; --slowdown=%.3g is more "
               "exact\n",
               factor * 10);
}

/// Of the hungriest rank.
int64_t mostHostBytes(const plan::Plan &plan) {
  int64_t most = 0;
  for (const plan::Role &role : plan.roles)
    most = std::max(most, role.hostBytes);
  return most;
}

} // namespace

Result<void> run::predictStep(const Options &options,
                              const Executable &executable) {
  const plan::Plan &plan = executable.plan;
  Result<std::unique_ptr<Costs>> costs = Costs::create(options, executable);
  if (!costs)
    return costs.error();
  Result<Prediction> prediction = predictFor(options, plan, **costs);
  if (!prediction)
    return prediction.error();
  if (Result<void> written =
          writeReports(options, executable, plan, *prediction, nullptr);
      !written)
    return written;
  double peak = peakRate(executable.topology);
  std::printf("ranks %zu\nmakespan %.9g s\nbubble rate %.4f\n"
              "peak arena %lld bytes\npeak live %lld bytes\n"
              "utilization %.4f of %.4g flop/s\n"
              "tokens %lld\npredicted tokens/s %.9g\n",
              plan.ranks.size(), prediction->seconds, prediction->bubbleRate(),
              static_cast<long long>(prediction->peakArenaBytes),
              static_cast<long long>(*std::max_element(
                  prediction->peakBytes.begin(), prediction->peakBytes.end())),
              prediction->utilization(peak), peak,
              static_cast<long long>(tokensPerStep(plan)),
              tokenRate(plan, prediction->seconds));
  if (int64_t host = mostHostBytes(plan))
    std::printf("on the host %lld bytes\n", static_cast<long long>(host));
  return {};
}

Result<void> run::paceSteps(const Options &options,
                            const Executable &executable) {
  const plan::Plan &plan = executable.plan;
  double slowdown = options.slowdown.value_or(1);
  Result<std::unique_ptr<Costs>> costs = Costs::create(options, executable);
  if (!costs)
    return costs.error();
  Result<Prediction> prediction = predictFor(options, plan, **costs);
  if (!prediction)
    return prediction.error();
  if (prediction->seconds * slowdown > Pacer::kLongestSleep)
    return Error(ErrorCode::InvalidArgument,
                 "a step would take longer than " +
                     std::to_string(int64_t(Pacer::kLongestSleep)) +
                     " seconds of real time",
                 {"it is predicted to take " +
                  std::to_string(prediction->seconds) +
                  " s: give a smaller --slowdown"});
  Result<std::unique_ptr<Platform>> platform =
      paceDevices(plan, executable.model, (*costs)->model(), slowdown);
  if (!platform)
    return platform.error();
  Result<std::unique_ptr<ThreadsWorld>> world = ThreadsWorld::create(
      plan, executable.model, std::move(*platform), BatchFiller());
  if (!world)
    return world.error();
  (*world)->record(needsTimelines(options));

  int64_t tokens = tokensPerStep(plan);
  Progress progress(!options.quiet, options.steps);
  if (!options.quiet && prediction->seconds * slowdown > 1)
    std::fprintf(stderr, "a step should take %.3g s\n",
                 prediction->seconds * slowdown);
  double spent = 0; // real seconds of all steps
  for (int64_t done = 1; done <= options.steps; ++done) {
    double before = progress.seconds();
    if (Result<void> ran = (*world)->run(uint64_t(done - 1)); !ran)
      return ran;
    double seconds = progress.seconds() - before;
    spent += seconds;
    char text[64];
    std::snprintf(text, sizeof(text), "makespan %.6g s", seconds / slowdown);
    progress.clear();
    std::printf("step %lld %s tokens %lld\n", static_cast<long long>(done),
                text, static_cast<long long>(tokens));
    std::fflush(stdout);
    progress.show(done, text, tokens * done);
  }
  progress.clear();

  Measured steps;
  steps.add({std::shared_ptr<void>(), &plan}, (*world)->takeTimelines());
  if (Result<void> written =
          writeReports(options, executable, plan, *prediction, &steps);
      !written)
    return written;
  Prediction measured;
  measured.seconds = spent / double(options.steps) / slowdown;
  measured.busySeconds = prediction->busySeconds;
  double ratio = prediction->seconds / measured.seconds;
  printTotal(options, plan, tokens * options.steps, spent);
  printMakespan("predicted", plan, *prediction);
  printMakespan("measured", plan, measured);
  std::printf("measured throughput %.2f%% of predicted\n", 100 * ratio);
  if (ratio < 0.9 && !options.quiet)
    explainLateness(slowdown);
  return {};
}
