//===- Parsers.h - Assembly that TableGen does not write --------*- C++ -*-===//
//
//   size     ::= product ((`+` | `-`) product)*
//   product  ::= `-`? factor (`*` factor)*
//   factor   ::= integer | `T` | `S` | `H` | `K` | `N`
//   extent   ::= product | `(` size `)`
//   content  ::= (extent `x`)* element-type
//   nodes    ::= `nodes` `(` `[` (`[` integer (`,` integer)* `]`),* `]` `)`
//   routes   ::= `routes` `(` `[` (`[` visit (`,` visit)* `]`),* `]` `)`
//   visit    ::= integer `at` integer
//   chunks   ::= `[` (`[` chunk (`,` chunk)* `]`),* `]`
//   chunk    ::= integer `of` integer `at` integer (`by` integer)?
//   rows     ::= `[` (`[` integer (`,` integer)* `]`),* `]`
//   operand  ::= (`read` | `write` | `readwrite`) slot `(` integer `)`
//
// The custom directives of the ops are defined here because the parsers that
// TableGen writes into Dialect.cpp call them.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_PLAN_PARSERS_H
#define HOCKET_DIALECTS_PLAN_PARSERS_H

#include "hocket/Dialects/Plan.h"

namespace hocket::planir {

mlir::ParseResult parseSize(mlir::AsmParser &parser, SizeExpr &size);
void printSize(mlir::AsmPrinter &printer, const SizeExpr &size);

mlir::ParseResult parseTensor(mlir::AsmParser &parser, TensorType &type);
void printTensor(mlir::AsmPrinter &printer, const TensorType &type);

/// Null after an error.
OperandAttr parseOperand(mlir::AsmParser &parser);
void printOperand(mlir::AsmPrinter &printer, OperandAttr operand);

// The custom directives.

mlir::ParseResult parseSize(mlir::OpAsmParser &parser, SizeAttr &size);
void printSize(mlir::OpAsmPrinter &printer, mlir::Operation *op, SizeAttr size);

mlir::ParseResult parseContent(mlir::OpAsmParser &parser,
                               mlir::TypeAttr &content);
void printContent(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                  mlir::TypeAttr content);

mlir::ParseResult parseContents(mlir::OpAsmParser &parser,
                                mlir::ArrayAttr &contents);
void printContents(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::ArrayAttr contents);

mlir::ParseResult parseOperands(mlir::OpAsmParser &parser,
                                mlir::ArrayAttr &operands);
void printOperands(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::ArrayAttr operands);

/// `nodes(...)` and `routes(...)`, where there are any.
mlir::ParseResult parseRoutes(mlir::OpAsmParser &parser, mlir::ArrayAttr &nodes,
                              mlir::ArrayAttr &routes);
void printRoutes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                 mlir::ArrayAttr nodes, mlir::ArrayAttr routes);

mlir::ParseResult parseInit(mlir::OpAsmParser &parser, InitAttr &init,
                            mlir::FloatAttr &stddev);
void printInit(mlir::OpAsmPrinter &printer, mlir::Operation *op, InitAttr init,
               mlir::FloatAttr stddev);

mlir::ParseResult parseSequences(mlir::OpAsmParser &parser,
                                 mlir::DenseI64ArrayAttr &lengths,
                                 mlir::DenseI32ArrayAttr &counts);
void printSequences(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::DenseI64ArrayAttr lengths,
                    mlir::DenseI32ArrayAttr counts);

mlir::ParseResult parseChunks(mlir::OpAsmParser &parser,
                              mlir::DenseI64ArrayAttr &chunks,
                              mlir::DenseI32ArrayAttr &counts);
void printChunks(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                 mlir::DenseI64ArrayAttr chunks,
                 mlir::DenseI32ArrayAttr counts);

mlir::ParseResult parseRows(mlir::OpAsmParser &parser,
                            mlir::DenseI32ArrayAttr &rows);
void printRows(mlir::OpAsmPrinter &printer, mlir::Operation *op,
               mlir::DenseI32ArrayAttr rows);

} // namespace hocket::planir

#endif // HOCKET_DIALECTS_PLAN_PARSERS_H
