//===- Parsers.cpp - Assembly of the strategy ops -------------------------===//
//
//   strategy ::= `hocket.data` `degree` `(` integer `)` rest
//              | `hocket.sequence` `degree` `(` integer `)`
//                (`method` `(` (`auto` | string) `)`)?
//                (`ulysses` `(` integer `)`)? rest
//              | `hocket.stream` `slices` `(` integer `)`
//                (`activations` `(` (`auto` | string) `)`)?
//                (`kept` `(` integers `)`)? (`offloaded` `(` integers `)`)?
//                rest
//              | `hocket.pipeline` `microbatches` `(` integer `)`
//                (`schedule` `(` (`auto` | string) `)`)?
//                (`chunks` `(` integer `)`)? (`placement` `(` integers `)`)?
//                (`orders` `(` strings `)`)? rest
//              | `hocket.skip_pipeline` `microbatches` `(` integer `)`
//                `nodes` `(` lists `)` `path_length` `(` integer `)`
//                (`paths` `(` (`auto` | lists) `)`)?
//                (`limits` `(` (limit `=` integer)`,`* `)`)?
//                (`in_flight` `(` integers `)`)?
//                (`orders` `(` strings `)`)? rest
//   limit    ::= `max_backward_step` | `max_backward_sum`
//              | `max_backward_moves` | `max_forward_jump`
//   steps    ::= `hocket.microbatches` `count` `(` integer `)` rest
//   switch   ::= `hocket.switch_microbatch` `(` operands `)` (`:` types)?
//                (`attributes` dict)?
//                (`case` `(` integers `)` `(` arguments `)` region)*
//   rest     ::= (`tokens` bindings)? (`offsets` bindings)?
//                (`shared` bindings)? arrow-types? (`attributes` dict)? region
//   stage    ::= `hocket.stage` string? bindings
//                arrow-types? (`attributes` dict)? region
//   bindings ::= `(` (block-argument `=` operand `:` type)`,`* `)`
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/Builders.h"

#include <array>

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

/// Parses `( integer )` after `keyword`, if it is there.
static ParseResult parseOptionalInteger(OpAsmParser &parser, StringRef keyword,
                                        IntegerAttr &integer) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  return failure(
      parser.parseLParen() ||
      parser.parseAttribute(integer, parser.getBuilder().getI64Type()) ||
      parser.parseRParen());
}

/// Parses `( auto )` or `( string )` after `keyword`, if it is there.
static ParseResult parseOptionalChoice(OpAsmParser &parser, StringRef keyword,
                                       StringAttr &choice) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  if (parser.parseLParen())
    return failure();
  if (succeeded(parser.parseOptionalKeyword("auto")))
    choice = parser.getBuilder().getStringAttr("auto");
  else if (parser.parseAttribute(choice))
    return failure();
  return parser.parseRParen();
}

/// Parses `( [ integer, ... ] )` after `keyword`, if it is there.
static ParseResult parseOptionalIntegers(OpAsmParser &parser, StringRef keyword,
                                         DenseI64ArrayAttr &integers) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  if (parser.parseLParen())
    return failure();
  integers =
      dyn_cast_or_null<DenseI64ArrayAttr>(DenseI64ArrayAttr::parse(parser, {}));
  return failure(!integers || parser.parseRParen());
}

/// Parses `[ [ integer, ... ], ... ]`.
static ParseResult parseLists(OpAsmParser &parser, ArrayAttr &lists) {
  SmallVector<Attribute> parsed;
  auto parseList = [&]() -> ParseResult {
    parsed.push_back(DenseI64ArrayAttr::parse(parser, {}));
    return success(parsed.back() != nullptr);
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseList,
                                     " in lists of integers"))
    return failure();
  lists = parser.getBuilder().getArrayAttr(parsed);
  return success();
}

