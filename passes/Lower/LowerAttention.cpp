//===- LowerAttention.cpp - Attention as loops over blocks ----------------===//

#include "AttentionSteps.h"

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

void hocket::lowerAttention(RewriterBase &rewriter, AttentionOp op,
                            int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  AttentionBlocks blocks(rewriter, op, blockRows);
  AttentionSteps steps(blocks);
  int64_t heads = cast<RankedTensorType>(op.getQuery().getType()).getDimSize(1);
  Values carried = {blocks.emptyLike(op.getQuery()), blocks.empty({-1, heads})};
  if (carried[1].getType() != op.getLse().getType())
    carried[1] = tensor::CastOp::create(rewriter, op.getLoc(),
                                        op.getLse().getType(), carried[1]);
  // Of a block: its scores, the maximum and the sum of each row.
  Value scoresSpace = blocks.workspace({blockRows, -1});
  Value maximumSpace = blocks.workspace({blockRows});
  Value sumSpace = blocks.workspace({blockRows});

  auto body = [&](const AttentionBlock &block, Values now) -> Values {
    Value rows = block.rows, keys = block.keys;
    Value query = blocks.slice(op.getQuery(), block.row, rows, block.head);
    Value key = blocks.slice(op.getKey(), block.start, keys, block.keyHead);
    Value value = blocks.slice(op.getValue(), block.start, keys, block.keyHead);

    Value scores = steps.scores(block, query, key, scoresSpace);
    Value maximum = steps.maximum(block, scores, maximumSpace);
    Value weights = steps.weights(block, scores, maximum);
    Value sum = steps.addRows(
        weights, blocks.fill(blocks.front(sumSpace, {rows}), 0.0f));
    Value output =
        blocks.fill(blocks.slice(now[0], block.row, rows, block.head), 0.0f);
    output = blocks.contract(weights, false, value, false, output);
    output = steps.divideRows(output, sum);
    Value lse = steps.logarithm(
        maximum, sum, blocks.slice(now[1], block.row, rows, block.head));
    return {blocks.insert(output, now[0], block.row, rows, block.head),
            blocks.insert(lse, now[1], block.row, rows, block.head)};
  };
  Values results = blocks.overSequences(op.getOffsets(), carried, body);
  rewriter.replaceOp(op, {results[0], results[1]});
}

void hocket::lowerAttentionGrad(RewriterBase &rewriter, AttentionGradOp op,
                                int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  AttentionBlocks blocks(rewriter, op, blockRows);
  AttentionSteps steps(blocks);
  Values carried = {blocks.emptyLike(op.getQuery()),
                    blocks.fill(blocks.emptyLike(op.getKey()), 0.0f),
                    blocks.fill(blocks.emptyLike(op.getValue()), 0.0f)};
  AttentionSteps::GradientInputs inputs;
  inputs.weightsSpace = blocks.workspace({blockRows, -1});
  inputs.gradientSpace = blocks.workspace({blockRows, -1});
  Value deltaSpace = blocks.workspace({blockRows});

  auto body = [&](const AttentionBlock &block, Values now) -> Values {
    Value rows = block.rows, keys = block.keys;
    auto ofQuery = [&](Value tensor) {
      return blocks.slice(tensor, block.row, rows, block.head);
    };
    auto ofKey = [&](Value tensor) {
      return blocks.slice(tensor, block.start, keys, block.keyHead);
    };
    inputs.query = ofQuery(op.getQuery());
    inputs.key = ofKey(op.getKey());
    inputs.value = ofKey(op.getValue());
    inputs.lse = ofQuery(op.getLse());
    inputs.outputGradient = ofQuery(op.getOutputGradient());
    // What a change of the row's sum takes back.
    inputs.delta =
        steps.addProducts(inputs.outputGradient, ofQuery(op.getOutput()),
                          blocks.fill(blocks.front(deltaSpace, {rows}), 0.0f));
    if (op.getLseGradient())
      inputs.delta =
          blocks.overRows(ofQuery(op.getLseGradient()), inputs.delta,
                          [&](OpBuilder &inner, ValueRange values) -> Value {
                            return arith::SubFOp::create(inner, op.getLoc(),
                                                         values[1], values[0]);
                          });
    AttentionSteps::Gradients gradients = steps.addGradients(
        block, inputs, {ofQuery(now[0]), ofKey(now[1]), ofKey(now[2])},
        /*isAll=*/true);
    return {
        blocks.insert(gradients.query, now[0], block.row, rows, block.head),
        blocks.insert(gradients.key, now[1], block.start, keys, block.keyHead),
        blocks.insert(gradients.value, now[2], block.start, keys,
                      block.keyHead)};
  };
  Values results = blocks.overSequences(op.getOffsets(), carried, body);
  rewriter.replaceOp(op, {results[0], results[1], results[2]});
}

namespace {

struct LowerAttentionPass
    : hocket::impl::LowerAttentionBase<LowerAttentionPass> {
  using LowerAttentionBase::LowerAttentionBase;

  void runOnOperation() override {
    bool failed = false;
    auto collect = [&](auto &ops, ArrayRef<int64_t> staticDims) {
      using OpT = typename std::decay_t<decltype(ops)>::value_type;
      getOperation()->walk([&](OpT op) {
        failed |= mlir::failed(check(op, staticDims));
        ops.push_back(op);
      });
    };
    SmallVector<AttentionOp> forwards;
    SmallVector<AttentionGradOp> backwards;
    SmallVector<AttentionPartOp> forwardParts;
    SmallVector<AttentionPartGradOp> backwardParts;
    collect(forwards, {1, 2});
    collect(backwards, {1, 2});
    collect(forwardParts, {2});
    collect(backwardParts, {2});
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
    for (AttentionPartOp op : forwardParts)
      lowerAttentionPart(rewriter, op, blockRows);
    for (AttentionPartGradOp op : backwardParts)
      lowerAttentionPartGrad(rewriter, op, blockRows);
  }

  template <typename OpT>
  LogicalResult check(OpT op, ArrayRef<int64_t> staticDims) {
    auto query = cast<RankedTensorType>(op.getQuery().getType());
    auto key = cast<RankedTensorType>(op.getKey().getType());
    auto value = cast<RankedTensorType>(op.getValue().getType());
    if (!query.getElementType().isF32())
      return op.emitOpError("is lowered in f32 only, not in ")
             << query.getElementType();
    for (RankedTensorType type : {query, key, value})
      for (int64_t dim : staticDims)
        if (type.isDynamicDim(dim))
          return op.emitOpError("needs ")
                 << (staticDims.size() == 2 ? "static numbers of heads and a "
                                            : "a ")
                 << "static head size to be lowered, not " << type;
    return success();
  }
};

} // namespace
