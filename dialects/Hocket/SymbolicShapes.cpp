//===- SymbolicShapes.cpp - Extents as polynomials in T and S -------------===//

#include "hocket/Dialects/SymbolicShapes.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hocket;

namespace {

FailureOr<SizeExpr> fromAffineExpr(AffineExpr expr, ArrayRef<SizeExpr> dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return SizeExpr::constant(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (dim.getPosition() >= dims.size())
      return failure();
    return dims[dim.getPosition()];
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  FailureOr<SizeExpr> lhs = fromAffineExpr(binary.getLHS(), dims);
  FailureOr<SizeExpr> rhs = fromAffineExpr(binary.getRHS(), dims);
  if (failed(lhs) || failed(rhs))
    return failure();
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *lhs + *rhs;
  case AffineExprKind::Mul:
    return *lhs * *rhs;
  default:
    return failure();
  }
}

/// lhs / rhs where rhs is a constant that divides every coefficient.
FailureOr<SizeExpr> divideExactly(const SizeExpr &lhs, const SizeExpr &rhs) {
  if (!rhs.isConstant() || rhs.terms.empty())
    return failure();
  int64_t divisor = rhs.terms.front().coefficient;
  SizeExpr quotient = lhs;
  for (SizeExpr::Term &term : quotient.terms) {
    if (term.coefficient % divisor != 0)
      return failure();
    term.coefficient /= divisor;
  }
  return quotient;
}

SizeExpr negate(const SizeExpr &expr) { return expr * SizeExpr::constant(-1); }

} // namespace

SymbolicShapes::SymbolicShapes(FunctionOpInterface function)
    : function(function) {
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<ShapedType>(argument.getType());
    if (!type || !type.hasRank())
      continue;
    auto annotation = function.getArgAttrOfType<AffineMapAttr>(
        argument.getArgNumber(), kShapeAttr);
    if (!annotation)
      continue;
    FailureOr<SymbolicShape> shape = fromAffineMap(annotation.getValue());
    if (succeeded(shape) &&
        shape->size() == static_cast<size_t>(type.getRank()))
      known[argument] = *shape;
  }
}

FailureOr<SymbolicShape> SymbolicShapes::shapeOf(Value shaped) {
  auto type = dyn_cast<ShapedType>(shaped.getType());
  if (!type || !type.hasRank())
    return failure();
  if (type.hasStaticShape()) {
    SymbolicShape shape;
    for (int64_t extent : type.getShape())
      shape.push_back(SizeExpr::constant(extent));
    return shape;
  }
  if (auto it = known.find(shaped); it != known.end())
    return it->second;
  FailureOr<SymbolicShape> shape = trace(shaped);
  if (failed(shape) || shape->size() != static_cast<size_t>(type.getRank()))
    return failure();
  // What the type states outright is more exact than what was traced.
  for (auto [dim, extent] : llvm::enumerate(type.getShape()))
    if (!ShapedType::isDynamic(extent))
      (*shape)[dim] = SizeExpr::constant(extent);
  known[shaped] = *shape;
  return shape;
}

