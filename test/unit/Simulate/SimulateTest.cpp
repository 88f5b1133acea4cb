//===- SimulateTest.cpp - Plans as discrete events ------------------------===//

#include "../Plan/SharedSequences.h"
#include "../Plan/SliceModel.h"
#include "../Plan/SyntheticModel.h"

#include "hocket/Simulate/Adapters.h"
#include "hocket/Simulate/Simulate.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::simulate;

namespace {

/// Time is counted in operations; what has none is free. Two ranks to a node.
class OperationCost : public CostModel {
public:
  double transfer = 0, allReduce = 0, hostCopy = 0; // seconds each
  int64_t adapters = 0;

  double workSeconds(const Work &work) const override {
    return double(work.flops);
  }
  double transferSeconds(int64_t, int64_t, int64_t) const override {
    return transfer;
  }
  double hostCopySeconds(int64_t) const override { return hostCopy; }
  LinkShare linkShare(int64_t from, int64_t to) const override {
    if (from / 2 == to / 2)
      return {};
    return {2 * (from / 2), 2 * (to / 2) + 1, adapters};
  }
  double allReduceSeconds(int64_t,
                          const std::vector<uint32_t> &) const override {
    return allReduce;
  }
};

Model makeStages(uint32_t stages, bool backward = true) {
  SyntheticOptions options;
  options.stages = stages;
  options.updates = false;
  options.backward = backward;
  return makeModel(options);
}

constexpr double kTask = 2 * 16 * 16 * 8; // operations of F, and of B

Simulation run(const Plan &plan, const Model &model, const CostModel &cost,
               const SimulationOptions &options = {}) {
  Result<Simulation> step = simulate::simulate(plan, model, cost, options);
  EXPECT_TRUE(step) << step.error();
  return step ? *step : Simulation();
}

} // namespace

TEST(Adapters, SendOneMessageAtATime) {
  AdapterQueues queues;
  LinkShare share = {0, 1, 2};
  EXPECT_EQ(queues.begin(share, 5, 10), 5);
  EXPECT_EQ(queues.begin(share, 6, 10), 6);
  EXPECT_EQ(queues.begin(share, 7, 10), 15) << "both are busy";
  EXPECT_EQ(queues.begin({2, 1, 2}, 7, 1), 16) << "the receiver's are, too";
  EXPECT_EQ(queues.begin({2, 3, 2}, 7, 1), 7) << "others' are not";
  EXPECT_EQ(queues.begin({0, 1, 0}, 7, 1), 7) << "not shared";
}

TEST(Simulate, BubbleOfGPipeAnd1F1B) {
  OperationCost cost;
  for (const char *schedule : {"gpipe", "1f1b"})
    for (uint32_t stages : {1u, 2u, 4u})
      for (uint32_t microbatches : {1u, 4u, 8u}) {
        Model model = makeStages(stages);
        Plan plan = makeEvenPlan(model, {1, microbatches, schedule});
        Simulation step = run(plan, model, cost);
        double slots = microbatches + stages - 1;
        EXPECT_DOUBLE_EQ(step.seconds, slots * 2 * kTask);
        EXPECT_NEAR(step.bubbleRate(), (stages - 1) / slots, 1e-12);
      }
}

/// F0 to F7, then B0 to B7 of as many operations: what each leaves waits on the
/// host. A task waits for the copies that were posted before the one ahead of
/// it.
TEST(Simulate, CopiesToTheHostRunBesideTheTasks) {
  Model model = makeStages(1);
  Strategy strategy{1, 8, "gpipe"};
  strategy.activations = {{0, 1}};
  Plan plan = makeEvenPlan(model, strategy);
  int64_t copies = 0;
  for (const Instruction &instruction : plan.roles[0].body)
    copies += instruction.op == Op::Offload;
  ASSERT_GT(copies, 0);
  ASSERT_EQ(copies % 8, 0);
  OperationCost cost;
  for (double ofTask : {0.0, 0.5, 1.0, 1.5, 4.0}) {
    double ofMicrobatch = ofTask * kTask;
    cost.hostCopy = ofMicrobatch / double(copies / 8);
    double expected = ofTask <= 1 ? 16 * kTask : 2 * kTask + 14 * ofMicrobatch;
    Simulation step = run(plan, model, cost);
    EXPECT_NEAR(step.seconds, expected, 1e-6 * expected) << ofTask;
    EXPECT_DOUBLE_EQ(step.busySeconds[0], 16 * kTask);
  }
}

