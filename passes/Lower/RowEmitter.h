//===- RowEmitter.h - The body of a linalg op on vectors --------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_ROWEMITTER_H
#define HOCKET_PASSES_LOWER_ROWEMITTER_H

#include "LaneAccess.h"
#include "RowLoops.h"

namespace hocket {

/// Emits what does not vary between the lanes as scalars, once for a row, and
/// the rest as vectors, for each chunk of it.
class RowEmitter {
public:
  RowEmitter(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
             const RowLoops &loops)
      : builder(builder), op(op), loops(loops), loc(op.getLoc()) {}

  /// What the body holds that has no vector form; null if all has.
  mlir::Operation *findUnsupported();

  /// The row at `indices`, of every loop but the vector loop; null stands for
  /// 0. Before its outputs are loaded or stored.
  void setRow(llvm::ArrayRef<mlir::Value> indices) {
    rowIndices.assign(indices.begin(), indices.end());
  }
  /// The same, and emits what does not vary along the row.
  void beginRow(llvm::ArrayRef<mlir::Value> indices);

  /// Emits the body for `chunk`, with the vectors `outputs` for the output
  /// arguments (null: not read), and returns the vectors that it yields.
  llvm::SmallVector<mlir::Value> emit(const Chunk &chunk,
                                      llvm::ArrayRef<mlir::Value> outputs);

  /// The output element or elements of `chunk` in the current row.
  mlir::Value loadOutput(unsigned number, const Chunk &chunk);
  void storeOutput(unsigned number, const Chunk &chunk, mlir::Value value);
  /// The same where the output does not vary along the vectors.
  mlir::Value loadScalarOutput(unsigned number);
  void storeScalarOutput(unsigned number, mlir::Value value);

private:
  mlir::Operation *findUnsupported(mlir::Block &block);
  llvm::SmallVector<mlir::Value> emitBlock(mlir::Block &block,
                                           const Chunk &chunk);
  void emitOp(mlir::Operation &nested, const Chunk &chunk);
  void emitConditional(mlir::Operation *nested, const Chunk &chunk);
  mlir::Value toVector(mlir::Value value, const Chunk &chunk);
  mlir::Value firstIndex(const StridedAccess &access, const Chunk &chunk);
  mlir::Value emitLoad(mlir::Operation *load, const Chunk &chunk);
  mlir::Value laneStart(mlir::Value index, const Chunk &chunk);
  mlir::Value scalarOf(mlir::Value value) {
    auto it = scalars.find(value);
    return it == scalars.end() ? value : it->second;
  }
  const StridedAccess &outputAccess(unsigned number) {
    return *loops.access(op.getNumDpsInputs() + number);
  }

  mlir::OpBuilder &builder;
  mlir::linalg::LinalgOp op;
  const RowLoops &loops;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> rowIndices;
  llvm::DenseMap<mlir::Value, mlir::Value> scalars, vectors;
};

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_ROWEMITTER_H
