//===- RowEmitter.cpp - The body of a linalg op on vectors ----------------===//

#include "RowEmitter.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hocket;

static bool isVectorElement(Type type) {
  return VectorType::isValidElementType(type);
}

Operation *RowEmitter::findUnsupported() {
  for (unsigned operand = 0; operand < op->getNumOperands(); ++operand)
    if (const StridedAccess *access = loops.access(operand)) {
      unsigned loop = loops.vectorLoop().inner;
      // Bits can be neither gathered nor scattered.
      if (access->elementType().isInteger(1) && !access->isInvariant(loop) &&
          !access->isContiguous(loop))
        return op;
      if (!isVectorElement(access->elementType()))
        return op;
    }
  for (Operation &nested : op.getBlock()->without_terminator()) {
    bool varies = llvm::any_of(nested.getResults(),
                               [&](Value result) { return loops.varies(result); });
    if (auto load = dyn_cast<memref::LoadOp>(nested)) {
      if (varies && load.getMemRefType().getElementType().isInteger(1))
        return &nested;
      continue;
    }
    if (nested.getNumRegions() != 0 || !isMemoryEffectFree(&nested))
      return &nested;
    if (!varies || isa<linalg::IndexOp>(nested))
      continue;
    if (!OpTrait::hasElementwiseMappableTraits(&nested) ||
        !llvm::all_of(nested.getOperandTypes(), isVectorElement) ||
        !llvm::all_of(nested.getResultTypes(), isVectorElement))
      return &nested;
  }
  return nullptr;
}

void RowEmitter::beginRow(ArrayRef<Value> indices) {
  setRow(indices);
  scalars.clear();
  Value zero;
  auto indexOf = [&](unsigned loop) {
    if (rowIndices[loop])
      return rowIndices[loop];
    if (!zero)
      zero = arith::ConstantIndexOp::create(builder, loc, 0);
    return zero;
  };
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty() || loops.varies(argument))
      continue;
    const StridedAccess *access = loops.access(operand->getOperandNumber());
    scalars[argument] =
        access ? memref::LoadOp::create(
                     builder, loc, access->flatBuffer(),
                     access->linearIndex(builder, loc, rowIndices))
                     .getResult()
               : operand->get();
  }
  for (Operation &nested : op.getBlock()->without_terminator()) {
    if (llvm::any_of(nested.getResults(),
                     [&](Value result) { return loops.varies(result); }))
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(nested)) {
      scalars[index] = indexOf(unsigned(index.getDim()));
      continue;
    }
    IRMapping mapping;
    for (Value operand : nested.getOperands())
      mapping.map(operand, scalarOf(operand));
    Operation *copy = builder.clone(nested, mapping);
    for (auto [result, copied] :
         llvm::zip_equal(nested.getResults(), copy->getResults()))
      scalars[result] = copied;
  }
}

Value RowEmitter::toVector(Value value, const Chunk &chunk) {
  if (Value vector = vectors.lookup(value))
    return vector;
  Value scalar = scalarOf(value);
  Value vector = vector::BroadcastOp::create(
      builder, loc, chunk.type(scalar.getType()), scalar);
  vectors[value] = vector;
  return vector;
}

Value RowEmitter::firstIndex(const StridedAccess &access, const Chunk &chunk) {
  SmallVector<Value> indices = rowIndices;
  indices[loops.vectorLoop().inner] = chunk.index;
  return access.linearIndex(builder, loc, indices);
}

