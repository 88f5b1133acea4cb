//===- RecurrenceRules.cpp - Cells, their Jacobians and gradients ---------===//

#include "ScanRules.h"

#include "LinalgAdjoint.h"
#include "ScalarRules.h"

#include "hocket/Dialects/Scan.h"

using namespace mlir;
using namespace hocket;

namespace {

/// The maps of a generic over [T, ...]: tensors of all loops, parameters of all
/// but the tokens.
struct CellMaps {
  CellMaps(OpBuilder &builder, RankedTensorType type)
      : full(builder.getMultiDimIdentityMap(type.getRank())),
        channels(full.getSubMap(
            llvm::to_vector(llvm::seq<unsigned>(1, unsigned(type.getRank()))))),
        iterators(type.getRank(), utils::IteratorType::parallel) {}

  AffineMap full, channels;
  SmallVector<utils::IteratorType> iterators;
};

/// A generic over tokens and channels whose body is given the elements of
/// `tokens` and `parameters`.
linalg::GenericOp
overChannels(OpBuilder &builder, Location loc, ValueRange tokens,
             ValueRange parameters, unsigned numResults,
             function_ref<SmallVector<Value>(OpBuilder &, ValueRange)> body) {
  auto type = cast<RankedTensorType>(tokens.front().getType());
  CellMaps cell(builder, type);
  SmallVector<Value> inputs(tokens);
  llvm::append_range(inputs, parameters);
  SmallVector<AffineMap> maps(tokens.size(), cell.full);
  maps.append(parameters.size(), cell.channels);
  maps.append(numResults, cell.full);
  Value empty = emptyLike(builder, loc, tokens.front());
  SmallVector<Value> outs(numResults, empty);
  SmallVector<Type> types(numResults, empty.getType());
  return linalg::GenericOp::create(
      builder, loc, types, inputs, outs, maps, cell.iterators,
      [&](OpBuilder &inner, Location at, ValueRange arguments) {
        linalg::YieldOp::create(
            inner, at, body(inner, arguments.take_front(inputs.size())));
      });
}

} // namespace

FailureOr<CellValues> hocket::evaluateCell(OpBuilder &builder, RecurrenceOp op,
                                           ValueRange before,
                                           ValueRange current,
                                           bool withJacobian) {
  size_t count = op.getStates().size();
  Location loc = op.getLoc();
  SmallVector<Value> tokens(op.getInputs());
  llvm::append_range(tokens, before);
  llvm::append_range(tokens, current);
  size_t results = withJacobian ? count + count * count : count;
  LogicalResult derived = success();
  auto body = [&](OpBuilder &inner, ValueRange scalars) {
    ScalarMath math(inner, loc);
    Type element = scalars.front().getType();
    size_t inputs = op.getInputs().size();
    SmallVector<Value> arguments(scalars.slice(inputs, before.size()));
    if (arguments.empty())
      arguments.assign(count, math.constant(element, 0.0));
    SmallVector<Value> states = arguments;
    llvm::append_range(arguments, scalars.take_front(inputs));
    llvm::append_range(arguments, scalars.take_back(op.getParameters().size()));
    IRMapping mapping;
    mapping.map(op.getCell().getArguments(), arguments);
    SmallVector<Operation *> ops;
    for (Operation &scalar : op.getCell().front().without_terminator())
      ops.push_back(inner.clone(scalar, mapping));
    SmallVector<Value> yielded;
    for (auto [state, value] : llvm::enumerate(op.getYield().getValues())) {
      Value result = mapping.lookup(value);
      if (!current.empty())
        result = math.sub(result, scalars[inputs + before.size() + state]);
      yielded.push_back(result);
    }
    if (!withJacobian)
      return yielded;
    for (Value value : op.getYield().getValues()) {
      DenseMap<Value, Value> gradients;
      gradients[mapping.lookup(value)] = math.constant(element, 1.0);
      if (failed(reverseBody(inner, ops, states, gradients)))
        derived = failure();
      for (Value state : states) {
        Value derivative = gradients.lookup(state);
        yielded.push_back(derivative ? derivative
                                     : math.constant(element, 0.0));
      }
    }
    return yielded;
  };
  linalg::GenericOp generic =
      overChannels(builder, loc, tokens, op.getParameters(), results, body);
  if (failed(derived))
    return failure();
  eraseDeadOps(*generic.getBody());
  CellValues values;
  llvm::append_range(values.states, generic.getResults().take_front(count));
  llvm::append_range(values.jacobian, generic.getResults().drop_front(count));
  return values;
}

