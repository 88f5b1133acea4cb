//===- StreamOps.td - Tokens walked slice by slice ---------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_STREAMOPS_TD
#define HOCKET_DIALECTS_HOCKET_STREAMOPS_TD

// Included by Ops.td, after the ops of the other strategies.

def Hocket_StreamOp : Hocket_StrategyOp<"stream"> {
  let summary = "a rank walks its tokens slice by slice, for less memory";
  let description = [{
    Cuts the tokens of each microbatch into `slices` runs of about equally many,
    wherever that is in their sequences. In every stage a rank computes them one
    after the other, forward from the first to the last and backward the other
    way round, so that what a stage computes on its way exists for one slice at
    a time. Operands and block arguments are those of `hocket.data`, but nothing
    is rebased: the body stands for the whole of the sequences, and the op
    erases to it. It is inside of `hocket.data` and `hocket.sequence` and around
    `hocket.pipeline`, where those are there.

    The results (scalar `f32` tensors) are sums over tokens. No op of the body
    but `hocket.attention` may mix tokens (hocket-cut-attention checks that).

    `activations` says what the backward of a stage finds of its forward:

    | activations | what the backward finds |
    |---|---|
    | `"keep"` | everything, of all slices; the default |
    | `"recompute"` | the inputs of the stage; the rest is computed again, slice by slice, keys and values once for all slices |
    | `auto` | what the compiler chooses for the memory of the machine |

    With `"recompute"`, `kept` and `offloaded` give the number of slices of each
    stage of the pipeline whose values are not computed again. The last ones,
    where the backward begins, stay on the device; those before them go to the
    memory of the host after the forward and come back before the backward.

    One slice that is kept is no strategy: the op canonicalizes away. One slice
    with `"recompute"` is activation checkpointing, and the stages of the
    pipeline are what is between two checkpoints.

    Sources: Chen et al., "Training Deep Nets with Sublinear Memory Cost"
    (2016); Luo et al., "StreamBP" (2025); Zhao et al., "MEMO" (2024).

    Example (a quarter of the tokens at a time):

    ```mlir
    %loss, %weight = hocket.stream slices(4) activations("recompute")
        tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
        offsets(%o = %cu_seqlens : tensor<?xi32>)
        shared(%e = %embedding : tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>) {
      %l, %w = func.call @model(%x, %y, %o, %e)
          : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<256x64xf32>)
          -> (tensor<f32>, tensor<f32>)
      hocket.yield %l, %w : tensor<f32>, tensor<f32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$tokens,
                       Optional<AnyRankedTensor>:$offsets,
                       Variadic<AnyRankedTensor>:$shared,
                       ConfinedAttr<I64Attr, [IntPositive]>:$slices,
                       DefaultValuedAttr<StrAttr, "\"keep\"">:$activations,
                       OptionalAttr<DenseI64ArrayAttr>:$kept,
                       OptionalAttr<DenseI64ArrayAttr>:$offloaded);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$slices, "::llvm::StringRef":$activations,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # [{
    /// The stages of the pipeline inside, 1 where there is none.
    int64_t countStages();
    /// Whether the op changes nothing about how its body is computed.
    bool isTrivial() { return getSlices() == 1 && getActivations() == "keep"; }
  }];
}

#endif // HOCKET_DIALECTS_HOCKET_STREAMOPS_TD
