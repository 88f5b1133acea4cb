//===- Expand.cpp - From a model and a strategy to a plan -----------------===//

#include "hocket/Plan/Expand.h"

#include "RoleBuilder.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::plan;

std::vector<uint32_t> plan::dealSequences(uint32_t sequences, uint32_t parts) {
  std::vector<uint32_t> first(size_t(parts) + 1);
  for (uint64_t k = 0; k <= parts; ++k)
    first[k] = uint32_t(k * sequences / parts);
  return first;
}

namespace {

class Expander {
public:
  Expander(const Model &model, const Strategy &strategy,
           const std::vector<int64_t> &lengths)
      : model(model), lengths(lengths) {
    plan.strategy = strategy;
  }

  Result<Plan> run(const ScheduleRegistry &schedules);

private:
  Result<void> dealBatch();
  void findGroups();
  void addRanks();
  RoleContext contextOf(uint32_t stage) const;
  std::vector<uint32_t> gradientsOf(uint32_t stage) const;

  static Error fail(std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  }

  const Model &model;
  const std::vector<int64_t> &lengths;
  Plan plan;

  using StageSet = std::vector<uint32_t>;
  /// For each group index, the parameters whose gradients it sums up.
  std::map<uint32_t, std::vector<uint32_t>> reduced;
  int64_t everyone = -1; // group index
  /// For each stage, the group indices of its ranks.
  std::vector<std::vector<uint32_t>> stageGroups;
  std::vector<std::vector<Symbols>> shapesOfMicrobatch;
};

Result<void> Expander::dealBatch() {
  const Strategy &strategy = plan.strategy;
  if (strategy.data == 0 || strategy.microbatches == 0)
    return fail("the degree of data parallelism and the number of microbatches "
                "must be at least 1");
  if (lengths.size() > std::numeric_limits<uint32_t>::max())
    return fail("the batch has more than 2^32 sequences");
  uint64_t parts = uint64_t(strategy.data) * strategy.microbatches;
  if (parts > lengths.size())
    return fail(std::to_string(strategy.data) + "-way data parallelism x " +
                    std::to_string(strategy.microbatches) +
                    " microbatches needs at least " + std::to_string(parts) +
                    " sequences and the batch has " +
                    std::to_string(lengths.size()),
                {"give more sequences, or use fewer microbatches"});
  if (uint64_t(strategy.data) * model.stages.size() >
      uint64_t(std::numeric_limits<int32_t>::max()))
    return fail("the plan would have more than 2^31 ranks");

  int64_t sum = 0;
  for (int64_t length : lengths) {
    if (length <= 0)
      return fail("a sequence has the length " + std::to_string(length) +
                  "; lengths are tokens, at least 1");
    if (length > (int64_t(1) << 48) - sum)
      return fail("the batch has more than 2^48 tokens");
    sum += length;
  }
  plan.lengths = lengths;
  plan.firstSequence = dealSequences(uint32_t(lengths.size()), uint32_t(parts));
  shapesOfMicrobatch.resize(strategy.microbatches);
  for (uint64_t k = 0; k < parts; ++k) {
    MicrobatchShape shape;
    for (uint32_t i = plan.firstSequence[k]; i < plan.firstSequence[k + 1]; ++i)
      shape.tokens += lengths[i];
    shape.sequences = plan.firstSequence[k + 1] - plan.firstSequence[k];
    plan.shapes.push_back(shape);
    shapesOfMicrobatch[k % strategy.microbatches].push_back(shape.symbols());
  }
  for (std::vector<Symbols> &shapes : shapesOfMicrobatch) {
    std::sort(shapes.begin(), shapes.end());
    shapes.erase(std::unique(shapes.begin(), shapes.end()), shapes.end());
  }
  return {};
}

/// With an optimizer every holder of a parameter needs its gradient; without
/// one there are only those that the backward tasks sum up.
std::vector<uint32_t> Expander::gradientsOf(uint32_t stage) const {
  std::vector<uint32_t> gradients;
  if (!model.updates.empty())
    gradients = heldParameters(model, stage);
  for (const TaskTemplate &task : model.stages[stage].tasks)
    for (const Operand &operand : task.operands)
      if (operand.slot == Slot::Gradient)
        gradients.push_back(operand.index);
  std::sort(gradients.begin(), gradients.end());
  gradients.erase(std::unique(gradients.begin(), gradients.end()),
                  gradients.end());
  return gradients;
}

void Expander::findGroups() {
  std::map<uint32_t, StageSet> holders; // of every parameter's gradient
  StageSet all;
  for (uint32_t stage = 0; stage < plan.stages; ++stage) {
    all.push_back(stage);
    for (uint32_t parameter : gradientsOf(stage))
      holders[parameter].push_back(stage);
  }
  std::map<StageSet, std::vector<uint32_t>> sets;
  for (const auto &[parameter, stages] : holders)
    sets[stages].push_back(parameter);
  sets[all];

  // One order of groups for the whole plan: no two ranks can wait for each
  // other in different collectives.
  stageGroups.resize(plan.stages);
  for (const auto &[stages, parameters] : sets) {
    if (stages.size() * plan.strategy.data < 2)
      continue;
    uint32_t index = uint32_t(plan.groups.size());
    std::vector<uint32_t> &group = plan.groups.emplace_back();
    for (uint32_t stage : stages) {
      stageGroups[stage].push_back(index);
      for (uint32_t data = 0; data < plan.strategy.data; ++data)
        group.push_back(stage * plan.strategy.data + data);
    }
    if (!parameters.empty())
      reduced[index] = parameters;
    if (stages == all)
      everyone = index;
  }
}

RoleContext Expander::contextOf(uint32_t stage) const {
  RoleContext context{model,
                      stage,
                      plan.strategy.microbatches,
                      shapesOfMicrobatch,
                      gradientsOf(stage),
                      {}};
  for (size_t local = 0; local < stageGroups[stage].size(); ++local) {
    uint32_t index = stageGroups[stage][local];
    if (auto found = reduced.find(index); found != reduced.end())
      context.gradientGroups.push_back({int32_t(local), found->second});
    if (index == everyone)
      context.everyone = int32_t(local);
  }
  return context;
}

void Expander::addRanks() {
  uint32_t data = plan.strategy.data;
  plan.ranks.reserve(size_t(data) * plan.stages);
  for (uint32_t stage = 0; stage < plan.stages; ++stage)
    for (uint32_t d = 0; d < data; ++d) {
      Rank rank;
      rank.role = stage;
      rank.data = d;
      rank.stage = stage;
      if (stage > 0)
        rank.peers.push_back((stage - 1) * data + d);
      if (stage + 1 < plan.stages)
        rank.peers.push_back((stage + 1) * data + d);
      rank.groups = stageGroups[stage];
      plan.ranks.push_back(std::move(rank));
    }
}

Result<Plan> Expander::run(const ScheduleRegistry &schedules) {
  if (Result<void> checked = checkModel(model); !checked)
    return checked.error();
  const Schedule *schedule = schedules.find(plan.strategy.schedule);
  if (!schedule) {
    std::string known;
    for (const std::string &name : schedules.names())
      known += (known.empty() ? "" : ", ") + name;
    return fail("there is no schedule '" + plan.strategy.schedule + "'",
                {"the schedules are " + known});
  }
  plan.stages = uint32_t(model.stages.size());
  if (Result<void> dealt = dealBatch(); !dealt)
    return dealt.error();
  findGroups();
  for (uint32_t stage = 0; stage < plan.stages; ++stage) {
    RoleContext context = contextOf(stage);
    Result<Role> role = RoleBuilder(context).build(
        schedule->order(stage, plan.stages, plan.strategy.microbatches),
        *schedule);
    if (!role)
      return role.error();
    plan.roles.push_back(std::move(*role));
  }
  addRanks();
  return std::move(plan);
}

} // namespace

Result<Plan> plan::expand(const Model &model, const Strategy &strategy,
                          const std::vector<int64_t> &lengths,
                          const ScheduleRegistry &schedules) {
  return Expander(model, strategy, lengths).run(schedules);
}
