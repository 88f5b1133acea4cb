//===- RowLoops.cpp - The loop nest of a linalg op on buffers -------------===//

#include "RowLoops.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace hocket;
using linalg::LinalgOp;

static OpFoldResult multiply(OpBuilder &builder, Location loc, OpFoldResult a,
                             OpFoldResult b) {
  auto x = getConstantIntValue(a), y = getConstantIntValue(b);
  if (x && y)
    return builder.getIndexAttr(*x * *y);
  return arith::MulIOp::create(builder, loc,
                               getValueOrCreateConstantIndexOp(builder, loc, a),
                               getValueOrCreateConstantIndexOp(builder, loc, b))
      .getResult();
}

FailureOr<RowLoops> RowLoops::create(OpBuilder &builder, LinalgOp op) {
  RowLoops result;
  result.op = op;
  result.extents = loopExtents(builder, op);
  if (result.extents.empty() ||
      llvm::is_contained(result.extents, OpFoldResult()))
    return failure();
  for (OpOperand &operand : op->getOpOperands()) {
    result.accesses.emplace_back();
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    FailureOr<StridedAccess> access =
        StridedAccess::create(builder, op.getLoc(), operand.get(),
                              op.getMatchingIndexingMap(&operand));
    if (failed(access))
      return failure();
    result.accesses.back() = *access;
  }
  SmallVector<memref::LoadOp> loads;
  op->walk([&](memref::LoadOp load) { loads.push_back(load); });
  for (memref::LoadOp load : loads) {
    auto identity = AffineMap::getMultiDimIdentityMap(
        load.getMemRefType().getRank(), builder.getContext());
    FailureOr<StridedAccess> access = StridedAccess::create(
        builder, load.getLoc(), load.getMemRef(), identity);
    if (failed(access))
      return failure();
    result.loads.try_emplace(load, *access);
  }

  SmallVector<RowLoop> loops;
  for (auto [loop, iterator] : llvm::enumerate(op.getIteratorTypesArray()))
    if (!isConstantIntValue(result.extents[loop], 1))
      loops.push_back({unsigned(loop), unsigned(loop), result.extents[loop],
                       iterator == utils::IteratorType::reduction});
  if (loops.empty()) // a single iteration: a vector of one lane
    loops.push_back({0, 0, builder.getIndexAttr(1), false});
  result.mergeLoops(builder, loops);
  result.chooseVectorLoop(loops);
  return result;
}

void RowLoops::mergeLoops(OpBuilder &builder, SmallVector<RowLoop> &loops) {
  llvm::SmallDenseSet<unsigned> indexed;
  op->walk(
      [&](linalg::IndexOp index) { indexed.insert(unsigned(index.getDim())); });
  auto areOne = [&](const RowLoop &a, const RowLoop &b) {
    return a.isReduction == b.isReduction && !indexed.contains(a.inner) &&
           !indexed.contains(b.inner) &&
           llvm::all_of(accesses, [&](const std::optional<StridedAccess> &x) {
             return !x || x->isNested(a.inner, b.outer);
           });
  };
  auto mergeOnce = [&] {
    for (RowLoop &a : loops)
      for (RowLoop &b : loops)
        if (&a != &b && areOne(a, b)) {
          b.extent = multiply(builder, op.getLoc(), a.extent, b.extent);
          b.outer = a.outer;
          loops.erase(&a);
          return true;
        }
    return false;
  };
  while (mergeOnce())
    ;
}

/// Steps for 16 iterations of `loop`, in rough units of one vector access.
int64_t RowLoops::costOf(const RowLoop &loop) {
  constexpr int64_t kWidth = 16, kStrided = 12;
  int64_t cost = 0;
  for (const std::optional<StridedAccess> &access : accesses)
    if (access && !access->isInvariant(loop.inner))
      cost += access->isContiguous(loop.inner) ? 1 : kStrided;
  findVarying(loop);
  vector = loop;
  for (auto &[load, access] : loads) {
    auto indices = cast<memref::LoadOp>(load).getIndices();
    bool any =
        llvm::any_of(indices, [&](Value index) { return varies(index); });
    bool onlyLast = llvm::none_of(indices.drop_back(),
                                  [&](Value index) { return varies(index); }) &&
                    isLaneIndex(indices.back()) &&
                    access.isContiguous(unsigned(indices.size()) - 1);
    if (any)
      cost += onlyLast ? 1 : kStrided;
  }
  // Vectors combined at the end cost a little more than vectors stored.
  cost = 4 * std::max<int64_t>(cost, 1) + (loop.isReduction ? 1 : 0);
  int64_t lanes = getConstantIntValue(loop.extent).value_or(kWidth);
  return cost * kWidth / std::min(lanes, kWidth);
}

void RowLoops::chooseVectorLoop(ArrayRef<RowLoop> loops) {
  size_t best = 0;
  int64_t bestCost = std::numeric_limits<int64_t>::max();
  for (size_t i = 0; i < loops.size(); ++i)
    if (int64_t cost = costOf(loops[i]); cost <= bestCost) {
      best = i;
      bestCost = cost;
    }
  vector = loops[best];
  for (bool reductions : {false, true})
    for (size_t i = 0; i < loops.size(); ++i)
      if (i != best && loops[i].isReduction == reductions)
        outer.push_back(loops[i]);
  findVarying(vector);
}

void RowLoops::findVarying(const RowLoop &loop) {
  varying.clear();
  for (OpOperand &operand : op->getOpOperands()) {
    const StridedAccess *walk = access(operand.getOperandNumber());
    if (walk && !walk->isInvariant(loop.inner))
      varying.insert(op.getMatchingBlockArgument(&operand));
  }
  // The output of a reduction along the vectors is a vector of partial results.
  if (loop.isReduction)
    for (BlockArgument argument : op.getRegionOutputArgs())
      varying.insert(argument);
  op->walk<WalkOrder::PreOrder>([&](Operation *nested) {
    if (nested == op)
      return;
    auto index = dyn_cast<linalg::IndexOp>(nested);
    bool varies = index ? index.getDim() == loop.inner
                        : llvm::any_of(nested->getOperands(), [&](Value x) {
                            return varying.contains(x);
                          });
    // A conditional is computed in every lane, under a mask: so are the loads
    // in it, which would be out of bounds elsewhere.
    varies |= isa<scf::IfOp>(nested) || (isa<memref::LoadOp>(nested) &&
                                         nested->getBlock() != op.getBlock());
    if (varies)
      varying.insert_range(nested->getResults());
  });
}

bool RowLoops::isLaneIndex(Value index) const {
  Operation *definition = index.getDefiningOp();
  if (auto loop = dyn_cast_or_null<linalg::IndexOp>(definition))
    return loop.getDim() == vector.inner;
  if (auto sum = dyn_cast_or_null<arith::AddIOp>(definition))
    return (isLaneIndex(sum.getLhs()) && !varies(sum.getRhs())) ||
           (isLaneIndex(sum.getRhs()) && !varies(sum.getLhs()));
  if (auto difference = dyn_cast_or_null<arith::SubIOp>(definition))
    return isLaneIndex(difference.getLhs()) && !varies(difference.getRhs());
  return false;
}
