//===- LinalgEmit.cpp - The ops that compute a linalg op's gradients ------===//

#include "LinalgAdjoint.h"

#include "ScalarRules.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

namespace {

/// The part of a gradient that an indexing map reaches: the dimensions of the
/// tensor whose index is constant are left out.
class Reached {
public:
  Reached(Value primal, AffineMap map) : primal(primal), map(map) {
    auto type = cast<RankedTensorType>(primal.getType());
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      auto constant = dyn_cast<AffineConstantExpr>(expr);
      if (!constant) {
        kept.push_back(dim);
        continue;
      }
      whole &= constant.getValue() == 0 && type.getDimSize(dim) == 1;
    }
  }

  /// No other elements than those that are reached.
  bool isWhole() const { return whole; }

  Value of(OpBuilder &builder, Value adjoint) const {
    if (kept.size() == map.getNumResults())
      return adjoint;
    Location loc = adjoint.getLoc();
    if (whole)
      return tensor::CollapseShapeOp::create(builder, loc, type(), adjoint,
                                             groups());
    auto [offsets, sizes, strides] = slice(builder, adjoint);
    return tensor::ExtractSliceOp::create(builder, loc, type(), adjoint,
                                          offsets, sizes, strides);
  }

  Value empty(OpBuilder &builder, Location loc) const {
    SmallVector<OpFoldResult> sizes;
    for (int64_t dim : kept)
      sizes.push_back(tensor::getMixedSize(builder, loc, primal, dim));
    return tensor::EmptyOp::create(builder, loc, sizes,
                                   getElementTypeOrSelf(primal.getType()));
  }

  /// The gradient with `part` where it is reached; `adjoint` is the rest.
  Value restore(OpBuilder &builder, Value part, Value adjoint) const {
    if (kept.size() == map.getNumResults())
      return part;
    Location loc = part.getLoc();
    if (whole)
      return tensor::ExpandShapeOp::create(
          builder, loc, primal.getType(), part, groups(),
          tensor::getMixedSizes(builder, loc, primal));
    auto [offsets, sizes, strides] = slice(builder, adjoint);
    return tensor::InsertSliceOp::create(builder, loc, part, adjoint, offsets,
                                         sizes, strides);
  }

private:
  RankedTensorType type() const {
    auto full = cast<RankedTensorType>(primal.getType());
    SmallVector<int64_t> shape;
    for (int64_t dim : kept)
      shape.push_back(full.getDimSize(dim));
    return RankedTensorType::get(shape, full.getElementType());
  }

  /// Each kept dimension with the unit dimensions before it.
  SmallVector<ReassociationIndices> groups() const {
    SmallVector<ReassociationIndices> result(kept.size());
    if (kept.empty())
      return result;
    size_t group = 0;
    for (int64_t dim = 0; dim < int64_t(map.getNumResults()); ++dim) {
      if (group + 1 < kept.size() && dim > kept[group])
        ++group;
      result[group].push_back(dim);
    }
    return result;
  }

  std::tuple<SmallVector<OpFoldResult>, SmallVector<OpFoldResult>,
             SmallVector<OpFoldResult>>
  slice(OpBuilder &builder, Value adjoint) const {
    SmallVector<OpFoldResult> offsets, sizes, strides;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      auto constant = dyn_cast<AffineConstantExpr>(expr);
      offsets.push_back(
          builder.getIndexAttr(constant ? constant.getValue() : 0));
      sizes.push_back(constant ? OpFoldResult(builder.getIndexAttr(1))
                               : tensor::getMixedSize(builder, adjoint.getLoc(),
                                                      adjoint, dim));
      strides.push_back(builder.getIndexAttr(1));
    }
    return {offsets, sizes, strides};
  }

  Value primal;
  AffineMap map;
  SmallVector<int64_t> kept;
  bool whole = true;
};

} // namespace

/// The loops that `map` names: where the op writes to, constants left out.
static AffineMap loopsOf(AffineMap map) {
  SmallVector<AffineExpr> exprs;
  for (AffineExpr expr : map.getResults())
    if (isa<AffineDimExpr>(expr))
      exprs.push_back(expr);
  return AffineMap::get(map.getNumDims(), 0, exprs, map.getContext());
}

