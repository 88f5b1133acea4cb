//===- SkipPipelineOps.td - Pipelines that skip stages -----*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_SKIPPIPELINEOPS_TD
#define HOCKET_DIALECTS_HOCKET_SKIPPIPELINEOPS_TD

def Hocket_SkipPipelineOp : Hocket_StrategyOp<"skip_pipeline"> {
  let summary = "skip-pipeline parallelism: each microbatch takes some stages";
  let description = [{
    Cuts the batch into `microbatches` at sequence boundaries and sends each
    along a path of its own through some of the stages; the results (scalar
    `f32` tensors) are summed over the microbatches. Operands and block
    arguments are those of `hocket.data`.

    The body is a chain as in `hocket.pipeline`: first the entry (stage 0, the
    embedding), then the bodies (stages 1 to S-1), then the exit (the loss). A
    body takes all results of the stage before it and returns values of their
    types, so that any of them can follow any other; a microbatch gives it what
    the stage before it on the path has made.

    `nodes` lists, for each of the S stages, the pipeline ranks that hold it.
    They are replicas; each node is in one stage, and they are numbered from 0
    without a gap. A path has `path_length` nodes of different stages: first its
    head, a node of stage 0, which runs the entry, then nodes of bodies, in the
    order in which the microbatch visits them. It ends with the exit, on its
    head; the backward goes back along it. `paths(auto)`, which is the default,
    leaves the paths to the compiler.

    `limits` keep paths close to the order of the stages (after SkipPipe). The
    frontier is the highest stage that a path has visited so far; a visit below
    it is a backward move. `max_backward_step` bounds how far below, and
    `max_backward_sum` the sum over a path; `max_backward_moves` bounds their
    number, and `max_forward_jump` how far above the frontier a visit may be.
    `in_flight` is, for each node, how many microbatches may be under way there,
    from the start of the first task that it runs for one to the end of the last.

    `orders` lists the tasks of each node as in `hocket.pipeline` (the exit is
    stage S); without it a node runs its tasks in an order that the compiler
    derives.

    Example (each microbatch leaves out one of three bodies, and the second one
    visits them out of order):

    ```mlir
    %loss = hocket.skip_pipeline microbatches(3)
        nodes([[0, 1], [2], [3], [4]]) path_length(3)
        paths([[0, 2, 3], [1, 4, 3], [0, 2, 4]])
        limits(max_backward_step = 1, max_forward_jump = 3)
        tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
      %h = hocket.stage "entry" (%x0 = %x : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%x0) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %a = hocket.stage (%h1 = %h : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%h1) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %b = hocket.stage (%h2 = %a : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%h2) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %c = hocket.stage (%h3 = %b : tensor<?xf32>) -> tensor<?xf32> {
        %r = func.call @layer(%h3) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %r : tensor<?xf32>
      }
      %l = hocket.stage "exit" (%h4 = %c : tensor<?xf32>) -> tensor<f32> {
        %r = func.call @sum(%h4) : (tensor<?xf32>) -> tensor<f32>
        hocket.yield %r : tensor<f32>
      }
      hocket.yield %l : tensor<f32>
    }
    ```

    Erasing it gives a `hocket.microbatches` with a case for each sequence of
    stages that a path takes.
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$tokens,
                       Optional<AnyRankedTensor>:$offsets,
                       Variadic<AnyRankedTensor>:$shared,
                       ConfinedAttr<I64Attr, [IntPositive]>:$microbatches,
                       Hocket_IntegerListsAttr:$nodes,
                       ConfinedAttr<I64Attr, [IntPositive]>:$path_length,
                       OptionalAttr<Hocket_IntegerListsAttr>:$paths,
                       Hocket_LimitAttr:$max_backward_step,
                       Hocket_LimitAttr:$max_backward_sum,
                       Hocket_LimitAttr:$max_backward_moves,
                       Hocket_LimitAttr:$max_forward_jump,
                       OptionalAttr<DenseI64ArrayAttr>:$in_flight,
                       OptionalAttr<StrArrayAttr>:$orders);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$microbatches,
                   "::llvm::ArrayRef<::llvm::SmallVector<int64_t>>":$nodes,
                   "int64_t":$pathLength,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # strategyClassDeclaration
      # [{
    /// StrategyOpInterface
    int64_t getParts() { return getMicrobatches(); }
    ::llvm::LogicalResult inlineSequentially(::mlir::RewriterBase &rewriter,
                                             int64_t outerParts);
    /// The stages, in order: the entry, the bodies, the exit.
    ::llvm::SmallVector<StageOp, 4> getStages();
    /// The stage of each node.
    ::llvm::SmallVector<int64_t> getStageOfNode();
    /// The limits that are there, by name, and `path_length` beside them.
    ::mlir::DictionaryAttr getLimits();
    /// Where each microbatch goes, the exit included; the paths are given.
    ::hocket::Routes getRoutes();
  }];
}

