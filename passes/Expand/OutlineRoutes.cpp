//===- OutlineRoutes.cpp - Stages that not every microbatch takes ---------===//
//
// A skip-pipeline, and what erasing leaves of one. The latter runs on one rank,
// with a stage for what comes before the switch, one for each case, and one for
// what comes after it.
//
//===----------------------------------------------------------------------===//

#include "Outliner.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace hocket;

void Outliner::setRoutes(const Routes &routes,
                         ArrayRef<SmallVector<int64_t>> nodes) {
  SmallVector<Attribute> routeAttrs;
  for (const Route &route : routes) {
    SmallVector<int64_t> flat;
    for (const RouteStop &stop : route)
      flat.append({stop.stage, stop.node});
    routeAttrs.push_back(builder.getDenseI64ArrayAttr(flat));
  }
  set("microbatches", routes.size());
  strategy.set("routes", builder.getArrayAttr(routeAttrs));
  setNodes(nodes);
}

void Outliner::setNodes(ArrayRef<SmallVector<int64_t>> nodes) {
  SmallVector<Attribute> nodeAttrs;
  for (SmallVector<int64_t> list : nodes) {
    llvm::sort(list);
    nodeAttrs.push_back(builder.getDenseI64ArrayAttr(list));
  }
  strategy.set("nodes", builder.getArrayAttr(nodeAttrs));
}

LogicalResult Outliner::outlineSkipPipeline(SkipPipelineOp pipeline) {
  SmallVector<SmallVector<int64_t>> nodes;
  for (Attribute list : pipeline.getNodes())
    nodes.emplace_back(cast<DenseI64ArrayAttr>(list).asArrayRef());
  nodes.push_back(nodes.front());
  set("microbatches", pipeline.getMicrobatches());
  if (pipeline.getPaths())
    setRoutes(pipeline.getRoutes(), nodes);
  else
    setNodes(nodes);
  strategy.set("limits", pipeline.getLimits());
  if (ArrayAttr orders = pipeline.getOrdersAttr()) {
    strategy.set("orders", orders);
    strategy.set("schedule", builder.getStringAttr("given"));
  }
  return outlineChain(pipeline.getStages());
}

namespace {

/// Finds what a stage has to compute: what its results need, back to values
/// that have a binding. What two stages need both of them compute.
class Slicer {
public:
  explicit Slicer(Block &body) : body(body) {}

  /// Adds `value` and what it needs. Emits an error where that has effects.
  LogicalResult add(Value value);
  /// Adds `op` of the body or of a case.
  LogicalResult addOperation(Operation *op);
  /// What has been added, in order.
  SmallVector<Operation *> operations() const {
    SmallVector<Operation *> sorted;
    for (Operation &op : body)
      if (needed.contains(&op))
        sorted.push_back(&op);
    return sorted;
  }

private:
  Block &body;
  SetVector<Operation *> needed;
};

LogicalResult Slicer::add(Value value) {
  Operation *op = value.getDefiningOp();
  // Arguments are bound, and so are the results of the switch.
  if (!op || op->getBlock() != &body || isa<SwitchMicrobatchOp>(op))
    return success();
  if (!isPure(op))
    return op->emitOpError("has effects, so it cannot be computed by each of "
                           "the stages that need its results");
  return addOperation(op);
}

LogicalResult Slicer::addOperation(Operation *op) {
  if (op->getBlock() == &body && !needed.insert(op))
    return success();
  WalkResult result = op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (failed(add(operand)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace

LogicalResult Outliner::outlineMicrobatches(MicrobatchesOp op) {
  Block &body = op.getBody().front();
  auto choices = llvm::to_vector(body.getOps<SwitchMicrobatchOp>());
  if (choices.size() > 1) {
    InFlightDiagnostic diagnostic = op.emitOpError(
        "has more than one switch; a plan has one, whose cases tell apart all "
        "that microbatches do");
    for (SwitchMicrobatchOp choice : choices)
      diagnostic.attachNote(choice.getLoc()) << "a switch is here";
    return diagnostic;
  }
  set("microbatches", op.getCount());
  if (choices.size() == 1)
    return outlineSwitch(op, choices.front());
  SmallVector<Operation *> operations;
  for (Operation &inner : body.without_terminator())
    operations.push_back(&inner);
  return outlineStage(
      {operations, llvm::to_vector_of<Value>(body.getArguments()),
       llvm::to_vector_of<Value>(op.getYield().getValues()), op.getLoc()},
      /*isLast=*/true);
}

LogicalResult Outliner::outlineSwitch(MicrobatchesOp op,
                                      SwitchMicrobatchOp choice) {
  Block &body = op.getBody().front();
  SmallVector<Value> arguments(body.getArguments());
  auto outline = [&](Slicer &slicer, ValueRange activations, ValueRange results,
                     ArrayRef<Operation *> own, Location loc, bool isLast) {
    StageCode code{slicer.operations(), arguments, {}, loc};
    llvm::append_range(code.operations, own);
    llvm::append_range(code.arguments, activations);
    llvm::append_range(code.results, results);
    return outlineStage(code, isLast);
  };

  Slicer before(body);
  for (Value input : choice.getInputs())
    if (failed(before.add(input)))
      return failure();
  FailureOr<func::FuncOp> entry = outline(before, {}, choice.getInputs(), {},
                                          op.getLoc(), /*isLast=*/false);
  if (failed(entry))
    return failure();

  for (Region &region : choice.getBodies()) {
    Slicer slicer(body);
    SmallVector<Operation *> own;
    for (Operation &inner : region.front()) {
      if (failed(slicer.addOperation(&inner)))
        return failure();
      if (!isa<YieldOp>(inner))
        own.push_back(&inner);
    }
    bindActivations(region.getArguments(), *entry);
    FailureOr<func::FuncOp> function =
        outline(slicer, region.getArguments(),
                region.front().getTerminator()->getOperands(), own,
                choice.getLoc(), /*isLast=*/false);
    if (failed(function) || failed(checkExtents(*function)))
      return failure();
  }

  Slicer after(body);
  for (Value result : op.getYield().getValues())
    if (failed(after.add(result)))
      return failure();
  bindActivations(choice.getResults(), *entry);
  if (failed(outline(after, choice.getResults(), op.getYield().getValues(), {},
                     op.getLoc(), /*isLast=*/true)))
    return failure();

  int64_t exit = choice.getCases().size() + 1;
  Routes routes(op.getCount());
  for (auto [number, list] : llvm::enumerate(choice.getCases()))
    for (int64_t microbatch : cast<DenseI64ArrayAttr>(list).asArrayRef())
      routes[microbatch] = {{0, 0}, {int64_t(number) + 1, 0}, {exit, 0}};
  setRoutes(routes, SmallVector<SmallVector<int64_t>>(exit + 1, {0}));
  return success();
}
