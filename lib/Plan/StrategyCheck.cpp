//===- StrategyCheck.cpp - Whether a strategy makes sense -----------------===//

#include "hocket/Plan/StrategyCheck.h"

#include "Check/RouteCheck.h"
#include "Expand/Segments.h"

#include "hocket/Plan/Itinerary.h"
#include "hocket/Plan/TaskText.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

static Error fail(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

bool plan::namesRanks(const Strategy &strategy) {
  return !strategy.placement.empty() || !strategy.nodes.empty();
}

uint32_t plan::countPipelineRanks(const Strategy &strategy, uint32_t stages) {
  if (!strategy.segments.empty())
    stages = uint32_t(strategy.segments.size());
  if (strategy.pipelineRanks > 0)
    return strategy.pipelineRanks;
  if (!strategy.placement.empty()) {
    uint32_t last =
        *std::max_element(strategy.placement.begin(), strategy.placement.end());
    return last < stages ? last + 1 : 0;
  }
  if (strategy.chunks == 0 || stages % strategy.chunks)
    return 0;
  return stages / strategy.chunks;
}

std::vector<uint32_t> plan::heldStages(const Strategy &strategy,
                                       uint32_t rank) {
  std::vector<uint32_t> held;
  for (uint32_t stage = 0; stage < strategy.placement.size(); ++stage)
    if (strategy.placement[stage] == rank)
      held.push_back(stage);
  for (uint32_t stage = 0; stage < strategy.nodes.size(); ++stage)
    if (std::binary_search(strategy.nodes[stage].begin(),
                           strategy.nodes[stage].end(), rank))
      held.push_back(stage);
  return segmentsOf(strategy, held);
}

namespace {

/// The given orders: every task of the step once, where its stage is.
class OrdersChecker {
public:
  OrdersChecker(const Strategy &strategy, const Model &model, uint32_t ranks);

  Result<void> run();

private:
  /// Where a task stands in the orders.
  struct Position {
    uint32_t rank = 0;
    size_t index = 0;
  };
  using Key = std::tuple<uint32_t, uint32_t, TaskKind>; // microbatch, stage

  Result<void> note(const ScheduledTask &task, Position position);
  Result<void> checkVisit(const Visit &visit, uint32_t microbatch) const;
  static std::string describe(Position position, const ScheduledTask &task) {
    return "task " + std::to_string(position.index + 1) + " (" +
           formatTask(task) + ") of the order of pipeline rank " +
           std::to_string(position.rank);
  }

  const Strategy &strategy;
  const Model &model;
  uint32_t ranks;
  Itinerary itinerary;
  std::map<Key, Position> positions;
};

OrdersChecker::OrdersChecker(const Strategy &strategy, const Model &model,
                             uint32_t ranks)
    : strategy(strategy), model(model), ranks(ranks) {
  if (!strategy.routes.empty()) {
    itinerary = Itinerary(strategy.routes);
    return;
  }
  std::vector<uint32_t> rankOf = strategy.placement;
  // As Schedule::rankOf() has it unless a schedule says otherwise.
  for (uint32_t stage = uint32_t(rankOf.size()); stage < model.stages.size();
       ++stage)
    rankOf.push_back(stage % ranks);
  itinerary = Itinerary(std::move(rankOf));
}

Result<void> OrdersChecker::note(const ScheduledTask &task, Position position) {
  if (task.kind > TaskKind::B)
    return fail("task " + std::to_string(position.index + 1) +
                " of the order of pipeline rank " +
                std::to_string(position.rank) +
                " is none of F, Bi, W and B: a schedule orders no others");
  if (task.stage >= model.stages.size())
    return fail(describe(position, task) +
                " is of a stage beyond the model's " +
                std::to_string(model.stages.size()));
  if (task.microbatch >= strategy.microbatches)
    return fail(describe(position, task) +
                " is of a microbatch beyond the step's " +
                std::to_string(strategy.microbatches));
  std::optional<Visit> visit = itinerary.at(task.stage, task.microbatch);
  if (!visit)
    return fail(describe(position, task) + " is of a stage that microbatch " +
                std::to_string(task.microbatch) + " does not visit");
  if (visit->rank != position.rank)
    return fail(describe(position, task) + " belongs to pipeline rank " +
                std::to_string(visit->rank));
  auto [other, isNew] =
      positions.try_emplace({task.microbatch, task.stage, task.kind}, position);
  if (!isNew)
    return fail(describe(position, task) + " is there twice",
                {"it is also " + describe(other->second, task)});
  return {};
}

/// F, and where there is a backward, B or its parts.
Result<void> OrdersChecker::checkVisit(const Visit &visit,
                                       uint32_t microbatch) const {
  const Stage &stage = model.stages[visit.stage];
  auto find = [&](TaskKind kind) {
    auto found = positions.find({microbatch, visit.stage, kind});
    return found == positions.end() ? nullptr : &found->second;
  };
  auto missing = [&](TaskKind kind) {
    return fail("the order of pipeline rank " + std::to_string(visit.rank) +
                " lacks the task " +
                formatTask({kind, visit.stage, microbatch}));
  };
  if (!find(TaskKind::F))
    return missing(TaskKind::F);
  bool isWhole = find(TaskKind::B), isSplit = false;
  for (TaskKind part : {TaskKind::Bi, TaskKind::W})
    if (const Position *position = find(part)) {
      isSplit = true;
      if (isWhole)
        return fail(
            describe(*position, {part, visit.stage, microbatch}) +
                " is a part of " +
                formatTask({TaskKind::B, visit.stage, microbatch}) +
                ", which is there too",
            {"it is " + describe(*find(TaskKind::B),
                                 {TaskKind::B, visit.stage, microbatch})});
    }
  if (isWhole)
    return {};
  bool hasWhole = stage.find(TaskKind::B);
  for (TaskKind part : {TaskKind::Bi, TaskKind::W})
    if ((hasWhole || stage.find(part)) && !find(part))
      return missing(isSplit ? part : TaskKind::B);
  return {};
}

Result<void> OrdersChecker::run() {
  if (strategy.orders.size() != ranks)
    return fail("there are orders for " +
                std::to_string(strategy.orders.size()) + " pipeline ranks of " +
                std::to_string(ranks));
  for (uint32_t rank = 0; rank < ranks; ++rank)
    for (size_t i = 0; i < strategy.orders[rank].size(); ++i)
      if (Result<void> noted = note(strategy.orders[rank][i], {rank, i});
          !noted)
        return noted;
  for (uint32_t i = 0; i < strategy.microbatches; ++i)
    for (std::optional<Visit> visit = itinerary.at(0, i); visit;
         visit = itinerary.after(visit->stage, i))
      if (Result<void> checked = checkVisit(*visit, i); !checked)
        return checked;
  return {};
}

Result<void> checkPlacement(const Strategy &strategy, uint32_t stages,
                            uint32_t ranks) {
  if (strategy.placement.size() != stages)
    return fail("the placement names the pipeline ranks of " +
                std::to_string(strategy.placement.size()) +
                " stages and the model has " + std::to_string(stages));
  std::vector<bool> hasStage(ranks);
  for (uint32_t stage = 0; stage < stages; ++stage) {
    uint32_t rank = strategy.placement[stage];
    if (rank >= ranks)
      return fail("stage " + std::to_string(stage) +
                  " is placed on pipeline rank " + std::to_string(rank) +
                  " of " + std::to_string(ranks));
    hasStage[rank] = true;
  }
  auto without = std::find(hasStage.begin(), hasStage.end(), false);
  if (without != hasStage.end())
    return fail("no stage is placed on pipeline rank " +
                    std::to_string(without - hasStage.begin()),
                {"every pipeline rank holds a stage, so there are at most as "
                 "many as stages"});
  return {};
}

} // namespace

Result<void> plan::checkStrategy(const Strategy &strategy, const Model &model) {
  uint32_t stages = uint32_t(model.stages.size());
  if (strategy.isRefined() || strategy.slices == 0) {
    if (Result<void> checked = checkSegments(strategy, stages); !checked)
      return checked;
    if (Result<void> checked = checkSlices(strategy, model); !checked)
      return checked;
    return checkStrategy(withoutSegments(strategy),
                         pipelineModel(model, strategy));
  }
  if (strategy.sequence == 0 || uint64_t(strategy.data) * strategy.sequence >
                                    std::numeric_limits<uint32_t>::max())
    return fail("the degree of sequence parallelism must be at least 1, and "
                "that times the degree of data parallelism at most 2^32");
  if (strategy.data == 0 || strategy.microbatches == 0)
    return fail("the degree of data parallelism and the number of microbatches "
                "must be at least 1");
  bool countsChunks = strategy.pipelineRanks == 0 && !namesRanks(strategy);
  if (strategy.chunks == 0 || (countsChunks && stages % strategy.chunks))
    return fail("the model's " + std::to_string(stages) +
                " stages are not a multiple of " +
                std::to_string(strategy.chunks) + " chunks per pipeline rank");
  bool isRouted = !strategy.routes.empty() || !strategy.nodes.empty();
  if (isRouted && !strategy.placement.empty())
    return fail("a strategy has a placement or routes, not both");
  uint32_t ranks = countPipelineRanks(strategy, stages);
  // Without replicas a pipeline rank holds a stage that no other one holds.
  if (!isRouted && ranks > stages)
    return fail("there are " + std::to_string(ranks) +
                " pipeline ranks for the model's " + std::to_string(stages) +
                " stages");
  if (!strategy.placement.empty())
    if (Result<void> checked =
            checkPlacement(strategy, stages, ranks ? ranks : stages);
        !checked)
      return checked;
  if (isRouted)
    if (Result<void> checked = checkRoutes(strategy, model); !checked)
      return checked;
  if (Result<void> checked = checkLimits(strategy, ranks); !checked)
    return checked;
  bool isGiven = strategy.schedule == "given";
  if (isGiven != !strategy.orders.empty())
    return fail(isGiven ? "the schedule is 'given' and there are no orders"
                        : "there are orders, and the schedule is '" +
                              strategy.schedule + "' instead of 'given'");
  if (isGiven)
    return OrdersChecker(strategy, model, ranks).run();
  return {};
}
