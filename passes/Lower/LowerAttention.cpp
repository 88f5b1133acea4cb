//===- LowerAttention.cpp - Attention as loops over blocks ----------------===//

#include "AttentionBlocks.h"

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

namespace hocket {
#define GEN_PASS_DEF_LOWERATTENTION
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

using Values = AttentionBlocks::Values;

/// exp(scale * score - subtrahend), 0 where the score is masked.
static Value probability(AttentionBlocks &blocks, OpBuilder &inner,
                         Location loc, const AttentionBlock &block, Value score,
                         Value subtrahend) {
  Value scaled = arith::MulFOp::create(inner, loc, score, blocks.scale(inner));
  Value exponent = arith::SubFOp::create(inner, loc, scaled, subtrahend);
  Value exponential = math::ExpOp::create(inner, loc, exponent);
  return blocks.masked(inner, block, exponential, 0.0f);
}

void hocket::lowerAttention(RewriterBase &rewriter, AttentionOp op,
                            int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  AttentionBlocks blocks(rewriter, op, blockRows);
  int64_t heads = cast<RankedTensorType>(op.getQuery().getType()).getDimSize(1);
  Values carried = {blocks.emptyLike(op.getQuery()), blocks.empty({-1, heads})};
  if (carried[1].getType() != op.getLse().getType())
    carried[1] = tensor::CastOp::create(rewriter, loc, op.getLse().getType(),
                                        carried[1]);
  // Of a block: its scores, the maximum and the sum of each row.
  Value scoresSpace = blocks.workspace({blockRows, -1});
  Value maximumSpace = blocks.workspace({blockRows});
  Value sumSpace = blocks.workspace({blockRows});

  auto body = [&](const AttentionBlock &block, Values now) -> Values {
    Value rows = block.rows, keys = block.keys;
    Value query = blocks.slice(op.getQuery(), block.row, rows, block.head);
    Value key = blocks.slice(op.getKey(), block.start, keys, block.keyHead);
    Value value = blocks.slice(op.getValue(), block.start, keys, block.keyHead);

    Value scores = blocks.fill(blocks.front(scoresSpace, {rows, keys}), 0.0f);
    scores = blocks.contract(query, false, key, true, scores);

    Value maximum = blocks.fill(blocks.front(maximumSpace, {rows}),
                                -std::numeric_limits<float>::infinity());
    maximum = blocks.byRow(
        scores, maximum, [&](OpBuilder &inner, ValueRange values) -> Value {
          Value scaled =
              arith::MulFOp::create(inner, loc, values[0], blocks.scale(inner));
          Value seen = blocks.masked(inner, block, scaled,
                                     -std::numeric_limits<float>::infinity());
          return arith::MaximumFOp::create(inner, loc, seen, values[1]);
        });
    Value weights =
        blocks.byRow(maximum, scores, [&](OpBuilder &inner, ValueRange values) {
          return probability(blocks, inner, loc, block, values[1], values[0]);
        });
    Value sum = blocks.fill(blocks.front(sumSpace, {rows}), 0.0f);
    sum = blocks.byRow(
        weights, sum, [&](OpBuilder &inner, ValueRange values) -> Value {
          return arith::AddFOp::create(inner, loc, values[0], values[1]);
        });

    Value output =
        blocks.fill(blocks.slice(now[0], block.row, rows, block.head), 0.0f);
    output = blocks.contract(weights, false, value, false, output);
    output = blocks.byRow(
        sum, output, [&](OpBuilder &inner, ValueRange values) -> Value {
          Value inverse = arith::DivFOp::create(
              inner, loc, blocks.constant(inner, 1.0f), values[0]);
          return arith::MulFOp::create(inner, loc, values[1], inverse);
        });
    Value lse = blocks.overRows(
        {maximum, sum}, blocks.slice(now[1], block.row, rows, block.head),
        [&](OpBuilder &inner, ValueRange values) -> Value {
          Value log = math::LogOp::create(inner, loc, values[1]);
          return arith::AddFOp::create(inner, loc, values[0], log);
        });
    return {blocks.insert(output, now[0], block.row, rows, block.head),
            blocks.insert(lse, now[1], block.row, rows, block.head)};
  };
  Values results = blocks.forEachBlock(carried, body);
  rewriter.replaceOp(op, {results[0], results[1]});
}

void hocket::lowerAttentionGrad(RewriterBase &rewriter, AttentionGradOp op,
                                int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  AttentionBlocks blocks(rewriter, op, blockRows);
  Values carried = {blocks.emptyLike(op.getQuery()),
                    blocks.fill(blocks.emptyLike(op.getKey()), 0.0f),
                    blocks.fill(blocks.emptyLike(op.getValue()), 0.0f)};
  // Of a block: the probabilities, the gradient of its scores, and a number
  // for each row.
  Value weightsSpace = blocks.workspace({blockRows, -1});
  Value gradientSpace = blocks.workspace({blockRows, -1});
  Value deltaSpace = blocks.workspace({blockRows});

  auto body = [&](const AttentionBlock &block, Values now) -> Values {
    Value rows = block.rows, keys = block.keys;
    auto ofQuery = [&](Value tensor) {
      return blocks.slice(tensor, block.row, rows, block.head);
    };
    auto ofKey = [&](Value tensor) {
      return blocks.slice(tensor, block.start, keys, block.keyHead);
    };
    Value query = ofQuery(op.getQuery()), output = ofQuery(op.getOutput());
    Value gradient = ofQuery(op.getOutputGradient());
    Value key = ofKey(op.getKey()), value = ofKey(op.getValue());

    Value scores = blocks.fill(blocks.front(weightsSpace, {rows, keys}), 0.0f);
    scores = blocks.contract(query, false, key, true, scores);
    Value weights = blocks.byRow(
        ofQuery(op.getLse()), scores, [&](OpBuilder &inner, ValueRange values) {
          return probability(blocks, inner, loc, block, values[1], values[0]);
        });

    // What a change of the row's sum takes back.
    Value delta = blocks.fill(blocks.front(deltaSpace, {rows}), 0.0f);
    delta = blocks.byRow(
        {gradient, output}, delta,
        [&](OpBuilder &inner, ValueRange values) -> Value {
          Value product =
              arith::MulFOp::create(inner, loc, values[0], values[1]);
          return arith::AddFOp::create(inner, loc, values[2], product);
        });
    if (op.getLseGradient())
      delta = blocks.overRows(
          ofQuery(op.getLseGradient()), delta,
          [&](OpBuilder &inner, ValueRange values) -> Value {
            return arith::SubFOp::create(inner, loc, values[1], values[0]);
          });

    Value scoresGradient =
        blocks.fill(blocks.front(gradientSpace, {rows, keys}), 0.0f);
    scoresGradient =
        blocks.contract(gradient, false, value, true, scoresGradient);
    scoresGradient = blocks.byRow(
        {weights, delta}, scoresGradient,
        [&](OpBuilder &inner, ValueRange values) -> Value {
          Value difference =
              arith::SubFOp::create(inner, loc, values[2], values[1]);
          Value scaled = arith::MulFOp::create(inner, loc, difference,
                                               blocks.scale(inner));
          return arith::MulFOp::create(inner, loc, scaled, values[0]);
        });

    Value valueGradient =
        blocks.contract(weights, true, gradient, false, ofKey(now[2]));
    Value keyGradient =
        blocks.contract(scoresGradient, true, query, false, ofKey(now[1]));
    Value queryGradient = blocks.fill(ofQuery(now[0]), 0.0f);
    queryGradient =
        blocks.contract(scoresGradient, false, key, false, queryGradient);
    return {
        blocks.insert(queryGradient, now[0], block.row, rows, block.head),
        blocks.insert(keyGradient, now[1], block.start, keys, block.keyHead),
        blocks.insert(valueGradient, now[2], block.start, keys, block.keyHead)};
  };
  Values results = blocks.forEachBlock(carried, body);
  rewriter.replaceOp(op, {results[0], results[1], results[2]});
}

namespace {

struct LowerAttentionPass
    : hocket::impl::LowerAttentionBase<LowerAttentionPass> {
  using LowerAttentionBase::LowerAttentionBase;

  void runOnOperation() override {
    SmallVector<AttentionOp> forwards;
    SmallVector<AttentionGradOp> backwards;
    bool failed = false;
    getOperation()->walk([&](Operation *op) {
      if (auto forward = dyn_cast<AttentionOp>(op)) {
        failed |= mlir::failed(check(forward));
        forwards.push_back(forward);
      } else if (auto backward = dyn_cast<AttentionGradOp>(op)) {
        failed |= mlir::failed(check(backward));
        backwards.push_back(backward);
      }
    });
    if (blockRows < 1) {
      getOperation()->emitError("hocket-lower-attention needs at least one "
                                "row a block, not ")
          << blockRows.getValue();
      failed = true;
    }
    if (failed)
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    for (AttentionOp op : forwards)
      lowerAttention(rewriter, op, blockRows);
    for (AttentionGradOp op : backwards)
      lowerAttentionGrad(rewriter, op, blockRows);
  }

  template <typename OpT>
  LogicalResult check(OpT op) {
    auto query = cast<RankedTensorType>(op.getQuery().getType());
    auto key = cast<RankedTensorType>(op.getKey().getType());
    auto value = cast<RankedTensorType>(op.getValue().getType());
    if (!query.getElementType().isF32())
      return op.emitOpError("is lowered in f32 only, not in ")
             << query.getElementType();
    for (RankedTensorType type : {query, key, value})
      for (int64_t dim : {1, 2})
        if (type.isDynamicDim(dim))
          return op.emitOpError("needs static numbers of heads and a static "
                                "head size to be lowered, not ")
                 << type;
    return success();
  }
};

} // namespace
