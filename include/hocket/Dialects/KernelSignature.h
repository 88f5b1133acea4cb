//===- KernelSignature.h - The operands of a kernel function ----*- C++ -*-===//
//
// The one place that knows the order and access of a kernel's operands: all
// arguments, then the results that no argument shares its binding with.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_KERNELSIGNATURE_H
#define HOCKET_DIALECTS_KERNELSIGNATURE_H

#include "hocket/Plan/Model.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace hocket {

struct KernelOperand {
  plan::Operand binding;
  TensorType type;
  std::optional<unsigned> argument; // of the function, where it is read
  std::optional<unsigned> result;   // of the function, where it is written
};

/// The operands of `kernel` in the order of its native entry point. Emits an
/// error where an argument or result is not a ranked tensor, lacks its
/// `hocket.operand`, or has dynamic extents without a `hocket.shape`.
mlir::FailureOr<llvm::SmallVector<KernelOperand>>
kernelOperands(mlir::func::FuncOp kernel);

} // namespace hocket

#endif // HOCKET_DIALECTS_KERNELSIGNATURE_H
