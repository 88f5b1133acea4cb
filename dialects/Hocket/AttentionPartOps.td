//===- AttentionPartOps.td - Parts of an attention ---------*- tablegen -*-===//
//
// What a rank computes of an attention whose sequences are spread over several
// ranks.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_HOCKET_ATTENTIONPARTOPS_TD
#define HOCKET_DIALECTS_HOCKET_ATTENTIONPARTOPS_TD

class Hocket_PartOp<string mnemonic>
    : Hocket_Op<mnemonic, [
        Pure, DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
              ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let hasVerifier = 1;
}

def Hocket_AttentionPartOp : Hocket_PartOp<"attention_part"> {
  let summary = "adds what some keys give to a running attention";
  let description = [{
    Attention of queries that a rank has to keys that it has: parts of packed
    sequences, as `table` says when the kernel runs. `query` is [T, H, D], `key`
    and `value` are [S, Hk, D], all of one floating-point type; the numbers of
    tokens and of heads are independent of each other. `running` is the output
    [T, H, D], of the query's type, and the lse [T, H], in `f32`, of the keys
    seen so far. The results are those after the keys of this part.

    `table` is [N] of `i32`: a header of four numbers, then rows of eight.

    | header       | meaning                                                  |
    |--------------|----------------------------------------------------------|
    | `rows`       | how many rows follow                                     |
    | `initialize` | not 0: nothing has been seen yet; output is taken to be 0 and lse to be -inf, whatever `running` holds |
    | `group`, `shift` | query head h reads key head (h + shift) / group      |

    | row              | meaning                                              |
    |------------------|------------------------------------------------------|
    | `queryBegin`, `queryCount` | these queries, by their index in `query`,  |
    | `keyBegin`, `keyCount`     | attend to these keys, by their index in `key` |
    | `queryPosition`, `queryStride` | query queryBegin + i has the position queryPosition + i * queryStride in its sequence |
    | `keyPosition`, `keyStride` | likewise; strides are positive             |

    With `causal`, a query sees the keys whose position is not after its own.
    Rows may name the same queries again, with other keys, and what is empty.
    A query that sees no key of a row keeps its output and lse. For the others,
    with O and L of the row alone,

    lse' = log(exp(lse) + exp(L)),
    output' = exp(lse - lse') output + exp(L - lse') O.

    Rows are merged in their order, so results repeat bit for bit. A table must
    not lead outside of the tensors; the op does not check it.

    Example (four query heads share two key and value heads):

    ```mlir
    %o, %lse = hocket.attention_part %q, %k, %v table(%table)
        running(%o0, %lse0) scale(0.25) causal
        : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
           tensor<?xi32>, tensor<?x?x16xf32>, tensor<?x?xf32>)
        -> (tensor<?x?x16xf32>, tensor<?x?xf32>)
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key,
                       AnyRankedTensor:$value, AnyRankedTensor:$table,
                       AnyRankedTensor:$runningOutput,
                       AnyRankedTensor:$runningLse,
                       F32Attr:$scale, UnitAttr:$causal);
  let results = (outs AnyRankedTensor:$output, AnyRankedTensor:$lse);
  let assemblyFormat = [{
    $query `,` $key `,` $value `table` `(` $table `)`
    `running` `(` $runningOutput `,` $runningLse `)`
    `scale` `(` $scale `)` (`causal` $causal^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hocket_AttentionPartGradOp : Hocket_PartOp<"attention_part_grad"> {
  let summary = "adds what queries and keys give to running gradients";
  let description = [{
    The gradients of `hocket.attention_part` for queries and keys of one
    `table`. `forward` is the lse [T, H] after all keys that the queries see, in
    this part or elsewhere; `gradient` is the gradient of the output [T, H, D]
    and `delta` [T, H], in `f32`: for each query the sum over the head of output
    times output gradient. `running` are the gradients of query, key and value,
    of their types, so far. With P = exp(scale * Q K^T - lse) and
    dS = P * (dO V^T - delta), each row of the table adds

    dQ += scale dS K, dK += scale dS^T Q, dV += P^T dO,

    where dK and dV are sums over the query heads that read a key head.

    Of the table's header, `initialize` is a sum: with 1 the running gradient of
    the query is taken to be 0, with 2 those of key and value are.

    Example:

    ```mlir
    %dq, %dk, %dv = hocket.attention_part_grad %q, %k, %v table(%table)
        forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0)
        scale(0.25) causal
        : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
           tensor<?xi32>, tensor<?x?xf32>, tensor<?x?x16xf32>,
           tensor<?x?xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
           tensor<?x?x16xf32>)
        -> (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key,
                       AnyRankedTensor:$value, AnyRankedTensor:$table,
                       AnyRankedTensor:$lse, AnyRankedTensor:$outputGradient,
                       AnyRankedTensor:$delta,
                       AnyRankedTensor:$runningQueryGradient,
                       AnyRankedTensor:$runningKeyGradient,
                       AnyRankedTensor:$runningValueGradient,
                       F32Attr:$scale, UnitAttr:$causal);
  let results = (outs AnyRankedTensor:$queryGradient,
                      AnyRankedTensor:$keyGradient,
                      AnyRankedTensor:$valueGradient);
  let assemblyFormat = [{
    $query `,` $key `,` $value `table` `(` $table `)`
    `forward` `(` $lse `)` `gradient` `(` $outputGradient `,` $delta `)`
    `running` `(` $runningQueryGradient `,` $runningKeyGradient `,`
    $runningValueGradient `)`
    `scale` `(` $scale `)` (`causal` $causal^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

#endif // HOCKET_DIALECTS_HOCKET_ATTENTIONPARTOPS_TD
