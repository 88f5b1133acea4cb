//===- SplitBackward.cpp - Bi and W ---------------------------------------===//
//
// After Qi et al., "Zero Bubble Pipeline Parallelism" (ICLR'24), here by
// slicing: no op is both in Bi and in W, except for what is cheap to compute
// again.
//
//===----------------------------------------------------------------------===//

#include "Utils.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;
using namespace hocket;

namespace {

/// Whose gradients an op helps to compute.
class Goal {
public:
  /// The gradient of a parameter, by its number among the gradients.
  static Goal parameter(int number) { return Goal(number); }
  /// Those of the inputs, or of several parameters.
  static Goal several() { return Goal(kSeveral); }
  Goal() = default;

  bool isOneParameter() const { return value >= 0; }
  void join(Goal other) {
    if (value == kNone)
      value = other.value;
    else if (other.value != kNone && other.value != value)
      value = kSeveral;
  }

private:
  explicit Goal(int value) : value(value) {}
  static constexpr int kNone = -1, kSeveral = -2;
  int value = kNone;
};

class Splitter {
public:
  explicit Splitter(JointFunction &joint) : joint(joint) {}

  SplitBackward run();

private:
  void findAccumulating();
  linalg::GenericOp takeOthers(linalg::GenericOp op,
                               const DenseSet<Value> &sums);
  void groupParameters();
  Goal goalOf(Operation *op);

  SmallVector<Value> readBy(Operation *op) const {
    SetVector<Value> values(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), values);
    return values.takeVector();
  }
  bool isParameter(size_t gradient) const {
    return bindingOf(joint.gradientAttrs[gradient]).getSlot() == Slot::Gradient;
  }

  JointFunction &joint;
  /// Ops that add to the gradient of a parameter.
  DenseSet<Operation *> accumulating;
  /// Parameters whose gradients one op adds to together.
  llvm::EquivalenceClasses<int> together;
  DenseMap<Value, Goal> goals;
};

/// These depend on the gradient so far, an argument.
void Splitter::findAccumulating() {
  DenseSet<Value> sums;
  func::FuncOp function = joint.function;
  for (BlockArgument argument : function.getArguments())
    if (bindingOf(function.getArgAttrDict(argument.getArgNumber())).getSlot() ==
        Slot::Gradient)
      sums.insert(argument);
  SmallVector<Operation *> ops;
  for (Operation *op : joint.adjointOps) {
    if (llvm::none_of(readBy(op), [&](Value v) { return sums.contains(v); })) {
      ops.push_back(op);
      continue;
    }
    // An op that also computes something else becomes two.
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      if (linalg::GenericOp others = takeOthers(generic, sums))
        ops.push_back(others);
    ops.push_back(op);
    accumulating.insert(op);
    sums.insert(op->result_begin(), op->result_end());
  }
  joint.adjointOps = std::move(ops);
}

