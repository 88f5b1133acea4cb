//===- SequenceOps.cpp - Assembly and verifiers of shared sequences -------===//

#include "Parsers.h"

#include "hocket/Plan/AttentionTable.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// A list of lists of chunks: one for each microbatch.
ParseResult planir::parseChunks(OpAsmParser &parser, DenseI64ArrayAttr &chunks,
                                DenseI32ArrayAttr &counts) {
  SmallVector<int64_t> numbers;
  SmallVector<int32_t> allCounts;
  auto parseChunk = [&]() -> ParseResult {
    ++allCounts.back();
    int64_t count, sequence, first, stride = 1;
    if (parser.parseInteger(count) || parser.parseKeyword("of") ||
        parser.parseInteger(sequence) || parser.parseKeyword("at") ||
        parser.parseInteger(first))
      return failure();
    if (succeeded(parser.parseOptionalKeyword("by")) &&
        parser.parseInteger(stride))
      return failure();
    numbers.append({count, sequence, first, stride});
    return success();
  };
  auto parseMicrobatch = [&] {
    allCounts.push_back(0);
    return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                          parseChunk);
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseMicrobatch))
    return failure();
  chunks = parser.getBuilder().getDenseI64ArrayAttr(numbers);
  counts = parser.getBuilder().getDenseI32ArrayAttr(allCounts);
  return success();
}

void planir::printChunks(OpAsmPrinter &printer, Operation *,
                         DenseI64ArrayAttr chunks, DenseI32ArrayAttr counts) {
  ArrayRef<int64_t> rest = chunks.asArrayRef();
  printer << '[';
  llvm::interleaveComma(
      counts.asArrayRef(), printer.getStream(), [&](int32_t count) {
        printer << '[';
        for (StringRef comma = ""; count > 0 && rest.size() >= 4;
             --count, comma = ", ") {
          printer << comma << rest[0] << " of " << rest[1] << " at " << rest[2];
          if (rest[3] != 1)
            printer << " by " << rest[3];
          rest = rest.drop_front(4);
        }
        printer << ']';
      });
  printer << ']';
}

ParseResult planir::parseRows(OpAsmParser &parser, DenseI32ArrayAttr &rows) {
  SmallVector<int32_t> numbers;
  auto parseRow = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    size_t before = numbers.size();
    if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, [&] {
          return parser.parseInteger(numbers.emplace_back());
        }))
      return failure();
    if (numbers.size() - before != plan::kTableRow)
      return parser.emitError(loc, "expected a row of ")
             << plan::kTableRow << " numbers, not of "
             << numbers.size() - before;
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseRow))
    return failure();
  rows = parser.getBuilder().getDenseI32ArrayAttr(numbers);
  return success();
}

void planir::printRows(OpAsmPrinter &printer, Operation *,
                       DenseI32ArrayAttr rows) {
  printer << '[';
  for (ArrayRef<int32_t> rest = rows; !rest.empty();) {
    size_t count = std::min(plan::kTableRow, rest.size());
    printer << '[';
    llvm::interleaveComma(rest.take_front(count), printer.getStream());
    rest = rest.drop_front(count);
    printer << (rest.empty() ? "]" : "], ");
  }
  printer << ']';
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult LengthsOp::verify() {
  if (getLengths().empty())
    return emitOpError("has no sequences");
  for (int64_t length : getLengths())
    if (length <= 0)
      return emitOpError("has a sequence of ")
             << length << " tokens; it takes at least one";
  return success();
}

LogicalResult ChunksOp::verify() {
  int64_t total = 0;
  for (int32_t count : getCounts()) {
    if (count < 0)
      return emitOpError("has a negative number of chunks");
    total += count;
  }
  if (total * 4 != int64_t(getChunks().size()))
    return emitOpError("counts ")
           << total << " chunks and has " << getChunks().size()
           << " numbers, four of which are a chunk";
  return success();
}

std::vector<int32_t> TableOp::getNumbers() {
  std::vector<int32_t> numbers = {int32_t(getRows().size() / plan::kTableRow),
                                  int32_t(getInitialise()), int32_t(getGroup()),
                                  int32_t(getShift())};
  llvm::append_range(numbers, getRows());
  return numbers;
}

LogicalResult TableOp::verify() {
  if (getRows().size() % plan::kTableRow)
    return emitOpError("has ")
           << getRows().size() << " numbers; its rows have " << plan::kTableRow;
  for (size_t i = 0; i < getRows().size(); ++i) {
    size_t place = i % plan::kTableRow;
    bool isStride = place == 5 || place == 7;
    if (getRows()[i] < (isStride ? 1 : 0))
      return emitOpError("has ")
             << getRows()[i] << " as number " << place << " of row "
             << i / plan::kTableRow << ", which must be at least "
             << (isStride ? 1 : 0);
  }
  return success();
}
