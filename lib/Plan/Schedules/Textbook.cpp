//===- Textbook.cpp - Schedules of a registry as known orders -------------===//

#include "hocket/Plan/Textbook.h"

using namespace hocket;
using namespace hocket::plan;

using Kind = PipelineProblem::Kind;

TaskOrder
plan::toTaskOrder(const PipelineProblem &problem,
                  const std::vector<std::vector<ScheduledTask>> &orders) {
  uint32_t blocks = problem.kindsPerStage() * uint32_t(problem.stages());
  TaskOrder order(orders.size());
  for (size_t rank = 0; rank < orders.size(); ++rank)
    for (const ScheduledTask &task : orders[rank]) {
      auto add = [&](Kind kind) {
        order[rank].push_back(task.microbatch * blocks +
                              problem.block(kind, task.stage));
      };
      switch (task.kind) {
      case TaskKind::F:
        add(Kind::F);
        break;
      case TaskKind::W:
        add(Kind::W);
        break;
      case TaskKind::B:
        add(problem.splitsBackward() ? Kind::Bi : Kind::B);
        if (problem.splitsBackward())
          add(Kind::W);
        break;
      default:
        add(Kind::Bi);
      }
    }
  return order;
}

std::vector<std::vector<ScheduledTask>>
plan::toScheduledTasks(const PipelineProblem &problem, const TaskOrder &order) {
  uint32_t blocks = problem.kindsPerStage() * uint32_t(problem.stages());
  std::vector<std::vector<ScheduledTask>> orders(order.size());
  for (size_t rank = 0; rank < order.size(); ++rank)
    for (uint32_t task : order[rank]) {
      uint32_t block = task % blocks;
      constexpr TaskKind kinds[] = {TaskKind::F, TaskKind::Bi, TaskKind::W,
                                    TaskKind::B};
      orders[rank].push_back({kinds[size_t(problem.kindOf(block))],
                              problem.stageOf(block), task / blocks});
    }
  return orders;
}

/// Nothing where the schedule is for other pipelines.
static std::optional<TaskOrder> orderFor(const Schedule &schedule,
                                         const PipelineProblem &problem) {
  uint32_t stages = uint32_t(problem.stages());
  if (stages % problem.ranks != 0 ||
      (schedule.splitsBackward() && !problem.splitsBackward()))
    return std::nullopt;
  PipelineShape shape;
  shape.ranks = problem.ranks;
  shape.chunks = stages / problem.ranks;
  shape.microbatches = problem.microbatches;
  if (!schedule.check(shape))
    return std::nullopt;
  for (uint32_t stage = 0; stage < stages; ++stage)
    if (schedule.rankOf(stage, shape) != problem.placement[stage])
      return std::nullopt;
  return toTaskOrder(problem, schedule.orders(shape));
}

TextbookSchedules plan::textbookSchedules(const ScheduleRegistry &registry) {
  TextbookSchedules textbook;
  textbook.names = registry.names();
  textbook.of = [&registry](const PipelineProblem &problem) {
    std::vector<KnownOrder> known;
    for (const std::string &name : registry.names())
      if (std::optional<TaskOrder> order =
              orderFor(*registry.find(name), problem))
        known.push_back({name, std::move(*order)});
    return known;
  };
  return textbook;
}
