//===- SymbolicShapes.h - Extents as polynomials in T and S -----*- C++ -*-===//
//
// Traces dynamic dimensions back to the annotated arguments of a stage or
// kernel function (`hocket.shape`), as polynomials in its symbols.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_SYMBOLICSHAPES_H
#define HOCKET_DIALECTS_SYMBOLICSHAPES_H

#include "hocket/Support/TensorType.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace hocket {

using SymbolicShape = llvm::SmallVector<SizeExpr>;

class SymbolicShapes {
public:
  /// Reads the `hocket.shape` annotations of the arguments of `function`.
  explicit SymbolicShapes(mlir::FunctionOpInterface function);

  /// The extents of a tensor or memref; failure where one depends on data, or
  /// comes from an op that says nothing about its shape. No diagnostic.
  mlir::FailureOr<SymbolicShape> shapeOf(mlir::Value shaped);

  /// The value of an index; failure as above.
  mlir::FailureOr<SizeExpr> valueOf(mlir::Value index);
  mlir::FailureOr<SizeExpr> valueOf(mlir::OpFoldResult index);

private:
  mlir::FailureOr<SymbolicShape> trace(mlir::Value shaped);

  mlir::FunctionOpInterface function;
  llvm::DenseMap<mlir::Value, SymbolicShape> known;
};

/// Extents written as an affine map (d0, d1) -> (...), d0 = T and d1 = S;
/// failure where an extent is not affine.
mlir::FailureOr<mlir::AffineMap> toAffineMap(llvm::ArrayRef<SizeExpr> shape,
                                             mlir::MLIRContext *context);

/// The inverse of toAffineMap; failure for maps that are not sums of products.
mlir::FailureOr<SymbolicShape> fromAffineMap(mlir::AffineMap map);

/// The TensorType of a value whose extents are known.
mlir::FailureOr<TensorType> toTensorType(mlir::ShapedType type,
                                         llvm::ArrayRef<SizeExpr> shape);

} // namespace hocket

#endif // HOCKET_DIALECTS_SYMBOLICSHAPES_H
