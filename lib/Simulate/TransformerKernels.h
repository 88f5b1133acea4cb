//===- TransformerKernels.h - Seconds of a transformer's kernels *- C++ -*-===//

#ifndef HOCKET_LIB_SIMULATE_TRANSFORMERKERNELS_H
#define HOCKET_LIB_SIMULATE_TRANSFORMERKERNELS_H

#include "hocket/Simulate/TransformerStep.h"

namespace hocket::simulate {

/// Seconds that one microbatch spends in a piece of the model.
struct PassSeconds {
  double forward = 0, backward = 0;

  PassSeconds operator+(const PassSeconds &other) const {
    return {forward + other.forward, backward + other.backward};
  }
  PassSeconds operator*(double factor) const {
    return {forward * factor, backward * factor};
  }
};

/// The kernels of one tensor-parallel rank. All activations are of 2 bytes.
class TransformerKernels {
public:
  TransformerKernels(const Transformer &model,
                     const TransformerStrategy &strategy, const CostModel &cost)
      : model(model), strategy(strategy), cost(cost),
        tokens(double(strategy.microbatch * model.sequence)) {}

  /// One block, all-reduces over the tensor group and recomputation included.
  PassSeconds layer() const;
  PassSeconds embedding() const;
  /// The product with the vocabulary and the cross entropy.
  PassSeconds head() const;
  /// From one stage to the next: each device of the tensor group sends its part
  /// to its peer on rank `peer`, which gathers the others'.
  double hop(int64_t peer) const;
  /// `parameters` of one device: checks the gradients and updates by Adam.
  double update(double parameters) const;

private:
  /// A kernel that is bound by memory.
  double stream(double bytes) const;
  /// A layer y = x W with W of [in, out], cut over the tensor group.
  PassSeconds linear(int64_t in, int64_t out) const;
  /// The rank's heads: from queries, keys and values to their outputs.
  PassSeconds attention() const;
  /// Norms, dropouts, residuals, and the perceptron's activation function.
  PassSeconds pointwise() const;
  double tensorAllReduce() const;
  /// Tokens whose norms and dropouts this rank computes.
  double ownTokens() const {
    return strategy.sequenceParallel ? tokens / double(strategy.tensor)
                                     : tokens;
  }
  double activationBytes() const { return 2 * tokens * double(model.hidden); }

  const Transformer &model;
  const TransformerStrategy &strategy;
  const CostModel &cost;
  double tokens; // of a microbatch
};

} // namespace hocket::simulate

#endif // HOCKET_LIB_SIMULATE_TRANSFORMERKERNELS_H
