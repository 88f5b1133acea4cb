//===- RowEmitter.cpp - The body of a linalg op on vectors ----------------===//

#include "RowEmitter.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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
  return findUnsupported(*op.getBlock());
}

Operation *RowEmitter::findUnsupported(Block &block) {
  for (Operation &nested : block.without_terminator()) {
    bool varies = llvm::any_of(nested.getResults(), [&](Value result) {
      return loops.varies(result);
    });
    if (auto load = dyn_cast<memref::LoadOp>(nested)) {
      if (varies && load.getMemRefType().getElementType().isInteger(1))
        return &nested;
      continue;
    }
    if (varies && !llvm::all_of(nested.getResultTypes(), isVectorElement))
      return &nested;
    if (auto conditional = dyn_cast<scf::IfOp>(nested)) {
      if (conditional.getNumResults() == 0)
        return &nested;
      for (Region &region : nested.getRegions())
        if (Operation *unsupported = findUnsupported(region.front()))
          return unsupported;
      continue;
    }
    // Ops of conditionals are computed in any case.
    bool isSafe =
        &block == op.getBlock() ? isMemoryEffectFree(&nested) : isPure(&nested);
    if (nested.getNumRegions() != 0 || !isSafe)
      return &nested;
    if (!varies || isa<linalg::IndexOp>(nested))
      continue;
    if (!OpTrait::hasElementwiseMappableTraits(&nested) ||
        !llvm::all_of(nested.getOperandTypes(), isVectorElement))
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
    scalars[argument] = access
                            ? memref::LoadOp::create(
                                  builder, loc, access->flatBuffer(),
                                  access->linearIndex(builder, loc, rowIndices))
                                  .getResult()
                            : operand->get();
  }
  op->walk<WalkOrder::PreOrder>([&](Operation *nested) {
    if (nested == op || nested->hasTrait<OpTrait::IsTerminator>() ||
        llvm::any_of(nested->getResults(),
                     [&](Value result) { return loops.varies(result); }))
      return;
    if (auto index = dyn_cast<linalg::IndexOp>(nested)) {
      scalars[index] = indexOf(unsigned(index.getDim()));
      return;
    }
    IRMapping mapping;
    for (Value operand : nested->getOperands())
      mapping.map(operand, scalarOf(operand));
    Operation *copy = builder.clone(*nested, mapping);
    for (auto [result, copied] :
         llvm::zip_equal(nested->getResults(), copy->getResults()))
      scalars[result] = copied;
  });
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

  return emitBlock(*op.getBlock(), chunk);
}

SmallVector<Value> RowEmitter::emitBlock(Block &block, const Chunk &chunk) {
  for (Operation &nested : block.without_terminator())
    if (llvm::any_of(nested.getResults(),
                     [&](Value result) { return loops.varies(result); }))
      emitOp(nested, chunk);
  SmallVector<Value> yielded;
  for (Value value : block.getTerminator()->getOperands())
    yielded.push_back(toVector(value, chunk));
  return yielded;
}

void RowEmitter::emitOp(Operation &nested, const Chunk &chunk) {
  if (isa<linalg::IndexOp>(nested)) {
    Value start = vector::BroadcastOp::create(
        builder, loc, chunk.type(builder.getIndexType()), chunk.index);
    Value steps = laneOffsets(builder, loc, chunk, builder.getIndexAttr(1));
    vectors[nested.getResult(0)] =
        arith::AddIOp::create(builder, loc, start, steps);
    return;
  }
  if (isa<memref::LoadOp>(nested)) {
    vectors[nested.getResult(0)] = emitLoad(&nested, chunk);
    return;
  }
  if (auto conditional = dyn_cast<scf::IfOp>(nested))
    return emitConditional(&nested, chunk);
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

/// Both branches, each for the lanes that take it.
void RowEmitter::emitConditional(Operation *nested, const Chunk &chunk) {
  auto conditional = cast<scf::IfOp>(nested);
  Value taken = toVector(conditional.getCondition(), chunk);
  Value all = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(chunk.type(builder.getI1Type()), true));
  auto branch = [&](Block &block, Value lanes) {
    if (chunk.mask)
      lanes = arith::AndIOp::create(builder, loc, lanes, chunk.mask);
    return emitBlock(block, Chunk{chunk.index, lanes, chunk.width});
  };
  SmallVector<Value> then = branch(*conditional.thenBlock(), taken);
  SmallVector<Value> otherwise =
      branch(*conditional.elseBlock(),
             arith::XOrIOp::create(builder, loc, taken, all));
  for (auto [result, a, b] :
       llvm::zip_equal(conditional.getResults(), then, otherwise))
    vectors[result] = arith::SelectOp::create(builder, loc, taken, a, b);
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
  if (moving.empty()) // one element, for the lanes of a branch
    offsets = arith::ConstantOp::create(
        builder, loc, builder.getZeroAttr(chunk.type(builder.getIndexType())));
  for (unsigned dim : moving) {
    Value index = toVector(load.getIndices()[dim], chunk);
    if (!isConstantIntValue(access.stride(dim), 1)) {
      Value stride = vector::BroadcastOp::create(
          builder, loc, index.getType(),
          getValueOrCreateConstantIndexOp(builder, loc, access.stride(dim)));
      index = arith::MulIOp::create(builder, loc, index, stride);
    }
    offsets =
        offsets
            ? arith::AddIOp::create(builder, loc, offsets, index).getResult()
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
