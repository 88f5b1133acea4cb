//===- InstructionOps.td - What a rank executes ------------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_INSTRUCTIONOPS_TD
#define HOCKET_DIALECTS_PLAN_INSTRUCTIONOPS_TD

include "dialects/Plan/Interfaces.td"
include "dialects/Plan/ModelOps.td"
include "mlir/IR/OpAsmInterface.td"

/// An instruction of a role. `microbatch` is absent where it serves the whole
/// step; `stage` is absent where it is the role's only one, and where the
/// instruction is of no single stage.
class Plan_Instruction<string mnemonic, list<string> declared = [],
                       list<Trait> traits = []>
    : Plan_Op<mnemonic, traits # [
        HasParent<"::hocket::planir::RoleOp">,
        DeclareOpInterfaceMethods<Plan_InstructionOpInterface, declared>]> {
  dag tail = (ins OptionalAttr<Plan_Number>:$microbatch,
                  OptionalAttr<I32Attr>:$stage);
  string tailFormat = [{
    (`stage` `(` $stage^ `)`)? attr-dict
  }];
  string microbatchFormat = [{
    (`microbatch` `(` $microbatch^ `)`)?
  }];
}

/// An instruction that runs a kernel: what that may write besides its buffers.
class Plan_Launch<string mnemonic, list<string> declared = []>
    : Plan_Instruction<mnemonic, declared, [
        DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  dag workspace = (ins DefaultValuedAttr<Plan_Bytes, "0">:$workspace_bytes,
                       DefaultValuedAttr<Plan_Bytes, "0">:$workspace_offset);
  string workspaceFormat = [{
    (`workspace` `(` $workspace_bytes^ `at` $workspace_offset `)`)?
  }];
  let hasVerifier = 1;
}

def Plan_TaskOp : Plan_Launch<"task"> {
  let summary = "run a kernel";
  let description = [{
    Runs `kernel` on buffers, one for each of its operands, as the task `kind`
    of a microbatch; an `Update` is of no microbatch. `workspace` is the piece
    of the arena that the kernel may write besides, in bytes (those of the
    largest rank of the role) and from an offset; absent where it needs none.

    Example:

    ```mlir
    plan.task F(0) @stage0.forward(%tokens_0, %wte, %h_0)
        workspace(49152 at 98304)
    plan.task Update @update(%wte, %wte_grad, %wte_m, %weight)
    ```
  }];
  let arguments = !con((ins Plan_TaskKind:$kind), tail,
                       (ins FlatSymbolRefAttr:$kernel,
                            Variadic<Plan_Buffer>:$buffers), workspace);
  let assemblyFormat = [{
    $kind (`(` $microbatch^ `)`)? $kernel `(` $buffers `)`
  }] # workspaceFormat # tailFormat;
}

def Plan_ZeroOp : Plan_Instruction<"zero"> {
  let summary = "fill buffers with zero";
  let description = [{
    Example:

    ```mlir
    plan.zero %wte_grad, %weight
    ```
  }];
  let arguments = !con((ins Variadic<Plan_Buffer>:$buffers), tail);
  let assemblyFormat = "$buffers " # microbatchFormat # tailFormat;
}

def Plan_LoadBatchOp : Plan_Instruction<"load_batch"> {
  let summary = "fill a buffer with a batch input of a microbatch";
  let description = [{
    `input` is the number of the `plan.batch_input`.

    Example:

    ```mlir
    plan.load_batch %tokens_0 input(0) microbatch(0)
    ```
  }];
  let arguments = !con((ins Plan_Buffer:$buffer, Plan_Number:$input), tail);
  let assemblyFormat = "$buffer `input` `(` $input `)` " # microbatchFormat #
                       tailFormat;
}

def Plan_SendOp : Plan_Instruction<"send", ["getPeerIndex"], [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "post a buffer to another rank";
  let description = [{
    `peer` is an entry of the rank's table of peers. The buffer may be read
    after this and must not be written before the `plan.wait_send` of the
    result.

    Example:

    ```mlir
    %sent = plan.send %h_0 to peer(0) microbatch(0)
    plan.wait_send %sent
    ```
  }];
  let arguments = !con((ins Plan_Buffer:$buffer, Plan_Number:$peer), tail);
  let results = (outs Plan_Sent:$sent);
  let assemblyFormat = "$buffer `to` `peer` `(` $peer `)` " #
                       microbatchFormat # tailFormat;
}

def Plan_RecvOp : Plan_Instruction<"recv", ["getPeerIndex"]> {
  let summary = "wait for the next message of another rank";
  let description = [{
    Messages between two ranks arrive in the order in which they were sent.

    Example:

    ```mlir
    plan.recv %x_0 from peer(0) microbatch(0)
    ```
  }];
  let arguments = !con((ins Plan_Buffer:$buffer, Plan_Number:$peer), tail);
  let assemblyFormat = "$buffer `from` `peer` `(` $peer `)` " #
                       microbatchFormat # tailFormat;
}