/// Parses `( [ string, ... ] )` after `orders`, if it is there.
static ParseResult parseOptionalOrders(OpAsmParser &parser, ArrayAttr &orders) {
  if (failed(parser.parseOptionalKeyword("orders")))
    return success();
  SMLoc loc;
  if (parser.parseLParen() || parser.getCurrentLocation(&loc) ||
      parser.parseAttribute(orders))
    return failure();
  if (!llvm::all_of(orders, llvm::IsaPred<StringAttr>))
    return parser.emitError(loc, "the orders are strings, one for each "
                                 "pipeline rank");
  return parser.parseRParen();
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

ParseResult SequenceOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "degree", parser.getBuilder().getI64Type(),
                  properties.degree) ||
      parseOptionalChoice(parser, "method", properties.method) ||
      parseOptionalInteger(parser, "ulysses", properties.ulysses))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

ParseResult StreamOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "slices", parser.getBuilder().getI64Type(),
                  properties.slices) ||
      parseOptionalChoice(parser, "activations", properties.activations) ||
      parseOptionalIntegers(parser, "kept", properties.kept) ||
      parseOptionalIntegers(parser, "offloaded", properties.offloaded))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

ParseResult PipelineOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "microbatches", parser.getBuilder().getI64Type(),
                  properties.microbatches))
    return failure();
  if (parseOptionalChoice(parser, "schedule", properties.schedule) ||
      parseOptionalInteger(parser, "chunks", properties.chunks) ||
      parseOptionalIntegers(parser, "placement", properties.placement) ||
      parseOptionalOrders(parser, properties.orders))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

/// The limits of a skip-pipeline, by name.
template <typename Properties>
static auto limitsOf(Properties &properties) {
  return std::array{
      std::pair{StringRef("max_backward_step"), &properties.max_backward_step},
      std::pair{StringRef("max_backward_sum"), &properties.max_backward_sum},
      std::pair{StringRef("max_backward_moves"),
                &properties.max_backward_moves},
      std::pair{StringRef("max_forward_jump"), &properties.max_forward_jump}};
}

/// Parses `( (limit = integer),* )`.
template <typename Properties>
static ParseResult parseLimits(OpAsmParser &parser, Properties &properties) {
  auto parseLimit = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    for (auto [known, limit] : limitsOf(properties))
      if (known == name) {
        if (*limit)
          return parser.emitError(loc) << name << " is given twice";
        return failure(
            parser.parseEqual() ||
            parser.parseAttribute(*limit, parser.getBuilder().getI64Type()));
      }
    return parser.emitError(loc)
           << "there is no limit '" << name
           << "'; the limits are max_backward_step, max_backward_sum, "
              "max_backward_moves and max_forward_jump";
  };
  return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                        parseLimit, " in the limits");
}

ParseResult SkipPipelineOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  Type integer = parser.getBuilder().getI64Type();
  if (parseClause(parser, "microbatches", integer, properties.microbatches) ||
      parser.parseKeyword("nodes") || parser.parseLParen() ||
      parseLists(parser, properties.nodes) || parser.parseRParen() ||
      parseClause(parser, "path_length", integer, properties.path_length))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("paths"))) {
    if (parser.parseLParen() ||
        (failed(parser.parseOptionalKeyword("auto")) &&
         parseLists(parser, properties.paths)) ||
        parser.parseRParen())
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("limits")) &&
      parseLimits(parser, properties))
    return failure();
  if (parseOptionalIntegers(parser, "in_flight", properties.in_flight))
    return failure();
  if (parseOptionalOrders(parser, properties.orders))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

ParseResult MicrobatchesOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  if (parseClause(parser, "count", parser.getBuilder().getI64Type(),
                  properties.count))
    return failure();
  return parseStrategy<Properties>(parser, result);
}

ParseResult SwitchMicrobatchOp::parse(OpAsmParser &parser,
                                      OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> inputs;
  SmallVector<Type> types;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseOperandList(inputs, OpAsmParser::Delimiter::Paren) ||
      parser.parseOptionalColonTypeList(types) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands(inputs, types, loc, result.operands))
    return failure();
  result.addTypes(types);
  SmallVector<Attribute> cases;
  while (succeeded(parser.parseOptionalKeyword("case"))) {
    SmallVector<OpAsmParser::Argument> arguments;
    if (parser.parseLParen())
      return failure();
    cases.push_back(DenseI64ArrayAttr::parse(parser, {}));
    if (!cases.back() || parser.parseRParen() ||
        parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                                 /*allowType=*/true) ||
        parser.parseRegion(*result.addRegion(), arguments))
      return failure();
  }
  result.getOrAddProperties<Properties>().cases =
      parser.getBuilder().getArrayAttr(cases);
  return success();
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

