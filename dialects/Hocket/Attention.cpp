//===- Attention.cpp - Shapes, verifiers and work of the attention ops ----===//

#include "AttentionOperands.h"

#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Tensor/Utils/Utils.h"

using namespace mlir;
using namespace hocket;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The rules that attention and attention_grad share.
template <typename OpT>
static LogicalResult verifyInputs(OpT op) {
  AttentionOperands operands(op);
  if (failed(operands.verify()) ||
      failed(
          operands.verifyTokens("query", op.getQuery(), "key", op.getKey())) ||
      failed(operands.verifyTokens("query", op.getQuery(), "value",
                                   op.getValue())))
    return failure();
  int64_t heads = typeOf(op.getQuery()).getDimSize(1);
  int64_t keyHeads = typeOf(op.getKey()).getDimSize(1);
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
  return success();
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  Value query = getQuery();
  return verifyTypes(*this,
                     {{"output", getOutput(), query.getType(), "query", query},
                      {"lse", getLse(), lseType(query), "query", query}});
}

LogicalResult AttentionGradOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  Value query = getQuery();
  SmallVector<AttentionTypeRule> rules = {
      {"output", getOutput(), query.getType(), "query", query},
      {"lse", getLse(), lseType(query), "query", query},
      {"output gradient", getOutputGradient(), query.getType(), "query", query},
      {"query gradient", getQueryGradient(), query.getType(), "query", query},
      {"key gradient", getKeyGradient(), getKey().getType(), "key", getKey()},
      {"value gradient", getValueGradient(), getValue().getType(), "value",
       getValue()}};
  if (Value gradient = getLseGradient())
    rules.push_back({"lse gradient", gradient, lseType(query), "query", query});
  return verifyTypes(*this, rules);
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
