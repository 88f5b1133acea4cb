//===- RowLoops.h - The loop nest of a linalg op on buffers -----*- C++ -*-===//
//
// What the row vectorizer decides before it emits anything: which loops are one
// loop, and along which one the vectors lie.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_ROWLOOPS_H
#define HOCKET_PASSES_LOWER_ROWLOOPS_H

#include "StridedAccess.h"

#include "llvm/ADT/DenseSet.h"

namespace hocket {

/// Neighbouring loops over memory that is contiguous in every operand.
struct RowLoop {
  /// The loop whose index stands for all: the innermost one.
  unsigned inner;
  unsigned outer;
  mlir::OpFoldResult extent;
  bool isReduction;
};

class RowLoops {
public:
  /// Failure where an operand's index is not linear in the loops, or there is
  /// no loop.
  static mlir::FailureOr<RowLoops> create(mlir::OpBuilder &builder,
                                          mlir::linalg::LinalgOp op);

  /// The loops around the vectors: parallel ones first.
  llvm::ArrayRef<RowLoop> outerLoops() const { return outer; }
  const RowLoop &vectorLoop() const { return vector; }
  unsigned numLoops() const { return unsigned(extents.size()); }

  /// The operand's walk; null for scalar operands.
  const StridedAccess *access(unsigned operand) const {
    return accesses[operand] ? &*accesses[operand] : nullptr;
  }
  /// The walk of a `memref.load` in the body, by the dimensions of its buffer.
  const StridedAccess &access(mlir::Operation *load) const {
    return loads.find(load)->second;
  }

  /// True if the value, of the body or from outside, differs between the lanes
  /// of a vector.
  bool varies(mlir::Value value) const { return varying.contains(value); }
  /// True if `index` is the index of the vector loop plus something that does
  /// not vary.
  bool isLaneIndex(mlir::Value index) const;

private:
  void mergeLoops(mlir::OpBuilder &builder, llvm::SmallVector<RowLoop> &loops);
  void chooseVectorLoop(llvm::ArrayRef<RowLoop> loops);
  int64_t costOf(const RowLoop &loop);
  void findVarying(const RowLoop &loop);

  mlir::linalg::LinalgOp op;
  llvm::SmallVector<mlir::OpFoldResult> extents;
  llvm::SmallVector<std::optional<StridedAccess>> accesses;
  llvm::DenseMap<mlir::Operation *, StridedAccess> loads;
  llvm::SmallVector<RowLoop> outer;
  RowLoop vector;
  llvm::DenseSet<mlir::Value> varying;
};

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_ROWLOOPS_H
