//===- TransformerStep.cpp - A training step of a GPT, predicted ----------===//

#include "hocket/Simulate/TransformerStep.h"

#include "TransformerKernels.h"

#include "hocket/Plan/Timeline.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

namespace {

Error invalid(const std::string &message) {
  return Error(ErrorCode::InvalidArgument, message);
}

Result<void> checkNumbers(const Transformer &model,
                          const TransformerStrategy &strategy) {
  // Products of four of them stay within 64 bits.
  constexpr int64_t most = 1 << 24;
  for (auto [field, value] : {std::pair("layers", model.layers),
                              {"hidden", model.hidden},
                              {"heads", model.heads},
                              {"sequence", model.sequence},
                              {"vocabulary", model.vocabulary},
                              {"tensor", strategy.tensor},
                              {"pipeline", strategy.pipeline},
                              {"data", strategy.data},
                              {"chunks", strategy.chunks},
                              {"batch", strategy.batch},
                              {"microbatch", strategy.microbatch},
                              {"gradientBytes", strategy.gradientBytes}})
    if (value < 1 || value > most)
      return invalid("field '" + std::string(field) + "' is " +
                     std::to_string(value) + ", not a number from 1 to " +
                     std::to_string(most));
  return {};
}

Result<void> checkDegrees(const Transformer &model,
                          const TransformerStrategy &strategy,
                          const Topology &topology) {
  struct Cut {
    const char *what;
    int64_t total;
    const char *by;
    int64_t parts;
  };
  for (const Cut &cut :
       {Cut{"hidden", model.hidden, "heads", model.heads},
        {"heads", model.heads, "tensor", strategy.tensor},
        {"vocabulary", model.vocabulary, "tensor", strategy.tensor},
        {"layers", model.layers, "pipeline * chunks",
         strategy.pipeline * strategy.chunks},
        {"batch", strategy.batch, "data * microbatch",
         strategy.data * strategy.microbatch}})
    if (cut.total % cut.parts != 0)
      return invalid(std::string(cut.what) + " = " + std::to_string(cut.total) +
                     " is not a multiple of " + cut.by + " = " +
                     std::to_string(cut.parts));
  // One after the other, so that nothing overflows.
  if (strategy.tensor * strategy.pipeline > topology.devices() ||
      strategy.devices() > topology.devices())
    return invalid("the step needs more devices than the " +
                   std::to_string(topology.devices()) + " of topology '" +
                   topology.name + "'");
  return {};
}

class Step {
public:
  Step(const Transformer &model, const TransformerStrategy &strategy,
       const CostModel &cost, const Schedule &schedule)
      : model(model), strategy(strategy), cost(cost), schedule(schedule),
        kernels(model, strategy, cost),
        shape{uint32_t(strategy.pipeline), uint32_t(strategy.chunks),
              uint32_t(strategy.microbatches())} {}

  Result<TransformerPrediction> predict() const;

private:
  TaskDurations durations() const;
  /// Ranks of data replica `r` of pipeline rank `p`: tensor * (p * data + r).
  int64_t rankOf(int64_t pipeline, int64_t data) const {
    return strategy.tensor * (pipeline * strategy.data + data);
  }
  double blockParameters() const {
    double hidden = double(model.hidden);
    return 12 * hidden * hidden * double(model.layers) /
           double(strategy.pipeline * strategy.tensor);
  }
  double tableParameters() const {
    return double(model.vocabulary) * double(model.hidden) /
           double(strategy.tensor);
  }
  double gradientSeconds() const;
  void countFlops(TransformerPrediction &prediction) const;

