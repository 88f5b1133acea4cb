//===- Pipeline.cpp - Pipelines as schedule problems ----------------------===//

#include "hocket/Solver/Pipeline.h"

using namespace hocket;

uint32_t PipelineProblem::block(Kind kind, size_t stage) const {
  uint32_t offset = kind == Kind::F ? 0 : kind == Kind::W ? 2 : 1;
  return uint32_t(stage) * kindsPerStage() + offset;
}

PipelineProblem::Kind PipelineProblem::kindOf(uint32_t block) const {
  switch (block % kindsPerStage()) {
  case 0:
    return Kind::F;
  case 1:
    return splitsBackward() ? Kind::Bi : Kind::B;
  default:
    return Kind::W;
  }
}

ScheduleProblem PipelineProblem::toSchedule() const {
  ScheduleProblem problem;
  problem.ranks = ranks;
  problem.microbatches = microbatches;
  problem.capacity = capacity;
  problem.objective = objective;
  Kind backward = splitsBackward() ? Kind::Bi : Kind::B;
  for (size_t stage = 0; stage < stages(); ++stage) {
    std::string number = std::to_string(stage);
    ScheduleProblem::Block forwardBlock, backwardBlock, weightBlock;
    forwardBlock.devices = backwardBlock.devices =
        weightBlock.devices = {placement[stage]};
    forwardBlock.name = "F" + number;
    forwardBlock.time = forward[stage];
    forwardBlock.memory = activation[stage];
    if (stage > 0)
      forwardBlock.after.push_back(
          {block(Kind::F, stage - 1),
           hopBetween(placement[stage - 1], placement[stage])});
    problem.blocks.push_back(forwardBlock);

    backwardBlock.name = (splitsBackward() ? "Bi" : "B") + number;
    backwardBlock.time = inputGradient[stage];
    backwardBlock.after.push_back({block(Kind::F, stage), 0});
    if (stage + 1 < stages())
      backwardBlock.after.push_back(
          {block(backward, stage + 1),
           hopBetween(placement[stage + 1], placement[stage])});
    int64_t kept = !splitsBackward()       ? 0
                   : keptForWeight.empty() ? activation[stage]
                                           : keptForWeight[stage];
    backwardBlock.memory = kept - activation[stage];
    problem.blocks.push_back(backwardBlock);

    if (!splitsBackward())
      continue;
    weightBlock.name = "W" + number;
    weightBlock.time = weightGradient[stage];
    weightBlock.memory = -kept;
    weightBlock.after.push_back({block(Kind::Bi, stage), 0});
    problem.blocks.push_back(weightBlock);
  }
  return problem;
}

std::vector<uint32_t> hocket::placementOf(const std::string &name,
                                          uint32_t stages, uint32_t ranks) {
  bool isV = name == "v", isLinear = name == "linear";
  if (ranks == 0 || stages % ranks != 0 ||
      (!isV && !isLinear && name != "interleaved") ||
      (isLinear && stages != ranks))
    return {};
  std::vector<uint32_t> placement(stages);
  for (uint32_t stage = 0; stage < stages; ++stage) {
    uint32_t step = stage % ranks, chunk = stage / ranks;
    placement[stage] = isV && chunk % 2 == 1 ? ranks - 1 - step : step;
  }
  return placement;
}
