//===- Outline.cpp - Stages become functions ------------------------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_OUTLINE
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

/// What a block argument of a stage's body is bound to.
using Bindings = SmallVector<OperandAttr>;

class Outliner {
public:
  explicit Outliner(func::FuncOp loss) : loss(loss), builder(loss) {}

  LogicalResult run();

private:
  LogicalResult classifyArguments();
  /// Follows the strategy ops inward; `block` is the innermost strategy body.
  LogicalResult enter(Block &block);
  LogicalResult bindArguments(Operation *strategy, Block &body);
  LogicalResult outlinePipeline(PipelineOp pipeline);
  FailureOr<func::FuncOp> outlineStage(Block &body, const Bindings &bindings,
                                       bool isLast, Location loc);
  LogicalResult annotateShapes(func::FuncOp stage);
  LogicalResult checkResults(func::FuncOp stage);

  func::FuncOp loss;
  OpBuilder builder;
  /// The binding of every argument of @loss, and of the block arguments of
  /// strategy bodies that stand for one.
  DenseMap<Value, OperandAttr> bindingOf;
  DenseMap<OperandAttr, AffineMapAttr> shapeOf;
  int64_t numStages = 0;
  int64_t degree = 1, microbatches = 1, chunks = 1;
  StringRef schedule = "1f1b";
};

LogicalResult Outliner::classifyArguments() {
  MLIRContext *context = loss.getContext();
  uint32_t numParameters = 0, numBatch = 0;
  for (BlockArgument argument : loss.getArguments()) {
    unsigned number = argument.getArgNumber();
    auto role = loss.getArgAttrOfType<RoleAttr>(number, kRoleAttr);
    if (!role)
      return loss.emitError("argument #")
             << number << " of @" << loss.getName() << " has no `" << kRoleAttr
             << "`; say whether it is a param, batch or offsets";
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return loss.emitError("argument #")
             << number << " of @" << loss.getName()
             << " is not a ranked tensor but " << argument.getType();
    bool isOffsets = role.getValue() == Role::Offsets;
    switch (role.getValue()) {
    case Role::Param:
      if (!type.hasStaticShape())
        return loss.emitError("parameter #")
               << number << " of @" << loss.getName()
               << " has a dynamic shape: " << type;
      bindingOf[argument] =
          OperandAttr::get(context, Slot::Parameter, numParameters++);
      continue;
    case Role::Batch:
    case Role::Offsets:
      break;
    default:
      return loss.emitError("argument #")
             << number << " of @" << loss.getName() << " has the role '"
             << stringifyRole(role.getValue())
             << "', which the loss of a plan cannot have; use param, batch or "
                "offsets";
    }
    OperandAttr binding = OperandAttr::get(context, Slot::Batch, numBatch++);
    bindingOf[argument] = binding;
    SymbolicShape shape;
    for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
      if ((dim == 0) != ShapedType::isDynamic(extent))
        return loss.emitError("batch argument #")
               << number << " of @" << loss.getName()
               << " must be dynamic in its first dimension (the "
               << (isOffsets ? "offsets" : "tokens")
               << ") and static in the others, not " << type;
      shape.push_back(dim == 0 ? SizeExpr::symbol(isOffsets ? 1 : 0)
                               : SizeExpr::constant(extent));
    }
    if (shape.empty())
      return loss.emitError("batch argument #")
             << number << " of @" << loss.getName() << " is a scalar";
    auto map = AffineMapAttr::get(*toAffineMap(shape, context));
    shapeOf[binding] = map;
    loss.setArgAttr(number, kShapeAttr, map);
  }
  return success();
}

LogicalResult Outliner::bindArguments(Operation *strategy, Block &body) {
  for (auto [operand, argument] :
       llvm::zip_equal(strategy->getOperands(), body.getArguments())) {
    auto it = bindingOf.find(operand);
    if (it == bindingOf.end()) {
      InFlightDiagnostic diagnostic =
          strategy->emitOpError("takes a value that is not an argument of @")
          << loss.getName() << "; compute it inside a stage";
      diagnostic.attachNote(operand.getLoc()) << "computed here";
      return diagnostic;
    }
    // A copy: inserting moves the entries of the map.
    OperandAttr binding = it->second;
    bindingOf[argument] = binding;
  }
  return success();
}

