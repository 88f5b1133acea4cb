//===- Interfaces.td - Interfaces of the plan dialect ------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_INTERFACES_TD
#define HOCKET_DIALECTS_PLAN_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Plan_InstructionOpInterface : OpInterface<"InstructionOpInterface"> {
  let cppNamespace = "::hocket::planir";
  let description = [{
    What a rank executes: an op that may stand in a `plan.role` beside its
    buffers. Passes and the translation to C++ see instructions through this
    interface alone.
  }];
  let methods = [
    InterfaceMethod<[{
        The op as the planner's plain instruction. `numbering` tells the index
        of buffers and sends within the role and of kernels within the program.
      }],
      "::hocket::plan::Instruction", "getInstruction",
      (ins "const ::hocket::planir::Numbering &":$numbering)>,
    InterfaceMethod<
      "The microbatch that it belongs to; none where it serves the whole step.",
      "::std::optional<uint32_t>", "getMicrobatch">,
    InterfaceMethod<
      "The entry of the rank's table of peers that it communicates with.",
      "::std::optional<uint32_t>", "getPeerIndex", (ins), "",
      "return ::std::nullopt;">,
    InterfaceMethod<
      "The entry of the rank's table of groups that it takes part in.",
      "::std::optional<uint32_t>", "getGroupIndex", (ins), "",
      "return ::std::nullopt;">,
    InterfaceMethod<
      "The table of its role that it reads.",
      "::std::optional<uint32_t>", "getTableIndex", (ins), "",
      "return ::std::nullopt;">
  ];
}

#endif // HOCKET_DIALECTS_PLAN_INTERFACES_TD
