//===- Orders.h - Orders of tasks as text -----------------------*- C++ -*-===//
//
// The order of a pipeline rank's tasks is a string of cells with a space
// between: "0F0 0F1 0B0 0B1". A cell is the stage, the kind and the microbatch;
// kinds are those of PyTorch's pipelining CSV: F forward, I input gradient, W
// weight gradient, B the whole backward.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_ORDERS_H
#define HOCKET_DIALECTS_ORDERS_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hocket {

/// The tasks of each pipeline rank, in order.
using TaskLists = std::vector<std::vector<plan::ScheduledTask>>;

/// Reads the order of one rank. Errors: InvalidArgument, quoting the cell.
Result<std::vector<plan::ScheduledTask>> parseOrder(std::string_view text);

/// The text of a task, for example "3I7", and of an order.
std::string printTask(const plan::ScheduledTask &task);
std::string printOrder(const std::vector<plan::ScheduledTask> &order);

/// What the orders of an op must cover.
struct OrderRules {
  int64_t stages = 0, microbatches = 0, ranks = 0;
  /// The rank that runs `stage` for `microbatch`; -1 where none does.
  std::function<int64_t(int64_t stage, int64_t microbatch)> rankOf;
};

/// Reads `orders`, one string for each rank, and checks that they hold every
/// task once, on its rank: F, and B or both I and W; or F alone, everywhere, of
/// a model that is not trained. Emits an error at `op` otherwise.
mlir::FailureOr<TaskLists> verifyOrders(mlir::Operation *op,
                                        mlir::ArrayAttr orders,
                                        const OrderRules &rules);

} // namespace hocket

#endif // HOCKET_DIALECTS_ORDERS_H
