//===- SkipPipeline.cpp - What skip-pipelines have to obey ----------------===//

#include "VerifyStrategy.h"

#include "hocket/Dialects/Orders.h"
#include "hocket/Plan/Timeline.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace hocket;

static ArrayRef<int64_t> listOf(Attribute attribute) {
  return cast<DenseI64ArrayAttr>(attribute).asArrayRef();
}

SmallVector<StageOp, 4> SkipPipelineOp::getStages() {
  return llvm::to_vector<4>(getBody().getOps<StageOp>());
}

SmallVector<int64_t> SkipPipelineOp::getStageOfNode() {
  int64_t count = 0;
  for (Attribute list : getNodes())
    count += listOf(list).size();
  SmallVector<int64_t> stageOf(count);
  for (auto [stage, list] : llvm::enumerate(getNodes()))
    for (int64_t node : listOf(list))
      stageOf[node] = stage;
  return stageOf;
}

DictionaryAttr SkipPipelineOp::getLimits() {
  NamedAttrList limits;
  limits.set("path_length", getPathLengthAttr());
  std::pair<StringRef, Attribute> others[] = {
      {"max_backward_step", getMaxBackwardStepAttr()},
      {"max_backward_sum", getMaxBackwardSumAttr()},
      {"max_backward_moves", getMaxBackwardMovesAttr()},
      {"max_forward_jump", getMaxForwardJumpAttr()},
      {"in_flight", getInFlightAttr()}};
  for (auto [name, limit] : others)
    if (limit)
      limits.set(name, limit);
  return limits.getDictionary(getContext());
}

Routes SkipPipelineOp::getRoutes() {
  SmallVector<int64_t> stageOf = getStageOfNode();
  int64_t exit = getNodes().size();
  Routes routes;
  for (Attribute path : getPathsAttr()) {
    Route &route = routes.emplace_back();
    for (int64_t node : listOf(path))
      route.push_back({stageOf[node], node});
    route.push_back({exit, listOf(path).front()});
  }
  return routes;
}

//===----------------------------------------------------------------------===//
// Verifying
//===----------------------------------------------------------------------===//

namespace {

/// Checks one path. Notes name the stages at fault.
class PathChecker {
public:
  PathChecker(SkipPipelineOp op, int64_t microbatch, ArrayRef<int64_t> path)
      : op(op), microbatch(microbatch), path(path),
        stageOf(op.getStageOfNode()) {}

  LogicalResult run();

private:
  InFlightDiagnostic report() {
    return op.emitOpError("has a path of microbatch ")
           << microbatch << ", [" << path << "], ";
  }
  LogicalResult checkVisits();
  LogicalResult checkLimits();
  LogicalResult checkLimit(std::optional<uint64_t> limit, int64_t value,
                           StringRef name, StringRef what);

  SkipPipelineOp op;
  int64_t microbatch;
  ArrayRef<int64_t> path;
  SmallVector<int64_t> stageOf;
};

LogicalResult PathChecker::checkVisits() {
  if (int64_t(path.size()) != int64_t(op.getPathLength()))
    return report() << "of " << path.size() << " nodes; path_length is "
                    << op.getPathLength();
  llvm::MapVector<int64_t, int64_t> nodeOf; // by stage
  for (int64_t node : path) {
    if (node < 0 || node >= int64_t(stageOf.size()))
      return report() << "that visits node " << node << " of "
                      << stageOf.size();
    int64_t stage = stageOf[node];
    auto [it, isNew] = nodeOf.insert({stage, node});
    if (isNew)
      continue;
    InFlightDiagnostic diagnostic = report() << "that visits stage " << stage
                                             << " twice, on node " << it->second
                                             << " and on node " << node;
    diagnostic.attachNote(op.getStages()[stage].getLoc())
        << "the stage is here";
    return diagnostic;
  }
  if (stageOf[path.front()] == 0)
    return success();
  InFlightDiagnostic diagnostic =
      report() << "that skips its head: it starts on node " << path.front()
               << " of stage " << stageOf[path.front()]
               << ", and a path starts on a node of stage 0, which runs the "
                  "entry and the exit";
  diagnostic.attachNote(op.getStages().front().getLoc())
      << "stage 0 is here, held by the nodes [" << listOf(op.getNodes()[0])
      << "]";
  return diagnostic;
}

LogicalResult PathChecker::checkLimit(std::optional<uint64_t> limit,
                                      int64_t value, StringRef name,
                                      StringRef what) {
  if (!limit || value <= int64_t(*limit))
    return success();
  return report() << what << " " << value << "; " << name << " is " << *limit;
}

LogicalResult PathChecker::checkLimits() {
  int64_t frontier = 0, sum = 0, moves = 0;
  for (int64_t node : path.drop_front()) {
    int64_t stage = stageOf[node];
    if (failed(checkLimit(op.getMaxForwardJump(), stage - frontier,
                          "max_forward_jump",
                          "that jumps ahead of the frontier by")))
      return failure();
    if (stage < frontier) {
      ++moves;
      sum += frontier - stage;
      if (failed(checkLimit(op.getMaxBackwardStep(), frontier - stage,
                            "max_backward_step",
                            "that moves back from the frontier by")))
        return failure();
    }
    frontier = std::max(frontier, stage);
  }
  return success(
      succeeded(checkLimit(op.getMaxBackwardSum(), sum, "max_backward_sum",
                           "whose backward moves sum up to")) &&
      succeeded(checkLimit(op.getMaxBackwardMoves(), moves,
                           "max_backward_moves",
                           "whose backward moves number")));
}

LogicalResult PathChecker::run() {
  return success(succeeded(checkVisits()) && succeeded(checkLimits()));
}

} // namespace

