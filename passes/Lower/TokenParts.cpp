//===- TokenParts.cpp - The tokens of a batch in equal parts --------------===//

#include "TokenParts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

using arith::CmpIPredicate;

TokenParts::TokenParts(OpBuilder &builder, Location loc, Value tokens,
                       Value offsets, bool reverse, int64_t count)
    : builder(builder), loc(loc), tokens(tokens), offsets(offsets),
      reverse(reverse), count(count), loops(builder, loc, offsets, reverse) {
  Value total = tensor::DimOp::create(builder, loc, tokens, index(0));
  for (int64_t part = 0; part <= count; ++part) {
    Value scaled = arith::MulIOp::create(builder, loc, total, index(part));
    bounds.push_back(
        arith::DivUIOp::create(builder, loc, scaled, index(count)));
    bounds32.push_back(arith::IndexCastOp::create(
        builder, loc, builder.getI32Type(), bounds.back()));
  }
}

Value TokenParts::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

static Value compare(OpBuilder &builder, Location loc, CmpIPredicate predicate,
                     Value lhs, Value rhs) {
  return arith::CmpIOp::create(builder, loc, predicate, lhs, rhs);
}

//===----------------------------------------------------------------------===//
// Reading the offsets
//===----------------------------------------------------------------------===//

Value TokenParts::reduceOffsets(Value start,
                                function_ref<Value(OpBuilder &, Value)> element,
                                bool maximum) {
  auto scalar = RankedTensorType::get({}, builder.getI32Type());
  Value init = tensor::FromElementsOp::create(builder, loc, scalar, start);
  AffineMap all = builder.getMultiDimIdentityMap(1);
  AffineMap none = AffineMap::get(1, 0, builder.getContext());
  auto reduced = linalg::GenericOp::create(
      builder, loc, TypeRange(scalar), ValueRange(offsets), ValueRange(init),
      {all, none}, {utils::IteratorType::reduction},
      [&](OpBuilder &inner, Location at, ValueRange values) {
        Value next = element(inner, values[0]);
        if (maximum)
          next = arith::MaxSIOp::create(inner, at, values[1], next);
        else
          next = arith::MinSIOp::create(inner, at, values[1], next);
        linalg::YieldOp::create(inner, at, next);
      });
  return tensor::ExtractOp::create(builder, loc, reduced.getResult(0),
                                   ValueRange());
}

Value TokenParts::anyOffset(function_ref<Value(OpBuilder &, Value)> holds) {
  Value zero = arith::ConstantIntOp::create(builder, loc, 0, 32);
  Value found = reduceOffsets(
      zero,
      [&](OpBuilder &inner, Value offset) -> Value {
        return arith::ExtUIOp::create(inner, loc, inner.getI32Type(),
                                      holds(inner, offset));
      },
      /*maximum=*/true);
  return compare(builder, loc, CmpIPredicate::ne, found, zero);
}

Value TokenParts::lastToken(int64_t part) {
  if (reverse)
    return begin(part);
  return arith::SubIOp::create(builder, loc, end(part), index(1));
}

Value TokenParts::sliceIf(Value condition, Value tensor, Value token,
                          Value otherwise) {
  // A loop of one iteration or none, since where the condition does not hold
  // there may be no such token.
  Value once = arith::IndexCastUIOp::create(builder, loc,
                                            builder.getIndexType(), condition);
  Value space =
      loops.copyInto(otherwise, loops.workspace(sliceType(tensor.getType())));
  auto loop = scf::ForOp::create(builder, loc, index(0), once, index(1), space);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value row = loops.slice(tensor, token);
  scf::YieldOp::create(builder, loc,
                       loops.copyInto(row, loop.getRegionIterArg(0)));
  return loop.getResult(0);
}

Value TokenParts::isEmpty(int64_t part) {
  return compare(builder, loc, CmpIPredicate::eq, begin(part), end(part));
}

