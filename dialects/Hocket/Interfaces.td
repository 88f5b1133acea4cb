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

def Hocket_WorkOpInterface : OpInterface<"WorkOpInterface"> {
  let cppNamespace = "::hocket";
  let description = [{
    An op of a kernel that knows its arithmetic: what the cost model predicts
    the kernel's time from, beside the bytes of the kernel's operands. An op
    without it, and without one inside, counts as moving data only. Ops of
    other dialects get it as an external model; those of linalg have one
    (`registerWorkModels`).
  }];
  let methods = [
    InterfaceMethod<
      [{
        Floating-point operations of one execution of the op, all of its
        regions included, as a polynomial in the tokens T and the offsets S of
        the kernel; a multiplication and an addition count as two. `shapes`
        gives the extents of values of the function around the op. The empty
        sum where an extent that is needed is not known. Where the number
        depends on the data, the most that it can be.
      }],
      "::hocket::SizeExpr", "countFlops",
      (ins "::hocket::SymbolicShapes &":$shapes)>,
  ];
}

#endif // HOCKET_DIALECTS_HOCKET_INTERFACES_TD
