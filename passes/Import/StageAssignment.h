//===- StageAssignment.h - Which operation is in which stage ----*- C++ -*-===//

#ifndef HOCKET_PASSES_IMPORT_STAGEASSIGNMENT_H
#define HOCKET_PASSES_IMPORT_STAGEASSIGNMENT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace hocket {

/// The operations of a stage, in program order; the arguments of the function
/// that they read, and what the stage before computes for them. An operation
/// that computes a size or a constant is in every stage that needs it.
struct StagePart {
  llvm::SmallVector<mlir::Operation *> operations;
  llvm::SmallVector<mlir::Value> arguments, received;
};

/// Assigns the operations of the straight-line function `loss` to `numStages`
/// stages. With `hasExit` the last one holds no layer, only what needs the last
/// layer. Emits an error where there are too few layers, or where a value would
/// cross a stage that does not use it.
mlir::FailureOr<llvm::SmallVector<StagePart>>
assignStages(mlir::func::FuncOp loss, int64_t numStages, bool hasExit = false);

} // namespace hocket

#endif // HOCKET_PASSES_IMPORT_STAGEASSIGNMENT_H
