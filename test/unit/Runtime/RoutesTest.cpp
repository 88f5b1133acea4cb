//===- RoutesTest.cpp - Placements and routes in all worlds ---------------===//
//
// Trains a chain of layers and compares with the same steps done one
// microbatch after the other, in double precision.
//
//===----------------------------------------------------------------------===//

#include "../Plan/RandomStrategies.h"
#include "ExecutorFixture.h"

#include "hocket/Runtime/PacedDevice.h"
#include "hocket/Runtime/VirtualDevice.h"

#include <array>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

constexpr uint64_t kSteps = 3;

/// The first layer, middle ones, and the last: a stage each.
Model makeChain(uint32_t stages) {
  using enum Slot;
  using enum Access;
  Model model;
  model.name = "chain";
  for (uint32_t i = 0; i < stages; ++i)
    model.parameters.push_back(
        {"w" + std::to_string(i), vectorType(), Init::Ones, 0});
  TensorType ids{ElementType::I32, {SizeExpr::symbol(0)}};
  model.batch = {{"tokens", ids, false}, {"targets", ids, false}};
  TensorType act = activationType();
  Stage first{"first", {}, {act}, {act}, {}};
  first.tasks = {addTask(model, TaskKind::F, "first_forward",
                         {{Parameter, 0, Read},
                          {Batch, 0, Read},
                          {Output, 0, Write},
                          {Residual, 0, Write}}),
                 addTask(model, TaskKind::B, "first_backward",
                         {{Residual, 0, Read},
                          {OutputGradient, 0, Read},
                          {Gradient, 0, ReadWrite}})};
  model.stages.push_back(first);
  for (uint32_t i = 1; i + 1 < stages; ++i) {
    Stage middle{"middle" + std::to_string(i), {act}, {act}, {act}, {}};
    middle.tasks = {addTask(model, TaskKind::F, "middle_forward",
                            {{Parameter, i, Read},
                             {Input, 0, Read},
                             {Output, 0, Write},
                             {Residual, 0, Write}}),
                    addTask(model, TaskKind::B, "middle_backward",
                            {{Parameter, i, Read},
                             {Residual, 0, Read},
                             {OutputGradient, 0, Read},
                             {Gradient, i, ReadWrite},
                             {InputGradient, 0, Write}})};
    model.stages.push_back(middle);
  }
  Stage last{"last", {act}, {}, {act, act}, {}};
  uint32_t exit = stages - 1;
  last.tasks = {addTask(model, TaskKind::F, "last_forward",
                        {{Parameter, exit, Read},
                         {Input, 0, Read},
                         {Batch, 1, Read},
                         {Loss, 0, ReadWrite},
                         {Weight, 0, ReadWrite},
                         {Residual, 0, Write},
                         {Residual, 1, Write}}),
                addTask(model, TaskKind::B, "last_backward",
                        {{Parameter, exit, Read},
                         {Residual, 0, Read},
                         {Residual, 1, Read},
                         {Gradient, exit, ReadWrite},
                         {InputGradient, 0, Write}})};
  model.stages.push_back(last);
  model.statesPerParameter = 1;
  model.stateNames = {"m"};
  for (uint32_t i = 0; i < stages; ++i)
    model.updates.push_back(addTask(model, TaskKind::Update, "update",
                                    {{Parameter, i, ReadWrite},
                                     {Gradient, i, Read},
                                     {State, i, ReadWrite},
                                     {Weight, 0, Read},
                                     {Step, 0, Read}}));
  return model;
}

double startOf(uint32_t parameter, int column) {
  return 0.8 + 0.07 * parameter - 0.05 * column;
}

/// Losses by step, then the parameters.
using Outcome = std::vector<std::vector<double>>;

