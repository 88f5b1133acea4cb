//===- Ordering.cpp - The order of tasks under a strategy -----------------===//

#include "Ordering.h"

#include "Expand/Segments.h"

#include "hocket/Plan/StrategyCheck.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

/// The orders that a strategy gives.
class Given : public Schedule {
public:
  explicit Given(const Strategy &strategy) : strategy(strategy) {}

  std::string_view name() const override { return "given"; }
  Result<void> check(const PipelineShape &) const override { return {}; }
  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &) const override {
    return strategy.orders[rank];
  }
  Result<std::vector<std::vector<ScheduledTask>>>
  orderOnRoutes(const Strategy &) const override {
    return strategy.orders;
  }

private:
  const Strategy &strategy;
};

class Orderer {
public:
  Orderer(const Model &model, const Strategy &strategy,
          const Schedule &schedule)
      : model(model), strategy(strategy), schedule(schedule),
        scheduleName(schedule.name()) {}

  Result<Ordering> run();
  Result<TaskOrders> ask();

private:
  Result<void> placeStages();
  Result<std::vector<std::vector<ScheduledTask>>> askSchedule();
  Result<std::vector<ScheduledTask>>
  resolve(uint32_t rank, const std::vector<ScheduledTask> &tasks) const;

  static Error fail(std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  }

  const Model &model;
  const Strategy &strategy;
  const Schedule &schedule;
  std::string scheduleName;
  PipelineShape shape;
  Itinerary itinerary;
  Ordering result;
};

/// A placement is for given orders; other schedules have their own.
Result<void> Orderer::placeStages() {
  result.stagesOf.resize(shape.ranks);
  bool isGiven = namesRanks(strategy) && strategy.schedule == "given";
  for (uint32_t stage = 0; stage < shape.stages(); ++stage) {
    uint32_t rank =
        isGiven ? strategy.placement[stage] : schedule.rankOf(stage, shape);
    if (rank >= shape.ranks)
      return fail("schedule '" + scheduleName + "' places stage " +
                  std::to_string(stage) + " on rank " + std::to_string(rank) +
                  " of " + std::to_string(shape.ranks));
    if (namesRanks(strategy) && strategy.placement[stage] != rank)
      return fail("schedule '" + scheduleName + "' places stage " +
                      std::to_string(stage) + " on pipeline rank " +
                      std::to_string(rank) + " and the placement says " +
                      std::to_string(strategy.placement[stage]),
                  {"leave the placement out, or give the orders too"});
    result.orders.rankOf.push_back(rank);
    result.stagesOf[rank].push_back(stage);
  }
  for (uint32_t rank = 0; rank < shape.ranks; ++rank)
    if (result.stagesOf[rank].empty())
      return fail("schedule '" + scheduleName + "' places no stage on rank " +
                  std::to_string(rank));
  return {};
}

Result<std::vector<std::vector<ScheduledTask>>> Orderer::askSchedule() {
  if (!strategy.routes.empty()) {
    for (uint32_t rank = 0; rank < shape.ranks; ++rank)
      result.stagesOf.push_back(heldStages(strategy, rank));
    result.orders.routes = strategy.routes;
    return schedule.orderOnRoutes(strategy);
  }
  if (Result<void> checked = schedule.check(shape); !checked)
    return checked.error();
  if (Result<void> placed = placeStages(); !placed)
    return placed.error();
  return schedule.orders(shape);
}