FailureOr<SymbolicShape> SymbolicShapes::trace(Value shaped) {
  auto valuesOf =
      [&](ArrayRef<OpFoldResult> sizes) -> FailureOr<SymbolicShape> {
    SymbolicShape shape;
    for (OpFoldResult size : sizes) {
      FailureOr<SizeExpr> value = valueOf(size);
      if (failed(value))
        return failure();
      shape.push_back(*value);
    }
    return shape;
  };

  if (auto argument = dyn_cast<BlockArgument>(shaped)) {
    // A loop-carried tensor keeps the shape of its initial value.
    auto loop =
        dyn_cast<LoopLikeOpInterface>(argument.getOwner()->getParentOp());
    if (!loop)
      return failure();
    OpOperand *init = loop.getTiedLoopInit(argument);
    return init ? shapeOf(init->get()) : FailureOr<SymbolicShape>(failure());
  }

  Operation *op = shaped.getDefiningOp();
  unsigned resultNumber = cast<OpResult>(shaped).getResultNumber();
  if (auto alloc = dyn_cast<bufferization::AllocTensorOp>(op)) {
    if (alloc.getCopy())
      return shapeOf(alloc.getCopy());
    return valuesOf(getMixedValues(alloc.getType().getShape(),
                                   alloc.getDynamicSizes(), op->getContext()));
  }
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return shapeOf(destination.getTiedOpOperand(cast<OpResult>(shaped))->get());
  if (auto loop = dyn_cast<LoopLikeOpInterface>(op)) {
    OpOperand *init = loop.getTiedLoopInit(cast<OpResult>(shaped));
    return init ? shapeOf(init->get()) : FailureOr<SymbolicShape>(failure());
  }

  using Shape = FailureOr<SymbolicShape>;
  return TypeSwitch<Operation *, Shape>(op)
      .Case<tensor::EmptyOp>(
          [&](auto empty) { return valuesOf(empty.getMixedSizes()); })
      .Case<memref::AllocOp, memref::AllocaOp>(
          [&](auto alloc) { return valuesOf(alloc.getMixedSizes()); })
      .Case<tensor::ExpandShapeOp, memref::ExpandShapeOp>([&](auto expand) {
        return valuesOf(getMixedValues(expand.getStaticOutputShape(),
                                       expand.getOutputShape(),
                                       op->getContext()));
      })
      .Case<tensor::CollapseShapeOp, memref::CollapseShapeOp>(
          [&](auto collapse) -> Shape {
            FailureOr<SymbolicShape> source = shapeOf(collapse.getSrc());
            if (failed(source))
              return failure();
            SymbolicShape shape;
            for (ArrayRef<int64_t> group : collapse.getReassociationIndices()) {
              SizeExpr product = SizeExpr::constant(1);
              for (int64_t dim : group)
                product = product * (*source)[dim];
              shape.push_back(product);
            }
            return shape;
          })
      .Case<tensor::ExtractSliceOp, memref::SubViewOp>(
          [&](auto slice) -> Shape {
            FailureOr<SymbolicShape> sizes = valuesOf(slice.getMixedSizes());
            if (failed(sizes))
              return failure();
            llvm::SmallBitVector dropped = slice.getDroppedDims();
            SymbolicShape shape;
            for (auto [dim, size] : llvm::enumerate(*sizes))
              if (!dropped.test(dim))
                shape.push_back(size);
            return shape;
          })
      .Case<tensor::PadOp>([&](tensor::PadOp pad) -> Shape {
        FailureOr<SymbolicShape> source = shapeOf(pad.getSource());
        FailureOr<SymbolicShape> low = valuesOf(pad.getMixedLowPad());
        FailureOr<SymbolicShape> high = valuesOf(pad.getMixedHighPad());
        if (failed(source) || failed(low) || failed(high))
          return failure();
        SymbolicShape shape;
        for (size_t dim = 0; dim < source->size(); ++dim)
          shape.push_back((*source)[dim] + (*low)[dim] + (*high)[dim]);
        return shape;
      })
      .Case<tensor::ConcatOp>([&](tensor::ConcatOp concat) -> Shape {
        FailureOr<SymbolicShape> shape = shapeOf(concat.getInputs().front());
        if (failed(shape))
          return failure();
        for (Value input : concat.getInputs().drop_front()) {
          FailureOr<SymbolicShape> next = shapeOf(input);
          if (failed(next))
            return failure();
          SizeExpr &extent = (*shape)[concat.getDim()];
          extent = extent + (*next)[concat.getDim()];
        }
        return shape;
      })
      .Case<tensor::CastOp, memref::CastOp>(
          [&](auto cast) { return shapeOf(cast.getSource()); })
      .Case<bufferization::ToTensorOp, bufferization::ToBufferOp>(
          [&](auto convert) { return shapeOf(convert->getOperand(0)); })
      .Case<AttentionOp>([&](AttentionOp attention) -> Shape {
        FailureOr<SymbolicShape> query = shapeOf(attention.getQuery());
        if (failed(query) || resultNumber == 0)
          return query;
        return SymbolicShape{(*query)[0], (*query)[1]};
      })
      .Case<AttentionGradOp, ScanOp>(
          [&](auto) { return shapeOf(op->getOperand(resultNumber)); })
      .Case<AttentionPartOp, AttentionPartGradOp>([&](auto) {
        // The last operands are what the results were so far.
        unsigned first = op->getNumOperands() - op->getNumResults();
        return shapeOf(op->getOperand(first + resultNumber));
      })
      .Case<ShiftOp, PutEndOp>(
          [&](auto moved) { return shapeOf(moved.getInput()); })
      .Case<RowsBeforeOp>(
          [&](RowsBeforeOp rows) { return shapeOf(rows.getRow()); })
      .Case<TakeEndOp>([&](TakeEndOp take) -> Shape {
        Shape shape = shapeOf(take.getOffsets());
        if (failed(shape))
          return failure();
        (*shape)[0] = (*shape)[0] + SizeExpr::constant(-1);
        for (int64_t extent :
             cast<ShapedType>(shaped.getType()).getShape().drop_front())
          shape->push_back(SizeExpr::constant(extent));
        return shape;
      })
      .Case<RecurrenceOp>([&](RecurrenceOp recurrence) {
        return shapeOf(recurrence.getInputs().front());
      })
      .Case<ScanGradOp>([&](ScanGradOp gradient) -> Shape {
        Shape shape = shapeOf(gradient.getGradients().front());
        if (failed(shape))
          return failure();
        // All but the tokens is in the type.
        shape->resize(1);
        for (int64_t extent :
             cast<ShapedType>(shaped.getType()).getShape().drop_front())
          shape->push_back(SizeExpr::constant(extent));
        return shape;
      })
      .Default([&](Operation *other) -> Shape {
        // Element-wise ops on whole tensors have the shape of their operands.
        if (other->hasTrait<OpTrait::SameOperandsAndResultShape>() ||
            other->hasTrait<OpTrait::Elementwise>())
          for (Value operand : other->getOperands())
            if (isa<ShapedType>(operand.getType()))
              return shapeOf(operand);
        return failure();
      });
}