/// What the plan should compute: each microbatch applies the stages of its way,
/// in order; the gradient is that of the mean loss over all of them.
Outcome reference(const Plan &plan) {
  uint32_t stages = plan.stages;
  using Vector = std::array<double, kWidth>;
  std::vector<Vector> w(stages), m(stages);
  for (uint32_t i = 0; i < stages; ++i)
    for (int j = 0; j < kWidth; ++j) {
      w[i][j] = startOf(i, j);
      m[i][j] = 0;
    }
  BatchFiller fill = makeFiller(plan);
  Outcome outcome;
  uint32_t microbatches = plan.strategy.microbatches;
  for (uint64_t step = 0; step < kSteps; ++step) {
    std::vector<Vector> dw(stages);
    double loss = 0, weight = 0;
    for (uint32_t part = 0; part < plan.shapes.size(); ++part) {
      std::vector<uint32_t> way;
      if (plan.strategy.routes.empty())
        for (uint32_t i = 0; i < stages; ++i)
          way.push_back(i);
      else
        for (const Visit &visit : plan.strategy.routes[part % microbatches])
          way.push_back(visit.stage);
      size_t tokens = size_t(plan.shapes[part].tokens);
      std::vector<int32_t> ids(tokens), targets(tokens);
      for (auto [input, to] : {std::pair(0, &ids), {1, &targets}})
        fill(step, part / microbatches, part % microbatches, uint32_t(input),
             reinterpret_cast<std::byte *>(to->data()));
      weight += double(tokens);
      for (size_t t = 0; t < tokens; ++t)
        for (int j = 0; j < kWidth; ++j) {
          std::vector<double> x = {0.1 * (ids[t] % 7) + 0.03 * j};
          for (uint32_t stage : way)
            x.push_back(x.back() * w[stage][j]);
          double dy = x.back() - 0.1 * targets[t];
          loss += dy * dy / 2;
          for (size_t k = way.size(); k-- > 0;) {
            dw[way[k]][j] += x[k] * dy;
            dy *= w[way[k]][j];
          }
        }
    }
    outcome.push_back({loss});
    for (uint32_t i = 0; i < stages; ++i)
      for (int j = 0; j < kWidth; ++j) {
        m[i][j] = 0.9 * m[i][j] + dw[i][j] / weight;
        w[i][j] -= 0.1 / double(step + 1) * m[i][j];
      }
  }
  for (const Vector &values : w)
    outcome.emplace_back(values.begin(), values.end());
  return outcome;
}

/// Runs the plan on threads; all holders of a parameter must agree.
Outcome train(const Plan &plan, const Model &model) {
  auto device = CpuDevice::create(testImage(), model.kernels);
  EXPECT_TRUE(device) << device.error();
  auto world = ThreadsWorld::create(plan, model, **device, makeFiller(plan));
  EXPECT_TRUE(world) << world.error();
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
    for (uint32_t i = 0; i < plan.stages; ++i) {
      std::vector<float> start;
      for (int j = 0; j < kWidth; ++j)
        start.push_back(float(startOf(i, j)));
      int64_t at = (*world)->rank(rank).findBuffer(Slot::Parameter, i);
      if (at >= 0)
        EXPECT_TRUE((*world)->rank(rank).write(uint32_t(at), start.data()));
    }
  Outcome outcome;
  for (uint64_t step = 0; step < kSteps; ++step) {
    Result<void> ran = (*world)->run(step);
    EXPECT_TRUE(ran) << ran.error();
    std::vector<float> loss = valuesOf(**world, 0, Slot::Loss, 0, 1);
    outcome.emplace_back(loss.begin(), loss.end());
  }
  for (uint32_t i = 0; i < plan.stages; ++i) {
    std::vector<float> first;
    for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
      if ((*world)->rank(rank).findBuffer(Slot::Parameter, i) < 0)
        continue;
      std::vector<float> values =
          valuesOf(**world, rank, Slot::Parameter, i, kWidth);
      if (first.empty())
        first = values;
      EXPECT_EQ(first, values) << "w" << i << " of rank " << rank;
    }
    outcome.emplace_back(first.begin(), first.end());
  }
  return outcome;
}

