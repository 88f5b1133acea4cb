//===- Parsers.cpp - Assembly that TableGen does not write ----------------===//

#include "Parsers.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

/// The highest power of a symbol that a term stores.
static constexpr unsigned kMaxPower = std::numeric_limits<uint8_t>::max();
static constexpr ElementType kElementTypes[] = {
    ElementType::F32, ElementType::F64, ElementType::F16, ElementType::BF16,
    ElementType::I1,  ElementType::I8,  ElementType::I32, ElementType::I64};
static constexpr const char *kSymbolNames[kNumSymbols] = {"T", "S", "H", "K",
                                                          "N"};

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

static ParseResult parseFactor(AsmParser &parser, SizeExpr &factor) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t integer;
  OptionalParseResult parsed = parser.parseOptionalInteger(integer);
  if (parsed.has_value()) {
    factor = SizeExpr::constant(integer);
    return *parsed;
  }
  StringRef keyword;
  if (failed(parser.parseOptionalKeyword(&keyword)))
    return parser.emitError(loc,
                            "expected an integer, 'T', 'S', 'H', 'K' or 'N'");
  for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
    if (keyword == kSymbolNames[symbol]) {
      factor = SizeExpr::symbol(symbol);
      return success();
    }
  return parser.emitError(
             loc, "expected an integer, 'T', 'S', 'H', 'K' or 'N', not '")
         << keyword << "'";
}

static ParseResult parseProduct(AsmParser &parser, SizeExpr &product) {
  SMLoc loc = parser.getCurrentLocation();
  if (parseFactor(parser, product))
    return failure();
  for (unsigned degree = 1; succeeded(parser.parseOptionalStar()); ++degree) {
    SizeExpr factor;
    if (parseFactor(parser, factor))
      return failure();
    if (degree == kMaxPower)
      return parser.emitError(loc, "has more than ") << kMaxPower << " factors";
    product = product * factor;
  }
  return success();
}

ParseResult planir::parseSize(AsmParser &parser, SizeExpr &size) {
  if (parseProduct(parser, size))
    return failure();
  while (true) {
    bool negative = succeeded(parser.parseOptionalMinus());
    if (!negative && failed(parser.parseOptionalPlus()))
      return success();
    SizeExpr product;
    if (parseProduct(parser, product))
      return failure();
    size = size + product * SizeExpr::constant(negative ? -1 : 1);
  }
}

/// SizeExpr::str() writes powers as `T^2`, which MLIR's lexer does not read.
void planir::printSize(AsmPrinter &printer, const SizeExpr &size) {
  if (size.terms.empty())
    printer << "0";
  // Highest power first, as people write polynomials.
  bool isFirst = true;
  for (const SizeExpr::Term &term : llvm::reverse(size.terms)) {
    int64_t coefficient = term.coefficient;
    if (!isFirst) {
      // The lowest integer has no opposite.
      bool negative =
          coefficient < 0 && coefficient != std::numeric_limits<int64_t>::min();
      printer << (negative ? " - " : " + ");
      if (negative)
        coefficient = -coefficient;
    }
    isFirst = false;
    bool isConstant = llvm::all_of(term.power, [](uint8_t p) { return !p; });
    StringRef separator = "";
    if (coefficient != 1 || isConstant) {
      printer << coefficient;
      separator = "*";
    }
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
      for (unsigned i = 0; i < term.power[symbol]; ++i) {
        printer << separator << kSymbolNames[symbol];
        separator = "*";
      }
  }
}

Attribute SizeAttr::parse(AsmParser &parser, Type) {
  SizeExpr size;
  if (parser.parseLess() || planir::parseSize(parser, size) ||
      parser.parseGreater())
    return {};
  return get(parser.getContext(), size);
}

void SizeAttr::print(AsmPrinter &printer) const {
  printer << '<';
  planir::printSize(printer, getSize());
  printer << '>';
}

ParseResult planir::parseSize(OpAsmParser &parser, SizeAttr &size) {
  SizeExpr expression;
  if (planir::parseSize(static_cast<AsmParser &>(parser), expression))
    return failure();
  size = SizeAttr::get(parser.getContext(), expression);
  return success();
}

void planir::printSize(OpAsmPrinter &printer, Operation *, SizeAttr size) {
  printSize(static_cast<AsmPrinter &>(printer), size.getSize());
}

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

static bool parseOptionalElementType(AsmParser &parser, ElementType &element) {
  SmallVector<StringRef> names;
  for (ElementType type : kElementTypes)
    names.push_back(hocket::name(type));
  StringRef keyword;
  if (failed(parser.parseOptionalKeyword(&keyword, names)))
    return false;
  element = kElementTypes[llvm::find(names, keyword) - names.begin()];
  return true;
}

