//===- SegmentCutter.cpp - Which segment computes what --------------------===//

#include "SegmentCutter.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hocket;

SmallVector<Value> SegmentCutter::readBy(Operation *op) {
  SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values.takeVector();
}

/// An op that copies elements to other places and computes nothing.
static bool isCopy(linalg::LinalgOp op) {
  return llvm::hasSingleElement(op.getBlock()->getOperations());
}

bool SegmentCutter::isExtent(Operation *op) {
  return isa<tensor::DimOp>(op) && succeeded(shapes.valueOf(op->getResult(0)));
}

SegmentCutter::SegmentCutter(func::FuncOp stage)
    : stage(stage), shapes(stage) {}

Slot SegmentCutter::slotOf(BlockArgument argument) {
  return stage
      .getArgAttrOfType<OperandAttr>(argument.getArgNumber(), kOperandAttr)
      .getSlot();
}

bool SegmentCutter::isAlwaysBound(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && slotOf(argument) != Slot::Input;
}

//===----------------------------------------------------------------------===//
// Where to cut
//===----------------------------------------------------------------------===//

LogicalResult SegmentCutter::checkAttention(AttentionOp attention) {
  if (attention->getBlock() != &stage.getBody().front()) {
    InFlightDiagnostic diagnostic = attention.emitOpError(
        "is inside of another operation, where its stage cannot be cut; ranks "
        "share the attentions of a stage's own code only");
    diagnostic.attachNote(attention->getParentOp()->getLoc())
        << "the operation around it is here";
    return diagnostic;
  }
  if (!attention.getLse().use_empty()) {
    InFlightDiagnostic diagnostic = attention.emitOpError(
        "has its second result, the log-sum-exp, read by another operation; "
        "ranks or slices that share sequences keep that to themselves");
    diagnostic.attachNote((*attention.getLse().user_begin())->getLoc())
        << "it is read here";
    return diagnostic;
  }
  for (Value input :
       {attention.getQuery(), attention.getKey(), attention.getValue()}) {
    auto type = cast<RankedTensorType>(input.getType());
    if (!type.isDynamicDim(1) && !type.isDynamicDim(2))
      continue;
    InFlightDiagnostic diagnostic = attention.emitOpError(
        "needs numbers of heads and a head size that are known, so that ranks "
        "can share it");
    diagnostic.attachNote(input.getLoc()) << "of type " << type << " here";
    return diagnostic;
  }
  Value offsets = attention.getOffsets();
  while (auto cast = offsets.getDefiningOp<tensor::CastOp>())
    offsets = cast.getSource();
  if (isAlwaysBound(offsets))
    return success();
  InFlightDiagnostic diagnostic =
      attention.emitOpError("has offsets that are computed; ranks or slices "
                            "that share sequences know those of "
                            "the batch only");
  diagnostic.attachNote(offsets.getLoc()) << "they come from here";
  return diagnostic;
}

SmallVector<Value> SegmentCutter::takenBy(Operation *meeting) {
  if (auto attention = dyn_cast<AttentionOp>(meeting))
    return {attention.getQuery(), attention.getKey(), attention.getValue()};
  return {cast<RowsBeforeOp>(meeting).getRow()};
}

SmallVector<Value> SegmentCutter::givenBy(Operation *meeting) {
  if (auto attention = dyn_cast<AttentionOp>(meeting))
    return {attention.getOutput()};
  return llvm::to_vector_of<Value>(meeting->getResults());
}

