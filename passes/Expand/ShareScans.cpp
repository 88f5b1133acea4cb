//===- ShareScans.cpp - Scans over the tokens of several ranks ------------===//

#include "ShareScans.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hocket;

ScanSharer::ScanSharer(func::FuncOp stage, int64_t degree)
    : stage(stage), degree(degree), builder(stage.getContext()),
      loc(stage.getLoc()) {}

static int64_t elementsOf(RankedTensorType slice) {
  return slice.getNumElements();
}

//===----------------------------------------------------------------------===//
// Tensors of sequences
//===----------------------------------------------------------------------===//

RankedTensorType ScanSharer::typeOf(OpFoldResult first,
                                    ArrayRef<int64_t> others) {
  SmallVector<int64_t> shape = {
      getConstantIntValue(first).value_or(ShapedType::kDynamic)};
  llvm::append_range(shape, others);
  return RankedTensorType::get(shape, builder.getF32Type());
}

OpFoldResult ScanSharer::sequences(Value offsets) {
  OpFoldResult bounds = tensor::getMixedSize(builder, loc, offsets, 0);
  if (std::optional<int64_t> count = getConstantIntValue(bounds))
    return builder.getIndexAttr(*count - 1);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  return arith::SubIOp::create(builder, loc, cast<Value>(bounds), one)
      .getResult();
}

/// A generic without reductions over `out`.
static Value
overElements(OpBuilder &builder, Location loc, ValueRange inputs,
             ArrayRef<AffineMap> inputMaps, Value out,
             function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto type = cast<RankedTensorType>(out.getType());
  SmallVector<AffineMap> maps(inputMaps);
  maps.push_back(builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, loc, TypeRange(type), inputs, ValueRange(out), maps,
             iterators,
             [&](OpBuilder &inner, Location at, ValueRange arguments) {
               linalg::YieldOp::create(inner, at, body(inner, at, arguments));
             })
      .getResult(0);
}

static Value isSet(OpBuilder &builder, Location loc, Value flag) {
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getZeroAttr(flag.getType()));
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::ONE, flag,
                               zero);
}

Value ScanSharer::presence(Value offsets) {
  Value out = tensor::EmptyOp::create(
      builder, loc, {sequences(offsets), builder.getIndexAttr(1)},
      builder.getF32Type());
  return overElements(
      builder, loc, {}, {}, out,
      [&](OpBuilder &inner, Location at, ValueRange) -> Value {
        Value sequence = linalg::IndexOp::create(inner, at, 0);
        Value one = arith::ConstantIndexOp::create(inner, at, 1);
        Value next = arith::AddIOp::create(inner, at, sequence, one);
        Value begin = tensor::ExtractOp::create(inner, at, offsets, sequence);
        Value end = tensor::ExtractOp::create(inner, at, offsets, next);
        Value isThere = arith::CmpIOp::create(
            inner, at, arith::CmpIPredicate::sgt, end, begin);
        return arith::UIToFPOp::create(inner, at, inner.getF32Type(), isThere);
      });
}

Value ScanSharer::takeEnd(Value tokens, Value offsets, bool last) {
  RankedTensorType type =
      typeOf(sequences(offsets), sliceType(tokens.getType()).getShape());
  return TakeEndOp::create(builder, loc, type, tokens, offsets, last);
}

/// [N, ...] as [N, W].
static Value flatten(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() == 2)
    return value;
  auto flat = RankedTensorType::get(
      {type.getDimSize(0), elementsOf(sliceType(type))}, type.getElementType());
  if (type.getRank() == 1)
    return tensor::ExpandShapeOp::create(
        builder, loc, flat, value, {{0, 1}},
        {tensor::getMixedSize(builder, loc, value, 0),
         builder.getIndexAttr(1)});
  SmallVector<ReassociationIndices> groups = {{0}, {}};
  for (int64_t dim = 1; dim < type.getRank(); ++dim)
    groups[1].push_back(dim);
  return tensor::CollapseShapeOp::create(builder, loc, flat, value, groups);
}

