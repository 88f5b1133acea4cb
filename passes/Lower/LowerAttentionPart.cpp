//===- LowerAttentionPart.cpp - Parts of attention as loops over blocks ---===//

#include "AttentionSteps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;
using namespace hocket;

using Values = AttentionBlocks::Values;

void hocket::lowerAttentionPart(RewriterBase &rewriter, AttentionPartOp op,
                                int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  AttentionBlocks blocks(rewriter, op, blockRows);
  AttentionSteps steps(blocks);
  Values carried = {op.getRunningOutput(), op.getRunningLse()};
  carried = blocks.ifInitialized(op.getTable(), -1, carried, [&]() -> Values {
    return {blocks.fill(carried[0], 0.0f),
            blocks.fill(carried[1], -std::numeric_limits<float>::infinity())};
  });
  // Of a block: its scores, the maximum and the sum of each row.
  Value scoresSpace = blocks.workspace({blockRows, -1});
  Value maximumSpace = blocks.workspace({blockRows});
  Value sumSpace = blocks.workspace({blockRows});

  // What was seen so far is one more key: its score is lse, its value output.
  auto body = [&](const AttentionBlock &block, Values now) -> Values {
    Value rows = block.rows, keys = block.keys;
    Value query = blocks.slice(op.getQuery(), block.row, rows, block.head);
    Value key = blocks.slice(op.getKey(), block.start, keys, block.keyHead);
    Value value = blocks.slice(op.getValue(), block.start, keys, block.keyHead);
    Value output = blocks.slice(now[0], block.row, rows, block.head);
    Value lse = blocks.slice(now[1], block.row, rows, block.head);

    Value scores = steps.scores(block, query, key, scoresSpace);
    Value maximum = steps.maximum(block, scores, maximumSpace);
    maximum = blocks.overRows(
        lse, maximum, [&](OpBuilder &inner, ValueRange values) -> Value {
          return arith::MaximumFOp::create(inner, loc, values[0], values[1]);
        });
    Value weights = steps.weights(block, scores, maximum);
    Value sum =
        blocks.overRows({lse, maximum}, blocks.front(sumSpace, {rows}),
                        [&](OpBuilder &inner, ValueRange values) -> Value {
                          Value exponent = arith::SubFOp::create(
                              inner, loc, values[0], values[1]);
                          return math::ExpOp::create(inner, loc, exponent);
                        });
    output = steps.multiplyRows(output, sum);
    sum = steps.addRows(weights, sum);
    output = blocks.contract(weights, false, value, false, output);
    output = steps.divideRows(output, sum);
    lse = steps.logarithm(maximum, sum, lse);
    return {blocks.insert(output, now[0], block.row, rows, block.head),
            blocks.insert(lse, now[1], block.row, rows, block.head)};
  };
  Values results = blocks.overTable(op.getTable(), carried, body);
  rewriter.replaceOp(op, {results[0], results[1]});
}

void hocket::lowerAttentionPartGrad(RewriterBase &rewriter,
                                    AttentionPartGradOp op, int64_t blockRows) {
  rewriter.setInsertionPoint(op);
  AttentionBlocks blocks(rewriter, op, blockRows);
  AttentionSteps steps(blocks);
  auto zeros = [&](ArrayRef<Value> tensors, int64_t bit) {
    return blocks.ifInitialized(op.getTable(), bit, tensors, [&] {
      return llvm::map_to_vector(
          tensors, [&](Value tensor) { return blocks.fill(tensor, 0.0f); });
    });
  };
  Values carried = zeros(op.getRunningQueryGradient(), 1);
  carried.append(
      zeros({op.getRunningKeyGradient(), op.getRunningValueGradient()}, 2));
  AttentionSteps::GradientInputs inputs;
  inputs.weightsSpace = blocks.workspace({blockRows, -1});
  inputs.gradientSpace = blocks.workspace({blockRows, -1});

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
    inputs.delta = ofQuery(op.getDelta());
    AttentionSteps::Gradients gradients = steps.addGradients(
        block, inputs, {ofQuery(now[0]), ofKey(now[1]), ofKey(now[2])},
        /*isAll=*/false);
    return {
        blocks.insert(gradients.query, now[0], block.row, rows, block.head),
        blocks.insert(gradients.key, now[1], block.start, keys, block.keyHead),
        blocks.insert(gradients.value, now[2], block.start, keys,
                      block.keyHead)};
  };
  Values results = blocks.overTable(op.getTable(), carried, body);
  rewriter.replaceOp(op, {results[0], results[1], results[2]});
}
