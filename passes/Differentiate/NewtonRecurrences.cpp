//===- NewtonRecurrences.cpp - All steps of a recurrence at once ----------===//

#include "ScanRules.h"

#include "mlir/Dialect/Math/IR/Math.h"

namespace hocket {
#define GEN_PASS_DEF_NEWTONRECURRENCES
#include "passes/Differentiate/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

struct NewtonRecurrences
    : hocket::impl::NewtonRecurrencesBase<NewtonRecurrences> {
  using NewtonRecurrencesBase::NewtonRecurrencesBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    NewtonRecurrencesBase::getDependentDialects(registry);
    registerDifferentiationModels(registry);
  }

  void runOnOperation() override {
    SmallVector<RecurrenceOp> ops;
    getOperation()->walk([&](RecurrenceOp op) {
      if (op.getNewton())
        ops.push_back(op);
    });
    for (RecurrenceOp op : ops)
      if (failed(expand(op)))
        return signalPassFailure();
  }

  static LogicalResult expand(RecurrenceOp op) {
    OpBuilder builder(op);
    Location loc = op.getLoc();
    auto before = [&](ArrayRef<Value> states) {
      return llvm::map_to_vector(states, [&](Value state) -> Value {
        return ShiftOp::create(builder, loc, state.getType(), state,
                               op.getOffsets(), op.getReverse());
      });
    };
    // Two plain steps: what they take off the error at the start, each
    // iteration squares.
    SmallVector<Value> states;
    for (int step = 0; step < 2; ++step) {
      FailureOr<CellValues> cell =
          evaluateCell(builder, op, before(states), {}, /*withJacobian=*/false);
      if (failed(cell))
        return failure();
      states = cell->states;
    }
    for (uint64_t iteration = 0; iteration < *op.getNewton(); ++iteration) {
      FailureOr<CellValues> cell = evaluateCell(builder, op, before(states),
                                                states, /*withJacobian=*/true);
      if (failed(cell))
        return failure();
      SmallVector<Value> change =
          linearScan(builder, loc, cell->jacobian, cell->states,
                     op.getOffsets(), op.getReverse());
      for (auto [state, difference] : llvm::zip(states, change))
        state = addTensors(builder, loc, state, difference, /*inPlace=*/false);
    }
    op->replaceAllUsesWith(states);
    op->erase();
    return success();
  }
};

} // namespace