FailureOr<SizeExpr> SymbolicShapes::valueOf(OpFoldResult index) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return SizeExpr::constant(*constant);
  if (auto value = dyn_cast<Value>(index))
    return valueOf(value);
  return failure();
}

FailureOr<SizeExpr> SymbolicShapes::valueOf(Value index) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return SizeExpr::constant(*constant);
  Operation *op = index.getDefiningOp();
  if (!op)
    return failure();

  using Expr = FailureOr<SizeExpr>;
  auto combine = [&](auto combineValues) -> Expr {
    Expr lhs = valueOf(op->getOperand(0));
    Expr rhs = valueOf(op->getOperand(1));
    if (failed(lhs) || failed(rhs))
      return failure();
    return combineValues(*lhs, *rhs);
  };
  return TypeSwitch<Operation *, Expr>(op)
      .Case<tensor::DimOp, memref::DimOp>([&](auto dim) -> Expr {
        std::optional<int64_t> position = dim.getConstantIndex();
        FailureOr<SymbolicShape> shape = shapeOf(dim.getSource());
        if (!position || failed(shape) || *position < 0 ||
            *position >= static_cast<int64_t>(shape->size()))
          return failure();
        return (*shape)[*position];
      })
      .Case<arith::AddIOp>([&](auto) {
        return combine([](auto &a, auto &b) -> Expr { return a + b; });
      })
      .Case<arith::SubIOp>([&](auto) {
        return combine([](auto &a, auto &b) -> Expr { return a + negate(b); });
      })
      .Case<arith::MulIOp>([&](auto) {
        return combine([](auto &a, auto &b) -> Expr { return a * b; });
      })
      .Case<arith::DivSIOp, arith::DivUIOp>([&](auto) {
        return combine(
            [](auto &a, auto &b) -> Expr { return divideExactly(a, b); });
      })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp,
            arith::ExtUIOp, arith::TruncIOp>(
          [&](auto cast) { return valueOf(cast.getIn()); })
      .Case<affine::AffineApplyOp>([&](affine::AffineApplyOp apply) -> Expr {
        SmallVector<SizeExpr> dims;
        for (Value operand : apply.getMapOperands()) {
          Expr value = valueOf(operand);
          if (failed(value))
            return failure();
          dims.push_back(*value);
        }
        // Symbols follow the dimensions in the operand list.
        AffineMap map = apply.getAffineMap();
        SmallVector<AffineExpr> symbols;
        for (unsigned i = 0; i < map.getNumSymbols(); ++i)
          symbols.push_back(
              getAffineDimExpr(map.getNumDims() + i, map.getContext()));
        return fromAffineExpr(map.getResult(0).replaceSymbols(symbols), dims);
      })
      .Default([](Operation *) -> Expr { return failure(); });
}

FailureOr<AffineMap> hocket::toAffineMap(ArrayRef<SizeExpr> shape,
                                         MLIRContext *context) {
  // Stage kernels have two symbols, so their maps have two dimensions.
  unsigned numDims = 2;
  SmallVector<AffineExpr> results;
  for (const SizeExpr &extent : shape) {
    AffineExpr sum = getAffineConstantExpr(0, context);
    for (const SizeExpr::Term &term : extent.terms) {
      unsigned degree = 0;
      AffineExpr product = getAffineConstantExpr(term.coefficient, context);
      for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol) {
        degree += term.power[symbol];
        if (!term.power[symbol])
          continue;
        product = getAffineDimExpr(symbol, context) * product;
        numDims = std::max(numDims, symbol + 1);
      }
      if (degree > 1)
        return failure();
      sum = sum + product;
    }
    results.push_back(sum);
  }
  return AffineMap::get(numDims, 0, results, context);
}

FailureOr<SymbolicShape> hocket::fromAffineMap(AffineMap map) {
  SmallVector<SizeExpr> dims;
  for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
    dims.push_back(SizeExpr::symbol(symbol));
  SymbolicShape shape;
  for (AffineExpr result : map.getResults()) {
    FailureOr<SizeExpr> extent = fromAffineExpr(result, dims);
    if (failed(extent))
      return failure();
    shape.push_back(*extent);
  }
  return shape;
}

FailureOr<hocket::TensorType> hocket::toTensorType(ShapedType type,
                                                   ArrayRef<SizeExpr> shape) {
  Type element = type.getElementType();
  hocket::TensorType result;
  result.shape.assign(shape.begin(), shape.end());
  if (element.isF32())
    result.element = ElementType::F32;
  else if (element.isF64())
    result.element = ElementType::F64;
  else if (element.isF16())
    result.element = ElementType::F16;
  else if (element.isBF16())
    result.element = ElementType::BF16;
  else if (element.isInteger(1))
    result.element = ElementType::I1;
  else if (element.isInteger(8))
    result.element = ElementType::I8;
  else if (element.isInteger(32))
    result.element = ElementType::I32;
  else if (element.isInteger(64))
    result.element = ElementType::I64;
  else
    return failure();
  return result;
}
