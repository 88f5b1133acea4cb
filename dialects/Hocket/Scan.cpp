//===- Scan.cpp - Shapes, verifiers and work of the scan ops --------------===//

#include "hocket/Dialects/Scan.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Tensor/Utils/Utils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace hocket;

RankedTensorType hocket::sliceType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape().drop_front(),
                               tensor.getElementType());
}

SmallVector<llvm::SmallBitVector> hocket::argumentsOfYield(Block &block) {
  SmallVector<llvm::SmallBitVector> found;
  for (Value root : block.getTerminator()->getOperands()) {
    llvm::SmallBitVector arguments(block.getNumArguments());
    SetVector<Value> pending;
    pending.insert(root);
    for (unsigned next = 0; next < pending.size(); ++next) {
      Value value = pending[next];
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        if (argument.getOwner() == &block)
          arguments.set(argument.getArgNumber());
        continue;
      }
      // What an op's regions read of the block counts as read by the op.
      value.getDefiningOp()->walk([&](Operation *inner) {
        pending.insert(inner->operand_begin(), inner->operand_end());
      });
    }
    found.push_back(arguments);
  }
  return found;
}

llvm::SmallBitVector hocket::closeOverCombine(Block &combine,
                                              llvm::SmallBitVector wanted,
                                              Tuples tuples) {
  SmallVector<llvm::SmallBitVector> reads = argumentsOfYield(combine);
  unsigned count = wanted.size();
  for (bool grown = true; grown;) {
    grown = false;
    for (unsigned element : llvm::to_vector(wanted.set_bits()))
      for (unsigned argument : reads[element].set_bits()) {
        bool counts = tuples == Tuples::Both || argument < count;
        if (!counts || wanted.test(argument % count))
          continue;
        wanted.set(argument % count);
        grown = true;
      }
  }
  return wanted;
}

SmallVector<Value> hocket::inlineRegion(OpBuilder &builder, Region &region,
                                        ValueRange arguments,
                                        const llvm::SmallBitVector &wanted) {
  Block &block = region.front();
  OperandRange yielded = block.getTerminator()->getOperands();
  llvm::SmallDenseSet<Operation *> needed;
  for (unsigned number : wanted.set_bits())
    needed.insert(yielded[number].getDefiningOp());
  for (Operation &op : llvm::reverse(block.without_terminator()))
    if (needed.contains(&op))
      op.walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          needed.insert(operand.getDefiningOp());
      });

  IRMapping mapping;
  mapping.map(block.getArguments(), arguments);
  for (Operation &op : block.without_terminator())
    if (needed.contains(&op))
      builder.clone(op, mapping);
  SmallVector<Value> results(yielded.size());
  for (unsigned number : wanted.set_bits())
    results[number] = mapping.lookup(yielded[number]);
  return results;
}

Value hocket::materializeIdentity(OpBuilder &builder, Location loc,
                                  Attribute identity, RankedTensorType type) {
  auto elements = cast<DenseElementsAttr>(identity);
  if (elements.isSplat())
    return arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(type, elements.getSplatValue<Attribute>()));
  // Row-major over `type`; extents of 1 and missing ones are repeated.
  ArrayRef<int64_t> shape = elements.getType().getShape();
  int64_t missing = type.getRank() - int64_t(shape.size());
  SmallVector<Attribute> values(elements.getValues<Attribute>());
  SmallVector<Attribute> repeated;
  for (int64_t flat = 0, end = type.getNumElements(); flat < end; ++flat) {
    int64_t rest = flat, index = 0, stride = 1;
    for (int64_t dim = type.getRank() - 1; dim >= missing; --dim) {
      int64_t position = rest % type.getDimSize(dim);
      rest /= type.getDimSize(dim);
      int64_t extent = shape[dim - missing];
      index += extent == 1 ? 0 : position * stride;
      stride *= extent;
    }
    repeated.push_back(values[index]);
  }
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, repeated));
}

//===----------------------------------------------------------------------===//
// Types and shapes
//===----------------------------------------------------------------------===//

