//===- StageKernels.cpp - Forward and backward as functions ---------------===//

#include "KernelBuilder.h"

#include "hocket/Dialects/Hocket.h"

using namespace mlir;
using namespace hocket;

namespace {

func::FuncOp buildForward(func::FuncOp source, ArrayRef<Operation *> ops,
                          ArrayRef<Value> primalResults, unsigned numArguments,
                          ArrayRef<Value> residuals, SymbolicShapes &shapes,
                          Operation *after) {
  KernelBuilder forward(source, ".forward", "F", after);
  for (unsigned number = 0; number < numArguments; ++number)
    forward.addArgument(source.getArgument(number),
                        source.getArgAttrDict(number));
  forward.end();
  for (Operation *op : ops)
    forward.builder.clone(*op, forward.mapping);

  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attrs;
  auto keepResiduals = [&] {
    for (auto [index, value] : llvm::enumerate(residuals)) {
      results.push_back(forward.mapping.lookup(value));
      attrs.push_back(bindResidual(shapes, value, index));
    }
  };
  bool kept = false;
  for (auto [number, primal] : llvm::enumerate(primalResults)) {
    DictionaryAttr dict = source.getResultAttrDict(number);
    Value result = forward.mapping.lookupOrDefault(primal);
    Slot slot = bindingOf(dict).getSlot();
    if (slot == Slot::Loss || slot == Slot::Weight) {
      // Residuals come before the sums over the step.
      if (!kept)
        keepResiduals();
      kept = true;
      Value total =
          forward.addArgument(result.getType(), dict, primal.getLoc());
      forward.end();
      result = addTensors(forward.builder, primal.getLoc(), total, result,
                          /*inPlace=*/true);
    }
    results.push_back(result);
    attrs.push_back(dict);
  }
  if (!kept)
    keepResiduals();
  forward.finish(results, attrs);
  return forward.kernel;
}

LogicalResult build(JointFunction &joint, SymbolicShapes &shapes,
                    BackwardForm form, StageKernels &kernels) {
  FailureOr<SmallVector<Value>> residuals = chooseResiduals(
      {joint.primalOps, joint.adjointOps, joint.gradients, {}}, shapes);
  if (failed(residuals))
    return failure();
  kernels.numResiduals = residuals->size();
  // Of a backward in two parts, what each of them does.
  SplitBackward split;
  if (form == BackwardForm::Split) {
    FailureOr<SplitBackward> found = splitBackward(joint, *residuals, shapes);
    if (failed(found))
      return failure();
    split = std::move(*found);
  }

  kernels.forward = buildForward(joint.function, joint.primalOps,
                                 joint.primalResults, joint.numPrimalArguments,
                                 *residuals, shapes, joint.function);
  if (form == BackwardForm::Whole) {
    kernels.backward =
        buildBackward(joint, shapes,
                      {"B", ".backward", joint.adjointOps, *residuals,
                       joint.gradients, joint.gradientAttrs},
                      kernels.forward);
    return success();
  }
  Operation *last = kernels.forward;
  SmallVector<Value> results = split.inputGradients;
  SmallVector<DictionaryAttr> attrs = split.inputGradientAttrs;
  SmallVector<Value> given = *residuals;
  for (Value value : split.kept) {
    results.push_back(value);
    attrs.push_back(bindResidual(shapes, value, given.size()));
    given.push_back(value);
  }
  if (!results.empty())
    last = kernels.inputBackward = buildBackward(
        joint, shapes,
        {"Bi", ".backward_input", split.inputOps, *residuals, results, attrs},
        last);
  if (!split.weightGradients.empty())
    kernels.weightBackward =
        buildBackward(joint, shapes,
                      {"W", ".backward_weight", split.weightOps, given,
                       split.weightGradients, split.weightGradientAttrs},
                      last);
  kernels.numResiduals = given.size();
  return success();
}

} // namespace

FailureOr<func::FuncOp> hocket::forwardKernel(func::FuncOp stage) {
  if (failed(checkStage(stage)))
    return failure();
  SymbolicShapes shapes(stage);
  Block &block = stage.getBody().front();
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  SmallVector<Value> results(block.getTerminator()->getOperands());
  return buildForward(stage, ops, results, stage.getNumArguments(), {}, shapes,
                      stage);
}

FailureOr<StageKernels> hocket::differentiateStage(func::FuncOp stage,
                                                   BackwardForm form) {
  FailureOr<JointFunction> joint = buildJoint(stage);
  if (failed(joint))
    return failure();
  func::FuncOp function = joint->function;
  SymbolicShapes shapes(function);
  StageKernels kernels;
  LogicalResult built = build(*joint, shapes, form, kernels);
  function.erase();
  if (failed(built))
    return failure();
  return kernels;
}
