//===- Differentiate.cpp - Stages become forward and backward kernels -----===//

#include "Utils.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectRegistry.h"

namespace hocket {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Differentiate/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

#include "passes/Differentiate/Interfaces.cpp.inc"

void hocket::registerDifferentiationModels(DialectRegistry &registry) {
  registerArithModels(registry);
  registerMathModels(registry);
  registerTensorModels(registry);
  registerLinalgModels(registry);
  registerHocketModels(registry);
}

namespace {

struct Differentiate : hocket::impl::DifferentiateBase<Differentiate> {
  using DifferentiateBase::DifferentiateBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    DifferentiateBase::getDependentDialects(registry);
    // A host that loads this pass as a plugin has not registered them.
    registerDifferentiationModels(registry);
  }

  void runOnOperation() override {
    SmallVector<func::FuncOp> stages;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(kStageAttr) && !function->hasAttr(kKernelAttr))
        stages.push_back(function);
    for (func::FuncOp stage : stages) {
      if (forwardOnly) {
        if (failed(forwardKernel(stage)))
          return signalPassFailure();
      } else {
        FailureOr<StageKernels> kernels = differentiateStage(
            stage, split ? BackwardForm::Split : BackwardForm::Whole);
        if (failed(kernels))
          return signalPassFailure();
        numResiduals += kernels->numResiduals;
      }
      stage.erase();
      ++numStages;
    }
    // They have done what they are for.
    getOperation().walk([](DetachOp op) {
      op->replaceAllUsesWith(ValueRange(op.getInput()));
      op->erase();
    });
  }
};

} // namespace