Value ScanSharer::columns(Value rows, int64_t first, RankedTensorType slice) {
  OpFoldResult count = tensor::getMixedSize(builder, loc, rows, 0);
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  int64_t width = elementsOf(slice);
  Value flat = tensor::ExtractSliceOp::create(
      builder, loc, typeOf(count, width), rows,
      ArrayRef<OpFoldResult>{zero, builder.getIndexAttr(first)},
      ArrayRef<OpFoldResult>{count, builder.getIndexAttr(width)},
      ArrayRef<OpFoldResult>{one, one});
  if (slice.getRank() == 1)
    return flat;
  RankedTensorType type = typeOf(count, slice.getShape());
  if (slice.getRank() == 0)
    return tensor::CollapseShapeOp::create(
        builder, loc, type, flat, SmallVector<ReassociationIndices>{{0, 1}});
  SmallVector<ReassociationIndices> groups = {{0}, {}};
  SmallVector<OpFoldResult> sizes = {count};
  for (int64_t dim = 0; dim < slice.getRank(); ++dim) {
    groups[1].push_back(dim + 1);
    sizes.push_back(builder.getIndexAttr(slice.getDimSize(dim)));
  }
  return tensor::ExpandShapeOp::create(builder, loc, type, flat, groups, sizes);
}

Value ScanSharer::flagsOf(Value rows) {
  int64_t width = cast<RankedTensorType>(rows.getType()).getDimSize(1);
  return columns(rows, width - 1,
                 RankedTensorType::get({}, builder.getF32Type()));
}

//===----------------------------------------------------------------------===//
// Rows of ranks
//===----------------------------------------------------------------------===//

Value ScanSharer::pack(ValueRange slices, Value presence) {
  Values parts;
  for (Value slice : slices)
    parts.push_back(flatten(builder, loc, slice));
  parts.push_back(presence);
  return tensor::ConcatOp::create(builder, loc, 1, parts);
}

ScanSharer::Values ScanSharer::rowsBefore(Value row, bool reverse) {
  SmallVector<Type> types(degree - 1, row.getType());
  auto op = RowsBeforeOp::create(builder, loc, types, row, reverse);
  return llvm::to_vector_of<Value>(op.getRows());
}

Value ScanSharer::stack(ValueRange rows) {
  auto type = cast<RankedTensorType>(rows.front().getType());
  OpFoldResult count = tensor::getMixedSize(builder, loc, rows.front(), 0);
  int64_t width = type.getDimSize(1);
  Values expanded;
  for (Value row : rows)
    expanded.push_back(tensor::ExpandShapeOp::create(
        builder, loc, typeOf(count, {1, width}), row,
        SmallVector<ReassociationIndices>{{0, 1}, {2}},
        {count, builder.getIndexAttr(1), builder.getIndexAttr(width)}));
  Value all = tensor::ConcatOp::create(builder, loc, 1, expanded);
  return tensor::CollapseShapeOp::create(
      builder, loc, all, SmallVector<ReassociationIndices>{{0, 1}, {2}});
}

Value ScanSharer::rowOffsets(ValueRange rows, Value offsets) {
  OpFoldResult count = sequences(offsets);
  Values flags;
  for (Value row : rows)
    flags.push_back(flagsOf(row));
  AffineMap ofSequence = builder.getMultiDimIdentityMap(2).getMajorSubMap(1);
  SmallVector<AffineMap> maps(flags.size(), ofSequence);
  Type type = builder.getI32Type();
  Value out = tensor::EmptyOp::create(
      builder, loc, {count, builder.getIndexAttr(degree)}, type);
  auto offsetOf = [&](OpBuilder &inner, Location at, Value sequence) {
    Value ranks = arith::ConstantIndexOp::create(inner, at, degree);
    return arith::MulIOp::create(inner, at, sequence, ranks);
  };
  Value begins = overElements(
      builder, loc, flags, maps, out,
      [&](OpBuilder &inner, Location at, ValueRange arguments) -> Value {
        Value sequence = linalg::IndexOp::create(inner, at, 0);
        Value rank = linalg::IndexOp::create(inner, at, 1);
        Value anyBefore = arith::ConstantIntOp::create(inner, at, 0, 1);
        for (auto [number, flag] :
             llvm::enumerate(arguments.take_front(flags.size()))) {
          Value own = arith::ConstantIndexOp::create(inner, at, number);
          Value isBefore = arith::CmpIOp::create(
              inner, at, arith::CmpIPredicate::slt, own, rank);
          isBefore = arith::AndIOp::create(inner, at, isBefore,
                                           isSet(inner, at, flag));
          anyBefore = arith::OrIOp::create(inner, at, anyBefore, isBefore);
        }
        Value one = arith::ConstantIndexOp::create(inner, at, 1);
        Value next = arith::AddIOp::create(inner, at, sequence, one);
        Value own = arith::AddIOp::create(inner, at,
                                          offsetOf(inner, at, sequence), rank);
        Value begin = arith::SelectOp::create(inner, at, anyBefore,
                                              offsetOf(inner, at, next), own);
        return arith::IndexCastOp::create(inner, at, inner.getI32Type(), begin);
      });
  Value flat = tensor::CollapseShapeOp::create(
      builder, loc, begins, SmallVector<ReassociationIndices>{{0, 1}});
  Value end = overElements(
      builder, loc, {}, {},
      tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{1}, type),
      [&](OpBuilder &inner, Location at, ValueRange) -> Value {
        Value all = getValueOrCreateConstantIndexOp(inner, at, count);
        return arith::IndexCastOp::create(inner, at, inner.getI32Type(),
                                          offsetOf(inner, at, all));
      });
  return tensor::ConcatOp::create(builder, loc, 0, ValueRange{flat, end});
}

