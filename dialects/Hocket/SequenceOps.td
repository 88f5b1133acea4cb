//===- SequenceOps.td - Ranks that share sequences ---------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_SEQUENCEOPS_TD
#define HOCKET_DIALECTS_HOCKET_SEQUENCEOPS_TD

// Included by Ops.td, after the ops of the other strategies.

def Hocket_SequenceOp : Hocket_StrategyOp<"sequence"> {
  let summary = "sequence parallelism: ranks share the tokens of each sequence";
  let description = [{
    Each of `degree` ranks holds some tokens of every sequence. What the body
    computes token by token each rank does for its own tokens; attentions they
    compute together. Operands and block arguments are those of `hocket.data`,
    but nothing is rebased: the body stands for the whole of the sequences, and
    the op erases to it. It is inside of `hocket.data` and around
    `hocket.pipeline` where those are there.

    The results (scalar `f32` tensors) are sums over tokens, of which each rank
    has a part. No op of the body but `hocket.attention` and scans may mix
    tokens (hocket-cut-attention checks that).

    `method` says which tokens a rank holds and what travels between the ranks
    for an attention of S tokens, P = `degree` ranks, H query heads and Hk key
    heads:

    | method | tokens of rank r | what travels |
    |---|---|---|
    | `"ring"` | S / P consecutive ones | keys and values, from rank to rank |
    | `"zigzag"` | parts r and 2P - 1 - r of 2P, so that causal work is equal | as `"ring"` |
    | `"striped"` | every P-th | as `"ring"` |
    | `"all_gather"` | parts r and 2P - 1 - r of 2P | keys and values, to all ranks |
    | `"ulysses"` | S / P consecutive ones | all tokens of H / P heads to each rank, and back; P is at most H |
    | `"usp"` | as its ring | `"ulysses"` between `ulysses` ranks, `"ring"` between P / `ulysses` groups of them |
    | `"token_ring"` | as `"zigzag"` | queries and partial results; keys stay |

    `auto`, which is the default, leaves the choice to the compiler. At degree 1
    nobody shares anything: the op canonicalizes away.

    Sources: Liu et al., "Ring Attention" (2023); Brandon et al., "Striped
    Attention" (2023); Jacobs et al., "DeepSpeed Ulysses" (2023); Fang and Zhao,
    "USP" (2024); Wang et al., "TokenRing" (2024).

    Example (pairs of ranks exchange heads, and two such pairs form a ring):

    ```mlir
    %loss, %weight = hocket.sequence degree(4) method("usp") ulysses(2)
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
                       ConfinedAttr<I64Attr, [IntPositive]>:$degree,
                       DefaultValuedAttr<StrAttr, "\"auto\"">:$method,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>
                           :$ulysses);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$degree, "::llvm::StringRef":$method,
                   "std::optional<int64_t>":$ulysses,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # [{
    /// The ranks that exchange heads: all of them under "ulysses", as many as
    /// the clause says under "usp", else 1.
    int64_t getUlyssesDegree();
  }];
}

#endif // HOCKET_DIALECTS_HOCKET_SEQUENCEOPS_TD
