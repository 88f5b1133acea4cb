//===- LinalgEmit.cpp - The ops that compute a linalg op's gradients ------===//

#include "LinalgAdjoint.h"

#include "ScalarRules.h"

#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
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
                               : tensor::getMixedSize(
                                     builder, adjoint.getLoc(), adjoint, dim));
      strides.push_back(builder.getIndexAttr(1));
    }
    return {offsets, sizes, strides};
  }

  Value primal;
  AffineMap map;
  SmallVector<int64_t> kept;
  bool whole = true;
};

/// One result of the op under construction.
struct Destination {
  LinalgLeaf leaf;
  Value contribution;       // in the body
  Value init;               // what the op writes to
  bool accumulates = false; // reads the init
  Value existing;           // an argument of the body to be added
  Value rest;               // of the gradient, where the op writes to a part
};

} // namespace

LogicalResult LinalgAdjoint::emit(AffineMap map, ArrayRef<LinalgLeaf> group) {
  Location loc = op.getLoc();
  std::unique_ptr<LinalgBody> body = copyBody();
  OpBuilder nested(rewriter.getContext());
  nested.setInsertionPointToEnd(&body->block());
  ScalarMath math(nested, loc);
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());

  DenseMap<Value, Value> gradients;
  for (const LinalgResult &result : results) {
    Value gradient = body->gradientOf[result.index];
    Value seeded =
        body->mapping.lookupOrDefault(yield.getOperand(result.index));
    if (result.combination == Combination::Extremum) {
      seeded = body->mapping.lookupOrDefault(result.candidate);
      Value chosen = math.compare(arith::CmpFPredicate::OEQ, seeded,
                                  body->primalOf[result.index]);
      gradient = math.select(chosen, gradient,
                             math.constant(gradient.getType(), 0.0));
    }
    gradients[seeded] = math.add(gradients.lookup(seeded), gradient);
  }
  SmallVector<Value> inBody;
  for (const LinalgLeaf &leaf : group)
    inBody.push_back(body->mapping.lookupOrDefault(leaf.inBody));
  if (failed(reverseBody(nested, body->ops, inBody, gradients)))
    return failure();

  // One destination for each target; extracts have one each.
  SmallVector<Destination> destinations;
  for (auto [leaf, value] : llvm::zip(group, inBody)) {
    Value contribution = gradients.lookup(value);
    if (!contribution)
      continue;
    Destination *same = leaf.extract
                            ? nullptr
                            : llvm::find_if(destinations, [&](auto &other) {
                                return !other.leaf.extract &&
                                       other.leaf.target == leaf.target;
                              });
    if (same && same != destinations.end())
      same->contribution = math.add(same->contribution, contribution);
    else
      destinations.push_back({leaf, contribution, {}, false, {}, {}});
  }

  auto finishExtract = [&](const LinalgLeaf &leaf, Value gradient) {
    auto extract = cast<tensor::ExtractOp>(leaf.extract);
    auto it = indices.find(extract);
    ValueRange told = it == indices.end() ? ValueRange(extract.getIndices())
                                          : ValueRange(it->second);
    scatterAdd(rewriter, adjoints, {op, extract, told, gradient, loops});
  };

  // A gradient that is passed on as it is needs no op.
  SmallVector<AffineExpr> loopsOfMap;
  for (AffineExpr expr : map.getResults())
    if (isa<AffineDimExpr>(expr))
      loopsOfMap.push_back(expr);
  bool full = loopsOfMap.size() == op.getNumLoops();
  llvm::erase_if(destinations, [&](Destination &destination) {
    if (!full || loopsOfMap.size() != map.getNumResults())
      return false;
    for (const LinalgResult &result : results) {
      if (result.combination == Combination::Extremum || result.map != map ||
          destination.contribution != body->gradientOf[result.index])
        continue;
      if (destination.leaf.extract)
        finishExtract(destination.leaf, result.gradient);
      else
        adjoints.add(rewriter, destination.leaf.target, result.gradient);
      return true;
    }
    return false;
  });
  if (destinations.empty())
    return success();

  SmallVector<Value> inits;
  for (Destination &destination : destinations) {
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
      if (full && reached.isWhole() && !inPlace) {
        destination.init = reached.empty(rewriter, loc);
        if (Value existing = adjoints.get(rewriter, target)) {
          body->inputs.push_back(reached.of(rewriter, existing));
          body->maps.push_back(
              AffineMap::get(op.getNumLoops(), 0, loopsOfMap,
                             rewriter.getContext()));
          destination.existing = body->block().addArgument(element, loc);
        }
      } else {
        destination.rest = adjoints.accumulator(rewriter, target);
        destination.init = reached.of(rewriter, destination.rest);
        destination.accumulates = true;
      }
    }
    inits.push_back(destination.init);
  }

  AffineMap initMap =
      AffineMap::get(op.getNumLoops(), 0, loopsOfMap, rewriter.getContext());
  FailureOr<linalg::GenericOp> generic =
      finish(*body, inits, initMap,
             [&](OpBuilder &, ValueRange partial) {
               SmallVector<Value> yielded;
               for (auto [destination, argument] :
                    llvm::zip(destinations, partial)) {
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
    if (destination.leaf.extract)
      finishExtract(destination.leaf, result);
    else if (!isa<ShapedType>(target.getType()))
      adjoints.add(rewriter, target,
                   tensor::ExtractOp::create(rewriter, loc, result,
                                             ValueRange{}));
    else
      adjoints.set(target, Reached(target, map)
                               .restore(rewriter, result, destination.rest));
  }
  return success();
}

linalg::LinalgOp hocket::nameContraction(RewriterBase &rewriter,
                                         linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !linalg::isaContractionOpInterface(op))
    return op;
  FailureOr<linalg::ContractionDimensions> dims = linalg::inferContractionDims(
      cast<linalg::LinalgOp>(op.getOperation()));
  if (failed(dims) || dims->batch.size() > 1 || dims->m.size() != 1 ||
      dims->n.size() != 1 || dims->k.size() != 1)
    return op;
  bool batched = dims->batch.size() == 1;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned rank = batched ? 3 : 2;
  for (AffineMap map : maps)
    if (map.getNumResults() != rank ||
        (batched && map.getDimPosition(0) != dims->batch[0]))
      return op;

  // The named ops write their result as it is: the first operand is the one
  // that has the result's rows.
  unsigned rows = maps[2].getDimPosition(batched ? 1 : 0);
  bool swap = rows != dims->m[0];
  unsigned columns = swap ? dims->m[0] : dims->n[0];
  unsigned first = batched ? 1 : 0;
  MLIRContext *context = op.getContext();
  auto renumber = [&](AffineMap map) {
    SmallVector<AffineExpr> exprs;
    for (unsigned i = 0; i < map.getNumResults(); ++i) {
      unsigned loop = map.getDimPosition(i);
      unsigned position = batched && i == 0  ? 0
                          : loop == rows     ? first
                          : loop == columns  ? first + 1
                                             : first + 2;
      exprs.push_back(getAffineDimExpr(position, context));
    }
    return AffineMapAttr::get(AffineMap::get(first + 3, 0, exprs, context));
  };
  Value lhs = op.getDpsInputs()[swap ? 1 : 0];
  Value rhs = op.getDpsInputs()[swap ? 0 : 1];
  Attribute newMaps[] = {renumber(maps[swap ? 1 : 0]),
                         renumber(maps[swap ? 0 : 1]), renumber(maps[2])};
  NamedAttribute attribute(rewriter.getStringAttr("indexing_maps"),
                           rewriter.getArrayAttr(newMaps));
  rewriter.setInsertionPoint(op);
  Operation *named;
  if (batched)
    named = linalg::BatchMatmulOp::create(
        rewriter, op.getLoc(), op->getResultTypes(), ValueRange{lhs, rhs},
        op.getDpsInits(), ArrayRef(attribute));
  else
    named = linalg::MatmulOp::create(rewriter, op.getLoc(),
                                     op->getResultTypes(), ValueRange{lhs, rhs},
                                     op.getDpsInits(), ArrayRef(attribute));
  rewriter.replaceOp(op, named);
  rewriter.setInsertionPointAfter(named);
  return cast<linalg::LinalgOp>(named);
}
