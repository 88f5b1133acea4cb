//===- VerifyScan.cpp - Verifiers of the scan ops -------------------------===//

#include "VerifyScan.h"

#include "hocket/Dialects/Scan.h"

using namespace mlir;
using namespace hocket;

LogicalResult hocket::verifyTokens(Operation *op, StringRef what,
                                   ValueRange values) {
  for (auto [number, value] : llvm::enumerate(values)) {
    auto type = cast<RankedTensorType>(value.getType());
    auto complain = [&](const Twine &message) -> LogicalResult {
      InFlightDiagnostic diagnostic = op->emitOpError() << message;
      diagnostic.attachNote(value.getLoc())
          << what << " #" << number << " of type " << type
          << " comes from here";
      return diagnostic;
    };
    if (type.getRank() == 0)
      return complain("needs tensors whose first dimension is the tokens");
    if (!llvm::none_of(type.getShape().drop_front(), ShapedType::isDynamic))
      return complain("needs tensors that are static but for the tokens");
    int64_t tokens = type.getDimSize(0);
    int64_t expected =
        cast<RankedTensorType>(values.front().getType()).getDimSize(0);
    if (tokens != expected && !ShapedType::isDynamic(tokens) &&
        !ShapedType::isDynamic(expected))
      return complain("has " + Twine(expected) + " tokens in its " + what +
                      " #0 and " + Twine(tokens) + " in #" + Twine(number));
  }
  return success();
}

LogicalResult hocket::verifyOffsets(Operation *op, Value offsets) {
  auto type = cast<RankedTensorType>(offsets.getType());
  auto complain = [&](StringRef message) -> LogicalResult {
    InFlightDiagnostic diagnostic = op->emitOpError() << message;
    diagnostic.attachNote(offsets.getLoc())
        << "offsets of type " << type << " come from here";
    return diagnostic;
  };
  if (type.getRank() != 1 || !type.getElementType().isInteger(32))
    return complain("needs offsets [sequences + 1] of type i32");
  if (!type.isDynamicDim(0) && type.getDimSize(0) < 2)
    return complain("needs the offsets of at least one sequence: two elements "
                    "or more");
  return success();
}

/// True if `shape` broadcasts to `full` as in NumPy.
static bool broadcasts(ArrayRef<int64_t> shape, ArrayRef<int64_t> full) {
  if (shape.size() > full.size())
    return false;
  return llvm::all_of(llvm::zip(shape, full.take_back(shape.size())),
                      [](auto pair) {
                        auto [extent, target] = pair;
                        return extent == 1 || extent == target;
                      });
}

static LogicalResult verifyIdentity(Operation *op, ArrayAttr identity,
                                    ValueRange inputs) {
  if (identity.size() != inputs.size())
    return op->emitOpError("needs an identity for each of its ")
           << inputs.size() << " inputs, not " << identity.size();
  for (auto [number, attribute, input] : llvm::enumerate(identity, inputs)) {
    RankedTensorType slice = sliceType(input.getType());
    auto elements = dyn_cast<DenseElementsAttr>(attribute);
    if (elements && elements.getElementType() == slice.getElementType() &&
        broadcasts(elements.getType().getShape(), slice.getShape()))
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError("needs identity #")
        << number << " to be dense elements that broadcast to " << slice
        << ", not " << attribute;
    diagnostic.attachNote(input.getLoc())
        << "input #" << number << " comes from here";
    return diagnostic;
  }
  return success();
}