/// Makes an op of its own, before `op`, of the results that are no sums; null
/// where there are none, or where the sums are read for them. What is left of
/// them in `op` is read by nobody and goes when the kernel is finished.
linalg::GenericOp Splitter::takeOthers(linalg::GenericOp op,
                                       const DenseSet<Value> &sums) {
  Block &body = *op.getBody();
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  SmallVector<unsigned> others;
  for (auto [number, init] : llvm::enumerate(op.getOutputs()))
    if (!sums.contains(init))
      others.push_back(number);
  if (others.empty() ||
      llvm::any_of(op.getInputs(), [&](Value v) { return sums.contains(v); }))
    return {};

  OpBuilder builder(op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned numInputs = op.getNumDpsInputs();
  SmallVector<AffineMap> ownMaps(maps.begin(), maps.begin() + numInputs);
  SmallVector<Value> outputs, results;
  for (unsigned number : others) {
    ownMaps.push_back(maps[numInputs + number]);
    outputs.push_back(op.getOutputs()[number]);
  }
  bool readsSums = false;
  auto made = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(outputs).getTypes(), op.getInputs(),
      outputs, ownMaps, op.getIteratorTypesArray(),
      [&](OpBuilder &inner, Location loc, ValueRange arguments) {
        IRMapping mapping;
        for (unsigned i = 0; i < numInputs; ++i)
          mapping.map(body.getArgument(i), arguments[i]);
        for (auto [position, number] : llvm::enumerate(others))
          mapping.map(body.getArgument(numInputs + number),
                      arguments[numInputs + position]);
        SetVector<Operation *> needed;
        SmallVector<Value> pending;
        for (unsigned number : others)
          pending.push_back(yield.getOperand(number));
        while (!pending.empty()) {
          Value value = pending.pop_back_val();
          Operation *definition = value.getDefiningOp();
          if (definition && definition->getBlock() == &body &&
              needed.insert(definition))
            llvm::append_range(pending, readBy(definition));
          auto argument = dyn_cast<BlockArgument>(value);
          readsSums |= argument && argument.getOwner() == &body &&
                       !mapping.contains(argument);
        }
        if (!readsSums)
          for (Operation &scalar : body.without_terminator())
            if (needed.contains(&scalar))
              inner.clone(scalar, mapping);
        SmallVector<Value> yielded;
        for (auto [position, number] : llvm::enumerate(others))
          yielded.push_back(
              readsSums ? arguments[numInputs + position]
                        : mapping.lookupOrDefault(yield.getOperand(number)));
        linalg::YieldOp::create(inner, loc, yielded);
      });
  if (readsSums) {
    made.erase();
    return {};
  }
  for (auto [position, number] : llvm::enumerate(others)) {
    Value before = op.getResult(number), after = made.getResult(position);
    before.replaceAllUsesWith(after);
    for (Value &gradient : joint.gradients)
      if (gradient == before)
        gradient = after;
  }
  return made;
}

void Splitter::groupParameters() {
  DenseMap<Operation *, SmallVector<int>> reached;
  for (auto [number, gradient] : llvm::enumerate(joint.gradients))
    if (isParameter(number)) {
      together.insert(int(number));
      if (Operation *op = gradient.getDefiningOp())
        reached[op].push_back(int(number));
    }
  for (Operation *op : llvm::reverse(joint.adjointOps)) {
    if (!accumulating.contains(op))
      continue;
    SmallVector<int> numbers = reached.lookup(op);
    for (int number : numbers)
      together.unionSets(numbers.front(), number);
    if (numbers.empty())
      continue;
    for (Value value : readBy(op))
      if (Operation *before = value.getDefiningOp();
          before && accumulating.contains(before))
        reached[before].push_back(numbers.front());
  }
}

Goal Splitter::goalOf(Operation *op) {
  Goal goal;
  for (Value result : op->getResults())
    goal.join(goals.lookup(result));
  return goal;
}

SplitBackward Splitter::run() {
  findAccumulating();
  groupParameters();
  SplitBackward split;
  for (auto [number, gradient, attrs] :
       llvm::enumerate(joint.gradients, joint.gradientAttrs)) {
    bool ofParameter = isParameter(number);
    goals[gradient].join(
        ofParameter ? Goal::parameter(together.getLeaderValue(int(number)))
                    : Goal::several());
    (ofParameter ? split.weightGradients : split.inputGradients)
        .push_back(gradient);
    (ofParameter ? split.weightGradientAttrs : split.inputGradientAttrs)
        .push_back(attrs);
  }
  for (Operation *op : llvm::reverse(joint.adjointOps)) {
    Goal goal = goalOf(op);
    for (Value value : readBy(op))
      goals[value].join(goal);
    bool isWeight = accumulating.contains(op) || goal.isOneParameter();
    (isWeight ? split.weightOps : split.inputOps).push_back(op);
  }
  std::reverse(split.weightOps.begin(), split.weightOps.end());
  std::reverse(split.inputOps.begin(), split.inputOps.end());
  return split;
}

} // namespace

FailureOr<SplitBackward> hocket::splitBackward(JointFunction &joint,
                                               ArrayRef<Value> residuals,
                                               SymbolicShapes &shapes) {
  SplitBackward split = Splitter(joint).run();
  SmallVector<Operation *> before = joint.primalOps;
  llvm::append_range(before, split.inputOps);
  FailureOr<SmallVector<Value>> kept = chooseResiduals(
      {before, split.weightOps, split.weightGradients, residuals}, shapes);
  if (failed(kept))
    return failure();
  split.kept = std::move(*kept);
  return split;
}
