//===- Pipelines.h - The passes from a model to its kernels -----*- C++ -*-===//

#ifndef HOCKET_PASSES_PIPELINES_H
#define HOCKET_PASSES_PIPELINES_H

#include "mlir/Pass/PassManager.h"

namespace hocket {

/// The passes from a model with strategies to stage functions: inline, outline,
/// cut at attentions that ranks share, merge equal stages, fuse.
void buildStagesPipeline(mlir::OpPassManager &manager,
                         llvm::StringRef lossName = "loss");

/// What the kernels of a stage are: the forward alone, or with its backward,
/// whole or in two parts.
enum class StageForm { Forward, Whole, Split };

/// The passes from there to kernel functions: differentiate, add the kernels of
/// attentions that ranks share, expand what Newton's method solves, wrap the
/// update, fuse again.
void buildKernelsPipeline(mlir::OpPassManager &manager, StageForm form);

} // namespace hocket

#endif // HOCKET_PASSES_PIPELINES_H