def Hocket_MicrobatchesOp : Hocket_PartsOp<"microbatches"> {
  let summary = "the microbatches of a batch, one after the other";
  let description = [{
    Cuts the batch into `count` microbatches at sequence boundaries, applies the
    body to each, in order, and sums the results (scalar `f32` tensors). Of S
    sequences microbatch i has those from floor(i S / count) to
    floor((i + 1) S / count) - 1; without offsets every token is a sequence.
    Operands and block arguments are those of `hocket.data`.

    This is no strategy, but a sequential program for one device, in which
    microbatches may differ: `hocket.switch_microbatch` says how. So it cannot
    be inside of a strategy, and erasing keeps it.

    Example:

    ```mlir
    %loss = hocket.microbatches count(3)
        tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
      %h = func.call @layer(%x) : (tensor<?xf32>) -> tensor<?xf32>
      %g = hocket.switch_microbatch (%h) : tensor<?xf32>
      case([0, 2]) (%a: tensor<?xf32>) {
        %a1 = func.call @layer(%a) : (tensor<?xf32>) -> tensor<?xf32>
        %a2 = func.call @layer(%a1) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %a2 : tensor<?xf32>
      }
      case([1]) (%b: tensor<?xf32>) {
        %b1 = func.call @layer(%b) : (tensor<?xf32>) -> tensor<?xf32>
        hocket.yield %b1 : tensor<?xf32>
      }
      %l = func.call @sum(%g) : (tensor<?xf32>) -> tensor<f32>
      hocket.yield %l : tensor<f32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$tokens,
                       Optional<AnyRankedTensor>:$offsets,
                       Variadic<AnyRankedTensor>:$shared,
                       ConfinedAttr<I64Attr, [IntPositive]>:$count);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$tokens,
                   "::mlir::Value":$offsets, "::mlir::ValueRange":$shared,
                   "int64_t":$count,
                   CArg<"::hocket::BodyBuilder", "nullptr">:$bodyBuilder)>
  ];
  let extraClassDeclaration = partsClassDeclaration # [{
    int64_t getParts() { return getCount(); }
  }];
}

def Hocket_SwitchMicrobatchOp : Hocket_Op<"switch_microbatch", [
    HasParent<"MicrobatchesOp">, RecursiveMemoryEffects, SingleBlock]> {
  let summary = "what only some of the microbatches compute";
  let description = [{
    Applies to the inputs the region whose case lists the microbatch at hand.
    The results have the types of the inputs. Every microbatch of the
    `hocket.microbatches` around it is in one case. Regions may also read values
    from outside.

    Example:

    ```mlir
    %g = hocket.switch_microbatch (%h) : tensor<?xf32>
    case([0, 2]) (%a: tensor<?xf32>) {
      %a1 = func.call @layer(%a) : (tensor<?xf32>) -> tensor<?xf32>
      %a2 = func.call @layer(%a1) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %a2 : tensor<?xf32>
    }
    case([1]) (%b: tensor<?xf32>) {
      %b1 = func.call @layer(%b) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %b1 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       Hocket_IntegerListsAttr:$cases);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region VariadicRegion<SizedRegion<1>>:$bodies);
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "::mlir::ValueRange":$inputs,
                   "::llvm::ArrayRef<::llvm::SmallVector<int64_t>>":$cases,
                   "::hocket::CaseBuilder":$caseBuilder)>
  ];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

#endif // HOCKET_DIALECTS_HOCKET_SKIPPIPELINEOPS_TD
