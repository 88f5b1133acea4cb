//===- SequenceEnds.td - Ends of packed sequences --------*- tablegen -*-===//
//
// What scans that ranks share are made of, beside scans of a rank's own tokens
// (hocket-cut-attention).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_HOCKET_SEQUENCEENDS_TD
#define HOCKET_DIALECTS_HOCKET_SEQUENCEENDS_TD

include "dialects/Hocket/Dialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Hocket_EndOp<string mnemonic, list<Trait> traits = []>
    : Op<Hocket_Dialect, mnemonic, traits>;

def Hocket_TakeEndOp : Hocket_EndOp<"take_end", [
    Pure,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>]> {
  let summary = "the slice of the first or last token of each sequence";
  let description = [{
    y[s] = x[b] for the first token b of sequence s or, with `last`, for its
    last one; zeros for a sequence without tokens. `input` is [T, ...], static
    but for the tokens; `offsets` is `cu_seqlens`, [S+1] of `i32`; the result is
    [S, ...].

    Example:

    ```mlir
    %ends = hocket.take_end %h offsets(%cu_seqlens) last
        : tensor<?x64xf32>, tensor<?xi32> -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$offsets,
                       UnitAttr:$last);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `offsets` `(` $offsets `)` (`last` $last^)? attr-dict `:`
    type($input) `,` type($offsets) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Hocket_PutEndOp : Hocket_EndOp<"put_end", [
    Pure, AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>]> {
  let summary = "tokens with the first or last one of each sequence replaced";
  let description = [{
    x with y[s] for the first token of each sequence s or, with `last`, for its
    last one; for a sequence without tokens y[s] is not read. `ends` y is
    [S, ...], `input` x is [T, ...] with the same slices, static but for S and
    T; `offsets` is `cu_seqlens`, [S+1] of `i32`.

    Example:

    ```mlir
    %x1 = hocket.put_end %y into %x offsets(%cu_seqlens)
        : tensor<?x64xf32>, tensor<?x64xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$ends, AnyRankedTensor:$input,
                       AnyRankedTensor:$offsets, UnitAttr:$last);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $ends `into` $input `offsets` `(` $offsets `)` (`last` $last^)? attr-dict
    `:` type($ends) `,` type($input) `,` type($offsets)
  }];
  let hasVerifier = 1;
}

def Hocket_RowsBeforeOp : Hocket_EndOp<"rows_before", [
    Pure,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>]> {
  let summary = "rows of the ranks that have earlier tokens";
  let description = [{
    Of ranks that share sequences, numbered in the order of their tokens:
    result k is the `row` of rank k where that comes before the rank that
    executes the op, and zeros elsewhere. With `reverse` the ranks are numbered
    against the order of their tokens. There is a result for every rank but the
    last. The row is [S, W] of `f32`: a row of W numbers for each sequence.

    hocket-cut-attention makes the op and takes it away again: the rows travel
    by the instructions of a plan.

    Example:

    ```mlir
    %rows:3 = hocket.rows_before %row
        : tensor<?x9xf32> -> tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$row, UnitAttr:$reverse);
  let results = (outs Variadic<AnyRankedTensor>:$rows);
  let assemblyFormat = [{
    $row (`reverse` $reverse^)? attr-dict `:` type($row) `->` type($rows)
  }];
  let hasVerifier = 1;
}

def Hocket_DetachOp : Hocket_EndOp<"detach", [
    Pure, AllTypesMatch<["input", "result"]>, SameOperandsAndResultShape]> {
  let summary = "a value that no gradient passes through";
  let description = [{
    The operand, taken as a constant by differentiation. hocket-differentiate
    leaves the operand in its place.

    Example:

    ```mlir
    %fixed = hocket.detach %h : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif // HOCKET_DIALECTS_HOCKET_SEQUENCEENDS_TD
