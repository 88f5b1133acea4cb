//===- SplitScan.cpp - Scans in parts of the tokens -----------------------===//
//
// What ranks that share sequences would each do with their tokens, in one
// function: local scans, then what crosses from part to part, one summary each,
// then what that changes in each part.
//
//===----------------------------------------------------------------------===//

#include "TokenParts.h"

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace hocket {
#define GEN_PASS_DEF_SPLITSCAN
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

using Values = SmallVector<Value>;

namespace {

/// Cuts the scans of one function.
class Splitter {
public:
  Splitter(RewriterBase &rewriter, int64_t count)
      : rewriter(rewriter), count(count) {}

  void split(ScanOp op);
  void split(ScanGradOp op);
  void split(ShiftOp op);

private:
  /// The results of a scan over parts, by element of the tuple: the scan within
  /// each part, and the combined tuple of all tokens of its sequence that come
  /// before it, for the parts that a sequence continues into.
  struct LocalScan {
    Values results;
    SmallVector<Values> before;  // [part][element]; empty for part 0
    SmallVector<Values> summary; // the same, of the part's last sequence
  };
  LocalScan scanParts(TokenParts &parts, Location loc, ValueRange inputs,
                      ArrayAttr identity, Region &combine, UnitAttr reverse);
  /// `value` where `condition` holds, else zeros or `otherwise`.
  Value select(Location loc, Value condition, Value value, Value otherwise);

  RewriterBase &rewriter;
  int64_t count;
};

} // namespace

Value Splitter::select(Location loc, Value condition, Value value,
                       Value otherwise) {
  SequenceLoops loops(rewriter, loc, Value(), false);
  auto type = cast<RankedTensorType>(value.getType());
  Value out = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                      type.getElementType());
  return loops
      .elementwise({value, otherwise}, out,
                   [&](OpBuilder &inner, ValueRange values) -> Values {
                     return {arith::SelectOp::create(inner, loc, condition,
                                                     values[0], values[1])};
                   })
      .front();
}

Splitter::LocalScan Splitter::scanParts(TokenParts &parts, Location loc,
                                        ValueRange inputs, ArrayAttr identity,
                                        Region &combine, UnitAttr reverse) {
  LocalScan scan;
  if (inputs.empty()) {
    scan.before.resize(count);
    scan.summary.resize(count);
    return scan;
  }
  auto local = ScanOp::create(rewriter, loc, inputs.getTypes(), inputs,
                              parts.localOffsets(), identity, reverse);
  IRMapping mapping;
  combine.cloneInto(&local.getCombine(), mapping);
  llvm::append_range(scan.results, local.getResults());
  llvm::SmallBitVector all(inputs.size(), true);

  for (int64_t part = 0; part < count; ++part) {
    Values summary;
    Value isThere = arith::XOrIOp::create(
        rewriter, loc, parts.isEmpty(part),
        arith::ConstantIntOp::create(rewriter, loc, 1, 1));
    for (auto [result, neutral] : llvm::zip(scan.results, identity))
      summary.push_back(
          parts.sliceIf(isThere, result, parts.lastToken(part),
                        materializeIdentity(rewriter, loc, neutral,
                                            sliceType(result.getType()))));
    // The exclusive scan of the summaries.
    Values before;
    if (part == 1) {
      before = scan.summary[0];
    } else if (part > 1) {
      Values arguments = scan.before.back();
      llvm::append_range(arguments, scan.summary.back());
      Values longer = inlineRegion(rewriter, combine, arguments, all);
      Value goesOn = parts.isInside(part - 1);
      for (auto [element, combined] : llvm::enumerate(longer))
        before.push_back(
            select(loc, goesOn, combined, scan.summary.back()[element]));
    }
    scan.before.push_back(before);
    scan.summary.push_back(summary);
  }
  return scan;
}

