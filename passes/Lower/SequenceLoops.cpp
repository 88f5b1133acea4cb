//===- SequenceLoops.cpp - Loops over the tokens of sequences -------------===//

#include "SequenceLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

using Values = SequenceLoops::Values;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Value SequenceLoops::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Values SequenceLoops::forLoop(Value lower, Value upper, ArrayRef<Value> carried,
                              TokenBody body) {
  auto loop = scf::ForOp::create(builder, loc, lower, upper, index(1), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(),
                     llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
  scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

Value SequenceLoops::readOffset(Value sequence) {
  Value offset = tensor::ExtractOp::create(builder, loc, offsets, sequence);
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    offset);
}

Values SequenceLoops::forEachSequence(ArrayRef<Value> carried,
                                      SequenceBody body) {
  Value bounds = tensor::DimOp::create(builder, loc, offsets, index(0));
  Value sequences = arith::SubIOp::create(builder, loc, bounds, index(1));
  return forLoop(
      index(0), sequences, carried, [&](Value sequence, Values inner) {
        current = sequence;
        begin = readOffset(sequence);
        end =
            readOffset(arith::AddIOp::create(builder, loc, sequence, index(1)));
        return body(inner);
      });
}

Values SequenceLoops::first(ArrayRef<Value> carried, TokenBody body) {
  // A loop of one iteration or, where the sequence is empty, of none.
  Value next = arith::AddIOp::create(builder, loc, begin, index(1));
  Value bound = arith::MinSIOp::create(builder, loc, next, end);
  return forLoop(begin, bound, carried, [&](Value token, Values inner) {
    if (reverse)
      token = arith::SubIOp::create(builder, loc, end, index(1));
    return body(token, inner);
  });
}

/// The token that is `position` from the sequence's begin or, where the loop
/// descends, from its end.
Value SequenceLoops::tokenAt(Value position, bool descends) {
  if (!descends)
    return arith::AddIOp::create(builder, loc, begin, position);
  Value behind = arith::SubIOp::create(builder, loc, end, position);
  return arith::SubIOp::create(builder, loc, behind, index(1));
}

Values SequenceLoops::all(ArrayRef<Value> carried, TokenBody body) {
  Value length = arith::SubIOp::create(builder, loc, end, begin);
  return forLoop(index(0), length, carried, [&](Value position, Values inner) {
    return body(tokenAt(position, reverse), inner);
  });
}

Values SequenceLoops::others(ArrayRef<Value> carried, bool backward,
                             StepBody body) {
  Value length = arith::SubIOp::create(builder, loc, end, begin);
  Value lower = index(backward ? 0 : 1), upper = length;
  if (backward)
    upper = arith::SubIOp::create(builder, loc, length, index(1));
  return forLoop(lower, upper, carried, [&](Value position, Values inner) {
    Value token = tokenAt(position, reverse != backward);
    Value before;
    if (reverse)
      before = arith::AddIOp::create(builder, loc, token, index(1));
    else
      before = arith::SubIOp::create(builder, loc, token, index(1));
    return body(token, before, inner);
  });
}

//===----------------------------------------------------------------------===//
// Tensors and their slices
//===----------------------------------------------------------------------===//

namespace {
struct TokenSlice {
  SmallVector<OpFoldResult> offsets, sizes, strides;

  TokenSlice(OpBuilder &builder, Value tensor, Value token) {
    RankedTensorType type = typeOf(tensor);
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    offsets.assign(type.getRank(), zero);
    offsets[0] = token;
    sizes.push_back(one);
    for (int64_t extent : type.getShape().drop_front())
      sizes.push_back(builder.getIndexAttr(extent));
    strides.assign(type.getRank(), one);
  }
};
} // namespace

Value SequenceLoops::slice(Value tensor, Value token) {
  TokenSlice where(builder, tensor, token);
  return tensor::ExtractSliceOp::create(
      builder, loc, sliceType(tensor.getType()), tensor, where.offsets,
      where.sizes, where.strides);
}

Value SequenceLoops::insert(Value part, Value tensor, Value token) {
  TokenSlice where(builder, tensor, token);
  return tensor::InsertSliceOp::create(
      builder, loc, part, tensor, where.offsets, where.sizes, where.strides);
}

Value SequenceLoops::emptyLike(Value like) {
  return tensor::EmptyOp::create(builder, loc,
                                 tensor::getMixedSizes(builder, loc, like),
                                 typeOf(like).getElementType());
}

Value SequenceLoops::emptyEnds(Value tokens) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, tokens);
  OpFoldResult bounds = tensor::getMixedSize(builder, loc, offsets, 0);
  if (std::optional<int64_t> count = getConstantIntValue(bounds))
    sizes[0] = builder.getIndexAttr(*count - 1);
  else
    sizes[0] =
        arith::SubIOp::create(builder, loc, cast<Value>(bounds), index(1))
            .getResult();
  return tensor::EmptyOp::create(builder, loc, sizes,
                                 typeOf(tokens).getElementType());
}