/// Every node is in one stage, and every stage has a node.
static LogicalResult verifyNodes(SkipPipelineOp op) {
  DenseMap<int64_t, int64_t> stageOf;
  for (auto [stage, list] : llvm::enumerate(op.getNodes())) {
    if (listOf(list).empty())
      return op.emitOpError("has no node for stage ") << stage;
    for (int64_t node : listOf(list))
      if (auto [it, isNew] = stageOf.try_emplace(node, stage); !isNew)
        return op.emitOpError("has node ")
               << node << " in stage " << it->second << " and in stage "
               << stage << "; a node holds one stage";
  }
  int64_t count = stageOf.size();
  for (auto [stage, list] : llvm::enumerate(op.getNodes()))
    for (int64_t node : listOf(list))
      if (node < 0 || node >= count)
        return op.emitOpError("has node ")
               << node << " in stage " << stage << ", and there are " << count
               << " nodes: number them from 0, without a gap";
  return success();
}

LogicalResult SkipPipelineOp::verify() {
  int64_t numStages = getNodes().size();
  if (failed(verifyBlockArguments(*this)) ||
      failed(verifyCutting(*this, "microbatches")) ||
      failed(verifyNodes(*this)))
    return failure();
  if (int64_t(getPathLength()) > numStages)
    return emitOpError("has paths of ")
           << getPathLength() << " stages, and there are " << numStages
           << ": a path visits no stage twice";
  int64_t numNodes = getStageOfNode().size();
  if (getInFlight() && int64_t(getInFlight()->size()) != numNodes)
    return emitOpError("has limits in_flight for ")
           << getInFlight()->size() << " nodes, and there are " << numNodes;
  for (auto [node, count] :
       llvm::enumerate(getInFlight().value_or(ArrayRef<int64_t>())))
    if (count < 1)
      return emitOpError("has the limit in_flight ")
             << count << " of node " << node
             << ", whose memory then admits no microbatch; it must be at least "
                "1";
  if (getOrders() && !getPaths())
    return emitOpError("has orders, but its paths are still auto");
  if (getPaths() && getPaths()->size() != getMicrobatches())
    return emitOpError("has ") << getMicrobatches() << " microbatches and "
                               << getPaths()->size() << " paths";
  return success();
}

/// A body takes what any stage before it makes and returns the like.
static LogicalResult verifyBodies(ArrayRef<StageOp> stages) {
  for (size_t number = 1; number < stages.size(); ++number) {
    StageOp stage = stages[number], before = stages[number - 1];
    bool isExit = number + 1 == stages.size();
    SmallVector<Value> received;
    for (Value input : stage.getInputs())
      if (input.getDefiningOp<StageOp>())
        received.push_back(input);
    if (ValueRange(received) != ValueRange(before.getResults())) {
      InFlightDiagnostic diagnostic = stage.emitOpError(
          "needs to take all results of the stage before it, each once and in "
          "order: a microbatch may bring them from another stage");
      diagnostic.attachNote(before.getLoc()) << "the stage before it is here";
      return diagnostic;
    }
    if (isExit || stage.getResultTypes() == before.getResultTypes())
      continue;
    InFlightDiagnostic diagnostic =
        stage.emitOpError("needs to return values of the types that it takes, "
                          "since any body may follow any other: it takes ")
        << before.getResultTypes() << " and returns " << stage.getResultTypes();
    diagnostic.attachNote(before.getLoc()) << "the stage before it is here";
    return diagnostic;
  }
  return success();
}

/// The orders of the nodes hold every task of every visit.
static LogicalResult verifyNodeOrders(SkipPipelineOp op) {
  if (!op.getOrders())
    return success();
  Routes routes = op.getRoutes();
  OrderRules rules;
  rules.stages = op.getNodes().size() + 1;
  rules.microbatches = op.getMicrobatches();
  rules.ranks = op.getStageOfNode().size();
  rules.rankOf = [&](int64_t stage, int64_t microbatch) -> int64_t {
    for (const RouteStop &stop : routes[microbatch])
      if (stop.stage == stage)
        return stop.node;
    return -1;
  };
  FailureOr<TaskLists> lists = verifyOrders(op, *op.getOrders(), rules);
  if (failed(lists))
    return failure();
  plan::TaskOrders orders{std::move(*lists), {}, {}};
  for (const Route &route : routes) {
    std::vector<plan::Visit> &visits = orders.routes.emplace_back();
    for (const RouteStop &stop : route)
      visits.push_back({uint32_t(stop.stage), uint32_t(stop.node)});
  }
  return verifyRunnable(op, orders);
}

LogicalResult SkipPipelineOp::verifyRegions() {
  if (failed(verifyYield(*this)) || failed(verifyChain(*this)))
    return failure();
  SmallVector<StageOp, 4> stages = getStages();
  int64_t numStages = getNodes().size();
  if (int64_t(stages.size()) != numStages + 1)
    return emitOpError("has nodes for ")
           << numStages << " stages and so holds " << numStages + 1
           << " (the entry, the bodies and, on the nodes of the entry, the "
              "exit), not "
           << stages.size();
  if (failed(verifyBodies(stages)))
    return failure();
  if (getPaths())
    for (auto [microbatch, path] : llvm::enumerate(getPathsAttr()))
      if (failed(PathChecker(*this, microbatch, listOf(path)).run()))
        return failure();
  return verifyNodeOrders(*this);
}
