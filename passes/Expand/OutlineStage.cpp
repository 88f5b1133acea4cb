//===- OutlineStage.cpp - The function of a stage -------------------------===//

#include "Outliner.h"

#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hocket;

/// The values that `operations` and what is in them read.
static DenseSet<Value> readBy(ArrayRef<Operation *> operations) {
  DenseSet<Value> read;
  for (Operation *op : operations)
    op->walk([&](Operation *inner) {
      read.insert(inner->operand_begin(), inner->operand_end());
    });
  return read;
}

FailureOr<func::FuncOp> Outliner::outlineStage(const StageCode &code,
                                               bool isLast) {
  MLIRContext *context = loss.getContext();
  DenseSet<Value> read = readBy(code.operations);
  read.insert(code.results.begin(), code.results.end());
  // A value that the stage takes twice is one argument of its function.
  SmallVector<OperandAttr> arguments;
  SmallVector<Type> argumentTypes;
  for (Value argument : code.arguments) {
    OperandAttr binding = bindingOf.lookup(argument);
    if (!read.contains(argument) || llvm::is_contained(arguments, binding))
      continue;
    arguments.push_back(binding);
    argumentTypes.push_back(argument.getType());
  }
  auto stage = func::FuncOp::create(
      builder, code.loc, ("stage" + Twine(numStages)).str(),
      builder.getFunctionType(argumentTypes,
                              ValueRange(code.results).getTypes()));
  stage.setPrivate();
  stage->setAttr(kStageAttr, builder.getI64IntegerAttr(numStages++));

  Block *entry = stage.addEntryBlock();
  IRMapping mapping;
  for (auto [index, binding] : llvm::enumerate(arguments)) {
    stage.setArgAttr(index, kOperandAttr, binding);
    if (AffineMapAttr shape = shapeOf.lookup(binding);
        shape && !cast<RankedTensorType>(argumentTypes[index]).hasStaticShape())
      stage.setArgAttr(index, kShapeAttr, shape);
  }
  for (Value argument : code.arguments) {
    auto *it = llvm::find(arguments, bindingOf.lookup(argument));
    if (it != arguments.end())
      mapping.map(argument, entry->getArgument(it - arguments.begin()));
  }
  OpBuilder inner = OpBuilder::atBlockEnd(entry);
  for (Operation *op : code.operations)
    inner.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value result : code.results)
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(inner, code.loc, results);

  for (unsigned index = 0; index < results.size(); ++index) {
    OperandAttr binding = OperandAttr::get(context, Slot::Output, index);
    if (isLast)
      binding =
          OperandAttr::get(context, index == 0 ? Slot::Loss : Slot::Weight, 0);
    stage.setResultAttr(index, kOperandAttr, binding);
  }
  if ((isLast && failed(checkResults(stage))) || failed(annotateShapes(stage)))
    return failure();
  return stage;
}

LogicalResult Outliner::checkResults(func::FuncOp stage) {
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  if (stage.getNumResults() == 2 &&
      llvm::all_equal({scalar,
                       cast<RankedTensorType>(stage.getResultTypes()[0]),
                       cast<RankedTensorType>(stage.getResultTypes()[1])}))
    return success();
  return loss.emitOpError("must return the sum of the loss and its weight, two "
                          "values of type ")
         << scalar << ", not " << loss.getFunctionType();
}

LogicalResult Outliner::annotateShapes(func::FuncOp stage) {
  SymbolicShapes shapes(stage);
  auto terminator =
      cast<func::ReturnOp>(stage.getBody().front().getTerminator());
  for (auto [index, result] : llvm::enumerate(terminator.getOperands())) {
    auto type = cast<RankedTensorType>(result.getType());
    if (type.hasStaticShape())
      continue;
    FailureOr<SymbolicShape> shape = shapes.shapeOf(result);
    FailureOr<AffineMap> map = failure();
    if (succeeded(shape))
      map = toAffineMap(*shape, stage.getContext());
    if (failed(map)) {
      InFlightDiagnostic diagnostic =
          terminator.emitError("result #")
          << index << " of stage " << numStages - 1 << ", " << type
          << ", has an extent that is not a sum of "
             "multiples of the tokens and sequences";
      diagnostic.attachNote(result.getLoc()) << "computed here";
      return diagnostic;
    }
    stage.setResultAttr(index, kShapeAttr, AffineMapAttr::get(*map));
  }
  return success();
}

void Outliner::bindActivations(ValueRange values, func::FuncOp stage) {
  for (auto [index, value] : llvm::enumerate(values)) {
    auto input = OperandAttr::get(loss.getContext(), Slot::Input, index);
    bindingOf[value] = input;
    shapeOf[input] =
        stage.getResultAttrOfType<AffineMapAttr>(index, kShapeAttr);
  }
}

LogicalResult Outliner::checkExtents(func::FuncOp stage) {
  for (unsigned index = 0; index < stage.getNumResults(); ++index) {
    auto input = OperandAttr::get(loss.getContext(), Slot::Input, index);
    if (shapeOf.lookup(input) ==
        stage.getResultAttrOfType<AffineMapAttr>(index, kShapeAttr))
      continue;
    return stage.emitError("stage ")
           << numStages - 1 << " of a skip-pipeline changes the extents of the "
           << "value that it takes as #" << index
           << ", but any other stage may follow it";
  }
  return success();
}
