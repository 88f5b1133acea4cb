//===- Adjoints.cpp - The gradients of a reverse sweep --------------------===//

#include "Utils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hocket;

Value hocket::emptyLike(OpBuilder &builder, Location loc, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  return tensor::EmptyOp::create(builder, loc,
                                 tensor::getMixedSizes(builder, loc, like),
                                 type.getElementType());
}

Value hocket::zeroTensor(OpBuilder &builder, Location loc,
                         ArrayRef<OpFoldResult> sizes, Type element) {
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

Value hocket::addTensors(OpBuilder &builder, Location loc, Value accumulator,
                         Value contribution, bool inPlace) {
  auto type = cast<RankedTensorType>(accumulator.getType());
  int64_t rank = type.getRank();
  SmallVector<AffineMap> maps(inPlace ? 2 : 3,
                              builder.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  SmallVector<Value> inputs;
  if (!inPlace)
    inputs.push_back(accumulator);
  inputs.push_back(contribution);
  Value init = inPlace ? accumulator : emptyLike(builder, loc, accumulator);
  return linalg::GenericOp::create(
             builder, loc, TypeRange(type), inputs, ValueRange(init), maps,
             iterators,
             [&](OpBuilder &nested, Location at, ValueRange arguments) {
               Value lhs = inPlace ? arguments[1] : arguments[0];
               Value rhs = inPlace ? arguments[0] : arguments[1];
               Value sum = arith::AddFOp::create(nested, at, lhs, rhs);
               linalg::YieldOp::create(nested, at, sum);
             })
      .getResult(0);
}

bool Adjoints::has(Value primal) const {
  auto it = entries.find(primal);
  return it != entries.end() &&
         (it->second.dense || !it->second.slices.empty());
}

Value Adjoints::get(OpBuilder &builder, Value primal) {
  if (!has(primal))
    return {};
  Entry &entry = entries[primal];
  assemble(builder, primal, entry);
  return entry.dense;
}

void Adjoints::set(Value primal, Value adjoint) {
  Entry &entry = entries[primal];
  entry.dense = adjoint;
  entry.slices.clear();
}

void Adjoints::setAccumulator(Value primal, Value adjoint) {
  set(primal, adjoint);
  entries[primal].inPlace = true;
}

Value Adjoints::zeros(OpBuilder &builder, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  Location loc = like.getLoc();
  return zeroTensor(builder, loc, tensor::getMixedSizes(builder, loc, like),
                    type.getElementType());
}

bool Adjoints::sameExtent(Value lhs, int64_t lhsDim, Value rhs,
                          int64_t rhsDim) {
  int64_t left = cast<ShapedType>(lhs.getType()).getDimSize(lhsDim);
  int64_t right = cast<ShapedType>(rhs.getType()).getDimSize(rhsDim);
  if (!ShapedType::isDynamic(left) && !ShapedType::isDynamic(right))
    return left == right;
  FailureOr<SymbolicShape> leftShape = shapes.shapeOf(lhs);
  FailureOr<SymbolicShape> rightShape = shapes.shapeOf(rhs);
  return succeeded(leftShape) && succeeded(rightShape) &&
         (*leftShape)[lhsDim] == (*rightShape)[rhsDim];
}

/// If `primal` is a view of a value whose gradient lies in the caller's
/// accumulator, takes that gradient over as the view's, until `addView`.
bool Adjoints::borrow(OpBuilder &builder, Value primal) {
  auto view = primal.getDefiningOp<ReverseDifferentiableOpInterface>();
  if (!view || has(primal) || view->getNumOperands() == 0)
    return false;
  Value source = view->getOperand(0);
  if (!isActive(source))
    return false;
  borrow(builder, source);
  // Look `source` up anew after the recursion: the map may have grown.
  auto it = entries.find(source);
  if (it == entries.end() || !it->second.inPlace || !it->second.dense ||
      !it->second.slices.empty())
    return false;
  Value lent = view.viewAccumulator(builder, it->second.dense);
  if (!lent)
    return false;
  it->second.dense = {};
  it->second.inPlace = false;
  it->second.lentTo = primal;
  setAccumulator(primal, lent);
  return true;
}

bool Adjoints::isInPlace(OpBuilder &builder, Value primal) {
  borrow(builder, primal);
  auto it = entries.find(primal);
  return it != entries.end() && it->second.inPlace;
}

Value Adjoints::accumulator(OpBuilder &builder, Value primal) {
  borrow(builder, primal);
  if (Value adjoint = get(builder, primal))
    return adjoint;
  return zeros(builder, primal);
}

void Adjoints::add(OpBuilder &builder, Value primal, Value contribution) {
  borrow(builder, primal);
  Value adjoint = get(builder, primal);
  if (!adjoint)
    return set(primal, contribution);
  Location loc = contribution.getLoc();
  if (!isa<ShapedType>(primal.getType()))
    return set(primal,
               arith::AddFOp::create(builder, loc, adjoint, contribution));
  set(primal,
      addTensors(builder, loc, adjoint, contribution, entries[primal].inPlace));
}

void Adjoints::addView(OpBuilder &builder, Value primal, Value view,
                       Value contribution) {
  Entry &entry = entries[primal];
  if (entry.lentTo != view)
    return add(builder, primal, contribution);
  // The accumulator comes back; what was added meanwhile goes into it.
  entry.lentTo = {};
  Value meanwhile = has(primal) ? get(builder, primal) : Value();
  setAccumulator(primal, contribution);
  if (meanwhile)
    add(builder, primal, meanwhile);
}

void Adjoints::addSlice(OpBuilder &builder, Value primal, Value contribution,
                        ArrayRef<OpFoldResult> offsets,
                        ArrayRef<OpFoldResult> sizes,
                        ArrayRef<OpFoldResult> strides) {
  borrow(builder, primal);
  entries[primal].slices.push_back({contribution, llvm::to_vector(offsets),
                                    llvm::to_vector(sizes),
                                    llvm::to_vector(strides)});
}

namespace {

/// The dimension along which both slices are static, of unit stride and
/// disjoint; none if they may overlap.
std::optional<int64_t> disjointDim(ArrayRef<OpFoldResult> offsets,
                                   ArrayRef<OpFoldResult> sizes,
                                   ArrayRef<OpFoldResult> otherOffsets,
                                   ArrayRef<OpFoldResult> otherSizes) {
  for (size_t dim = 0; dim < offsets.size(); ++dim) {
    std::optional<int64_t> begin = getConstantIntValue(offsets[dim]);
    std::optional<int64_t> size = getConstantIntValue(sizes[dim]);
    std::optional<int64_t> otherBegin = getConstantIntValue(otherOffsets[dim]);
    std::optional<int64_t> otherSize = getConstantIntValue(otherSizes[dim]);
    if (begin && size && otherBegin && otherSize &&
        (*begin + *size <= *otherBegin || *otherBegin + *otherSize <= *begin))
      return dim;
  }
  return std::nullopt;
}

} // namespace

void Adjoints::assemble(OpBuilder &builder, Value primal, Entry &entry) {
  if (entry.slices.empty())
    return;
  SmallVector<Slice> slices = std::move(entry.slices);
  entry.slices.clear();
  auto type = cast<RankedTensorType>(primal.getType());
  Location loc = slices.front().value.getLoc();
  bool fresh = !entry.dense;

  auto unitStrides = [](const Slice &slice) {
    return llvm::all_of(slice.strides, [](OpFoldResult stride) {
      return getConstantIntValue(stride) == 1;
    });
  };
  bool disjoint = fresh && llvm::all_of(slices, unitStrides);
  for (size_t i = 0; i < slices.size() && disjoint; ++i)
    for (size_t j = 0; j < i && disjoint; ++j)
      disjoint = disjointDim(slices[i].offsets, slices[i].sizes,
                             slices[j].offsets, slices[j].sizes)
                     .has_value();

  // Disjoint slices that together hold as many elements as the tensor leave
  // none out. Extents that are not constant must be whole.
  auto covered = [&]() {
    int64_t total = 0, whole = 1;
    SmallVector<OpFoldResult> extents =
        tensor::getMixedSizes(builder, loc, primal);
    FailureOr<SymbolicShape> shape = shapes.shapeOf(primal);
    for (int64_t extent : type.getShape())
      if (!ShapedType::isDynamic(extent))
        whole *= extent;
    for (const Slice &slice : slices) {
      int64_t elements = 1;
      for (auto [dim, size] : llvm::enumerate(slice.sizes)) {
        if (!type.isDynamicDim(dim)) {
          std::optional<int64_t> constant = getConstantIntValue(size);
          if (!constant)
            return false;
          elements *= *constant;
          continue;
        }
        FailureOr<SizeExpr> extent = shapes.valueOf(size);
        if (failed(shape) || failed(extent) || *extent != (*shape)[dim])
          return false;
      }
      total += elements;
    }
    return total == whole;
  };

  if (fresh)
    entry.dense = disjoint && covered() ? emptyLike(builder, loc, primal)
                                        : zeros(builder, primal);
  for (Slice &slice : slices) {
    Value value = slice.value;
    if (!disjoint) {
      auto partType = cast<RankedTensorType>(value.getType());
      Value part = tensor::ExtractSliceOp::create(builder, loc, partType,
                                                  entry.dense, slice.offsets,
                                                  slice.sizes, slice.strides);
      value = addTensors(builder, loc, part, value, /*inPlace=*/true);
    }
    entry.dense = tensor::InsertSliceOp::create(builder, loc, value,
                                                entry.dense, slice.offsets,
                                                slice.sizes, slice.strides);
  }
}
