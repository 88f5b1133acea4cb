//===- SequenceLoops.h - Loops over the tokens of sequences -----*- C++ -*-===//
//
// What the lowerings of scans share: the loops over sequences and their tokens,
// the slices of a token, and buffers that are carried from token to token.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_SEQUENCELOOPS_H
#define HOCKET_PASSES_LOWER_SEQUENCELOOPS_H

#include "hocket/Dialects/Scan.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace hocket {

class SequenceLoops {
public:
  using Values = llvm::SmallVector<mlir::Value>;
  /// Is given a token and the carried tensors; returns the new ones.
  using TokenBody = llvm::function_ref<Values(mlir::Value, Values)>;
  /// The same with the token that comes before in the order of the scan.
  using StepBody = llvm::function_ref<Values(mlir::Value, mlir::Value, Values)>;
  using SequenceBody = llvm::function_ref<Values(Values)>;

  /// `offsets` is cu_seqlens; with `reverse` the last token of a sequence is
  /// the first of the scan.
  SequenceLoops(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::Value offsets, bool reverse)
      : builder(builder), loc(loc), offsets(offsets), reverse(reverse) {}

  /// A loop over the sequences.
  Values forEachSequence(llvm::ArrayRef<mlir::Value> carried,
                         SequenceBody body);

  /// In the body of that loop: the number of the sequence.
  mlir::Value sequence() const { return current; }

  /// In the body of that loop: the first token of the scan, if there is one.
  Values first(llvm::ArrayRef<mlir::Value> carried, TokenBody body);
  /// All others, in the order of the scan or against it.
  Values others(llvm::ArrayRef<mlir::Value> carried, bool backward,
                StepBody body);
  /// All tokens in the order of the scan.
  Values all(llvm::ArrayRef<mlir::Value> carried, TokenBody body);

  /// The slice of a token in a tensor [T, ...].
  mlir::Value slice(mlir::Value tensor, mlir::Value token);
  mlir::Value insert(mlir::Value part, mlir::Value tensor, mlir::Value token);

  /// A tensor of undefined contents that has the shape of `like`.
  mlir::Value emptyLike(mlir::Value like);
  /// The same of a tensor [S, ...] with the slices of `tokens`.
  mlir::Value emptyEnds(mlir::Value tokens);
  /// A slice in a buffer of its own, to be carried by the loops.
  mlir::Value workspace(mlir::RankedTensorType type);
  /// `value` in the buffer of `destination`.
  mlir::Value copyInto(mlir::Value value, mlir::Value destination);
  /// The same for several values. One element-wise op that computes them all
  /// writes them there, too; it is replaced, which updates `values`.
  Values keep(llvm::MutableArrayRef<mlir::Value> values,
              llvm::ArrayRef<mlir::Value> destinations);
  mlir::Value zero(mlir::Value tensor);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);

  /// A loop over the elements of the outputs and of inputs of the same shape;
  /// the body is given the inputs' elements.
  using ScalarBody =
      llvm::function_ref<Values(mlir::OpBuilder &, mlir::ValueRange)>;
  Values elementwise(mlir::ValueRange inputs, mlir::ValueRange outs,
                     ScalarBody body);

private:
  mlir::Value index(int64_t value);
  mlir::Value readOffset(mlir::Value sequence);
  mlir::Value tokenAt(mlir::Value position, bool descends);
  Values forLoop(mlir::Value lower, mlir::Value upper,
                 llvm::ArrayRef<mlir::Value> carried, TokenBody body);
  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value offsets;
  bool reverse;
  mlir::Value current, begin, end; // the current sequence
};

/// Element-wise ops of a region on slices become as few linalg ops as they can.
llvm::LogicalResult fuseRegion(mlir::Region &region);

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_SEQUENCELOOPS_H
