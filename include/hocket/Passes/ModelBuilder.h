//===- ModelBuilder.h - Kernel functions as a plan::Model -------*- C++ -*-===//

#ifndef HOCKET_PASSES_MODELBUILDER_H
#define HOCKET_PASSES_MODELBUILDER_H

#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Plan/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace hocket {

struct ModelSource {
  plan::Model model;
  plan::Strategy strategy;
};

/// Reads the kernel functions of `module` and the signature of `@lossName` (as
/// hocket-outline, hocket-differentiate and hocket-wrap-update leave them).
/// Workspaces, flops and bytes are 0: only compiling the kernels tells them.
/// Emits an error where something is missing.
mlir::FailureOr<ModelSource> buildModel(mlir::ModuleOp module,
                                        llvm::StringRef lossName = "loss");

/// The strategy that hocket-outline has written down at the loss function.
/// Emits an error where it has not.
mlir::FailureOr<plan::Strategy> strategyOf(mlir::func::FuncOp loss);

/// Whether a hocket.stream left it to the compiler what the backward finds of
/// its forward (`activations = "auto"`); strategyOf() reads that as nothing.
bool leavesActivationsOpen(mlir::func::FuncOp loss);

} // namespace hocket

#endif // HOCKET_PASSES_MODELBUILDER_H
