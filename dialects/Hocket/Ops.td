//===- Ops.td - Operations of the hocket dialect -----------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_OPS_TD
#define HOCKET_DIALECTS_HOCKET_OPS_TD

include "dialects/Hocket/Attrs.td"
include "dialects/Hocket/Interfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

// The examples in the descriptions are tests: test/dialects/Hocket/
// docs-examples.mlir.

class Hocket_Op<string mnemonic, list<Trait> traits = []>
    : Op<Hocket_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Strategies
//===----------------------------------------------------------------------===//

/// What ops that cut the batch into parts share. `tokens` are cut along their
/// first dimension at sequence boundaries, `offsets` are rebased, `shared` are
/// given whole. Block arguments: tokens, then offsets, then shared.
class Hocket_PartsOp<string mnemonic, list<Trait> traits = []>
    : Hocket_Op<mnemonic, traits # [
        IsolatedFromAbove, AttrSizedOperandSegments, SingleBlock,
        RecursiveMemoryEffects]> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizeMethod = 1;

  code partsClassDeclaration = [{
    /// The block arguments that are the part's tokens.
    ::mlir::ValueRange getTokenArguments() {
      return getBody().getArguments().take_front(getTokens().size());
    }
    /// The block argument that is the part's offsets; null where there are
    /// none.
    ::mlir::Value getOffsetsArgument() {
      return getOffsets()
                 ? getBody().getArgument(getTokens().size())
                 : ::mlir::Value();
    }
    /// The block arguments that every part is given whole.
    ::mlir::ValueRange getSharedArguments() {
      return getBody().getArguments().take_back(getShared().size());
    }
    /// The end of the body.
    YieldOp getYield();
  }];
}

/// One that is a strategy.
class Hocket_StrategyOp<string mnemonic, list<Trait> traits = []>
    : Hocket_PartsOp<mnemonic, traits # [Hocket_StrategyOpInterface]> {
  code strategyClassDeclaration = [{
    /// StrategyOpInterface
    ::mlir::Value getBatchOffsets() { return getOffsets(); }
  }];
}

