//===- LaneAccess.h - Vectors from and to flat buffers ----------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_LANEACCESS_H
#define HOCKET_PASSES_LOWER_LANEACCESS_H

#include "StridedAccess.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace hocket {

/// `width` neighbouring iterations of the vector loop.
struct Chunk {
  mlir::Value index; // of the first
  mlir::Value mask;  // of those that exist; null: all
  int64_t width;

  mlir::VectorType type(mlir::Type element) const {
    return mlir::VectorType::get(width, element);
  }
};

/// 0, 1, 2, ... times `stride`.
mlir::Value laneOffsets(mlir::OpBuilder &builder, mlir::Location loc,
                        const Chunk &chunk, mlir::OpFoldResult stride);

/// The elements of `access` at `first`, `first + stride`, ...; lanes that do
/// not exist hold 0 (1 in integers, which may be divided by).
mlir::Value loadLanes(mlir::OpBuilder &builder, mlir::Location loc,
                      const Chunk &chunk, const StridedAccess &access,
                      mlir::Value first, mlir::OpFoldResult stride);
void storeLanes(mlir::OpBuilder &builder, mlir::Location loc,
                const Chunk &chunk, const StridedAccess &access,
                mlir::Value first, mlir::OpFoldResult stride,
                mlir::Value vector);

/// The elements of `access` at `first + offsets[lane]`.
mlir::Value gatherLanes(mlir::OpBuilder &builder, mlir::Location loc,
                        const Chunk &chunk, const StridedAccess &access,
                        mlir::Value first, mlir::Value offsets);

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_LANEACCESS_H
