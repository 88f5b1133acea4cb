//===- SlicePlans.h - Plans of a small model in slices ----------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_PLAN_SLICEPLANS_H
#define HOCKET_TEST_UNIT_PLAN_SLICEPLANS_H

#include "SliceModel.h"

#include "hocket/Plan/Check.h"

#include <gtest/gtest.h>

namespace hocket::plan::test {

/// Layers and the loss are stages of the pipeline, all on one rank.
inline Strategy layerwise(const Model &model, uint32_t slices) {
  Strategy strategy;
  for (size_t stage = 0; stage + 1 < model.stages.size(); stage += 2)
    strategy.segments.push_back(2);
  strategy.segments.push_back(1);
  strategy.chunks = uint32_t(strategy.segments.size());
  strategy.schedule = "gpipe";
  strategy.slices = slices;
  return strategy;
}

inline Strategy recomputing(const Model &model, uint32_t slices,
                            uint32_t kept = 0) {
  Strategy strategy = layerwise(model, slices);
  strategy.activations.assign(strategy.segments.size(), {kept, 0});
  return strategy;
}

inline Plan expanded(const Model &model, const Strategy &strategy,
                     const std::vector<int64_t> &lengths) {
  Result<Plan> plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  if (!plan)
    return {};
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  return *plan;
}

inline SliceOptions oneLayer(bool causal = true) {
  SliceOptions options;
  options.layers = 1;
  options.causal = causal;
  return options;
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_SLICEPLANS_H
