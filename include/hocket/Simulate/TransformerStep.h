//===- TransformerStep.h - A training step of a GPT, predicted --*- C++ -*-===//
//
// How long a step of a transformer takes on a cluster, from the shapes of its
// kernels alone: no model is compiled. The layers are those of Megatron-LM
// (Shoeybi et al. 2019), cut by tensor, pipeline and data parallelism as in
// Narayanan et al., SC'21. docs/cost.md says what is counted.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SIMULATE_TRANSFORMERSTEP_H
#define HOCKET_SIMULATE_TRANSFORMERSTEP_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Schedule.h"
#include "hocket/Support/Result.h"
#include "hocket/Topology/Topology.h"

#include <cstdint>
#include <string>

namespace hocket::simulate {

/// A GPT: blocks of attention and of a perceptron four times as wide.
struct Transformer {
  int64_t layers = 1;
  int64_t hidden = 1;
  int64_t heads = 1;
  int64_t sequence = 1; // tokens
  int64_t vocabulary = 1;
};

/// What the backward computes again instead of keeping it.
enum class Recomputation : uint8_t {
  None,
  Attention, ///< scores, softmax and their product with the values ("selective"
             ///< of Korthikanti et al., MLSys'23)
  Layers,    ///< whole layers, from their inputs
};

/// How a step is run. Devices are numbered as Megatron-LM does: those of a
/// tensor group are neighbours, then come the data replicas, then the pipeline.
struct TransformerStrategy {
  int64_t tensor = 1, pipeline = 1, data = 1;
  int64_t chunks = 1; // stages per pipeline rank
  std::string schedule = "1f1b";
  int64_t batch = 1;      // sequences of a step, on all replicas together
  int64_t microbatch = 1; // sequences
  Recomputation recomputation = Recomputation::None;
  /// Norms, dropouts and residuals are cut along the sequence, too.
  bool sequenceParallel = false;
  /// Of an element of a gradient, as it is accumulated and all-reduced.
  int64_t gradientBytes = 4;
  /// The products that make weight gradients add to them in place.
  bool fusedAccumulation = false;

  int64_t devices() const { return tensor * pipeline * data; }
  int64_t microbatches() const { return batch / (data * microbatch); }
};

struct TransformerPrediction {
  double seconds = 0;         // of the step: the sum of the next three
  double pipelineSeconds = 0; // of all forwards and backwards
  double gradientSeconds = 0; // all-reduces between replicas, after those
  double updateSeconds = 0;   // of the optimizer
  /// The share of `pipelineSeconds` that ranks idle, on average.
  double bubbleRate = 0;
  /// Products of the forward and the backward, without recomputation: equation
  /// 3 of Narayanan et al. less its recomputed quarter.
  double modelFlops = 0;
  double executedFlops = 0; // with recomputation
  int64_t devices = 0;

  double executedFlopsPerSecond() const {
    return executedFlops / seconds / double(devices);
  }
  /// The share of the devices' peak (in flop/s) that the model needs.
  double utilization(double peak) const {
    return modelFlops / seconds / double(devices) / peak;
  }
};

/// Predicts one step: kernels by `cost`, tasks in the order of the schedule
/// (plan::playTasks) on one replica, as all replicas are alike. Transfers
/// between stages keep their sender from its next task, as in Megatron-LM; the
/// gradients are all-reduced when the last backward is done. Errors:
/// InvalidArgument, for a number below 1, degrees that do not divide what they
/// cut, more devices than there are, and schedules that do not fit.
Result<TransformerPrediction>
predictStep(const Transformer &model, const TransformerStrategy &strategy,
            const Topology &topology, const CostModel &cost,
            const plan::ScheduleRegistry &schedules);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_TRANSFORMERSTEP_H
