//===- Parsers.cpp - Assembly of the strategy ops -------------------------===//
//
//   strategy ::= `hocket.data` `degree` `(` integer `)` rest
//              | `hocket.pipeline` `microbatches` `(` integer `)`
//                (`schedule` `(` string `)`)? (`chunks` `(` integer `)`)? rest
//   rest     ::= (`tokens` bindings)? (`offsets` bindings)?
//                (`shared` bindings)? arrow-types? (`attributes` dict)? region
//   stage    ::= `hocket.stage` string? bindings
//                arrow-types? (`attributes` dict)? region
//   bindings ::= `(` (block-argument `=` operand `:` type)`,`* `)`
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace hocket;

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

/// Parses bindings: appends to `arguments` and to the operands of `result`,
/// and gives their number.
static FailureOr<int32_t>
parseBindings(OpAsmParser &parser, OperationState &result,
              SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  int32_t count = 0;
  auto parseBinding = [&]() -> ParseResult {
    OpAsmParser::Argument &argument = arguments.emplace_back();
    OpAsmParser::UnresolvedOperand operand;
    ++count;
    return failure(
        parser.parseArgument(argument) || parser.parseEqual() ||
        parser.parseOperand(operand) || parser.parseColonType(argument.type) ||
        parser.resolveOperand(operand, argument.type, result.operands));
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                     parseBinding, " in the bindings"))
    return failure();
  return count;
}

/// As above, after `keyword`; none where the keyword is missing.
static FailureOr<int32_t>
parseOptionalBindings(OpAsmParser &parser, OperationState &result,
                      StringRef keyword,
                      SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return 0;
  return parseBindings(parser, result, arguments);
}

/// Parses `keyword ( attribute )`.
template <typename AttrT>
static ParseResult parseClause(OpAsmParser &parser, StringRef keyword,
                               Type type, AttrT &attribute) {
  return failure(parser.parseKeyword(keyword) || parser.parseLParen() ||
                 parser.parseAttribute(attribute, type) ||
                 parser.parseRParen());
}

/// Parses what follows the bindings, down to the end of the region.
static ParseResult parseRest(OpAsmParser &parser, OperationState &result,
                             ArrayRef<OpAsmParser::Argument> arguments) {
  SMLoc attributesLoc;
  if (parser.parseOptionalArrowTypeList(result.types) ||
      parser.getCurrentLocation(&attributesLoc) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  for (StringAttr name : result.name.getAttributeNames())
    if (result.attributes.get(name))
      return parser.emitError(attributesLoc)
             << "'" << result.name << "' op has no place for attribute '"
             << name.getValue()
             << "' in the dictionary: it has syntax of its own";
  // Arguments may repeat names from outside: the body is isolated.
  return parser.parseRegion(*result.addRegion(), arguments,
                            /*enableNameShadowing=*/true);
}

/// Parses `rest` and sets the operand segments.
template <typename Properties>
static ParseResult parseStrategy(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  FailureOr<int32_t> tokens =
      parseOptionalBindings(parser, result, "tokens", arguments);
  if (failed(tokens))
    return failure();
  SMLoc offsetsLoc = parser.getCurrentLocation();
  FailureOr<int32_t> offsets =
      parseOptionalBindings(parser, result, "offsets", arguments);
  if (failed(offsets))
    return failure();
  if (*offsets > 1)
    return parser.emitError(offsetsLoc)
           << "'" << result.name << "' op takes one tensor of offsets, not "
           << *offsets;
  FailureOr<int32_t> shared =
      parseOptionalBindings(parser, result, "shared", arguments);
  if (failed(shared))
    return failure();
  llvm::copy(
      ArrayRef<int32_t>({*tokens, *offsets, *shared}),
      result.getOrAddProperties<Properties>().operandSegmentSizes.begin());
  return parseRest(parser, result, arguments);
}

ParseResult DataOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "degree", parser.getBuilder().getI64Type(),
                  properties.degree))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

ParseResult PipelineOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "microbatches", parser.getBuilder().getI64Type(),
                  properties.microbatches))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("schedule"))) {
    if (parser.parseLParen() || parser.parseAttribute(properties.schedule) ||
        parser.parseRParen())
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("chunks"))) {
    if (parser.parseLParen() ||
        parser.parseAttribute(properties.chunks,
                              parser.getBuilder().getI64Type()) ||
        parser.parseRParen())
      return failure();
  }
  return parseStrategy<Properties>(parser, result);
}

ParseResult StageOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  OptionalParseResult parsed = parser.parseOptionalAttribute(name);
  if (parsed.has_value()) {
    if (failed(*parsed))
      return failure();
    result.getOrAddProperties<Properties>().name = name;
  }
  SmallVector<OpAsmParser::Argument> arguments;
  if (failed(parseBindings(parser, result, arguments)))
    return failure();
  return parseRest(parser, result, arguments);
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static void printBindings(OpAsmPrinter &printer, ValueRange arguments,
                          ValueRange operands) {
  printer << '(';
  llvm::interleaveComma(
      llvm::zip(arguments, operands), printer.getStream(), [&](auto binding) {
        auto [argument, operand] = binding;
        printer << argument << " = " << operand << " : " << operand.getType();
      });
  printer << ')';
}

static void printRest(OpAsmPrinter &printer, Operation *op) {
  printer.printOptionalArrowTypeList(op->getResultTypes());
  SmallVector<StringRef> elided;
  for (StringAttr name : op->getName().getAttributeNames())
    elided.push_back(name.getValue());
  printer.printOptionalAttrDictWithKeyword(op->getAttrs(), elided);
  printer << ' ';
  printer.printRegion(op->getRegion(0), /*printEntryBlockArgs=*/false);
}

template <typename OpT>
static void printStrategy(OpAsmPrinter &printer, OpT op) {
  if (!op.getTokens().empty()) {
    printer << " tokens";
    printBindings(printer, op.getTokenArguments(), op.getTokens());
  }
  if (op.getOffsets()) {
    printer << " offsets";
    printBindings(printer, op.getOffsetsArgument(), op.getOffsets());
  }
  if (!op.getShared().empty()) {
    printer << " shared";
    printBindings(printer, op.getSharedArguments(), op.getShared());
  }
  printRest(printer, op);
}

void DataOp::print(OpAsmPrinter &printer) {
  printer << " degree(" << getDegree() << ')';
  printStrategy(printer, *this);
}

void PipelineOp::print(OpAsmPrinter &printer) {
  printer << " microbatches(" << getMicrobatches() << ')';
  if (getSchedule() != "auto")
    printer << " schedule(" << getScheduleAttr() << ')';
  if (getChunks() != 1)
    printer << " chunks(" << getChunks() << ')';
  printStrategy(printer, *this);
}

void StageOp::print(OpAsmPrinter &printer) {
  if (getNameAttr())
    printer << ' ' << getNameAttr();
  printer << ' ';
  printBindings(printer, getBody().getArguments(), getInputs());
  printRest(printer, *this);
}