SmallVector<Value> RowEmitter::emit(const Chunk &chunk,
                                    ArrayRef<Value> outputs) {
  vectors.clear();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty() || !loops.varies(argument))
      continue;
    const StridedAccess &access = *loops.access(operand->getOperandNumber());
    vectors[argument] =
        loadLanes(builder, loc, chunk, access, firstIndex(access, chunk),
                  access.stride(loops.vectorLoop().inner));
  }
  for (auto [argument, value] :
       llvm::zip_equal(op.getRegionOutputArgs(), outputs))
    if (value)
      vectors[argument] = value;

  for (Operation &nested : op.getBlock()->without_terminator()) {
    if (llvm::none_of(nested.getResults(),
                      [&](Value result) { return loops.varies(result); }))
      continue;
    if (isa<linalg::IndexOp>(nested)) {
      Value start = vector::BroadcastOp::create(
          builder, loc, chunk.type(builder.getIndexType()), chunk.index);
      Value steps =
          laneOffsets(builder, loc, chunk, builder.getIndexAttr(1));
      vectors[nested.getResult(0)] =
          arith::AddIOp::create(builder, loc, start, steps);
      continue;
    }
    if (isa<memref::LoadOp>(nested)) {
      vectors[nested.getResult(0)] = emitLoad(&nested, chunk);
      continue;
    }
    OperationState state(nested.getLoc(), nested.getName());
    state.attributes = nested.getAttrs();
    for (Value operand : nested.getOperands())
      state.operands.push_back(toVector(operand, chunk));
    for (Type type : nested.getResultTypes())
      state.types.push_back(chunk.type(type));
    Operation *created = builder.create(state);
    for (auto [result, vector] :
         llvm::zip_equal(nested.getResults(), created->getResults()))
      vectors[result] = vector;
  }
  SmallVector<Value> yielded;
  for (Value value : op.getBlock()->getTerminator()->getOperands())
    yielded.push_back(toVector(value, chunk));
  return yielded;
}

/// The value of a lane index in lane 0.
Value RowEmitter::laneStart(Value index, const Chunk &chunk) {
  if (!loops.varies(index))
    return scalarOf(index);
  Operation *definition = index.getDefiningOp();
  if (isa<linalg::IndexOp>(definition))
    return chunk.index;
  Value lhs = laneStart(definition->getOperand(0), chunk);
  Value rhs = laneStart(definition->getOperand(1), chunk);
  if (isa<arith::AddIOp>(definition))
    return arith::AddIOp::create(builder, loc, lhs, rhs);
  return arith::SubIOp::create(builder, loc, lhs, rhs);
}

Value RowEmitter::emitLoad(Operation *op, const Chunk &chunk) {
  auto load = cast<memref::LoadOp>(op);
  const StridedAccess &access = loops.access(load);
  SmallVector<Value> fixed(load.getIndices().size());
  SmallVector<unsigned> moving;
  for (auto [dim, index] : llvm::enumerate(load.getIndices())) {
    if (loops.varies(index))
      moving.push_back(unsigned(dim));
    else
      fixed[dim] = scalarOf(index);
  }
  if (moving.size() == 1 && loops.isLaneIndex(load.getIndices()[moving[0]])) {
    fixed[moving[0]] = laneStart(load.getIndices()[moving[0]], chunk);
    return loadLanes(builder, loc, chunk, access,
                     access.linearIndex(builder, loc, fixed),
                     access.stride(moving[0]));
  }
  Value offsets;
  for (unsigned dim : moving) {
    Value index = toVector(load.getIndices()[dim], chunk);
    if (!isConstantIntValue(access.stride(dim), 1)) {
      Value stride = vector::BroadcastOp::create(
          builder, loc, index.getType(),
          getValueOrCreateConstantIndexOp(builder, loc, access.stride(dim)));
      index = arith::MulIOp::create(builder, loc, index, stride);
    }
    offsets =
        offsets ? arith::AddIOp::create(builder, loc, offsets, index).getResult()
                : index;
  }
  return gatherLanes(builder, loc, chunk, access,
                     access.linearIndex(builder, loc, fixed), offsets);
}

Value RowEmitter::loadOutput(unsigned number, const Chunk &chunk) {
  const StridedAccess &access = outputAccess(number);
  return loadLanes(builder, loc, chunk, access, firstIndex(access, chunk),
                   access.stride(loops.vectorLoop().inner));
}

void RowEmitter::storeOutput(unsigned number, const Chunk &chunk, Value value) {
  const StridedAccess &access = outputAccess(number);
  storeLanes(builder, loc, chunk, access, firstIndex(access, chunk),
             access.stride(loops.vectorLoop().inner), value);
}

Value RowEmitter::loadScalarOutput(unsigned number) {
  const StridedAccess &access = outputAccess(number);
  return memref::LoadOp::create(builder, loc, access.flatBuffer(),
                                access.linearIndex(builder, loc, rowIndices));
}

void RowEmitter::storeScalarOutput(unsigned number, Value value) {
  const StridedAccess &access = outputAccess(number);
  memref::StoreOp::create(builder, loc, value, access.flatBuffer(),
                          access.linearIndex(builder, loc, rowIndices));
}
