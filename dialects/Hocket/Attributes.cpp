//===- Attributes.cpp - Verifiers of the dialect's attributes -------------===//
//
// The discardable attributes of functions, their arguments and results, whose
// names are at the end of hocket/Dialects/Hocket.h.
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

namespace {

/// An argument or a result of a function, for messages.
struct Site {
  Operation *function;
  bool isArgument;
  unsigned index;
  Type type;

  InFlightDiagnostic emitError(StringAttr attribute) const {
    return function->emitOpError()
           << (isArgument ? "argument #" : "result #") << index << ": '"
           << attribute.getValue() << "' ";
  }
};

} // namespace

/// "zeros", "ones" or "normal(STDDEV)" with a positive number.
static bool isInitializer(StringRef text) {
  if (text == "zeros" || text == "ones")
    return true;
  double deviation = 0;
  return text.consume_front("normal(") && text.consume_back(")") &&
         !text.getAsDouble(deviation) && std::isfinite(deviation) &&
         deviation > 0;
}

static LogicalResult verifyRole(const Site &site, NamedAttribute attribute) {
  auto role = dyn_cast<RoleAttr>(attribute.getValue());
  if (!role)
    return site.emitError(attribute.getName())
           << "must be a role such as #hocket.role<param>, not "
           << attribute.getValue();
  auto tensor = dyn_cast<RankedTensorType>(site.type);
  auto require = [&](bool holds, StringRef what) -> LogicalResult {
    if (holds)
      return success();
    return site.emitError(attribute.getName())
           << "is " << stringifyRole(role.getValue()) << ", which takes "
           << what << ", not " << site.type;
  };
  switch (role.getValue()) {
  case Role::Offsets:
    return require(tensor && tensor.getRank() == 1 &&
                       tensor.getElementType().isInteger(32),
                   "a one-dimensional tensor of i32");
  case Role::Batch:
    return require(tensor && tensor.getRank() >= 1,
                   "a tensor whose first dimension is the tokens");
  case Role::Step:
    return require(tensor && tensor.getRank() == 0 &&
                       tensor.getElementType().isF32(),
                   "a tensor<f32>");
  case Role::Param:
  case Role::State:
  case Role::Grad:
    return require(static_cast<bool>(tensor), "a ranked tensor");
  }
  llvm_unreachable("unknown role");
}

/// Within one role, a name stands for one argument. Looks at all arguments at
/// once, when it is called for the first one with a name.
static LogicalResult verifyUniqueNames(FunctionOpInterface function,
                                       unsigned index) {
  for (unsigned i = 0; i < index; ++i)
    if (function.getArgAttr(i, kNameAttr))
      return success();
  llvm::StringMap<unsigned> seen;
  for (unsigned i = index; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    auto role = function.getArgAttrOfType<RoleAttr>(i, kRoleAttr);
    if (!name || !role)
      continue;
    auto [it, isNew] = seen.try_emplace(
        (stringifyRole(role.getValue()) + " " + name.getValue()).str(), i);
    if (isNew)
      continue;
    Site site{function, true, i, function.getArgumentTypes()[i]};
    InFlightDiagnostic diagnostic =
        site.emitError(StringAttr::get(function.getContext(), kNameAttr))
        << "is \"" << name.getValue() << "\", as is that of argument #"
        << it->second << " of the same role";
    if (!function.isExternal())
      diagnostic.attachNote(function.getArgument(it->second).getLoc())
          << "argument #" << it->second << " is here";
    return diagnostic;
  }
  return success();
}

static LogicalResult verifyInit(const Site &site, NamedAttribute attribute,
                                FunctionOpInterface function) {
  auto text = dyn_cast<StringAttr>(attribute.getValue());
  if (!text || !isInitializer(text.getValue()))
    return site.emitError(attribute.getName())
           << "must be \"zeros\", \"ones\" or \"normal(STDDEV)\" with a "
              "positive number, not "
           << attribute.getValue();
  auto role = function.getArgAttrOfType<RoleAttr>(site.index, kRoleAttr);
  if (role && role.getValue() != Role::Param && role.getValue() != Role::State)
    return site.emitError(attribute.getName())
           << "says how a parameter or a state starts, but the role is "
           << stringifyRole(role.getValue());
  return success();
}

static LogicalResult verifyShape(const Site &site, NamedAttribute attribute) {
  auto map = dyn_cast<AffineMapAttr>(attribute.getValue());
  if (!map || map.getValue().getNumSymbols() != 0)
    return site.emitError(attribute.getName())
           << "must be an affine map without symbols from (tokens, offsets) to "
              "the extents, not "
           << attribute.getValue();
  auto shaped = dyn_cast<ShapedType>(site.type);
  if (!shaped || !shaped.hasRank() ||
      shaped.getRank() != map.getValue().getNumResults())
    return site.emitError(attribute.getName())
           << "gives " << map.getValue().getNumResults()
           << " extents to a value of type " << site.type;
  for (auto [dim, result] : llvm::enumerate(map.getValue().getResults())) {
    auto constant = dyn_cast<AffineConstantExpr>(result);
    if (shaped.isDynamicDim(dim) ||
        (constant && constant.getValue() == shaped.getDimSize(dim)))
      continue;
    return site.emitError(attribute.getName())
           << "must give dimension " << dim << " the extent of the type, "
           << shaped.getDimSize(dim);
  }
  return success();
}

/// What arguments and results have in common.
static LogicalResult verifyBinding(const Site &site, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == kOperandAttr && !isa<OperandAttr>(attribute.getValue()))
    return site.emitError(attribute.getName())
           << "must be a binding such as #hocket.operand<parameter, 0>, not "
           << attribute.getValue();
  if (name == kShapeAttr)
    return verifyShape(site, attribute);
  return success();
}

LogicalResult
HocketDialect::verifyRegionArgAttribute(Operation *op, unsigned /*regionIndex*/,
                                        unsigned argIndex,
                                        NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  Site site{op, true, argIndex, function.getArgumentTypes()[argIndex]};
  StringRef name = attribute.getName();
  if (name == kRoleAttr)
    return verifyRole(site, attribute);
  if (name == kInitAttr)
    return verifyInit(site, attribute, function);
  if (name == kNameAttr) {
    auto text = dyn_cast<StringAttr>(attribute.getValue());
    if (!text || text.empty())
      return site.emitError(attribute.getName())
             << "must be a string that is not empty, not "
             << attribute.getValue();
    return verifyUniqueNames(function, argIndex);
  }
  return verifyBinding(site, attribute);
}

LogicalResult HocketDialect::verifyRegionResultAttribute(
    Operation *op, unsigned /*regionIndex*/, unsigned resultIndex,
    NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  Site site{op, false, resultIndex, function.getResultTypes()[resultIndex]};
  return verifyBinding(site, attribute);
}

LogicalResult
HocketDialect::verifyOperationAttribute(Operation *op,
                                        NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == kKernelAttr) {
    auto kind = dyn_cast<StringAttr>(attribute.getValue());
    if (!isa<FunctionOpInterface>(op) || !kind || kind.empty())
      return op->emitOpError()
             << "'" << name << "' names the kind of task of a function, such "
             << "as \"F\"; it is " << attribute.getValue();
  }
  if (name == kStageAttr) {
    auto stage = dyn_cast<IntegerAttr>(attribute.getValue());
    if (!stage || stage.getValue().isNegative())
      return op->emitOpError()
             << "'" << name << "' must be an integer that is not negative, not "
             << attribute.getValue();
  }
  return success();
}
