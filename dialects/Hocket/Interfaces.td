//===- Interfaces.td - Interfaces of the hocket dialect ----*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_INTERFACES_TD
#define HOCKET_DIALECTS_HOCKET_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Hocket_StrategyOpInterface : OpInterface<"StrategyOpInterface"> {
  let cppNamespace = "::hocket";
  let description = [{
    An op that says how the code in its region is parallelized and leaves what
    the code computes as it is. The default methods fit an op with one region
    of one block whose arguments match the op's operands one to one and whose
    terminator's operands are the op's results.
  }];
  let methods = [
    InterfaceMethod<
      [{
        Replaces the op by the sequential program that it stands for, keeping
        the order of the operations in its region. Fails, after an error at
        the op, where the strategy leaves open what that program is; the IR is
        then unchanged. `outerParts` is the number of parts into which the
        strategies around the op cut the batch: 1 unless there are any.
      }],
      "::llvm::LogicalResult", "inlineSequentially",
      (ins "::mlir::RewriterBase &":$rewriter, "int64_t":$outerParts),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return ::hocket::inlineStrategyBody(rewriter, $_op);
      }]>,
    InterfaceMethod<
      [{
        The number of parts into which the op cuts the batch.
      }],
      "int64_t", "getParts", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return 1;">,
    InterfaceMethod<
      [{
        The offsets (`cu_seqlens`) at which the op cuts the batch and which it
        rebases for each part; null where it cuts nothing or cuts anywhere.
      }],
      "::mlir::Value", "getBatchOffsets", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return {};">,
  ];
}

#endif // HOCKET_DIALECTS_HOCKET_INTERFACES_TD
