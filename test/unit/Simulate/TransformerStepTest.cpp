//===- TransformerStepTest.cpp - Published runs, predicted ----------------===//

#include "hocket/Simulate/TransformerStep.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

using namespace hocket;
using namespace hocket::simulate;

namespace {

Topology a100() {
  Result<Topology> loaded =
      loadTopology(HOCKET_TEST_DATA "/topology/a100-1536x8.yaml");
  EXPECT_TRUE(loaded) << loaded.error();
  return *loaded;
}

Result<TransformerPrediction> predict(const Transformer &model,
                                      const TransformerStrategy &strategy) {
  Topology topology = a100();
  return predictStep(model, strategy, topology, RooflineCost(topology),
                     plan::ScheduleRegistry::withBuiltins());
}

struct PublishedRun {
  const char *name;
  Transformer model;
  TransformerStrategy strategy;
  double measured; // seconds, or flop/s of a device with recomputation
};

/// Narayanan et al., SC'21, table 1: what was published of five of its rows.
/// 2-byte floats with 2-byte gradients, as fp16 runs of that release.
std::vector<PublishedRun> megatronRuns() {
  auto run = [](const char *name, int64_t hidden, int64_t layers, int64_t heads,
                int64_t tensor, int64_t pipeline, int64_t chunks, int64_t gpus,
                int64_t batch, int64_t microbatch, double teraflops) {
    TransformerStrategy strategy;
    strategy.tensor = tensor;
    strategy.pipeline = pipeline;
    strategy.data = gpus / (tensor * pipeline);
    strategy.chunks = chunks;
    strategy.schedule = chunks > 1 ? "interleaved" : "1f1b";
    strategy.batch = batch;
    strategy.microbatch = microbatch;
    strategy.recomputation = Recomputation::Layers;
    strategy.gradientBytes = 2;
    return PublishedRun{
        name, {layers, hidden, heads, 2048, 51200}, strategy, teraflops * 1e12};
  };
  return {run("1.7B", 2304, 24, 24, 1, 1, 1, 32, 512, 16, 137),
          run("7.5B", 4096, 36, 32, 4, 1, 1, 128, 512, 16, 142),
          run("39.1B", 8192, 48, 64, 8, 2, 1, 512, 1536, 4, 138),
          run("145.6B", 12288, 80, 96, 8, 8, 2, 1536, 2304, 2, 148),
          run("529.6B", 20480, 105, 128, 8, 35, 3, 2520, 2520, 1, 163)};
}

/// Megatron-LM as MegaScale (Jiang et al., NSDI'24) measured it: bf16, whose
/// gradients are of 4 bytes.
std::vector<PublishedRun> megaScaleRuns() {
  auto run = [](const char *name, int64_t gpus, int64_t batch, double seconds) {
    TransformerStrategy strategy;
    strategy.tensor = 8;
    strategy.pipeline = 8;
    strategy.data = gpus / 64;
    strategy.chunks = 6;
    strategy.schedule = "interleaved";
    strategy.batch = batch;
    strategy.recomputation = Recomputation::Attention;
    strategy.sequenceParallel = true;
    strategy.fusedAccumulation = true;
    return PublishedRun{name, {96, 12288, 96, 2048, 51200}, strategy, seconds};
  };
  return {run("256 GPUs", 256, 768, 40.0), run("1024 GPUs", 1024, 768, 11.9),
          run("12288 GPUs", 12288, 6144, 8.57)};
}

/// Mean of the relative errors; prints each.
double meanError(const std::vector<PublishedRun> &runs, bool measuresSeconds) {
  double sum = 0;
  for (const PublishedRun &run : runs) {
    Result<TransformerPrediction> step = predict(run.model, run.strategy);
    EXPECT_TRUE(step) << step.error();
    if (!step)
      return INFINITY;
    double predicted =
        measuresSeconds ? step->seconds : step->executedFlopsPerSecond();
    double error = predicted / run.measured - 1;
    std::printf("%-12s %8.4g measured, %8.4g predicted: %+.1f%%  (%.2f s: "
                "pipeline %.2f, gradients %.2f, update %.3f; bubble %.3f, "
                "MFU %.3f)\n",
                run.name, run.measured, predicted, 100 * error, step->seconds,
                step->pipelineSeconds, step->gradientSeconds,
                step->updateSeconds, step->bubbleRate,
                step->utilization(a100().device.peakFlopsPerSecond));
    sum += std::abs(error);
  }
  return sum / double(runs.size());
}

} // namespace

