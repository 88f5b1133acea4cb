//===- LowerScan.cpp - Scans as loops over sequences and tokens -----------===//

#include "LowerSequenceEnds.h"
#include "SequenceLoops.h"

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace hocket {
#define GEN_PASS_DEF_LOWERSCAN
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

using Values = SequenceLoops::Values;

/// Whether nothing of a scan is read but what whole sequences combine to.
static bool isReduction(ScanOp op) {
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto take = dyn_cast<TakeEndOp>(user);
    return take && take.getOffsets() == op.getOffsets() &&
           take.getLast() != op.getReverse();
  });
}

/// Gives the results of a reduction, which are [S, ...], to those that take
/// them.
static void replaceEnds(RewriterBase &rewriter, Value result, Value ends) {
  for (Operation *user : llvm::make_early_inc_range(result.getUsers()))
    rewriter.replaceOp(user, ends);
}

/// y[first] = x[first]; y[t] = combine(y[t - 1], x[t]). Only elements of the
/// tuple that somebody reads, or that these depend on, are computed. What is
/// carried are the elements of y, of a reduction those of whole sequences, then
/// the last combined slice of each.
static LogicalResult lowerScan(RewriterBase &rewriter, ScanOp op) {
  Region &combine = op.getCombine();
  llvm::SmallBitVector used(op.getNumResults());
  for (OpResult result : op.getResults())
    used[result.getResultNumber()] = !result.use_empty();
  used = closeOverCombine(combine.front(), used, Tuples::First);
  // What is not read must not be fused with what is.
  for (unsigned element = 0; element < used.size(); ++element)
    if (!used.test(element))
      op.getYield().setOperand(element, op.getFirstTuple()[element]);
  if (failed(fuseRegion(combine)))
    return failure();
  SmallVector<unsigned> elements(used.set_bits());
  size_t count = elements.size();
  if (count == 0) {
    rewriter.eraseOp(op);
    return success();
  }

  rewriter.setInsertionPoint(op);
  SequenceLoops loops(rewriter, op.getLoc(), op.getOffsets(), op.getReverse());
  bool isReduced = isReduction(op);
  Values carried;
  for (unsigned element : elements)
    carried.push_back(isReduced
                          ? loops.zero(loops.emptyEnds(op.getInputs()[element]))
                          : loops.emptyLike(op.getInputs()[element]));
  for (unsigned element : elements)
    carried.push_back(
        loops.workspace(sliceType(op.getInputs()[element].getType())));

  auto keep = [&](Value token, Values combined, Values now) {
    Values next = loops.keep(combined, ArrayRef(now).drop_front(count));
    for (size_t position = 0; position < count; ++position) {
      if (!isReduced)
        now[position] = loops.insert(combined[position], now[position], token);
      now[count + position] = next[position];
    }
    return now;
  };
  auto keepEnds = [&](Value, Values now) {
    for (size_t position = 0; position < count; ++position)
      now[position] =
          loops.insert(now[count + position], now[position], loops.sequence());
    return now;
  };
  Values results = loops.forEachSequence(carried, [&](Values now) -> Values {
    now = loops.first(now, [&](Value token, Values inner) {
      Values slices;
      for (unsigned element : elements)
        slices.push_back(loops.slice(op.getInputs()[element], token));
      return keep(token, slices, inner);
    });
    now = loops.others(
        now, /*backward=*/false, [&](Value token, Value, Values inner) {
          Values arguments(used.size());
          for (auto [position, element] : llvm::enumerate(elements))
            arguments[element] = inner[count + position];
          for (Value input : op.getInputs())
            arguments.push_back(loops.slice(input, token));
          Values combined;
          for (Value slice : inlineRegion(rewriter, combine, arguments, used))
            if (slice)
              combined.push_back(slice);
          return keep(token, combined, inner);
        });
    return isReduced ? loops.first(now, keepEnds) : now;
  });
  for (auto [position, element] : llvm::enumerate(elements))
    if (isReduced)
      replaceEnds(rewriter, op.getResult(element), results[position]);
    else
      rewriter.replaceAllUsesWith(op.getResult(element), results[position]);
  rewriter.eraseOp(op);
  return success();
}

