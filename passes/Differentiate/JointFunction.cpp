//===- JointFunction.cpp - A forward with its reverse sweep behind it -----===//

#include "Utils.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/Segments.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hocket;

OperandAttr hocket::bindingOf(DictionaryAttr attrs) {
  return attrs ? attrs.getAs<OperandAttr>(kOperandAttr) : OperandAttr();
}

LogicalResult hocket::checkStage(func::FuncOp stage) {
  if (stage.isExternal() || !stage.getBody().hasOneBlock())
    return stage.emitOpError("must have a body of one block to be "
                             "differentiated");
  auto check = [&](Type type, DictionaryAttr attrs, StringRef what,
                   unsigned number) -> LogicalResult {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return stage.emitOpError(what)
             << " #" << number << " is not a ranked tensor but " << type;
    if (!bindingOf(attrs))
      return stage.emitOpError(what)
             << " #" << number << " has no `" << kOperandAttr
             << "`; stages are made by hocket-outline";
    if (!tensor.hasStaticShape() && !attrs.getAs<AffineMapAttr>(kShapeAttr))
      return stage.emitOpError(what)
             << " #" << number << " has dynamic extents but no `" << kShapeAttr
             << "`";
    return success();
  };
  for (auto [number, type] : llvm::enumerate(stage.getArgumentTypes()))
    if (failed(check(type, stage.getArgAttrDict(number), "argument", number)))
      return failure();
  for (auto [number, type] : llvm::enumerate(stage.getResultTypes()))
    if (failed(check(type, stage.getResultAttrDict(number), "result", number)))
      return failure();
  return success();
}

