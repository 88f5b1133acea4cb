//===- ScanOps.td - Scans over packed sequences ------------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_SCANOPS_TD
#define HOCKET_DIALECTS_HOCKET_SCANOPS_TD

def Hocket_ScanOp : Hocket_Op<"scan", [
    Pure, IsolatedFromAbove, SingleBlock,
    DeclareOpInterfaceMethods<InferTypeOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let summary = "inclusive scan over the tokens of packed sequences";
  let description = [{
    For each sequence with the tokens b, ..., e - 1, y[b] = x[b] and y[t] =
    combine(y[t - 1], x[t]); with `reverse` y[e - 1] = x[e - 1] and y[t] =
    combine(y[t + 1], x[t]).

    x and y are tuples: one or more `inputs` [T, ...] of any element types,
    static but for the tokens T, and as many results of their types. `offsets`
    is `cu_seqlens`, [S+1] of `i32`; the scan starts anew at each sequence.

    The combine region is given two tuples of slices, inputs without T (first
    the tokens that come first in the scan, then those that follow), and yields
    one. By using the op its author declares that the region is associative and
    that `identity` is its identity, combine(identity, x) = x = combine(x,
    identity): a compiler may scan parts of a sequence apart and combine what
    they yield. The region computes with its arguments alone and has no side
    effects. `identity` has an elements attribute for each input, of its element type and of a shape that
    broadcasts to the slice's as in NumPy: trailing dimensions are aligned, and
    an extent of 1 is repeated.

    Example (h[t] = a[t] h[t - 1] + b[t] with h = 0 before each sequence):

    ```mlir
    %s:2 = hocket.scan inputs(%a, %b : tensor<?x64xf32>, tensor<?x64xf32>)
        offsets(%cu_seqlens : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
    ^combine(%ai: tensor<64xf32>, %bi: tensor<64xf32>,
             %aj: tensor<64xf32>, %bj: tensor<64xf32>):
      %decay = arith.mulf %aj, %ai : tensor<64xf32>
      %moved = arith.mulf %aj, %bi : tensor<64xf32>
      %state = arith.addf %moved, %bj : tensor<64xf32>
      hocket.yield %decay, %state : tensor<64xf32>, tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       AnyRankedTensor:$offsets, ArrayAttr:$identity,
                       UnitAttr:$reverse);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$combine);
  let assemblyFormat = [{
    `inputs` `(` $inputs `:` type($inputs) `)`
    `offsets` `(` $offsets `:` type($offsets) `)`
    `identity` `(` $identity `)` (`reverse` $reverse^)?
    attr-dict-with-keyword $combine
  }];
  let extraClassDeclaration = [{
    /// The arguments of the combine region: the tuple that comes first in the
    /// scan, and the one that follows.
    ::mlir::ValueRange getFirstTuple() {
      return getCombine().getArguments().take_front(getInputs().size());
    }
    ::mlir::ValueRange getSecondTuple() {
      return getCombine().getArguments().drop_front(getInputs().size());
    }
    /// The end of the combine region.
    YieldOp getYield();
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Hocket_ScanGradOp : Hocket_Op<"scan_grad", [
    Pure, IsolatedFromAbove, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let summary = "gradients of a scan with respect to its inputs";
  let description = [{
    The vector-Jacobian product of a `hocket.scan`, which is a sweep over each
    sequence against the order of the scan. With g the `gradients` of the
    results y and (p, d) = pullback(y[t - 1], x[t], l[t]) the gradients of
    combine(y[t - 1], x[t]) with respect to its two tuples where that of its
    result is l[t],

    - l[t] = g[t] + p[t + 1], and p = 0 behind the last token;
    - the gradient of x[t] is d[t] and, at the first token, l[t].

    All are tuples of tensors [T, ...]. `outputs` and `elements` are those
    elements of y and x that the regions read; `gradients` those elements of g
    that can be other than zero; the results are gradients of elements of x. For
    each result `sources` has the gradient that is its gradient at the first
    token, by number, or -1 where that is zero. `reverse` is that of the scan.

    The pullback is given slices (inputs without T) of the outputs at the token
    before, of the elements, and of l, and yields p, of the types of l, and d.
    `combine` and `identity` are those of the scan for the `elements`. Since it
    is associative, what a later p passes to l[t] is the pullback at y[t] and
    the combined elements between: a sequence can be cut into parts here too.

    Example (of the recurrence in `hocket.scan`; of y, only h is read):

    ```mlir
    %da, %db = hocket.scan_grad outputs(%h : tensor<?x64xf32>)
        elements(%a : tensor<?x64xf32>) gradients(%dh : tensor<?x64xf32>)
        offsets(%cu_seqlens : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>]) sources([-1, 0])
        -> tensor<?x64xf32>, tensor<?x64xf32> combine {
    ^combine(%ai: tensor<64xf32>, %aj: tensor<64xf32>):
      %decay = arith.mulf %aj, %ai : tensor<64xf32>
      hocket.yield %decay : tensor<64xf32>
    } pullback {
    ^pullback(%hi: tensor<64xf32>, %aj: tensor<64xf32>, %l: tensor<64xf32>):
      %p = arith.mulf %aj, %l : tensor<64xf32>
      %d = arith.mulf %hi, %l : tensor<64xf32>
      hocket.yield %p, %d, %l : tensor<64xf32>, tensor<64xf32>, tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$outputs,
                       Variadic<AnyRankedTensor>:$elements,
                       Variadic<AnyRankedTensor>:$gradients,
                       AnyRankedTensor:$offsets, ArrayAttr:$identity,
                       DenseI64ArrayAttr:$sources, UnitAttr:$reverse);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$combine, SizedRegion<1>:$pullback);
  let assemblyFormat = [{
    (`outputs` `(` $outputs^ `:` type($outputs) `)`)?
    (`elements` `(` $elements^ `:` type($elements) `)`)?
    `gradients` `(` $gradients `:` type($gradients) `)`
    `offsets` `(` $offsets `:` type($offsets) `)`
    `identity` `(` $identity `)` `sources` `(` $sources `)`
    (`reverse` $reverse^)? attr-dict-with-keyword `->` type($results)
    `combine` $combine `pullback` $pullback
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Hocket_ShiftOp : Hocket_Op<"shift", [
    Pure, AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>]> {
  let summary = "each token's slice moved to the next token of its sequence";
  let description = [{
    y[t] = x[t - 1] in each sequence, and zeros at its first token; with
    `reverse` y[t] = x[t + 1], and zeros at the last. `input` is [T, ...] of a
    floating-point type, static but for the tokens; `offsets` is `cu_seqlens`,
    [S+1] of `i32`.

    Example:

    ```mlir
    %before = hocket.shift %h offsets(%cu_seqlens)
        : tensor<?x64xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$offsets,
                       UnitAttr:$reverse);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `offsets` `(` $offsets `)` (`reverse` $reverse^)? attr-dict `:`
    type($input) `,` type($offsets)
  }];
  let hasVerifier = 1;
}

def Hocket_RecurrenceOp : Hocket_Op<"recurrence", [
    Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let summary = "a recurrent cell over the tokens of packed sequences";
  let description = [{
    h[t] = f(h[t - 1], x[t], w) in each sequence, where the states before its
    first token are zero; with `reverse` h[t] = f(h[t + 1], x[t], w).

    The cell f is scalar and applied to each channel: it is given the states,
    an element of each of the `inputs` and one of each of the `parameters`, and
    yields the new states. So the Jacobian of a step is diagonal for one state
    and has blocks of n x n for n states. `inputs` are [T, ...], static but for
    the tokens, `parameters` are [...], the `states` are [T, ...]: one shape and
    one floating-point type throughout. `offsets` is `cu_seqlens`, [S+1] of
    `i32`. The cell consists of pure scalar ops; those of arith and math can be
    differentiated.

    Without `newton` the steps follow each other. `newton(n)` solves for all
    steps of a sequence at once by n iterations of Newton's method, from
    h[t] = f(f(0, x[t - 1], w), x[t], w): each solves d[t] = J[t] d[t - 1] + r[t] with
    r[t] = f(h[t - 1]) - h[t] by a `hocket.scan` and adds d (Danieli et al.,
    "ParaRNN", 2025). The result is that of the steps up to the square of the
    error before, iteration by iteration. Gradients take the Jacobians at the
    states and one scan in the other direction, for either.

    Example (a gated cell):

    ```mlir
    %h = hocket.recurrence inputs(%x, %z : tensor<?x64xf32>, tensor<?x64xf32>)
        parameters(%u : tensor<64xf32>) offsets(%cu_seqlens : tensor<?xi32>)
        newton(3) -> tensor<?x64xf32> {
    ^cell(%h0: f32, %xt: f32, %zt: f32, %ut: f32):
      %uh = arith.mulf %ut, %h0 : f32
      %sum = arith.addf %uh, %xt : f32
      %new = math.tanh %sum : f32
      %change = arith.subf %new, %h0 : f32
      %gated = arith.mulf %zt, %change : f32
      %h1 = arith.addf %h0, %gated : f32
      hocket.yield %h1 : f32
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       Variadic<AnyRankedTensor>:$parameters,
                       AnyRankedTensor:$offsets,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:
                           $newton,
                       UnitAttr:$reverse);
  let results = (outs Variadic<AnyRankedTensor>:$states);
  let regions = (region SizedRegion<1>:$cell);
  let assemblyFormat = [{
    `inputs` `(` $inputs `:` type($inputs) `)`
    (`parameters` `(` $parameters^ `:` type($parameters) `)`)?
    `offsets` `(` $offsets `:` type($offsets) `)`
    (`newton` `(` $newton^ `)`)? (`reverse` $reverse^)? attr-dict-with-keyword
    `->` type($states) $cell
  }];
  let extraClassDeclaration = [{
    /// The end of the cell.
    YieldOp getYield();
    /// The arguments of the cell by what they stand for.
    ::mlir::ValueRange getCellStates() {
      return getCell().getArguments().take_front(getStates().size());
    }
    ::mlir::ValueRange getCellInputs() {
      return getCell().getArguments().slice(getStates().size(),
                                            getInputs().size());
    }
    ::mlir::ValueRange getCellParameters() {
      return getCell().getArguments().take_back(getParameters().size());
    }
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

#endif // HOCKET_DIALECTS_HOCKET_SCANOPS_TD