ParseResult planir::parseTensor(AsmParser &parser, hocket::TensorType &type) {
  while (!parseOptionalElementType(parser, type.element)) {
    SizeExpr &extent = type.shape.emplace_back();
    if (succeeded(parser.parseOptionalLParen())) {
      if (planir::parseSize(parser, extent) || parser.parseRParen())
        return failure();
    } else if (parseProduct(parser, extent)) {
      return failure();
    }
    if (parser.parseXInDimensionList())
      return failure();
  }
  return success();
}

void planir::printTensor(AsmPrinter &printer, const hocket::TensorType &type) {
  for (const SizeExpr &extent : type.shape) {
    bool isSum = extent.terms.size() > 1;
    printer << (isSum ? "(" : "");
    printSize(printer, extent);
    printer << (isSum ? ") x " : " x ");
  }
  printer << hocket::name(type.element);
}

Type ContentType::parse(AsmParser &parser) {
  hocket::TensorType type;
  if (parser.parseLess() || parseTensor(parser, type) || parser.parseGreater())
    return {};
  return get(parser.getContext(), type);
}

void ContentType::print(AsmPrinter &printer) const {
  printer << '<';
  printTensor(printer, getTensor());
  printer << '>';
}

ParseResult planir::parseContent(OpAsmParser &parser, TypeAttr &content) {
  hocket::TensorType type;
  if (parseTensor(parser, type))
    return failure();
  content = TypeAttr::get(ContentType::get(parser.getContext(), type));
  return success();
}

void planir::printContent(OpAsmPrinter &printer, Operation *,
                          TypeAttr content) {
  printTensor(printer, cast<ContentType>(content.getValue()).getTensor());
}

ParseResult planir::parseContents(OpAsmParser &parser, ArrayAttr &contents) {
  SmallVector<Attribute> types;
  auto parseOne = [&] {
    TypeAttr type;
    if (parseContent(parser, type))
      return failure();
    types.push_back(type);
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseOne))
    return failure();
  contents = parser.getBuilder().getArrayAttr(types);
  return success();
}

void planir::printContents(OpAsmPrinter &printer, Operation *op,
                           ArrayAttr contents) {
  printer << '(';
  llvm::interleaveComma(
      contents.getAsRange<TypeAttr>(), printer.getStream(),
      [&](TypeAttr type) { printContent(printer, op, type); });
  printer << ')';
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Parses a keyword of an enum.
template <typename EnumT>
static FailureOr<EnumT>
parseEnum(AsmParser &parser, StringRef what,
          std::optional<EnumT> (*symbolize)(StringRef)) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  if (std::optional<EnumT> value = symbolize(keyword))
    return *value;
  parser.emitError(loc, "'") << keyword << "' is not " << what;
  return failure();
}

OperandAttr planir::parseOperand(AsmParser &parser) {
  FailureOr<planir::Access> access = parseEnum<planir::Access>(
      parser, "'read', 'write' or 'readwrite'", symbolizeAccess);
  if (failed(access))
    return {};
  FailureOr<planir::Slot> slot =
      parseEnum<planir::Slot>(parser, "a slot", symbolizeSlot);
  uint32_t index;
  if (failed(slot) || parser.parseLParen() || parser.parseInteger(index) ||
      parser.parseRParen())
    return {};
  return OperandAttr::get(parser.getContext(), *access, *slot, index);
}

void planir::printOperand(AsmPrinter &printer, OperandAttr operand) {
  printer << stringifyAccess(operand.getAccess()) << ' '
          << stringifySlot(operand.getSlot()) << '(' << operand.getIndex()
          << ')';
}

Attribute OperandAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  OperandAttr operand = parseOperand(parser);
  if (!operand || parser.parseGreater())
    return {};
  return operand;
}

void OperandAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printOperand(printer, *this);
  printer << '>';
}

ParseResult planir::parseOperands(OpAsmParser &parser, ArrayAttr &operands) {
  SmallVector<Attribute> bindings;
  auto parseOne = [&] {
    bindings.push_back(parseOperand(parser));
    return success(bool(bindings.back()));
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseOne))
    return failure();
  operands = parser.getBuilder().getArrayAttr(bindings);
  return success();
}

