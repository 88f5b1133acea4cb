//===- StageAssignment.cpp - Which operation is in which stage ------------===//

#include "passes/Import/StageAssignment.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace hocket;

namespace {

class Assignment {
public:
  Assignment(func::FuncOp loss, int64_t numStages, bool hasExit)
      : loss(loss), body(loss.getBody().front()), numStages(numStages),
        hasExit(hasExit) {}

  FailureOr<SmallVector<StagePart>> run();

private:
  SmallVector<Operation *> longestChain();
  LogicalResult placeLayers();
  void placeDependents();
  void placeOthers();
  LogicalResult connect(SmallVector<StagePart> &parts);

  /// The operations of `op` and of its regions that `op` gets from outside.
  static SetVector<Value> operandsOf(Operation &op);
  /// Sizes and constants are computed wherever they are needed.
  static bool isCheap(Operation *op) {
    return op->hasTrait<OpTrait::ConstantLike>() || isa<tensor::EmptyOp>(op) ||
           (isPure(op) && llvm::none_of(op->getResultTypes(), [](Type type) {
              return isa<TensorType>(type);
            }));
  }

  func::FuncOp loss;
  Block &body;
  int64_t numStages;
  bool hasExit;
  Operation *lastLayer = nullptr;
  DenseMap<Operation *, int64_t> stageOf;
};

SetVector<Value> Assignment::operandsOf(Operation &op) {
  SetVector<Value> operands;
  op.walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (operand.getParentBlock() == op.getBlock())
        operands.insert(operand);
  });
  return operands;
}

/// The longest sequence of calls each of which needs the one before.
SmallVector<Operation *> Assignment::longestChain() {
  DenseMap<Operation *, int64_t> depthOf;
  DenseMap<Operation *, Operation *> callBefore; // the one next to an op
  Operation *last = nullptr;
  for (Operation &op : body.without_terminator()) {
    int64_t depth = 0;
    Operation *before = nullptr;
    for (Value operand : operandsOf(op)) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || depthOf.lookup(producer) <= depth)
        continue;
      depth = depthOf.lookup(producer);
      before =
          isa<func::CallOp>(producer) ? producer : callBefore.lookup(producer);
    }
    bool isCall = isa<func::CallOp>(op);
    depthOf[&op] = depth + isCall;
    callBefore[&op] = before;
    if (isCall && (!last || depthOf[&op] > depthOf[last]))
      last = &op;
  }
  SmallVector<Operation *> chain;
  for (Operation *call = last; call; call = callBefore.lookup(call))
    chain.push_back(call);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

/// The calls of the function called most often are the layers; stage k of p
/// gets those from ceil(k L / p) to ceil((k + 1) L / p). An exit gets none, but
/// it does get the last call of a chain.
LogicalResult Assignment::placeLayers() {
  llvm::MapVector<StringRef, SmallVector<Operation *>> calls;
  for (auto call : body.getOps<func::CallOp>())
    calls[call.getCallee()].push_back(call);
  SmallVector<Operation *> layers;
  for (auto &[callee, callers] : calls)
    if (callers.size() > layers.size())
      layers = callers;
  int64_t withLayers = hasExit ? numStages - 1 : numStages;
  if (int64_t(layers.size()) < withLayers) {
    layers = longestChain();
    if (hasExit && !layers.empty())
      stageOf[layers.pop_back_val()] = numStages - 1;
  }
  int64_t count = layers.size();
  if (count < withLayers)
    return loss.emitOpError("calls ")
           << count << " layer" << (count == 1 ? "" : "s")
           << ", fewer than the " << withLayers << " stages asked for ("
           << (hasExit ? "skip_stages, without the exit" : "pipeline x chunks")
           << "); make every layer a function that it calls, or ask for fewer "
              "stages";
  for (auto [index, layer] : llvm::enumerate(layers))
    stageOf[layer] = int64_t(index) * withLayers / count;
  lastLayer = layers.back();
  return success();
}

/// What needs a layer is in the stage of the last one it needs; what needs the
/// very last one, in the exit, if there is one.
void Assignment::placeDependents() {
  for (Operation &op : body.without_terminator()) {
    int64_t stage = -1;
    for (Value operand : operandsOf(op))
      if (Operation *producer = operand.getDefiningOp())
        if (auto it = stageOf.find(producer); it != stageOf.end())
          stage =
              std::max(stage, hasExit && producer == lastLayer ? numStages - 1
                                                               : it->second);
    if (stage < 0 || isCheap(&op))
      continue;
    auto [it, isNew] = stageOf.try_emplace(&op, stage);
    it->second = std::max(it->second, stage);
  }
}

