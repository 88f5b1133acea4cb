//===- NumberTable.h - Tables of numbers in the assembly --------*- C++ -*-===//

#ifndef HOCKET_LIB_DIALECTS_NUMBERTABLE_H
#define HOCKET_LIB_DIALECTS_NUMBERTABLE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"

namespace hocket {

/// table ::= `[` (`[` number`,`+ `]`)`,`+ `]`, rows of the same length. In
/// memory a tensor of f64; its own assembly is hexadecimal when it is long.
mlir::ParseResult parseNumberTable(mlir::OpAsmParser &parser,
                                   mlir::DenseElementsAttr &table);
void printNumberTable(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::DenseElementsAttr table);

} // namespace hocket

#endif // HOCKET_LIB_DIALECTS_NUMBERTABLE_H
