//===- Costs.cpp - What a prediction is made with -------------------------===//

#include "Costs.h"

#include "hocket/Runtime/Profiling.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

Result<std::unique_ptr<Costs>> Costs::create(const Options &options,
                                             const Executable &executable) {
  std::unique_ptr<Costs> costs(new Costs(executable));
  if (options.costs.empty())
    return costs;
  Result<Profile> profile = loadProfile(options.costs);
  if (!profile)
    return profile.error();
  if (Result<void> covers = checkProfile(*profile, options.costs,
                                         executable.plan, executable.model);
      !covers)
    return covers.error();
  costs->profiled.emplace(std::move(*profile), costs->roofline);
  return costs;
}

uint32_t Costs::coresForRanks() const {
  return uint32_t(std::max<int64_t>(
      1, profile().cores / std::max<int64_t>(1, profile().threadsPerRank)));
}

Result<Prediction> Costs::predict(const plan::Plan &plan, uint32_t cores,
                                  bool timelines) const {
  if (cores == 0)
    return runtime::predict(plan, executable.model, model(), timelines);
  double wake = isMeasured() ? profile().wakeSeconds : 0;
  return simulate::simulate(plan, executable.model, model(),
                            {cores, wake, timelines});
}
