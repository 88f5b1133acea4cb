//===- TokenLocalityLinalg.cpp - Tokens in linalg ops and scalar code -----===//

#include "TokenLocality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hocket;

/// Scalar code, or an element-wise op on tensors, of values some of which are
/// sums over tokens: what it gives for the parts must add up to what it gives
/// for the whole.
LogicalResult TokenLocality::checkLinear(Operation *op) {
  Type type = op->getResult(0).getType();
  auto give = [&](Kind kind) {
    kinds[op->getResult(0)] = kind;
    return success();
  };
  // Sizes are not data before they are converted.
  if (type.isIndex())
    return give(Kind::Sum);
  auto adds = [&](Value value) {
    return kindOf(value) == Kind::Sum || kindOf(value) == Kind::Zero;
  };
  auto isSame = [&](Value value) {
    return kindOf(value) == Kind::Same || kindOf(value) == Kind::Zero;
  };
  bool isLinear =
      TypeSwitch<Operation *, bool>(op)
          .Case<arith::AddFOp, arith::AddIOp, arith::SubFOp, arith::SubIOp>(
              [&](auto) { return llvm::all_of(op->getOperands(), adds); })
          .Case<arith::MulFOp, arith::MulIOp>([&](auto) {
            return isSame(op->getOperand(0)) != isSame(op->getOperand(1)) &&
                   (adds(op->getOperand(0)) || adds(op->getOperand(1)));
          })
          .Case<arith::DivFOp>([&](arith::DivFOp div) {
            return adds(div.getLhs()) && isSame(div.getRhs());
          })
          .Case<arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp,
                arith::UIToFPOp, arith::ExtSIOp, arith::ExtUIOp,
                arith::TruncIOp>([](auto) { return true; })
          .Case<arith::IndexCastOp, arith::IndexCastUIOp>([&](auto cast) {
            Value from = cast.getIn();
            return !from.getType().isIndex() || countsTokens(from);
          })
          .Default([](Operation *) { return false; });
  if (isLinear)
    return give(Kind::Sum);
  return fail(op, "computes of a sum over tokens what parts of the sum do not "
                  "add up to");
}

/// A linalg op without tokens that reads sums over tokens.
LogicalResult TokenLocality::checkLinear(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  for (OpOperand &operand : op->getOpOperands())
    kinds[op.getMatchingBlockArgument(&operand)] = kindOf(operand.get());
  for (Operation &scalar : body->without_terminator())
    if (llvm::any_of(scalar.getOperands(),
                     [&](Value v) { return kindOf(v) == Kind::Sum; }))
      if (scalar.getNumResults() != 1 || failed(checkLinear(&scalar)))
        return failure();
  for (auto [result, yielded] :
       llvm::zip(op->getResults(), body->getTerminator()->getOperands()))
    kinds[result] = kindOf(yielded);
  return success();
}

/// What the body of the op reads by itself: elements of its own token only,
/// which `loop` runs over, and not the number of the token, which is another
/// one on a rank.
LogicalResult TokenLocality::checkReads(linalg::LinalgOp op,
                                        std::optional<unsigned> loop) {
  Operation *fault = nullptr;
  auto isToken = [&](Value index) {
    auto own = index.getDefiningOp<linalg::IndexOp>();
    return own && loop && own.getDim() == *loop;
  };
  op->walk([&](Operation *inner) {
    if (inner == op.getOperation())
      return;
    for (OpOperand &operand : inner->getOpOperands()) {
      Value value = operand.get();
      auto extract = dyn_cast<tensor::ExtractOp>(inner);
      if (isToken(value)) {
        bool reads =
            extract && operand.getOperandNumber() > 0 &&
            tokenDimOf(extract.getTensor()) == operand.getOperandNumber() - 1;
        if (!reads)
          fault = inner;
      } else if (kindOf(value) == Kind::Tokens &&
                 value.getParentRegion() != inner->getParentRegion()) {
        std::optional<unsigned> dim = tokenDimOf(value);
        bool isOwn = extract && dim && isToken(extract.getIndices()[*dim]);
        if (!isOwn && !isa<tensor::DimOp>(inner))
          fault = inner;
      } else if (kindOf(value) == Kind::Sum &&
                 value.getParentRegion() != inner->getParentRegion()) {
        fault = inner;
      }
    }
  });
  if (!fault)
    return success();
  return fail(fault, "reads other tokens than its own, or their number");
}

/// A reduction over tokens: adds something of each of them to sums.
LogicalResult TokenLocality::checkAdditive(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  for (auto [number, init] : llvm::enumerate(op.getDpsInits())) {
    if (kindOf(init) != Kind::Zero && kindOf(init) != Kind::Sum)
      return fail(op, "begins a sum over tokens with something else than zero");
    BlockArgument sum =
        op.getMatchingBlockArgument(op.getDpsInitOperand(number));
    Operation *last = body->getTerminator()->getOperand(number).getDefiningOp();
    if (!last || !isa<arith::AddFOp, arith::AddIOp>(last) ||
        !llvm::is_contained(last->getOperands(), sum) || !sum.hasOneUse())
      return fail(op, "reduces over the tokens otherwise than by a sum");
    kinds[op->getResult(number)] = Kind::Sum;
  }
  return success();
}

LogicalResult TokenLocality::checkLinalg(linalg::LinalgOp op) {
  std::optional<unsigned> loop;
  bool sums = false;
  for (OpOperand &operand : op->getOpOperands()) {
    sums |= kindOf(operand.get()) == Kind::Sum && !op.isDpsInit(&operand);
    std::optional<unsigned> dim = tokenDimOf(operand.get());
    if (!dim)
      continue;
    auto expr = dyn_cast<AffineDimExpr>(
        op.getMatchingIndexingMap(&operand).getResult(*dim));
    if (!expr || (loop && expr.getPosition() != *loop))
      return fail(op, "reads or writes tokens otherwise than one by one");
    loop = expr.getPosition();
  }
  if (!loop) {
    if (failed(checkReads(op, loop)))
      return failure();
    if (sums)
      return checkLinear(op);
    bool isCopyOfZero =
        llvm::hasSingleElement(op.getBlock()->getOperations()) &&
        llvm::all_of(op.getDpsInputs(),
                     [&](Value v) { return kindOf(v) == Kind::Zero; });
    if (isCopyOfZero)
      for (Value result : op->getResults())
        kinds[result] = Kind::Zero;
    return success();
  }

  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<unsigned> dim = tokenDimOf(operand.get());
    for (auto [number, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (expr.isFunctionOfDim(*loop) && dim != number)
        return fail(op, "reads or writes tokens otherwise than one by one");
  }
  if (sums)
    return fail(op, "gives a sum over tokens back to tokens");
  if (failed(checkReads(op, loop)))
    return failure();
  if (op.getIteratorTypesArray()[*loop] == utils::IteratorType::reduction)
    return checkAdditive(op);
  for (Value result : op->getResults())
    if (kindOf(result) != Kind::Tokens)
      return fail(op, "gives one value for all tokens");
  return success();
}
