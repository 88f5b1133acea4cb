//===- SolvePathsTest.cpp - Paths for a model and a machine ---------------===//

#include "hocket/Plan/SolvePaths.h"

#include "SyntheticModel.h"
#include "hocket/Plan/Check.h"
#include "hocket/Plan/Timeline.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

Topology makeMachine() {
  Topology topology;
  topology.name = "machine";
  topology.devicesPerNode = 64;
  topology.device = {int64_t(1) << 30, 1e9, 1e9, 1e-6};
  topology.intraNode = {1e-6, 1e9};
  topology.interNode = {1e-5, 1e8};
  return topology;
}

/// Stages of a skip-pipeline, the exit not counted, with `replicas` nodes each.
Strategy openStrategy(uint32_t stages, uint32_t replicas, uint32_t length,
                      uint32_t microbatches) {
  Strategy strategy;
  strategy.microbatches = microbatches;
  for (uint32_t stage = 0; stage < stages; ++stage) {
    std::vector<uint32_t> &nodes = strategy.nodes.emplace_back();
    for (uint32_t i = 0; i < replicas; ++i)
      nodes.push_back(strategy.pipelineRanks++);
  }
  strategy.nodes.push_back(strategy.nodes.front());
  strategy.limits.pathLength = length;
  return strategy;
}

class SolvePathsTest : public testing::Test {
protected:
  SolvePathsTest() : topology(makeMachine()), cost(topology) {
    options.stages = 6; // with the exit
    solver.workLimit = 5'000'000;
  }

  Model model() const { return makeModel(options); }
  ScheduleSetting setting() const { return {lengths, topology, cost}; }
  Error errorOf(const Strategy &strategy) const {
    Result<SolvedPaths> solved =
        solvePaths(model(), strategy, setting(), solver);
    EXPECT_FALSE(solved);
    return solved ? Error(ErrorCode::Io, "") : solved.error();
  }

  Topology topology;
  RooflineCost cost;
  SyntheticOptions options;
  std::vector<int64_t> lengths = makeLengths(16);
  SolverOptions solver;
};

TEST_F(SolvePathsTest, ProblemSaysWhatTheModelTakes) {
  Strategy strategy = openStrategy(5, 2, 3, 3);
  strategy.data = 2;
  strategy.limits.maxForwardJump = 2;
  Model model = this->model();
  Result<PathsProblem> problem = pathsProblemOf(model, strategy, setting());
  ASSERT_TRUE(problem) << problem.error();
  EXPECT_TRUE(problem->check());
  EXPECT_EQ(problem->nodeCount(), 10u);
  EXPECT_EQ(problem->stageCount, 5);
  EXPECT_EQ(problem->pathLength, 3);
  EXPECT_EQ(problem->stages[1], (std::vector<int>{2, 3}));
  EXPECT_EQ(problem->convergence.maxForwardJump, 2);
  // What is not limited allows any path.
  EXPECT_GE(problem->convergence.maxBackwardSum, 10);
  ASSERT_EQ(problem->microbatches.size(), 3u);
  EXPECT_EQ(problem->microbatches[1].head, 1);
  EXPECT_EQ(problem->microbatches[2].head, 0);
  EXPECT_EQ(problem->memory, std::vector<int>(10, 3));
  for (size_t a = 0; a < 10; ++a)
    for (size_t b = 0; b < 10; ++b)
      EXPECT_EQ(problem->link[a][b] == 0, a == b);
  // A microbatch has a sixth of the tokens; the device does one operation, or
  // moves one byte, in a nanosecond.
  int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), int64_t(0));
  Symbols average = {tokens / 6, 16 / 6 + 1};
  const Kernel &kernel =
      model.kernels[model.stages[1].find(TaskKind::F)->kernel];
  int64_t bytes = kernel.bytes.evaluate(average);
  if (kernel.bytes.terms.empty())
    for (const TensorType &operand : kernel.operands)
      bytes += operand.bytes().evaluate(average);
  int64_t launch = 1000;
  EXPECT_EQ(problem->forward[2],
            launch + std::max(bytes, kernel.flops.evaluate(average)));
}

