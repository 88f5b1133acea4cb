//===- Passes.td - Passes of the folder Prove --------------*- tablegen -*-===//

#ifndef HOCKET_PASSES_PROVE_PASSES_TD
#define HOCKET_PASSES_PROVE_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanVerify : Pass<"plan-verify", "::mlir::ModuleOp"> {
  let summary = "check the invariants of every plan";
  let description = [{
    Checks P1-P5 and P8 (docs/invariants.md) of every `plan.program` of the
    module, as the runtime does when it loads an executable. The first one that
    a program breaks is an error at the instruction, buffer or rank at fault,
    with a note at every other one. Where all hold, the module is unchanged.

    Before: the last rank never receives what the first one sends.

    ```mlir
    plan.role @stage0 stages [0] arena(512) {
      %y = plan.buffer "y" output(0) microbatch(0) bytes(16 at 0) : T x f32
      %sent = plan.send %y to peer(0)
      plan.wait_send %sent
    }
    plan.role @stage1 stages [1] arena(512) {
    }
    ```

    After:

    ```
    error: 'plan.send' op breaks P1: a send has no receive
    note: rank 0 (stage 0, data 0): #0 Send, 'y' to rank 1
    note: rank 1 (stage 1, data 0)
    note: its role is here
    ```
  }];
  let options = [
    Option<"deviceMemory", "device-memory", "int64_t", "0",
           "Bytes of memory of every device (P5); 0 means no limit.">,
    Option<"hostMemory", "host-memory", "int64_t", "0",
           "Bytes that every rank may have on its host (P5); 0 means no limit.">
  ];
  let statistics = [
    Statistic<"numInstructions", "num-instructions",
              "Number of instructions of the roles that were checked">
  ];
}

#endif // HOCKET_PASSES_PROVE_PASSES_TD
