//===- TransformerKernels.cpp - Seconds of a transformer's kernels --------===//
//
// Bytes are counted per element that a kernel reads or writes: 2 for an
// activation or its gradient, 1 for the mask of a dropout.
//
//===----------------------------------------------------------------------===//

#include "TransformerKernels.h"

#include <numeric>

using namespace hocket;
using namespace hocket::simulate;

double TransformerKernels::stream(double bytes) const {
  return cost.workSeconds({0, int64_t(bytes)});
}

PassSeconds TransformerKernels::linear(int64_t in, int64_t out) const {
  int64_t rows = int64_t(tokens);
  MatrixProduct weightGradient{in, out, rows};
  double parameters = double(in) * double(out);
  double accumulation = 0;
  if (strategy.fusedAccumulation)
    weightGradient.resultBytes = 2 * strategy.gradientBytes;
  else // reads the product, reads and writes the sum
    accumulation = stream(parameters * double(2 + 2 * strategy.gradientBytes));
  return {cost.productSeconds({rows, out, in}),
          cost.productSeconds({rows, in, out}) +
              cost.productSeconds(weightGradient) + accumulation};
}

PassSeconds TransformerKernels::attention() const {
  int64_t length = model.sequence;
  int64_t width = model.hidden / model.heads;
  int64_t heads = strategy.microbatch * model.heads / strategy.tensor;
  double scores = double(heads) * double(length) * double(length);
  double values = activationBytes() / double(strategy.tensor);
  double toScores = cost.productSeconds({length, length, width, heads});
  double toValues = cost.productSeconds({length, width, length, heads});
  // Softmax; dropout, whose mask is kept; the heads' outputs side by side.
  double forward = toScores + stream(4 * scores) + stream(5 * scores) +
                   toValues + stream(2 * values);
  // Each product has two gradients; softmax's reads its result.
  double backward = 2 * (toScores + toValues) + stream(5 * scores) +
                    stream(6 * scores) + stream(2 * values);
  return {forward, backward};
}

PassSeconds TransformerKernels::pointwise() const {
  double own = ownTokens() * double(model.hidden);
  double inner = tokens * 4 * double(model.hidden) / double(strategy.tensor);
  // Two norms, two dropouts with bias and residual, one GELU with bias. The
  // gradient of a norm is added to that of the residual beside it.
  double forward = 2 * (stream(4 * own) + stream(7 * own)) + stream(4 * inner);
  double backward = 2 * (stream(8 * own) + stream(5 * own)) + stream(6 * inner);
  return {forward, backward};
}

double TransformerKernels::tensorAllReduce() const {
  std::vector<uint32_t> ranks(size_t(strategy.tensor));
  std::iota(ranks.begin(), ranks.end(), 0u);
  return cost.allReduceSeconds(int64_t(activationBytes()), ranks);
}

PassSeconds TransformerKernels::layer() const {
  int64_t hidden = model.hidden, tensor = strategy.tensor;
  PassSeconds heads = attention();
  // Cut by columns, by rows, by columns, by rows; what is cut by rows is summed
  // in the forward, what is cut by columns in the backward.
  PassSeconds sum = linear(hidden, 3 * hidden / tensor) +
                    linear(hidden / tensor, hidden) +
                    linear(hidden, 4 * hidden / tensor) +
                    linear(4 * hidden / tensor, hidden) + heads + pointwise();
  double sums = 2 * tensorAllReduce();
  sum = sum + PassSeconds{sums, sums};
  if (strategy.recomputation == Recomputation::Layers)
    sum.backward += sum.forward;
  else if (strategy.recomputation == Recomputation::Attention)
    sum.backward += heads.forward;
  return sum;
}

PassSeconds TransformerKernels::embedding() const {
  double own = ownTokens() * double(model.hidden);
  // Rows of tokens and of positions, then a dropout.
  return {tensorAllReduce() + stream(6 * own) + stream(5 * own),
          stream(5 * own) + stream(6 * own)};
}

PassSeconds TransformerKernels::head() const {
  int64_t part = model.vocabulary / strategy.tensor;
  double logits = tokens * double(part);
  double norm = ownTokens() * double(model.hidden);
  // The cross entropy is computed with 4 bytes: made so, maximum, exponentials
  // and their sum; the gradient once.
  PassSeconds loss = {stream(6 * logits) + stream(4 * logits) +
                          stream(8 * logits) + stream(4 * norm),
                      stream(6 * logits) + stream(6 * norm)};
  return linear(model.hidden, part) + loss + PassSeconds{0, tensorAllReduce()};
}

double TransformerKernels::hop(int64_t peer) const {
  double bytes = activationBytes() / double(strategy.tensor);
  double sent = cost.transferSeconds(int64_t(bytes), 0, peer);
  if (strategy.sequenceParallel)
    return sent; // the next stage reads its part
  // An all-gather is one of the two halves of an all-reduce.
  return sent + tensorAllReduce() / 2;
}

double TransformerKernels::update(double parameters) const {
  double gradient = double(strategy.gradientBytes);
  // The gradients' norm; then master weight and both moments, of 4 bytes each,
  // are read and written, and the weight of 2 bytes is written.
  return stream(parameters * gradient) +
         stream(parameters * (gradient + 2 * 3 * 4 + 2));
}