/// l[t] = g[t] + p; (p, d[t]) = pullback(y[t - 1], x[t], l[t]), from the last
/// token of the scan to the second; d = l at the first. What is carried are the
/// results, then p.
static void lowerScanGrad(RewriterBase &rewriter, ScanGradOp op) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  SequenceLoops loops(rewriter, loc, op.getOffsets(), op.getReverse());
  size_t count = op.getNumResults(), passed = op.getGradients().size();
  Value like = op.getGradients().front();
  OpFoldResult tokens = tensor::getMixedSize(rewriter, loc, like, 0);
  Values carried;
  for (Type type : op.getResultTypes()) {
    SmallVector<OpFoldResult> sizes = {tokens};
    for (int64_t extent : sliceType(type).getShape())
      sizes.push_back(rewriter.getIndexAttr(extent));
    carried.push_back(tensor::EmptyOp::create(
        rewriter, loc, sizes, cast<RankedTensorType>(type).getElementType()));
  }
  for (Type type : op.getGradients().getTypes())
    carried.push_back(loops.workspace(sliceType(type)));

  auto total = [&](Value token, ArrayRef<Value> now) {
    Values sums;
    for (auto [number, gradient] : llvm::enumerate(op.getGradients()))
      sums.push_back(
          loops.add(loops.slice(gradient, token), now[count + number]));
    return sums;
  };
  auto body = [&](Value token, Value before, Values now) -> Values {
    Values arguments;
    for (Value output : op.getOutputs())
      arguments.push_back(loops.slice(output, before));
    for (Value element : op.getElements())
      arguments.push_back(loops.slice(element, token));
    llvm::append_range(arguments, total(token, now));
    llvm::SmallBitVector all(passed + count, true);
    Values made = inlineRegion(rewriter, op.getPullback(), arguments, all);
    auto passedOn = MutableArrayRef(made).take_front(passed);
    // A value that is passed on may be a result, too.
    Values results(ArrayRef(made).drop_front(passed));
    for (size_t result = 0; result < count; ++result)
      now[result] = loops.insert(results[result], now[result], token);
    Values next = loops.keep(passedOn, ArrayRef(now).drop_front(count));
    llvm::copy(next, now.begin() + count);
    return now;
  };
  auto first = [&](Value token, Values now) -> Values {
    Values sums = total(token, now);
    for (auto [result, source] : llvm::enumerate(op.getSources())) {
      Value slice;
      if (source >= 0) {
        slice = sums[source];
      } else {
        RankedTensorType type = sliceType(op.getResult(result).getType());
        slice = loops.zero(tensor::EmptyOp::create(
            rewriter, loc, type.getShape(), type.getElementType()));
      }
      now[result] = loops.insert(slice, now[result], token);
    }
    return now;
  };
  Values results = loops.forEachSequence(carried, [&](Values now) -> Values {
    for (size_t number = 0; number < passed; ++number)
      now[count + number] = loops.zero(now[count + number]);
    now = loops.others(now, /*backward=*/true, body);
    return loops.first(now, first);
  });
  rewriter.replaceOp(op, ArrayRef(results).take_front(count));
}

static void lowerShift(RewriterBase &rewriter, ShiftOp op) {
  rewriter.setInsertionPoint(op);
  SequenceLoops loops(rewriter, op.getLoc(), op.getOffsets(), op.getReverse());
  Value empty = loops.emptyLike(op.getInput());
  RankedTensorType type = sliceType(empty.getType());
  Values results = loops.forEachSequence(empty, [&](Values now) -> Values {
    now = loops.first(now, [&](Value token, Values inner) -> Values {
      Value slice = loops.zero(tensor::EmptyOp::create(
          rewriter, op.getLoc(), type.getShape(), type.getElementType()));
      return {loops.insert(slice, inner[0], token)};
    });
    return loops.others(now, /*backward=*/false,
                        [&](Value token, Value before, Values inner) -> Values {
                          Value slice = loops.slice(op.getInput(), before);
                          return {loops.insert(slice, inner[0], token)};
                        });
  });
  rewriter.replaceOp(op, results);
}

/// Step by step. What is carried are the states [T, ...], then the last one of
/// each.
static void lowerRecurrence(RewriterBase &rewriter, RecurrenceOp op) {
  rewriter.setInsertionPoint(op);
  SequenceLoops loops(rewriter, op.getLoc(), op.getOffsets(), op.getReverse());
  size_t count = op.getStates().size();
  Value like = op.getInputs().front();
  Values carried;
  for (size_t state = 0; state < count; ++state)
    carried.push_back(loops.emptyLike(like));
  for (size_t state = 0; state < count; ++state)
    carried.push_back(loops.workspace(sliceType(like.getType())));
  auto cell = [&](OpBuilder &inner, ValueRange scalars) {
    Values states = inlineRegion(inner, op.getCell(), scalars,
                                 llvm::SmallBitVector(count, true));
    // Once for the result, once for the next step.
    Values twice = states;
    llvm::append_range(twice, states);
    return twice;
  };
  auto step = [&](Value token, Values now) -> Values {
    RankedTensorType slice = sliceType(like.getType());
    Values arguments(ArrayRef(now).drop_front(count)), outs;
    for (size_t state = 0; state < count; ++state)
      outs.push_back(tensor::EmptyOp::create(
          rewriter, op.getLoc(), slice.getShape(), slice.getElementType()));
    outs.append(now.begin() + count, now.end());
    for (Value input : op.getInputs())
      arguments.push_back(loops.slice(input, token));
    llvm::append_range(arguments, op.getParameters());
    Values next = loops.elementwise(arguments, outs, cell);
    for (size_t state = 0; state < count; ++state) {
      now[state] = loops.insert(next[state], now[state], token);
      now[count + state] = next[count + state];
    }
    return now;
  };
  Values results = loops.forEachSequence(carried, [&](Values now) -> Values {
    for (size_t state = 0; state < count; ++state)
      now[count + state] = loops.zero(now[count + state]);
    return loops.all(now, step);
  });
  rewriter.replaceOp(op, ArrayRef(results).take_front(count));
}

namespace {

struct LowerScanPass : hocket::impl::LowerScanBase<LowerScanPass> {
  using LowerScanBase::LowerScanBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    for (ScanOp op : all<ScanOp>())
      if (failed(lowerScan(rewriter, op)))
        return signalPassFailure();
    for (ScanGradOp op : all<ScanGradOp>()) {
      if (failed(fuseRegion(op.getPullback())))
        return signalPassFailure();
      lowerScanGrad(rewriter, op);
    }
    for (ShiftOp op : all<ShiftOp>())
      lowerShift(rewriter, op);
    for (TakeEndOp op : all<TakeEndOp>())
      lowerTakeEnd(rewriter, op);
    for (PutEndOp op : all<PutEndOp>())
      lowerPutEnd(rewriter, op);
    for (RecurrenceOp op : all<RecurrenceOp>())
      lowerRecurrence(rewriter, op);
  }

  template <typename OpT>
  SmallVector<OpT> all() {
    SmallVector<OpT> ops;
    getOperation()->walk([&](OpT op) { ops.push_back(op); });
    return ops;
  }
};

} // namespace
