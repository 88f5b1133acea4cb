//===- Attrs.td - Types, attributes and enums --------------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_ATTRS_TD
#define HOCKET_DIALECTS_PLAN_ATTRS_TD

include "dialects/Plan/Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Enums. Their values are those of the C++ enums of the same name in
// hocket/Plan/Model.h (Import.cpp asserts it).
//===----------------------------------------------------------------------===//

class Plan_Enum<string name, string description, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, description, cases> {
  let cppNamespace = "::hocket::planir";
}

def Plan_Slot : Plan_Enum<"Slot", "what a buffer holds", [
  I32EnumAttrCase<"Parameter", 0, "parameter">,
  I32EnumAttrCase<"Gradient", 1, "gradient">,
  I32EnumAttrCase<"State", 2, "state">,
  I32EnumAttrCase<"Batch", 3, "batch">,
  I32EnumAttrCase<"Input", 4, "input">,
  I32EnumAttrCase<"Output", 5, "output">,
  I32EnumAttrCase<"InputGradient", 6, "input_gradient">,
  I32EnumAttrCase<"OutputGradient", 7, "output_gradient">,
  I32EnumAttrCase<"Residual", 8, "residual">,
  I32EnumAttrCase<"Attended", 9, "attended">,
  I32EnumAttrCase<"AttendedGradient", 10, "attended_gradient">,
  I32EnumAttrCase<"Loss", 11, "loss">,
  I32EnumAttrCase<"Weight", 12, "weight">,
  I32EnumAttrCase<"Step", 13, "step">
]>;

def Plan_Access : Plan_Enum<"Access", "what a kernel does to an operand", [
  I32EnumAttrCase<"Read", 0, "read">,
  I32EnumAttrCase<"Write", 1, "write">,
  I32EnumAttrCase<"ReadWrite", 2, "readwrite">
]>;

def Plan_TaskKind : Plan_Enum<"TaskKind", "kind of a task", [
  I32EnumAttrCase<"F", 0>,
  I32EnumAttrCase<"Bi", 1>,
  I32EnumAttrCase<"W", 2>,
  I32EnumAttrCase<"B", 3>,
  I32EnumAttrCase<"R", 4>,
  I32EnumAttrCase<"Update", 5>
]>;

def Plan_Init : Plan_Enum<"Init", "how a parameter starts", [
  I32EnumAttrCase<"Zeros", 0, "zeros">,
  I32EnumAttrCase<"Ones", 1, "ones">,
  I32EnumAttrCase<"Normal", 2, "normal">
]>;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def Plan_Buffer : TypeDef<Plan_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "a piece of a rank's arena";
  let description = [{
    The handle that `plan.buffer` defines and instructions use. The shape of the
    content is written once, on the `plan.buffer`, so that instructions stay
    short.

    Example: `!plan.buffer`
  }];
}

def Plan_Sent : TypeDef<Plan_Dialect, "Sent"> {
  let mnemonic = "sent";
  let summary = "a message on its way";
  let description = [{
    The handle that `plan.send` defines and `plan.wait_send` waits for.

    Example: `!plan.sent`
  }];
}

def Plan_Copied : TypeDef<Plan_Dialect, "Copied"> {
  let mnemonic = "copied";
  let summary = "a copy on its way to or from the host";
  let description = [{
    The handle that `plan.offload` and `plan.fetch` define and `plan.wait_copy`
    waits for.

    Example: `!plan.copied`
  }];
}

def Plan_Content : TypeDef<Plan_Dialect, "Content"> {
  let mnemonic = "tensor";
  let summary = "a dense tensor whose extents are polynomials in T and S";
  let description = [{
    The extents are sums of products of integers, `T` (the tokens of a
    microbatch) and `S` (its sequences plus one). In the operands of an update
    kernel `T` is the number of elements of the parameter, and in those of an
    attention kernel `T` and `S` are the tokens of the queries and of the keys,
    `H` and `K` the heads of both, and `N` the numbers of the table. A sum
    stands in parentheses. No value has this type: ops name it, without the `!plan.tensor`
    around it, where they describe a buffer or an operand.

    Example: `!plan.tensor<T x 64 x f32>`, `!plan.tensor<(8*T*T + 4) x i32>`,
    `!plan.tensor<f32>`
  }];
  let parameters = (ins "::hocket::TensorType":$tensor);
  let hasCustomAssemblyFormat = 1;
}

/// A type attribute that holds a ContentType.
def Plan_ContentAttr : TypeAttrBase<"::hocket::planir::ContentType",
                                    "the type of a buffer's content"> {
  let storageType = "::mlir::TypeAttr";
}

def Plan_ContentArrayAttr
    : TypedArrayAttrBase<Plan_ContentAttr, "array of types of contents">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class Plan_Attr<string attrName, string attrMnemonic>
    : AttrDef<Plan_Dialect, attrName> {
  let mnemonic = attrMnemonic;
}

def Plan_SizeAttr : Plan_Attr<"Size", "size"> {
  let summary = "a polynomial in T and S";
  let description = [{
    A number of bytes or floating-point operations, in the same terms as the
    extents of `!plan.tensor`.

    Example: `#plan.size<128*T + 4>`
  }];
  let parameters = (ins "::hocket::SizeExpr":$size);
  let hasCustomAssemblyFormat = 1;
}

def Plan_OperandAttr : Plan_Attr<"Operand", "operand"> {
  let summary = "what an operand of a kernel is bound to";
  let description = [{
    How the kernel uses the operand, the kind of value that it is, and which
    one. States count `parameter * states + state`; other indices count within
    their slot, inputs and outputs within the stage.

    Example: `#plan.operand<readwrite gradient(3)>`
  }];
  let parameters = (ins "::hocket::planir::Access":$access,
                        "::hocket::planir::Slot":$slot, "uint32_t":$index);
  let hasCustomAssemblyFormat = 1;
}

def Plan_OperandArrayAttr
    : TypedArrayAttrBase<Plan_OperandAttr, "array of operand bindings">;

/// Lists of numbers: the nodes of each stage, or a stage and a rank for each
/// visit of a microbatch.
def Plan_TableAttr
    : TypedArrayAttrBase<DenseI32ArrayAttr, "array of lists of integers">;

/// A position in a list or table.
def Plan_Number : ConfinedAttr<I32Attr, [IntNonNegative]>;

def Plan_Positive : ConfinedAttr<I32Attr, [IntPositive]>;

def Plan_Bytes : ConfinedAttr<I64Attr, [IntNonNegative]>;

#endif // HOCKET_DIALECTS_PLAN_ATTRS_TD
