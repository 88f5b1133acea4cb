//===- Dialect.td - The hocket dialect ---------------------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_DIALECT_TD
#define HOCKET_DIALECTS_HOCKET_DIALECT_TD

include "mlir/IR/OpBase.td"

def Hocket_Dialect : Dialect {
  let name = "hocket";
  let cppNamespace = "::hocket";
  let summary = "What is parallel in a training or inference step.";
  let description = [{
    Strategy ops wrap plain tensor code and say how it is parallelized; they
    never change what it computes. Erasing every one of them
    (`--hocket-erase`) yields the sequential program, and that program defines
    what is right.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // HOCKET_DIALECTS_HOCKET_DIALECT_TD
