//===- TokenParts.h - The tokens of a batch in equal parts ------*- C++ -*-===//
//
// What cutting a scan needs to know: where parts begin and end, which sequences
// cross from one into the next, and offsets of the sequences within parts.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_TOKENPARTS_H
#define HOCKET_PASSES_LOWER_TOKENPARTS_H

#include "SequenceLoops.h"

namespace hocket {

/// The tokens in `count` parts, part p with T p / count, ..., T (p + 1) / count
/// - 1. Parts are numbered in the order of the scan: with `reverse` part 0 has
/// the last tokens.
class TokenParts {
public:
  TokenParts(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tokens,
             mlir::Value offsets, bool reverse, int64_t count);

  int64_t size() const { return count; }
  mlir::Value begin(int64_t part) { return bounds[place(part)]; }
  mlir::Value end(int64_t part) { return bounds[place(part) + 1]; }
  /// The last token of the part in the order of the scan, or that of the part
  /// before where it is empty.
  mlir::Value lastToken(int64_t part);
  mlir::Value isEmpty(int64_t part);

  /// True if a sequence has tokens of the part and of the one before it, or
  /// passes through it where it is empty.
  mlir::Value continues(int64_t part);
  /// True if the part lies within one sequence that goes on at both ends.
  mlir::Value isInside(int64_t part);
  /// The tokens [from, to) of the part that belong to the sequence that
  /// continues from the part before; none where there is no such sequence.
  std::pair<mlir::Value, mlir::Value> continued(int64_t part);

  /// The slice of a token where `condition` holds, else `otherwise`.
  mlir::Value sliceIf(mlir::Value condition, mlir::Value tensor,
                      mlir::Value token, mlir::Value otherwise);

  /// Offsets of the sequences cut at the bounds of parts, in the order of
  /// tokens.
  mlir::Value localOffsets();

  /// The tokens of each part with one more slot, the halo, on the side where
  /// the scan begins: token t of part p is at t plus the number of halos up to
  /// there.
  mlir::Value withHalos(mlir::Value tensor, bool zeroHalos);
  mlir::Value withoutHalos(mlir::Value extended, mlir::Value into);
  mlir::Value halo(int64_t part);
  mlir::Value haloToken(int64_t part, mlir::Value token);
  /// Offsets of the cut sequences in such a tensor: one that continues from the
  /// part before begins at the halo.
  mlir::Value haloOffsets();

private:
  int64_t place(int64_t part) const {
    return reverse ? count - 1 - part : part;
  }
  mlir::Value index(int64_t value);
  mlir::Value rows(int64_t part);
  /// Combines f(o) over all offsets o by `combine` in i32, from `start`.
  mlir::Value reduceOffsets(
      mlir::Value start,
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Value)> element,
      bool maximum);
  mlir::Value anyOffset(
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Value)> holds);
  /// An element of f for each offset and part, part after part.
  mlir::Value mapOffsets(
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, int64_t, mlir::Value)>
          element);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value tokens, offsets;
  bool reverse;
  int64_t count;
  SequenceLoops loops;
  llvm::SmallVector<mlir::Value> bounds;   // index
  llvm::SmallVector<mlir::Value> bounds32; // the same in i32
};

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_TOKENPARTS_H
