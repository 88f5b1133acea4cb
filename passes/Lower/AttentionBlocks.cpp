//===- AttentionBlocks.cpp - Attention block by block ---------------------===//

#include "AttentionBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

using Values = AttentionBlocks::Values;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Value AttentionBlocks::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value AttentionBlocks::constant(OpBuilder &inner, float value) {
  return arith::ConstantOp::create(inner, loc, inner.getF32FloatAttr(value));
}

Value AttentionBlocks::scale(OpBuilder &inner) {
  return constant(inner, scaleValue.convertToFloat());
}

Values AttentionBlocks::forLoop(Value lower, Value upper, int64_t step,
                                ArrayRef<Value> carried,
                                function_ref<Values(Value, Values)> body) {
  auto loop =
      scf::ForOp::create(builder, loc, lower, upper, index(step), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(),
                     llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
  scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

Values AttentionBlocks::overSequences(Value offsets, ArrayRef<Value> carried,
                                      Body body) {
  int64_t keyHeads = typeOf(key).getDimSize(1);
  int64_t group = typeOf(query).getDimSize(1) / keyHeads;
  Value zero = index(0), one = index(1);
  Value bounds = tensor::DimOp::create(builder, loc, offsets, zero);
  Value sequences = arith::SubIOp::create(builder, loc, bounds, one);
  auto readOffset = [&](Value sequence) -> Value {
    Value offset = tensor::ExtractOp::create(builder, loc, offsets, sequence);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                      offset);
  };

  return forLoop(
      zero, sequences, 1, carried, [&](Value sequence, Values perSequence) {
        AttentionBlock block;
        block.start = readOffset(sequence);
        Value end =
            readOffset(arith::AddIOp::create(builder, loc, sequence, index(1)));
        auto blocks = [&](Values perHead) {
          return forLoop(
              block.start, end, blockRows, perHead,
              [&](Value row, Values inner) {
                block.row = row;
                Value left = arith::SubIOp::create(builder, loc, end, row);
                block.rows = arith::MinSIOp::create(builder, loc, left,
                                                    index(blockRows));
                block.position =
                    arith::SubIOp::create(builder, loc, row, block.start);
                // A causal block attends to nothing behind its last row.
                block.keys =
                    causal
                        ? arith::AddIOp::create(builder, loc, block.position,
                                                block.rows)
                              .getResult()
                        : arith::SubIOp::create(builder, loc, end, block.start)
                              .getResult();
                return body(block, inner);
              });
        };
        return forLoop(index(0), index(keyHeads), 1, perSequence,
                       [&](Value keyHead, Values perKeyHead) {
                         block.keyHead = keyHead;
                         if (group == 1) {
                           block.head = keyHead;
                           return blocks(perKeyHead);
                         }
                         return forLoop(index(0), index(group), 1, perKeyHead,
                                        [&](Value member, Values perHead) {
                                          Value first = arith::MulIOp::create(
                                              builder, loc, keyHead,
                                              index(group));
                                          block.head = arith::AddIOp::create(
                                              builder, loc, first, member);
                                          return blocks(perHead);
                                        });
                       });
      });
}

//===----------------------------------------------------------------------===//
// Tensors and their slices
//===----------------------------------------------------------------------===//

Value AttentionBlocks::empty(ArrayRef<int64_t> extents) {
  SmallVector<OpFoldResult> sizes;
  for (int64_t extent : extents)
    sizes.push_back(
        extent < 0 ? OpFoldResult(tensor::getMixedSize(builder, loc, query, 0))
                   : OpFoldResult(builder.getIndexAttr(extent)));
  return tensor::EmptyOp::create(builder, loc, sizes, builder.getF32Type());
}

Value AttentionBlocks::workspace(ArrayRef<int64_t> extents) {
  SmallVector<int64_t> shape;
  SmallVector<Value> sizes;
  for (int64_t extent : extents) {
    shape.push_back(extent < 0 ? ShapedType::kDynamic : extent);
    if (extent < 0)
      sizes.push_back(tensor::DimOp::create(builder, loc, key, 0));
  }
  return bufferization::AllocTensorOp::create(
      builder, loc, RankedTensorType::get(shape, builder.getF32Type()), sizes);
}

Value AttentionBlocks::emptyLike(Value tensor) {
  Value made = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, tensor),
      builder.getF32Type());
  if (made.getType() != tensor.getType())
    made = tensor::CastOp::create(builder, loc, tensor.getType(), made);
  return made;
}

Value AttentionBlocks::fill(Value tensor, float value) {
  return linalg::FillOp::create(builder, loc, constant(builder, value), tensor)
      .getResult(0);
}

namespace {
/// Offsets, sizes and strides of a slice of one head.
struct HeadSlice {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  RankedTensorType type;