LogicalResult Outliner::enter(Block &block) {
  Operation *strategy = nullptr;
  for (Operation &op : block)
    if (isa<DataOp, PipelineOp>(op)) {
      strategy = &op;
      break;
    }
  if (!strategy) {
    Bindings bindings;
    for (BlockArgument argument : block.getArguments())
      bindings.push_back(bindingOf.lookup(argument));
    return outlineStage(block, bindings, /*isLast=*/true,
                        block.getParentOp()->getLoc());
  }

  for (Operation &op : block)
    if (&op != strategy && !op.hasTrait<OpTrait::IsTerminator>()) {
      InFlightDiagnostic diagnostic = op.emitOpError(
          "stands beside a strategy op; move it into a stage, so that a rank "
          "can own it");
      diagnostic.attachNote(strategy->getLoc()) << "the strategy op is here";
      return diagnostic;
    }
  Operation *terminator = block.getTerminator();
  if (!llvm::equal(terminator->getOperands(), strategy->getResults())) {
    InFlightDiagnostic diagnostic = terminator->emitOpError(
        "must return the results of the strategy op, in order");
    diagnostic.attachNote(strategy->getLoc()) << "the strategy op is here";
    return diagnostic;
  }
  Block &body = strategy->getRegion(0).front();
  if (failed(bindArguments(strategy, body)))
    return failure();
  if (auto data = dyn_cast<DataOp>(strategy)) {
    degree = data.getDegree();
    return enter(body);
  }
  return outlinePipeline(cast<PipelineOp>(strategy));
}

LogicalResult Outliner::outlinePipeline(PipelineOp pipeline) {
  microbatches = pipeline.getMicrobatches();
  chunks = pipeline.getChunks();
  if (pipeline.getSchedule() != "auto") {
    schedule = pipeline.getSchedule();
  } else {
    if (chunks > 1)
      schedule = "interleaved";
    emitRemark(pipeline.getLoc(), "schedule 'auto' means '")
        << schedule << "' here";
  }
  auto stages = llvm::to_vector(pipeline.getOps<StageOp>());
  for (StageOp stage : stages) {
    Bindings bindings;
    for (Value input : stage.getInputs()) {
      auto it = bindingOf.find(input);
      if (it == bindingOf.end())
        return stage.emitOpError("takes a value that is neither an argument of "
                                 "the pipeline nor a result of the stage "
                                 "before");
      bindings.push_back(it->second);
    }
    FailureOr<func::FuncOp> function =
        outlineStage(stage.getBody().front(), bindings, stage == stages.back(),
                     stage.getLoc());
    if (failed(function))
      return failure();
    for (auto [index, result] : llvm::enumerate(stage.getResults())) {
      auto input = OperandAttr::get(loss.getContext(), Slot::Input, index);
      bindingOf[result] = input;
      shapeOf[input] =
          function->getResultAttrOfType<AffineMapAttr>(index, kShapeAttr);
    }
  }
  return success();
}

FailureOr<func::FuncOp> Outliner::outlineStage(Block &body,
                                               const Bindings &bindings,
                                               bool isLast, Location loc) {
  MLIRContext *context = loss.getContext();
  // A value that the stage takes twice is one argument of its function.
  SmallVector<OperandAttr> arguments;
  SmallVector<Type> argumentTypes;
  for (auto [argument, binding] :
       llvm::zip_equal(body.getArguments(), bindings)) {
    if (argument.use_empty() || llvm::is_contained(arguments, binding))
      continue;
    arguments.push_back(binding);
    argumentTypes.push_back(argument.getType());
  }
  Operation *terminator = body.getTerminator();
  auto stage = func::FuncOp::create(
      builder, loc, ("stage" + Twine(numStages)).str(),
      builder.getFunctionType(argumentTypes, terminator->getOperandTypes()));
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
  for (auto [argument, binding] :
       llvm::zip_equal(body.getArguments(), bindings)) {
    auto *it = llvm::find(arguments, binding);
    if (it != arguments.end())
      mapping.map(argument, entry->getArgument(it - arguments.begin()));
  }
  OpBuilder inner = OpBuilder::atBlockEnd(entry);
  for (Operation &op : body.without_terminator())
    inner.clone(op, mapping);
  SmallVector<Value> results;
  for (Value result : terminator->getOperands())
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(inner, terminator->getLoc(), results);

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

LogicalResult Outliner::run() {
  if (loss.isExternal())
    return loss.emitOpError("has no body to outline");
  builder.setInsertionPointAfter(loss);
  if (failed(classifyArguments()) || failed(enter(loss.getBody().front())))
    return failure();

  // The signature stays, as the manifest of parameters and batch inputs.
  loss.eraseBody();
  loss.setPrivate();
  loss->setAttr(
      kStrategyAttr,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("chunks", builder.getI64IntegerAttr(chunks)),
           builder.getNamedAttr("data", builder.getI64IntegerAttr(degree)),
           builder.getNamedAttr("microbatches",
                                builder.getI64IntegerAttr(microbatches)),
           builder.getNamedAttr("schedule", builder.getStringAttr(schedule))}));
  return success();
}

struct OutlinePass : hocket::impl::OutlineBase<OutlinePass> {
  using OutlineBase::OutlineBase;

  void runOnOperation() override {
    auto loss = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!loss) {
      getOperation().emitError("there is no function @")
          << function << "; name the model's loss function with the option "
          << "`function`";
      return signalPassFailure();
    }
    if (failed(Outliner(loss).run()))
      signalPassFailure();
  }
};

} // namespace
