//===- VirtualWorldTest.cpp - Ranks on virtual clocks ---------------------===//

#include "../Plan/SharedSequences.h"
#include "../Plan/SliceModel.h"
#include "TestFiles.h"

#include "hocket/Plan/Check.h"
#include "hocket/Runtime/Report.h"
#include "hocket/Runtime/Trace.h"
#include "hocket/Runtime/World.h"
#include "hocket/Support/File.h"

#include <nlohmann/json.hpp>

#include <set>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::runtime;

namespace {

/// Time is counted in operations; what has none is free.
class OperationCost : public CostModel {
public:
  double transfer = 0, allReduce = 0; // seconds each

  double workSeconds(const Work &work) const override {
    return double(work.flops);
  }
  double transferSeconds(int64_t, int64_t, int64_t) const override {
    return transfer;
  }
  double allReduceSeconds(int64_t,
                          const std::vector<uint32_t> &) const override {
    return allReduce;
  }
};

SyntheticOptions stagesWithoutUpdate(uint32_t stages) {
  SyntheticOptions options;
  options.stages = stages;
  options.updates = false;
  return options;
}

constexpr double kTask = 2 * 16 * 16 * 8; // operations of F, and of B

} // namespace

/// Narayanan et al., "Efficient Large-Scale Language Model Training on GPU
/// Clusters" (2021): p - 1 tasks' worth of time each way on top of m.
TEST(VirtualWorld, BubbleOfGPipeAnd1F1B) {
  OperationCost cost;
  for (const char *schedule : {"gpipe", "1f1b"})
    for (uint32_t stages : {1u, 2u, 4u})
      for (uint32_t microbatches : {1u, 4u, 8u}) {
        Model model = makeModel(stagesWithoutUpdate(stages));
        Plan plan = makeEvenPlan(model, {1, microbatches, schedule});
        Result<Prediction> prediction = predict(plan, model, cost, false);
        ASSERT_TRUE(prediction) << prediction.error();
        double slots = microbatches + stages - 1;
        EXPECT_DOUBLE_EQ(prediction->seconds, slots * 2 * kTask);
        EXPECT_NEAR(prediction->bubbleRate(), (stages - 1) / slots, 1e-12);
        for (double busy : prediction->busySeconds)
          EXPECT_DOUBLE_EQ(busy, microbatches * 2 * kTask);
      }
}

TEST(VirtualWorld, TransfersAndReductionsTakeTime) {
  OperationCost cost;
  cost.transfer = 1e6;
  cost.allReduce = 1e8;
  Model model = makeModel(stagesWithoutUpdate(2));
  Plan plan = makeEvenPlan(model, {1, 1, "1f1b"});
  Result<Prediction> prediction = predict(plan, model, cost, false);
  ASSERT_TRUE(prediction) << prediction.error();
  // F, there, F, B, back, B; then the loss and the weight.
  EXPECT_DOUBLE_EQ(prediction->seconds, 4 * kTask + 2 * 1e6 + 1e8);
  int64_t arena = 0;
  for (const Role &role : plan.roles)
    arena = std::max(arena, role.arenaBytes);
  EXPECT_EQ(prediction->peakArenaBytes, arena);
}

TEST(VirtualWorld, TenThousandRanks) {
  SyntheticOptions options;
  options.stages = 16;
  Model model = makeModel(options);
  Plan plan = makeEvenPlan(model, {625, 16, "1f1b"});
  ASSERT_EQ(plan.ranks.size(), 10000u);
  Result<void> checked = check(plan, model, 0);
  ASSERT_TRUE(checked) << checked.error();
  OperationCost cost;
  cost.transfer = 500;
  Result<Prediction> prediction = predict(plan, model, cost, false);
  ASSERT_TRUE(prediction) << prediction.error();
  // The replicas are alike, so that they take as long as one of them.
  Plan one = makeEvenPlan(model, {1, 16, "1f1b"});
  Result<Prediction> single = predict(one, model, cost, false);
  ASSERT_TRUE(single) << single.error();
  EXPECT_DOUBLE_EQ(prediction->seconds, single->seconds);
  ASSERT_EQ(prediction->busySeconds.size(), 10000u);
  for (uint32_t rank = 0; rank < 10000; ++rank)
    ASSERT_DOUBLE_EQ(prediction->busySeconds[rank],
                     single->busySeconds[rank / 625]);
}

