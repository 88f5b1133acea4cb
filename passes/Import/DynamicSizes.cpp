//===- DynamicSizes.cpp - Sentinel sizes become dynamic -------------------===//
//
// In program order: when an operation's turn comes, its operands are dynamic.
// Results change type in place, by number alone; operations and constants that
// hold a size as a number are replaced by ones that compute it.
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Hocket.h"
#include "passes/Import/ImportUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

/// A constant part of a dynamic dimension may have this size; larger ones are
/// more likely computed from the sentinel (half of the tokens, say).
static constexpr int64_t kLargestConstantPart = 256;

namespace {

class Converter {
public:
  Converter(ModuleOp module, const Sentinels &sentinels)
      : module(module), sentinels(sentinels), sizes(sentinels) {}

  LogicalResult run();

private:
  LogicalResult checkParameters(FunctionOpInterface function);
  void convertTypes(Operation *op);
  LogicalResult convertOp(Operation *op);
  LogicalResult verifyConverted(Operation *op);

  LogicalResult convertEmpty(tensor::EmptyOp op);
  LogicalResult convertSplat(tensor::SplatOp op);
  LogicalResult convertExpand(tensor::ExpandShapeOp op);
  LogicalResult convertPad(tensor::PadOp op);

  LogicalResult convertConstant(arith::ConstantOp constant);
  LogicalResult convertFloat(arith::ConstantOp constant);
  LogicalResult convertInteger(arith::ConstantOp constant);
  LogicalResult fillConstant(arith::ConstantOp constant, TypedAttr element);
  LogicalResult checkMaps(linalg::LinalgOp op);

  /// `size` of an op, or what computes it where it is a sentinel.
  FailureOr<OpFoldResult> dynamicSize(Operation *op, OpFoldResult size);
  /// Offsets, or sizes, of a slice of `whole`: sentinels where it is dynamic.
  LogicalResult dynamicPart(Operation *op, RankedTensorType whole,
                            SmallVector<OpFoldResult> &numbers, bool areSizes);
  template <typename SliceOp>
  LogicalResult convertSlice(SliceOp op, RankedTensorType whole);
  FailureOr<SmallVector<OpFoldResult>>
  dynamicSizes(Operation *op, ArrayRef<OpFoldResult> sizes);
  FailureOr<SmallVector<OpFoldResult>> dynamicSizes(Operation *op,
                                                    ShapedType type) {
    return dynamicSizes(
        op, getAsIndexOpFoldResult(op->getContext(), type.getShape()));
  }
  /// Replaces `op` by a new one of its kind.
  template <typename OpT, typename... Args>
  OpT replace(OpT op, Args &&...args) {
    OpBuilder builder(op);
    auto created =
        OpT::create(builder, op.getLoc(), std::forward<Args>(args)...);
    created->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    op->replaceAllUsesWith(created->getResults());
    if (op->getNumRegions() == 1)
      created->getRegion(0).takeBody(op->getRegion(0));
    op->erase();
    return created;
  }
  Type dynamicTypeOf(Value value) {
    RankedTensorType type = sentinels.dynamicType(value.getType());
    return type ? type : value.getType();
  }

  ModuleOp module;
  const Sentinels &sentinels;
  SizeMaterializer sizes;
};

/// Parameters keep their sizes, so one that matches shows a sentinel that was
/// badly chosen. Only where a batch tells us that this is a loss function: the
/// optimizer's parameter has a sentinel size.
LogicalResult Converter::checkParameters(FunctionOpInterface function) {
  auto roleOf = [&](unsigned index) {
    return function.getArgAttrOfType<RoleAttr>(index, kRoleAttr);
  };
  bool hasBatch = false;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    hasBatch |= roleOf(i) && roleOf(i).getValue() == Role::Batch;
  for (unsigned i = 0; hasBatch && i < function.getNumArguments(); ++i) {
    auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[i]);
    if (!type || !roleOf(i) || roleOf(i).getValue() != Role::Param)
      continue;
    for (int64_t size : type.getShape()) {
      if (ShapedType::isDynamic(size))
        continue;
      std::optional<SentinelSize> match = sentinels.match(size);
      if (!match) // its last index could be taken for one
        match = sentinels.match(size - 1);
      if (match)
        return function.emitOpError("argument #")
               << i << ", a parameter of type " << type << ", has a size that "
               << "cannot be told from the sentinel "
               << sentinels.value(match->sentinel)
               << "; export the model with another sentinel";
    }
  }
  return success();
}