  const Transformer &model;
  const TransformerStrategy &strategy;
  const CostModel &cost;
  const Schedule &schedule;
  TransformerKernels kernels;
  PipelineShape shape;
};

TaskDurations Step::durations() const {
  uint32_t stages = shape.stages();
  PassSeconds blocks =
      kernels.layer() * (double(model.layers) / double(stages));
  PassSeconds first = kernels.embedding(), last = kernels.head();
  double hop = strategy.pipeline > 1 ? kernels.hop(rankOf(1, 0)) : 0;
  // A rank that has sent waits until it was received.
  TaskDurations durations;
  for (uint32_t stage = 0; stage < stages; ++stage) {
    PassSeconds pass = blocks;
    if (stage == 0)
      pass = pass + first;
    else
      pass.backward += hop;
    if (stage + 1 == stages)
      pass = pass + last;
    else
      pass.forward += hop;
    durations.forward.push_back(pass.forward);
    // A schedule that cuts the backward gets two halves: each linear layer has
    // two products of the same size.
    durations.inputGradient.push_back(pass.backward / 2);
    durations.weightGradient.push_back(pass.backward / 2);
  }
  return durations;
}

double Step::gradientSeconds() const {
  std::vector<uint32_t> replicas;
  for (int64_t data = 0; data < strategy.data; ++data)
    replicas.push_back(uint32_t(rankOf(0, data)));
  double gradient = double(strategy.gradientBytes);
  double seconds = cost.allReduceSeconds(
      int64_t((blockParameters() + tableParameters()) * gradient), replicas);
  // The first and the last stage share the table of tokens.
  if (strategy.pipeline > 1)
    seconds +=
        cost.allReduceSeconds(int64_t(tableParameters() * gradient),
                              {0, uint32_t(rankOf(strategy.pipeline - 1, 0))});
  return seconds;
}

/// Equation 3 of Narayanan et al.; B, s, l, h and V are its names.
void Step::countFlops(TransformerPrediction &prediction) const {
  double B = double(strategy.batch), s = double(model.sequence),
         l = double(model.layers), h = double(model.hidden),
         V = double(model.vocabulary);
  double layers = 24 * B * s * l * h * h * (1 + s / (6 * h)); // forward
  prediction.modelFlops = 3 * (layers + 2 * B * s * h * V);
  prediction.executedFlops = prediction.modelFlops;
  if (strategy.recomputation == Recomputation::Layers)
    prediction.executedFlops += layers;
  else if (strategy.recomputation == Recomputation::Attention)
    prediction.executedFlops += 4 * B * s * s * l * h;
}

Result<TransformerPrediction> Step::predict() const {
  if (Result<void> checked = schedule.check(shape); !checked)
    return checked.error();
  TaskOrders orders;
  for (uint32_t stage = 0; stage < shape.stages(); ++stage)
    orders.rankOf.push_back(schedule.rankOf(stage, shape));
  for (uint32_t rank = 0; rank < shape.ranks; ++rank)
    orders.ofRank.push_back(schedule.order(rank, shape));
  TaskDurations seconds = durations();
  Result<std::vector<std::vector<TaskSpan>>> spans = playTasks(orders, seconds);
  if (!spans)
    return spans.error();

  TransformerPrediction prediction;
  double busy = 0;
  for (const std::vector<TaskSpan> &rank : *spans)
    for (const TaskSpan &span : rank) {
      busy += span.end - span.begin;
      prediction.pipelineSeconds =
          std::max(prediction.pipelineSeconds, span.end);
    }
  prediction.bubbleRate =
      1 - busy / (prediction.pipelineSeconds * double(shape.ranks));
  prediction.gradientSeconds = gradientSeconds();
  prediction.updateSeconds =
      kernels.update(blockParameters() + tableParameters());
  prediction.seconds = prediction.pipelineSeconds + prediction.gradientSeconds +
                       prediction.updateSeconds;
  prediction.devices = strategy.devices();
  countFlops(prediction);
  return prediction;
}

} // namespace

Result<TransformerPrediction>
simulate::predictStep(const Transformer &model,
                      const TransformerStrategy &strategy,
                      const Topology &topology, const CostModel &cost,
                      const plan::ScheduleRegistry &schedules) {
  if (Result<void> checked = checkNumbers(model, strategy); !checked)
    return checked.error();
  if (Result<void> checked = checkDegrees(model, strategy, topology); !checked)
    return checked.error();
  Result<const plan::Schedule *> schedule = schedules.get(strategy.schedule);
  if (!schedule)
    return schedule.error();
  return Step(model, strategy, cost, **schedule).predict();
}
