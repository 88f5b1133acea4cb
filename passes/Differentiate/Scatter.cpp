//===- Scatter.cpp - The gradient of reading at computed indices ----------===//

#include "ScalarRules.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hocket;

namespace {

/// An index that is a loop plus a constant.
struct Affine {
  int64_t loop = -1;
  int64_t offset = 0;
};

std::optional<Affine> matchAffine(Value index) {
  if (auto loop = index.getDefiningOp<linalg::IndexOp>())
    return Affine{int64_t(loop.getDim()), 0};
  Operation *sum = index.getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp>(sum))
    return std::nullopt;
  std::optional<Affine> lhs = matchAffine(sum->getOperand(0));
  std::optional<int64_t> rhs = getConstantIntValue(sum->getOperand(1));
  if (!lhs || !rhs)
    return std::nullopt;
  lhs->offset += isa<arith::AddIOp>(sum) ? *rhs : -*rhs;
  return lhs;
}

class Scatterer {
public:
  Scatterer(OpBuilder &builder, Adjoints &adjoints, const Scatter &scatter)
      : builder(builder), adjoints(adjoints), scatter(scatter), op(scatter.op),
        table(scatter.extract->getOperand(0)),
        type(cast<RankedTensorType>(table.getType())),
        loc(scatter.extract->getLoc()) {}

  void run() {
    if (addAsSlice())
      return;
    findRow();
    Value accumulator = adjoints.accumulator(builder, table);
    adjoints.set(table, loopOver(0, builder, accumulator));
  }

private:
  /// Extents that are both constant, or the same for all tokens.
  bool loopIsExtent(unsigned loop, int64_t dim) {
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [position, expr] : llvm::enumerate(map.getResults()))
        if (auto of = dyn_cast<AffineDimExpr>(expr);
            of && of.getPosition() == loop &&
            adjoints.sameExtent(operand.get(), position, table, dim))
          return true;
    }
    return false;
  }

  bool addAsSlice();
  void findRow();
  Value loopOver(unsigned loop, OpBuilder &at, Value accumulator);
  Value addAt(OpBuilder &at, Value accumulator);
  Value compute(OpBuilder &at, Value inBody, IRMapping &mapping);

  OpBuilder &builder;
  Adjoints &adjoints;
  const Scatter &scatter;
  linalg::GenericOp op;
  Value table;
  RankedTensorType type;
  Location loc;
  /// The trailing dimensions of the table whose index is a loop over all of
  /// them: loop for dimension, first dimension.
  SmallVector<int64_t> rowLoops;
  int64_t firstRowDim = 0;
  SmallVector<Value> variables; // of the loops; null for those of the row
};

/// Where every loop runs over one dimension of the table, with a constant
/// shift, the elements that are read are a slice of the loops: a concatenation
/// reads its operands so, under a condition that keeps it in bounds.
bool Scatterer::addAsSlice() {
  llvm::SmallBitVector seen(scatter.loops.size());
  SmallVector<OpFoldResult> offsets, sizes, strides;
  SmallVector<int64_t> dimOfLoop(scatter.loops.size(), -1);
  for (auto [dim, index] : llvm::enumerate(scatter.indices)) {
    std::optional<Affine> affine = matchAffine(index);
    if (!affine || seen.test(affine->loop))
      return false;
    seen.set(affine->loop);
    dimOfLoop[affine->loop] = dim;
    if (affine->offset == 0 && loopIsExtent(affine->loop, dim))
      continue;
    std::optional<int64_t> loopExtent =
        getConstantIntValue(scatter.loops[affine->loop]);
    if (!loopExtent || type.isDynamicDim(dim) || affine->offset > 0 ||
        type.getDimSize(dim) - affine->offset > *loopExtent)
      return false;
  }
  // The dimensions must come in the order of the loops.
  if (!seen.all() || !llvm::is_sorted(dimOfLoop))
    return false;
  bool whole = true;
  for (auto [dim, index] : llvm::enumerate(scatter.indices)) {
    Affine affine = *matchAffine(index);
    offsets.push_back(builder.getIndexAttr(-affine.offset));
    sizes.push_back(tensor::getMixedSize(builder, loc, table, dim));
    strides.push_back(builder.getIndexAttr(1));
    whole &= affine.offset == 0 && loopIsExtent(affine.loop, dim);
  }
  Value slice = scatter.gradient;
  if (!whole || slice.getType() != type)
    slice = tensor::ExtractSliceOp::create(builder, loc, type, slice, offsets,
                                           sizes, strides);
  adjoints.add(builder, table, slice);
  return true;
}