void Splitter::split(ScanOp op) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  TokenParts parts(rewriter, loc, op.getInputs().front(), op.getOffsets(),
                   op.getReverse(), count);
  LocalScan scan = scanParts(parts, loc, op.getInputs(), op.getIdentity(),
                             op.getCombine(), op.getReverseAttr());
  // The tokens of the sequence that continues from the part before take what
  // was combined there.
  SequenceLoops loops(rewriter, loc, op.getOffsets(), op.getReverse());
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  llvm::SmallBitVector used(op.getNumResults());
  Values results;
  for (OpResult result : op.getResults())
    if (!result.use_empty()) {
      used.set(result.getResultNumber());
      results.push_back(scan.results[result.getResultNumber()]);
    }
  for (int64_t part = 1; part < count; ++part) {
    auto [from, to] = parts.continued(part);
    auto loop = scf::ForOp::create(rewriter, loc, from, to, one, results);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(loop.getBody());
    Value token = loop.getInductionVar();
    Values now = scan.results, arguments = scan.before[part], next;
    for (auto [element, result] :
         llvm::zip(used.set_bits(), loop.getRegionIterArgs()))
      now[element] = result;
    for (Value result : now)
      arguments.push_back(loops.slice(result, token));
    Values combined = inlineRegion(rewriter, op.getCombine(), arguments, used);
    for (unsigned element : used.set_bits())
      next.push_back(loops.insert(combined[element], now[element], token));
    scf::YieldOp::create(rewriter, loc, next);
    results = llvm::to_vector_of<Value>(loop.getResults());
  }
  for (auto [element, result] : llvm::zip(used.set_bits(), results))
    rewriter.replaceAllUsesWith(op.getResult(element), result);
  rewriter.eraseOp(op);
}

/// A part that has the token before it in a halo, whose own gradient is zero,
/// finds what it passes on to the part before: l at the halo. What comes from
/// the part behind is added to the gradient of its last token; if it passes
/// through a whole part, it is the pullback at the halo and all tokens
/// combined. With that known, each part is swept again.
void Splitter::split(ScanGradOp op) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  size_t passed = op.getGradients().size();
  TokenParts parts(rewriter, loc, op.getGradients().front(), op.getOffsets(),
                   op.getReverse(), count);
  SequenceLoops loops(rewriter, loc, op.getOffsets(), op.getReverse());
  Values outputs, elements, gradients;
  for (Value output : op.getOutputs())
    outputs.push_back(parts.withHalos(output, /*zeroHalos=*/false));
  for (Value element : op.getElements())
    elements.push_back(parts.withHalos(element, /*zeroHalos=*/true));
  for (Value gradient : op.getGradients())
    gradients.push_back(parts.withHalos(gradient, /*zeroHalos=*/true));
  Value offsets = parts.haloOffsets();

  auto sweep = [&](ArrayRef<Value> given, bool onlyPassed) {
    // In the first sweep the results are l itself.
    SmallVector<Type> types;
    SmallVector<int64_t> sources(op.getSources());
    if (onlyPassed) {
      sources = llvm::to_vector(llvm::seq<int64_t>(0, int64_t(passed)));
      types.assign(ValueRange(given).getTypes().begin(),
                   ValueRange(given).getTypes().end());
    } else {
      for (Type type : op.getResultTypes()) {
        auto tensor = cast<RankedTensorType>(type);
        SmallVector<int64_t> shape(tensor.getShape());
        shape[0] = ShapedType::kDynamic;
        types.push_back(RankedTensorType::get(shape, tensor.getElementType()));
      }
    }
    auto made = ScanGradOp::create(rewriter, loc, types, outputs, elements,
                                   given, offsets, op.getIdentity(),
                                   rewriter.getDenseI64ArrayAttr(sources),
                                   op.getReverseAttr());
    IRMapping mapping;
    op.getCombine().cloneInto(&made.getCombine(), mapping);
    op.getPullback().cloneInto(&made.getPullback(), mapping);
    if (onlyPassed) {
      Block &body = made.getPullback().front();
      auto yield = cast<YieldOp>(body.getTerminator());
      Values yielded(yield.getValues().take_front(passed));
      llvm::append_range(yielded, body.getArguments().take_back(passed));
      yield.getValuesMutable().assign(yielded);
    }
    return made;
  };

  ScanGradOp alone = sweep(gradients, /*onlyPassed=*/true);
  LocalScan scan = scanParts(parts, loc, op.getElements(), op.getIdentity(),
                             op.getCombine(), op.getReverseAttr());
  llvm::SmallBitVector ofPassed(passed + op.getNumResults());
  ofPassed.set(0, passed);
  Values incoming; // of the part that the loop has reached
  for (int64_t part = count - 1; part > 0; --part) {
    // What this part passes to the one before it.
    Value continues = parts.continues(part);
    Value halo = parts.halo(part);
    Values outgoing;
    for (Value result : alone.getResults())
      outgoing.push_back(loops.slice(result, halo));
    if (!incoming.empty()) {
      Values arguments;
      for (Value output : outputs)
        arguments.push_back(loops.slice(output, halo));
      llvm::append_range(arguments, scan.summary[part]);
      llvm::append_range(arguments, incoming);
      Values through =
          inlineRegion(rewriter, op.getPullback(), arguments, ofPassed);
      Value isInside = parts.isInside(part);
      for (size_t number = 0; number < passed; ++number) {
        Value longer = loops.add(outgoing[number], through[number]);
        outgoing[number] = select(loc, isInside, longer, outgoing[number]);
      }
    }
    for (auto [number, type] : llvm::enumerate(op.getGradients().getTypes())) {
      RankedTensorType slice = sliceType(type);
      Value zero = loops.zero(tensor::EmptyOp::create(
          rewriter, loc, slice.getShape(), slice.getElementType()));
      outgoing[number] = select(loc, continues, outgoing[number], zero);
    }
    // Where the part before is empty, its halo takes it, and passes it on.
    Value slot = parts.haloToken(part - 1, parts.lastToken(part - 1));
    for (size_t number = 0; number < passed; ++number) {
      Value more =
          loops.add(loops.slice(gradients[number], slot), outgoing[number]);
      gradients[number] = loops.insert(more, gradients[number], slot);
    }
    incoming = outgoing;
  }

  ScanGradOp together = sweep(gradients, /*onlyPassed=*/false);
  Values results;
  for (auto [result, type] :
       llvm::zip(together.getResults(), op.getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    SmallVector<OpFoldResult> sizes = {
        tensor::getMixedSize(rewriter, loc, op.getGradients().front(), 0)};
    for (int64_t extent : tensor.getShape().drop_front())
      sizes.push_back(rewriter.getIndexAttr(extent));
    Value empty =
        tensor::EmptyOp::create(rewriter, loc, sizes, tensor.getElementType());
    results.push_back(parts.withoutHalos(result, empty));
  }
  rewriter.replaceOp(op, results);
}