/// Makes the types of results, block arguments and functions dynamic.
void Converter::convertTypes(Operation *op) {
  auto convert = [&](Value value) {
    if (RankedTensorType type = sentinels.dynamicType(value.getType()))
      value.setType(type);
  };
  llvm::for_each(op->getResults(), convert);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      llvm::for_each(block.getArguments(), convert);
  if (auto function = dyn_cast<FunctionOpInterface>(op)) {
    auto convertAll = [&](ArrayRef<Type> types) {
      return llvm::map_to_vector(types, [&](Type type) -> Type {
        RankedTensorType dynamic = sentinels.dynamicType(type);
        return dynamic ? dynamic : type;
      });
    };
    function.setFunctionTypeAttr(TypeAttr::get(
        function.cloneTypeWith(convertAll(function.getArgumentTypes()),
                               convertAll(function.getResultTypes()))));
  }
}

FailureOr<OpFoldResult> Converter::dynamicSize(Operation *op,
                                               OpFoldResult size) {
  std::optional<int64_t> number = getConstantIntValue(size);
  std::optional<SentinelSize> match =
      number ? sentinels.match(*number) : std::nullopt;
  if (!match)
    return size;
  Value value = sizes.materialize(op, *match);
  if (!value)
    return failure();
  return OpFoldResult(value);
}

FailureOr<SmallVector<OpFoldResult>>
Converter::dynamicSizes(Operation *op, ArrayRef<OpFoldResult> numbers) {
  SmallVector<OpFoldResult> result;
  for (OpFoldResult number : numbers) {
    FailureOr<OpFoldResult> size = dynamicSize(op, number);
    if (failed(size))
      return failure();
    result.push_back(*size);
  }
  return result;
}

LogicalResult Converter::convertEmpty(tensor::EmptyOp op) {
  auto extents = dynamicSizes(op, op.getMixedSizes());
  if (failed(extents))
    return failure();
  replace(op, *extents, op.getType().getElementType(),
          op.getType().getEncoding());
  return success();
}

LogicalResult Converter::convertSplat(tensor::SplatOp op) {
  auto extents = dynamicSizes(op, op.getType());
  if (failed(extents))
    return failure();
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(*extents, dynamic, shape);
  replace(op, op.getInput(), op.getType().clone(shape), dynamic);
  return success();
}

LogicalResult Converter::convertExpand(tensor::ExpandShapeOp op) {
  auto extents =
      dynamicSizes(op, getMixedValues(op.getStaticOutputShape(),
                                      op.getOutputShape(), op->getContext()));
  if (failed(extents))
    return failure();
  replace(op, cast<RankedTensorType>(dynamicTypeOf(op.getResult())),
          op.getSrc(), op.getReassociationIndices(), *extents);
  return success();
}

LogicalResult Converter::convertPad(tensor::PadOp op) {
  auto type = cast<RankedTensorType>(dynamicTypeOf(op.getResult()));
  SmallVector<OpFoldResult> low = op.getMixedLowPad();
  SmallVector<OpFoldResult> high = op.getMixedHighPad();
  if (failed(dynamicPart(op, type, low, /*areSizes=*/true)) ||
      failed(dynamicPart(op, type, high, /*areSizes=*/true)))
    return failure();
  replace(op, type, op.getSource(), low, high, op.getNofold(),
          ArrayRef<NamedAttribute>());
  return success();
}

LogicalResult Converter::dynamicPart(Operation *op, RankedTensorType whole,
                                     SmallVector<OpFoldResult> &numbers,
                                     bool areSizes) {
  for (auto [dim, number] : llvm::enumerate(numbers)) {
    if (!whole.isDynamicDim(dim))
      continue;
    FailureOr<OpFoldResult> dynamic = dynamicSize(op, number);
    if (failed(dynamic))
      return failure();
    std::optional<int64_t> constant = getConstantIntValue(*dynamic);
    if (constant && *constant > kLargestConstantPart)
      return op->emitOpError("takes a constant ")
             << (areSizes ? "size" : "offset") << ", " << *constant
             << ", of dimension " << dim
             << ", which is dynamic; if it was computed from the sentinel "
                "(half "
                "of the tokens, say), it cannot be imported";
    number = *dynamic;
  }
  return success();
}

