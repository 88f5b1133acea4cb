//===- Passes.td - Passes of the folder Expand -------------*- tablegen -*-===//

#ifndef HOCKET_PASSES_EXPAND_PASSES_TD
#define HOCKET_PASSES_EXPAND_PASSES_TD

include "mlir/Pass/PassBase.td"

def Erase : Pass<"hocket-erase"> {
  let summary = "erase every strategy: what is left is the sequential program";
  let description = [{
    Inlines the body of every strategy op (`hocket.data`, `hocket.sequence`,
    `hocket.stream`, `hocket.pipeline`, `hocket.stage`, and whatever else implements `StrategyOpInterface`), in
    order. The program that is left computes on one device, from the whole
    batch, what the strategies compute in parts; it defines what is right.

    A `hocket.skip_pipeline` becomes a `hocket.microbatches` in which every
    microbatch applies the stages of its path in order: paths are part of what is
    computed. It is an error if they are still auto.

    At one part there is nothing to rebase, so offsets are taken as they are:
    they must begin at 0 and not decrease. Where they are constant, the pass
    checks that.

    Before:

    ```mlir
    %loss = hocket.data degree(2) tokens(%x = %tokens : tensor<?xf32>)
        -> tensor<f32> {
      %y = func.call @loss_of(%x) : (tensor<?xf32>) -> tensor<f32>
      hocket.yield %y : tensor<f32>
    }
    return %loss : tensor<f32>
    ```

    After:

    ```mlir
    %loss = func.call @loss_of(%tokens) : (tensor<?xf32>) -> tensor<f32>
    return %loss : tensor<f32>
    ```
  }];
  let statistics = [
    Statistic<"numErased", "num-erased", "Number of strategy ops erased">
  ];
}