def Plan_WaitSendOp : Plan_Instruction<"wait_send"> {
  let summary = "wait until a message has been received";
  let description = [{
    From then on the buffer that was sent may be written.

    Example:

    ```mlir
    plan.wait_send %sent
    ```
  }];
  let arguments = !con((ins Plan_Sent:$sent), tail);
  let assemblyFormat = "$sent " # microbatchFormat # tailFormat;
}

def Plan_AllReduceOp : Plan_Instruction<"all_reduce", ["getGroupIndex"]> {
  let summary = "sum buffers over a group of ranks";
  let description = [{
    `group` is an entry of the rank's table of groups. Each buffer becomes the
    sum over the group, in the order of its ranks.

    Example:

    ```mlir
    plan.all_reduce %wte_grad, %weight over group(0)
    ```
  }];
  let arguments = !con((ins Variadic<Plan_Buffer>:$buffers,
                            Plan_Number:$group), tail);
  let assemblyFormat = "$buffers `over` `group` `(` $group `)` " #
                       microbatchFormat # tailFormat;
}

def Plan_AttendOp : Plan_Launch<"attend", ["getTableIndex"]> {
  let summary = "run a kernel of a stage's attention";
  let description = [{
    Runs one of the kernels of the stage's `plan.attention` on buffers, one for
    each of its operands but the table, which is that of the role's `plan.table`
    of this number. `workspace` is that of `plan.task`.

    Example:

    ```mlir
    plan.attend @part(%q, %k_1, %v_1, %output, %lse) table(0)
        workspace(16384 at 129024) microbatch(0)
    plan.attend @delta(%output, %output_grad, %delta) microbatch(0)
    ```
  }];
  let arguments = !con((ins FlatSymbolRefAttr:$kernel,
                            Variadic<Plan_Buffer>:$buffers,
                            OptionalAttr<Plan_Number>:$table), tail, workspace);
  let assemblyFormat = [{
    $kernel `(` $buffers `)` (`table` `(` $table^ `)`)?
  }] # workspaceFormat # microbatchFormat # tailFormat;
}

def Plan_CopyHeadsOp : Plan_Instruction<"copy_heads"> {
  let summary = "copy the heads that two buffers have in common";
  let description = [{
    Both hold heads of the same tokens. Other heads of the first stay as they
    are.

    Example:

    ```mlir
    plan.copy_heads %q_1 from %q microbatch(0)
    ```
  }];
  let arguments = !con((ins Plan_Buffer:$to, Plan_Buffer:$from), tail);
  let assemblyFormat = "$to `from` $from " # microbatchFormat # tailFormat;
}

def Plan_AddOp : Plan_Instruction<"add"> {
  let summary = "add a buffer to another one";
  let description = [{
    Both are of the same type. Terms of a sum come in the order of the
    instructions, so that a sum repeats bit for bit.

    Example:

    ```mlir
    plan.add %k_grad_1 to %k_grad microbatch(0)
    ```
  }];
  let arguments = !con((ins Plan_Buffer:$sum, Plan_Buffer:$term), tail);
  let assemblyFormat = "$term `to` $sum " # microbatchFormat # tailFormat;
}

/// A copy between the device and the host.
class Plan_HostCopy<string mnemonic> : Plan_Instruction<mnemonic, [], [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let arguments = !con((ins Plan_Buffer:$to, Plan_Buffer:$from), tail);
  let results = (outs Plan_Copied:$copied);
  let assemblyFormat = "$from `to` $to " # microbatchFormat # tailFormat;
}

def Plan_OffloadOp : Plan_HostCopy<"offload"> {
  let summary = "post a copy of a buffer to the memory of the host";
  let description = [{
    The second buffer is on the host (`host` of `plan.buffer`). Neither may be
    written before the `plan.wait_copy` of the result, nor the second one read.
    Copies to the host are done one after the other, beside everything else.

    Example:

    ```mlir
    %copied = plan.offload %h_0 to %h_0_host microbatch(0)
    plan.wait_copy %copied
    ```
  }];
}

def Plan_FetchOp : Plan_HostCopy<"fetch"> {
  let summary = "post a copy of a buffer from the memory of the host";
  let description = [{
    The first buffer is on the host, else as `plan.offload`.

    Example:

    ```mlir
    %copied_1 = plan.fetch %h_0_host to %h_0_fetched microbatch(0)
    plan.wait_copy %copied_1
    ```
  }];
}

def Plan_WaitCopyOp : Plan_Instruction<"wait_copy"> {
  let summary = "wait until a copy to or from the host is done";
  let description = [{
    Every copy is waited for once.

    Example:

    ```mlir
    plan.wait_copy %copied
    ```
  }];
  let arguments = !con((ins Plan_Copied:$copied), tail);
  let assemblyFormat = "$copied " # microbatchFormat # tailFormat;
}

#endif // HOCKET_DIALECTS_PLAN_INSTRUCTIONOPS_TD