template <typename SliceOp>
LogicalResult Converter::convertSlice(SliceOp op, RankedTensorType whole) {
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets();
  SmallVector<OpFoldResult> extents = op.getMixedSizes();
  SmallVector<OpFoldResult> strides = op.getMixedStrides();
  for (auto [dim, stride] : llvm::enumerate(strides))
    if (whole.isDynamicDim(dim) && !isConstantIntValue(stride, 1) &&
        !isConstantIntValue(extents[dim], 1))
      return op.emitOpError("takes a part of dimension ")
             << dim << ", which is dynamic, with a stride; how many elements "
             << "that is was fixed at the sentinel size";
  if (failed(dynamicPart(op, whole, offsets, /*areSizes=*/false)) ||
      failed(dynamicPart(op, whole, extents, /*areSizes=*/true)))
    return failure();
  if constexpr (std::is_same_v<SliceOp, tensor::ExtractSliceOp>)
    replace(op, cast<RankedTensorType>(dynamicTypeOf(op.getResult())),
            op.getSource(), offsets, extents, strides);
  else
    replace(op, op.getSource(), op.getDest(), offsets, extents, strides);
  return success();
}

LogicalResult Converter::fillConstant(arith::ConstantOp constant,
                                      TypedAttr element) {
  auto type = cast<RankedTensorType>(constant.getType());
  FailureOr<SmallVector<OpFoldResult>> extents = dynamicSizes(constant, type);
  if (failed(extents))
    return failure();
  OpBuilder builder(constant);
  Location loc = constant.getLoc();
  Value value = arith::ConstantOp::create(builder, loc, element);
  Value empty =
      tensor::EmptyOp::create(builder, loc, *extents, type.getElementType());
  auto fill = linalg::FillOp::create(builder, loc, value, empty);
  constant->replaceAllUsesWith(fill->getResults());
  constant.erase();
  return success();
}

LogicalResult Converter::convertFloat(arith::ConstantOp constant) {
  SmallVector<APFloat> numbers;
  if (auto scalar = dyn_cast<FloatAttr>(constant.getValue()))
    numbers.push_back(scalar.getValue());
  else if (auto elements = dyn_cast<DenseFPElementsAttr>(constant.getValue()))
    numbers = elements.isSplat()
                  ? SmallVector<APFloat>{elements.getSplatValue<APFloat>()}
                  : llvm::to_vector(elements.getValues<APFloat>());
  for (const APFloat &number : numbers) {
    double value = number.convertToDouble();
    if (value != std::trunc(value) || std::abs(value) > 1e15)
      continue;
    if (auto match = sentinels.matchExactly(int64_t(value), /*orLast=*/false)) {
      constant.emitWarning("holds ")
          << sentinels.value(match->sentinel)
          << ", the sentinel, as a floating-point number, which stays as it "
             "is; if it is meant to be a number of tokens, let the model count "
             "them (sum ones over them)";
      break;
    }
  }
  return success();
}

LogicalResult Converter::convertInteger(arith::ConstantOp constant) {
  Type type = constant.getType();
  APInt number;
  if (auto scalar = dyn_cast<IntegerAttr>(constant.getValue())) {
    number = scalar.getValue();
  } else if (auto elements =
                 dyn_cast<DenseIntElementsAttr>(constant.getValue())) {
    if (!elements.isSplat() || elements.getType().getRank() != 0) {
      for (const APInt &element : elements.getValues<APInt>())
        if (element.getSignificantBits() <= 64 &&
            sentinels.matchExactly(element.getSExtValue(), /*orLast=*/true))
          return constant.emitOpError("holds the sentinel, or the last index "
                                      "below it, as one of several integers, "
                                      "and cannot take a dynamic one");
      return success();
    }
    number = elements.getSplatValue<APInt>();
  } else {
    return success();
  }
  if (number.getSignificantBits() > 64)
    return success();
  std::optional<SentinelSize> match =
      type.isIndex() ? sentinels.match(number.getSExtValue())
                     : sentinels.matchExactly(number.getSExtValue(), true);
  if (!match)
    return success();
  Value value = sizes.materialize(constant, *match);
  if (!value)
    return failure();
  OpBuilder builder(constant);
  Location loc = constant.getLoc();
  Type element = getElementTypeOrSelf(type);
  if (!element.isIndex())
    value = arith::IndexCastOp::create(builder, loc, element, value);
  if (isa<RankedTensorType>(type))
    value = tensor::FromElementsOp::create(builder, loc, type, value);
  constant->replaceAllUsesWith(ValueRange{value});
  constant.erase();
  return success();
}

