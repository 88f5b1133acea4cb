//===- SegmentFunctions.cpp - The functions of segments -------------------===//

#include "SegmentCutter.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

AffineMapAttr SegmentCutter::shapeAttrOf(Value value) {
  if (cast<RankedTensorType>(value.getType()).hasStaticShape())
    return {};
  FailureOr<SymbolicShape> shape = shapes.shapeOf(value);
  if (failed(shape))
    return {};
  FailureOr<AffineMap> map = toAffineMap(*shape, stage.getContext());
  return succeeded(map) ? AffineMapAttr::get(*map) : AffineMapAttr();
}

void SegmentCutter::addArgument(Segment &segment, Value value,
                                OperandAttr binding, AffineMapAttr shape) {
  NamedAttrList attrs;
  attrs.set(kOperandAttr, binding);
  if (shape)
    attrs.set(kShapeAttr, shape);
  unsigned number = segment.function.getNumArguments();
  (void)segment.function.insertArgument(number, value.getType(),
                                        attrs.getDictionary(stage.getContext()),
                                        value.getLoc());
  segment.mapping.map(value, segment.function.getArgument(number));
}

/// The tokens or the bounds of sequences, which an argument tells: what was
/// given by other segments rather than a batch input, which comes after.
Value SegmentCutter::symbol(Segment &segment, unsigned index, Location loc) {
  for (BlockArgument argument : segment.function.getArguments()) {
    auto map = segment.function.getArgAttrOfType<AffineMapAttr>(
        argument.getArgNumber(), kShapeAttr);
    FailureOr<SymbolicShape> shape =
        map ? fromAffineMap(map.getValue()) : FailureOr<SymbolicShape>();
    if (failed(shape))
      continue;
    for (auto [dim, size] : llvm::enumerate(*shape))
      if (size == SizeExpr::symbol(index))
        return tensor::DimOp::create(segment.builder, loc, argument, dim);
  }
  llvm_unreachable("a stage that computes extents is given them");
}

/// An extent in terms of the tokens and the sequences.
Value SegmentCutter::extent(Segment &segment, const SizeExpr &expr,
                            Location loc) {
  OpBuilder &builder = segment.builder;
  Value sum;
  for (const SizeExpr::Term &term : expr.terms) {
    Value product;
    for (unsigned index = 0; index < kNumSymbols; ++index)
      for (unsigned power = 0; power < term.power[index]; ++power) {
        Value factor = symbol(segment, index, loc);
        product =
            product
                ? Value(arith::MulIOp::create(builder, loc, product, factor))
                : factor;
      }
    if (!product || term.coefficient != 1) {
      Value factor =
          arith::ConstantIndexOp::create(builder, loc, term.coefficient);
      product =
          product ? Value(arith::MulIOp::create(builder, loc, factor, product))
                  : factor;
    }
    sum = sum ? Value(arith::AddIOp::create(builder, loc, sum, product))
              : product;
  }
  return sum ? sum : Value(arith::ConstantIndexOp::create(builder, loc, 0));
}

void SegmentCutter::copy(Segment &segment, Operation *op) {
  for (Value value : readBy(op))
    materialize(segment, value);
  segment.builder.clone(*op, segment.mapping);
}

/// The value in the segment: there already, or cheap.
Value SegmentCutter::materialize(Segment &segment, Value value) {
  if (Value there = segment.mapping.lookupOrNull(value))
    return there;
  Operation *op = value.getDefiningOp();
  if (segment.index > 0 && isExtent(op)) {
    Value size = extent(segment, *shapes.valueOf(value), op->getLoc());
    segment.mapping.map(value, size);
    return size;
  }
  copy(segment, op);
  return segment.mapping.lookup(value);
}

void SegmentCutter::setGathers(Segment &segment, RowsBeforeOp rows) {
  Builder &builder = segment.builder;
  NamedAttrList gathers;
  gathers.set("row", builder.getI64IntegerAttr(0));
  gathers.set("slots", builder.getI64IntegerAttr(rows->getNumResults()));
  gathers.set("reverse", builder.getBoolAttr(rows.getReverse()));
  segment.function->setAttr(kGathersAttr,
                            gathers.getDictionary(stage.getContext()));
}