/// The tasks of `rank` that the model has kernels for.
Result<std::vector<ScheduledTask>>
Orderer::resolve(uint32_t rank, const std::vector<ScheduledTask> &tasks) const {
  std::vector<ScheduledTask> resolved;
  for (const ScheduledTask &task : tasks) {
    auto wrong = [&](const std::string &what, const std::string &note = "") {
      return fail("schedule '" + scheduleName + "' gives rank " +
                      std::to_string(rank) + " of the pipeline task " +
                      name(task.kind) + " of stage " +
                      std::to_string(task.stage) + " and microbatch " +
                      std::to_string(task.microbatch) + ", " + what,
                  note.empty() ? std::vector<std::string>()
                               : std::vector<std::string>{note});
    };
    if (task.microbatch >= shape.microbatches)
      return wrong("which is beyond the step's " +
                   std::to_string(shape.microbatches) + " microbatches");
    std::optional<Visit> visit = itinerary.at(task.stage, task.microbatch);
    if (!visit || visit->rank != rank)
      return wrong("which belongs to another rank");
    const Stage &stage = model.stages[task.stage];
    bool hasInputPart = stage.find(TaskKind::Bi);
    bool hasWeightPart = stage.find(TaskKind::W);
    bool isPart = task.kind == TaskKind::Bi || task.kind == TaskKind::W;
    if (stage.find(task.kind)) {
      resolved.push_back(task);
    } else if (task.kind == TaskKind::B && (hasInputPart || hasWeightPart)) {
      for (TaskKind part : {TaskKind::Bi, TaskKind::W})
        if (stage.find(part))
          resolved.push_back({part, task.stage, task.microbatch});
    } else if (isPart && (hasInputPart || hasWeightPart)) {
      // A stage without parameters, or one with nothing before it.
      continue;
    } else if (task.kind == TaskKind::F || stage.tasks.size() > 1) {
      // A model that is not trained has no backward tasks to run.
      return wrong("which the model does not have",
                   isPart ? "compile it with two backward kernels: "
                            "hocket-differentiate{split}"
                          : "");
    }
  }
  return resolved;
}

Result<TaskOrders> Orderer::ask() {
  uint32_t stages = uint32_t(model.stages.size());
  uint32_t ranks = countPipelineRanks(strategy, stages);
  shape = {ranks, (stages + ranks - 1) / ranks, strategy.microbatches, stages};
  Result<std::vector<std::vector<ScheduledTask>>> asked = askSchedule();
  if (!asked)
    return asked.error();
  if (asked->size() != ranks)
    return fail("schedule '" + scheduleName + "' has orders for " +
                std::to_string(asked->size()) + " pipeline ranks of " +
                std::to_string(ranks));
  TaskOrders orders = result.orders;
  orders.ofRank = std::move(*asked);
  return orders;
}

Result<Ordering> Orderer::run() {
  Result<TaskOrders> asked = ask();
  if (!asked)
    return asked.error();
  itinerary = result.orders.itinerary();
  for (uint32_t rank = 0; rank < shape.ranks; ++rank) {
    Result<std::vector<ScheduledTask>> tasks =
        resolve(rank, asked->ofRank[rank]);
    if (!tasks)
      return tasks.error();
    result.orders.ofRank.push_back(std::move(*tasks));
  }
  Result<std::vector<std::vector<TaskSpan>>> played = playTasks(result.orders);
  if (!played)
    return played.error();
  result.spans = std::move(*played);
  return std::move(result);
}

/// What `use` makes of the Orderer for the schedule that `strategy` names.
template <typename T>
Result<T> withSchedule(const Model &model, const Strategy &strategy,
                       const ScheduleRegistry &schedules,
                       Result<T> (Orderer::*use)()) {
  Given given(strategy);
  const Schedule *schedule = &given;
  if (strategy.schedule != given.name()) {
    Result<const Schedule *> named = schedules.get(strategy.schedule);
    if (!named)
      return named.error();
    schedule = *named;
  }
  return (Orderer(model, strategy, *schedule).*use)();
}

} // namespace

Result<Ordering> plan::orderTasks(const Model &model, const Strategy &strategy,
                                  const ScheduleRegistry &schedules) {
  if (strategy.isRefined()) {
    Result<Ordering> ordering = orderTasks(
        pipelineModel(model, strategy), withoutSegments(strategy), schedules);
    return ordering ? refine(*ordering, model, strategy) : ordering;
  }
  return withSchedule(model, strategy, schedules, &Orderer::run);
}

Result<TaskOrders> plan::askSchedule(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleRegistry &schedules) {
  if (strategy.isRefined())
    return askSchedule(pipelineModel(model, strategy),
                       withoutSegments(strategy), schedules);
  return withSchedule(model, strategy, schedules, &Orderer::ask);
}
