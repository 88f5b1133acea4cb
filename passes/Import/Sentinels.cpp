//===- Sentinels.cpp - Sizes that stand for dynamic ones ------------------===//

#include "passes/Import/Sentinels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

#include <cstdlib>

using namespace mlir;
using namespace hocket;

/// How far from a sentinel a size may be and still be one: far enough for pads
/// and windows, too near to catch many other sizes.
static int64_t windowOf(int64_t sentinel) {
  return std::min<int64_t>(16, sentinel / 500);
}

std::optional<SentinelSize> Sentinels::match(int64_t size) const {
  std::optional<SentinelSize> best;
  for (auto [index, value] : llvm::enumerate(values)) {
    int64_t window = windowOf(value);
    for (int64_t shift = -window; shift <= window; ++shift) {
      int64_t near = value + shift;
      if (size < near || size % near != 0)
        continue;
      if (!best || std::abs(shift) < std::abs(best->shift))
        best = SentinelSize{unsigned(index), size / near, shift};
    }
  }
  return best;
}

std::optional<SentinelSize> Sentinels::matchExactly(int64_t number,
                                                    bool orLast) const {
  for (auto [index, value] : llvm::enumerate(values)) {
    if (number == value)
      return SentinelSize{unsigned(index), 1, 0};
    if (orLast && number == value - 1)
      return SentinelSize{unsigned(index), 1, -1};
  }
  return std::nullopt;
}

RankedTensorType Sentinels::dynamicType(Type type) const {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return {};
  SmallVector<int64_t> shape(tensor.getShape());
  bool changed = false;
  for (int64_t &size : shape) {
    if (ShapedType::isDynamic(size) || !match(size))
      continue;
    size = ShapedType::kDynamic;
    changed = true;
  }
  return changed ? tensor.clone(shape) : RankedTensorType();
}

void SizeMaterializer::recordArguments(Operation *scope) {
  for (Region &region : scope->getRegions()) {
    if (region.empty())
      continue;
    for (BlockArgument argument : region.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type)
        continue;
      for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
        if (ShapedType::isDynamic(extent))
          continue;
        std::optional<SentinelSize> size = sentinels.match(extent);
        if (!size)
          continue;
        // The size itself is a better source than one computed from it.
        Source source{argument, int64_t(dim), *size};
        auto [it, isNew] = sources.try_emplace({scope, size->sentinel}, source);
        auto cost = [](const SentinelSize &s) {
          return (s.factor != 1) + (s.shift != 0);
        };
        if (!isNew && cost(*size) < cost(it->second.size))
          it->second = source;
      }
    }
  }
}

Value SizeMaterializer::sentinelAt(Operation *user, Operation *scope,
                                   unsigned sentinel) {
  if (Value known = values.lookup({scope, sentinel}))
    return known;
  auto it = sources.find({scope, sentinel});
  if (it == sources.end()) {
    InFlightDiagnostic diagnostic =
        user->emitOpError("needs the size that ")
        << sentinels.value(sentinel)
        << " stands for, and no argument of the function has it; pass a tensor "
           "of this size to the function, or inline it first";
    diagnostic.attachNote(scope->getLoc()) << "the function is here";
    return {};
  }
  Source source = it->second;
  OpBuilder builder(user->getContext());
  builder.setInsertionPointToStart(source.argument.getOwner());
  Location loc = source.argument.getLoc();
  auto constant = [&](int64_t number) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, number);
  };
  Value value =
      tensor::DimOp::create(builder, loc, source.argument, source.dim);
  if (source.size.factor != 1)
    value = arith::DivUIOp::create(builder, loc, value,
                                   constant(source.size.factor));
  if (source.size.shift != 0)
    value =
        arith::SubIOp::create(builder, loc, value, constant(source.size.shift));
  return values[{scope, sentinel}] = value;
}

Value SizeMaterializer::materialize(Operation *user, SentinelSize size) {
  Operation *scope = user->getParentWithTrait<OpTrait::IsIsolatedFromAbove>();
  Value &known = sizes[{scope, size.sentinel, size.factor, size.shift}];
  if (known)
    return known;
  Value value = sentinelAt(user, scope, size.sentinel);
  if (!value)
    return {};
  OpBuilder builder(user->getContext());
  builder.setInsertionPointAfterValue(value);
  auto constant = [&](int64_t number) -> Value {
    return arith::ConstantIndexOp::create(builder, value.getLoc(), number);
  };
  if (size.shift != 0)
    value = arith::AddIOp::create(builder, value.getLoc(), value,
                                  constant(size.shift));
  if (size.factor != 1)
    value = arith::MulIOp::create(builder, value.getLoc(), value,
                                  constant(size.factor));
  return known = value;
}
