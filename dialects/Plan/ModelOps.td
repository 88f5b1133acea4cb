//===- ModelOps.td - The model as the planner sees it ------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_MODELOPS_TD
#define HOCKET_DIALECTS_PLAN_MODELOPS_TD

include "dialects/Plan/Attrs.td"
include "mlir/IR/SymbolInterfaces.td"

class Plan_Op<string mnemonic, list<Trait> traits = []>
    : Op<Plan_Dialect, mnemonic, traits>;

/// An op that stands directly in a program.
class Plan_ProgramMember<string mnemonic, list<Trait> traits = []>
    : Plan_Op<mnemonic, traits # [HasParent<"::hocket::planir::ProgramOp">]>;

/// A member whose number is its position among those of its kind. The number is
/// there for readers; the program's verifier compares.
class Plan_NumberedMember<string mnemonic, list<Trait> traits = []>
    : Plan_ProgramMember<mnemonic, traits>;

def Plan_ParameterOp : Plan_NumberedMember<"parameter"> {
  let summary = "a parameter of the model";
  let description = [{
    Its number, its name in checkpoints, how it starts where no checkpoint is
    given (`zeros`, `ones`, `normal(STDDEV)`), and its shape, which is constant.

    Example:

    ```mlir
    plan.parameter 0 "wte" normal(2.000000e-02) : 256 x 64 x f32
    ```
  }];
  let arguments = (ins Plan_Number:$number, StrAttr:$name, Plan_Init:$init,
                       F64Attr:$stddev, Plan_ContentAttr:$content);
  let assemblyFormat = [{
    $number $name custom<Init>($init, $stddev) `:` custom<Content>($content)
    attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_BatchInputOp : Plan_NumberedMember<"batch_input"> {
  let summary = "one tensor of the batch";
  let description = [{
    Cut along its first dimension into microbatches. `offsets` marks the
    `cu_seqlens`, which start at 0 in every microbatch.

    Example:

    ```mlir
    plan.batch_input 0 "tokens" : T x i32
    plan.batch_input 1 "cu_seqlens" offsets : S x i32
    ```
  }];
  let arguments = (ins Plan_Number:$number, StrAttr:$name, UnitAttr:$offsets,
                       Plan_ContentAttr:$content);
  let assemblyFormat = [{
    $number $name (`offsets` $offsets^)? `:` custom<Content>($content) attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_KernelOp : Plan_ProgramMember<"kernel", [Symbol]> {
  let summary = "compiled code";
  let description = [{
    Declares an entry point of the executable's code under its symbol name, with
    the content of each operand in the order of the call, and what a call needs
    and does: bytes of workspace, floating-point operations, bytes read and
    written.

    Example:

    ```mlir
    plan.kernel @stage0.forward(T x i32, 256 x 64 x f32, T x 64 x f32)
        workspace(256*T) flops(64*T) bytes(516*T)
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       Plan_ContentArrayAttr:$operand_types,
                       Plan_SizeAttr:$workspace, Plan_SizeAttr:$flops,
                       Plan_SizeAttr:$bytes);
  let assemblyFormat = [{
    $sym_name `` custom<Contents>($operand_types)
    `workspace` `(` custom<Size>($workspace) `)`
    `flops` `(` custom<Size>($flops) `)` `bytes` `(` custom<Size>($bytes) `)`
    attr-dict
  }];
}

def Plan_StageOp : Plan_NumberedMember<"stage", [SingleBlock, NoTerminator]> {
  let summary = "a stage of the model and its tasks";
  let description = [{
    What the stage receives from the one before, what it sends to the next, and
    what its forward keeps for its backward. Its body holds its tasks, at most
    one of a kind, and the attention that it begins with, if any.

    Example:

    ```mlir
    plan.stage 0 "embed" inputs() outputs(T x 64 x f32) residuals() {
      plan.template F @stage0.forward(read batch(0), read parameter(0),
                                      write output(0))
    }
    ```
  }];
  let arguments = (ins Plan_Number:$number, StrAttr:$name,
                       Plan_ContentArrayAttr:$input_types,
                       Plan_ContentArrayAttr:$output_types,
                       Plan_ContentArrayAttr:$residual_types);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $number $name `inputs` `` custom<Contents>($input_types)
    `outputs` `` custom<Contents>($output_types)
    `residuals` `` custom<Contents>($residual_types)
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Plan_AttentionOp : Plan_Op<"attention", [
    HasParent<"::hocket::planir::StageOp">,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the attention that a stage begins with";
  let description = [{
    Under sequence parallelism the ranks of a sequence group compute it
    together, before the stage's forward (and its gradient after the backward),
    so that it is none of the stage's tasks. `query`, `key` and `value` are the
    numbers of the inputs, [T, heads, head_size] and twice [T, key_heads,
    head_size], that nothing else reads. `attended` are the contents of the slot
    of that name: the output [T, heads, head_size], the logarithms of the sums
    of exponentials [T, heads], and delta [T, heads] (FlashAttention-2,
    algorithm 2). The kernels are `part` (query, key, value, table, output, log
    sums), which adds what some keys give, `merge` (output, log sums, and another
    such pair, which is added), and of a trained model `delta` (output, its gradient, delta) and `part_grad` (query, key, value, table, log
    sums, gradient of the output, delta, gradients of query, key and value).

    Example:

    ```mlir
    plan.attention query(0) key(1) value(2) heads(4) key_heads(2) head_size(8)
        causal attended(T x 4 x 8 x f32, T x 4 x f32, T x 4 x f32)
        part @part merge @merge delta @delta part_grad @part_grad
    ```
  }];
  let arguments = (ins Plan_Number:$query, Plan_Number:$key,
                       Plan_Number:$value, Plan_Positive:$heads,
                       Plan_Positive:$key_heads, Plan_Positive:$head_size,
                       UnitAttr:$causal,
                       Plan_ContentArrayAttr:$attended_types,
                       FlatSymbolRefAttr:$part, FlatSymbolRefAttr:$merge,
                       OptionalAttr<FlatSymbolRefAttr>:$delta,
                       OptionalAttr<FlatSymbolRefAttr>:$part_grad);
  let assemblyFormat = [{
    `query` `(` $query `)` `key` `(` $key `)` `value` `(` $value `)`
    `heads` `(` $heads `)` `key_heads` `(` $key_heads `)`
    `head_size` `(` $head_size `)` (`causal` $causal^)?
    `attended` `` custom<Contents>($attended_types)
    `part` $part `merge` $merge (`delta` $delta^)? (`part_grad` $part_grad^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_GatherOp : Plan_Op<"gather", [
    HasParent<"::hocket::planir::StageOp">]> {
  let summary = "the rows of other ranks that a stage begins with";
  let description = [{
    Where a scan goes over the tokens of the ranks of a sequence group, each of
    them has a row of numbers for each sequence: input `row` of the stage, [S,
    W], that nothing else reads. Before the stage's forward the rows of the
    members that come before are received, as `attended` 0, 1, ... of `slots`,
    zeros for the others; after its backward, where the stage is `trained`, the
    gradients of these go back to their owners. With `reverse` members are
    counted from the last one.

    Example:

    ```mlir
    plan.gather row(0) slots(3) trained
        attended((S - 1) x 9 x f32, (S - 1) x 9 x f32, (S - 1) x 9 x f32)
    ```
  }];
  let arguments = (ins Plan_Number:$row, Plan_Positive:$slots,
                       UnitAttr:$reverse, UnitAttr:$trained,
                       Plan_ContentArrayAttr:$attended_types);
  let assemblyFormat = [{
    `row` `(` $row `)` `slots` `(` $slots `)` (`reverse` $reverse^)?
    (`trained` $trained^)? `attended` `` custom<Contents>($attended_types)
    attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_TemplateOp : Plan_Op<"template", [
    ParentOneOf<["::hocket::planir::StageOp", "::hocket::planir::ProgramOp"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a task before it is placed";
  let description = [{
    A kernel and what each of its operands is bound to: how the kernel uses it,
    the slot, and the number within the slot. In a `plan.stage` it is one of the
    stage's tasks (`F`, `Bi`, `W`, `B` or `R`). In a `plan.program` it is the
    `Update` of a parameter, the first that of parameter 0, and so on.

    Example:

    ```mlir
    plan.template Update @update(readwrite parameter(0), read gradient(0),
                                 readwrite state(0), read weight(0))
    ```
  }];
  let arguments = (ins Plan_TaskKind:$kind, FlatSymbolRefAttr:$kernel,
                       Plan_OperandArrayAttr:$operands);
  let assemblyFormat = [{
    $kind $kernel `` custom<Operands>($operands) attr-dict
  }];
  let hasVerifier = 1;
}

#endif // HOCKET_DIALECTS_PLAN_MODELOPS_TD