Value ScanSharer::orIdentity(Value value, Value rows, Attribute identity) {
  auto type = cast<RankedTensorType>(value.getType());
  Value flags = flagsOf(rows);
  Value neutral = materializeIdentity(builder, loc, identity, sliceType(type));
  AffineMap all = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap ofSlice = all.dropResult(0);
  Value out = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, value),
      type.getElementType());
  return overElements(
      builder, loc, {value, flags, neutral},
      {all, all.getMajorSubMap(1), ofSlice}, out,
      [](OpBuilder &inner, Location at, ValueRange arguments) -> Value {
        return arith::SelectOp::create(inner, at,
                                       isSet(inner, at, arguments[1]),
                                       arguments[0], arguments[2]);
      });
}

Value ScanSharer::tokenOf(Value scanned, int64_t position) {
  auto type = cast<RankedTensorType>(scanned.getType());
  SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, scanned);
  offsets[1] = builder.getIndexAttr(position);
  sizes[1] = builder.getIndexAttr(1);
  return tensor::ExtractSliceOp::create(
      builder, loc, typeOf(sizes[0], type.getShape().drop_front(2)), scanned,
      offsets, sizes, strides);
}

Value ScanSharer::lastPresent(ValueRange rows, ValueRange slices) {
  auto type = cast<RankedTensorType>(slices.front().getType());
  AffineMap all = builder.getMultiDimIdentityMap(type.getRank());
  Values inputs(slices);
  SmallVector<AffineMap> maps(slices.size(), all);
  for (Value row : rows) {
    inputs.push_back(flagsOf(row));
    maps.push_back(all.getMajorSubMap(1));
  }
  Value out = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, slices.front()),
      type.getElementType());
  return overElements(
      builder, loc, inputs, maps, out,
      [&](OpBuilder &inner, Location at, ValueRange arguments) -> Value {
        Value chosen = arith::ConstantOp::create(
            inner, at, inner.getZeroAttr(type.getElementType()));
        for (size_t k = 0; k < rows.size(); ++k)
          // One slice may stand for all rows.
          chosen = arith::SelectOp::create(
              inner, at, isSet(inner, at, arguments[slices.size() + k]),
              arguments[std::min(k, slices.size() - 1)], chosen);
        return chosen;
      });
}

//===----------------------------------------------------------------------===//
// Scans and shifts
//===----------------------------------------------------------------------===//

LogicalResult ScanSharer::check(Operation *op, ValueRange inputs,
                                Value offsets) {
  if (op->getBlock() != &stage.getBody().front()) {
    InFlightDiagnostic diagnostic = op->emitOpError(
        "is inside of another operation, where its stage cannot be cut; ranks "
        "share the scans of a stage's own code only");
    diagnostic.attachNote(op->getParentOp()->getLoc())
        << "the operation around it is here";
    return diagnostic;
  }
  for (Value input : inputs) {
    auto type = cast<RankedTensorType>(input.getType());
    if (type.getElementType().isF32())
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError("combines elements of type ")
        << type.getElementType() << "; ranks share scans of f32 only";
    diagnostic.attachNote(input.getLoc()) << "they come from here";
    return diagnostic;
  }
  Value source = offsets;
  while (auto cast = source.getDefiningOp<tensor::CastOp>())
    source = cast.getSource();
  auto argument = dyn_cast<BlockArgument>(source);
  auto binding = argument ? stage.getArgAttrOfType<OperandAttr>(
                                argument.getArgNumber(), kOperandAttr)
                          : OperandAttr();
  if (binding && binding.getSlot() == Slot::Batch)
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError(
      "has offsets that are computed; ranks that share sequences know those of "
      "the batch only");
  diagnostic.attachNote(offsets.getLoc()) << "they come from here";
  return diagnostic;
}