TEST_F(SolvePathsTest, LinksAreThoseOfEachPairOfNodes) {
  Strategy strategy = openStrategy(5, 2, 3, 4);
  Model model = this->model();
  topology.nodes = strategy.pipelineRanks;
  topology.devicesPerNode = 1;
  // What a message takes beside its latency.
  topology.interNode.latencySeconds = 0;
  RooflineCost noLatency(topology);
  Result<PathsProblem> near =
      pathsProblemOf(model, strategy, {lengths, topology, noLatency});
  ASSERT_TRUE(near) << near.error();
  for (int64_t from = 0; from < topology.nodes; ++from)
    for (int64_t to = 0; to < topology.nodes; ++to)
      topology.nodeLatencySeconds.push_back(
          from == to ? 0 : 0.1 * double(from) + 0.01 * double(to));
  RooflineCost apart(topology);
  ScheduleSetting setting{lengths, topology, apart};
  Result<PathsProblem> far = pathsProblemOf(model, strategy, setting);
  ASSERT_TRUE(far) << far.error();
  for (size_t from = 0; from < far->nodeCount(); ++from)
    for (size_t to = 0; to < far->nodeCount(); ++to) {
      int64_t latency =
          from == to ? 0
                     : int64_t(from) * 100'000'000 + int64_t(to) * 10'000'000;
      EXPECT_NEAR(double(far->link[from][to]),
                  double(near->link[from][to] + latency), 1.0)
          << from << " to " << to;
    }
}

/// Of two replicas of a stage the solver takes the one that is near.
TEST_F(SolvePathsTest, PathsTakeTheShortLinks) {
  Strategy strategy = openStrategy(3, 2, 3, 2);
  options.stages = 4;
  Model model = this->model();
  topology.nodes = strategy.pipelineRanks;
  topology.devicesPerNode = 1;
  // Nodes 0, 3, 4 lie in one place and 1, 2, 5 in another one.
  std::vector<int> place = {0, 1, 1, 0, 0, 1};
  for (size_t from = 0; from < place.size(); ++from)
    for (size_t to = 0; to < place.size(); ++to)
      topology.nodeLatencySeconds.push_back(from == to                 ? 0
                                            : place[from] == place[to] ? 1
                                                                       : 100);
  RooflineCost apart(topology);
  Result<SolvedPaths> solved =
      solvePaths(model, strategy, {lengths, topology, apart}, solver);
  ASSERT_TRUE(solved) << solved.error();
  ASSERT_EQ(solved->strategy.routes.size(), 2u);
  for (const std::vector<Visit> &route : solved->strategy.routes)
    for (const Visit &visit : route)
      EXPECT_EQ(place[visit.rank], place[route.front().rank]);
}

TEST_F(SolvePathsTest, MemoryBoundsWhatIsInFlight) {
  Strategy strategy = openStrategy(5, 1, 3, 8);
  Model model = this->model();
  auto memoryOf = [&] {
    Result<PathsProblem> problem = pathsProblemOf(model, strategy, setting());
    EXPECT_TRUE(problem) << problem.error();
    return problem ? problem->memory : std::vector<int>();
  };
  EXPECT_EQ(memoryOf(), std::vector<int>(5, 8));
  // Beside its parameters a body has room for some microbatches; a head, which
  // keeps the residuals of the exit, too, for no more.
  topology.device.memoryBytes = 48000;
  std::vector<int> tight = memoryOf();
  EXPECT_LT(tight[1], 8);
  EXPECT_GT(tight[1], 0);
  EXPECT_LE(tight[0], tight[1]);
  strategy.limits.inFlight = {1, 2, 3, 4, 50};
  EXPECT_EQ(memoryOf(), (std::vector<int>{1, 2, 3, 4, 8}));
}

