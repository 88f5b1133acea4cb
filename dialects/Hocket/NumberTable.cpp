//===- NumberTable.cpp - Tables of numbers in the assembly ----------------===//

#include "NumberTable.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace hocket;

ParseResult hocket::parseNumberTable(OpAsmParser &parser,
                                     DenseElementsAttr &table) {
  SmallVector<double> values;
  int64_t rows = 0, columns = 0;
  SMLoc loc = parser.getCurrentLocation();
  auto parseNumber = [&]() { return parser.parseFloat(values.emplace_back()); };
  auto parseRow = [&]() -> ParseResult {
    SMLoc rowLoc = parser.getCurrentLocation();
    size_t before = values.size();
    if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                       parseNumber, " in a row of the table"))
      return failure();
    int64_t length = int64_t(values.size() - before);
    if (rows++ == 0)
      columns = length;
    if (length == columns)
      return success();
    return parser.emitError(rowLoc)
           << "this row has " << length << " numbers, the first one has "
           << columns;
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseRow,
                                     " in the table"))
    return failure();
  if (values.empty())
    return parser.emitError(loc, "a table has at least one number");
  auto type =
      RankedTensorType::get({rows, columns}, parser.getBuilder().getF64Type());
  table = DenseElementsAttr::get(type, ArrayRef<double>(values));
  return success();
}

void hocket::printNumberTable(OpAsmPrinter &printer, Operation *,
                              DenseElementsAttr table) {
  auto values = llvm::to_vector(table.getValues<APFloat>());
  size_t columns = size_t(table.getType().getShape().back());
  printer << "[";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % columns == 0)
      printer << (i == 0 ? "[" : "], [");
    else
      printer << ", ";
    printer.printFloat(values[i]);
  }
  printer << "]]";
}
