//===- LaneAccess.cpp - Vectors from and to flat buffers ------------------===//

#include "LaneAccess.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace hocket;

static Value passThrough(OpBuilder &builder, Location loc, const Chunk &chunk,
                         Type element) {
  Attribute scalar = isa<FloatType>(element)
                         ? Attribute(builder.getFloatAttr(element, 0.0))
                         : Attribute(builder.getIntegerAttr(element, 1));
  return arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(chunk.type(element), scalar));
}

static Value maskOrAll(OpBuilder &builder, Location loc, const Chunk &chunk) {
  if (chunk.mask)
    return chunk.mask;
  return arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(chunk.type(builder.getI1Type()), true));
}

/// Truth values take a byte each in memory, and a bit each in a vector: the
/// vector's bytes are accessed through a pointer.
static Value bytePointer(OpBuilder &builder, Location loc,
                         const StridedAccess &access, Value first) {
  Value base = access.pointer(builder, loc);
  Value offset =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), first);
  return LLVM::GEPOp::create(builder, loc, base.getType(), builder.getI8Type(),
                             base, ArrayRef<LLVM::GEPArg>{offset});
}

static Value loadTruths(OpBuilder &builder, Location loc, const Chunk &chunk,
                        const StridedAccess &access, Value first) {
  Value address = bytePointer(builder, loc, access, first);
  VectorType type = chunk.type(builder.getI8Type());
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  Value bytes =
      chunk.mask
          ? LLVM::MaskedLoadOp::create(builder, loc, type, address, chunk.mask,
                                       zero, 1u)
                .getResult()
          : LLVM::LoadOp::create(builder, loc, type, address, 1u).getResult();
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, bytes,
                               zero);
}

static void storeTruths(OpBuilder &builder, Location loc, const Chunk &chunk,
                        const StridedAccess &access, Value first,
                        Value vector) {
  Value address = bytePointer(builder, loc, access, first);
  Value bytes = arith::ExtUIOp::create(builder, loc,
                                       chunk.type(builder.getI8Type()), vector);
  if (chunk.mask)
    LLVM::MaskedStoreOp::create(builder, loc, bytes, address, chunk.mask, 1u);
  else
    LLVM::StoreOp::create(builder, loc, bytes, address, 1u);
}

Value hocket::laneOffsets(OpBuilder &builder, Location loc, const Chunk &chunk,
                          OpFoldResult stride) {
  VectorType type = chunk.type(builder.getIndexType());
  Value steps = vector::StepOp::create(builder, loc, type);
  if (isConstantIntValue(stride, 1))
    return steps;
  Value factor = vector::BroadcastOp::create(
      builder, loc, type,
      getValueOrCreateConstantIndexOp(builder, loc, stride));
  return arith::MulIOp::create(builder, loc, steps, factor);
}

Value hocket::loadLanes(OpBuilder &builder, Location loc, const Chunk &chunk,
                        const StridedAccess &access, Value first,
                        OpFoldResult stride) {
  Type element = access.elementType();
  VectorType type = chunk.type(element);
  if (!isConstantIntValue(stride, 1))
    return gatherLanes(builder, loc, chunk, access, first,
                       laneOffsets(builder, loc, chunk, stride));
  if (element.isInteger(1))
    return loadTruths(builder, loc, chunk, access, first);
  Value flat = access.flatBuffer();
  if (!chunk.mask)
    return vector::LoadOp::create(builder, loc, type, flat, first);
  return vector::MaskedLoadOp::create(
      builder, loc, type, flat, first, chunk.mask,
      passThrough(builder, loc, chunk, element));
}

void hocket::storeLanes(OpBuilder &builder, Location loc, const Chunk &chunk,
                        const StridedAccess &access, Value first,
                        OpFoldResult stride, Value vector) {
  Value flat = access.flatBuffer();
  if (!isConstantIntValue(stride, 1)) {
    vector::ScatterOp::create(builder, loc, /*resultType=*/Type(), flat, first,
                              laneOffsets(builder, loc, chunk, stride),
                              maskOrAll(builder, loc, chunk), vector);
    return;
  }
  if (access.elementType().isInteger(1))
    return storeTruths(builder, loc, chunk, access, first, vector);
  if (chunk.mask)
    vector::MaskedStoreOp::create(builder, loc, flat, first, chunk.mask,
                                  vector);
  else
    vector::StoreOp::create(builder, loc, vector, flat, first);
}

Value hocket::gatherLanes(OpBuilder &builder, Location loc, const Chunk &chunk,
                          const StridedAccess &access, Value first,
                          Value offsets) {
  Type element = access.elementType();
  return vector::GatherOp::create(builder, loc, chunk.type(element),
                                  access.flatBuffer(), first, offsets,
                                  maskOrAll(builder, loc, chunk),
                                  passThrough(builder, loc, chunk, element));
}