void ScanSharer::share(ScanOp op) {
  builder.setInsertionPoint(op);
  loc = op.getLoc();
  Value offsets = op.getOffsets();
  bool reverse = op.getReverse();
  auto scan = [&](ValueRange inputs, Value ofScan, bool isReverse) -> Values {
    auto made = ScanOp::create(builder, loc, inputs.getTypes(), inputs, ofScan,
                               op.getIdentity(),
                               isReverse ? builder.getUnitAttr() : UnitAttr());
    IRMapping mapping;
    op.getCombine().cloneInto(&made.getCombine(), mapping);
    return llvm::to_vector_of<Value>(made.getResults());
  };
  Value isThere = presence(offsets);
  Values summaries, firsts;
  for (Value result : scan(op.getInputs(), offsets, reverse))
    summaries.push_back(takeEnd(result, offsets, /*last=*/!reverse));
  Values rows = rowsBefore(pack(summaries, isThere), reverse);
  Values before = rows;
  for (Value input : op.getInputs())
    firsts.push_back(takeEnd(input, offsets, /*last=*/reverse));
  rows.push_back(pack(firsts, isThere));
  Value stacked = stack(rows);

  Values elements;
  int64_t column = 0;
  for (auto [input, identity] : llvm::zip(op.getInputs(), op.getIdentity())) {
    RankedTensorType slice = sliceType(input.getType());
    elements.push_back(
        orIdentity(columns(stacked, column, slice), stacked, identity));
    column += elementsOf(slice);
  }
  // The first token is not combined: what only others read of it stays.
  llvm::SmallBitVector used(op.getNumResults());
  for (OpResult result : op.getResults())
    used[result.getResultNumber()] = !result.use_empty();
  used = closeOverCombine(op.getCombine().front(), used, Tuples::First);
  OpFoldResult count = sequences(offsets);
  Values scanned, started;
  for (auto [result, input] :
       llvm::zip(scan(elements, rowOffsets(before, offsets), false),
                 op.getInputs())) {
    SmallVector<int64_t> others = {degree};
    llvm::append_range(others, sliceType(input.getType()).getShape());
    RankedTensorType type = typeOf(count, others);
    SmallVector<ReassociationIndices> groups = {{0, 1}};
    SmallVector<OpFoldResult> sizes = {count};
    for (auto [dim, extent] : llvm::enumerate(others)) {
      sizes.push_back(builder.getIndexAttr(extent));
      if (dim > 0)
        groups.push_back({int64_t(dim) + 1});
    }
    scanned.push_back(tensor::ExpandShapeOp::create(builder, loc, type, result,
                                                    groups, sizes));
    if (!used.test(started.size())) {
      started.push_back(input);
      continue;
    }
    Value first = tokenOf(scanned.back(), degree - 1);
    started.push_back(PutEndOp::create(builder, loc, input.getType(), first,
                                       input, offsets, /*last=*/reverse));
  }
  Values results = scan(started, offsets, reverse);
  for (auto [result, ofRows] : llvm::zip(results, scanned))
    rowScanOf[result] = {offsets, reverse, before, ofRows};
  op->replaceAllUsesWith(results);
  op->erase();
}

void ScanSharer::share(ShiftOp op) {
  builder.setInsertionPoint(op);
  loc = op.getLoc();
  Value offsets = op.getOffsets(), input = op.getInput();
  bool reverse = op.getReverse();
  Value first;
  auto known = rowScanOf.find(input);
  if (known != rowScanOf.end() && known->second.offsets == offsets &&
      known->second.reverse == reverse) {
    // What was combined before the rank's tokens is what is shifted in.
    first = lastPresent(known->second.rows,
                        tokenOf(known->second.scanned, degree - 2));
  } else {
    Values rows = rowsBefore(
        pack(takeEnd(input, offsets, /*last=*/!reverse), presence(offsets)),
        reverse);
    Values slices;
    for (Value row : rows)
      slices.push_back(columns(row, 0, sliceType(input.getType())));
    first = lastPresent(rows, slices);
  }
  Value moved =
      ShiftOp::create(builder, loc, input.getType(), input, offsets, reverse);
  Value shifted = PutEndOp::create(builder, loc, input.getType(), first, moved,
                                   offsets, /*last=*/reverse);
  op->replaceAllUsesWith(ValueRange(shifted));
  op->erase();
}

LogicalResult ScanSharer::run() {
  SmallVector<Operation *> ops;
  WalkResult walked = stage.walk([&](Operation *op) {
    LogicalResult checked = success();
    if (auto scan = dyn_cast<ScanOp>(op))
      checked = check(op, scan.getInputs(), scan.getOffsets());
    else if (auto shift = dyn_cast<ShiftOp>(op))
      checked = check(op, shift.getInput(), shift.getOffsets());
    else
      return WalkResult::advance();
    ops.push_back(op);
    return failed(checked) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  for (Operation *op : ops)
    if (auto scan = dyn_cast<ScanOp>(op))
      share(scan);
    else
      share(cast<ShiftOp>(op));
  return success();
}
