//===- ScheduleFixture.h - Pipelines for tests ------------------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_SOLVER_SCHEDULEFIXTURE_H
#define HOCKET_TEST_UNIT_SOLVER_SCHEDULEFIXTURE_H

#include "hocket/Solver/Pipeline.h"

#include <random>

namespace hocket::test {

/// Stages one per rank unless `placement` says otherwise; all alike.
inline PipelineProblem
uniformPipeline(uint32_t ranks, uint32_t microbatches, int64_t forward,
                int64_t input, int64_t weight, int64_t capacity,
                const std::string &placement = "linear") {
  PipelineProblem problem;
  problem.ranks = ranks;
  problem.microbatches = microbatches;
  uint32_t stages = placement == "linear" ? ranks : 2 * ranks;
  problem.placement = placementOf(placement, stages, ranks);
  problem.forward.assign(stages, forward);
  problem.inputGradient.assign(stages, input);
  problem.weightGradient.assign(weight > 0 ? stages : 0, weight);
  problem.activation.assign(stages, 1);
  problem.capacity.assign(ranks, capacity);
  problem.hop.assign(ranks, std::vector<int64_t>(ranks, 0));
  return problem;
}

/// A small problem of blocks on one or two devices, with memory that a later
/// block gives back.
inline ScheduleProblem randomBlocks(std::mt19937_64 &random) {
  auto draw = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  ScheduleProblem problem;
  problem.ranks = uint32_t(draw(2, 3));
  problem.microbatches = uint32_t(draw(2, 3));
  size_t half = size_t(draw(2, 3));
  problem.blocks.resize(2 * half);
  for (size_t i = 0; i < half; ++i) {
    ScheduleProblem::Block &taker = problem.blocks[i];
    ScheduleProblem::Block &giver = problem.blocks[2 * half - 1 - i];
    taker.name = "take" + std::to_string(i);
    giver.name = "give" + std::to_string(i);
    taker.devices = {uint32_t(draw(0, problem.ranks - 1))};
    if (draw(0, 3) == 0) {
      uint32_t other = uint32_t(draw(0, problem.ranks - 1));
      if (other != taker.devices[0])
        taker.devices.push_back(other);
      std::sort(taker.devices.begin(), taker.devices.end());
    }
    giver.devices = taker.devices;
    taker.time = draw(1, 4);
    giver.time = draw(1, 4);
    taker.memory = draw(0, 2);
    giver.memory = -taker.memory;
    giver.after.push_back({uint32_t(i), draw(0, 2)});
    if (i > 0 && draw(0, 3) > 0)
      taker.after.push_back({uint32_t(i - 1), draw(0, 2)});
    if (i > 0 && draw(0, 3) > 0)
      problem.blocks[2 * half - i].after.push_back(
          {uint32_t(2 * half - 1 - i), 0});
  }
  for (uint32_t rank = 0; rank < problem.ranks; ++rank)
    problem.capacity.push_back(draw(2, 6));
  return problem;
}

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_SOLVER_SCHEDULEFIXTURE_H