void planir::printOperands(OpAsmPrinter &printer, Operation *,
                           ArrayAttr operands) {
  printer << '(';
  llvm::interleaveComma(
      operands.getAsRange<OperandAttr>(), printer.getStream(),
      [&](OperandAttr operand) { printOperand(printer, operand); });
  printer << ')';
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

ParseResult planir::parseInit(OpAsmParser &parser, InitAttr &init,
                              FloatAttr &stddev) {
  FailureOr<planir::Init> kind = parseEnum<planir::Init>(
      parser, "'zeros', 'ones' or 'normal'", symbolizeInit);
  if (failed(kind))
    return failure();
  init = InitAttr::get(parser.getContext(), *kind);
  double deviation = 0.0;
  if (*kind == planir::Init::Normal &&
      (parser.parseLParen() || parser.parseFloat(deviation) ||
       parser.parseRParen()))
    return failure();
  stddev = parser.getBuilder().getF64FloatAttr(deviation);
  return success();
}

void planir::printInit(OpAsmPrinter &printer, Operation *, InitAttr init,
                       FloatAttr stddev) {
  printer << stringifyInit(init.getValue());
  if (init.getValue() == planir::Init::Normal) {
    printer << '(';
    printer.printFloat(stddev.getValue());
    printer << ')';
  }
}

/// A list of lists of lengths: one for each microbatch.
ParseResult planir::parseSequences(OpAsmParser &parser,
                                   DenseI64ArrayAttr &lengths,
                                   DenseI32ArrayAttr &counts) {
  SmallVector<int64_t> allLengths;
  SmallVector<int32_t> allCounts;
  auto parseLength = [&] {
    ++allCounts.back();
    return parser.parseInteger(allLengths.emplace_back());
  };
  auto parseMicrobatch = [&] {
    allCounts.push_back(0);
    return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                          parseLength);
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseMicrobatch))
    return failure();
  lengths = parser.getBuilder().getDenseI64ArrayAttr(allLengths);
  counts = parser.getBuilder().getDenseI32ArrayAttr(allCounts);
  return success();
}

void planir::printSequences(OpAsmPrinter &printer, Operation *,
                            DenseI64ArrayAttr lengths,
                            DenseI32ArrayAttr counts) {
  ArrayRef<int64_t> rest = lengths.asArrayRef();
  printer << '[';
  llvm::interleaveComma(
      counts.asArrayRef(), printer.getStream(), [&](int32_t count) {
        size_t own = std::min<size_t>(count, rest.size());
        printer << '[';
        llvm::interleaveComma(rest.take_front(own), printer.getStream());
        printer << ']';
        rest = rest.drop_front(own);
      });
  printer << ']';
}

/// `[[...], [...]]`, each list with what `parseEntry` adds to it.
static ParseResult parseTable(
    OpAsmParser &parser, ArrayAttr &table,
    llvm::function_ref<ParseResult(SmallVectorImpl<int32_t> &)> parseEntry) {
  SmallVector<Attribute> lists;
  auto parseList = [&] {
    SmallVector<int32_t> list;
    if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                       [&] { return parseEntry(list); }))
      return failure();
    lists.push_back(parser.getBuilder().getDenseI32ArrayAttr(list));
    return success();
  };
  if (parser.parseLParen() ||
      parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseList) ||
      parser.parseRParen())
    return failure();
  table = parser.getBuilder().getArrayAttr(lists);
  return success();
}

ParseResult planir::parseRoutes(OpAsmParser &parser, ArrayAttr &nodes,
                                ArrayAttr &routes) {
  auto parseNode = [&](SmallVectorImpl<int32_t> &list) {
    return parser.parseInteger(list.emplace_back());
  };
  auto parseVisit = [&](SmallVectorImpl<int32_t> &list) {
    return failure(parser.parseInteger(list.emplace_back()) ||
                   parser.parseKeyword("at") ||
                   parser.parseInteger(list.emplace_back()));
  };
  if (succeeded(parser.parseOptionalKeyword("nodes")) &&
      parseTable(parser, nodes, parseNode))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("routes")))
    return parseTable(parser, routes, parseVisit);
  return success();
}

void planir::printRoutes(OpAsmPrinter &printer, Operation *, ArrayAttr nodes,
                         ArrayAttr routes) {
  auto printTable = [&](StringRef keyword, ArrayAttr table, size_t step) {
    if (!table)
      return;
    printer << keyword << "([";
    llvm::interleaveComma(
        table.getAsRange<DenseI32ArrayAttr>(), printer.getStream(),
        [&](DenseI32ArrayAttr list) {
          ArrayRef<int32_t> rest = list;
          printer << '[';
          for (StringRef comma = ""; !rest.empty(); comma = ", ") {
            printer << comma << rest.front();
            if (step == 2 && rest.size() > 1)
              printer << " at " << rest[1];
            rest = rest.drop_front(std::min(step, rest.size()));
          }
          printer << ']';
        });
    printer << "]) ";
  };
  printTable("nodes", nodes, 1);
  printTable("routes", routes, 2);
}

//===----------------------------------------------------------------------===//
// Hashing
//===----------------------------------------------------------------------===//

llvm::hash_code hocket::hash_value(const SizeExpr &size) {
  llvm::hash_code hash = llvm::hash_value(size.terms.size());
  for (const SizeExpr::Term &term : size.terms)
    hash = llvm::hash_combine(
        hash, term.coefficient,
        llvm::hash_combine_range(term.power.begin(), term.power.end()));
  return hash;
}

llvm::hash_code hocket::hash_value(const hocket::TensorType &type) {
  llvm::hash_code hash = llvm::hash_value(static_cast<uint8_t>(type.element));
  for (const SizeExpr &extent : type.shape)
    hash = llvm::hash_combine(hash, hash_value(extent));
  return hash;
}
