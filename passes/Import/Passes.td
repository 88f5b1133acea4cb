//===- Passes.td - Passes from foreign models to strategies -*- tablegen -*-==//

#ifndef HOCKET_PASSES_IMPORT_PASSES_TD
#define HOCKET_PASSES_IMPORT_PASSES_TD

include "mlir/Pass/PassBase.td"

def Import : Pass<"hocket-import", "::mlir::ModuleOp"> {
  let summary = "make sizes dynamic and attention an op";
  let description = [{
    Takes a model as tools/export writes it to the form that the other passes
    read.

    1. A call of a function with the attribute `hocket.attention` becomes a
       `hocket.attention`; its operands are the query, the key, the value and
       the offsets, its result the output. Functions that nothing calls any more
       are dropped.
    2. The sizes that the module lists in `hocket.sentinels`, usually primes,
       stand for sizes known at run time only (tokens, offsets, elements of a
       parameter). They, their multiples, and sizes close to them (one token
       more, say) become dynamic: in types, and where an op or a constant holds
       them as a number, which is then computed from a dimension of an argument.

    A module without sentinels keeps its sizes. An op that cannot take a dynamic
    size is an error at that op. A floating-point constant that equals a
    sentinel is a warning: it was most likely computed from the size.

    Before:

    ```mlir
    module attributes {hocket.sentinels = array<i64: 7919>} {
      func.func @f(%x: tensor<7919x4xf32>) -> tensor<7919x2x2xf32> {
        %0 = tensor.expand_shape %x [[0], [1, 2]] output_shape [7919, 2, 2]
            : tensor<7919x4xf32> into tensor<7919x2x2xf32>
        return %0 : tensor<7919x2x2xf32>
      }
    }
    ```

    After:

    ```mlir
    module {
      func.func @f(%x: tensor<?x4xf32>) -> tensor<?x2x2xf32> {
        %c0 = arith.constant 0 : index
        %dim = tensor.dim %x, %c0 : tensor<?x4xf32>
        %0 = tensor.expand_shape %x [[0], [1, 2]] output_shape [%dim, 2, 2]
            : tensor<?x4xf32> into tensor<?x2x2xf32>
        return %0 : tensor<?x2x2xf32>
      }
    }
    ```
  }];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"numAttentions", "num-attentions", "Calls that became hocket.attention">
  ];
}

