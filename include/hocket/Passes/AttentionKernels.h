//===- AttentionKernels.h - Kernels of distributed attention ----*- C++ -*-===//
//
// Under sequence parallelism attention is not part of a stage's kernels: the
// plan has instructions (plan::Op::Attend) that call kernels of their own, the
// same for all stages whose attentions are alike.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_ATTENTIONKERNELS_H
#define HOCKET_PASSES_ATTENTIONKERNELS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace hocket {

/// `hocket.kernel` of the functions below.
inline constexpr llvm::StringLiteral kAttendKind = "Attend";

/// What the kernels of two attentions have to agree in to be the same. Numbers
/// of tokens and of heads are symbols of the kernels.
struct AttentionSignature {
  mlir::FloatType elementType;
  int64_t headSize = 0;
  float scale = 1.0f;
  bool causal = false;
};

/// Names of kernel functions. Their symbols are those of plan::Attention: T
/// query tokens, S key tokens, H query heads, Hk key heads, N numbers of the
/// table. With D the head size, lse and delta in f32, table in i32, operands
/// are
///
/// part: query [T, H, D], key [S, Hk, D], value [S, Hk, D], table [N], output
/// [T, H, D] and lse [T, H], both read and written: `hocket.attention_part`.
///
/// merge: output [T, H, D] and lse [T, H], both read and written, then another
/// output and lse of the same queries: the attention to the keys of both. Each
/// query has seen a key in one of them.
///
/// delta: output [T, H, D], output gradient [T, H, D], delta [T, H], written:
/// the sum over the head of output times output gradient.
///
/// partGrad: query, key, value, table, lse, output gradient, delta, then the
/// gradients of query, key and value, read and written:
/// `hocket.attention_part_grad`.
struct AttentionKernels {
  std::string part, merge;
  std::string delta, partGrad; // empty where the model is not trained
};

/// Finds the kernels of `signature` in `module`, or adds them at its end as
/// private functions. Emits an error where a name is taken by something else.
mlir::FailureOr<AttentionKernels>
getAttentionKernels(mlir::ModuleOp module, const AttentionSignature &signature,
                    bool isTrained);

} // namespace hocket

#endif // HOCKET_PASSES_ATTENTIONKERNELS_H
