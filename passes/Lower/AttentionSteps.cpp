//===- AttentionSteps.cpp - What is computed of a block -------------------===//

#include "AttentionSteps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;
using namespace hocket;

static constexpr float kLowest = -std::numeric_limits<float>::infinity();

Value AttentionSteps::scores(const AttentionBlock &block, Value query,
                             Value key, Value space) {
  Value tile = blocks.fill(blocks.front(space, {block.rows, block.keys}), 0.0f);
  return blocks.contract(query, false, key, true, tile);
}

Value AttentionSteps::maximum(const AttentionBlock &block, Value scores,
                              Value space) {
  Value lowest = blocks.fill(blocks.front(space, {block.rows}), kLowest);
  return blocks.byRow(
      scores, lowest, [&](OpBuilder &inner, ValueRange values) -> Value {
        Location loc = blocks.getLoc();
        Value scaled =
            arith::MulFOp::create(inner, loc, values[0], blocks.scale(inner));
        Value seen = blocks.masked(inner, block, scaled, kLowest);
        return arith::MaximumFOp::create(inner, loc, seen, values[1]);
      });
}

Value AttentionSteps::weights(const AttentionBlock &block, Value scores,
                              Value subtrahend) {
  return blocks.byRow(
      subtrahend, scores, [&](OpBuilder &inner, ValueRange values) {
        Location loc = blocks.getLoc();
        Value scaled =
            arith::MulFOp::create(inner, loc, values[1], blocks.scale(inner));
        Value exponent = arith::SubFOp::create(inner, loc, scaled, values[0]);
        Value exponential = math::ExpOp::create(inner, loc, exponent);
        return blocks.masked(inner, block, exponential, 0.0f);
      });
}

Value AttentionSteps::addRows(Value matrix, Value sum) {
  return blocks.byRow(matrix, sum,
                      [&](OpBuilder &inner, ValueRange values) -> Value {
                        return arith::AddFOp::create(inner, blocks.getLoc(),
                                                     values[0], values[1]);
                      });
}

Value AttentionSteps::multiplyRows(Value matrix, Value factors) {
  return blocks.byRow(factors, matrix,
                      [&](OpBuilder &inner, ValueRange values) -> Value {
                        return arith::MulFOp::create(inner, blocks.getLoc(),
                                                     values[1], values[0]);
                      });
}

Value AttentionSteps::divideRows(Value matrix, Value divisors) {
  return blocks.byRow(
      divisors, matrix, [&](OpBuilder &inner, ValueRange values) -> Value {
        Location loc = blocks.getLoc();
        Value inverse = arith::DivFOp::create(
            inner, loc, blocks.constant(inner, 1.0f), values[0]);
        return arith::MulFOp::create(inner, loc, values[1], inverse);
      });
}

Value AttentionSteps::logarithm(Value maximum, Value sum, Value destination) {
  return blocks.overRows(
      {maximum, sum}, destination,
      [&](OpBuilder &inner, ValueRange values) -> Value {
        Location loc = blocks.getLoc();
        Value log = math::LogOp::create(inner, loc, values[1]);
        return arith::AddFOp::create(inner, loc, values[0], log);
      });
}

Value AttentionSteps::addProducts(Value a, Value b, Value delta) {
  return blocks.byRow(
      {a, b}, delta, [&](OpBuilder &inner, ValueRange values) -> Value {
        Location loc = blocks.getLoc();
        Value product = arith::MulFOp::create(inner, loc, values[0], values[1]);
        return arith::AddFOp::create(inner, loc, values[2], product);
      });
}

AttentionSteps::Gradients
AttentionSteps::addGradients(const AttentionBlock &block,
                             const GradientInputs &inputs, Gradients sums,
                             bool isAll) {
  Value probabilities = weights(
      block, scores(block, inputs.query, inputs.key, inputs.weightsSpace),
      inputs.lse);
  Value gradient = blocks.fill(
      blocks.front(inputs.gradientSpace, {block.rows, block.keys}), 0.0f);
  gradient = blocks.contract(inputs.outputGradient, false, inputs.value, true,
                             gradient);
  gradient = blocks.byRow(
      {probabilities, inputs.delta}, gradient,
      [&](OpBuilder &inner, ValueRange values) -> Value {
        Location loc = blocks.getLoc();
        Value difference =
            arith::SubFOp::create(inner, loc, values[2], values[1]);
        Value scaled =
            arith::MulFOp::create(inner, loc, difference, blocks.scale(inner));
        return arith::MulFOp::create(inner, loc, scaled, values[0]);
      });
  Value value = blocks.contract(probabilities, true, inputs.outputGradient,
                                false, sums.value);
  Value key = blocks.contract(gradient, true, inputs.query, false, sums.key);
  Value query = isAll ? blocks.fill(sums.query, 0.0f) : sums.query;
  query = blocks.contract(gradient, false, inputs.key, false, query);
  return {query, key, value};
}
