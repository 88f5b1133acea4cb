//===- ScalarBody.cpp - The reverse sweep over a body of scalars ----------===//

#include "ScalarRules.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace hocket;

bool hocket::isFloat(Type type) {
  return isa<FloatType>(getElementTypeOrSelf(type));
}

namespace {

LogicalResult flatten(scf::IfOp conditional,
                      DenseMap<Operation *, SmallVector<Value>> &indices) {
  if (conditional.getNumResults() == 0) {
    if (!isPure(conditional))
      return conditional.emitOpError("cannot be differentiated: it yields "
                                     "nothing but is not pure");
    conditional.erase();
    return success();
  }
  OpBuilder builder(conditional);
  Location loc = conditional.getLoc();
  Value condition = conditional.getCondition();
  for (Region *region :
       {&conditional.getThenRegion(), &conditional.getElseRegion()}) {
    bool isThen = region == &conditional.getThenRegion();
    for (Operation &op :
         llvm::make_early_inc_range(region->front().without_terminator())) {
      if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
        indices.try_emplace(&op, llvm::to_vector(extract.getIndices()));
        builder.setInsertionPoint(conditional);
        Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
        SmallVector<Value> safe;
        for (Value index : extract.getIndices())
          safe.push_back(arith::SelectOp::create(builder, loc, condition,
                                                 isThen ? index : zero,
                                                 isThen ? zero : index));
        extract.getIndicesMutable().assign(safe);
      } else if (!isPure(&op)) {
        return op.emitOpError("cannot be differentiated: it is not pure and "
                              "runs under a condition");
      }
      op.moveBefore(conditional);
    }
  }
  builder.setInsertionPoint(conditional);
  for (auto [result, ifTrue, ifFalse] :
       llvm::zip(conditional.getResults(), conditional.thenYield().getResults(),
                 conditional.elseYield().getResults()))
    result.replaceAllUsesWith(arith::SelectOp::create(
        builder, loc, conditional.getCondition(), ifTrue, ifFalse));
  conditional.erase();
  return success();
}

} // namespace

LogicalResult hocket::flattenConditionals(
    Block &block, DenseMap<Operation *, SmallVector<Value>> &indices) {
  // Innermost first: a conditional's body is then free of others.
  SmallVector<scf::IfOp> conditionals;
  block.walk<WalkOrder::PostOrder>(
      [&](scf::IfOp op) { conditionals.push_back(op); });
  for (scf::IfOp conditional : conditionals)
    if (failed(flatten(conditional, indices)))
      return failure();
  return success();
}

LogicalResult hocket::reverseBody(OpBuilder &builder, ArrayRef<Operation *> ops,
                                  ArrayRef<Value> leaves,
                                  DenseMap<Value, Value> &gradients) {
  DenseSet<Value> active(leaves.begin(), leaves.end());
  for (Operation *op : ops)
    if (llvm::any_of(op->getOperands(),
                     [&](Value v) { return active.contains(v); }))
      for (Value result : op->getResults())
        if (isFloat(result.getType()))
          active.insert(result);

  for (Operation *op : llvm::reverse(ops)) {
    if (op->getNumResults() == 0 ||
        llvm::none_of(op->getOperands(),
                      [&](Value v) { return active.contains(v); }))
      continue;
    if (op->getNumRegions() != 0 &&
        llvm::any_of(op->getResults(),
                     [&](Value v) { return gradients.contains(v); }))
      return op->emitOpError(
          "has no differentiation rule in the body of a linalg op");
    Value seed = gradients.lookup(op->getResult(0));
    if (!seed)
      continue;
    auto rule = dyn_cast<ScalarDifferentiableOpInterface>(op);
    if (!rule)
      return op->emitOpError("has no differentiation rule, and a gradient must "
                             "pass through it; write it with ops of arith and "
                             "math, or give it a "
                             "ScalarDifferentiableOpInterface");
    SmallVector<Value> contributions(op->getNumOperands());
    rule.buildScalarAdjoints(builder, seed, contributions);
    ScalarMath math(builder, op->getLoc());
    for (auto [operand, contribution] :
         llvm::zip(op->getOperands(), contributions))
      if (contribution && active.contains(operand))
        gradients[operand] = math.add(gradients.lookup(operand), contribution);
  }
  return success();
}

void hocket::eraseDeadOps(Block &block) {
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (op->use_empty() && isPure(op))
      op->erase();
}