void Scatterer::findRow() {
  firstRowDim = type.getRank();
  llvm::SmallDenseSet<int64_t> used;
  while (firstRowDim > 0) {
    int64_t dim = firstRowDim - 1;
    std::optional<Affine> affine = matchAffine(scatter.indices[dim]);
    if (!affine || affine->offset != 0 || !loopIsExtent(affine->loop, dim) ||
        !used.insert(affine->loop).second)
      break;
    rowLoops.insert(rowLoops.begin(), affine->loop);
    --firstRowDim;
  }
  // A loop of the row must not steer the other indices.
  for (int64_t dim = 0; dim < firstRowDim; ++dim) {
    SmallVector<Value> worklist{scatter.extract->getOperand(1 + dim)};
    while (!worklist.empty()) {
      Value value = worklist.pop_back_val();
      Block *body = op.getBody();
      if (value.getParentBlock() != body)
        continue;
      auto steers = [&](int64_t loop) {
        auto argument = dyn_cast<BlockArgument>(value);
        if (!argument) {
          auto index = value.getDefiningOp<linalg::IndexOp>();
          return index && int64_t(index.getDim()) == loop;
        }
        AffineMap map = op.getIndexingMapsArray()[argument.getArgNumber()];
        return map.isFunctionOfDim(loop);
      };
      if (llvm::any_of(rowLoops, steers)) {
        rowLoops.clear();
        firstRowDim = type.getRank();
        return;
      }
      if (Operation *definition = value.getDefiningOp())
        llvm::append_range(worklist, definition->getOperands());
    }
  }
}

Value Scatterer::loopOver(unsigned loop, OpBuilder &at, Value accumulator) {
  if (loop == scatter.loops.size())
    return addAt(at, accumulator);
  if (llvm::is_contained(rowLoops, loop)) {
    variables.push_back({});
    Value result = loopOver(loop + 1, at, accumulator);
    variables.pop_back();
    return result;
  }
  Value zero = arith::ConstantIndexOp::create(at, loc, 0);
  Value one = arith::ConstantIndexOp::create(at, loc, 1);
  Value extent = getValueOrCreateConstantIndexOp(at, loc, scatter.loops[loop]);
  auto forOp =
      scf::ForOp::create(at, loc, zero, extent, one, ValueRange(accumulator));
  OpBuilder inner = OpBuilder::atBlockEnd(forOp.getBody());
  variables.push_back(forOp.getInductionVar());
  Value sum = loopOver(loop + 1, inner, forOp.getRegionIterArg(0));
  variables.pop_back();
  scf::YieldOp::create(inner, loc, sum);
  return forOp.getResult(0);
}

/// The value that `inBody`, a scalar of the op's body, has at these loops.
Value Scatterer::compute(OpBuilder &at, Value inBody, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(inBody))
    return known;
  if (inBody.getParentBlock() != op.getBody())
    return inBody;
  Value result;
  if (auto argument = dyn_cast<BlockArgument>(inBody)) {
    unsigned number = argument.getArgNumber();
    Value operand = op->getOperand(number);
    if (!isa<ShapedType>(operand.getType()))
      return operand;
    SmallVector<Value> indices;
    for (AffineExpr expr : op.getIndexingMapsArray()[number].getResults()) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        indices.push_back(variables[dim.getPosition()]);
      else
        indices.push_back(arith::ConstantIndexOp::create(
            at, loc, cast<AffineConstantExpr>(expr).getValue()));
    }
    result = tensor::ExtractOp::create(at, loc, operand, indices);
  } else if (auto index = inBody.getDefiningOp<linalg::IndexOp>()) {
    result = variables[index.getDim()];
  } else {
    Operation *definition = inBody.getDefiningOp();
    for (Value operand : definition->getOperands())
      mapping.map(operand, compute(at, operand, mapping));
    at.clone(*definition, mapping);
    return mapping.lookup(inBody);
  }
  mapping.map(inBody, result);
  return result;
}