static void printIntegers(OpAsmPrinter &printer, ArrayRef<int64_t> integers) {
  printer << '[';
  llvm::interleaveComma(integers, printer.getStream());
  printer << ']';
}

static void printLists(OpAsmPrinter &printer, ArrayAttr lists) {
  printer << '[';
  llvm::interleaveComma(lists, printer.getStream(), [&](Attribute list) {
    printIntegers(printer, cast<DenseI64ArrayAttr>(list).asArrayRef());
  });
  printer << ']';
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

void SequenceOp::print(OpAsmPrinter &printer) {
  printer << " degree(" << getDegree() << ')';
  if (getMethod() != "auto")
    printer << " method(" << getMethodAttr() << ')';
  if (getUlysses())
    printer << " ulysses(" << *getUlysses() << ')';
  printStrategy(printer, *this);
}

void StreamOp::print(OpAsmPrinter &printer) {
  printer << " slices(" << getSlices() << ')';
  if (getActivations() == "auto")
    printer << " activations(auto)";
  else if (getActivations() != "keep")
    printer << " activations(" << getActivationsAttr() << ')';
  for (auto [name, list] : {std::pair(" kept(", getKept()),
                            std::pair(" offloaded(", getOffloaded())}) {
    if (!list)
      continue;
    printer << name;
    printIntegers(printer, *list);
    printer << ')';
  }
  printStrategy(printer, *this);
}

void PipelineOp::print(OpAsmPrinter &printer) {
  printer << " microbatches(" << getMicrobatches() << ')';
  if (getSchedule() != "auto")
    printer << " schedule(" << getScheduleAttr() << ')';
  if (getChunks() != 1)
    printer << " chunks(" << getChunks() << ')';
  if (getPlacement()) {
    printer << " placement(";
    printIntegers(printer, *getPlacement());
    printer << ')';
  }
  if (getOrders())
    printer << " orders(" << getOrdersAttr() << ')';
  printStrategy(printer, *this);
}

void SkipPipelineOp::print(OpAsmPrinter &printer) {
  printer << " microbatches(" << getMicrobatches() << ") nodes(";
  printLists(printer, getNodes());
  printer << ") path_length(" << getPathLength() << ") paths(";
  if (getPaths())
    printLists(printer, *getPaths());
  else
    printer << "auto";
  printer << ')';
  bool isFirst = true;
  for (auto [name, limit] : limitsOf(getProperties())) {
    if (!*limit)
      continue;
    printer << (isFirst ? " limits(" : ", ") << name << " = "
            << limit->getValue();
    isFirst = false;
  }
  if (!isFirst)
    printer << ')';
  if (getInFlight()) {
    printer << " in_flight(";
    printIntegers(printer, *getInFlight());
    printer << ')';
  }
  if (getOrders())
    printer << " orders(" << getOrdersAttr() << ')';
  printStrategy(printer, *this);
}

void MicrobatchesOp::print(OpAsmPrinter &printer) {
  printer << " count(" << getCount() << ')';
  printStrategy(printer, *this);
}

void SwitchMicrobatchOp::print(OpAsmPrinter &printer) {
  printer << " (" << getInputs() << ')';
  if (!getInputs().empty())
    printer << " : " << getInputs().getTypes();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"cases"});
  for (auto [list, region] : llvm::zip(getCases(), getBodies())) {
    printer.printNewline();
    printer << "case(";
    printIntegers(printer, cast<DenseI64ArrayAttr>(list).asArrayRef());
    printer << ") (";
    llvm::interleaveComma(
        region.getArguments(), printer.getStream(),
        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
    printer << ") ";
    printer.printRegion(region, /*printEntryBlockArgs=*/false);
  }
}

void StageOp::print(OpAsmPrinter &printer) {
  if (getNameAttr())
    printer << ' ' << getNameAttr();
  printer << ' ';
  printBindings(printer, getBody().getArguments(), getInputs());
  printRest(printer, *this);
}