def Parallelize : Pass<"hocket-parallelize", "::mlir::ModuleOp"> {
  let summary = "wrap the loss function in strategies";
  let description = [{
    Puts the body of the loss function into a `hocket.data` (where `data` > 1)
    around a `hocket.sequence` (where `sequence` > 1) around a `hocket.stream`
    (where `slices` > 1, or `activations` are not kept) around a `hocket.pipeline`
    (where `pipeline`, `microbatches` or `chunks` > 1, or a schedule is named) of
    `pipeline` x `chunks` stages. With `pipeline=1` one rank runs all of them;
    what recomputes then keeps the inputs of each.
    Arguments of the role `batch` are the tokens that are cut, `offsets` the
    boundaries they are cut at, all others are shared.

    A stage holds the calls of about equally many layers: calls of the function
    that is called most often. What the first layer needs goes with the first
    stage, what needs the last layer with the last. Where no function is called
    as often as there are stages, the layers are the longest chain of calls.

    With `skip_stages` there is a `hocket.skip_pipeline` instead, of so many
    stages and an exit for what needs the last layer. `nodes` (as many as stages
    unless given) are dealt to the stages in order. `paths=rotate` gives paths:
    microbatch i leaves out the bodies i, i + 1, ..., counted round and round.

    Before:

    ```mlir
    func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>},
                    %a: tensor<4xf32> {hocket.role = #hocket.role<param>},
                    %b: tensor<4xf32> {hocket.role = #hocket.role<param>})
        -> (tensor<f32>, tensor<f32>) {
      %0 = call @block(%x, %a) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      %1 = call @block(%0, %b) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      %2:2 = call @head(%1) : (tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>)
      return %2#0, %2#1 : tensor<f32>, tensor<f32>
    }
    ```

    After `hocket-parallelize{pipeline=2 microbatches=8 schedule=1f1b}`:

    ```mlir
    func.func @loss(%x: ..., %a: ..., %b: ...) -> (tensor<f32>, tensor<f32>) {
      %r:2 = hocket.pipeline microbatches(8) schedule("1f1b")
          tokens(%x0 = %x : tensor<?x4xf32>)
          shared(%a0 = %a : tensor<4xf32>, %b0 = %b : tensor<4xf32>)
          -> (tensor<f32>, tensor<f32>) {
        %h = hocket.stage "stage0" (%x1 = %x0 : tensor<?x4xf32>,
                                    %a1 = %a0 : tensor<4xf32>)
            -> tensor<?x4xf32> {
          %0 = func.call @block(%x1, %a1) : ...
          hocket.yield %0 : tensor<?x4xf32>
        }
        %l:2 = hocket.stage "stage1" (%h1 = %h : tensor<?x4xf32>,
                                      %b1 = %b0 : tensor<4xf32>)
            -> (tensor<f32>, tensor<f32>) {
          %1 = func.call @block(%h1, %b1) : ...
          %2:2 = func.call @head(%1) : ...
          hocket.yield %2#0, %2#1 : tensor<f32>, tensor<f32>
        }
        hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
      }
      return %r#0, %r#1 : tensor<f32>, tensor<f32>
    }
    ```
  }];
  let options = [
    Option<"data", "data", "int64_t", "1", "Parts of the batch, each on ranks of its own.">,
    Option<"sequence", "sequence", "int64_t", "1", "Ranks that share the tokens of each sequence.">,
    Option<"method", "method", "std::string", "\"auto\"",
           "How they share them: ring, zigzag, striped, all_gather, ulysses, usp, token_ring, auto.">,
    Option<"ulysses", "ulysses", "int64_t", "0", "Of the method usp: ranks that exchange heads; a divisor of sequence.">,
    Option<"slices", "slices", "int64_t", "1", "Runs of tokens that a rank walks one after the other.">,
    Option<"activations", "activations", "std::string", "\"keep\"",
           "What the backward finds of its forward: keep (everything), recompute (the inputs of each stage), auto.">,
    Option<"kept", "kept", "int64_t", "0", "Of activations=recompute: slices of each stage that keep everything.">,
    Option<"offloaded", "offloaded", "int64_t", "0",
           "Of activations=recompute: slices of each stage that keep everything, in the memory of the host.">,
    Option<"pipeline", "pipeline", "int64_t", "1", "Ranks of the pipeline.">,
    Option<"microbatches", "microbatches", "int64_t", "1", "Microbatches of each part of the batch.">,
    Option<"schedule", "schedule", "std::string", "\"auto\"", "The pipeline's schedule, docs/plan.md: gpipe, 1f1b, interleaved, zb_h1, zb_h2, zb_v, v_half, v_min, dualpipe_v, auto (solved).">,
    Option<"chunks", "chunks", "int64_t", "1",
           "Number of stages per pipeline rank.">,
    Option<"placement", "placement", "std::string", "\"\"",
           "Which rank runs which stage, for the schedules auto and given: linear (consecutive stages), interleaved (every pipeline-th stage), v (down the ranks and back up, 2 chunks unless given); otherwise the schedule says.">,
    Option<"orders", "orders", "std::string", "\"\"",
           "The schedule itself, of the schedule given: a CSV file of torch.distributed.pipelining.">,
    Option<"skipStages", "skip_stages", "int64_t", "0",
           "Stages of a skip-pipeline, the entry counted and the exit not; 0: no skip-pipeline.">,
    Option<"pathLength", "path_length", "int64_t", "0", "Stages that each microbatch visits, the entry counted.">,
    Option<"nodes", "nodes", "int64_t", "0", "Nodes of the skip-pipeline.">,
    Option<"paths", "paths", "std::string", "\"auto\"", "The paths of the microbatches: auto, rotate.">,
    ListOption<"limits", "limits", "int64_t",
               "Of the paths: max_backward_step, max_backward_sum, max_backward_moves, max_forward_jump.">,
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">
  ];
  let dependentDialects = ["::hocket::HocketDialect"];
}

def LoadTopology : Pass<"hocket-load-topology", "::mlir::ModuleOp"> {
  let summary = "add a hocket.topology from a YAML file";
  let description = [{
    Adds the machine that a topology file describes (docs/topology.md) as a
    `hocket.topology` named after it, at the beginning of the module. Characters
    that a symbol cannot have become '_'.

    Before: `module {}`. After `hocket-load-topology{file=laptop.yaml}`:

    ```mlir
    hocket.topology @laptop nodes(1) devices_per_node(8)
        memory_bytes(2147483648) flops_per_second(2.0e10)
        memory_bytes_per_second(1.0e10) launch_seconds(1.0e-6)
        intra_node(latency_seconds = 1.0e-6, bytes_per_second = 5.0e9)
        inter_node(latency_seconds = 1.0e-6, bytes_per_second = 5.0e9)
    ```
  }];
  let options = [
    Option<"file", "file", "std::string", "\"\"", "The topology file, YAML.">
  ];
  let dependentDialects = ["::hocket::HocketDialect"];
}

#endif // HOCKET_PASSES_IMPORT_PASSES_TD
