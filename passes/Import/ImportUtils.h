//===- ImportUtils.h - The steps of hocket-import ---------------*- C++ -*-===//

#ifndef HOCKET_PASSES_IMPORT_IMPORTUTILS_H
#define HOCKET_PASSES_IMPORT_IMPORTUTILS_H

#include "passes/Import/Sentinels.h"

#include "mlir/IR/BuiltinOps.h"

namespace hocket {

/// Replaces the calls of functions with `hocket.attention` and drops functions
/// that nothing calls any more. Returns the number of calls replaced.
mlir::FailureOr<unsigned> convertAttentionCalls(mlir::ModuleOp module);

/// Makes every size dynamic that `sentinels` stands for.
mlir::LogicalResult makeSizesDynamic(mlir::ModuleOp module,
                                     const Sentinels &sentinels);

} // namespace hocket

#endif // HOCKET_PASSES_IMPORT_IMPORTUTILS_H