/// What needs no layer is in the first stage that needs it.
void Assignment::placeOthers() {
  for (Operation &op : llvm::reverse(body.without_terminator())) {
    if (stageOf.count(&op) || isCheap(&op))
      continue;
    int64_t stage = numStages - 1;
    SmallVector<Operation *> users(op.user_begin(), op.user_end());
    while (!users.empty()) {
      Operation *user = body.findAncestorOpInBlock(*users.pop_back_val());
      if (auto it = stageOf.find(user); it != stageOf.end())
        stage = std::min(stage, it->second);
      else // a size of it: follow to where that is needed
        users.append(user->user_begin(), user->user_end());
    }
    stageOf[&op] = stage;
  }
}

LogicalResult Assignment::connect(SmallVector<StagePart> &parts) {
  for (auto [index, part] : llvm::enumerate(parts)) {
    int64_t stage = index;
    SetVector<Operation *> members;
    SetVector<Value> arguments, received;
    if (stage == numStages - 1)
      for (Value result : body.getTerminator()->getOperands())
        if (Operation *op = result.getDefiningOp(); op && isCheap(op))
          members.insert(op);
    // Backward, so that the cheap operations a member needs join it.
    for (Operation &op : llvm::reverse(body.without_terminator())) {
      auto it = stageOf.find(&op);
      bool isMember = it != stageOf.end() && it->second == stage;
      if (!isMember && !members.contains(&op))
        continue;
      members.insert(&op);
      for (Value operand : operandsOf(op)) {
        Operation *producer = operand.getDefiningOp();
        if (!producer) {
          arguments.insert(operand);
          continue;
        }
        auto from = stageOf.find(producer);
        if (from == stageOf.end()) {
          members.insert(producer);
          continue;
        }
        if (from->second == stage)
          continue;
        if (from->second != stage - 1) {
          InFlightDiagnostic diagnostic =
              op.emitOpError("in stage ")
              << stage << " reads a value of stage " << from->second
              << "; a stage hands its values to the next one only. Let the "
                 "layers between take and return it, or compute it where it is "
                 "read";
          diagnostic.attachNote(producer->getLoc()) << "it is computed here";
          return diagnostic;
        }
        received.insert(operand);
      }
    }
    for (Operation &op : body.without_terminator())
      if (members.contains(&op))
        part.operations.push_back(&op);
    part.arguments = arguments.takeVector();
    llvm::sort(part.arguments, [](Value a, Value b) {
      return cast<BlockArgument>(a).getArgNumber() <
             cast<BlockArgument>(b).getArgNumber();
    });
    // In the order in which the stage before computes them.
    part.received = received.takeVector();
    llvm::sort(part.received, [](Value a, Value b) {
      Operation *producerA = a.getDefiningOp(), *producerB = b.getDefiningOp();
      if (producerA == producerB)
        return cast<OpResult>(a).getResultNumber() <
               cast<OpResult>(b).getResultNumber();
      return producerA->isBeforeInBlock(producerB);
    });
  }

  Operation *terminator = body.getTerminator();
  for (Value result : terminator->getOperands()) {
    Operation *producer = result.getDefiningOp();
    if (producer &&
        (isCheap(producer) || stageOf.lookup(producer) == numStages - 1))
      continue;
    InFlightDiagnostic diagnostic = terminator->emitOpError(
        "returns a value that the last stage does not compute; the loss and "
        "its weight must both come from it");
    diagnostic.attachNote(result.getLoc()) << "the value is defined here";
    return diagnostic;
  }
  return success();
}

FailureOr<SmallVector<StagePart>> Assignment::run() {
  if (numStages > 1 && failed(placeLayers()))
    return failure();
  placeDependents();
  placeOthers();
  SmallVector<StagePart> parts(numStages);
  if (failed(connect(parts)))
    return failure();
  return parts;
}

} // namespace

FailureOr<SmallVector<StagePart>>
hocket::assignStages(func::FuncOp loss, int64_t numStages, bool hasExit) {
  return Assignment(loss, numStages, hasExit).run();
}