/// Checks that the arguments of `block` are of the types `arguments` and that
/// it yields the types `yielded`.
static LogicalResult verifyBlock(Operation *op, StringRef name, Block &block,
                                 TypeRange arguments, TypeRange yielded) {
  auto list = [](InFlightDiagnostic &diagnostic, TypeRange types) {
    diagnostic << "(";
    llvm::interleaveComma(types, diagnostic);
    diagnostic << ")";
  };
  if (block.getArgumentTypes() != arguments) {
    InFlightDiagnostic diagnostic = op->emitOpError("needs its ")
                                    << name << " region to take ";
    list(diagnostic, arguments);
    diagnostic << ", not ";
    list(diagnostic, block.getArgumentTypes());
    return diagnostic;
  }
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError("needs its ")
           << name << " region to end with a 'hocket.yield'";
  if (yield.getValues().getTypes() != yielded) {
    InFlightDiagnostic diagnostic = op->emitOpError("needs its ")
                                    << name << " region to yield ";
    list(diagnostic, yielded);
    diagnostic << ", not ";
    list(diagnostic, yield.getValues().getTypes());
    diagnostic.attachNote(yield.getLoc()) << "yielded here";
    return diagnostic;
  }
  return success();
}

static LogicalResult verifyNoEffects(Operation *op, StringRef name,
                                     Region &region) {
  WalkResult found = region.walk([&](Operation *inner) {
    if (inner->hasTrait<OpTrait::HasRecursiveMemoryEffects>() ||
        isMemoryEffectFree(inner))
      return WalkResult::advance();
    InFlightDiagnostic diagnostic =
        op->emitOpError("needs a ")
        << name << " region without side effects, but '" << inner->getName()
        << "' may have some; compute with the region's arguments only";
    diagnostic.attachNote(inner->getLoc()) << "the op is here";
    return WalkResult::interrupt();
  });
  return failure(found.wasInterrupted());
}

static SmallVector<Type> sliceTypes(TypeRange types) {
  return llvm::map_to_vector(types,
                             [](Type type) -> Type { return sliceType(type); });
}

LogicalResult ScanOp::verify() {
  if (getInputs().empty())
    return emitOpError("needs at least one input");
  if (failed(verifyTokens(*this, "input", getInputs())) ||
      failed(verifyOffsets(*this, getOffsets())))
    return failure();
  return verifyIdentity(*this, getIdentity(), getInputs());
}

LogicalResult ScanOp::verifyRegions() {
  SmallVector<Type> tuple = sliceTypes(getInputs().getTypes());
  SmallVector<Type> both = tuple;
  llvm::append_range(both, tuple);
  if (failed(verifyBlock(*this, "combine", getCombine().front(), both, tuple)))
    return failure();
  return verifyNoEffects(*this, "combine", getCombine());
}

LogicalResult ScanGradOp::verify() {
  if (getGradients().empty())
    return emitOpError("needs at least one gradient");
  SmallVector<Value> tensors(getGradients());
  llvm::append_range(tensors, getOutputs());
  llvm::append_range(tensors, getElements());
  llvm::append_range(tensors, getResults());
  if (failed(verifyTokens(*this, "tensor", tensors)) ||
      failed(verifyOffsets(*this, getOffsets())) ||
      failed(verifyIdentity(*this, getIdentity(), getElements())))
    return failure();
  if (getSources().size() != getNumResults())
    return emitOpError("needs a source for each of its ")
           << getNumResults() << " results, not " << getSources().size();
  for (auto [number, source] : llvm::enumerate(getSources())) {
    if (source < -1 || source >= int64_t(getGradients().size()))
      return emitOpError("has ")
             << getGradients().size() << " gradients, but source #" << number
             << " is " << source << "; a source is a gradient's number or -1";
    Type type = sliceType(getResult(number).getType());
    if (source >= 0 && sliceType(getGradients()[source].getType()) != type)
      return emitOpError("needs result #")
             << number << " to have slices as gradient #" << source
             << ", its source, not " << type;
  }
  return success();
}

