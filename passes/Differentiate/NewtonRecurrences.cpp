//===- NewtonRecurrences.cpp - All steps of a recurrence at once ----------===//

#include "ScanRules.h"

#include "hocket/Dialects/SequenceEnds.h"
#include "hocket/Passes/Recurrences.h"

#include "mlir/Dialect/Math/IR/Math.h"

namespace hocket {
#define GEN_PASS_DEF_NEWTONRECURRENCES
#include "passes/Differentiate/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// The states before each token, h[t - 1].
static SmallVector<Value> before(OpBuilder &builder, RecurrenceOp op,
                                 ArrayRef<Value> states) {
  return llvm::map_to_vector(states, [&](Value state) -> Value {
    return ShiftOp::create(builder, op.getLoc(), state.getType(), state,
                           op.getOffsets(), op.getReverse());
  });
}

/// Two plain steps: what they take off the error at the start, each iteration
/// squares.
static FailureOr<SmallVector<Value>> start(OpBuilder &builder,
                                           RecurrenceOp op) {
  SmallVector<Value> states;
  for (int step = 0; step < 2; ++step) {
    FailureOr<CellValues> cell = evaluateCell(
        builder, op, before(builder, op, states), {}, /*withJacobian=*/false);
    if (failed(cell))
      return failure();
    states = cell->states;
  }
  return states;
}

/// J h[t - 1] + (f(h) - J h): the step that is linearised at `previous`, for
/// all tokens at once.
static SmallVector<Value> linearStep(OpBuilder &builder, RecurrenceOp op,
                                     ArrayRef<Value> previous,
                                     ArrayRef<Value> jacobian,
                                     ArrayRef<Value> values) {
  Location loc = op.getLoc();
  size_t n = values.size();
  SmallVector<Value> vectors(values);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) {
      Value product =
          arith::MulFOp::create(builder, loc, jacobian[i * n + j], previous[j]);
      vectors[i] = arith::SubFOp::create(builder, loc, vectors[i], product);
    }
  return linearScan(builder, loc, jacobian, vectors, op.getOffsets(),
                    op.getReverse());
}

LogicalResult hocket::expandForGradient(RecurrenceOp op) {
  OpBuilder builder(op);
  FailureOr<SmallVector<Value>> started = start(builder, op);
  if (failed(started))
    return failure();
  SmallVector<Value> states = *started;
  for (uint64_t iteration = 0; iteration < *op.getNewton(); ++iteration) {
    SmallVector<Value> previous = before(builder, op, states);
    FailureOr<CellValues> cell =
        evaluateCell(builder, op, previous, {}, /*withJacobian=*/true);
    if (failed(cell))
      return failure();
    states = linearStep(builder, op, previous, cell->jacobian, cell->states);
  }
  auto detach = [&](SmallVector<Value> values) {
    for (Value &value : values)
      value = DetachOp::create(builder, op.getLoc(), value.getType(), value);
    return values;
  };
  SmallVector<Value> previous = detach(before(builder, op, states));
  FailureOr<CellValues> derived =
      evaluateCell(builder, op, previous, {}, /*withJacobian=*/true);
  FailureOr<CellValues> cell =
      evaluateCell(builder, op, previous, {}, /*withJacobian=*/false);
  if (failed(derived) || failed(cell))
    return failure();
  states = linearStep(builder, op, previous, detach(derived->jacobian),
                      cell->states);
  op->replaceAllUsesWith(states);
  op->erase();
  return success();
}

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
    FailureOr<SmallVector<Value>> started = start(builder, op);
    if (failed(started))
      return failure();
    SmallVector<Value> states = *started;
    for (uint64_t iteration = 0; iteration < *op.getNewton(); ++iteration) {
      FailureOr<CellValues> cell =
          evaluateCell(builder, op, before(builder, op, states), states,
                       /*withJacobian=*/true);
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