def Outline : Pass<"hocket-outline", "::mlir::ModuleOp"> {
  let summary = "make a function of every stage";
  let description = [{
    Follows the strategy ops of the loss function inward and makes each stage a
    function `@stage0`, `@stage1`, ... whose arguments and results say what they
    are bound to (`hocket.operand`) and how their extents follow from the
    tokens and sequences of a microbatch (`hocket.shape`). A function without
    strategies is one stage. The loss function keeps its signature, the
    manifest of parameters and batch inputs, and the degrees
    (`hocket.strategy`). Calls must have been inlined.

    The stages of a skip-pipeline are those of its body, the exit is the last
    one, and `hocket.strategy` has the routes of the microbatches (stages and
    nodes in turn), the nodes of each stage and the limits. Of a
    `hocket.microbatches` with a switch, what comes before the switch, each case,
    and what comes after it are stages; one rank runs them all. What two of them
    need both compute.

    Before:
    ```mlir
    func.func @loss(%w: tensor<4x4xf32> {hocket.role = #hocket.role<param>}, ...) {
      %r:2 = hocket.pipeline microbatches(8) schedule("1f1b") ... {
        %h = hocket.stage(%x1 = %x : tensor<?x4xf32>, ...) -> (tensor<?x4xf32>) {...}
        ...
      }
      return %r#0, %r#1 : tensor<f32>, tensor<f32>
    }
    ```
    After:
    ```mlir
    func.func private @loss(tensor<4x4xf32> {hocket.role = #hocket.role<param>}, ...)
        attributes {hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 8 : i64,
                                       schedule = "1f1b"}}
    func.func private @stage0(
        %x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}, ...)
        -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, ...}) attributes {hocket.stage = 0 : i64}
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
}

def CutAttention : Pass<"hocket-cut-attention", "::mlir::ModuleOp"> {
  let summary = "cut stages where ranks or slices compute together";
  let description = [{
    Where ranks share sequences or walk them slice by slice (`sequence` or
    `slices` in the `hocket.strategy` is above 1), a stage function with n `hocket.attention`s becomes n + 1 of them, one after
    the other, and `segments` of the strategy says how many each stage became.
    The attentions are gone: a rank or a slice has some of the tokens only, and what
    they compute together is part of the plan. A segment that begins with an
    attention has its output as an argument (`attended`) and says in
    `hocket.attends` which of its inputs are the query, the key and the value.
    What else a later segment reads is passed on from one to the next; what is
    cheap to compute from parameters and batch inputs is computed where it is
    read.

    Scans and shifts are shared, too, by ranks that have a run of each sequence.
    Each becomes a scan of the rank's own tokens, whose last tokens are packed
    into a row, and one that starts from what the rows of the ranks before
    combine to (`hocket.rows_before`). The stage is cut there; `hocket.gathers`
    of the segment after says which of its inputs is the row, and its arguments
    `attended` 0, 1, ... are those of the ranks before. Recurrences with
    `newton` become scans first.

    Before:

    ```mlir
    func.func private @stage0(%x: ..., %cu_seqlens: ..., %w: ...) -> ...
        attributes {hocket.stage = 0 : i64} {
      %q, %k, %v = ...
      %o, %lse = hocket.attention %q, %k, %v offsets(%cu_seqlens) scale(0.25) causal : ...
      %y = ... %o ... %x ...
      return ...
    }
    ```

    After:

    ```mlir
    func.func private @stage0(%x: ...)
        -> (tensor<?x4x16xf32> {hocket.operand = #hocket.operand<output, 0>, ...},
            tensor<?x2x16xf32> {hocket.operand = #hocket.operand<output, 1>, ...},
            tensor<?x2x16xf32> {hocket.operand = #hocket.operand<output, 2>, ...},
            tensor<?x64xf32> {hocket.operand = #hocket.operand<output, 3>, ...})
        attributes {hocket.stage = 0 : i64} {
      %q, %k, %v = ...
      return %q, %k, %v, %x : ...
    }
    func.func private @stage1(
        %o: tensor<?x4x16xf32> {hocket.operand = #hocket.operand<attended, 0>, ...},
        %x: tensor<?x64xf32> {hocket.operand = #hocket.operand<input, 3>, ...}, %w: ...) -> ...
        attributes {hocket.attends = {query = 0, key = 1, value = 2, heads = 4, key_heads = 2, ...},
                    hocket.stage = 1 : i64} {
      %y = ... %o ... %x ...
      return ...
    }
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">
  ];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::func::FuncDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"numCut", "num-cut", "Number of attentions and rows that stages were cut at">
  ];
}

def AddAttentionKernels : Pass<"hocket-add-attention-kernels", "::mlir::ModuleOp"> {
  let summary = "add the kernels that shared attentions are made of";
  let description = [{
    For the kernels of stages that begin with an attention (`hocket.attends`),
    adds the functions that the instructions of a plan run to compute it and, if
    the model has backward kernels, its gradient, and writes their names down
    beside what is there. Attentions of one element type, head size, scale and
    mask share them. Does nothing where no stage begins with an attention.

    Before:

    ```mlir
    func.func private @stage1.forward(...) -> ...
        attributes {hocket.attends = {head_size = 16 : i64, ...}, hocket.kernel = "F", ...}
    ```

    After:

    ```mlir
    func.func private @stage1.forward(...) -> ...
        attributes {hocket.attends = {head_size = 16 : i64, part = @attention_part_f32_d16_scale0.25_causal, ...},
                    hocket.kernel = "F", ...}
    func.func private @attention_part_f32_d16_scale0.25_causal(...) -> ...
        attributes {hocket.kernel = "Attend"} {...}
    ```
  }];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
}

def MergeStages : Pass<"hocket-merge-stages", "::mlir::ModuleOp"> {
  let summary = "make one function of stages that compute the same";
  let description = [{
    Stage functions that differ in nothing but the parameters that they are bound
    to become one, so that what comes after (differentiation, lowering, code
    generation) is done once for all of them. The first stays; the others are
    written down at it as `hocket.instances`, which its kernels inherit, and
    become tasks of its kernels in the model.

    Before:

    ```mlir
    func.func private @stage1(
        %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 2>}, ...)
        attributes {hocket.stage = 1 : i64} {...}
    func.func private @stage2(
        %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 5>}, ...)
        attributes {hocket.stage = 2 : i64} {...}
    ```

    After:

    ```mlir
    func.func private @stage1(
        %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 2>}, ...)
        attributes {hocket.stage = 1 : i64, hocket.parameters = array<i32: 2>,
                    hocket.instances = [
                        {parameters = array<i32: 5>, stage = 2 : i64} ]} {...}
    ```
  }];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
  let statistics = [
    Statistic<"numMerged", "num-merged", "Number of stages merged into others">
  ];
}

def WrapUpdate : Pass<"hocket-wrap-update", "::mlir::ModuleOp"> {
  let summary = "make a kernel of the optimizer";
  let description = [{
    Turns `@update(param, grad, state..., step)` into a kernel function that
    first divides the gradient, a sum over all tokens of the step, by their
    weight. Vectors of any length share the one kernel. Does nothing where the
    module has no such function.

    Before:
    ```mlir
    func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>},
                      %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32>
    ```
    After:
    ```mlir
    func.func private @update.kernel(%param: ... {hocket.operand = #hocket.operand<parameter, 0>}, %grad: ...,
                                     %weight: tensor<f32> {hocket.operand = #hocket.operand<weight, 0>}) -> ...
        attributes {hocket.kernel = "Update"}
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"update\"", "The optimizer.">
  ];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"
  ];
}

def Expand : Pass<"hocket-expand", "::mlir::ModuleOp"> {
  let summary = "expand a model under its strategy into a plan";
  let description = [{
    Reads the kernel functions and the strategy of the module and adds the
    `plan.program` of one step whose sequences have the given lengths: roles
    with their tasks, transfers, collectives and buffer offsets, and the ranks
    that play them. The plan is not checked: `plan-verify` does that.

    Before: functions with `hocket.kernel`. After: the same, and
    ```mlir
    plan.program @step ... {
      plan.role @stage0 ... { ... }
      plan.rank 0 role(@stage0) ...
    }
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">,
    ListOption<"lengths", "lengths", "int64_t", "Tokens of each sequence of the step.">
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::hocket::planir::PlanDialect"];
}

#endif // HOCKET_PASSES_EXPAND_PASSES_TD
