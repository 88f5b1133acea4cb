//===- Utils.h - What the rules share ---------------------------*- C++ -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_UTILS_H
#define HOCKET_PASSES_DIFFERENTIATE_UTILS_H

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Differentiate.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace hocket {

/// An uninitialized tensor of the type and extents of `like`.
mlir::Value emptyLike(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value like);

mlir::Value zeroTensor(mlir::OpBuilder &builder, mlir::Location loc,
                       llvm::ArrayRef<mlir::OpFoldResult> sizes,
                       mlir::Type element);

/// accumulator + contribution, written over the accumulator or apart from it.
mlir::Value addTensors(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value accumulator, mlir::Value contribution,
                       bool inPlace);

/// True for floating-point scalars and tensors of them.
bool isFloat(mlir::Type type);

//===----------------------------------------------------------------------===//
// Bodies of linalg ops
//===----------------------------------------------------------------------===//

/// Replaces every scf.if in `block`, an op with regions of pure ops, by
/// selects. A tensor.extract that is run at all times then reads element 0
/// where it was not run before; `indices` keeps what it was told to read.
llvm::LogicalResult flattenConditionals(
    mlir::Block &block,
    llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> &indices);

/// The reverse sweep over the ops of a body. `gradients` holds the seeds and
/// receives the gradients of all values that depend on `leaves`.
llvm::LogicalResult
reverseBody(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Operation *> ops,
            llvm::ArrayRef<mlir::Value> leaves,
            llvm::DenseMap<mlir::Value, mlir::Value> &gradients);

/// Erases the ops of `block` whose results nobody uses.
void eraseDeadOps(mlir::Block &block);

//===----------------------------------------------------------------------===//
// Gradients of linalg ops
//===----------------------------------------------------------------------===//

/// Writes a contraction as a named op (linalg.matmul, linalg.batch_matmul or
/// linalg.contract), so that nothing is fused into it. Returns the op that is
/// there afterwards.
mlir::linalg::LinalgOp nameContraction(mlir::RewriterBase &rewriter,
                                       mlir::linalg::GenericOp op);

/// table += sum over all loops of gradient at the element that a
/// tensor.extract in the body of `op` reads there.
struct Scatter {
  mlir::linalg::GenericOp op; // with the extract in its body
  mlir::Operation *extract;   // tensor.extract
  mlir::ValueRange indices;   // before conditionals were flattened
  mlir::Value gradient;       // over all loops of `op`, in order
  llvm::ArrayRef<mlir::OpFoldResult> loops; // extents
};
void scatterAdd(mlir::OpBuilder &builder, Adjoints &adjoints,
                const Scatter &scatter);

//===----------------------------------------------------------------------===//
// The parts of differentiateStage
//===----------------------------------------------------------------------===//

/// A forward with its reverse sweep behind it, in one function.
struct JointFunction {
  mlir::func::FuncOp function; // owned by the caller
  /// Of the arguments of the function, those that the sweep added.
  unsigned numPrimalArguments = 0;
  llvm::SmallVector<mlir::Operation *> primalOps, adjointOps;
  llvm::SmallVector<mlir::Value> primalResults;
  llvm::SmallVector<mlir::Value> gradients;
  llvm::SmallVector<mlir::DictionaryAttr> gradientAttrs;
};

/// Emits an error where `stage` is not a function as hocket-outline makes it.
llvm::LogicalResult checkStage(mlir::func::FuncOp stage);

/// Builds the joint function of `stage` beside it.
mlir::FailureOr<JointFunction> buildJoint(mlir::func::FuncOp stage);

/// The reverse sweep over `ops`: adds gradients to `adjoints`, which has those
/// of results and knows what is active of the values from outside. Fails after
/// an error at an op that has no rule.
llvm::LogicalResult reverseSweep(llvm::ArrayRef<mlir::Operation *> ops,
                                 Adjoints &adjoints, mlir::OpBuilder &builder);

/// A program in two parts, the second of which may compute again what the first
/// has computed.
struct TwoParts {
  llvm::ArrayRef<mlir::Operation *> first, second;
  /// What the second part is run for.
  llvm::ArrayRef<mlir::Value> results;
  /// Values of the first part that the second is given in any case.
  llvm::ArrayRef<mlir::Value> given;
};

/// The values of the first part, besides those given, that the second must be
/// given: of fewest bytes. Emits an error where there are no such values.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
chooseResiduals(const TwoParts &parts, SymbolicShapes &shapes);

/// The reverse sweep cut into Bi, which computes the gradients of the inputs,
/// and W, which computes those of the parameters.
struct SplitBackward {
  llvm::SmallVector<mlir::Operation *> inputOps, weightOps;
  llvm::SmallVector<mlir::Value> inputGradients, weightGradients;
  llvm::SmallVector<mlir::DictionaryAttr> inputGradientAttrs,
      weightGradientAttrs;
  /// What Bi keeps for W.
  llvm::SmallVector<mlir::Value> kept;
};

/// An op is part of W if it adds to the gradient of a parameter, or if it does
/// nothing but help one such op; everything else is Bi. `residuals` are the
/// values of the forward that both parts are given.
mlir::FailureOr<SplitBackward>
splitBackward(JointFunction &joint, llvm::ArrayRef<mlir::Value> residuals,
              SymbolicShapes &shapes);

/// Binding of an argument or result.
OperandAttr bindingOf(mlir::DictionaryAttr attrs);

/// True if the backward may compute `op` again.
bool isRecomputable(mlir::Operation *op);

//===----------------------------------------------------------------------===//
// The rules of each dialect
//===----------------------------------------------------------------------===//

void registerArithModels(mlir::DialectRegistry &registry);
void registerMathModels(mlir::DialectRegistry &registry);
void registerTensorModels(mlir::DialectRegistry &registry);
void registerLinalgModels(mlir::DialectRegistry &registry);
void registerHocketModels(mlir::DialectRegistry &registry);

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_UTILS_H
