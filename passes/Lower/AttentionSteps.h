//===- AttentionSteps.h - What is computed of a block -----------*- C++ -*-===//
//
// The arithmetic that attention and its parts share. Tensors are slices of a
// block: [rows, D], [keys, D], [rows, keys] or [rows].
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_ATTENTIONSTEPS_H
#define HOCKET_PASSES_LOWER_ATTENTIONSTEPS_H

#include "AttentionBlocks.h"

namespace hocket {

class AttentionSteps {
public:
  explicit AttentionSteps(AttentionBlocks &blocks) : blocks(blocks) {}

  /// query * key^T, without the scale, in the first elements of `space`.
  mlir::Value scores(const AttentionBlock &block, mlir::Value query,
                     mlir::Value key, mlir::Value space);
  /// The largest score that each row sees, scaled; in `space`.
  mlir::Value maximum(const AttentionBlock &block, mlir::Value scores,
                      mlir::Value space);
  /// exp(scale * scores - subtrahend), 0 for what a row does not see; in place.
  mlir::Value weights(const AttentionBlock &block, mlir::Value scores,
                      mlir::Value subtrahend);
  /// sum += the sum of each row.
  mlir::Value addRows(mlir::Value matrix, mlir::Value sum);
  /// Each row times, or divided by, its number; in place.
  mlir::Value multiplyRows(mlir::Value matrix, mlir::Value factors);
  mlir::Value divideRows(mlir::Value matrix, mlir::Value divisors);
  /// The lse of rows of which `sum` is the sum of exp(score - maximum); in
  /// `destination`.
  mlir::Value logarithm(mlir::Value maximum, mlir::Value sum,
                        mlir::Value destination);
  /// delta += the sum of each row of a * b.
  mlir::Value addProducts(mlir::Value a, mlir::Value b, mlir::Value delta);

  struct GradientInputs {
    mlir::Value query, key, value, lse, outputGradient, delta;
    /// [blockRows, keys], each.
    mlir::Value weightsSpace, gradientSpace;
  };
  struct Gradients {
    mlir::Value query, key, value;
  };
  /// Adds what the block gives to the gradients; with `isAll`, it is all that
  /// the gradient of the query is, and what that was before is not read.
  Gradients addGradients(const AttentionBlock &block,
                         const GradientInputs &inputs, Gradients sums,
                         bool isAll);

private:
  AttentionBlocks &blocks;
};

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_ATTENTIONSTEPS_H
