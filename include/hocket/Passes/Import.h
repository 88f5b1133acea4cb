//===- Import.h - Passes from foreign models to strategies ------*- C++ -*-===//

#ifndef HOCKET_PASSES_IMPORT_H
#define HOCKET_PASSES_IMPORT_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringRef.h"

namespace hocket {

/// On a module: the sizes that stand for dynamic ones, an array of i64.
inline constexpr llvm::StringLiteral kSentinelsAttr = "hocket.sentinels";
/// On a function that computes attention: a dictionary with `causal`, a bool,
/// and `scale`, an f32.
inline constexpr llvm::StringLiteral kAttentionAttr = "hocket.attention";

#define GEN_PASS_DECL
#include "passes/Import/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Import/Passes.h.inc"

} // namespace hocket

#endif // HOCKET_PASSES_IMPORT_H
