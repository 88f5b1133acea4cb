//===- RowVectorizer.h - The loop nest of one linalg op ---------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_ROWVECTORIZER_H
#define HOCKET_PASSES_LOWER_ROWVECTORIZER_H

#include "RowEmitter.h"

namespace hocket {

/// How one output of a reduction along the vectors is combined.
struct Combiner {
  mlir::vector::CombiningKind kind;
  mlir::TypedAttr neutral;
};

/// Emits the loops around the vectors of one op: rows in the order of its
/// loops, in each the vector loop, within or around the reductions.
class RowVectorizer {
public:
  RowVectorizer(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
                const RowLoops &loops)
      : builder(builder), op(op), loc(op.getLoc()), loops(loops),
        emitter(builder, op, loops), indices(loops.numLoops()) {}

  /// Null, or what keeps the op from being vectorized.
  mlir::Operation *findObstacle();
  /// Emits the loops; there must be no obstacle.
  void run();

private:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  llvm::LogicalResult matchCombiners();
  void chooseWidth();
  void emitParallelRow(llvm::ArrayRef<RowLoop> reductions);
  void emitReducedRow(llvm::ArrayRef<RowLoop> reductions);

  Value constant(int64_t value);
  /// Loops that carry values; `body` is called in the innermost.
  Values forLoops(llvm::ArrayRef<RowLoop> around, Values carried,
                  llvm::function_ref<Values(Values)> body);
  /// The vector loop: `body` is given chunks and the carried values of each.
  using ChunkBody = llvm::function_ref<Values(llvm::ArrayRef<Chunk>, Values)>;
  Values forChunks(unsigned carriedPerChunk, Values carried, ChunkBody body);
  Values forWholeChunks(Value from, Value to, int64_t chunks, Values carried,
                        ChunkBody body);

  mlir::OpBuilder &builder;
  mlir::linalg::LinalgOp op;
  mlir::Location loc;
  const RowLoops &loops;
  RowEmitter emitter;
  llvm::SmallVector<Value> indices; // of every loop that has been opened
  llvm::SmallVector<Combiner> combiners;
  int64_t width = 16;
  /// Chunks that accumulate side by side.
  int64_t interleave = 1;
};

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_ROWVECTORIZER_H