Value TokenParts::continues(int64_t part) {
  // Some offset is before the bound, one behind it, and none at it.
  Value bound = bounds32[reverse ? place(part) + 1 : place(part)];
  auto any = [&](CmpIPredicate predicate) {
    return anyOffset([&](OpBuilder &inner, Value offset) {
      return compare(inner, loc, predicate, offset, bound);
    });
  };
  Value around = arith::AndIOp::create(builder, loc, any(CmpIPredicate::slt),
                                       any(CmpIPredicate::sgt));
  Value none =
      arith::XOrIOp::create(builder, loc, any(CmpIPredicate::eq),
                            arith::ConstantIntOp::create(builder, loc, 1, 1));
  return arith::AndIOp::create(builder, loc, around, none);
}

Value TokenParts::isInside(int64_t part) {
  Value from = bounds32[place(part)], to = bounds32[place(part) + 1];
  Value cut = anyOffset([&](OpBuilder &inner, Value offset) -> Value {
    return arith::AndIOp::create(
        inner, loc, compare(inner, loc, CmpIPredicate::sge, offset, from),
        compare(inner, loc, CmpIPredicate::sle, offset, to));
  });
  Value whole = arith::XOrIOp::create(
      builder, loc, cut, arith::ConstantIntOp::create(builder, loc, 1, 1));
  return arith::AndIOp::create(builder, loc, whole, continues(part));
}

std::pair<Value, Value> TokenParts::continued(int64_t part) {
  Value from32 = bounds32[place(part)], to32 = bounds32[place(part) + 1];
  Value far = reduceOffsets(
      reverse ? from32 : to32,
      [&](OpBuilder &inner, Value offset) -> Value {
        Value behind = compare(
            inner, loc, reverse ? CmpIPredicate::slt : CmpIPredicate::sgt,
            offset, reverse ? to32 : from32);
        return arith::SelectOp::create(inner, loc, behind, offset,
                                       reverse ? from32 : to32);
      },
      /*maximum=*/reverse);
  Value limit =
      arith::IndexCastOp::create(builder, loc, builder.getIndexType(), far);
  Value goesOn = continues(part);
  Value from = begin(part), to = end(part);
  if (reverse)
    from = arith::SelectOp::create(builder, loc, goesOn, limit, to);
  else
    to = arith::SelectOp::create(builder, loc, goesOn, limit, from);
  return {from, to};
}

//===----------------------------------------------------------------------===//
// Offsets of parts
//===----------------------------------------------------------------------===//

Value TokenParts::mapOffsets(
    function_ref<Value(OpBuilder &, int64_t, Value)> element) {
  Value each = tensor::DimOp::create(builder, loc, offsets, index(0));
  Value total = arith::MulIOp::create(builder, loc, each, index(count));
  Type type = builder.getI32Type();
  OpFoldResult one = builder.getIndexAttr(1);
  Value joined = tensor::EmptyOp::create(builder, loc,
                                         ArrayRef<OpFoldResult>{total}, type);
  AffineMap all = builder.getMultiDimIdentityMap(1);
  for (int64_t position = 0; position < count; ++position) {
    Value empty = tensor::EmptyOp::create(builder, loc,
                                          ArrayRef<OpFoldResult>{each}, type);
    Value mapped =
        linalg::GenericOp::create(
            builder, loc, empty.getType(), ValueRange(offsets),
            ValueRange(empty), {all, all}, {utils::IteratorType::parallel},
            [&](OpBuilder &inner, Location at, ValueRange values) {
              linalg::YieldOp::create(inner, at,
                                      element(inner, position, values[0]));
            })
            .getResult(0);
    Value start = arith::MulIOp::create(builder, loc, each, index(position));
    joined = tensor::InsertSliceOp::create(
        builder, loc, mapped, joined, ArrayRef<OpFoldResult>{start},
        ArrayRef<OpFoldResult>{each}, ArrayRef<OpFoldResult>{one});
  }
  return joined;
}

