//===- ScanRules.h - Differentiation of scans and recurrences ---*- C++ -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_SCANRULES_H
#define HOCKET_PASSES_DIFFERENTIATE_SCANRULES_H

#include "Utils.h"

namespace hocket {

/// What one op computes at every token and channel of a recurrence.
struct CellValues {
  /// The new states, or what is left to them (see below).
  llvm::SmallVector<mlir::Value> states;
  /// The derivatives of state i by state j before it, at i * n + j.
  llvm::SmallVector<mlir::Value> jacobian;
};

/// f(before, x, w) with its Jacobian by the states before; a null `before` are
/// zeros. Where `current` states are given, they are subtracted from f. Fails
/// after an error at an op of the cell that has no rule.
mlir::FailureOr<CellValues>
evaluateCell(mlir::OpBuilder &builder, RecurrenceOp op, mlir::ValueRange before,
             mlir::ValueRange current, bool withJacobian);

/// d[t] = A[t] d[t - 1] + b[t] in each sequence with d = 0 before it, for n
/// numbers a channel; A[t], of n x n, is given row by row.
llvm::SmallVector<mlir::Value> linearScan(mlir::OpBuilder &builder,
                                          mlir::Location loc,
                                          mlir::ValueRange matrices,
                                          mlir::ValueRange vectors,
                                          mlir::Value offsets, bool reverse);

/// One scan against the recurrence with the Jacobians at its states, then the
/// gradients of each step alone.
struct RecurrenceModel
    : ReverseDifferentiableOpInterface::ExternalModel<RecurrenceModel,
                                                      RecurrenceOp> {
  llvm::LogicalResult buildAdjoints(mlir::Operation *op,
                                    mlir::OpBuilder &builder,
                                    Adjoints &adjoints) const;
};

void attachScanModels(mlir::MLIRContext *context);

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_SCANRULES_H