LogicalResult SegmentCutter::findMeetings() {
  WalkResult walked = stage.walk([&](Operation *op) {
    if (!isMeeting(op))
      return WalkResult::advance();
    meetings.push_back(op);
    auto attention = dyn_cast<AttentionOp>(op);
    return attention && failed(checkAttention(attention))
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// What is computed where
//===----------------------------------------------------------------------===//

void SegmentCutter::classify(Operation &op) {
  if (isExtent(&op)) {
    ofArguments.insert(&op);
    cheap.insert(&op);
    return;
  }
  if (!isPure(&op) || isMeeting(&op))
    return;
  bool readsParameter = false;
  for (Value value : readBy(&op)) {
    Operation *definition = value.getDefiningOp();
    if (definition ? !ofArguments.contains(definition) : !isAlwaysBound(value))
      return;
    readsParameter |=
        definition ? ofParameters.contains(definition)
                   : slotOf(cast<BlockArgument>(value)) == Slot::Parameter;
  }
  ofArguments.insert(&op);
  if (readsParameter)
    ofParameters.insert(&op);
  // Gradients pass through what is computed of parameters, so that is done once
  // unless nothing but elements are moved about.
  bool isCheap =
      op.hasTrait<OpTrait::ConstantLike>() ||
      isa<tensor::EmptyOp, tensor::CastOp, tensor::ExpandShapeOp,
          tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op) ||
      (OpTrait::hasElementwiseMappableTraits(&op) && !readsParameter);
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    isCheap = linalgOp.getNumLoops() == linalgOp.getNumParallelLoops() &&
              (!readsParameter || isCopy(linalgOp));
  if (isCheap)
    cheap.insert(&op);
}

void SegmentCutter::placeOperations() {
  Block &body = stage.getBody().front();
  unsigned segment = 0;
  for (Operation &op : body) {
    classify(op);
    segmentOf[&op] = segment;
    if (isMeeting(&op))
      ++segment;
  }
  // What depends on arguments alone waits for the first segment that reads it.
  for (Operation &op : llvm::reverse(body)) {
    if (!ofArguments.contains(&op))
      continue;
    unsigned first = last();
    for (Operation *user : op.getUsers())
      if (Operation *own = body.findAncestorOpInBlock(*user))
        first = std::min(first, segmentOf.lookup(own));
    segmentOf[&op] = first;
  }
}

/// The first segment that has `value`.
unsigned SegmentCutter::definedIn(Value value) {
  Operation *definition = value.getDefiningOp();
  if (!definition)
    return 0;
  return segmentOf.lookup(definition) + isMeeting(definition);
}

void SegmentCutter::need(Value value, unsigned segment) {
  if (isAlwaysBound(value))
    return;
  Operation *definition = value.getDefiningOp();
  if (definition && cheap.contains(definition)) {
    if (!isExtent(definition))
      for (Value read : readBy(definition))
        need(read, segment);
    return;
  }
  unsigned &read = lastRead[value];
  read = std::max(read, segment);
}

LogicalResult SegmentCutter::findCarried() {
  Block &body = stage.getBody().front();
  for (Operation &op : body) {
    if (cheap.contains(&op))
      continue;
    // The offsets of an attention are not read any more.
    if (isMeeting(&op)) {
      for (Value taken : takenBy(&op))
        need(taken, segmentOf.lookup(&op));
      continue;
    }
    for (Value value : readBy(&op))
      need(value, segmentOf.lookup(&op));
  }
  carried.resize(last() + 1);
  auto carry = [&](Value value) -> LogicalResult {
    auto found = lastRead.find(value);
    if (found == lastRead.end() || found->second <= definedIn(value))
      return success();
    if (!isa<RankedTensorType>(value.getType())) {
      InFlightDiagnostic diagnostic =
          mlir::emitError(value.getLoc(), "a value of type ")
          << value.getType() << " is computed before a "
          << meetings[definedIn(value)]->getName()
          << " and read after it; ranks or slices that share "
             "sequences keep tensors only";
      diagnostic.attachNote(meetings[definedIn(value)]->getLoc())
          << "the operation is here";
      return diagnostic;
    }
    for (unsigned k = definedIn(value) + 1; k <= found->second; ++k)
      carried[k].push_back(value);
    return success();
  };
  for (BlockArgument argument : body.getArguments())
    if (failed(carry(argument)))
      return failure();
  for (Operation &op : body)
    for (Value result : op.getResults())
      if (failed(carry(result)))
        return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<func::FuncOp>> SegmentCutter::run(int64_t firstNumber) {
  if (failed(findMeetings()))
    return failure();
  placeOperations();
  if (failed(findCarried()))
    return failure();
  SmallVector<func::FuncOp> segments;
  for (unsigned index = 0; index <= last(); ++index) {
    FailureOr<func::FuncOp> segment = build(index, firstNumber + index);
    if (failed(segment))
      return failure();
    segments.push_back(*segment);
  }
  return segments;
}
