//===- NativeCode.h - LLVM IR to a shared object ----------------*- C++ -*-===//

#ifndef HOCKET_LIB_COMPILER_NATIVECODE_H
#define HOCKET_LIB_COMPILER_NATIVECODE_H

#include "hocket/Compiler/KernelImage.h"

#include <string>

namespace llvm {
class Module;
} // namespace llvm

namespace hocket {

/// Optimizes `module` for the target, compiles and links it. Errors:
/// InvalidArgument for an unknown processor, Io where no linker is found or it
/// fails. Temporary files are removed.
Result<runtime::KernelImage> emitSharedObject(llvm::Module &module,
                                              const TargetOptions &options);

} // namespace hocket

#endif // HOCKET_LIB_COMPILER_NATIVECODE_H