void Splitter::split(ShiftOp op) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  TokenParts parts(rewriter, loc, op.getInput(), op.getOffsets(),
                   op.getReverse(), count);
  Value extended = parts.withHalos(op.getInput(), /*zeroHalos=*/false);
  Value moved = ShiftOp::create(rewriter, loc, extended.getType(), extended,
                                parts.haloOffsets(), op.getReverse());
  Value empty = SequenceLoops(rewriter, loc, op.getOffsets(), false)
                    .emptyLike(op.getInput());
  rewriter.replaceOp(op, parts.withoutHalos(moved, empty));
}

namespace {

struct SplitScanPass : hocket::impl::SplitScanBase<SplitScanPass> {
  using SplitScanBase::SplitScanBase;

  void runOnOperation() override {
    if (parts < 1) {
      getOperation()->emitError("hocket-split-scan needs at least one part, "
                                "not ")
          << parts.getValue();
      return signalPassFailure();
    }
    if (parts == 1)
      return;
    IRRewriter rewriter(&getContext());
    Splitter splitter(rewriter, parts);
    splitAll<ScanOp>(splitter);
    splitAll<ScanGradOp>(splitter);
    splitAll<ShiftOp>(splitter);
  }

  template <typename OpT>
  void splitAll(Splitter &splitter) {
    SmallVector<OpT> ops;
    getOperation()->walk([&](OpT op) { ops.push_back(op); });
    for (OpT op : ops)
      splitter.split(op);
  }
};

} // namespace
