//===- StridedAccess.cpp - How a loop nest walks a buffer -----------------===//

#include "StridedAccess.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace hocket;

namespace {

/// Arithmetic on indices that folds constants.
struct IndexMath {
  OpBuilder &builder;
  Location loc;

  Value value(OpFoldResult x) {
    return getValueOrCreateConstantIndexOp(builder, loc, x);
  }
  OpFoldResult add(OpFoldResult a, OpFoldResult b) {
    auto x = getConstantIntValue(a), y = getConstantIntValue(b);
    if (x && y)
      return builder.getIndexAttr(*x + *y);
    if (x == 0)
      return b;
    if (y == 0)
      return a;
    return arith::AddIOp::create(builder, loc, value(a), value(b)).getResult();
  }
  OpFoldResult multiply(OpFoldResult a, OpFoldResult b) {
    auto x = getConstantIntValue(a), y = getConstantIntValue(b);
    if (x && y)
      return builder.getIndexAttr(*x * *y);
    if (x == 0 || y == 0)
      return builder.getIndexAttr(0);
    if (x == 1)
      return b;
    if (y == 1)
      return a;
    return arith::MulIOp::create(builder, loc, value(a), value(b)).getResult();
  }
};

/// The coefficients of a linear expression of the loops, and the constant.
struct Linear {
  SmallVector<int64_t> coefficients;
  int64_t constant = 0;
};

bool addLinear(AffineExpr expr, int64_t factor, Linear &sum) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    sum.constant += factor * constant.getValue();
    return true;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    sum.coefficients[dim.getPosition()] += factor;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), factor, sum) &&
           addLinear(binary.getRHS(), factor, sum);
  auto scale = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && scale &&
         addLinear(binary.getLHS(), factor * scale.getValue(), sum);
}

} // namespace

FailureOr<StridedAccess> StridedAccess::create(OpBuilder &builder, Location loc,
                                               Value buffer, AffineMap map) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> staticStrides;
  int64_t staticOffset;
  if (failed(type.getStridesAndOffset(staticStrides, staticOffset)))
    return failure();

  StridedAccess access;
  access.buffer = buffer;
  access.strides.assign(map.getNumDims(), builder.getIndexAttr(0));
  access.dimension.assign(map.getNumDims(), -1);
  SmallVector<OpFoldResult> dimStrides =
      getAsIndexOpFoldResult(builder.getContext(), staticStrides);
  access.offset = builder.getIndexAttr(staticOffset);
  if (ShapedType::isDynamic(staticOffset) ||
      llvm::any_of(staticStrides, ShapedType::isDynamic)) {
    auto metadata =
        memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
    if (ShapedType::isDynamic(staticOffset))
      access.offset = metadata.getOffset();
    for (auto [dim, stride] : llvm::enumerate(staticStrides))
      if (ShapedType::isDynamic(stride))
        dimStrides[dim] = metadata.getStrides()[dim];
  }

  IndexMath math{builder, loc};
  SmallVector<int64_t> uses(map.getNumDims(), 0);
  OpFoldResult start = builder.getIndexAttr(0);
  OpFoldResult length = builder.getIndexAttr(1);
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    Linear linear;
    linear.coefficients.assign(map.getNumDims(), 0);
    if (!addLinear(expr, 1, linear))
      return failure();
    // The dimension's last index is one less than its extent.
    OpFoldResult extent =
        type.isDynamicDim(dim)
            ? OpFoldResult(
                  memref::DimOp::create(builder, loc, buffer, dim).getResult())
            : OpFoldResult(builder.getIndexAttr(type.getDimSize(dim)));
    length = math.add(length,
                      math.multiply(math.add(extent, builder.getIndexAttr(-1)),
                                    dimStrides[dim]));
    start = math.add(start, math.multiply(builder.getIndexAttr(linear.constant),
                                          dimStrides[dim]));
    if (type.getDimSize(dim) == 1)
      continue;
    for (auto [loop, coefficient] : llvm::enumerate(linear.coefficients)) {
      if (coefficient == 0)
        continue;
      access.strides[loop] = math.add(
          access.strides[loop],
          math.multiply(builder.getIndexAttr(coefficient), dimStrides[dim]));
      access.dimension[loop] =
          isa<AffineDimExpr>(expr) && ++uses[loop] == 1 ? int64_t(dim) : -1;
    }
  }
  if (!isConstantIntValue(start, 0))
    access.startValue = math.value(start);
  access.flat = memref::ReinterpretCastOp::create(
      builder, loc,
      MemRefType::get(
          {ShapedType::kDynamic}, type.getElementType(),
          StridedLayoutAttr::get(builder.getContext(), staticOffset, {1})),
      buffer, access.offset, {length}, {builder.getIndexAttr(1)});
  return access;
}

bool StridedAccess::isNested(unsigned outer, unsigned inner) const {
  if (isInvariant(outer) && isInvariant(inner))
    return true;
  int64_t outerDim = dimension[outer], innerDim = dimension[inner];
  if (outerDim < 0 || innerDim < 0 || outerDim >= innerDim)
    return false;
  auto type = cast<MemRefType>(buffer.getType());
  for (int64_t dim = outerDim + 1; dim < innerDim; ++dim)
    if (type.getDimSize(dim) != 1)
      return false;
  if (type.getLayout().isIdentity()) {
    // Dense, if all that lies between is of extent 1.
    return true;
  }
  auto outerStride = getConstantIntValue(strides[outer]);
  auto innerStride = getConstantIntValue(strides[inner]);
  return outerStride && innerStride && !type.isDynamicDim(innerDim) &&
         *outerStride == *innerStride * type.getDimSize(innerDim);
}

Value StridedAccess::linearIndex(OpBuilder &builder, Location loc,
                                 ValueRange indices) const {
  IndexMath math{builder, loc};
  OpFoldResult sum = startValue ? OpFoldResult(startValue)
                                : OpFoldResult(builder.getIndexAttr(0));
  for (auto [loop, index] : llvm::enumerate(indices))
    if (index)
      sum = math.add(sum, math.multiply(index, strides[loop]));
  return math.value(sum);
}

Value StridedAccess::pointer(OpBuilder &builder, Location loc) const {
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
  Value integer =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), address);
  auto pointerType = LLVM::LLVMPointerType::get(builder.getContext());
  Value base = LLVM::IntToPtrOp::create(builder, loc, pointerType, integer);
  if (isConstantIntValue(offset, 0))
    return base;
  IndexMath math{builder, loc};
  Value elements = arith::IndexCastOp::create(
      builder, loc, builder.getI64Type(), math.value(offset));
  Type element =
      elementType().isInteger(1) ? builder.getI8Type() : elementType();
  return LLVM::GEPOp::create(builder, loc, pointerType, element, base,
                             ArrayRef<LLVM::GEPArg>{elements});
}

SmallVector<OpFoldResult> hocket::loopExtents(OpBuilder &builder,
                                              linalg::LinalgOp op) {
  SmallVector<OpFoldResult> extents(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      OpFoldResult &extent = extents[dim.getPosition()];
      if (!type.isDynamicDim(position))
        extent = builder.getIndexAttr(type.getDimSize(position));
      else if (!extent)
        extent =
            memref::DimOp::create(builder, op.getLoc(), operand.get(), position)
                .getResult();
    }
  }
  return extents;
}
