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

/// An extent in terms of the tokens, which what was attended to tells.
Value SegmentCutter::extent(Segment &segment, const SizeExpr &expr,
                            Location loc) {
  OpBuilder &builder = segment.builder;
  Value sum;
  for (const SizeExpr::Term &term : expr.terms) {
    Value product =
        arith::ConstantIndexOp::create(builder, loc, term.coefficient);
    for (unsigned power = 0; power < term.power[0]; ++power) {
      Value tokens = tensor::DimOp::create(builder, loc,
                                           segment.function.getArgument(0), 0);
      product =
          product && term.coefficient == 1 && power == 0
              ? tokens
              : Value(arith::MulIOp::create(builder, loc, product, tokens));
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

void SegmentCutter::setAttends(Segment &segment) {
  AttentionOp attention = attentions[segment.index - 1];
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
          outer, index ? attentions[index - 1].getLoc() : stage.getLoc(),
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

  if (index > 0) {
    Value output = attentions[index - 1].getOutput();
    addArgument(segment, output, OperandAttr::get(context, Slot::Attended, 0),
                shapeAttrOf(output));
    setAttends(segment);
  }
  constexpr unsigned numAttentionInputs = 3;
  for (auto [position, value] : llvm::enumerate(carried[index]))
    addArgument(
        segment, value,
        OperandAttr::get(context, Slot::Input, numAttentionInputs + position),
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
        !isa<AttentionOp>(op))
      copy(segment, &op);

  SmallVector<Value> results;
  if (isLast) {
    results = llvm::to_vector(body.getTerminator()->getOperands());
  } else {
    AttentionOp next = attentions[index];
    results = {next.getQuery(), next.getKey(), next.getValue()};
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
          << result.getType()
          << " is read after an attention, and its extents are no sums of "
             "multiples of the tokens";
      diagnostic.attachNote(attentions[index].getLoc())
          << "the attention is here";
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