/// Expects that the executors' step is that of the simulation, which has none:
/// every span of every rank.
static void expectTheSimulation(const Plan &plan, const Model &model,
                                const CostModel &cost) {
  Result<Prediction> executed = predict(plan, model, cost, true);
  ASSERT_TRUE(executed) << executed.error();
  Result<Prediction> simulated =
      simulate::simulate(plan, model, cost, {0, 0, true});
  ASSERT_TRUE(simulated) << simulated.error();
  EXPECT_DOUBLE_EQ(executed->seconds, simulated->seconds);
  EXPECT_EQ(executed->peakArenaBytes, simulated->peakArenaBytes);
  EXPECT_EQ(executed->peakBytes, simulated->peakBytes);
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    EXPECT_DOUBLE_EQ(executed->busySeconds[rank], simulated->busySeconds[rank]);
    const auto &mine = executed->timelines[rank];
    const auto &other = simulated->timelines[rank];
    ASSERT_EQ(mine.size(), other.size());
    for (size_t i = 0; i < mine.size(); ++i) {
      ASSERT_EQ(mine[i].instruction, other[i].instruction);
      ASSERT_DOUBLE_EQ(mine[i].begin, other[i].begin)
          << "rank " << rank << ", instruction " << i << ", "
          << name(plan.roles[plan.ranks[rank].role].body[i].op);
      ASSERT_DOUBLE_EQ(mine[i].end, other[i].end)
          << "rank " << rank << ", instruction " << i << ", "
          << name(plan.roles[plan.ranks[rank].role].body[i].op);
    }
  }
}

/// With links to themselves and with shared ones.
TEST(VirtualWorld, IsTheSimulation) {
  Topology topology;
  topology.nodes = 4;
  topology.devicesPerNode = 3;
  topology.device = {1 << 30, 1e9, 1e9, 1e-6};
  topology.intraNode = {1e-6, 1e8};
  topology.interNode = {5e-6, 1e7};
  SyntheticOptions options;
  options.stages = 4;
  options.split = true;
  Model model = makeModel(options);
  topology.host = {1 << 30, 2e7};
  Strategy offloading{2, 6, "gpipe"};
  offloading.activations.assign(4, {0, 1});
  for (int64_t adapters : {0, 1, 2})
    for (const Strategy &strategy : {Strategy{3, 6, "1f1b"},
                                     {3, 4, "gpipe"},
                                     {2, 5, "zb_h1"},
                                     offloading}) {
      topology.interNode.adaptersPerNode = adapters;
      std::vector<int64_t> lengths;
      for (uint32_t i = 0; i < strategy.data * strategy.microbatches; ++i)
        lengths.push_back(3 + 7 * i % 11);
      Result<Plan> plan =
          expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
      ASSERT_TRUE(plan) << plan.error();
      EXPECT_EQ(plan->roles[0].hostBytes > 0, strategy == offloading);
      RooflineCost cost(topology);
      expectTheSimulation(*plan, model, cost);
    }
}