LogicalResult ScanGradOp::verifyRegions() {
  SmallVector<Type> elements = sliceTypes(getElements().getTypes());
  SmallVector<Type> both = elements;
  llvm::append_range(both, elements);
  SmallVector<Type> arguments = sliceTypes(getOutputs().getTypes());
  SmallVector<Type> gradients = sliceTypes(getGradients().getTypes());
  llvm::append_range(arguments, elements);
  llvm::append_range(arguments, gradients);
  SmallVector<Type> yielded = gradients;
  llvm::append_range(yielded, sliceTypes(getResultTypes()));
  return success(succeeded(verifyBlock(*this, "combine", getCombine().front(),
                                       both, elements)) &&
                 succeeded(verifyNoEffects(*this, "combine", getCombine())) &&
                 succeeded(verifyBlock(*this, "pullback", getPullback().front(),
                                       arguments, yielded)) &&
                 succeeded(verifyNoEffects(*this, "pullback", getPullback())));
}

LogicalResult ShiftOp::verify() {
  auto type = cast<RankedTensorType>(getInput().getType());
  if (!isa<FloatType>(type.getElementType())) {
    InFlightDiagnostic diagnostic =
        emitOpError("needs a tensor of a floating-point type");
    diagnostic.attachNote(getInput().getLoc())
        << "input of type " << type << " comes from here";
    return diagnostic;
  }
  return success(succeeded(verifyTokens(*this, "input", getInput())) &&
                 succeeded(verifyOffsets(*this, getOffsets())));
}

LogicalResult RecurrenceOp::verify() {
  if (getInputs().empty())
    return emitOpError("needs at least one input");
  if (getStates().empty())
    return emitOpError("needs at least one state");
  if (failed(verifyTokens(*this, "input", getInputs())) ||
      failed(verifyOffsets(*this, getOffsets())))
    return failure();
  auto type = cast<RankedTensorType>(getInputs().front().getType());
  RankedTensorType slice = sliceType(type);
  if (!isa<FloatType>(type.getElementType()))
    return emitOpError("needs inputs of a floating-point type, not ")
           << type.getElementType();
  auto check = [&](StringRef what, ValueRange values,
                   auto sliceOf) -> LogicalResult {
    for (auto [number, value] : llvm::enumerate(values)) {
      if (sliceOf(value.getType()) == slice)
        continue;
      InFlightDiagnostic diagnostic =
          emitOpError("needs ")
          << what << " #" << number << " to have the channels of input #0, "
          << slice << ", not " << sliceOf(value.getType());
      if (value.getDefiningOp() != getOperation())
        diagnostic.attachNote(value.getLoc()) << what << " comes from here";
      return diagnostic;
    }
    return success();
  };
  auto whole = [](Type parameter) { return cast<RankedTensorType>(parameter); };
  if (failed(check("input", getInputs(), sliceType)) ||
      failed(check("parameter", getParameters(), whole)))
    return failure();
  for (auto [number, state] : llvm::enumerate(getStates()))
    if (state.getType() != type)
      return emitOpError("needs state #")
             << number << " to be of the type of input #0, " << type << ", not "
             << state.getType();
  return success();
}

LogicalResult RecurrenceOp::verifyRegions() {
  Type element =
      cast<RankedTensorType>(getInputs().front().getType()).getElementType();
  SmallVector<Type> yielded(getStates().size(), element);
  SmallVector<Type> arguments(getStates().size() + getInputs().size() +
                                  getParameters().size(),
                              element);
  if (failed(
          verifyBlock(*this, "cell", getCell().front(), arguments, yielded)) ||
      failed(verifyNoEffects(*this, "cell", getCell())))
    return failure();
  for (Operation &op : getCell().front().without_terminator()) {
    bool isScalar =
        op.getNumRegions() == 0 &&
        llvm::none_of(op.getOperandTypes(), llvm::IsaPred<ShapedType>) &&
        llvm::none_of(op.getResultTypes(), llvm::IsaPred<ShapedType>);
    if (isScalar)
      continue;
    InFlightDiagnostic diagnostic =
        emitOpError("needs a cell of scalar ops without regions, not '")
        << op.getName() << "'";
    diagnostic.attachNote(op.getLoc()) << "the op is here";
    return diagnostic;
  }
  return success();
}