Value Scatterer::addAt(OpBuilder &at, Value accumulator) {
  IRMapping mapping;
  SmallVector<OpFoldResult> offsets, sizes;
  SmallVector<Value> element;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (dim >= firstRowDim) {
      offsets.push_back(at.getIndexAttr(0));
      sizes.push_back(tensor::getMixedSize(at, loc, table, dim));
      continue;
    }
    // In bounds even where a condition keeps the gradient 0.
    Value index = compute(at, scatter.extract->getOperand(1 + dim), mapping);
    element.push_back(index);
    offsets.push_back(index);
    sizes.push_back(at.getIndexAttr(1));
  }
  if (rowLoops.empty()) {
    Value gradient =
        tensor::ExtractOp::create(at, loc, scatter.gradient, variables);
    Value old = tensor::ExtractOp::create(at, loc, accumulator, element);
    Value sum = arith::AddFOp::create(at, loc, old, gradient);
    return tensor::InsertOp::create(at, loc, sum, accumulator, element);
  }

  // A row at a time: contiguous, so that it is vectorized.
  SmallVector<OpFoldResult> from, fromSizes;
  SmallVector<int64_t> fromShape, rowShape;
  SmallVector<int64_t> loopOrder;
  auto gradientType = cast<RankedTensorType>(scatter.gradient.getType());
  for (int64_t loop = 0; loop < int64_t(scatter.loops.size()); ++loop) {
    if (variables[loop]) {
      from.push_back(variables[loop]);
      fromSizes.push_back(at.getIndexAttr(1));
      continue;
    }
    from.push_back(at.getIndexAttr(0));
    fromSizes.push_back(tensor::getMixedSize(at, loc, scatter.gradient, loop));
    fromShape.push_back(gradientType.getDimSize(loop));
    loopOrder.push_back(loop);
  }
  for (int64_t dim = firstRowDim; dim < type.getRank(); ++dim)
    rowShape.push_back(type.getDimSize(dim));
  SmallVector<OpFoldResult> strides(type.getRank(), at.getIndexAttr(1));
  SmallVector<OpFoldResult> fromStrides(from.size(), at.getIndexAttr(1));
  auto rowType = RankedTensorType::get(rowShape, type.getElementType());
  Value row = tensor::ExtractSliceOp::create(at, loc, rowType, accumulator,
                                             offsets, sizes, strides);
  Value gradient = tensor::ExtractSliceOp::create(
      at, loc, RankedTensorType::get(fromShape, type.getElementType()),
      scatter.gradient, from, fromSizes, fromStrides);
  SmallVector<AffineExpr> exprs;
  for (int64_t loop : loopOrder)
    exprs.push_back(at.getAffineDimExpr(
        std::distance(rowLoops.begin(), llvm::find(rowLoops, loop))));
  int64_t rank = rowShape.size();
  AffineMap maps[] = {AffineMap::get(rank, 0, exprs, at.getContext()),
                      at.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Value sum = linalg::GenericOp::create(
                  at, loc, TypeRange(rowType), ValueRange(gradient),
                  ValueRange(row), maps, iterators,
                  [](OpBuilder &nested, Location where, ValueRange arguments) {
                    Value value = arith::AddFOp::create(
                        nested, where, arguments[1], arguments[0]);
                    linalg::YieldOp::create(nested, where, value);
                  })
                  .getResult(0);
  return tensor::InsertSliceOp::create(at, loc, sum, accumulator, offsets,
                                       sizes, strides);
}

} // namespace

void hocket::scatterAdd(OpBuilder &builder, Adjoints &adjoints,
                        const Scatter &scatter) {
  Scatterer(builder, adjoints, scatter).run();
}
