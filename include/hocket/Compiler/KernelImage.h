//===- KernelImage.h - Kernel functions as native code ----------*- C++ -*-===//

#ifndef HOCKET_COMPILER_KERNELIMAGE_H
#define HOCKET_COMPILER_KERNELIMAGE_H

#include "hocket/Plan/Model.h"
#include "hocket/Runtime/Executable.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace hocket {

/// What kernels are compiled for.
struct TargetOptions {
  /// A processor by LLVM's name; "native" is the one that compiles.
  std::string cpu = "native";
  /// Changes to the processor's features, for example "+fma,-avx512f".
  std::string features;
  /// 0 to 3, as of a C compiler.
  unsigned optLevel = 3;
  /// Filled with the optimized LLVM IR where it is not null.
  std::string *llvmIR = nullptr;
  /// Filled with the assembly where it is not null.
  std::string *assembly = nullptr;
};

struct CompiledKernels {
  runtime::KernelImage image;
  /// One entry per kernel function, in the order of the module, with all that
  /// is known of it.
  std::vector<plan::Kernel> kernels;
};

/// Compiles every function of `module` with `hocket.kernel` to native code: an
/// ELF shared object that exports the kernels' entry points under the
/// functions' names, and `hocket_sgemm`, a writable function pointer (row-major
/// single-precision matrix product) that must be set before a kernel runs. The
/// module stays as it is. Equal modules give equal bytes. Kernels that differ
/// in their names and in the indices of their bindings only are compiled once.
/// Emits an error at the op that cannot be lowered, or at the module where the
/// processor is unknown or no linker is found.
mlir::FailureOr<CompiledKernels> compileKernels(mlir::ModuleOp module,
                                                const TargetOptions &options);

} // namespace hocket

#endif // HOCKET_COMPILER_KERNELIMAGE_H
