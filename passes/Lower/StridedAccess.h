//===- StridedAccess.h - How a loop nest walks a buffer ---------*- C++ -*-===//
//
// An operand of a linalg op on buffers as a flat array and one stride for each
// loop. Everything that generates loops or calls from linalg ops works on this
// form: transposes, broadcasts, reshapes and slices are strides.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_STRIDEDACCESS_H
#define HOCKET_PASSES_LOWER_STRIDEDACCESS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace hocket {

class StridedAccess {
public:
  /// Emits what the strides need; failure where an index is not linear in the
  /// loops. `map` is that of the operand.
  static mlir::FailureOr<StridedAccess> create(mlir::OpBuilder &builder,
                                               mlir::Location loc,
                                               mlir::Value buffer,
                                               mlir::AffineMap map);

  /// Elements between neighbours along `loop`.
  mlir::OpFoldResult stride(unsigned loop) const { return strides[loop]; }
  bool isInvariant(unsigned loop) const {
    return mlir::isConstantIntValue(strides[loop], 0);
  }
  bool isContiguous(unsigned loop) const {
    return mlir::isConstantIntValue(strides[loop], 1);
  }

  /// True if a step along `outer` is known to move as far as a whole pass along
  /// `inner`: the two loops are one loop as far as this operand goes.
  bool isNested(unsigned outer, unsigned inner) const;

  /// The element at the given loop indices, without the buffer's own offset.
  mlir::Value linearIndex(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::ValueRange indices) const;

  /// The buffer as a vector of elements of unknown length; emitted once.
  mlir::Value flatBuffer() const { return flat; }
  /// The address of element 0, as an LLVM pointer.
  mlir::Value pointer(mlir::OpBuilder &builder, mlir::Location loc) const;

  mlir::Type elementType() const {
    return mlir::cast<mlir::MemRefType>(buffer.getType()).getElementType();
  }

private:
  mlir::Value buffer, flat;
  mlir::OpFoldResult offset; // of the buffer's first element
  mlir::Value startValue;    // what the constant indices of the map add
  llvm::SmallVector<mlir::OpFoldResult> strides; // one for each loop
  /// The buffer's dimension that a loop alone walks, or -1.
  llvm::SmallVector<int64_t> dimension;
};

/// The number of iterations of each loop of `op`.
llvm::SmallVector<mlir::OpFoldResult> loopExtents(mlir::OpBuilder &builder,
                                                  mlir::linalg::LinalgOp op);

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_STRIDEDACCESS_H
