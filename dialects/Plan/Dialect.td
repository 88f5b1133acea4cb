//===- Dialect.td - The plan dialect -----------------------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_DIALECT_TD
#define HOCKET_DIALECTS_PLAN_DIALECT_TD

include "mlir/IR/OpBase.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::hocket::planir";
  let summary = "Who does what when in one step of a model.";
  let description = [{
    The readable and editable form of a plan (`plan::Plan` with its
    `plan::Model` in the plain C++ libraries). A `plan.program` holds the model
    as the planner sees it, the sequences of the step, a few roles, and the
    ranks that play them. A role's body is what its ranks run, one instruction
    after the other.

    Quantities are written once. What follows from the others (the tokens of a
    microbatch, the position of its first sequence) is computed on import.
    Translation to and from the C++ form is lossless.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

#endif // HOCKET_DIALECTS_PLAN_DIALECT_TD
