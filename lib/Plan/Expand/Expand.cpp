//===- Expand.cpp - From a model and a strategy to a plan -----------------===//

#include "hocket/Plan/Expand.h"

#include "RoleBuilder.h"
#include "Schedules/Ordering.h"
#include "Sequence/SequenceGroups.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Stages.h"
#include "hocket/Plan/StrategyCheck.h"

#include <algorithm>
#include <limits>
#include <set>

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
           const std::vector<int64_t> &lengths, const StepGroups *givenGroups,
           const SequenceMethods &methods)
      : model(model), lengths(lengths), givenGroups(givenGroups),
        methods(methods) {
    plan.strategy = strategy;
  }

  Result<Plan> run(const ScheduleRegistry &schedules);

private:
  Result<void> checkLengths() const;
  Result<void> dealBatch();
  Result<void> dealGroups();
  Result<void> shareSequences();
  Result<void> layOutGroups();
  void findPeers();
  void findBoundSlots();
  void findGroups();
  void addRanks();
  std::string roleName(uint32_t rank) const;
  std::vector<uint32_t> peersAt(uint32_t rank, uint32_t coordinate) const;
  RoleContext contextOf(uint32_t rank, uint32_t coordinate);
  Result<void> addRoles();
  std::vector<uint32_t> parametersOf(uint32_t rank) const;
  std::vector<uint32_t> gradientsOf(uint32_t rank) const;

  static Error fail(std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  }

  const Model &model;
  const std::vector<int64_t> &lengths;
  const StepGroups *givenGroups; // null: each part of the batch is one
  const SequenceMethods &methods;
  Plan plan;
  uint32_t replicas = 1;
  std::optional<SequenceGroups> groups; // where ranks share sequences

  /// Ranks are those of the pipeline axis here.
  uint32_t ranks = 0;
  Ordering ordering;
  Itinerary itinerary;
  std::vector<Message> messages;
  std::vector<std::vector<const Message *>> messagesOf; // by rank
  std::vector<std::vector<uint32_t>> peersOf;           // by rank
  std::vector<std::vector<uint32_t>> heldByStage;       // parameters
  std::vector<uint32_t> pipelineStage;                  // by stage of the model
  std::set<Slot> boundSlots;

  using RankSet = std::vector<uint32_t>;
  /// For each group index, the parameters whose gradients it sums up.
  std::map<uint32_t, std::vector<uint32_t>> reduced;
  int64_t everyone = -1; // group index
  /// By rank: group indices.
  std::vector<std::vector<uint32_t>> groupsOf;
  std::vector<std::vector<Symbols>> shapesOfMicrobatch;
};