def Hocket_DataOp : Hocket_StrategyOp<"data"> {
  let summary = "data parallelism: every part of the batch on ranks of its own";
  let description = [{
    Cuts the batch into `degree` parts at sequence boundaries, applies the body
    to each, and sums the results (scalar `f32` tensors) over the parts.

    `tokens` are cut along their first dimension, which must be dynamic where
    there is more than one part. `offsets` (the `cu_seqlens`, `tensor<?xi32>`)
    name the boundaries and are rebased, so that each part's begin at 0;
    without them every token is a sequence of its own. `shared` are given whole
    to every part. The block arguments are the tokens, the offsets and the
    shared tensors, in this order and of the operands' types.

    At one part there is nothing to cut, rebase or sum: the op canonicalizes
    away.

    Example:

    ```mlir
    %loss, %weight = hocket.data degree(2)
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
                       ConfinedAttr<I64Attr, [IntPositive]>:$degree);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$degree,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # strategyClassDeclaration
      # [{
    int64_t getParts() { return getDegree(); }
  }];
}

def Hocket_PipelineOp : Hocket_StrategyOp<"pipeline"> {
  let summary = "pipeline parallelism: stages on ranks of their own";
  let description = [{
    Cuts the batch into `microbatches` at sequence boundaries and sends each
    through the stages of the body in order; the results (scalar `f32` tensors)
    are summed over the microbatches. Operands and block arguments are those of
    `hocket.data`.

    The body holds stages and the yield, nothing else. A stage reads the block
    arguments and the results of the stage just before it; a value that a later
    stage needs is passed through. The yield returns the results of the last
    stage.

    `schedule` names the order in which a rank runs its forward and backward
    tasks: `"gpipe"`, `"1f1b"`, `"interleaved"`, `"zb_h1"` (docs/plan.md), or
    another one that the compiler is given; `auto`, which is the default, leaves
    the choice to the compiler. `chunks` is the number of stages that each
    pipeline rank runs, 1 unless given; the number of stages is a multiple of it.

    `placement` gives each stage its pipeline rank instead, where the schedule is
    `auto` or `"given"`. With `schedule("given")` the tasks of each rank are
    listed in `orders`, a string for each rank: a cell is the stage, the kind
    (F forward, I input gradient, W weight gradient, B the whole backward) and
    the microbatch. Every microbatch has F, and B or its parts I and W, once in
    every stage; a stage without parameters has no W, and one that nothing is
    before may have no I. Without a placement rank i of r runs the stages i,
    i + r, ...

    Examples (the second one has a V-shape: the first and the last stage are on
    rank 0):

    ```mlir
    %loss, %weight = hocket.pipeline microbatches(8) schedule("1f1b")
        tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
        shared(%e = %embedding : tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>) {
      %h = hocket.stage "embed" (%x0 = %x : tensor<?xi32>,
                                 %e0 = %e : tensor<256x64xf32>)
          -> tensor<?x64xf32> {
        %a = func.call @embed(%x0, %e0)
            : (tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
        hocket.yield %a : tensor<?x64xf32>
      }
      %l:2 = hocket.stage "head" (%h1 = %h : tensor<?x64xf32>,
                                  %y1 = %y : tensor<?xi32>)
          -> (tensor<f32>, tensor<f32>) {
        %a:2 = func.call @head(%h1, %y1)
            : (tensor<?x64xf32>, tensor<?xi32>) -> (tensor<f32>, tensor<f32>)
        hocket.yield %a#0, %a#1 : tensor<f32>, tensor<f32>
      }
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    ```

    ```mlir
    %loss = hocket.pipeline microbatches(2) schedule("given")
        placement([0, 1, 1, 0])
        orders(["0F0 0F1 3F0 3B0 3F1 3B1 0B0 0B1",
                "1F0 2F0 1F1 2F1 2I0 1I0 2B1 1B1 2W0 1W0"])
        tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
      %a = hocket.stage (%x0 = %x : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%x0) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %b = hocket.stage (%a1 = %a : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%a1) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %c = hocket.stage (%b2 = %b : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%b2) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %l = hocket.stage (%c3 = %c : tensor<?xf32>) -> tensor<f32> {
        %r = func.call @sum(%c3) : (tensor<?xf32>) -> tensor<f32>
        hocket.yield %r : tensor<f32>
      }
      hocket.yield %l : tensor<f32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$tokens,
                       Optional<AnyRankedTensor>:$offsets,
                       Variadic<AnyRankedTensor>:$shared,
                       ConfinedAttr<I64Attr, [IntPositive]>:$microbatches,
                       DefaultValuedAttr<StrAttr, "\"auto\"">:$schedule,
                       DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>,
                                         "1">:$chunks,
                       OptionalAttr<DenseI64ArrayAttr>:$placement,
                       OptionalAttr<StrArrayAttr>:$orders);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$microbatches, "::llvm::StringRef":$schedule,
                   "int64_t":$chunks,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # strategyClassDeclaration
      # [{
    int64_t getParts() { return getMicrobatches(); }
    /// The stages, in order.
    ::llvm::SmallVector<StageOp, 4> getStages();
    /// The pipeline ranks that the stages, the chunks, the placement and the
    /// orders say there are.
    int64_t getPipelineRanks();
    /// The pipeline rank of `stage` by the placement or, without one, of rank
    /// i of r, which runs the stages i, i + r, ...
    int64_t getRankOf(int64_t stage);
  }];
}

def Hocket_StageOp : Hocket_Op<"stage", [
    IsolatedFromAbove, SingleBlock,
    ParentOneOf<["PipelineOp", "SkipPipelineOp"]>,
    RecursiveMemoryEffects,
    Hocket_StrategyOpInterface]> {
  let summary = "one stage of a pipeline or skip-pipeline";
  let description = [{
    Yields its activations to the next stage; the last stage yields the sum of
    the loss and its weight (tokens). The block arguments are the inputs. The
    name, if any, appears in messages, traces and reports.

    Example:

    ```mlir
    %r = hocket.stage "square" (%x = %h : tensor<?x64xf32>)
        -> tensor<?x64xf32> {
      %y = arith.mulf %x, %x : tensor<?x64xf32>
      hocket.yield %y : tensor<?x64xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       OptionalAttr<StrAttr>:$name);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$inputs,
                   "::llvm::StringRef":$name,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = [{
    /// The end of the body.
    YieldOp getYield();
  }];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

include "dialects/Hocket/SequenceOps.td"
include "dialects/Hocket/StreamOps.td"
include "dialects/Hocket/SkipPipelineOps.td"

def Hocket_YieldOp : Hocket_Op<"yield", [
    Pure, Terminator, ReturnLike,
    ParentOneOf<["DataOp", "SequenceOp", "StreamOp", "PipelineOp",
                 "SkipPipelineOp", "StageOp", "MicrobatchesOp",
                 "SwitchMicrobatchOp", "ScanOp", "ScanGradOp",
                 "RecurrenceOp"]>]> {
  let summary = "the results of the region of an op of this dialect";
  let description = [{
    Ends the body of a `hocket.data`, `hocket.sequence`, `hocket.stream`,
    `hocket.pipeline`, `hocket.skip_pipeline`, `hocket.stage`,
    `hocket.microbatches` or `hocket.switch_microbatch`; its operands are the results of that op, for one
    part of the batch. Ends a region of a `hocket.scan`, a `hocket.scan_grad` or
    a `hocket.recurrence`; its operands are what that region computes, in a
    recurrence scalars.

    Example:

    ```mlir
    hocket.yield %loss, %weight : tensor<f32>, tensor<f32>
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[AnyRankedTensor, AnyFloat]>>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

include "dialects/Hocket/ScanOps.td"

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def Hocket_AttentionOp : Hocket_Op<"attention", [
    Pure, DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let summary = "attention over packed sequences";
  let description = [{
    softmax(scale * Q K^T) V per sequence and head. `query` is [T, H, D], `key`
    and `value` are [T, Hk, D] with H a multiple of Hk (query head h reads
    key/value head h / (H/Hk)), all of one floating-point type; `offsets` is
    `cu_seqlens`, [S+1] of `i32`: token t attends to tokens of its own sequence,
    with `causal` to those not after itself. Results: `output` [T, H, D] of the
    query's type and `lse` [T, H] in `f32`, the natural logarithm of the sum of
    the exponentials of the scaled scores.

    Example (four query heads share two key and value heads):

    ```mlir
    %o, %lse = hocket.attention %q, %k, %v offsets(%cu_seqlens) scale(0.25)
        causal : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>,
        tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key,
                       AnyRankedTensor:$value, AnyRankedTensor:$offsets,
                       F32Attr:$scale, UnitAttr:$causal);
  let results = (outs AnyRankedTensor:$output, AnyRankedTensor:$lse);
  let assemblyFormat = [{
    $query `,` $key `,` $value `offsets` `(` $offsets `)` `scale` `(` $scale `)`
    (`causal` $causal^)? attr-dict `:` type($query) `,` type($key) `,`
    type($value) `,` type($offsets) `->` type($output) `,` type($lse)
  }];
  let hasVerifier = 1;
}

def Hocket_AttentionGradOp : Hocket_Op<"attention_grad", [
    Pure, DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
          ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<Hocket_WorkOpInterface>]> {
  let summary = "gradients of attention with respect to query, key and value";
  let description = [{
    Recomputes the probabilities from `lse`: P = exp(scale * Q K^T - lse),
    dV = P^T dO, dS = P * (dO V^T - rowsum(dO * O) + dLse), dQ = scale dS K,
    dK = scale dS^T Q, with dK and dV summed over the query heads of a group.
    The first operands and attributes are those of the `hocket.attention`,
    `forward` its results, `gradient` the gradients of the results (that of
    `lse` is zero where it is left out). The results have the types of the
    query, the key and the value.

    Example:

    ```mlir
    %dq, %dk, %dv = hocket.attention_grad %q, %k, %v offsets(%cu_seqlens)
        forward(%o, %lse) gradient(%do) scale(0.25) causal
        : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>,
           tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>,
           tensor<?x4x16xf32>)
        -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key,
                       AnyRankedTensor:$value, AnyRankedTensor:$offsets,
                       AnyRankedTensor:$output, AnyRankedTensor:$lse,
                       AnyRankedTensor:$outputGradient,
                       Optional<AnyRankedTensor>:$lseGradient,
                       F32Attr:$scale, UnitAttr:$causal);
  let results = (outs AnyRankedTensor:$queryGradient,
                      AnyRankedTensor:$keyGradient,
                      AnyRankedTensor:$valueGradient);
  let assemblyFormat = [{
    $query `,` $key `,` $value `offsets` `(` $offsets `)`
    `forward` `(` $output `,` $lse `)`
    `gradient` `(` $outputGradient (`,` $lseGradient^)? `)`
    `scale` `(` $scale `)` (`causal` $causal^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

include "dialects/Hocket/AttentionPartOps.td"

//===----------------------------------------------------------------------===//
// Topology
//===----------------------------------------------------------------------===//

def Hocket_TopologyOp : Hocket_Op<"topology", [Symbol]> {
  let summary = "the machine: nodes of equal devices and the links between them";
  let description = [{
    `nodes` times `devices_per_node` devices, each with memory (bytes),
    compute (flop/s), memory bandwidth (bytes/s) and the time to start a kernel
    (s); links within a node and between nodes as latency (s) and bandwidth
    (bytes/s). A transfer of n bytes takes latency + n / bandwidth. Rates are
    positive, times are not negative, all are finite.

    What a topology file may leave out (docs/topology.md) may be left out here:
    the peak of the data sheet, the units that multiply matrices, the memory of
    the host (bytes) that a device may use and the rate of copies to it and from
    it (bytes/s), what a ring of a collective gets of one link, and how many
    adapters the devices of a node share (0: none are shared). Each clause is
    there as a whole or not at all.

    `node_latency_seconds` is for nodes at different places: a row for each node
    that sends, in it a latency for each node that receives, 0 on the diagonal.
    It takes the place of the latency of `inter_node`.

    Example:

    ```mlir
    hocket.topology @cluster nodes(2) devices_per_node(8)
        memory_bytes(85899345920) flops_per_second(4.0e14)
        memory_bytes_per_second(3.35e12) launch_seconds(4.0e-6)
        intra_node(latency_seconds = 2.0e-6, bytes_per_second = 4.5e11)
        inter_node(latency_seconds = 5.0e-6, bytes_per_second = 5.0e10)
        host(memory_bytes = 274877906944, bytes_per_second = 3.2e10)
        adapters_per_node(intra_node = 0, inter_node = 8)
        node_latency_seconds([[0.0, 5.0e-6], [6.0e-6, 0.0]])
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       ConfinedAttr<I64Attr, [IntPositive]>:$nodes,
                       ConfinedAttr<I64Attr, [IntPositive]>:$devices_per_node,
                       ConfinedAttr<I64Attr, [IntPositive]>:$memory_bytes,
                       F64Attr:$flops_per_second,
                       F64Attr:$memory_bytes_per_second,
                       F64Attr:$launch_seconds,
                       F64Attr:$intra_node_latency_seconds,
                       F64Attr:$intra_node_bytes_per_second,
                       F64Attr:$inter_node_latency_seconds,
                       F64Attr:$inter_node_bytes_per_second,
                       OptionalAttr<F64Attr>:$peak_flops_per_second,
                       OptionalAttr<F64Attr>:$matrix_flops_per_second,
                       OptionalAttr<I64Attr>:$matrix_processors,
                       OptionalAttr<I64Attr>:$matrix_tile_rows,
                       OptionalAttr<I64Attr>:$matrix_tile_columns,
                       OptionalAttr<F64Attr>:$matrix_ramp_depth,
                       OptionalAttr<I64Attr>:$host_memory_bytes,
                       OptionalAttr<F64Attr>:$host_bytes_per_second,
                       OptionalAttr<F64Attr>:$intra_node_collective,
                       OptionalAttr<F64Attr>:$inter_node_collective,
                       OptionalAttr<I64Attr>:$intra_node_adapters,
                       OptionalAttr<I64Attr>:$inter_node_adapters,
                       OptionalAttr<F64ElementsAttr>:$node_latency_seconds);
  let assemblyFormat = [{
    $sym_name `nodes` `(` $nodes `)` `devices_per_node` `(` $devices_per_node
    `)` `memory_bytes` `(` $memory_bytes `)` `flops_per_second` `(`
    $flops_per_second `)` `memory_bytes_per_second` `(`
    $memory_bytes_per_second `)` `launch_seconds` `(` $launch_seconds `)`
    `intra_node` `(` `latency_seconds` `=` $intra_node_latency_seconds `,`
    `bytes_per_second` `=` $intra_node_bytes_per_second `)`
    `inter_node` `(` `latency_seconds` `=` $inter_node_latency_seconds `,`
    `bytes_per_second` `=` $inter_node_bytes_per_second `)`
    (`peak_flops_per_second` `(` $peak_flops_per_second^ `)`)?
    (`matrix` `(` `flops_per_second` `=` $matrix_flops_per_second^ `,`
    `processors` `=` $matrix_processors `,` `tile_rows` `=` $matrix_tile_rows
    `,` `tile_columns` `=` $matrix_tile_columns `,` `ramp_depth` `=`
    $matrix_ramp_depth `)`)?
    (`host` `(` `memory_bytes` `=` $host_memory_bytes^ `,` `bytes_per_second`
    `=` $host_bytes_per_second `)`)?
    (`collective_bytes_per_second` `(` `intra_node` `=` $intra_node_collective^
    `,` `inter_node` `=` $inter_node_collective `)`)?
    (`adapters_per_node` `(` `intra_node` `=` $intra_node_adapters^ `,`
    `inter_node` `=` $inter_node_adapters `)`)?
    (`node_latency_seconds` `(` custom<NumberTable>($node_latency_seconds)^
    `)`)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // HOCKET_DIALECTS_HOCKET_OPS_TD