/// Two replicas of two stages: ranks 0 and 1 send to ranks 2 and 3, in another
/// node.
TEST(Simulate, MessagesQueueForSharedAdapters) {
  Model model = makeStages(2, false);
  Plan plan = makeEvenPlan(model, {2, 1, "gpipe"});
  ASSERT_EQ(plan.ranks.size(), 4u);
  OperationCost cost;
  cost.transfer = 1e6;
  for (int64_t adapters : {0, 2, 1}) {
    cost.adapters = adapters;
    Simulation step = run(plan, model, cost);
    double queued = adapters == 1 ? 1e6 : 0;
    EXPECT_DOUBLE_EQ(step.seconds, 2 * kTask + 1e6 + queued) << adapters;
  }
}

/// Work is conserved: with one core the step takes as long as all kernels.
TEST(Simulate, RanksShareCores) {
  OperationCost cost;
  Model model = makeStages(4);
  Plan plan = makeEvenPlan(model, {2, 8, "1f1b"});
  double work = 8 * 8 * 2 * kTask; // of 8 ranks
  for (uint32_t cores : {1u, 2u, 4u, 8u, 64u}) {
    Simulation step = run(plan, model, cost, {cores, 0, true});
    EXPECT_GE(step.seconds, work / cores * (1 - 1e-9)) << cores;
    if (cores == 1)
      EXPECT_NEAR(step.seconds, work, work * 1e-9);
    for (uint32_t rank = 0; rank < 8; ++rank) {
      double end = 0;
      for (const Span &span : step.timelines[rank]) {
        EXPECT_GE(span.begin, end);
        EXPECT_GE(span.end, span.begin);
        end = span.end;
      }
      EXPECT_EQ(step.timelines[rank].size(),
                plan.roles[plan.ranks[rank].role].body.size());
    }
  }
  // With a core for each rank it is the step without sharing.
  EXPECT_NEAR(run(plan, model, cost, {8, 0, false}).seconds,
              run(plan, model, cost).seconds, 1e-6);
}

/// Copies and sums take cores, and threads wake up late.
TEST(Simulate, CommunicationIsWorkOfTheCores) {
  OperationCost cost;
  cost.transfer = 1e6;
  cost.allReduce = 1e7;
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 1, "1f1b"});
  // F, copy, F, B, copy, B, and a sum of losses by both ranks.
  EXPECT_DOUBLE_EQ(run(plan, model, cost, {1, 0, false}).seconds,
                   4 * kTask + 2 * 1e6 + 2 * 1e7);
  EXPECT_GT(run(plan, model, cost, {1, 1e3, false}).seconds,
            4 * kTask + 2 * 1e6 + 2 * 1e7 + 2e3 - 1);
}

TEST(Simulate, PeakBytesAreWhatIsLive) {
  Model model = makeStages(4);
  for (const char *schedule : {"gpipe", "1f1b"}) {
    Plan plan = makeEvenPlan(model, {2, 8, schedule});
    Simulation step = run(plan, model, OperationCost());
    ASSERT_EQ(step.peakBytes.size(), 8u);
    for (uint32_t rank = 0; rank < 8; ++rank) {
      int64_t arena = plan.roles[plan.ranks[rank].role].arenaBytes;
      EXPECT_GT(step.peakBytes[rank], 0);
      EXPECT_LE(step.peakBytes[rank], arena);
      EXPECT_GT(step.peakBytes[rank], arena * 3 / 4);
    }
    EXPECT_EQ(step.peakBytes[0], step.peakBytes[1]) << "replicas";
  }
}

