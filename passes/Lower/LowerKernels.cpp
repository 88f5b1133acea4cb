//===- LowerKernels.cpp - The road from tensors to the LLVM dialect -------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/AllInterfaces.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/TensorInferTypeOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace hocket {
#define GEN_PASS_DEF_LOWERKERNELS
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

void hocket::registerLoweringDialects(DialectRegistry &registry) {
  registry.insert<bufferization::BufferizationDialect, LLVM::LLVMDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerAllDialectInterfaceImplementations(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerInferTypeOpInterfaceExternalModels(registry);
}

void hocket::buildLoweringPipeline(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(createDecomposeTensorOps());
  manager.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  manager.addNestedPass<func::FuncOp>(createLowerAttention());
  manager.addNestedPass<func::FuncOp>(createLowerScan());
  manager.addNestedPass<func::FuncOp>(createFoldTransposes());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addNestedPass<func::FuncOp>(createFuseShared());
  manager.addPass(createCSEPass());
  manager.addPass(createBufferizeKernels());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Removes copies that have become those of a buffer to itself.
  manager.addPass(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(createPlanWorkspace());
  manager.addPass(createMatmulToBLAS());
  // Index arithmetic in the bodies becomes ops that have a vector form.
  manager.addNestedPass<func::FuncOp>(createLowerAffinePass());
  manager.addNestedPass<func::FuncOp>(createVectorizeRows());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addNestedPass<func::FuncOp>(createApproximateMath());
  manager.addPass(createCSEPass());
  manager.addPass(createKernelEntry());

  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createSCFToControlFlowPass());
  // The partial sums of a vector are added as a tree.
  ConvertVectorToLLVMPassOptions vectorOptions;
  vectorOptions.reassociateFPReductions = true;
  manager.addPass(createConvertVectorToLLVMPass(vectorOptions));
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

namespace {

struct LowerKernelsPass : hocket::impl::LowerKernelsBase<LowerKernelsPass> {
  using LowerKernelsBase::LowerKernelsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    LowerKernelsBase::getDependentDialects(registry);
    registerLoweringDialects(registry);
    OpPassManager manager(ModuleOp::getOperationName());
    buildLoweringPipeline(manager);
    manager.getDependentDialects(registry);
  }

  void runOnOperation() override {
    OpPassManager manager(ModuleOp::getOperationName());
    buildLoweringPipeline(manager);
    if (failed(runPipeline(manager, getOperation())))
      signalPassFailure();
  }
};

} // namespace
