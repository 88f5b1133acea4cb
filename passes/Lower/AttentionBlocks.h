//===- AttentionBlocks.h - Attention block by block -------------*- C++ -*-===//
//
// What the lowerings of the attention ops share: the loops over heads and
// blocks of query rows, the slices of a block, and short forms of the linalg
// ops inside.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_ATTENTIONBLOCKS_H
#define HOCKET_PASSES_LOWER_ATTENTIONBLOCKS_H

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace hocket {

/// Rows `row` to `row + rows` of one head, and the keys from `start` that they
/// attend to.
struct AttentionBlock {
  mlir::Value row, rows;
  mlir::Value start, keys;
  mlir::Value head, keyHead;
  /// Where the rows are in the sequence, counted from the first key: row i of
  /// the block is at position + i * rowStride, key j at j * keyStride. Strides
  /// that are null are 1. The position is not negative if the op is causal.
  mlir::Value position, rowStride, keyStride;
};

class AttentionBlocks {
public:
  using Values = llvm::SmallVector<mlir::Value>;
  using Body = llvm::function_ref<Values(const AttentionBlock &, Values)>;

  template <typename OpT>
  AttentionBlocks(mlir::OpBuilder &builder, OpT op, int64_t blockRows)
      : builder(builder), loc(op.getLoc()), query(op.getQuery()),
        key(op.getKey()), causal(op.getCausal()), scaleValue(op.getScale()),
        blockRows(blockRows) {}

  /// Emits the loops over the sequences between `offsets`; `body` is given the
  /// carried tensors of a block and returns the new ones. Blocks of one key
  /// head follow each other.
  Values overSequences(mlir::Value offsets, llvm::ArrayRef<mlir::Value> carried,
                       Body body);
  /// The same over the rows of the table of an attention_part. Every row of a
  /// block sees a key.
  Values overTable(mlir::Value table, llvm::ArrayRef<mlir::Value> carried,
                   Body body);
  /// What `make` returns if the table's number `initialize` has a bit of
  /// `mask`, else `tensors`.
  Values ifInitialized(mlir::Value table, int64_t mask,
                       llvm::ArrayRef<mlir::Value> tensors,
                       llvm::function_ref<Values()> make);

  /// A tensor of undefined contents; negative extents stand for T.
  mlir::Value empty(llvm::ArrayRef<int64_t> extents);
  /// The same in a buffer of its own; negative extents stand for the number of
  /// keys. Equal `tensor.empty` ops may be merged, and then two tensors that
  /// are alive at once would share their buffer.
  mlir::Value workspace(llvm::ArrayRef<int64_t> extents);
  mlir::Value emptyLike(mlir::Value tensor);
  mlir::Value fill(mlir::Value tensor, float value);

  /// [rows, D] of `head` in a [T, heads, D] tensor, or [rows] in [T, heads].
  mlir::Value slice(mlir::Value tensor, mlir::Value row, mlir::Value rows,
                    mlir::Value head);
  mlir::Value insert(mlir::Value part, mlir::Value tensor, mlir::Value row,
                     mlir::Value rows, mlir::Value head);
  /// The first elements of a workspace tensor.
  mlir::Value front(mlir::Value tensor, mlir::ValueRange extents);

  /// sum + lhs * rhs, either operand transposed first.
  mlir::Value contract(mlir::Value lhs, bool transposeLhs, mlir::Value rhs,
                       bool transposeRhs, mlir::Value sum);

  /// A loop over the rows and columns of `out` or, where it is a vector, over
  /// its rows and the columns of the inputs. Vectors are read by row. The body
  /// is given the inputs' elements and the output's.
  using ScalarBody =
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)>;
  mlir::Value byRow(mlir::ValueRange inputs, mlir::Value out, ScalarBody body);
  /// The same over vectors alone.
  mlir::Value overRows(mlir::ValueRange inputs, mlir::Value out,
                       ScalarBody body);

  /// `value` where the current row may attend to the current column, else
  /// `otherwise`; in the body of a byRow over the scores of `block`.
  mlir::Value masked(mlir::OpBuilder &inner, const AttentionBlock &block,
                     mlir::Value value, float otherwise);
  mlir::Value constant(mlir::OpBuilder &inner, float value);
  mlir::Value scale(mlir::OpBuilder &inner);

  int64_t getBlockRows() const { return blockRows; }
  mlir::Location getLoc() const { return loc; }

private:
  mlir::Value index(int64_t value);
  mlir::Value tableNumber(mlir::Value table, mlir::Value position);
  mlir::Value generic(mlir::ValueRange inputs, mlir::Value out, unsigned loops,
                      ScalarBody body);
  Values forLoop(mlir::Value lower, mlir::Value upper, int64_t step,
                 llvm::ArrayRef<mlir::Value> carried,
                 llvm::function_ref<Values(mlir::Value, Values)> body);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value query, key;
  bool causal;
  llvm::APFloat scaleValue;
  int64_t blockRows;
};

/// Replace the op by the loops that compute it. The types must have been
/// checked.
void lowerAttention(mlir::RewriterBase &rewriter, AttentionOp op,
                    int64_t blockRows);
void lowerAttentionGrad(mlir::RewriterBase &rewriter, AttentionGradOp op,
                        int64_t blockRows);
void lowerAttentionPart(mlir::RewriterBase &rewriter, AttentionPartOp op,
                        int64_t blockRows);
void lowerAttentionPartGrad(mlir::RewriterBase &rewriter,
                            AttentionPartGradOp op, int64_t blockRows);

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_ATTENTIONBLOCKS_H
