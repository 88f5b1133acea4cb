//===- VerifyScan.h - What verifiers of scans share -------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_VERIFYSCAN_H
#define HOCKET_DIALECTS_HOCKET_VERIFYSCAN_H

#include "mlir/IR/Operation.h"

namespace hocket {

/// Checks that `values` are tensors [T, ...] of one T, static otherwise.
llvm::LogicalResult verifyTokens(mlir::Operation *op, llvm::StringRef what,
                                 mlir::ValueRange values);

/// Checks that `offsets` is [S + 1] of i32.
llvm::LogicalResult verifyOffsets(mlir::Operation *op, mlir::Value offsets);

} // namespace hocket

#endif // HOCKET_DIALECTS_HOCKET_VERIFYSCAN_H
