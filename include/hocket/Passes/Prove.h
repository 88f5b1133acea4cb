//===- Prove.h - Passes that check the invariants of plans ------*- C++ -*-===//

#ifndef HOCKET_PASSES_PROVE_H
#define HOCKET_PASSES_PROVE_H

#include "mlir/Pass/Pass.h"

namespace hocket {

#define GEN_PASS_DECL
#include "passes/Prove/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Prove/Passes.h.inc"

} // namespace hocket

#endif // HOCKET_PASSES_PROVE_H
