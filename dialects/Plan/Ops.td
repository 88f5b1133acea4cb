//===- Ops.td - Operations of the plan dialect -------------*- tablegen -*-===//
//
// The examples in the descriptions are tests:
// test/dialects/Plan/docs-examples.mlir.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_PLAN_OPS_TD
#define HOCKET_DIALECTS_PLAN_OPS_TD

include "dialects/Plan/InstructionOps.td"
include "dialects/Plan/SequenceOps.td"

def Plan_ProgramOp : Plan_Op<"program", [
    IsolatedFromAbove, SingleBlock, NoTerminator, NoRegionArguments,
    Symbol, SymbolTable]> {
  let summary = "a model and the plan of one step of it";
  let description = [{
    Life: `hocket-expand` makes it from a model and a strategy, `plan-verify`
    checks the invariants P1-P8 (docs/invariants.md), and the compiler stores it
    in the executable.

    The body holds, in any order, the model (`plan.parameter`,
    `plan.batch_input`, `plan.kernel`, `plan.stage`, and one `plan.template` for
    the update of each parameter), the lengths of the step's sequences
    (`plan.sequences`, one for each data-parallel rank), the instructions
    (`plan.role`) and who runs them (`plan.group`, `plan.rank`). `model` is the
    model's name, `data` and `microbatches` are the degrees, `schedule` names
    the order of the tasks, `chunks` is the number of stages per pipeline rank (1
    unless given), and `states` names the optimizer's states of a parameter.

    Under sequence parallelism `sequence` is the number of ranks that share a
    sequence and `method` says how ("ring" unless given). Rank r of those of data
    coordinate d is coordinate d * sequence + r. The body then has `plan.lengths`,
    `plan.sequence_group` and `plan.chunks` in the place of `plan.sequences`.
    `segments` are the numbers of stages that make one stage of the pipeline,
    where stages are cut at their attentions.

    Where a rank walks its tokens in `slices` (1 unless given), slice s of
    microbatch i is microbatch i * slices + s to all that the body says of
    microbatches. `activations` has two numbers for each stage of the pipeline:
    of how many slices the backward finds what the forward computed on the
    device, and of how many in the memory of the host. That of the others is
    computed again. Without it all slices are kept on the device.

    A strategy may say more. `ranks` is the number of pipeline ranks, where
    stages and chunks do not tell it. `placement` lists the pipeline rank of each
    stage, and `orders`, of schedule "given", the tasks of each pipeline rank: a
    stage, `F`, `I` (Bi), `W` or `B`, and a microbatch. A skip-pipeline has
    `nodes`, the pipeline ranks that hold each stage, and `routes`, for each
    microbatch the stages that it visits at which ranks. What the routes promise
    (P7) is the number of stages that one visits (`path_length`), how far one
    goes back at once, in all and how often (`max_backward_step`,
    `max_backward_sum`, `max_backward_moves`) and beyond the highest stage so far
    (`max_forward_jump`), and how many microbatches are `in_flight` at each
    pipeline rank.

    Example:

    ```mlir
    plan.program @step model("tiny") data(1) microbatches(1) schedule("1f1b") {
      plan.parameter 0 "w" ones : 64 x f32
      plan.batch_input 0 "x" : T x 64 x f32
      plan.kernel @forward(T x 64 x f32, 64 x f32, f32) workspace(0)
          flops(128*T) bytes(256*T + 260)
      plan.stage 0 "all" inputs() outputs() residuals() {
        plan.template F @forward(read batch(0), read parameter(0),
                                 readwrite loss(0))
      }
      plan.sequences 0 [[3, 5]]
      plan.role @stage0 stages [0] arena(2368) {
        %w = plan.buffer "w" parameter(0) bytes(256 at 0) : 64 x f32
        %loss = plan.buffer "loss" loss(0) bytes(4 at 256) : f32
        %x = plan.buffer "x" batch(0) microbatch(0) bytes(2048 at 320)
            : T x 64 x f32
        plan.zero %loss
        plan.load_batch %x input(0) microbatch(0)
        plan.task F(0) @forward(%x, %w, %loss)
      }
      plan.rank 0 @stage0 data(0) pipeline(0)
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$model,
                       Plan_Positive:$data,
                       DefaultValuedAttr<Plan_Positive, "1">:$sequence,
                       DefaultValuedAttr<StrAttr, "\"ring\"">:$method,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$segments,
                       DefaultValuedAttr<Plan_Positive, "1">:$slices,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$activations,
                       Plan_Positive:$microbatches,
                       StrAttr:$schedule,
                       DefaultValuedAttr<Plan_Positive, "1">:$chunks,
                       DefaultValuedAttr<Plan_Number, "0">:$ranks,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$placement,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$orders,
                       OptionalAttr<Plan_TableAttr>:$nodes,
                       OptionalAttr<Plan_TableAttr>:$routes,
                       OptionalAttr<Plan_Number>:$path_length,
                       OptionalAttr<Plan_Number>:$max_backward_step,
                       OptionalAttr<Plan_Number>:$max_backward_sum,
                       OptionalAttr<Plan_Number>:$max_backward_moves,
                       OptionalAttr<Plan_Number>:$max_forward_jump,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$in_flight,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$states);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `model` `(` $model `)` `data` `(` $data `)`
    (`sequence` `(` $sequence^ `)`)? (`method` `(` $method^ `)`)?
    (`segments` `(` $segments^ `)`)? (`slices` `(` $slices^ `)`)?
    (`activations` `(` $activations^ `)`)?
    `microbatches` `(` $microbatches `)` `schedule` `(` $schedule `)`
    (`chunks` `(` $chunks^ `)`)? (`ranks` `(` $ranks^ `)`)?
    (`placement` `(` $placement^ `)`)? (`orders` `(` $orders^ `)`)?
    custom<Routes>($nodes, $routes)
    (`path_length` `(` $path_length^ `)`)?
    (`max_backward_step` `(` $max_backward_step^ `)`)?
    (`max_backward_sum` `(` $max_backward_sum^ `)`)?
    (`max_backward_moves` `(` $max_backward_moves^ `)`)?
    (`max_forward_jump` `(` $max_forward_jump^ `)`)?
    (`in_flight` `(` $in_flight^ `)`)?
    (`states` `(` $states^ `)`)? attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Plan_SequencesOp : Plan_NumberedMember<"sequences"> {
  let summary = "the sequences of a data-parallel rank";
  let description = [{
    The lengths, in tokens, of the sequences of each of its microbatches, where
    no ranks share sequences. `T` of a microbatch is their sum, `S` their count
    plus one.

    Example: data-parallel rank 0 has a microbatch of two sequences and one of
    a single sequence.

    ```mlir
    plan.sequences 0 [[128, 64], [192]]
    ```
  }];
  let arguments = (ins Plan_Number:$number, DenseI64ArrayAttr:$lengths,
                       DenseI32ArrayAttr:$counts);
  let assemblyFormat = [{
    $number custom<Sequences>($lengths, $counts) attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_RoleOp : Plan_ProgramMember<"role", [
    IsolatedFromAbove, SingleBlock, NoTerminator, NoRegionArguments, Symbol]> {
  let summary = "what some ranks do in a step";
  let description = [{
    Buffers, instructions, and the tables that its attentions attend to. The
    ranks of a role run its instructions in their
    order; they differ in their peers, groups and sequences only. `stages` are the
    stages that they run, in ascending order. `arena` is the
    number of bytes that each of them allocates; `host` is the number of bytes
    that it needs of the host's memory.

    Example:

    ```mlir
    plan.role @stage1 stages [1] arena(49152) {
      %x_0 = plan.buffer "x.0" input(0) microbatch(0) bytes(49152 at 0)
          : T x 64 x f32
      plan.recv %x_0 from peer(0) microbatch(0)
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DenseI32ArrayAttr:$stages,
                       Plan_Bytes:$arena_bytes,
                       DefaultValuedAttr<Plan_Bytes, "0">:$host_bytes);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `stages` $stages `arena` `(` $arena_bytes `)` (`host` `(` $host_bytes^ `)`)?
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Plan_BufferOp : Plan_Op<"buffer", [
    HasParent<"::hocket::planir::RoleOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a piece of the arena";
  let description = [{
    A name for people, what it holds (slot and number), the stage whose value it
    is (absent where the role has one stage only, and where the value is not of
    one stage), its microbatch (absent where it lives through the step), its
    bytes and its offset in the arena, and
    the shape of its content in the `T` and `S` of the microbatch. The bytes are
    those of the largest rank of the role.

    A buffer may hold a share of its value: the tokens of coordinate `owner`
    where those are not the rank's own (`T` and `S` are the owner's then), and
    some `heads`, their number and the first one, where those are not all. Of a
    sum over coordinates it holds the `term` of one of them, what has been summed
    so far, or the `total`. What the forward received or computed is received or
    computed `again` for the backward, for the first or for the second time.
    What is fetched from the host is received again, too. A buffer on the `host`
    is a piece of the role's memory there.

    Example:

    ```mlir
    %wte = plan.buffer "wte" parameter(0) bytes(65536 at 0) : 256 x 64 x f32
    %h_0 = plan.buffer "h.0" output(0) microbatch(0) bytes(49152 at 65536)
        : T x 64 x f32
    ```

    ```mlir
    %k_1 = plan.buffer "k.1" input(1) microbatch(0) owner(1) heads(1 at 1)
        bytes(6144 at 114688) : T x 1 x 8 x f32
    ```

    ```mlir
    %h_0_host = plan.buffer "h.0.host" output(0) microbatch(0) host
        bytes(49152 at 0) : T x 64 x f32
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$name, Plan_Slot:$slot,
                       Plan_Number:$index, OptionalAttr<Plan_Number>:$stage,
                       OptionalAttr<Plan_Number>:$microbatch,
                       OptionalAttr<Plan_Number>:$owner,
                       DefaultValuedAttr<Plan_Number, "0">:$num_heads,
                       DefaultValuedAttr<Plan_Number, "0">:$first_head,
                       OptionalAttr<Plan_Number>:$term, UnitAttr:$total,
                       DefaultValuedAttr<Plan_Number, "0">:$again,
                       UnitAttr:$on_host,
                       Plan_Bytes:$bytes, Plan_Bytes:$offset,
                       Plan_ContentAttr:$content);
  let results = (outs Plan_Buffer:$buffer);
  let assemblyFormat = [{
    ($name^)? $slot `(` $index `)` (`stage` `(` $stage^ `)`)?
    (`microbatch` `(` $microbatch^ `)`)? (`owner` `(` $owner^ `)`)?
    (`heads` `(` $num_heads^ `at` $first_head `)`)? (`term` `(` $term^ `)`)?
    (`total` $total^)? (`again` `(` $again^ `)`)? (`host` $on_host^)?
    `bytes` `(` $bytes `at` $offset `)` `:` custom<Content>($content) attr-dict
  }];
  let hasVerifier = 1;
}

def Plan_GroupOp : Plan_NumberedMember<"group"> {
  let summary = "ranks that communicate collectively";
  let description = [{
    In ascending order, which is the order of reductions.

    Example:

    ```mlir
    plan.group 0 [0, 2]
    ```
  }];
  let arguments = (ins Plan_Number:$number, DenseI32ArrayAttr:$ranks);
  let assemblyFormat = "$number $ranks attr-dict";
  let hasVerifier = 1;
}

def Plan_RankOp : Plan_NumberedMember<"rank", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "who runs a role";
  let description = [{
    A rank, its role, its coordinates on the data axis (of `data` x `sequence`
    under sequence parallelism) and the pipeline axis, and its tables: the ranks that `peer(0)`, `peer(1)`, ... stand for in the role, and
    the numbers of the groups that `group(0)`, ... stand for.

    Example:

    ```mlir
    plan.rank 3 @stage1 data(1) pipeline(1) peers([2]) groups([1])
    ```
  }];
  let arguments = (ins Plan_Number:$number, FlatSymbolRefAttr:$role,
                       Plan_Number:$data, Plan_Number:$pipeline,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$peers,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$groups);
  let assemblyFormat = [{
    $number $role `data` `(` $data `)` `pipeline` `(` $pipeline `)`
    (`peers` `(` $peers^ `)`)? (`groups` `(` $groups^ `)`)? attr-dict
  }];
}

#endif // HOCKET_DIALECTS_PLAN_OPS_TD
