//===- KernelWork.h - Operations of a kernel --------------------*- C++ -*-===//

#ifndef HOCKET_PASSES_KERNELWORK_H
#define HOCKET_PASSES_KERNELWORK_H

#include "hocket/Support/TensorType.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"

namespace hocket {

/// Floating-point operations of a kernel function on tensors: the sum over its
/// ops that implement WorkOpInterface. Needs registerWorkModels() in the
/// context for those of linalg.
SizeExpr countFlops(mlir::func::FuncOp kernel);

/// Attaches WorkOpInterface to the structured ops of linalg: the floating-point
/// ops of the body (of arith and math), each one operation, times the
/// iterations.
void registerWorkModels(mlir::DialectRegistry &registry);

} // namespace hocket

#endif // HOCKET_PASSES_KERNELWORK_H