  HeadSlice(OpBuilder &builder, Value tensor, Value row, Value rows,
            Value head) {
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    offsets = {row, head};
    sizes = {rows, one};
    SmallVector<int64_t> shape = {ShapedType::kDynamic};
    if (typeOf(tensor).getRank() == 3) {
      int64_t headSize = typeOf(tensor).getDimSize(2);
      offsets.push_back(zero);
      sizes.push_back(builder.getIndexAttr(headSize));
      shape.push_back(headSize);
    }
    strides.assign(sizes.size(), one);
    type = RankedTensorType::get(shape, builder.getF32Type());
  }
};
} // namespace

Value AttentionBlocks::slice(Value tensor, Value row, Value rows, Value head) {
  HeadSlice where(builder, tensor, row, rows, head);
  return tensor::ExtractSliceOp::create(builder, loc, where.type, tensor,
                                        where.offsets, where.sizes,
                                        where.strides);
}

Value AttentionBlocks::insert(Value part, Value tensor, Value row, Value rows,
                              Value head) {
  HeadSlice where(builder, tensor, row, rows, head);
  return tensor::InsertSliceOp::create(
      builder, loc, part, tensor, where.offsets, where.sizes, where.strides);
}

Value AttentionBlocks::front(Value tensor, ValueRange extents) {
  SmallVector<OpFoldResult> offsets(extents.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(extents.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, tensor, offsets,
                                        getAsOpFoldResult(extents), strides);
}

//===----------------------------------------------------------------------===//
// Computation
//===----------------------------------------------------------------------===//

Value AttentionBlocks::contract(Value lhs, bool transposeLhs, Value rhs,
                                bool transposeRhs, Value sum) {
  AffineExpr m, n, k;
  bindDims(builder.getContext(), m, n, k);
  auto map = [&](AffineExpr row, AffineExpr column, bool transpose) {
    SmallVector<AffineExpr> results = {row, column};
    if (transpose)
      std::swap(results[0], results[1]);
    return AffineMap::get(3, 0, results, builder.getContext());
  };
  SmallVector<utils::IteratorType> iterators = {utils::IteratorType::parallel,
                                                utils::IteratorType::parallel,
                                                utils::IteratorType::reduction};
  return linalg::GenericOp::create(
             builder, loc, sum.getType(), ValueRange{lhs, rhs}, sum,
             {map(m, k, transposeLhs), map(k, n, transposeRhs),
              map(m, n, false)},
             iterators,
             [](OpBuilder &inner, Location at, ValueRange values) {
               Value product =
                   arith::MulFOp::create(inner, at, values[0], values[1]);
               Value next =
                   arith::AddFOp::create(inner, at, values[2], product);
               linalg::YieldOp::create(inner, at, next);
             })
      .getResult(0);
}

Value AttentionBlocks::generic(ValueRange inputs, Value out, unsigned loops,
                               ScalarBody body) {
  MLIRContext *context = builder.getContext();
  SmallVector<AffineMap> maps;
  auto addMap = [&](Value value) {
    maps.push_back(AffineMap::getMultiDimIdentityMap(loops, context)
                       .getMajorSubMap(typeOf(value).getRank()));
  };
  for (Value input : inputs)
    addMap(input);
  addMap(out);
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::parallel);
  if (typeOf(out).getRank() < loops)
    iterators.back() = utils::IteratorType::reduction;
  return linalg::GenericOp::create(
             builder, loc, out.getType(), inputs, out, maps, iterators,
             [&](OpBuilder &inner, Location at, ValueRange values) {
               linalg::YieldOp::create(inner, at, body(inner, values));
             })
      .getResult(0);
}

Value AttentionBlocks::byRow(ValueRange inputs, Value out, ScalarBody body) {
  return generic(inputs, out, 2, body);
}

Value AttentionBlocks::overRows(ValueRange inputs, Value out, ScalarBody body) {
  return generic(inputs, out, 1, body);
}

Value AttentionBlocks::masked(OpBuilder &inner, const AttentionBlock &block,
                              Value value, float otherwise) {
  if (!causal)
    return value;
  // The last key that the row sees is the same for the whole row.
  Value last = linalg::IndexOp::create(inner, loc, 0);
  if (block.rowStride)
    last = arith::MulIOp::create(inner, loc, last, block.rowStride);
  last = arith::AddIOp::create(inner, loc, last, block.position);
  if (block.keyStride)
    last = arith::DivUIOp::create(inner, loc, last, block.keyStride);
  Value column = linalg::IndexOp::create(inner, loc, 1);
  Value seen = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::sle,
                                     column, last);
  return arith::SelectOp::create(inner, loc, seen, value,
                                 constant(inner, otherwise));
}