bool LinalgAdjoint::isFull(AffineMap map) const {
  return loopsOf(map).getNumResults() == loops.size();
}

FailureOr<DenseMap<Value, Value>>
LinalgAdjoint::sweep(LinalgBody &body, ArrayRef<LinalgLeaf> group) {
  OpBuilder nested(rewriter.getContext());
  nested.setInsertionPointToEnd(&body.block());
  ScalarMath math(nested, op.getLoc());
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  DenseMap<Value, Value> gradients;
  for (const LinalgResult &result : results) {
    Value gradient = body.gradientOf[result.index];
    Value seeded = body.mapping.lookupOrDefault(yield.getOperand(result.index));
    if (result.combination == Combination::Extremum) {
      seeded = body.mapping.lookupOrDefault(result.candidate);
      Value chosen = math.compare(arith::CmpFPredicate::OEQ, seeded,
                                  body.primalOf[result.index]);
      gradient =
          math.select(chosen, gradient, math.constant(gradient.getType(), 0.0));
    }
    gradients[seeded] = math.add(gradients.lookup(seeded), gradient);
  }
  SmallVector<Value> inBody;
  for (const LinalgLeaf &leaf : group)
    inBody.push_back(body.mapping.lookupOrDefault(leaf.inBody));
  if (failed(reverseBody(nested, body.ops, inBody, gradients)))
    return failure();
  return gradients;
}

LogicalResult LinalgAdjoint::findSums() {
  std::unique_ptr<LinalgBody> body = copyBody();
  FailureOr<DenseMap<Value, Value>> gradients = sweep(*body, leaves);
  if (failed(gradients))
    return failure();
  auto contribution = [&](const LinalgLeaf &leaf) {
    return gradients->lookup(body->mapping.lookupOrDefault(leaf.inBody));
  };
  for (const LinalgLeaf &part : leaves) {
    Value value = contribution(part);
    // What is passed on as it is costs nothing to pass on again.
    if (!value || isa<BlockArgument>(value) || part.extract || isFull(part.map))
      continue;
    for (const LinalgLeaf &whole : leaves)
      if (!whole.extract && isFull(whole.map) && contribution(whole) == value)
        sumOf[part.number] = whole.number;
  }
  return success();
}

void LinalgAdjoint::scatter(const LinalgLeaf &leaf, Value gradient) {
  auto extract = cast<tensor::ExtractOp>(leaf.extract);
  auto it = indices.find(extract);
  ValueRange told = it == indices.end() ? ValueRange(extract.getIndices())
                                        : ValueRange(it->second);
  scatterAdd(rewriter, adjoints, {op, extract, told, gradient, loops});
}

LogicalResult LinalgAdjoint::emit(AffineMap map, ArrayRef<LinalgLeaf> group) {
  if (group.empty())
    return success();
  std::unique_ptr<LinalgBody> body = copyBody();
  FailureOr<DenseMap<Value, Value>> gradients = sweep(*body, group);
  if (failed(gradients))
    return failure();
  OpBuilder nested(rewriter.getContext());
  nested.setInsertionPointToEnd(&body->block());
  ScalarMath math(nested, op.getLoc());

  // One destination for each target; extracts have one each.
  SmallVector<LinalgDestination> destinations;
  for (const LinalgLeaf &leaf : group) {
    Value contribution =
        gradients->lookup(body->mapping.lookupOrDefault(leaf.inBody));
    if (!contribution)
      continue;
    auto same = llvm::find_if(destinations, [&](LinalgDestination &other) {
      return !leaf.extract && !other.leaf.extract &&
             other.leaf.target == leaf.target;
    });
    if (same != destinations.end())
      same->contribution = math.add(same->contribution, contribution);
    else
      destinations.push_back({leaf, contribution, {}, false, {}, {}});
  }

  // A gradient that is passed on as it is needs no op.
  llvm::erase_if(destinations, [&](LinalgDestination &destination) {
    if (!isFull(map) || loopsOf(map) != map)
      return false;
    for (const LinalgResult &result : results) {
      if (result.combination == Combination::Extremum || result.map != map ||
          destination.contribution != body->gradientOf[result.index])
        continue;
      if (destination.leaf.extract)
        scatter(destination.leaf, result.gradient);
      else
        adjoints.add(rewriter, destination.leaf.target, result.gradient);
      return true;
    }
    return false;
  });
  return write(*body, map, destinations);
}

