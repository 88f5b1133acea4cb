//===- KernelBuilder.h - Kernels out of the ops of a function ---*- C++ -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_KERNELBUILDER_H
#define HOCKET_PASSES_DIFFERENTIATE_KERNELBUILDER_H

#include "Utils.h"

#include "mlir/IR/IRMapping.h"

namespace hocket {

/// A kernel under construction: ops are copied from another function.
class KernelBuilder {
public:
  /// `kind` is that of its task; the kernel stands after `after`.
  KernelBuilder(mlir::func::FuncOp source, llvm::StringRef suffix,
                llvm::StringRef kind, mlir::Operation *after);

  /// An argument that stands for `like`, a value of the source.
  mlir::Value addArgument(mlir::Value like, mlir::DictionaryAttr attrs);
  /// One that stands for nothing in the source.
  mlir::Value addArgument(mlir::Type type, mlir::DictionaryAttr attrs,
                          mlir::Location loc);
  /// Ends the function and removes what it does not need.
  void finish(llvm::ArrayRef<mlir::Value> results,
              llvm::ArrayRef<mlir::DictionaryAttr> attrs);
  void end() { builder.setInsertionPointToEnd(&kernel.getBody().front()); }

  mlir::func::FuncOp source;
  mlir::func::FuncOp kernel;
  mlir::OpBuilder builder;
  mlir::IRMapping mapping;
};

/// The attributes of `value` as residual `index` of its stage.
mlir::DictionaryAttr bindResidual(SymbolicShapes &shapes, mlir::Value value,
                                  uint32_t index);

/// What a backward kernel is made of.
struct BackwardSpec {
  llvm::StringRef kind; // of its task: B, Bi or W
  llvm::StringRef suffix;
  /// The ops to copy where the results need them, in order.
  llvm::ArrayRef<mlir::Operation *> ops;
  /// Values that it is given, by number of the residual; those that it does not
  /// read become no arguments.
  llvm::ArrayRef<mlir::Value> residuals;
  llvm::ArrayRef<mlir::Value> results;
  llvm::ArrayRef<mlir::DictionaryAttr> resultAttrs;
};
/// Builds such a kernel out of the adjoint ops of `joint`, after `after`.
mlir::func::FuncOp buildBackward(JointFunction &joint, SymbolicShapes &shapes,
                                 const BackwardSpec &spec,
                                 mlir::Operation *after);

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_KERNELBUILDER_H