/// What is solved expands to a plan that breaks no invariant, the limits (P7)
/// included, and takes no longer than promised.
TEST_F(SolvePathsTest, SolutionsArePlans) {
  for (uint32_t round = 0; round < 12; ++round) {
    options.split = round % 3 == 2;
    options.tied = round % 2;
    Strategy strategy =
        openStrategy(5, 1 + round % 3, 2 + round % 4, 1 + round % 5);
    strategy.data = 1 + round % 2;
    strategy.limits.maxBackwardStep = 1;
    strategy.limits.maxBackwardSum = 2;
    strategy.limits.maxBackwardMoves = 2;
    strategy.limits.maxForwardJump = 4;
    strategy.limits.inFlight.assign(strategy.pipelineRanks, 1 + round % 2);
    Model model = this->model();
    Result<SolvedPaths> solved = solvePaths(model, strategy, setting(), solver);
    ASSERT_TRUE(solved) << solved.error();
    EXPECT_TRUE(solved->summary.hasSolution());
    EXPECT_LE(solved->summary.lowerBound, solved->summary.value);
    EXPECT_EQ(solved->strategy.schedule, "given");
    Plan plan = makePlan(model, solved->strategy, lengths.size());
    EXPECT_TRUE(check(plan, model, 0)) << check(plan, model, 0).error();

    Result<PathsProblem> problem = pathsProblemOf(model, strategy, setting());
    ASSERT_TRUE(problem);
    TaskDurations durations;
    for (const std::vector<int> &nodes : problem->stages) {
      durations.forward.push_back(double(problem->forward[nodes[0]]));
      durations.backward.push_back(double(problem->backward[nodes[0]]));
    }
    durations.forward.push_back(double(problem->lossOnHead[0]));
    durations.backward.push_back(0);
    if (problem->nodeCount() > 1)
      durations.hop = double(problem->link[0][1]);
    TaskOrders orders{solved->strategy.orders, {}, solved->strategy.routes};
    Result<std::vector<std::vector<TaskSpan>>> played =
        playTasks(orders, durations);
    ASSERT_TRUE(played) << played.error();
    double end = 0;
    for (const std::vector<TaskSpan> &spans : *played)
      for (const TaskSpan &span : spans)
        end = std::max(end, span.end);
    EXPECT_LE(end, double(solved->summary.value));
    EXPECT_GT(end, 0);
  }
}

TEST_F(SolvePathsTest, RepeatsExactly) {
  Strategy strategy = openStrategy(5, 2, 4, 6);
  Model model = this->model();
  Result<SolvedPaths> first = solvePaths(model, strategy, setting(), solver);
  Result<SolvedPaths> second = solvePaths(model, strategy, setting(), solver);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->strategy, second->strategy);
  EXPECT_EQ(first->summary.lowerBound, second->summary.lowerBound);
}

TEST_F(SolvePathsTest, SaysWhatIsWrong) {
  Strategy strategy = openStrategy(5, 1, 3, 2);
  strategy.limits.maxForwardJump = 0;
  EXPECT_NE(errorOf(strategy).message.find("no paths obey the limits: "),
            std::string::npos);

  strategy = openStrategy(5, 1, 6, 2);
  EXPECT_EQ(errorOf(strategy).message,
            "paths need a length of at most the 5 stages that they may visit");
  strategy.limits.pathLength.reset();
  EXPECT_EQ(errorOf(strategy).message,
            "paths need a length of at most the 5 stages that they may visit");

  strategy = openStrategy(4, 1, 3, 2);
  EXPECT_EQ(errorOf(strategy).message,
            "there are nodes for 5 stages and the model has 6");

  strategy = openStrategy(5, 1, 3, 17);
  EXPECT_EQ(errorOf(strategy).message,
            "there are 16 sequences for 17 microbatches");

  strategy = openStrategy(5, 1, 3, 2);
  strategy.nodes[2] = {1};
  EXPECT_EQ(errorOf(strategy).message,
            "node 1 of stage 2 is in another stage, too, or beyond the "
            "pipeline ranks");

  strategy = openStrategy(5, 1, 3, 2);
  strategy.limits.inFlight = {1, 1};
  EXPECT_EQ(errorOf(strategy).message,
            "there are limits of the microbatches in flight for 2 nodes of 5");

  strategy = openStrategy(5, 1, 3, 2);
  topology.device.memoryBytes = 100;
  Error error = errorOf(strategy);
  EXPECT_EQ(error.message, "no paths fit in memory");
  ASSERT_EQ(error.notes.size(), 6u);
  const std::string begin = "node 0 of stage 0 has no room for a microbatch: "
                            "its device needs at least ";
  ASSERT_EQ(error.notes[0].find(begin), 0u) << error.notes[0];
  // With so many bytes more there is room for one.
  int64_t most = 0;
  for (size_t i = 0; i < 5; ++i)
    most = std::max(most,
                    int64_t(std::stoll(error.notes[i].substr(begin.size()))));
  topology.device.memoryBytes += most;
  Model model = this->model();
  Result<PathsProblem> problem = pathsProblemOf(model, strategy, setting());
  ASSERT_TRUE(problem) << problem.error();
  EXPECT_EQ(*std::min_element(problem->memory.begin(), problem->memory.end()),
            1);
  topology.device.memoryBytes -= 1;
  problem = pathsProblemOf(model, strategy, setting());
  EXPECT_EQ(*std::min_element(problem->memory.begin(), problem->memory.end()),
            0);
}

} // namespace