TEST(TransformerStep, MegatronIsPredicted) {
  EXPECT_LE(meanError(megatronRuns(), false), 0.04);
}

TEST(TransformerStep, MegaScaleIsPredicted) {
  EXPECT_LE(meanError(megaScaleRuns(), true), 0.06);
}

/// Without communication and with equal stages, the bubble is that of the
/// formula, and all else is the sum of the kernels.
TEST(TransformerStep, BubbleIsThatOfTheFormula) {
  Topology topology = a100();
  topology.interNode = topology.intraNode = {0, 1e30};
  topology.device.launchSeconds = 0;
  TransformerStrategy strategy;
  strategy.pipeline = 4;
  strategy.batch = 8;
  Transformer model = {64, 1024, 16, 1024, 16}; // a tiny vocabulary: no head
  for (int64_t chunks : {1, 2, 4}) {
    strategy.chunks = chunks;
    strategy.schedule = chunks > 1 ? "interleaved" : "1f1b";
    auto step = predictStep(model, strategy, topology, RooflineCost(topology),
                            plan::ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(step) << step.error();
    double idle = 3.0 / double(chunks);
    EXPECT_NEAR(step->bubbleRate, idle / (8 + idle), 0.01) << chunks;
  }
}

TEST(TransformerStep, CountsTheFlopsOfThePaper) {
  // Equation 3 of Narayanan et al., with all activations recomputed.
  for (const PublishedRun &run : megatronRuns()) {
    Result<TransformerPrediction> step = predict(run.model, run.strategy);
    ASSERT_TRUE(step) << step.error();
    double B = double(run.strategy.batch), s = 2048,
           l = double(run.model.layers), h = double(run.model.hidden),
           V = 51200;
    double paper =
        96 * B * s * l * h * h * (1 + s / (6 * h) + V / (16 * l * h));
    EXPECT_NEAR(step->executedFlops / paper, 1, 1e-12);
    EXPECT_LT(step->modelFlops, step->executedFlops);
  }
}

TEST(TransformerStep, ErrorsNameTheField) {
  PublishedRun good = megatronRuns()[2];
  auto expectError = [&](auto change, const std::string &message) {
    PublishedRun run = good;
    change(run);
    Result<TransformerPrediction> step = predict(run.model, run.strategy);
    ASSERT_FALSE(step) << message;
    EXPECT_EQ(step.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(step.error().message, message);
  };
  expectError([](PublishedRun &run) { run.model.layers = 0; },
              "field 'layers' is 0, not a number from 1 to 16777216");
  expectError([](PublishedRun &run) { run.strategy.microbatch = INT64_MAX; },
              "field 'microbatch' is 9223372036854775807, not a number from 1 "
              "to 16777216");
  expectError([](PublishedRun &run) { run.model.layers = 49; },
              "layers = 49 is not a multiple of pipeline * chunks = 2");
  expectError([](PublishedRun &run) { run.strategy.batch = 1535; },
              "batch = 1535 is not a multiple of data * microbatch = 128");
  expectError(
      [](PublishedRun &run) {
        run.strategy.data = run.strategy.batch = 1 << 20;
        run.strategy.microbatch = 1;
      },
      "the step needs more devices than the 12288 of topology "
      "'a100-1536x8'");
}
