//===- Pack.cpp - Plans with groups that fit their sequences --------------===//

#include "hocket/Plan/Pack.h"

#include "hocket/Plan/Sequence.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

Result<PackingProblem> plan::packingFor(const Model &model,
                                        const Strategy &strategy,
                                        PackingProblem settings) {
  auto fail = [](std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  };
  int64_t fewestHeads = 0, mostMembers = 0; // 0: none have a limit
  for (const Stage &stage : model.stages) {
    if (stage.attention)
      fewestHeads =
          fewestHeads == 0
              ? stage.attention->heads
              : std::min<int64_t>(fewestHeads, stage.attention->heads);
    if (stage.gather)
      mostMembers =
          mostMembers == 0
              ? stage.gather->slots + 1
              : std::min<int64_t>(mostMembers, stage.gather->slots + 1);
  }
  if (fewestHeads == 0 && mostMembers == 0)
    return fail("there is nothing to pack: the model's stages are not cut at "
                "their attentions or scans",
                {"hocket.sequence makes the compiler cut them"});
  if (settings.devices < 1 || uint32_t(settings.devices) != strategy.replicas())
    return fail("devices must be " + std::to_string(strategy.replicas()) +
                ", the model's data x sequence degrees, not " +
                std::to_string(settings.devices));
  for (auto [isThere, field] :
       {std::pair(!settings.hasBarriers, "barriers: false"),
        {settings.offload.has_value(), "offload"},
        {settings.routing.has_value(), "routing"},
        {settings.remapping.has_value(), "remapping"}})
    if (isThere)
      return fail(std::string(field) +
                  " is for predictions alone: plans cannot do that");
  if (fewestHeads > 0 &&
      (settings.cost.heads == 0 || settings.cost.heads > fewestHeads))
    settings.cost.heads = fewestHeads;
  if (mostMembers == 0)
    return settings;
  for (PackingMethod method : settings.methods)
    if (Result<std::unique_ptr<SequenceMethod>> made =
            SequenceMethods::withBuiltins().make(name(method));
        made && !(*made)->holdsRuns())
      return fail(std::string("methods has \"") + name(method) +
                      "\", and the model scans over tokens, which needs a run "
                      "of each sequence on every rank",
                  {"use ring or ulysses"});
  if (!settings.degrees.empty() && settings.degrees.back() > mostMembers)
    return fail("degrees has " + std::to_string(settings.degrees.back()) +
                    ", and the model's scans were compiled for groups of at "
                    "most " +
                    std::to_string(mostMembers),
                {"compile it with hocket.sequence degree(" +
                 std::to_string(settings.degrees.back()) +
                 "), or give smaller degrees"});
  return settings;
}

Result<Plan> plan::expandPacked(const Model &model, Strategy strategy,
                                const std::vector<int64_t> &lengths,
                                const PackingProblem &settings,
                                const ScheduleRegistry &schedules,
                                const SequenceMethods &methods) {
  Result<PackingSolution> packed = planPacking(settings, lengths);
  if (!packed)
    return packed.error();
  StepGroups groups(packed->microbatches.size());
  for (size_t i = 0; i < groups.size(); ++i)
    for (const PackingSolution::Group &group : packed->microbatches[i].groups) {
      SequenceGroup &made = groups[i].emplace_back();
      made.coordinates.assign(group.devices.begin(), group.devices.end());
      made.sequences.assign(group.sequences.begin(), group.sequences.end());
      std::sort(made.coordinates.begin(), made.coordinates.end());
      // By itself a rank shares nothing, whatever the method.
      made.method = group.devices.size() == 1 ? "ring" : name(group.method);
    }
  strategy.microbatches = uint32_t(groups.size());
  return expandGroups(model, strategy, lengths, groups, schedules, methods);
}