void expectComputes(uint32_t stages, const Strategy &strategy) {
  Model model = makeChain(stages);
  Plan plan = makePlan(model, strategy);
  Outcome want = reference(plan), got = train(plan, model);
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    for (size_t j = 0; j < want[i].size(); ++j)
      EXPECT_NEAR(got[i][j], want[i][j], 1e-5 * (1 + std::abs(want[i][j])))
          << i << " " << j;
  EXPECT_EQ(train(plan, model), got) << "runs repeat bit for bit";
}

/// Work that costs time for each byte that it moves.
class ByteCost : public CostModel {
public:
  double workSeconds(const Work &work) const override {
    return 1e-6 * double(work.bytes);
  }
  double transferSeconds(int64_t, int64_t, int64_t bytes) const override {
    return 1e-6 * double(bytes);
  }
  double allReduceSeconds(int64_t bytes,
                          const std::vector<uint32_t> &) const override {
    return 1e-6 * double(bytes);
  }
};

} // namespace

TEST(Routes, RandomPlacementsComputeTheSame) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 12; ++round) {
    uint32_t stages = 2 + random() % 5, ranks = 1 + random() % stages;
    expectComputes(stages,
                   plan::test::givenStrategy(
                       1 + random() % 2, 1 + random() % 4,
                       plan::test::randomPlacement(stages, ranks, random),
                       false, random));
  }
}

TEST(Routes, RandomSkipPipelinesComputeTheSame) {
  std::mt19937 random(2);
  for (unsigned round = 0; round < 16; ++round) {
    uint32_t stages = 2 + random() % 5;
    Strategy strategy = plan::test::randomSkip(
        1 + random() % 2, 1 + random() % 4, stages, 2, random);
    if (round % 2) {
      strategy.schedule = "given";
      strategy.orders = plan::test::randomOrders(
          Itinerary(strategy.routes), strategy.pipelineRanks,
          strategy.microbatches, false, random);
    }
    expectComputes(stages, strategy);
  }
}

/// A node that no microbatch visits updates its replica as the others do.
TEST(Routes, ANodeWithoutMicrobatches) {
  Strategy strategy;
  strategy.microbatches = 2;
  strategy.pipelineRanks = 4;
  strategy.nodes = {{0}, {1, 2}, {3}, {0}};
  strategy.routes = {{{0, 0}, {1, 1}, {3, 0}}, {{0, 0}, {1, 1}, {3, 0}}};
  expectComputes(4, strategy);
}

/// The executor's order on virtual time, and on threads with paced devices.
TEST(Routes, VirtualAndPacedWorlds) {
  std::mt19937 random(3);
  ByteCost cost;
  for (unsigned round = 0; round < 4; ++round) {
    Strategy strategy =
        round % 2 ? plan::test::randomSkip(2, 4, 5, 2, random)
                  : plan::test::givenStrategy(2, 4, plan::test::vShape(2),
                                              false, random);
    Model model = makeChain(round % 2 ? 5 : 4);
    Plan plan = makePlan(model, strategy);
    Result<Prediction> prediction = predict(plan, model, cost, true);
    ASSERT_TRUE(prediction) << prediction.error();
    EXPECT_GT(prediction->seconds, 0);
    for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
      EXPECT_EQ(prediction->timelines[rank].size(),
                plan.roles[plan.ranks[rank].role].body.size());
    Result<Prediction> simulated = simulate::simulate(plan, model, cost);
    ASSERT_TRUE(simulated) << simulated.error();
    EXPECT_DOUBLE_EQ(simulated->seconds, prediction->seconds);
    EXPECT_EQ(simulated->peakBytes, prediction->peakBytes);
    for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
      EXPECT_DOUBLE_EQ(simulated->busySeconds[rank],
                       prediction->busySeconds[rank]);
    auto platform = paceDevices(plan, model, cost, 1);
    ASSERT_TRUE(platform) << platform.error();
    auto world =
        ThreadsWorld::create(plan, model, std::move(*platform), BatchFiller());
    ASSERT_TRUE(world) << world.error();
    auto start = std::chrono::steady_clock::now();
    Result<void> ran = (*world)->run(0);
    ASSERT_TRUE(ran) << ran.error();
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    EXPECT_GE(seconds.count(), prediction->seconds * (1 - 1e-9));
  }
}
