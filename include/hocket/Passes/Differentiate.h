//===- Differentiate.h - Reverse-mode differentiation -----------*- C++ -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_H
#define HOCKET_PASSES_DIFFERENTIATE_H

#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace hocket {

/// The gradients known so far of a reverse sweep, which rules read and add to.
/// A gradient has the type of its primal value. Contributions are meant to be
/// accumulated in place where a rule can (`accumulator`, then `set`).
class Adjoints {
public:
  explicit Adjoints(SymbolicShapes &shapes) : shapes(shapes) {}

  /// Values of floating-point type that depend on what is differentiated with
  /// respect to; no others have gradients.
  bool isActive(mlir::Value primal) const { return active.contains(primal); }
  void setActive(mlir::Value primal) { active.insert(primal); }

  /// True if `primal` has a gradient that is not known to be zero.
  bool has(mlir::Value primal) const;
  /// The gradient of `primal` so far; null where it is zero.
  mlir::Value get(mlir::OpBuilder &builder, mlir::Value primal);

  /// Adds a tensor or scalar of the type of `primal` to its gradient.
  void add(mlir::OpBuilder &builder, mlir::Value primal,
           mlir::Value contribution);
  /// Adds to the part of the gradient that `tensor.extract_slice` with these
  /// sizes shows. Parts that do not overlap are put together, not added.
  void addSlice(mlir::OpBuilder &builder, mlir::Value primal,
                mlir::Value contribution,
                llvm::ArrayRef<mlir::OpFoldResult> offsets,
                llvm::ArrayRef<mlir::OpFoldResult> sizes,
                llvm::ArrayRef<mlir::OpFoldResult> strides);
  /// For ReverseDifferentiableOpInterface::viewAccumulator: adds the gradient
  /// of `view`, given in the type of `primal`, which it is a view of.
  void addView(mlir::OpBuilder &builder, mlir::Value primal, mlir::Value view,
               mlir::Value contribution);

  /// The gradient so far (zeros if there is none) as a destination for an op
  /// that accumulates into it and whose result is then `set`.
  mlir::Value accumulator(mlir::OpBuilder &builder, mlir::Value primal);
  /// True if the gradient so far lies in storage meant for it, the caller's
  /// accumulator, so that even element-wise ops should write in place.
  bool isInPlace(mlir::OpBuilder &builder, mlir::Value primal);
  /// Replaces the gradient by `adjoint`, which contains it.
  void set(mlir::Value primal, mlir::Value adjoint);
  /// Declares storage of the caller as the initial gradient of `primal`.
  void setAccumulator(mlir::Value primal, mlir::Value adjoint);

  /// Zeros of the type and extents of `like`.
  mlir::Value zeros(mlir::OpBuilder &builder, mlir::Value like);
  /// True if the two extents, of the same function, are equal for all tokens.
  bool sameExtent(mlir::Value lhs, int64_t lhsDim, mlir::Value rhs,
                  int64_t rhsDim);

private:
  struct Slice {
    mlir::Value value;
    llvm::SmallVector<mlir::OpFoldResult> offsets, sizes, strides;
  };
  struct Entry {
    mlir::Value dense;
    llvm::SmallVector<Slice> slices; // not yet part of `dense`
    bool inPlace = false;            // `dense` is the caller's accumulator
    mlir::Value lentTo;              // the view that has it for the moment
  };
  void assemble(mlir::OpBuilder &builder, mlir::Value primal, Entry &entry);
  bool borrow(mlir::OpBuilder &builder, mlir::Value primal);

  SymbolicShapes &shapes;
  llvm::DenseMap<mlir::Value, Entry> entries;
  llvm::DenseSet<mlir::Value> active;
};

} // namespace hocket

#include "passes/Differentiate/Interfaces.h.inc"

namespace hocket {

#define GEN_PASS_DECL
#include "passes/Differentiate/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Differentiate/Passes.h.inc"

/// Attaches the rules for the ops of the dialects arith, math, tensor, linalg
/// and hocket.
void registerDifferentiationModels(mlir::DialectRegistry &registry);

/// Whether the backward of a stage is one kernel, B, or two: Bi computes the
/// gradients of the inputs and W those of the parameters, later if one likes.
enum class BackwardForm { Whole, Split };

/// The kernels that a stage becomes; null where it has none of a kind.
struct StageKernels {
  mlir::func::FuncOp forward;
  mlir::func::FuncOp backward;
  mlir::func::FuncOp inputBackward, weightBackward;
  unsigned numResiduals = 0;
};

/// Adds `@NAME.forward` and `@NAME.backward`, or `@NAME.backward_input` and
/// `@NAME.backward_weight`, after `stage`, a function on tensors with
/// `hocket.operand` on every argument and result and `hocket.shape` on those
/// with dynamic extents; the function itself stays as it is. Fails after an
/// error at the op that cannot be differentiated.
mlir::FailureOr<StageKernels>
differentiateStage(mlir::func::FuncOp stage,
                   BackwardForm form = BackwardForm::Whole);

/// Adds `@NAME.forward` alone, which keeps no residuals.
mlir::FailureOr<mlir::func::FuncOp> forwardKernel(mlir::func::FuncOp stage);

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_H
