//===- LinalgAdjoint.cpp - The gradients of a linalg op -------------------===//

#include "LinalgAdjoint.h"

#include "ScalarRules.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

/// Marks what stands for the partial result of a reduction, which no gradient
/// may read.
static constexpr StringLiteral kPartialResult = "hocket.partial_result";

LogicalResult LinalgAdjoint::makeGeneric() {
  if (!original.hasPureTensorSemantics())
    return original.emitOpError(
        "can be differentiated on tensors only; differentiate before "
        "bufferization");
  auto copy = cast<linalg::LinalgOp>(rewriter.clone(*original));
  op = dyn_cast<linalg::GenericOp>(copy.getOperation());
  if (!op) {
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, copy);
    if (failed(generic)) {
      rewriter.eraseOp(copy);
      return original.emitOpError("has no differentiation rule, since it has "
                                  "no generic form");
    }
    op = *generic;
  }
  rewriter.setInsertionPointAfter(op);
  return flattenConditionals(*op.getBody(), indices);
}

LogicalResult LinalgAdjoint::classify(LinalgResult &result) {
  if (op.getNumReductionLoops() == 0)
    return success();
  unsigned index = result.index;
  Value partial = op.getRegionOutputArgs()[index];
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  auto reject = [&](Operation *culprit) {
    InFlightDiagnostic diagnostic = original.emitOpError("result #")
                                    << index
                                    << " is reduced in a way that has no "
                                       "differentiation rule; sums, maxima and "
                                       "minima have one";
    diagnostic.attachNote(culprit->getLoc())
        << "combined here by " << culprit->getName();
    return diagnostic;
  };
  if (!partial.hasOneUse())
    return reject(partial.use_empty() ? yield.getOperation()
                                      : *partial.user_begin());
  Operation *user = *partial.user_begin();
  if (isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
          arith::MinNumFOp>(user)) {
    if (!user->getResult(0).hasOneUse() ||
        yield.getOperand(index) != user->getResult(0))
      return reject(user);
    result.combination = Combination::Extremum;
    result.candidate = user->getOperand(user->getOperand(0) == partial ? 1 : 0);
    result.primal = original->getResult(index);
    return success();
  }
  // Follow the partial sum through additions to the yield.
  Value sum = partial;
  while (sum.hasOneUse()) {
    user = *sum.user_begin();
    if (user == yield) {
      if (yield.getOperand(index) != sum)
        return reject(user);
      result.combination = Combination::Sum;
      return success();
    }
    bool adds = isa<arith::AddFOp>(user) ||
                (isa<arith::SubFOp>(user) && user->getOperand(0) == sum);
    if (!adds)
      return reject(user);
    sum = user->getResult(0);
  }
  return reject(sum.getDefiningOp());
}

LogicalResult LinalgAdjoint::classifyResults() {
  for (auto [index, value] : llvm::enumerate(original->getResults())) {
    if (!isFloat(value.getType()) || !adjoints.has(value))
      continue;
    LinalgResult result;
    result.index = index;
    result.map = op.getMatchingIndexingMap(op.getDpsInitOperand(index));
    result.gradient = adjoints.get(rewriter, value);
    if (failed(classify(result)))
      return failure();
    Value init = op.getDpsInits()[index];
    if (adjoints.isActive(init)) {
      if (result.combination == Combination::Extremum) {
        InFlightDiagnostic diagnostic = original.emitOpError(
            "is a maximum or minimum whose initial value needs a gradient, "
            "which has no differentiation rule; combine it with the initial "
            "value in an op of its own");
        diagnostic.attachNote(init.getLoc()) << "the initial value";
        return diagnostic;
      }
      if (result.combination == Combination::Sum)
        adjoints.add(rewriter, init, result.gradient);
    }
    results.push_back(result);
  }
  return success();
}

LogicalResult LinalgAdjoint::addLeaf(const LinalgLeaf &leaf) {
  llvm::SmallDenseSet<unsigned> seen;
  for (AffineExpr expr : leaf.map.getResults()) {
    if (isa<AffineConstantExpr>(expr))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (dim && seen.insert(dim.getPosition()).second)
      continue;
    InFlightDiagnostic diagnostic =
        original.emitOpError("reads an operand that "
                             "needs a gradient "
                             "through the map ")
        << AffineMapAttr::get(leaf.map)
        << ", which has no differentiation rule; "
           "each of its results must be another "
           "loop or a constant";
    diagnostic.attachNote(leaf.target.getLoc()) << "the operand";
    return diagnostic;
  }
  leaves.push_back(leaf);
  leaves.back().number = leaves.size() - 1;
  return success();
}