Value TokenParts::localOffsets() {
  return mapOffsets([&](OpBuilder &inner, int64_t position, Value offset) {
    Value raised =
        arith::MaxSIOp::create(inner, loc, offset, bounds32[position]);
    return arith::MinSIOp::create(inner, loc, raised, bounds32[position + 1])
        .getResult();
  });
}

Value TokenParts::haloOffsets() {
  return mapOffsets([&](OpBuilder &inner, int64_t position, Value offset) {
    Value from = bounds32[position], to = bounds32[position + 1];
    Value raised = arith::MaxSIOp::create(inner, loc, offset, from);
    Value inPart = arith::MinSIOp::create(inner, loc, raised, to);
    // The slots before token t of the part: p halos, and its own where that is
    // in front.
    Value halos = arith::ConstantIntOp::create(
        inner, loc, position + (reverse ? 0 : 1), 32);
    Value slot = arith::AddIOp::create(inner, loc, inPart, halos);
    Value one = arith::ConstantIntOp::create(inner, loc, 1, 32);
    Value beyond =
        compare(inner, loc, reverse ? CmpIPredicate::sgt : CmpIPredicate::slt,
                offset, reverse ? to : from);
    Value wider;
    if (reverse)
      wider = arith::AddIOp::create(inner, loc, slot, one);
    else
      wider = arith::SubIOp::create(inner, loc, slot, one);
    return arith::SelectOp::create(inner, loc, beyond, wider, slot).getResult();
  });
}

//===----------------------------------------------------------------------===//
// Tensors with halos
//===----------------------------------------------------------------------===//

Value TokenParts::haloToken(int64_t part, Value token) {
  return arith::AddIOp::create(builder, loc, token,
                               index(place(part) + (reverse ? 0 : 1)));
}

Value TokenParts::halo(int64_t part) {
  return arith::AddIOp::create(builder, loc, reverse ? end(part) : begin(part),
                               index(place(part)));
}

/// Rows `from`, ..., `from + rows - 1` of `source` in `into`, from row `to` on.
static Value copyRows(OpBuilder &builder, Location loc, Value source,
                      Value from, Value rows, Value into, Value to) {
  auto type = cast<RankedTensorType>(source.getType());
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<OpFoldResult> offsets(type.getRank(), zero), sizes,
      strides(type.getRank(), one);
  sizes.push_back(rows);
  for (int64_t extent : sliceType(type).getShape())
    sizes.push_back(builder.getIndexAttr(extent));
  offsets[0] = from;
  Value part = tensor::ExtractSliceOp::create(builder, loc, source, offsets,
                                              sizes, strides);
  offsets[0] = to;
  return tensor::InsertSliceOp::create(builder, loc, part, into, offsets, sizes,
                                       strides);
}

Value TokenParts::rows(int64_t part) {
  return arith::SubIOp::create(builder, loc, end(part), begin(part));
}

Value TokenParts::withHalos(Value tensor, bool zeroHalos) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Value total = tensor::DimOp::create(builder, loc, tensor, index(0));
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, tensor);
  sizes[0] =
      arith::AddIOp::create(builder, loc, total, index(count)).getResult();
  Value extended =
      tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  RankedTensorType slice = sliceType(type);
  for (int64_t part = 0; part < count; ++part) {
    extended = copyRows(builder, loc, tensor, begin(part), rows(part), extended,
                        haloToken(part, begin(part)));
    Value row = loops.zero(tensor::EmptyOp::create(
        builder, loc, slice.getShape(), slice.getElementType()));
    if (!zeroHalos && part > 0)
      row = sliceIf(continues(part), tensor, lastToken(part - 1), row);
    extended = loops.insert(row, extended, halo(part));
  }
  return extended;
}

Value TokenParts::withoutHalos(Value extended, Value into) {
  for (int64_t part = 0; part < count; ++part)
    into = copyRows(builder, loc, extended, haloToken(part, begin(part)),
                    rows(part), into, begin(part));
  return into;
}
