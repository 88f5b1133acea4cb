//===- Attrs.td - Attributes of the hocket dialect ---------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_ATTRS_TD
#define HOCKET_DIALECTS_HOCKET_ATTRS_TD

include "dialects/Hocket/Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Hocket_Attr<string attrName, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Hocket_Dialect, attrName, traits> {
  let mnemonic = attrMnemonic;
}

def Hocket_Role : I32EnumAttr<"Role", "what an argument of a function is", [
    I32EnumAttrCase<"Param", 0, "param">,
    I32EnumAttrCase<"State", 1, "state">,
    I32EnumAttrCase<"Batch", 2, "batch">,
    I32EnumAttrCase<"Offsets", 3, "offsets">,
    I32EnumAttrCase<"Grad", 4, "grad">,
    I32EnumAttrCase<"Step", 5, "step">
  ]> {
  let cppNamespace = "::hocket";
  let genSpecializedAttr = 0;
}

def Hocket_RoleAttr : EnumAttr<Hocket_Dialect, Hocket_Role, "role"> {
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    The role of a function argument, as the argument attribute `hocket.role`
    (beside it, `hocket.name` names the argument and `hocket.init` says how a
    parameter starts: `"zeros"`, `"ones"` or `"normal(STDDEV)"`).

    Arguments of `@loss`: `param`, `state`, `batch` (a tensor whose first
    dimension is T, the tokens) and `offsets` (`cu_seqlens`: the offsets of the
    packed sequences, `tensor<?xi32>`, one more than there are sequences).
    Arguments of `@update`: one `param`, one `grad`, any number of `state`, and
    at most one `step` (`tensor<f32>`, counts from 1).
  }];
}

def Hocket_Slot : I32EnumAttr<"Slot", "what an operand of a task holds", [
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
  ]> {
  let cppNamespace = "::hocket";
  let genSpecializedAttr = 0;
}

def Hocket_OperandAttr : Hocket_Attr<"Operand", "operand"> {
  let parameters = (ins EnumParameter<Hocket_Slot>:$slot, "uint32_t":$index);
  let assemblyFormat = "`<` $slot `,` $index `>`";
  let description = [{
    Binds an argument or a result of a task's function to a value of the plan,
    as the attribute `hocket.operand`. An argument and a result with the same
    binding are one buffer that the task reads and writes. The slots are those
    of `plan::Slot`; the index counts within the slot.
  }];
}

def Hocket_IntegerListsAttr
    : TypedArrayAttrBase<DenseI64ArrayAttr, "lists of integers">;

/// A bound that may be missing.
def Hocket_LimitAttr
    : OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>;

#endif // HOCKET_DIALECTS_HOCKET_ATTRS_TD
