//===- Interfaces.td - How ops are differentiated ----------*- tablegen -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_INTERFACES_TD
#define HOCKET_PASSES_DIFFERENTIATE_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Hocket_ReverseDifferentiableOpInterface
    : OpInterface<"ReverseDifferentiableOpInterface"> {
  let cppNamespace = "::hocket";
  let description = [{
    An op on tensors (or on scalars outside of any body) that reverse-mode
    differentiation can pass through. Ops of other dialects get it as an
    external model.
  }];
  let methods = [
    InterfaceMethod<
      [{
        Given the gradients of the op's results (`adjoints.get(result)`, null
        where one is zero), adds the contributions of the op to the gradients of
        its active operands. New ops are created with `builder`, after the whole
        forward; they may read every value of the forward. Fails after an error
        at the op.
      }],
      "::llvm::LogicalResult", "buildAdjoints",
      (ins "::mlir::OpBuilder &":$builder, "::hocket::Adjoints &":$adjoints)>,
    InterfaceMethod<
      [{
        True if computing the op's results again costs about as much as reading
        them from memory, so that the backward may do so instead of the forward
        keeping them.
      }],
      "bool", "isCheapToRecompute", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return false;">,
    InterfaceMethod<
      [{
        For an op whose result shows all elements of one operand under another
        type: the same view of `accumulator`, which has the operand's type, so
        that contributions to the result's gradient go straight into it. Null
        for all other ops.
      }],
      "::mlir::Value", "viewAccumulator",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$accumulator),
      /*methodBody=*/"", /*defaultImplementation=*/"return {};">,
  ];
}

def Hocket_ScalarDifferentiableOpInterface
    : OpInterface<"ScalarDifferentiableOpInterface"> {
  let cppNamespace = "::hocket";
  let description = [{
    An op with one result on scalars, as in the body of a linalg op.
  }];
  let methods = [
    InterfaceMethod<
      [{
        Sets `operandAdjoints[i]` to `seed`, the gradient of the result, times
        the derivative of the result with respect to operand i; leaves it null
        where that is zero. Creates pure scalar ops only; what nobody uses is
        erased.
      }],
      "void", "buildScalarAdjoints",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$seed,
           "::llvm::MutableArrayRef<::mlir::Value>":$operandAdjoints)>,
  ];
}

#endif // HOCKET_PASSES_DIFFERENTIATE_INTERFACES_TD