void sortUnique(std::vector<uint32_t> &list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Result<void> Expander::checkLengths() const {
  if (lengths.size() > std::numeric_limits<uint32_t>::max())
    return fail("the batch has more than 2^32 sequences");
  if (uint64_t(replicas) * ranks >
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
  return {};
}

Result<void> Expander::dealBatch() {
  const Strategy &strategy = plan.strategy;
  uint64_t parts = uint64_t(strategy.data) * strategy.microbatches;
  if (!givenGroups && parts > lengths.size())
    return fail(std::to_string(strategy.data) + "-way data parallelism x " +
                    std::to_string(strategy.microbatches) +
                    " microbatches needs at least " + std::to_string(parts) +
                    " sequences and the batch has " +
                    std::to_string(lengths.size()),
                {"give more sequences, or use fewer microbatches"});
  if (Result<void> checked = checkLengths(); !checked)
    return checked;
  plan.lengths = lengths;
  shapesOfMicrobatch.resize(strategy.numSlices());
  bool isCut = std::any_of(model.stages.begin(), model.stages.end(),
                           [](const Stage &stage) { return stage.isShared(); });
  if (givenGroups && strategy.slices > 1)
    return fail("ranks that share sequences in groups of any sizes do not walk "
                "them in slices",
                {"use one slice"});
  if (givenGroups)
    return isCut ? dealGroups()
                 : fail("there are sequence groups, and the model's stages are "
                        "not cut where ranks meet",
                        {"hocket.sequence makes the compiler cut them"});
  plan.firstSequence = dealSequences(uint32_t(lengths.size()), uint32_t(parts));
  if (strategy.sequence > 1 || isCut || strategy.slices > 1)
    return shareSequences();
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

/// Each microbatch of a data coordinate is a group.
Result<void> Expander::shareSequences() {
  const Strategy &strategy = plan.strategy;
  plan.sequenceGroups.resize(strategy.microbatches);
  for (uint32_t data = 0; data < strategy.data; ++data)
    for (uint32_t i = 0; i < strategy.microbatches; ++i) {
      SequenceGroup &group = plan.sequenceGroups[i].emplace_back();
      group.method = strategy.sequenceMethod;
      for (uint32_t member = 0; member < strategy.sequence; ++member)
        group.coordinates.push_back(data * strategy.sequence + member);
      size_t part = size_t(data) * strategy.microbatches + i;
      for (uint32_t k = plan.firstSequence[part];
           k < plan.firstSequence[part + 1]; ++k)
        group.sequences.push_back(k);
    }
  plan.firstSequence.clear();
  return layOutGroups();
}

Result<void> Expander::dealGroups() {
  if (givenGroups->size() != plan.strategy.microbatches)
    return fail("there are sequence groups for " +
                std::to_string(givenGroups->size()) + " microbatches of " +
                std::to_string(plan.strategy.microbatches));
  plan.sequenceGroups = *givenGroups;
  return layOutGroups();
}

Result<void> Expander::layOutGroups() {
  Result<SequenceGroups> made = SequenceGroups::create(plan, model, methods);
  if (!made)
    return made.error();
  groups = std::move(*made);
  return {};
}

void Expander::findPeers() {
  peersOf.resize(ranks);
  messagesOf.resize(ranks);
  for (const Message &message : messages) {
    peersOf[message.from].push_back(message.to);
    peersOf[message.to].push_back(message.from);
    messagesOf[message.from].push_back(&message);
    messagesOf[message.to].push_back(&message);
  }
  for (std::vector<uint32_t> &peers : peersOf)
    sortUnique(peers);
}

void Expander::findBoundSlots() {
  auto add = [&](const TaskTemplate &task) {
    for (const Operand &operand : task.operands)
      boundSlots.insert(operand.slot);
  };
  for (const Stage &stage : model.stages)
    std::for_each(stage.tasks.begin(), stage.tasks.end(), add);
  std::for_each(model.updates.begin(), model.updates.end(), add);
}

std::vector<uint32_t> Expander::parametersOf(uint32_t rank) const {
  std::vector<uint32_t> held;
  for (uint32_t stage : ordering.stagesOf[rank])
    held.insert(held.end(), heldByStage[stage].begin(),
                heldByStage[stage].end());
  sortUnique(held);
  return held;
}

/// With an optimizer every holder of a parameter needs its gradient; without
/// one there are only those that the backward tasks sum up.
std::vector<uint32_t> Expander::gradientsOf(uint32_t rank) const {
  std::vector<uint32_t> gradients;
  if (!model.updates.empty())
    gradients = parametersOf(rank);
  for (uint32_t stage : ordering.stagesOf[rank])
    for (const TaskTemplate &task : model.stages[stage].tasks)
      for (const Operand &operand : task.operands)
        if (operand.slot == Slot::Gradient)
          gradients.push_back(operand.index);
  sortUnique(gradients);
  return gradients;
}

void Expander::findGroups() {
  std::map<uint32_t, RankSet> holders; // of every parameter's gradient
  RankSet all;
  for (uint32_t rank = 0; rank < ranks; ++rank) {
    all.push_back(rank);
    for (uint32_t parameter : gradientsOf(rank))
      holders[parameter].push_back(rank);
  }
  std::map<RankSet, std::vector<uint32_t>> sets;
  for (const auto &[parameter, ranks] : holders)
    sets[ranks].push_back(parameter);
  sets[all];

  // One order of groups for the whole plan: no two ranks can wait for each
  // other in different collectives.
  groupsOf.resize(ranks);
  for (const auto &[ranks, parameters] : sets) {
    if (ranks.size() * replicas < 2)
      continue;
    uint32_t index = uint32_t(plan.groups.size());
    std::vector<uint32_t> &group = plan.groups.emplace_back();
    for (uint32_t rank : ranks) {
      groupsOf[rank].push_back(index);
      for (uint32_t coordinate = 0; coordinate < replicas; ++coordinate)
        group.push_back(rank * replicas + coordinate);
    }
    if (!parameters.empty())
      reduced[index] = parameters;
    if (ranks == all)
      everyone = index;
  }
}

/// For people; replicas of a stage differ in their rank.
std::string Expander::roleName(uint32_t rank) const {
  const std::vector<uint32_t> &stages = ordering.stagesOf[rank];
  std::string name = model.stages[stages[0]].name;
  if (stages.size() > 1) {
    name = "stages";
    for (uint32_t stage : stages)
      name += "_" + std::to_string(stage);
  }
  return plan.strategy.nodes.empty() ? name
                                     : name + "_node" + std::to_string(rank);
}

/// The ranks that coordinate `coordinate` of pipeline rank `rank` exchanges
/// messages with, sorted.
std::vector<uint32_t> Expander::peersAt(uint32_t rank,
                                        uint32_t coordinate) const {
  std::vector<uint32_t> peers;
  for (uint32_t peer : peersOf[rank])
    peers.push_back(peer * replicas + coordinate);
  for (const std::vector<SequenceGroup> &groups : plan.sequenceGroups)
    for (const SequenceGroup &group : groups)
      if (std::find(group.coordinates.begin(), group.coordinates.end(),
                    coordinate) != group.coordinates.end())
        for (uint32_t other : group.coordinates)
          if (other != coordinate)
            peers.push_back(rank * replicas + other);
  sortUnique(peers);
  return peers;
}

RoleContext Expander::contextOf(uint32_t rank, uint32_t coordinate) {
  RoleContext context{model,
                      rank,
                      coordinate,
                      replicas,
                      plan.strategy,
                      pipelineStage,
                      roleName(rank),
                      ordering.stagesOf[rank],
                      itinerary,
                      ordering.orders.ofRank[rank],
                      ordering.spans[rank],
                      messagesOf[rank],
                      peersAt(rank, coordinate),
                      boundSlots,
                      shapesOfMicrobatch,
                      parametersOf(rank),
                      gradientsOf(rank),
                      {}};
  for (size_t local = 0; local < groupsOf[rank].size(); ++local) {
    uint32_t index = groupsOf[rank][local];
    if (auto found = reduced.find(index); found != reduced.end())
      context.gradientGroups.push_back({int32_t(local), found->second});
    if (index == everyone)
      context.everyone = int32_t(local);
  }
  if (groups) {
    context.name += "_part" + std::to_string(coordinate);
    context.groups = &*groups;
    context.allShapes = &plan.shapes;
  }
  return context;
}

/// Ranks that share sequences do different things: each has a role of its own.
Result<void> Expander::addRoles() {
  for (uint32_t rank = 0; rank < ranks; ++rank)
    for (uint32_t coordinate = 0; coordinate < (groups ? replicas : 1);
         ++coordinate) {
      for (uint32_t i = 0; groups && i < shapesOfMicrobatch.size(); ++i)
        shapesOfMicrobatch[i] = {plan.shape(coordinate, i).symbols()};
      RoleContext context = contextOf(rank, coordinate);
      Result<Role> role = RoleBuilder(context).build();
      if (!role)
        return role.error();
      plan.roles.push_back(std::move(*role));
    }
  return {};
}

void Expander::addRanks() {
  plan.ranks.reserve(size_t(replicas) * ranks);
  for (uint32_t pipeline = 0; pipeline < ranks; ++pipeline)
    for (uint32_t coordinate = 0; coordinate < replicas; ++coordinate) {
      Rank rank;
      rank.role = groups ? pipeline * replicas + coordinate : pipeline;
      rank.data = coordinate;
      rank.pipeline = pipeline;
      rank.peers = peersAt(pipeline, coordinate);
      rank.groups = groupsOf[pipeline];
      plan.ranks.push_back(std::move(rank));
    }
}

Result<Plan> Expander::run(const ScheduleRegistry &schedules) {
  if (Result<void> checked = checkModel(model); !checked)
    return checked.error();
  if (Result<void> checked = checkStrategy(plan.strategy, model); !checked)
    return checked.error();
  plan.stages = uint32_t(model.stages.size());
  replicas = plan.strategy.replicas();
  ranks = countPipelineRanks(plan.strategy, plan.stages);
  if (Result<void> dealt = dealBatch(); !dealt)
    return dealt.error();
  Result<Ordering> ordered = orderTasks(model, plan.strategy, schedules);
  if (!ordered)
    return ordered.error();
  ordering = std::move(*ordered);
  itinerary = ordering.orders.itinerary();
  messages = findMessages(model, ordering.orders, ordering.spans);
  findPeers();
  heldByStage = heldParameters(model);
  pipelineStage = pipelineStages(plan.strategy, plan.stages);
  findBoundSlots();
  findGroups();
  if (Result<void> added = addRoles(); !added)
    return added.error();
  addRanks();
  return std::move(plan);
}

} // namespace

Result<Plan> plan::expand(const Model &model, const Strategy &strategy,
                          const std::vector<int64_t> &lengths,
                          const ScheduleRegistry &schedules,
                          const SequenceMethods &methods) {
  return Expander(model, strategy, lengths, nullptr, methods).run(schedules);
}

Result<Plan> plan::expandGroups(const Model &model, const Strategy &strategy,
                                const std::vector<int64_t> &lengths,
                                const StepGroups &groups,
                                const ScheduleRegistry &schedules,
                                const SequenceMethods &methods) {
  return Expander(model, strategy, lengths, &groups, methods).run(schedules);
}