LogicalResult ScanOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       ValueRange operands, DictionaryAttr,
                                       OpaqueProperties, RegionRange,
                                       SmallVectorImpl<Type> &types) {
  // All operands but the offsets.
  if (operands.empty())
    return failure();
  types.assign(operands.drop_back().getTypes().begin(),
               operands.drop_back().getTypes().end());
  return success();
}

LogicalResult ScanOp::reifyResultShapes(OpBuilder &builder,
                                        ReifiedRankedShapedTypeDims &shapes) {
  for (Value input : getInputs())
    shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), input));
  return success();
}

LogicalResult
ScanGradOp::reifyResultShapes(OpBuilder &builder,
                              ReifiedRankedShapedTypeDims &shapes) {
  OpFoldResult tokens =
      tensor::getMixedSize(builder, getLoc(), getGradients().front(), 0);
  for (Type type : getResultTypes()) {
    SmallVector<OpFoldResult> &shape = shapes.emplace_back();
    shape.push_back(tokens);
    for (int64_t extent : sliceType(type).getShape())
      shape.push_back(builder.getIndexAttr(extent));
  }
  return success();
}

LogicalResult ShiftOp::reifyResultShapes(OpBuilder &builder,
                                         ReifiedRankedShapedTypeDims &shapes) {
  shapes.emplace_back(tensor::getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

LogicalResult
RecurrenceOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  shapes.append(getStates().size(),
                tensor::getMixedSizes(builder, getLoc(), getInputs().front()));
  return success();
}

YieldOp RecurrenceOp::getYield() {
  return cast<YieldOp>(getCell().front().getTerminator());
}

YieldOp ScanOp::getYield() {
  return cast<YieldOp>(getCombine().front().getTerminator());
}

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

/// Of one execution of a region on slices.
static SizeExpr flopsOf(Region &region, SymbolicShapes &shapes) {
  SizeExpr flops;
  region.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto work = dyn_cast<WorkOpInterface>(op)) {
      flops = flops + work.countFlops(shapes);
      return WalkResult::skip();
    }
    // Element-wise ops on whole slices become linalg ops when lowered.
    if (OpTrait::hasElementwiseMappableTraits(op) && op->getNumResults() == 1)
      if (auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
          type && isa<FloatType>(type.getElementType()))
        flops = flops + SizeExpr::constant(type.getNumElements());
    return WalkResult::advance();
  });
  return flops;
}

/// So much for each token of `tokens`.
static SizeExpr perToken(Value tokens, const SizeExpr &flops,
                         SymbolicShapes &shapes) {
  FailureOr<SymbolicShape> shape = shapes.shapeOf(tokens);
  return succeeded(shape) ? (*shape)[0] * flops : SizeExpr();
}

/// One combination a token.
SizeExpr ScanOp::countFlops(SymbolicShapes &shapes) {
  return perToken(getInputs().front(), flopsOf(getCombine(), shapes), shapes);
}

/// One pullback a token, and the sum of two gradients.
SizeExpr ScanGradOp::countFlops(SymbolicShapes &shapes) {
  SizeExpr flops = flopsOf(getPullback(), shapes);
  for (Type type : getGradients().getTypes())
    flops = flops + SizeExpr::constant(sliceType(type).getNumElements());
  return perToken(getGradients().front(), flops, shapes);
}

/// The cell once for each token and channel. An iteration of Newton's method
/// computes it with its derivatives, about twice as much for each state and for
/// itself, and combines blocks.
SizeExpr RecurrenceOp::countFlops(SymbolicShapes &shapes) {
  int64_t cell =
      llvm::count_if(getCell().front().without_terminator(), [](Operation &op) {
        return op.getNumResults() == 1 &&
               isa<FloatType>(op.getResult(0).getType());
      });
  if (std::optional<uint64_t> iterations = getNewton()) {
    int64_t states = getStates().size();
    int64_t combine = 2 * states * states * (states + 1);
    cell += *iterations * (cell * (1 + 2 * states) + combine + 2 * states);
  }
  Value input = getInputs().front();
  int64_t channels = sliceType(input.getType()).getNumElements();
  return perToken(input, SizeExpr::constant(cell * channels), shapes);
}
