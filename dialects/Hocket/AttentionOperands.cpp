//===- AttentionOperands.cpp - Rules that attention ops share -------------===//

#include "AttentionOperands.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// True unless both extents are known and differ.
static bool mayEqual(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

InFlightDiagnostic hocket::noteOrigin(InFlightDiagnostic diagnostic,
                                      StringRef name, Value value) {
  diagnostic.attachNote(value.getLoc())
      << name << " of type " << value.getType() << " comes from here";
  return diagnostic;
}

RankedTensorType hocket::lseType(Value query) {
  RankedTensorType type = typeOf(query);
  return RankedTensorType::get(type.getShape().drop_back(),
                               Float32Type::get(type.getContext()));
}

LogicalResult AttentionOperands::verify() const {
  RankedTensorType queryType = typeOf(query);
  if (queryType.getRank() != 3 || !isa<FloatType>(queryType.getElementType()))
    return noteOrigin(
        op->emitOpError("needs a query [tokens, heads, head size] of a "
                        "floating-point type"),
        "query", query);

  std::pair<StringRef, Value> others[] = {{"key", key}, {"value", value}};
  for (auto [name, other] : others) {
    RankedTensorType type = typeOf(other);
    if (type.getRank() != 3)
      return noteOrigin(op->emitOpError() << "needs a " << name
                                          << " [tokens, key heads, head size]",
                        name, other);
    if (type.getElementType() != queryType.getElementType())
      return noteOrigin(op->emitOpError() << "needs the query and the " << name
                                          << " to have one element type, not "
                                          << queryType.getElementType()
                                          << " and " << type.getElementType(),
                        name, other);
    if (!mayEqual(type.getDimSize(2), queryType.getDimSize(2)))
      return noteOrigin(op->emitOpError()
                            << "has heads of size " << queryType.getDimSize(2)
                            << " in its query and " << type.getDimSize(2)
                            << " in its " << name,
                        name, other);
  }
  int64_t keyHeads = typeOf(key).getDimSize(1);
  int64_t valueHeads = typeOf(value).getDimSize(1);
  if (!mayEqual(keyHeads, valueHeads))
    return noteOrigin(op->emitOpError()
                          << "has " << keyHeads << " key heads and "
                          << valueHeads << " value heads",
                      "value", value);
  if (!std::isfinite(scale.convertToFloat()))
    return op->emitOpError("needs a finite scale");
  return success();
}

LogicalResult AttentionOperands::verifyTokens(StringRef name, Value tensor,
                                              StringRef otherName,
                                              Value other) const {
  int64_t tokens = typeOf(tensor).getDimSize(0);
  int64_t otherTokens = typeOf(other).getDimSize(0);
  if (mayEqual(tokens, otherTokens))
    return success();
  return noteOrigin(op->emitOpError()
                        << "has " << tokens << " tokens in its " << name
                        << " and " << otherTokens << " in its " << otherName,
                    otherName, other);
}

LogicalResult hocket::verifyTypes(Operation *op,
                                  ArrayRef<AttentionTypeRule> rules) {
  for (const AttentionTypeRule &rule : rules) {
    if (rule.value.getType() == rule.expected)
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError() << "needs its " << rule.name << " to be of type "
                          << rule.expected << ", not " << rule.value.getType();
    if (rule.value.getDefiningOp() != op)
      diagnostic.attachNote(rule.value.getLoc())
          << rule.name << " comes from here";
    diagnostic.attachNote(rule.origin.getLoc())
        << "the " << rule.like << " comes from here";
    return diagnostic;
  }
  return success();
}
