//===- SequenceEnds.cpp - Ops that shared scans are made of ---------------===//

#include "hocket/Dialects/SequenceEnds.h"

#include "VerifyScan.h"

#include "hocket/Dialects/Scan.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/Utils/Utils.h"

using namespace mlir;
using namespace hocket;

#define GET_OP_CLASSES
#include "dialects/Hocket/SequenceEnds.cpp.inc"

LogicalResult
TakeEndOp::reifyResultShapes(OpBuilder &builder,
                             ReifiedRankedShapedTypeDims &shapes) {
  Value bounds = getValueOrCreateConstantIndexOp(
      builder, getLoc(),
      tensor::getMixedSize(builder, getLoc(), getOffsets(), 0));
  Value one = arith::ConstantIndexOp::create(builder, getLoc(), 1);
  SmallVector<OpFoldResult> &shape = shapes.emplace_back();
  if (int64_t sequences = getResult().getType().getDimSize(0);
      ShapedType::isDynamic(sequences))
    shape.push_back(
        arith::SubIOp::create(builder, getLoc(), bounds, one).getResult());
  else
    shape.push_back(builder.getIndexAttr(sequences));
  for (int64_t extent : sliceType(getInput().getType()).getShape())
    shape.push_back(builder.getIndexAttr(extent));
  return success();
}

LogicalResult PutEndOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

LogicalResult
RowsBeforeOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  shapes.append(getRows().size(),
                tensor::getMixedSizes(builder, getLoc(), getRow()));
  return success();
}

/// Checks that `ends` [S, ...] has the slices of `tokens` [T, ...] for the
/// sequences of `offsets` [S + 1].
static LogicalResult verifyEnds(Operation *op, Value tokens, Value ends,
                                Value offsets) {
  auto type = cast<RankedTensorType>(ends.getType());
  RankedTensorType slice = sliceType(tokens.getType());
  int64_t bounds = cast<RankedTensorType>(offsets.getType()).getDimSize(0);
  SmallVector<int64_t> shape = {ShapedType::isDynamic(bounds) ? bounds
                                                              : bounds - 1};
  llvm::append_range(shape, slice.getShape());
  auto expected = RankedTensorType::get(shape, slice.getElementType());
  if (type == expected)
    return success();
  return op->emitOpError("needs a slice for each sequence, ")
         << expected << ", not " << type;
}

LogicalResult TakeEndOp::verify() {
  return success(
      succeeded(verifyTokens(*this, "input", getInput())) &&
      succeeded(verifyOffsets(*this, getOffsets())) &&
      succeeded(verifyEnds(*this, getInput(), getResult(), getOffsets())));
}

LogicalResult PutEndOp::verify() {
  return success(
      succeeded(verifyTokens(*this, "input", getInput())) &&
      succeeded(verifyOffsets(*this, getOffsets())) &&
      succeeded(verifyEnds(*this, getInput(), getEnds(), getOffsets())));
}

LogicalResult RowsBeforeOp::verify() {
  auto type = cast<RankedTensorType>(getRow().getType());
  if (type.getRank() != 2 || !type.getElementType().isF32() ||
      type.isDynamicDim(1))
    return emitOpError("needs a row of numbers of type f32 for each sequence, "
                       "[S, W] with a known W, not ")
           << type;
  if (getRows().empty())
    return emitOpError("needs a result for every rank but the last: at least "
                       "one");
  for (Value row : getRows())
    if (row.getType() != type)
      return emitOpError("gives rows of ")
             << row.getType() << " where ranks have rows of " << type;
  return success();
}