TEST(Simulate, ModelFlopsAreThreeForwards) {
  Model model = makeStages(4);
  Plan plan = makeEvenPlan(model, {2, 8, "1f1b"});
  double forward = 4 * 2 * 8 * kTask;
  EXPECT_DOUBLE_EQ(modelFlops(plan, model), 3 * forward);
  Model inference = makeStages(4, false);
  Plan once = makeEvenPlan(inference, {2, 8, "gpipe"});
  EXPECT_DOUBLE_EQ(modelFlops(once, inference), forward);
  Simulation step = run(once, inference, OperationCost());
  EXPECT_DOUBLE_EQ(step.utilization(2), forward / step.seconds / 8 / 2);
  EXPECT_EQ(step.utilization(0), 0);
}

/// Rank 1 has 7 pairs of its own tokens to attend to and 11 with keys of rank
/// 0, which waits for their gradients.
TEST(Simulate, AttentionsOfSharedSequencesTakeTheTimeOfTheirPairs) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  OperationCost cost;
  double forward = 4 * (100 + 10), backward = 4 * (20 + 16 * 4);
  double attends = 4 * (32 + 80) * (7 + 11);
  double sums = 2 * 5 * 2 * 8;
  double last = 5 * 200; // embed.B of rank 0
  Simulation step = run(plan, model, cost);
  EXPECT_DOUBLE_EQ(step.seconds, forward + attends + backward + sums + last);
  EXPECT_DOUBLE_EQ(step.busySeconds[0], 5 * (100 + 10 + 20 + 16 * 4) +
                                            4 * (32 + 80) * 9 + sums + last);
  EXPECT_DOUBLE_EQ(step.modelFlops,
                   3 * (9 * (100 + 10) + 4 * 32 * (9 + 7 + 11)));
  EXPECT_GE(run(plan, model, cost, {1, 0, false}).seconds,
            step.busySeconds[0] + step.busySeconds[1]);
  // The workspace of the attention's gradient is alive with its operands.
  model.kernels[model.stages[1].attention->partGrad].workspaceBytes = {};
  std::vector<int64_t> without = peakBytes(plan, model);
  EXPECT_EQ(step.peakBytes[0], without[0] + 64 * 5);
  EXPECT_EQ(step.peakBytes[1], without[1] + 64 * 4);
}

/// What is computed again takes time and is no work of the model; it saves
/// memory.
TEST(Simulate, ComputingAgainTakesTime) {
  SliceOptions options;
  options.layers = 1;
  Model model = makeSliceModel(options);
  Strategy strategy;
  strategy.schedule = "gpipe";
  strategy.segments = {2, 1};
  strategy.chunks = 2;
  strategy.slices = 3;
  auto expanded = [&] {
    Result<Plan> plan =
        expand(model, strategy, {24}, ScheduleRegistry::withBuiltins());
    EXPECT_TRUE(plan) << plan.error();
    return plan ? *plan : Plan();
  };
  Simulation kept = run(expanded(), model, OperationCost());
  strategy.activations = {{0, 0}, {0, 0}};
  Simulation again = run(expanded(), model, OperationCost());
  double pairs = 24 * 25 / 2, keys = 2 * 8, layer = 2 * 24;
  EXPECT_DOUBLE_EQ(again.seconds - kept.seconds, 100 * (pairs + keys + layer));
  EXPECT_DOUBLE_EQ(again.modelFlops, kept.modelFlops);
  EXPECT_DOUBLE_EQ(kept.modelFlops, 3 * 100 * (pairs + 3 * 24));
  EXPECT_LT(again.peakBytes[0], kept.peakBytes[0] * 2 / 3);
}

/// A plan that was not checked: two ranks that receive from each other first.
TEST(Simulate, SaysWhoWaitsForever) {
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 1, "1f1b"});
  for (Role &role : plan.roles)
    for (size_t i = 0; i < role.body.size(); ++i)
      if (role.body[i].op == Op::Recv)
        std::rotate(role.body.begin(), role.body.begin() + long(i),
                    role.body.begin() + long(i) + 1);
  for (uint32_t cores : {0u, 1u}) {
    Result<Simulation> step =
        simulate::simulate(plan, model, OperationCost(), {cores, 0, false});
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, ErrorCode::Runtime);
    EXPECT_NE(step.error().message.find("waits forever"), std::string::npos);
  }
}