LogicalResult LinalgAdjoint::findLeaves() {
  for (OpOperand &operand : op->getOpOperands()) {
    bool elementwise = op.getNumReductionLoops() == 0;
    if ((op.isDpsInit(&operand) && !elementwise) ||
        !op.payloadUsesValueFromOperand(&operand) ||
        !adjoints.isActive(operand.get()))
      continue;
    LinalgLeaf leaf;
    leaf.target = operand.get();
    leaf.map = op.getMatchingIndexingMap(&operand);
    leaf.inBody = op.getMatchingBlockArgument(&operand);
    if (failed(addLeaf(leaf)))
      return failure();
  }
  MLIRContext *context = op.getContext();
  AffineMap toScalar = AffineMap::get(op.getNumLoops(), 0, context);
  DenseSet<Value> captured;
  for (Operation &inner : *op.getBody())
    for (Value value : inner.getOperands()) {
      if (value.getParentBlock() == op.getBody() || !adjoints.isActive(value))
        continue;
      LinalgLeaf leaf;
      leaf.target = value;
      if (!isa<ShapedType>(value.getType())) {
        if (!captured.insert(value).second)
          continue;
        leaf.map = toScalar;
        leaf.inBody = value;
      } else if (isa<tensor::ExtractOp>(inner)) {
        leaf.map = rewriter.getMultiDimIdentityMap(op.getNumLoops());
        leaf.inBody = inner.getResult(0);
        leaf.extract = &inner;
      } else if (llvm::any_of(inner.getResultTypes(), isFloat)) {
        return original.emitOpError("reads a tensor that needs a gradient by ")
               << inner.getName()
               << " in its body; only tensor.extract has a differentiation "
                  "rule "
                  "there";
      } else {
        continue;
      }
      if (failed(addLeaf(leaf)))
        return failure();
    }
  return success();
}

void LinalgAdjoint::findLoops() {
  loops.resize(op.getNumLoops());
  Location loc = op.getLoc();
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      // A static extent is better than one that must be asked for.
      if (dim && (!loops[dim.getPosition()] ||
                  !isa<Attribute>(loops[dim.getPosition()])))
        loops[dim.getPosition()] =
            tensor::getMixedSize(rewriter, loc, operand.get(), position);
    }
  }
}

/// The constant that all elements of `tensor` have by the op that made it.
static Value uniformValue(OpBuilder &builder, Value tensor) {
  DenseElementsAttr elements;
  if (matchPattern(tensor, m_Constant(&elements)) && elements.isSplat())
    return arith::ConstantOp::create(
        builder, tensor.getLoc(),
        cast<TypedAttr>(elements.getSplatValue<Attribute>()));
  auto producer = tensor.getDefiningOp<linalg::LinalgOp>();
  if (!producer || producer->getNumResults() != 1 ||
      producer.getNumReductionLoops() != 0)
    return {};
  Value yielded = producer.getBlock()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(yielded);
      argument && argument.getOwner() == producer.getBlock())
    yielded = producer->getOperand(argument.getArgNumber());
  bool isConstant = !isa<ShapedType>(yielded.getType()) &&
                    matchPattern(yielded, m_Constant()) &&
                    yielded.getParentBlock() != producer.getBlock();
  return isConstant ? yielded : Value();
}

std::unique_ptr<LinalgBody> LinalgAdjoint::copyBody() {
  auto body = std::make_unique<LinalgBody>();
  Block &block = body->region.emplaceBlock();
  Location loc = op.getLoc();
  auto addInput = [&](Value value, AffineMap map) -> Value {
    body->inputs.push_back(value);
    body->maps.push_back(map);
    return block.addArgument(getElementTypeOrSelf(value.getType()), loc);
  };
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value scalar = uniformValue(rewriter, operand->get());
    body->mapping.map(
        op.getMatchingBlockArgument(operand),
        scalar ? scalar
               : addInput(operand->get(), op.getMatchingIndexingMap(operand)));
  }
  bool elementwise = op.getNumReductionLoops() == 0;
  if (elementwise)
    for (OpOperand &operand : op.getDpsInitsMutable())
      if (op.payloadUsesValueFromOperand(&operand))
        body->mapping.map(
            op.getMatchingBlockArgument(&operand),
            addInput(operand.get(), op.getMatchingIndexingMap(&operand)));
  for (LinalgResult &result : results) {
    body->gradientOf[result.index] = addInput(result.gradient, result.map);
    if (result.primal)
      body->primalOf[result.index] = addInput(result.primal, result.map);
  }

  OpBuilder nested(rewriter.getContext());
  nested.setInsertionPointToEnd(&block);
  for (auto [index, argument] : llvm::enumerate(op.getRegionOutputArgs())) {
    if (body->mapping.contains(argument))
      continue;
    if (Value primal = body->primalOf.lookup(index)) {
      body->mapping.map(argument, primal);
      continue;
    }
    Operation *placeholder = arith::ConstantOp::create(
        nested, loc, nested.getZeroAttr(argument.getType()));
    placeholder->setDiscardableAttr(kPartialResult, nested.getUnitAttr());
    body->mapping.map(argument, placeholder->getResult(0));
  }
  for (Operation &inner : op.getBody()->without_terminator())
    body->ops.push_back(nested.clone(inner, body->mapping));
  return body;
}