LogicalResult Converter::convertConstant(arith::ConstantOp constant) {
  if (sentinels.dynamicType(constant.getValue().getType())) {
    auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
    if (!elements || !elements.isSplat())
      return constant.emitOpError("has different elements for each of the "
                                  "tokens that the sentinel stands for, and "
                                  "cannot take a dynamic size; compute it, or "
                                  "make it an argument");
    return fillConstant(constant, elements.getSplatValue<TypedAttr>());
  }
  if (isa<FloatType>(getElementTypeOrSelf(constant.getType())))
    return convertFloat(constant);
  return convertInteger(constant);
}

/// Along a dynamic dimension an op may read elements in order, or a window of
/// neighbours; reversed or strided access had its bounds fixed.
LogicalResult Converter::checkMaps(linalg::LinalgOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      bool regular = true;
      expr.walk([&](AffineExpr part) {
        if (auto constant = dyn_cast<AffineConstantExpr>(part))
          regular &= !sentinels.match(constant.getValue());
        else if (part.getKind() != AffineExprKind::DimId &&
                 part.getKind() != AffineExprKind::Add)
          regular &= !type.isDynamicDim(dim);
      });
      if (!regular)
        return op.emitOpError("accesses dimension ")
               << dim << " of operand #" << operand.getOperandNumber() << " by "
               << AffineMapAttr::get(AffineMap::get(map.getNumDims(), 0, expr))
               << ", reversed or with a stride; that dimension is dynamic, and "
                  "the bounds were fixed at the sentinel size";
    }
  }
  return success();
}

LogicalResult Converter::convertOp(Operation *op) {
  auto isSentinel = [&](Type type) -> bool {
    return static_cast<bool>(sentinels.dynamicType(type));
  };
  bool hasSentinel = llvm::any_of(op->getResultTypes(), isSentinel);
  auto isDynamic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && !tensor.hasStaticShape();
  };
  if (!op->isRegistered() &&
      (hasSentinel || llvm::any_of(op->getOperandTypes(), isDynamic)))
    return op->emitOpError("belongs to no dialect that is loaded, and cannot "
                           "take a dynamic size");
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return convertConstant(constant);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return convertSlice(slice, slice.getSourceType());
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op))
    // Its "destination type" is that of the result, which is still static.
    return convertSlice(slice,
                        cast<RankedTensorType>(slice.getDest().getType()));
  if (hasSentinel) {
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return convertEmpty(empty);
    if (auto splat = dyn_cast<tensor::SplatOp>(op))
      return convertSplat(splat);
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return convertExpand(expand);
    if (auto pad = dyn_cast<tensor::PadOp>(op))
      return convertPad(pad);
  }
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
    if (failed(checkMaps(linalg)))
      return failure();
  convertTypes(op);
  return success();
}

/// Verifies `op` by itself. It was valid before, so what is wrong with it is
/// that it has dynamic sizes now.
LogicalResult Converter::verifyConverted(Operation *op) {
  SmallVector<std::string> messages;
  LogicalResult verified = success();
  {
    ScopedDiagnosticHandler handler(op->getContext(), [&](Diagnostic &error) {
      messages.push_back(error.str());
      return success();
    });
    verified = verify(op, /*verifyRecursively=*/false);
  }
  if (succeeded(verified))
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError("cannot take the dynamic size that replaces a sentinel");
  for (const std::string &message : messages)
    diagnostic.attachNote() << "then: " << message;
  return diagnostic;
}

LogicalResult Converter::run() {
  SmallVector<Operation *> operations;
  auto checked = module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == module)
      return WalkResult::advance();
    operations.push_back(op);
    if (op->hasTrait<OpTrait::IsIsolatedFromAbove>())
      sizes.recordArguments(op);
    if (auto function = dyn_cast<FunctionOpInterface>(op))
      if (failed(checkParameters(function)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  if (checked.wasInterrupted())
    return failure();
  for (Operation *op : operations)
    if (failed(convertOp(op)))
      return failure();
  auto verified = module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == module)
      return WalkResult::advance();
    return WalkResult(verifyConverted(op));
  });
  return failure(verified.wasInterrupted());
}

} // namespace

LogicalResult hocket::makeSizesDynamic(ModuleOp module,
                                       const Sentinels &sentinels) {
  return Converter(module, sentinels).run();
}
