//===- Orders.cpp - Orders of tasks as text -------------------------------===//

#include "hocket/Dialects/Orders.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hocket;
using plan::ScheduledTask;
using plan::TaskKind;

static std::optional<ScheduledTask> parseCell(StringRef cell) {
  ScheduledTask task;
  if (cell.consumeInteger(10, task.stage) || cell.empty())
    return std::nullopt;
  switch (cell.front()) {
  case 'F':
    task.kind = TaskKind::F;
    break;
  case 'I':
    task.kind = TaskKind::Bi;
    break;
  case 'W':
    task.kind = TaskKind::W;
    break;
  case 'B':
    task.kind = TaskKind::B;
    break;
  default:
    return std::nullopt;
  }
  // Strict to the end: "2BW0" is no cell.
  if (cell.drop_front().getAsInteger(10, task.microbatch))
    return std::nullopt;
  return task;
}

Result<std::vector<ScheduledTask>> hocket::parseOrder(std::string_view text) {
  std::vector<ScheduledTask> order;
  SmallVector<StringRef> cells;
  SplitString(StringRef(text), cells);
  for (StringRef cell : cells) {
    std::optional<ScheduledTask> task = parseCell(cell);
    if (!task)
      return Error(ErrorCode::InvalidArgument,
                   "'" + cell.str() +
                       "' is no task; write <stage><kind><microbatch> such as "
                       "0F3, the kind one of F, I, W and B");
    order.push_back(*task);
  }
  return order;
}

std::string hocket::printTask(const ScheduledTask &task) {
  const char *kind = task.kind == TaskKind::Bi ? "I" : plan::name(task.kind);
  return std::to_string(task.stage) + kind + std::to_string(task.microbatch);
}

std::string hocket::printOrder(const std::vector<ScheduledTask> &order) {
  return llvm::join(llvm::map_range(order, printTask), " ");
}

namespace {

class OrderChecker {
public:
  OrderChecker(Operation *op, const OrderRules &rules) : op(op), rules(rules) {}

  FailureOr<TaskLists> run(ArrayAttr orders);

private:
  using Kinds = uint8_t; // a bit for each TaskKind

  static Kinds bit(TaskKind kind) { return 1u << unsigned(kind); }
  LogicalResult add(int64_t rank, const ScheduledTask &task);
  LogicalResult checkComplete();

  Operation *op;
  const OrderRules &rules;
  DenseMap<std::pair<int64_t, int64_t>, Kinds> seen; // stage, microbatch
  bool isTrained = false;
};

LogicalResult OrderChecker::add(int64_t rank, const ScheduledTask &task) {
  auto report = [&] {
    return op->emitOpError("orders '")
           << printTask(task) << "' on rank " << rank;
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
  bool isWhole = kinds & bit(TaskKind::B);
  if (isWhole && kinds & (bit(TaskKind::Bi) | bit(TaskKind::W)))
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
      auto isMissing = [&](TaskKind kind) { return !(kinds & bit(kind)); };
      std::optional<TaskKind> missing;
      if (isMissing(TaskKind::F))
        missing = TaskKind::F;
      else if (isTrained && isMissing(TaskKind::B) && isMissing(TaskKind::Bi) &&
               isMissing(TaskKind::W))
        missing = TaskKind::B;
      else if (isTrained && isMissing(TaskKind::B) && isMissing(TaskKind::Bi))
        missing = TaskKind::Bi;
      else if (isTrained && isMissing(TaskKind::B) && isMissing(TaskKind::W))
        missing = TaskKind::W;
      if (!missing)
        continue;
      ScheduledTask task{*missing, uint32_t(stage), uint32_t(i)};
      InFlightDiagnostic diagnostic = op->emitOpError("orders no task '")
                                      << printTask(task) << "', which rank "
                                      << rank << " has to run";
      if (*missing == TaskKind::B)
        diagnostic.attachNote() << "or its two parts, I and W";
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
    Result<std::vector<ScheduledTask>> order = parseOrder(text.getValue());
    if (!order)
      return op->emitOpError("has an order of rank ")
             << rank << " that cannot be read: " << order.error().message;
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
