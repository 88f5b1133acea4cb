//===- Expand.h - Passes from strategies to plans ---------------*- C++ -*-===//

#ifndef HOCKET_PASSES_EXPAND_H
#define HOCKET_PASSES_EXPAND_H

#include "mlir/Pass/Pass.h"

namespace hocket {

#define GEN_PASS_DECL
#include "passes/Expand/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Expand/Passes.h.inc"

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_H
