//===- VerifyStrategy.cpp - What verifiers of strategy ops share ----------===//

#include "VerifyStrategy.h"

using namespace mlir;
using namespace hocket;

/// Block arguments match the operands one to one.
LogicalResult hocket::verifyBlockArguments(Operation *op) {
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != op->getNumOperands())
    return op->emitOpError()
           << "has " << op->getNumOperands() << " operands, but its body has "
           << body.getNumArguments() << " block arguments";
  for (auto [argument, operand] :
       llvm::zip(body.getArguments(), op->getOperands())) {
    if (argument.getType() == operand.getType())
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError() << "needs block argument #" << argument.getArgNumber()
                          << " to be of its operand's type, "
                          << operand.getType() << ", not "
                          << argument.getType();
    diagnostic.attachNote(operand.getLoc()) << "the operand comes from here";
    return diagnostic;
  }
  return success();
}

/// The body ends with a yield of values that match the results.
LogicalResult hocket::verifyYield(Operation *op) {
  Block &body = op->getRegion(0).front();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield) {
    InFlightDiagnostic diagnostic =
        op->emitOpError("needs its body to end with a 'hocket.yield'");
    diagnostic.attachNote(body.back().getLoc()) << "it ends here";
    return diagnostic;
  }
  if (yield.getValues().getTypes() == op->getResultTypes())
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError();
  if (yield.getNumOperands() != op->getNumResults()) {
    diagnostic << "has " << op->getNumResults() << " results, but its body "
               << "yields " << yield.getNumOperands() << " values";
  } else {
    for (auto [i, value, type] :
         llvm::enumerate(yield.getValues(), op->getResultTypes())) {
      if (value.getType() == type)
        continue;
      diagnostic << "has result #" << i << " of type " << type
                 << ", but its body yields " << value.getType();
      break;
    }
  }
  diagnostic.attachNote(yield.getLoc()) << "yielded here";
  return diagnostic;
}

/// What is cut can be cut, and into tensors of the types of the block
/// arguments.
LogicalResult hocket::verifyCutting(const CutBatch &batch) {
  Operation *op = batch.op;
  bool cuts = batch.parts > 1;
  auto isTyped = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  auto report = [&](Value culprit, const Twine &message) {
    InFlightDiagnostic diagnostic = op->emitOpError(message);
    diagnostic.attachNote(culprit.getLoc()) << "it comes from here";
    return diagnostic;
  };

  for (Value tokens : batch.tokens) {
    if (isTyped(tokens).getRank() == 0)
      return report(tokens, "cannot cut a scalar along its tokens: pass it as "
                            "'shared'");
    if (cuts && !isTyped(tokens).isDynamicDim(0))
      return report(tokens,
                    "needs a dynamic first dimension of its tokens at " +
                        Twine(batch.partsName) + "(" + Twine(batch.parts) +
                        "): the body sees a part of them");
  }
  for (Value tokens : batch.tokens) {
    Value first = batch.tokens.front();
    if (isTyped(tokens).getDimSize(0) == isTyped(first).getDimSize(0))
      continue;
    InFlightDiagnostic diagnostic = op->emitOpError(
        "needs all of its tokens to have one first dimension, their number");
    diagnostic.attachNote(first.getLoc())
        << "of type " << first.getType() << " here";
    diagnostic.attachNote(tokens.getLoc())
        << "of type " << tokens.getType() << " here";
    return diagnostic;
  }

  if (Value offsets = batch.offsets) {
    RankedTensorType type = isTyped(offsets);
    if (type.getRank() != 1 || !type.getElementType().isInteger(32))
      return report(offsets, "needs one-dimensional offsets of type i32 "
                             "(cu_seqlens)");
    if (cuts && !type.isDynamicDim(0))
      return report(offsets, "needs a dynamic number of offsets at " +
                                 Twine(batch.partsName) + "(" +
                                 Twine(batch.parts) +
                                 "): the body sees a part of the sequences");
    if (batch.tokens.empty())
      return report(offsets, "has offsets, but no tokens that they divide");
  }

  // A copy that is given whole would not agree with the one that is cut.
  for (Value shared : batch.shared) {
    bool isOffsets = shared == batch.offsets;
    if (isOffsets || llvm::is_contained(batch.tokens, shared))
      return report(shared, Twine("shares whole what it also cuts as ") +
                                (isOffsets ? "offsets" : "tokens") +
                                ": the body would not compute what the "
                                "sequential program does");
  }

  for (auto [i, type] : llvm::enumerate(op->getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    if (tensor.getRank() != 0 || !tensor.getElementType().isF32())
      return op->emitOpError()
             << "sums its results over the parts, so they are of type "
                "tensor<f32>; result #"
             << i << " is of type " << type;
  }
  return success();
}

/// `value` is read by `reader`, the stage after `previous`.
static LogicalResult verifyProducer(StageOp reader, StageOp previous,
                                    Value value) {
  auto producer = value.getDefiningOp<StageOp>();
  if (!producer || producer == previous)
    return success();
  InFlightDiagnostic diagnostic =
      reader->emitOpError("reads a value of a stage that is not the one just "
                          "before it: stages hand their values to the next "
                          "stage only");
  diagnostic.attachNote(producer.getLoc())
      << "computed here; pass it through the stages between as an operand and "
         "a result of each";
  return diagnostic;
}

LogicalResult hocket::verifyChain(Operation *op) {
  Block &body = op->getRegion(0).front();
  StageOp previous;
  for (Operation &inner : body.without_terminator()) {
    auto stage = dyn_cast<StageOp>(inner);
    if (!stage) {
      InFlightDiagnostic diagnostic =
          op->emitOpError("holds stages and a yield, nothing else: move other "
                          "operations into a stage");
      diagnostic.attachNote(inner.getLoc())
          << "'" << inner.getName() << "' is outside of every stage";
      return diagnostic;
    }
    for (Value input : stage.getInputs())
      if (failed(verifyProducer(stage, previous, input)))
        return failure();
    previous = stage;
  }
  if (!previous)
    return op->emitOpError("needs at least one 'hocket.stage'");
  auto yield = cast<YieldOp>(body.getTerminator());
  if (yield.getValues() == previous.getResults())
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError(
      "needs to yield the results of its last stage, all and in order");
  diagnostic.attachNote(yield.getLoc()) << "yielded here";
  diagnostic.attachNote(previous.getLoc()) << "the last stage is here";
  return diagnostic;
}
