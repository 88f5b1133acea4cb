//===- Pipelines.cpp - The passes from a model to its kernels -------------===//

#include "hocket/Passes/Pipelines.h"

#include "hocket/Passes/Differentiate.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace hocket;

static void addFusion(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createConvertElementwiseToLinalgPass());
  functions.addPass(createLinalgElementwiseOpFusionPass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

void hocket::buildStagesPipeline(OpPassManager &manager, StringRef lossName) {
  OutlineOptions outline;
  outline.function = lossName.str();
  manager.addPass(createInlinerPass());
  manager.addPass(createOutline(outline));
  CutAttentionOptions cut;
  cut.function = lossName.str();
  manager.addPass(createCutAttention(cut));
  manager.addPass(createMergeStages());
  addFusion(manager);
}

void hocket::buildKernelsPipeline(OpPassManager &manager, StageForm form) {
  DifferentiateOptions differentiate;
  differentiate.forwardOnly = form == StageForm::Forward;
  differentiate.split = form == StageForm::Split;
  manager.addPass(createDifferentiate(differentiate));
  manager.addPass(createAddAttentionKernels());
  manager.addPass(createNewtonRecurrences());
  if (form != StageForm::Forward)
    manager.addPass(createWrapUpdate());
  addFusion(manager);
}
