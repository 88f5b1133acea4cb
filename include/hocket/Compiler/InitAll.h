//===- InitAll.h - Registration of everything of ours -----------*- C++ -*-===//

#ifndef HOCKET_COMPILER_INITALL_H
#define HOCKET_COMPILER_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace hocket {

/// Adds our dialects to `registry`, and the interfaces that our passes attach
/// to the operations of upstream dialects.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Makes our passes known to the parser of pass pipelines. Once a process.
void registerAllPasses();

/// Adds the command line options `--debug` and `--debug-only=TYPES` where LLVM
/// was built without them. They show what HOCKET_DEBUG prints. To be called
/// before the command line is parsed.
void registerDebugOptions();

} // namespace hocket

#endif // HOCKET_COMPILER_INITALL_H
