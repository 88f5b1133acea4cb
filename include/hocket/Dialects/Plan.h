//===- Plan.h - The plan dialect --------------------------------*- C++ -*-===//
//
// Who does what when, as IR. The plain C++ form is hocket/Plan/Plan.h; it and
// this one are translated into each other by PlanTranslation.h.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_PLAN_H
#define HOCKET_DIALECTS_PLAN_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/TensorType.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Hashing.h"

#include <optional>

namespace hocket {

// Found by the uniquer of types and attributes.
llvm::hash_code hash_value(const SizeExpr &size);
llvm::hash_code hash_value(const TensorType &type);

namespace planir {

/// Numbers of what instructions refer to.
struct Numbering {
  llvm::DenseMap<mlir::Value, uint32_t> buffers;      // of the role
  llvm::DenseMap<mlir::Value, uint32_t> sends;        // of the role
  llvm::DenseMap<mlir::Value, uint32_t> copies;       // of the role
  llvm::DenseMap<mlir::StringAttr, uint32_t> kernels; // of the program
  int32_t stage = -1; // the role's, where it has only one
};

} // namespace planir
} // namespace hocket

#include "dialects/Plan/Dialect.h.inc"
#include "dialects/Plan/Enums.h.inc"
#include "dialects/Plan/Interfaces.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Plan/Types.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/Attrs.h.inc"

#define GET_OP_CLASSES
#include "dialects/Plan/Ops.h.inc"

#endif // HOCKET_DIALECTS_PLAN_H