void SegmentCutter::setAttends(Segment &segment, AttentionOp attention) {
  Builder &builder = segment.builder;
  auto query = cast<RankedTensorType>(attention.getQuery().getType());
  auto key = cast<RankedTensorType>(attention.getKey().getType());
  NamedAttrList attends;
  auto set = [&](StringRef name, int64_t value) {
    attends.set(name, builder.getI64IntegerAttr(value));
  };
  set("query", 0);
  set("key", 1);
  set("value", 2);
  set("heads", query.getDimSize(1));
  set("key_heads", key.getDimSize(1));
  set("head_size", query.getDimSize(2));
  attends.set("element", TypeAttr::get(query.getElementType()));
  attends.set("scale", attention.getScaleAttr());
  attends.set("causal", builder.getBoolAttr(attention.getCausal()));
  segment.function->setAttr(kAttendsAttr,
                            attends.getDictionary(stage.getContext()));
}

FailureOr<func::FuncOp> SegmentCutter::build(unsigned index, int64_t number) {
  MLIRContext *context = stage.getContext();
  OpBuilder outer(stage);
  bool isLast = index == last();
  Block &body = stage.getBody().front();
  Segment segment{
      index,
      func::FuncOp::create(
          outer, index ? meetings[index - 1]->getLoc() : stage.getLoc(),
          ("stage" + Twine(number)).str(), outer.getFunctionType({}, {})),
      OpBuilder(context),
      {}};
  func::FuncOp function = segment.function;
  function.setPrivate();
  for (NamedAttribute attribute : stage->getDiscardableAttrs())
    function->setAttr(attribute.getName(), attribute.getValue());
  function->setAttr(kStageAttr, outer.getI64IntegerAttr(number));
  Block *entry = function.addEntryBlock();
  segment.builder.setInsertionPointToEnd(entry);

  unsigned numTaken = 0;
  if (index > 0) {
    Operation *meeting = meetings[index - 1];
    numTaken = takenBy(meeting).size();
    for (auto [number, given] : llvm::enumerate(givenBy(meeting)))
      addArgument(segment, given,
                  OperandAttr::get(context, Slot::Attended, number),
                  shapeAttrOf(given));
    if (auto attention = dyn_cast<AttentionOp>(meeting))
      setAttends(segment, attention);
    else
      setGathers(segment, cast<RowsBeforeOp>(meeting));
  }
  for (auto [position, value] : llvm::enumerate(carried[index]))
    addArgument(segment, value,
                OperandAttr::get(context, Slot::Input, numTaken + position),
                shapeAttrOf(value));
  for (BlockArgument argument : body.getArguments())
    if (index == 0 || isAlwaysBound(argument)) {
      unsigned own = argument.getArgNumber();
      addArgument(segment, argument,
                  stage.getArgAttrOfType<OperandAttr>(own, kOperandAttr),
                  stage.getArgAttrOfType<AffineMapAttr>(own, kShapeAttr));
    }

  for (Operation &op : body.without_terminator())
    if (segmentOf.lookup(&op) == index && !cheap.contains(&op) &&
        !isMeeting(&op))
      copy(segment, &op);

  SmallVector<Value> results;
  if (isLast) {
    results = llvm::to_vector(body.getTerminator()->getOperands());
  } else {
    results = takenBy(meetings[index]);
    llvm::append_range(results, carried[index + 1]);
  }
  SmallVector<Value> returned;
  SmallVector<DictionaryAttr> attrs;
  for (auto [position, result] : llvm::enumerate(results)) {
    returned.push_back(materialize(segment, result));
    if (isLast) {
      attrs.push_back(stage.getResultAttrDict(position));
      continue;
    }
    NamedAttrList attr;
    attr.set(kOperandAttr, OperandAttr::get(context, Slot::Output, position));
    AffineMapAttr shape = shapeAttrOf(result);
    if (shape)
      attr.set(kShapeAttr, shape);
    else if (!cast<RankedTensorType>(result.getType()).hasStaticShape()) {
      InFlightDiagnostic diagnostic =
          mlir::emitError(result.getLoc(), "a value of type ")
          << result.getType() << " is read after a "
          << meetings[index]->getName()
          << ", and its extents are no sums of multiples of the tokens and "
             "sequences";
      diagnostic.attachNote(meetings[index]->getLoc())
          << "the operation is here";
      function.erase();
      return diagnostic;
    }
    attrs.push_back(attr.getDictionary(context));
  }
  func::ReturnOp::create(segment.builder, stage.getLoc(), returned);
  function.setType(segment.builder.getFunctionType(
      function.getArgumentTypes(), ValueRange(returned).getTypes()));
  function.setAllResultAttrs(attrs);

  llvm::BitVector unused(function.getNumArguments());
  for (BlockArgument argument : function.getArguments())
    if (argument.use_empty())
      unused.set(argument.getArgNumber());
  (void)function.eraseArguments(unused);
  return function;
}