FailureOr<linalg::GenericOp> LinalgAdjoint::finish(
    LinalgBody &body, ValueRange inits, AffineMap initMap,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, ValueRange)> yield) {
  Block &block = body.block();
  Location loc = op.getLoc();
  size_t numInputs = body.inputs.size();
  SmallVector<Value> partial;
  for (Value init : inits)
    partial.push_back(
        block.addArgument(getElementTypeOrSelf(init.getType()), loc));
  OpBuilder nested(rewriter.getContext());
  nested.setInsertionPointToEnd(&block);
  linalg::YieldOp::create(nested, loc, yield(nested, partial));
  eraseDeadOps(block);
  for (Operation &inner : block)
    if (inner.hasAttr(kPartialResult))
      return original.emitOpError("has a result whose gradient depends on the "
                                  "partial results of a reduction, which has "
                                  "no differentiation rule");

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  llvm::SmallBitVector covered(op.getNumLoops());
  auto cover = [&](AffineMap map) {
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        covered.set(dim.getPosition());
  };
  cover(initMap);
  size_t position = 0;
  for (size_t i = 0; i < numInputs; ++i) {
    if (block.getArgument(position).use_empty()) {
      block.eraseArgument(position);
      continue;
    }
    ++position;
    inputs.push_back(body.inputs[i]);
    maps.push_back(body.maps[i]);
    cover(body.maps[i]);
  }
  if (!covered.all()) {
    // Nothing that is read says how far the loops go.
    block.insertArgument(position, rewriter.getF32Type(), loc);
    inputs.push_back(
        tensor::EmptyOp::create(rewriter, loc, loops, rewriter.getF32Type()));
    maps.push_back(rewriter.getMultiDimIdentityMap(op.getNumLoops()));
  }
  maps.append(inits.size(), initMap);
  SmallVector<utils::IteratorType> iterators(op.getNumLoops(),
                                             utils::IteratorType::reduction);
  for (AffineExpr expr : initMap.getResults())
    iterators[cast<AffineDimExpr>(expr).getPosition()] =
        utils::IteratorType::parallel;
  auto result = linalg::GenericOp::create(rewriter, loc, inits.getTypes(),
                                          inputs, inits, maps, iterators);
  result.getRegion().takeBody(body.region);
  return result;
}

/// Divides the gradient of a maximum or minimum by the number of candidates
/// that are equal to it.
LogicalResult LinalgAdjoint::shareAmongTies(LinalgResult &result) {
  std::unique_ptr<LinalgBody> body = copyBody();
  Value zeros = adjoints.zeros(rewriter, result.primal);
  FailureOr<linalg::GenericOp> ties =
      finish(*body, zeros, result.map,
             [&](OpBuilder &nested, ValueRange partial) -> SmallVector<Value> {
               ScalarMath math(nested, op.getLoc());
               Value candidate =
                   body->mapping.lookupOrDefault(result.candidate);
               Type type = candidate.getType();
               Value tie = math.compare(arith::CmpFPredicate::OEQ, candidate,
                                        body->primalOf[result.index]);
               Value one = math.select(tie, math.constant(type, 1.0),
                                       math.constant(type, 0.0));
               return {math.add(partial[0], one)};
             });
  if (failed(ties))
    return failure();
  auto type = cast<RankedTensorType>(result.primal.getType());
  int64_t rank = type.getRank();
  SmallVector<AffineMap> maps(3, rewriter.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Location loc = op.getLoc();
  result.gradient =
      linalg::GenericOp::create(
          rewriter, loc, TypeRange(type),
          ValueRange{result.gradient, ties->getResult(0)},
          ValueRange(emptyLike(rewriter, loc, result.primal)), maps, iterators,
          [](OpBuilder &nested, Location at, ValueRange arguments) {
            Value share =
                arith::DivFOp::create(nested, at, arguments[0], arguments[1]);
            linalg::YieldOp::create(nested, at, share);
          })
          .getResult(0);
  return success();
}

LogicalResult LinalgAdjoint::run() {
  if (failed(makeGeneric()))
    return failure();
  LogicalResult done = [&]() -> LogicalResult {
    if (failed(classifyResults()) || failed(findLeaves()))
      return failure();
    if (results.empty() || leaves.empty())
      return success();
    findLoops();
    for (LinalgResult &result : results)
      if (result.combination == Combination::Extremum &&
          failed(shareAmongTies(result)))
        return failure();
    if (failed(findSums()))
      return failure();
    // One op for all that is read through the same map. Those over all loops
    // come first: others may be sums of them.
    llvm::MapVector<AffineMap, SmallVector<LinalgLeaf>> groups;
    for (bool full : {true, false})
      for (const LinalgLeaf &leaf : leaves)
        if (isFull(leaf.map) == full)
          groups[leaf.map].push_back(leaf);
    for (auto &[map, group] : groups) {
      SmallVector<LinalgLeaf> sums, others;
      for (const LinalgLeaf &leaf : group) {
        auto whole = sumOf.find(leaf.number);
        bool isSum = whole != sumOf.end() && own.contains(whole->second) &&
                     llvm::none_of(leaves, [&](const LinalgLeaf &other) {
                       return other.number != leaf.number &&
                              other.map == leaf.map &&
                              other.target == leaf.target;
                     });
        (isSum ? sums : others).push_back(leaf);
      }
      if (failed(emitSums(map, sums)) || failed(emit(map, others)))
        return failure();
    }
    return success();
  }();
  rewriter.eraseOp(op);
  return done;
}
