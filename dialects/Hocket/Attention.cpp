//===- Attention.cpp - Shapes, verifiers and work of the attention ops ----===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Tensor/Utils/Utils.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// True unless both extents are known and differ.
static bool mayEqual(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// Notes where `value` comes from.
static InFlightDiagnostic &&noteOrigin(InFlightDiagnostic &&diagnostic,
                                       StringRef name, Value value) {
  diagnostic.attachNote(value.getLoc())
      << name << " of type " << value.getType() << " comes from here";
  return std::move(diagnostic);
}

/// The rules that attention and attention_grad share.
template <typename OpT>
static LogicalResult verifyInputs(OpT op) {
  RankedTensorType query = typeOf(op.getQuery());
  if (query.getRank() != 3 || !isa<FloatType>(query.getElementType()))
    return noteOrigin(
        op.emitOpError("needs a query [tokens, heads, head size] of a "
                       "floating-point type"),
        "query", op.getQuery());

  std::pair<StringRef, Value> others[] = {{"key", op.getKey()},
                                          {"value", op.getValue()}};
  for (auto [name, value] : others) {
    RankedTensorType type = typeOf(value);
    if (type.getRank() != 3)
      return noteOrigin(op.emitOpError() << "needs a " << name
                                         << " [tokens, key heads, head size]",
                        name, value);
    if (type.getElementType() != query.getElementType())
      return noteOrigin(op.emitOpError() << "needs the query and the " << name
                                         << " to have one element type, not "
                                         << query.getElementType() << " and "
                                         << type.getElementType(),
                        name, value);
    if (!mayEqual(type.getDimSize(0), query.getDimSize(0)))
      return noteOrigin(op.emitOpError()
                            << "has " << query.getDimSize(0)
                            << " tokens in its query and " << type.getDimSize(0)
                            << " in its " << name,
                        name, value);
    if (!mayEqual(type.getDimSize(2), query.getDimSize(2)))
      return noteOrigin(op.emitOpError()
                            << "has heads of size " << query.getDimSize(2)
                            << " in its query and " << type.getDimSize(2)
                            << " in its " << name,
                        name, value);
  }
  int64_t heads = query.getDimSize(1);
  int64_t keyHeads = typeOf(op.getKey()).getDimSize(1);
  int64_t valueHeads = typeOf(op.getValue()).getDimSize(1);
  if (!mayEqual(keyHeads, valueHeads))
    return noteOrigin(op.emitOpError()
                          << "has " << keyHeads << " key heads and "
                          << valueHeads << " value heads",
                      "value", op.getValue());
  if (!ShapedType::isDynamic(heads) && !ShapedType::isDynamic(keyHeads) &&
      (keyHeads == 0 || heads % keyHeads != 0))
    return noteOrigin(op.emitOpError()
                          << "needs the number of query heads (" << heads
                          << ") to be a multiple of the number of key heads ("
                          << keyHeads << ")",
                      "key", op.getKey());

  RankedTensorType offsets = typeOf(op.getOffsets());
  if (offsets.getRank() != 1 || !offsets.getElementType().isInteger(32))
    return noteOrigin(op.emitOpError("needs offsets [sequences + 1] of type "
                                     "i32"),
                      "offsets", op.getOffsets());
  if (!offsets.isDynamicDim(0) && offsets.getDimSize(0) < 2)
    return noteOrigin(
        op.emitOpError("needs the offsets of at least one sequence: two "
                       "elements or more"),
        "offsets", op.getOffsets());
  if (!std::isfinite(op.getScale().convertToFloat()))
    return op.emitOpError("needs a finite scale");
  return success();
}

/// Checks that `value`, an operand or a result, is of type `expected`.
static LogicalResult verifyType(Operation *op, StringRef name, Value value,
                                Type expected, StringRef like, Value origin) {
  if (value.getType() == expected)
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError()
                                  << "needs its " << name << " to be of type "
                                  << expected << ", not " << value.getType();
  if (value.getDefiningOp() != op)
    diagnostic.attachNote(value.getLoc()) << name << " comes from here";
  diagnostic.attachNote(origin.getLoc())
      << "the " << like << " comes from here";
  return diagnostic;
}

/// The type of `lse`: [tokens, heads] of the query, in f32.
static RankedTensorType lseType(Value query) {
  RankedTensorType type = typeOf(query);
  return RankedTensorType::get(type.getShape().drop_back(),
                               Float32Type::get(type.getContext()));
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  Value query = getQuery();
  return success(succeeded(verifyType(*this, "output", getOutput(),
                                      query.getType(), "query", query)) &&
                 succeeded(verifyType(*this, "lse", getLse(), lseType(query),
                                      "query", query)));
}

LogicalResult AttentionGradOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  struct Rule {
    StringRef name;
    Value value;
    Type expected;
    StringRef like;
    Value origin;
  };
  Value query = getQuery();
  SmallVector<Rule> rules = {
      {"output", getOutput(), query.getType(), "query", query},
      {"lse", getLse(), lseType(query), "query", query},
      {"output gradient", getOutputGradient(), query.getType(), "query", query},
      {"query gradient", getQueryGradient(), query.getType(), "query", query},
      {"key gradient", getKeyGradient(), getKey().getType(), "key", getKey()},
      {"value gradient", getValueGradient(), getValue().getType(), "value",
       getValue()}};
  if (Value gradient = getLseGradient())
    rules.push_back({"lse gradient", gradient, lseType(query), "query", query});
  for (const Rule &rule : rules)
    if (failed(verifyType(*this, rule.name, rule.value, rule.expected,
                          rule.like, rule.origin)))
      return failure();
  return success();
}

LogicalResult
AttentionOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> output =
      tensor::getMixedSizes(builder, getLoc(), getQuery());
  shapes.emplace_back(output);
  shapes.emplace_back(ArrayRef(output).drop_back());
  return success();
}

LogicalResult
AttentionGradOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  for (Value input : {getQuery(), getKey(), getValue()})
    shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), input));
  return success();
}

/// Of so many matrix products of T x T scores per head, over one sequence of
/// all tokens, the most that they can be. Causal attention needs half of each.
static SizeExpr productFlops(Value query, bool causal, int64_t products,
                             SymbolicShapes &shapes) {
  FailureOr<SymbolicShape> shape = shapes.shapeOf(query);
  if (failed(shape))
    return {};
  SizeExpr flops = (*shape)[0] * (*shape)[0] * (*shape)[1] * (*shape)[2];
  return flops * SizeExpr::constant(causal ? products : 2 * products);
}

/// Q K^T and P V.
SizeExpr AttentionOp::countFlops(SymbolicShapes &shapes) {
  return productFlops(getQuery(), getCausal(), 2, shapes);
}

/// Q K^T once more, P^T dO, dO V^T, dS K and dS^T Q.
SizeExpr AttentionGradOp::countFlops(SymbolicShapes &shapes) {
  return productFlops(getQuery(), getCausal(), 5, shapes);
}
