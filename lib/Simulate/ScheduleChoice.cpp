//===- ScheduleChoice.cpp - Which schedule is fastest ---------------------===//

#include "hocket/Simulate/ScheduleChoice.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Simulate/PipelineTimes.h"
#include "hocket/Simulate/Simulate.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

Result<ScheduleChoice>
simulate::chooseSchedule(const Model &model, const Strategy &strategy,
                         const ScheduleSetting &setting,
                         const ScheduleRegistry &schedules,
                         const SolverOptions &options) {
  std::optional<ScheduleChoice> best;
  auto tryOut = [&](const Strategy &tried) {
    // There is not every schedule for every pipeline.
    Result<Plan> plan = expand(model, tried, setting.lengths, schedules);
    if (!plan)
      return;
    Result<Simulation> simulated =
        simulate::simulate(*plan, model, setting.cost);
    if (!simulated ||
        simulated->peakArenaBytes > setting.topology.device.memoryBytes)
      return;
    if (!best || simulated->seconds < best->seconds)
      best = {tried, {}, simulated->seconds, simulated->peakArenaBytes};
  };

  auto problemOf = [&](const std::vector<uint32_t> &placement) {
    return simulate::pipelineProblemOf(model, strategy, setting, schedules,
                                       placement);
  };
  Result<SolvedSchedule> solved =
      plan::solveSchedule(model, strategy, problemOf, schedules, options);
  if (solved)
    tryOut(solved->strategy);
  for (std::string &name : schedules.names()) {
    Strategy named = strategy;
    named.schedule = std::move(name);
    tryOut(named);
  }
  if (!best && !solved)
    return solved.error();
  // A check of the plan says what it lacks.
  if (!best)
    best = {solved->strategy, {}, 0, 0};
  if (solved)
    best->solution = solved->summary;
  return std::move(*best);
}
