//===- Orders.cpp - Orders of tasks in attributes -------------------------===//

#include "hocket/Dialects/Orders.h"

#include "hocket/Plan/TaskText.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace hocket;
using plan::ScheduledTask;
using plan::TaskKind;

namespace {

/// A bit for each TaskKind.
using Kinds = uint8_t;

constexpr Kinds bit(TaskKind kind) { return Kinds(1u << unsigned(kind)); }
constexpr Kinds kParts = bit(TaskKind::Bi) | bit(TaskKind::W);
constexpr Kinds kBackward = kParts | bit(TaskKind::B);

class OrderChecker {
public:
  OrderChecker(Operation *op, const OrderRules &rules) : op(op), rules(rules) {}

  FailureOr<TaskLists> run(ArrayAttr orders);

private:
  LogicalResult add(int64_t rank, const ScheduledTask &task);
  LogicalResult checkComplete();

  Operation *op;
  const OrderRules &rules;
  DenseMap<std::pair<int64_t, int64_t>, Kinds> seen; // stage, microbatch
  DenseMap<int64_t, Kinds> partsOf; // by stage: which parts there are
  bool isTrained = false;
};

LogicalResult OrderChecker::add(int64_t rank, const ScheduledTask &task) {
  auto report = [&] {
    return op->emitOpError("orders '")
           << plan::formatTask(task) << "' on rank " << rank;
  };
  if (task.stage >= rules.stages)
    return report() << ", and there are " << rules.stages << " stages";
  if (task.microbatch >= rules.microbatches)
    return report() << ", and there are " << rules.microbatches
                    << " microbatches";
  int64_t owner = rules.rankOf(task.stage, task.microbatch);
  if (owner < 0)
    return report() << ", but microbatch " << task.microbatch
                    << " does not visit stage " << task.stage;
  if (owner != rank)
    return report() << ", but stage " << task.stage << " of microbatch "
                    << task.microbatch << " is run by rank " << owner;
  Kinds &kinds = seen[{task.stage, task.microbatch}];
  if (kinds & bit(task.kind))
    return report() << " a second time";
  kinds |= bit(task.kind);
  partsOf[task.stage] |= bit(task.kind) & kParts;
  if (kinds & bit(TaskKind::B) && kinds & kParts)
    return report() << ", so that this backward is there both as a whole (B) "
                       "and in parts (I, W)";
  isTrained |= task.kind != TaskKind::F;
  return success();
}

LogicalResult OrderChecker::checkComplete() {
  for (int64_t stage = 0; stage < rules.stages; ++stage)
    for (int64_t i = 0; i < rules.microbatches; ++i) {
      int64_t rank = rules.rankOf(stage, i);
      if (rank < 0)
        continue;
      Kinds kinds = seen.lookup({stage, i});
      std::optional<TaskKind> missing;
      if (!(kinds & bit(TaskKind::F)))
        missing = TaskKind::F;
      else if (isTrained && !(kinds & kBackward))
        missing = TaskKind::B;
      // A stage that lacks one of the parts lacks it for all microbatches.
      for (TaskKind part : {TaskKind::Bi, TaskKind::W})
        if (!missing && kinds & kParts && !(kinds & bit(part)) &&
            partsOf.lookup(stage) & bit(part))
          missing = part;
      if (!missing)
        continue;
      ScheduledTask task{*missing, uint32_t(stage), uint32_t(i)};
      InFlightDiagnostic diagnostic = op->emitOpError("orders no task '")
                                      << plan::formatTask(task)
                                      << "', which rank " << rank
                                      << " has to run";
      if (*missing == TaskKind::B)
        diagnostic.attachNote() << "or its two parts, I and W";
      else if (*missing != TaskKind::F)
        diagnostic.attachNote() << "other microbatches have it in this stage";
      return diagnostic;
    }
  return success();
}

FailureOr<TaskLists> OrderChecker::run(ArrayAttr orders) {
  if (int64_t(orders.size()) != rules.ranks)
    return op->emitOpError("has ")
           << rules.ranks << " pipeline ranks, but its orders are for "
           << orders.size() << ": give one string for each rank";
  TaskLists lists;
  for (auto [rank, text] : llvm::enumerate(orders.getAsRange<StringAttr>())) {
    Result<std::vector<ScheduledTask>> order =
        plan::parseOrder(text.getValue());
    if (!order) {
      InFlightDiagnostic diagnostic =
          op->emitOpError("has an order of rank ")
          << rank << " that cannot be read: " << order.error().message;
      for (const std::string &note : order.error().notes)
        diagnostic.attachNote() << note;
      return diagnostic;
    }
    for (const ScheduledTask &task : *order)
      if (failed(add(rank, task)))
        return failure();
    lists.push_back(std::move(*order));
  }
  if (failed(checkComplete()))
    return failure();
  return lists;
}

} // namespace

FailureOr<TaskLists> hocket::verifyOrders(Operation *op, ArrayAttr orders,
                                          const OrderRules &rules) {
  return OrderChecker(op, rules).run(orders);
}

LogicalResult hocket::verifyRunnable(Operation *op,
                                     const plan::TaskOrders &orders) {
  auto played = plan::playTasks(orders);
  if (played)
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError("has orders that cannot be run: ")
      << played.error().message;
  for (const std::string &note : played.error().notes)
    diagnostic.attachNote() << note;
  return diagnostic;
}