LogicalResult LinalgAdjoint::emitSums(AffineMap map,
                                      ArrayRef<LinalgLeaf> group) {
  LinalgBody body;
  Block &block = body.region.emplaceBlock();
  SmallVector<LinalgDestination> destinations;
  for (const LinalgLeaf &leaf : group) {
    Value whole = own[sumOf[leaf.number]];
    body.inputs.push_back(whole);
    body.maps.push_back(leaves[sumOf[leaf.number]].map);
    Value argument =
        block.addArgument(getElementTypeOrSelf(whole.getType()), op.getLoc());
    destinations.push_back({leaf, argument, {}, false, {}, {}});
  }
  return write(body, map, destinations);
}

LogicalResult
LinalgAdjoint::write(LinalgBody &body, AffineMap map,
                     MutableArrayRef<LinalgDestination> destinations) {
  if (destinations.empty())
    return success();
  Location loc = op.getLoc();
  AffineMap initMap = loopsOf(map);
  SmallVector<Value> inits;
  for (LinalgDestination &destination : destinations) {
    Value target = destination.leaf.target;
    Type element = getElementTypeOrSelf(target.getType());
    if (destination.leaf.extract) {
      destination.init = tensor::EmptyOp::create(rewriter, loc, loops, element);
    } else if (!isa<ShapedType>(target.getType())) {
      destination.init = zeroTensor(rewriter, loc, {}, element);
      destination.accumulates = true;
    } else {
      Reached reached(target, map);
      bool inPlace = adjoints.isInPlace(rewriter, target);
      if (isFull(map) && reached.isWhole() && !inPlace) {
        destination.init = reached.empty(rewriter, loc);
        if (Value existing = adjoints.get(rewriter, target)) {
          body.inputs.push_back(reached.of(rewriter, existing));
          body.maps.push_back(initMap);
          destination.existing = body.block().addArgument(element, loc);
        }
      } else {
        destination.rest = adjoints.accumulator(rewriter, target);
        destination.init = reached.of(rewriter, destination.rest);
        destination.accumulates = true;
      }
    }
    inits.push_back(destination.init);
  }

  FailureOr<linalg::GenericOp> generic =
      finish(body, inits, initMap, [&](OpBuilder &nested, ValueRange partial) {
        ScalarMath math(nested, loc);
        SmallVector<Value> yielded;
        for (auto [destination, argument] : llvm::zip(destinations, partial)) {
          Value value = destination.contribution;
          if (destination.accumulates)
            value = math.add(argument, value);
          else if (destination.existing)
            value = math.add(destination.existing, value);
          yielded.push_back(value);
        }
        return yielded;
      });
  if (failed(generic))
    return failure();
  linalg::LinalgOp created = nameContraction(rewriter, *generic);
  for (auto [destination, result] :
       llvm::zip(destinations, created->getResults())) {
    Value target = destination.leaf.target;
    if (destination.leaf.extract) {
      scatter(destination.leaf, result);
    } else if (!isa<ShapedType>(target.getType())) {
      adjoints.add(
          rewriter, target,
          tensor::ExtractOp::create(rewriter, loc, result, ValueRange{}));
    } else {
      adjoints.set(
          target,
          Reached(target, map).restore(rewriter, result, destination.rest));
      bool merged = llvm::count_if(leaves, [&](const LinalgLeaf &leaf) {
                      return leaf.target == target;
                    }) > 1;
      if (!merged && !destination.accumulates && !destination.existing &&
          initMap == map)
        own[destination.leaf.number] = result;
    }
  }
  return success();
}