/// What a table hides takes no time in either.
TEST(VirtualWorld, IsTheSimulationOfSharedSequences) {
  Topology topology;
  topology.devicesPerNode = 8;
  topology.device = {1 << 30, 1e9, 1e12, 1e-6};
  topology.intraNode = topology.interNode = {1e-6, 1e8};
  RooflineCost cost(topology);
  SliceOptions options;
  options.layers = 3;
  Model model = makeSliceModel(options);
  Strategy shared;
  shared.segments = {2, 2, 2, 1};
  shared.microbatches = 2;
  Strategy sliced = shared;
  shared.sequence = 2;
  sliced.slices = 3;
  sliced.activations.assign(4, {1, 0});
  std::vector<Strategy> strategies = {sliced};
  for (const char *method :
       {"ring", "zigzag", "striped", "all_gather", "ulysses", "token_ring"}) {
    strategies.push_back(shared);
    strategies.back().sequenceMethod = method;
  }
  for (const Strategy &strategy : strategies) {
    SCOPED_TRACE(strategy.sequenceMethod);
    Result<Plan> plan = expand(model, strategy, {40, 9, 31, 17},
                               ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(plan) << plan.error();
    expectTheSimulation(*plan, model, cost);
  }
}

/// Fewer adapters, longer steps.
TEST(VirtualWorld, SharedLinksTakeLonger) {
  Topology topology;
  topology.nodes = 2;
  topology.devicesPerNode = 8;
  topology.device = {1 << 30, 1e12, 1e12, 0};
  topology.intraNode = topology.interNode = {0, 1e6};
  Model model = makeModel(stagesWithoutUpdate(2));
  Plan plan = makeEvenPlan(model, {8, 4, "1f1b"});
  double last = 0;
  for (int64_t adapters : {8, 4, 2, 1}) {
    topology.interNode.adaptersPerNode = adapters;
    RooflineCost cost(topology);
    Result<Prediction> step = predict(plan, model, cost, false);
    ASSERT_TRUE(step) << step.error();
    EXPECT_GT(step->seconds, last * 1.2) << adapters;
    last = step->seconds;
  }
}

TEST(VirtualWorld, TraceHasEveryInstruction) {
  Model model = makeModel(stagesWithoutUpdate(2));
  Plan plan = makeEvenPlan(model, {2, 2, "1f1b"});
  OperationCost cost;
  cost.transfer = 7;
  Result<Prediction> prediction = predict(plan, model, cost, true);
  ASSERT_TRUE(prediction) << prediction.error();
  runtime::test::TestFolder folder;
  std::string path = folder / "trace.json";
  Result<void> written = writeTrace(
      path, {{"predicted", {{&plan, &prediction->timelines}}}}, model);
  ASSERT_TRUE(written) << written.error();
  Result<std::string> text = readFile(path);
  ASSERT_TRUE(text) << text.error();
  nlohmann::json trace = nlohmann::json::parse(*text);
  std::map<uint32_t, size_t> events;
  std::set<std::string> tracks;
  double end = 0;
  for (const nlohmann::json &event : trace.at("traceEvents")) {
    if (event.at("ph") == "X") {
      ++events[event.at("tid")];
      end = std::max(end, double(event.at("ts")) + double(event.at("dur")));
    } else if (event.at("name") == "thread_name") {
      tracks.insert(event.at("args").at("name"));
    }
  }
  EXPECT_EQ(tracks.size(), 4u);
  for (uint32_t rank = 0; rank < 4; ++rank)
    EXPECT_EQ(events[rank], plan.roles[plan.ranks[rank].role].body.size());
  EXPECT_DOUBLE_EQ(end, prediction->seconds * 1e6);
}

TEST(VirtualWorld, PicturesTellAttentionsOfSharedSequences) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  OperationCost cost;
  Result<simulate::Simulation> step =
      simulate::simulate(plan, model, cost, {0, 0, true});
  ASSERT_TRUE(step) << step.error();
  runtime::test::TestFolder folder;
  std::string path = folder / "trace.json";
  ASSERT_TRUE(
      writeTrace(path, {{"predicted", {{&plan, &step->timelines}}}}, model));
  nlohmann::json trace = nlohmann::json::parse(*readFile(path));
  std::vector<nlohmann::json> attends;
  std::map<std::string, size_t> kinds;
  for (const nlohmann::json &event : trace.at("traceEvents"))
    if (event.at("ph") == "X" && event.at("tid") == 1) {
      ++kinds[event.at("cat")];
      if (event.at("cat") == "Attend")
        attends.push_back(event);
    }
  ASSERT_EQ(attends.size(), 5u);
  EXPECT_EQ(attends[1].at("name"), "Attend mb0");
  EXPECT_EQ(attends[1].at("args").at("kernel"), "attention.part");
  EXPECT_EQ(attends[1].at("args").at("stage"), 1);
  EXPECT_EQ(attends[1].at("args").at("flops"), 32 * 4 * 11);
  EXPECT_EQ(attends[1].at("dur"), 32 * 4 * 11 * 1e6);
  EXPECT_EQ(kinds["CopyHeads"], 1u);

  path = folder / "report.html";
  ASSERT_TRUE(writeReport(path, "shared", {{"predicted", &step->timelines, {}}},
                          plan, model));
  std::string page = *readFile(path);
  size_t begin = page.find("application/json\">");
  ASSERT_NE(begin, std::string::npos);
  begin = page.find('>', begin) + 1;
  size_t end = page.find("</script>", begin);
  nlohmann::json data = nlohmann::json::parse(page.substr(begin, end - begin));
  std::set<int> styles;
  for (const nlohmann::json &span :
       data.at("processes").at(0).at("lanes").at(1).at("spans"))
    if (data.at("texts").at(size_t(span.at(4))) == "Attend of microbatch 0") {
      styles.insert(int(span.at(2)));
      EXPECT_EQ(span.at(3), 0);
    }
  ASSERT_EQ(styles.size(), 1u) << "a colour of their own";
  EXPECT_EQ(data.at("styles").at(size_t(*styles.begin())).at("colour"),
            "#d4a017");
  EXPECT_NE(page.find("attention of shared sequences"), std::string::npos);
  EXPECT_DOUBLE_EQ(measuredStep(step->timelines, plan, model).busySeconds[1],
                   step->busySeconds[1]);
}