SmallVector<Value> hocket::linearScan(OpBuilder &builder, Location loc,
                                      ValueRange matrices, ValueRange vectors,
                                      Value offsets, bool reverse) {
  size_t n = vectors.size();
  SmallVector<Value> inputs(matrices);
  llvm::append_range(inputs, vectors);
  auto type = cast<RankedTensorType>(vectors.front().getType());
  RankedTensorType slice = sliceType(type);
  SmallVector<Attribute> identity;
  auto scalar = RankedTensorType::get({}, type.getElementType());
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool onDiagonal = i < n * n && i / n == i % n;
    identity.push_back(DenseElementsAttr::get(
        scalar, builder.getFloatAttr(type.getElementType(), onDiagonal)));
  }
  auto scan = ScanOp::create(builder, loc, ValueRange(inputs).getTypes(),
                             inputs, offsets, builder.getArrayAttr(identity),
                             reverse ? builder.getUnitAttr() : UnitAttr());
  Block &block = scan.getCombine().emplaceBlock();
  SmallVector<Location> locations(2 * inputs.size(), loc);
  block.addArguments(SmallVector<Type>(2 * inputs.size(), slice), locations);
  auto first = block.getArguments().take_front(inputs.size());
  auto second = block.getArguments().drop_front(inputs.size());
  OpBuilder inner = OpBuilder::atBlockEnd(&block);
  // Row i of the second matrix times a column of the first.
  auto rowTimes = [&](size_t row, auto columnElement, Value sum) {
    for (size_t k = 0; k < n; ++k) {
      Value product = arith::MulFOp::create(inner, loc, second[row * n + k],
                                            columnElement(k));
      sum = sum ? Value(arith::AddFOp::create(inner, loc, sum, product))
                : product;
    }
    return sum;
  };
  SmallVector<Value> combined;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j)
      combined.push_back(
          rowTimes(i, [&](size_t k) { return first[k * n + j]; }, Value()));
  for (size_t i = 0; i < n; ++i)
    combined.push_back(rowTimes(
        i, [&](size_t k) { return first[n * n + k]; }, second[n * n + i]));
  YieldOp::create(inner, loc, combined);
  return llvm::to_vector_of<Value>(scan.getResults().take_back(n));
}

/// l[t] = g[t] + J[t + 1]^T l[t + 1] by a scan against the recurrence; then the
/// gradients of f(h[t - 1], x[t], w) by x and w where that of h[t] is l[t].
LogicalResult RecurrenceModel::buildAdjoints(Operation *op, OpBuilder &builder,
                                             Adjoints &adjoints) const {
  auto recurrence = cast<RecurrenceOp>(op);
  Location loc = op->getLoc();
  size_t n = recurrence.getStates().size();
  Value offsets = recurrence.getOffsets();
  bool reverse = recurrence.getReverse();
  auto shift = [&](Value value, bool back) -> Value {
    return ShiftOp::create(builder, loc, value.getType(), value, offsets, back);
  };
  SmallVector<Value> before, gradients;
  for (Value state : recurrence.getStates()) {
    before.push_back(shift(state, reverse));
    Value gradient = adjoints.get(builder, state);
    gradients.push_back(gradient ? gradient : adjoints.zeros(builder, state));
  }
  FailureOr<CellValues> cell = evaluateCell(builder, recurrence, before, {},
                                            /*withJacobian=*/true);
  if (failed(cell))
    return failure();
  SmallVector<Value> transposed;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j)
      transposed.push_back(shift(cell->jacobian[j * n + i], !reverse));
  SmallVector<Value> total =
      linearScan(builder, loc, transposed, gradients, offsets, !reverse);

  // The rule of linalg ops does the rest; the states before are not active.
  FailureOr<CellValues> step = evaluateCell(builder, recurrence, before, {},
                                            /*withJacobian=*/false);
  if (failed(step))
    return failure();
  auto generic = step->states.front().getDefiningOp<linalg::LinalgOp>();
  for (auto [state, gradient] : llvm::zip(step->states, total)) {
    adjoints.setActive(state);
    adjoints.set(state, gradient);
  }
  return LinalgAdjoint(builder, adjoints, generic).run();
}
