//===- Lower.h - Passes from tensors to the LLVM dialect --------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_H
#define HOCKET_PASSES_LOWER_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace hocket {

/// On lowered kernel functions: the bytes of the workspace, a DenseI64ArrayAttr
/// of (coefficient, power of each symbol) per term.
inline constexpr llvm::StringLiteral kWorkspaceAttr = "hocket.workspace";

/// The symbol of the matrix product, in IR and in the image.
inline constexpr llvm::StringLiteral kSgemm = "hocket_sgemm";

/// Adds the dialects and the models of interfaces that the passes need. The
/// tools that register everything upstream has need not call it.
void registerLoweringDialects(mlir::DialectRegistry &registry);

/// The whole road from kernel functions on tensors to the LLVM dialect.
void buildLoweringPipeline(mlir::OpPassManager &manager);

#define GEN_PASS_DECL
#include "passes/Lower/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Lower/Passes.h.inc"

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_H
