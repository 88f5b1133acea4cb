//===- Outline.cpp - Stages become functions ------------------------------===//

#include "Outliner.h"

#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_OUTLINE
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// The code of a block, whose arguments have a binding.
static StageCode codeOf(Block &block, Location loc) {
  StageCode code{{}, {}, {}, loc};
  for (Operation &op : block.without_terminator())
    code.operations.push_back(&op);
  llvm::append_range(code.arguments, block.getArguments());
  llvm::append_range(code.results, block.getTerminator()->getOperands());
  return code;
}

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
    if (isa<DataOp, SequenceOp, StreamOp, PipelineOp, SkipPipelineOp,
            MicrobatchesOp>(op)) {
      strategy = &op;
      break;
    }
  if (!strategy)
    return outlineStage(codeOf(block, block.getParentOp()->getLoc()),
                        /*isLast=*/true);

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
    set("data", data.getDegree());
    return enter(body);
  }
  if (auto sequence = dyn_cast<SequenceOp>(strategy))
    return outlineSequence(sequence);
  if (auto stream = dyn_cast<StreamOp>(strategy))
    return outlineStream(stream);
  if (auto microbatches = dyn_cast<MicrobatchesOp>(strategy))
    return outlineMicrobatches(microbatches);
  if (auto skip = dyn_cast<SkipPipelineOp>(strategy))
    return outlineSkipPipeline(skip);
  return outlinePipeline(cast<PipelineOp>(strategy));
}

LogicalResult Outliner::outlineSequence(SequenceOp sequence) {
  Block &body = sequence.getBody().front();
  // At degree 1 nobody shares anything.
  if (sequence.getDegree() == 1)
    return enter(body);
  int64_t exchanging = sequence.getUlyssesDegree();
  WalkResult walked = body.walk([&](Operation *op) {
    if (auto pipeline = dyn_cast<SkipPipelineOp>(op)) {
      InFlightDiagnostic diagnostic = sequence.emitOpError(
          "has a skip-pipeline inside, whose ranks cannot share sequences yet; "
          "use a hocket.pipeline, or data parallelism");
      diagnostic.attachNote(pipeline.getLoc()) << "the skip-pipeline is here";
      return WalkResult::interrupt();
    }
    auto attention = dyn_cast<AttentionOp>(op);
    if (!attention)
      return WalkResult::advance();
    int64_t heads =
        cast<RankedTensorType>(attention.getQuery().getType()).getDimSize(1);
    if (ShapedType::isDynamic(heads) || exchanging <= heads)
      return WalkResult::advance();
    InFlightDiagnostic diagnostic =
        sequence.emitOpError() << "lets " << exchanging
                               << " ranks exchange the heads of an "
                                  "attention of "
                               << heads << " (method \"" << sequence.getMethod()
                               << "\"); a rank needs a head at least, so "
                                  "lower the degree or choose \"ring\"";
    diagnostic.attachNote(attention.getLoc()) << "the attention is here";
    return WalkResult::interrupt();
  });
  if (walked.wasInterrupted())
    return failure();
  set("sequence", sequence.getDegree());
  std::string method = sequence.getMethod().str();
  if (method == "usp")
    method += ":" + std::to_string(exchanging);
  strategy.set("method", builder.getStringAttr(method));
  return enter(body);
}

/// Two numbers for each stage of the pipeline: slices that are kept, and that
/// are offloaded.
static DenseI64ArrayAttr listActivations(StreamOp stream, int64_t stages) {
  SmallVector<int64_t> numbers;
  for (int64_t stage = 0; stage < stages; ++stage)
    for (std::optional<ArrayRef<int64_t>> list :
         {stream.getKept(), stream.getOffloaded()})
      numbers.push_back(list ? (*list)[stage] : 0);
  return DenseI64ArrayAttr::get(stream.getContext(), numbers);
}

LogicalResult Outliner::outlineStream(StreamOp stream) {
  Block &body = stream.getBody().front();
  if (stream.isTrivial())
    return enter(body);
  WalkResult walked = body.walk([&](Operation *op) {
    if (!isa<SkipPipelineOp, MicrobatchesOp>(op))
      return WalkResult::advance();
    InFlightDiagnostic diagnostic = stream.emitOpError("cannot contain a '")
                                    << op->getName()
                                    << "', whose microbatches take different "
                                       "ways; use a hocket.pipeline";
    diagnostic.attachNote(op->getLoc()) << "it is here";
    return WalkResult::interrupt();
  });
  if (walked.wasInterrupted())
    return failure();
  set("slices", stream.getSlices());
  if (stream.getActivations() == "auto")
    strategy.set("activations", stream.getActivationsAttr());
  else if (stream.getActivations() == "recompute")
    strategy.set("activations", listActivations(stream, stream.countStages()));
  return enter(body);
}

LogicalResult Outliner::outlinePipeline(PipelineOp pipeline) {
  set("microbatches", pipeline.getMicrobatches());
  set("chunks", pipeline.getChunks());
  SmallVector<StageOp, 4> stages = pipeline.getStages();
  strategy.set("schedule", builder.getStringAttr(pipeline.getSchedule()));
  if (ArrayAttr orders = pipeline.getOrdersAttr())
    strategy.set("orders", orders);
  if (pipeline.getOrdersAttr() || pipeline.getPlacement())
    strategy.set("placement",
                 builder.getDenseI64ArrayAttr(llvm::map_to_vector(
                     llvm::seq<int64_t>(0, stages.size()), [&](int64_t stage) {
                       return pipeline.getRankOf(stage);
                     })));
  return outlineChain(stages);
}

LogicalResult Outliner::outlineChain(ArrayRef<StageOp> stages) {
  for (StageOp stage : stages) {
    for (auto [input, argument] :
         llvm::zip_equal(stage.getInputs(), stage.getBody().getArguments())) {
      auto it = bindingOf.find(input);
      if (it == bindingOf.end())
        return stage.emitOpError("takes a value that is neither an argument of "
                                 "the pipeline nor a result of the stage "
                                 "before");
      OperandAttr binding = it->second;
      bindingOf[argument] = binding;
    }
    bool isLast = stage == stages.back();
    FailureOr<func::FuncOp> function =
        outlineStage(codeOf(stage.getBody().front(), stage.getLoc()), isLast);
    if (failed(function))
      return failure();
    bool keepsExtents = isa<SkipPipelineOp>(stage->getParentOp()) &&
                        stage != stages.front() && !isLast;
    if (keepsExtents && failed(checkExtents(*function)))
      return failure();
    bindActivations(stage.getResults(), *function);
  }
  return success();
}

LogicalResult Outliner::run() {
  if (loss.isExternal())
    return loss.emitOpError("has no body to outline");
  builder.setInsertionPointAfter(loss);
  for (StringRef degree : {"data", "microbatches", "chunks"})
    set(degree, 1);
  strategy.set("schedule", builder.getStringAttr("1f1b"));
  if (failed(classifyArguments()) || failed(enter(loss.getBody().front())))
    return failure();

  // The signature stays, as the manifest of parameters and batch inputs.
  loss.eraseBody();
  loss.setPrivate();
  loss->setAttr(kStrategyAttr, strategy.getDictionary(loss.getContext()));
  return success();
}

namespace {

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
