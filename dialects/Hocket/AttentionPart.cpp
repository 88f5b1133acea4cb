//===- AttentionPart.cpp - Parts of an attention --------------------------===//

#include "AttentionOperands.h"

#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Tensor/Utils/Utils.h"

using namespace mlir;
using namespace hocket;

/// The rules that attention_part and attention_part_grad share. The table
/// decides which query heads read which key heads, so their numbers are free.
template <typename OpT>
static LogicalResult verifyInputs(OpT op) {
  AttentionOperands operands(op);
  if (failed(operands.verify()) ||
      failed(operands.verifyTokens("key", op.getKey(), "value", op.getValue())))
    return failure();
  auto table = cast<RankedTensorType>(op.getTable().getType());
  if (table.getRank() != 1 || !table.getElementType().isInteger(32))
    return noteOrigin(op.emitOpError("needs a table [4 + 8 * rows] of type "
                                     "i32"),
                      "table", op.getTable());
  if (!table.isDynamicDim(0) &&
      (table.getDimSize(0) < 4 || table.getDimSize(0) % 8 != 4))
    return noteOrigin(op.emitOpError("needs a table of 4 numbers and 8 more "
                                     "for each row, not of ")
                          << table.getDimSize(0),
                      "table", op.getTable());
  return success();
}

LogicalResult AttentionPartOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  Value query = getQuery();
  return verifyTypes(
      *this,
      {{"running output", getRunningOutput(), query.getType(), "query", query},
       {"running lse", getRunningLse(), lseType(query), "query", query},
       {"output", getOutput(), query.getType(), "query", query},
       {"lse", getLse(), lseType(query), "query", query}});
}

LogicalResult AttentionPartGradOp::verify() {
  if (failed(verifyInputs(*this)))
    return failure();
  Value query = getQuery(), key = getKey(), value = getValue();
  Type queryType = query.getType();
  Type keyType = key.getType(), valueType = value.getType();
  return verifyTypes(
      *this,
      {{"lse", getLse(), lseType(query), "query", query},
       {"output gradient", getOutputGradient(), queryType, "query", query},
       {"delta", getDelta(), lseType(query), "query", query},
       {"running query gradient", getRunningQueryGradient(), queryType, "query",
        query},
       {"running key gradient", getRunningKeyGradient(), keyType, "key", key},
       {"running value gradient", getRunningValueGradient(), valueType, "value",
        value},
       {"query gradient", getQueryGradient(), queryType, "query", query},
       {"key gradient", getKeyGradient(), keyType, "key", key},
       {"value gradient", getValueGradient(), valueType, "value", value}});
}

LogicalResult
AttentionPartOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  for (Value running : {getRunningOutput(), getRunningLse()})
    shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), running));
  return success();
}

LogicalResult
AttentionPartGradOp::reifyResultShapes(OpBuilder &builder,
                                       ReifiedRankedShapedTypeDims &shapes) {
  for (Value running : {getRunningQueryGradient(), getRunningKeyGradient(),
                        getRunningValueGradient()})
    shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), running));
  return success();
}

/// Of so many matrix products for each head, over all pairs of a query and a
/// key: the table may mask some, also causal ones. At symbols with the visible
/// pairs in the place of T and 1 in that of S, it is what the table asks for.
static SizeExpr productFlops(Value query, Value key, int64_t products,
                             SymbolicShapes &shapes) {
  FailureOr<SymbolicShape> queries = shapes.shapeOf(query);
  FailureOr<SymbolicShape> keys = shapes.shapeOf(key);
  if (failed(queries) || failed(keys))
    return {};
  return (*queries)[0] * (*keys)[0] * (*queries)[1] * (*queries)[2] *
         SizeExpr::constant(2 * products);
}

/// Q K^T and P V.
SizeExpr AttentionPartOp::countFlops(SymbolicShapes &shapes) {
  return productFlops(getQuery(), getKey(), 2, shapes);
}

/// Q K^T once more, P^T dO, dO V^T, dS K and dS^T Q.
SizeExpr AttentionPartGradOp::countFlops(SymbolicShapes &shapes) {
  return productFlops(getQuery(), getKey(), 5, shapes);
}
