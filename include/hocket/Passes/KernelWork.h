//===- KernelWork.h - Operations of a kernel --------------------*- C++ -*-===//

#ifndef HOCKET_PASSES_KERNELWORK_H
#define HOCKET_PASSES_KERNELWORK_H

#include "hocket/Support/TensorType.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace hocket {

/// Floating-point operations of a kernel function on tensors: for each linalg
/// op the arithmetic of its body times its iterations, and for attention the
/// matrix products over one sequence of all tokens, the most that they can be.
SizeExpr countFlops(mlir::func::FuncOp kernel);

} // namespace hocket

#endif // HOCKET_PASSES_KERNELWORK_H