namespace {

DictionaryAttr bind(MLIRContext *context, Slot slot, uint32_t index,
                    DictionaryAttr like) {
  NamedAttrList attrs;
  attrs.set(kOperandAttr, OperandAttr::get(context, slot, index));
  if (like)
    if (Attribute shape = like.get(kShapeAttr))
      attrs.set(kShapeAttr, shape);
  return attrs.getDictionary(context);
}

/// Element-wise ops on whole tensors become linalg ops.
void convertElementwise(func::FuncOp function) {
  WalkResult found = function.walk([](Operation *op) {
    bool whole =
        OpTrait::hasElementwiseMappableTraits(op) &&
        llvm::any_of(op->getResultTypes(), llvm::IsaPred<mlir::TensorType>);
    return whole ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!found.wasInterrupted())
    return;
  RewritePatternSet patterns(function.getContext());
  linalg::populateElementwiseToLinalgConversionPatterns(patterns);
  (void)applyPatternsGreedily(function, std::move(patterns));
}

/// All values that `op` reads, those of its regions included.
SmallVector<Value> readBy(Operation *op) {
  SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values.takeVector();
}

LogicalResult missingRule(Operation *op, const Adjoints &adjoints) {
  InFlightDiagnostic diagnostic =
      isa<CallOpInterface>(op)
          ? op->emitOpError("is a call, through which no gradient passes; "
                            "inline it first")
          : op->emitOpError("has no differentiation rule, and a gradient must "
                            "pass through it; write it with ops of linalg, "
                            "tensor, arith and math, or give it a "
                            "ReverseDifferentiableOpInterface");
  for (Value value : readBy(op))
    if (adjoints.isActive(value)) {
      diagnostic.attachNote(value.getLoc())
          << "the gradient of this value is needed";
      break;
    }
  return diagnostic;
}

} // namespace

LogicalResult hocket::reverseSweep(ArrayRef<Operation *> ops,
                                   Adjoints &adjoints, OpBuilder &builder) {
  for (Operation *op : ops)
    if (!isa<DetachOp>(op) &&
        llvm::any_of(readBy(op), [&](Value v) { return adjoints.isActive(v); }))
      for (Value result : op->getResults())
        if (isFloat(result.getType()))
          adjoints.setActive(result);

  for (Operation *op : llvm::reverse(ops)) {
    if (llvm::none_of(op->getResults(), [&](Value v) {
          return adjoints.isActive(v) && adjoints.has(v);
        }))
      continue;
    auto rule = dyn_cast<ReverseDifferentiableOpInterface>(op);
    if (!rule)
      return missingRule(op, adjoints);
    if (failed(rule.buildAdjoints(builder, adjoints)))
      return failure();
  }
  return success();
}

FailureOr<JointFunction> hocket::buildJoint(func::FuncOp stage) {
  if (failed(checkStage(stage)))
    return failure();
  MLIRContext *context = stage.getContext();
  OpBuilder builder(context);
  builder.setInsertionPointAfter(stage);
  JointFunction joint;
  joint.function = cast<func::FuncOp>(builder.clone(*stage));
  func::FuncOp function = joint.function;
  function.setName((stage.getName() + ".joint").str());
  auto fail = [&]() -> FailureOr<JointFunction> {
    function.erase();
    return failure();
  };
  convertElementwise(function);

  Block &block = function.getBody().front();
  Operation *terminator = block.getTerminator();
  for (Operation &op : block.without_terminator())
    joint.primalOps.push_back(&op);
  joint.primalResults = llvm::to_vector(terminator->getOperands());
  joint.numPrimalArguments = function.getNumArguments();

  // The gradients of the results, then the accumulators of the parameters'.
  auto addArgument = [&](Type type, DictionaryAttr attrs) -> Value {
    unsigned number = function.getNumArguments();
    (void)function.insertArgument(number, type, attrs, function.getLoc());
    return function.getArgument(number);
  };
  SmallVector<std::pair<Value, Value>> seeds; // primal, gradient
  builder.setInsertionPoint(terminator);
  for (auto [number, result] : llvm::enumerate(joint.primalResults)) {
    DictionaryAttr attrs = function.getResultAttrDict(number);
    OperandAttr binding = bindingOf(attrs);
    if (!isFloat(result.getType()))
      continue;
    if (attrs.contains(kDetachedAttr))
      continue;
    if (binding.getSlot() == Slot::Output) {
      Value gradient =
          addArgument(result.getType(), bind(context, Slot::OutputGradient,
                                             binding.getIndex(), attrs));
      seeds.push_back({result, gradient});
    } else if (binding.getSlot() == Slot::Loss) {
      auto type = cast<RankedTensorType>(result.getType());
      auto one = DenseElementsAttr::get(
          type, builder.getFloatAttr(type.getElementType(), 1.0));
      seeds.push_back(
          {result, arith::ConstantOp::create(builder, result.getLoc(), one)});
    }
  }
  SmallVector<std::pair<Value, Value>> accumulators;
  for (unsigned number = 0; number < joint.numPrimalArguments; ++number) {
    Value argument = function.getArgument(number);
    DictionaryAttr attrs = function.getArgAttrDict(number);
    OperandAttr binding = bindingOf(attrs);
    if (isFloat(argument.getType()) && binding.getSlot() == Slot::Parameter)
      accumulators.push_back(
          {argument,
           addArgument(argument.getType(), bind(context, Slot::Gradient,
                                                binding.getIndex(), attrs))});
  }

  SymbolicShapes shapes(function);
  Adjoints adjoints(shapes);
  for (auto [parameter, accumulator] : accumulators) {
    adjoints.setActive(parameter);
    adjoints.setAccumulator(parameter, accumulator);
  }
  SmallVector<unsigned> inputs;
  for (unsigned number = 0; number < joint.numPrimalArguments; ++number) {
    Value argument = function.getArgument(number);
    DictionaryAttr attrs = function.getArgAttrDict(number);
    Slot slot = bindingOf(attrs).getSlot();
    if (isFloat(argument.getType()) && !attrs.contains(kDetachedAttr) &&
        (slot == Slot::Input || slot == Slot::Attended)) {
      adjoints.setActive(argument);
      inputs.push_back(number);
    }
  }
  for (auto [primal, gradient] : seeds) {
    // A result that depends on nothing passes no gradient on.
    adjoints.add(builder, primal, gradient);
  }
  if (failed(reverseSweep(joint.primalOps, adjoints, builder)))
    return fail();

  for (auto [parameter, accumulator] : accumulators) {
    joint.gradients.push_back(adjoints.get(builder, parameter));
    joint.gradientAttrs.push_back(function.getArgAttrDict(
        cast<BlockArgument>(accumulator).getArgNumber()));
  }
  for (unsigned number : inputs) {
    Value argument = function.getArgument(number);
    DictionaryAttr attrs = function.getArgAttrDict(number);
    Value gradient = adjoints.get(builder, argument);
    joint.gradients.push_back(gradient ? gradient
                                       : adjoints.zeros(builder, argument));
    OperandAttr binding = bindingOf(attrs);
    Slot slot = binding.getSlot() == Slot::Attended ? Slot::AttendedGradient
                                                    : Slot::InputGradient;
    joint.gradientAttrs.push_back(
        bind(context, slot, binding.getIndex(), attrs));
  }
  size_t numPrimal = joint.primalOps.size();
  for (auto [position, op] : llvm::enumerate(block.without_terminator()))
    if (position >= numPrimal)
      joint.adjointOps.push_back(&op);
  return joint;
}
