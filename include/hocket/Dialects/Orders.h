//===- Orders.h - Orders of tasks in attributes -----------------*- C++ -*-===//
//
// The order of a pipeline rank's tasks is a string, "0F0 0F1 0B0 0B1"
// (hocket/Plan/TaskText.h).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_ORDERS_H
#define HOCKET_DIALECTS_ORDERS_H

#include "hocket/Plan/Timeline.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <functional>
#include <vector>

namespace hocket {

/// The tasks of each pipeline rank, in order.
using TaskLists = std::vector<std::vector<plan::ScheduledTask>>;

/// What the orders of an op must cover.
struct OrderRules {
  int64_t stages = 0, microbatches = 0, ranks = 0;
  /// The rank that runs `stage` for `microbatch`; -1 where none does.
  std::function<int64_t(int64_t stage, int64_t microbatch)> rankOf;
};

/// Reads `orders`, one string for each rank, and checks that they hold every
/// task once, on its rank: F, and B or its parts I and W, one of which a stage
/// may lack; or F alone, everywhere, of a model that is not trained. Emits an
/// error at `op` otherwise.
mlir::FailureOr<TaskLists> verifyOrders(mlir::Operation *op,
                                        mlir::ArrayAttr orders,
                                        const OrderRules &rules);

/// Checks that the orders can be run: no task waits for itself by way of
/// others. Emits an error at `op` otherwise.
llvm::LogicalResult verifyRunnable(mlir::Operation *op,
                                   const plan::TaskOrders &orders);

} // namespace hocket

#endif // HOCKET_DIALECTS_ORDERS_H