Value SequenceLoops::workspace(RankedTensorType type) {
  return bufferization::AllocTensorOp::create(builder, loc, type, ValueRange());
}

Values SequenceLoops::elementwise(ValueRange inputs, ValueRange outs,
                                  ScalarBody body) {
  int64_t rank = typeOf(outs.front()).getRank();
  SmallVector<AffineMap> maps(inputs.size() + outs.size(),
                              builder.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, outs.getTypes(), inputs, outs, maps, iterators,
      [&](OpBuilder &inner, Location at, ValueRange values) {
        linalg::YieldOp::create(inner, at,
                                body(inner, values.take_front(inputs.size())));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

Value SequenceLoops::copyInto(Value value, Value destination) {
  return bufferization::MaterializeInDestinationOp::create(
             builder, loc, destination.getType(), value, destination)
      .getResult();
}

/// `op` with more outputs, each of which gets what result `of[i]` is.
static linalg::GenericOp extend(OpBuilder &builder, linalg::GenericOp op,
                                ArrayRef<unsigned> of,
                                ArrayRef<Value> destinations) {
  SmallVector<Value> outs(op.getOutputs());
  llvm::append_range(outs, destinations);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps.append(of.size(), builder.getMultiDimIdentityMap(op.getNumLoops()));
  auto extended = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(outs).getTypes(), op.getInputs(), outs,
      maps, op.getIteratorTypesArray());
  extended.getRegion().takeBody(op.getRegion());
  Block &body = *extended.getBody();
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  SmallVector<Value> yielded(yield.getValues());
  for (unsigned result : of) {
    Value value = yield.getValues()[result];
    body.addArgument(value.getType(), op.getLoc());
    yielded.push_back(value);
  }
  yield.getValuesMutable().assign(yielded);
  return extended;
}

Values SequenceLoops::keep(MutableArrayRef<Value> values,
                           ArrayRef<Value> destinations) {
  auto op = values.front().getDefiningOp<linalg::GenericOp>();
  bool isOneOp =
      op && op->getBlock() == builder.getInsertionBlock() &&
      op.getNumParallelLoops() == op.getNumLoops() &&
      llvm::all_of(op.getDpsInitsMutable(),
                   [&](OpOperand &init) {
                     return op.getMatchingIndexingMap(&init).isIdentity();
                   }) &&
      llvm::all_of(values,
                   [&](Value value) { return value.getDefiningOp() == op; });
  Values kept;
  // Where there are several ops, all of them read before anything is copied,
  // from buffers of their own: a destination of one may be read by another.
  if (!isOneOp) {
    Values made(values);
    for (auto [own, value, destination] :
         llvm::zip(made, values, destinations)) {
      if (values.size() == 1 || value == destination ||
          value.getDefiningOp<tensor::ExtractSliceOp>())
        continue;
      own = copyInto(value, workspace(typeOf(value)));
      // What another one held before.
      if (isa<BlockArgument>(value))
        value = own;
    }
    for (auto [value, destination] : llvm::zip(made, destinations))
      kept.push_back(copyInto(value, destination));
    return kept;
  }
  SmallVector<unsigned> of;
  for (Value value : values)
    of.push_back(cast<OpResult>(value).getResultNumber());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  linalg::GenericOp extended = extend(builder, op, of, destinations);
  size_t before = op->getNumResults();
  for (auto [value, number] : llvm::zip(values, of)) {
    value = extended->getResult(number);
    kept.push_back(extended->getResult(before + kept.size()));
  }
  op->replaceAllUsesWith(extended->getResults().take_front(before));
  op->erase();
  return kept;
}

Value SequenceLoops::zero(Value tensor) {
  Value constant = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(typeOf(tensor).getElementType()));
  return linalg::FillOp::create(builder, loc, constant, tensor).getResult(0);
}

Value SequenceLoops::add(Value lhs, Value rhs) {
  Value out = tensor::EmptyOp::create(builder, loc, typeOf(lhs).getShape(),
                                      typeOf(lhs).getElementType());
  return elementwise(
             {lhs, rhs}, out,
             [&](OpBuilder &inner, ValueRange values) -> Values {
               return {arith::AddFOp::create(inner, loc, values[0], values[1])};
             })
      .front();
}
