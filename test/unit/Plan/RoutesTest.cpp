//===- RoutesTest.cpp - Skip-pipelines ------------------------------------===//

#include "RandomStrategies.h"
#include "SyntheticModel.h"

#include <map>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// Six stages of which a microbatch visits four, the first and last one on its
/// head, and an exit: two heads, two nodes for each other stage.
Strategy sixStages() {
  Strategy strategy;
  strategy.microbatches = 4;
  strategy.pipelineRanks = 12;
  strategy.nodes = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {0, 1}};
  strategy.routes = {{{0, 0}, {1, 2}, {2, 4}, {3, 6}, {6, 0}},
                     {{0, 1}, {2, 5}, {4, 8}, {5, 10}, {6, 1}},
                     {{0, 0}, {2, 4}, {1, 2}, {5, 11}, {6, 0}},
                     {{0, 1}, {3, 7}, {4, 9}, {5, 10}, {6, 1}}};
  return strategy;
}

Model sixStagesAndExit() {
  SyntheticOptions options;
  options.stages = 7;
  options.tied = true;
  return makeModel(options);
}

size_t count(const Role &role, Op op) {
  return std::count_if(role.body.begin(), role.body.end(),
                       [&](const Instruction &i) { return i.op == op; });
}

TEST(Routes, RandomSkipPipelinesPassTheCheck) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 300; ++round) {
    SyntheticOptions options;
    options.stages = 2 + random() % 6;
    options.outputs = 1 + random() % 2;
    options.tied = random() % 2;
    options.split = random() % 2;
    options.unused = random() % 2;
    Model model = makeModel(options);
    Strategy strategy = randomSkip(1 + random() % 2, 1 + random() % 8,
                                   options.stages, 1 + random() % 3, random);
    if (random() % 2) {
      strategy.schedule = "given";
      strategy.orders =
          randomOrders(Itinerary(strategy.routes), strategy.pipelineRanks,
                       strategy.microbatches, options.split, random);
    } else if (random() % 2) {
      // Derived orders keep the limits.
      for (uint32_t i = 0; i < strategy.pipelineRanks; ++i)
        strategy.limits.inFlight.push_back(1 + random() % 3);
    }
    Plan plan = makePlan(model, strategy);
    Result<void> checked = check(plan, model, 0);
    ASSERT_TRUE(checked) << "round " << round << "\n" << checked.error();
    ASSERT_EQ(plan.ranks.size(),
              size_t(strategy.data) * strategy.pipelineRanks);
    Result<Plan> again =
        expand(model, plan.strategy,
               makeLengths(strategy.data * strategy.microbatches),
               ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(again) << again.error();
    EXPECT_TRUE(check(*again, model, 0));
  }
}

TEST(Routes, WhoRunsAndSendsWhat) {
  Model model = sixStagesAndExit();
  Plan plan = makePlan(model, sixStages());
  ASSERT_TRUE(check(plan, model, 0));
  ASSERT_EQ(plan.roles.size(), 12u);
  EXPECT_EQ(plan.roles[0].stages, (std::vector<uint32_t>{0, 6}));
  EXPECT_EQ(plan.roles[0].name, "stages_0_6_node0");
  EXPECT_EQ(plan.roles[3].name, "stage1_node3");
  // A head sends the activation of each of its microbatches and the gradient
  // that the loss gives; the rest pass both on.
  EXPECT_EQ(count(plan.roles[0], Op::Send), 4u);
  EXPECT_EQ(count(plan.roles[0], Op::Recv), 4u);
  EXPECT_EQ(count(plan.roles[2], Op::Send), 4u);
  EXPECT_EQ(count(plan.roles[10], Op::Recv), 4u);
  // Nobody comes to node 3: it still adds zeros and updates its replica.
  size_t numUpdates = 0;
  for (const Instruction &instruction : plan.roles[3].body)
    if (instruction.op == Op::Kernel) {
      EXPECT_EQ(instruction.kind, TaskKind::Update);
      ++numUpdates;
    }
  EXPECT_EQ(numUpdates, 2u);
  EXPECT_EQ(count(plan.roles[3], Op::AllReduce), 2u);
  // Replicas of a stage share a group; the two heads hold all that the first
  // and the last stage have.
  EXPECT_TRUE(std::count(plan.groups.begin(), plan.groups.end(),
                         std::vector<uint32_t>({2, 3})));
  EXPECT_TRUE(std::count(plan.groups.begin(), plan.groups.end(),
                         std::vector<uint32_t>({0, 1})));
}

/// An activation is received where the route says, whatever its stage is.
TEST(Routes, MessagesFollowTheRoute) {
  Model model = sixStagesAndExit();
  Plan plan = makePlan(model, sixStages());
  // Microbatch 2 comes to node 2 (stage 1) from node 4 (stage 2).
  const Role &role = plan.roles[2];
  std::vector<std::pair<uint32_t, std::string>> received;
  for (const Instruction &instruction : role.body)
    if (instruction.op == Op::Recv && instruction.microbatch == 2)
      received.emplace_back(plan.ranks[2].peers[instruction.peer],
                            role.buffers[instruction.buffers[0]].name);
  EXPECT_EQ(received, (std::vector<std::pair<uint32_t, std::string>>{
                          {4, "input0.mb2"}, {11, "output_gradient0.mb2"}}));
}

TEST(Routes, ResidualsLiveAsLongAsAMicrobatchIsUnderWay) {
  SyntheticOptions options;
  options.stages = 4;
  options.residuals = 20;
  Model model = makeModel(options);
  Strategy strategy;
  strategy.microbatches = 12;
  strategy.pipelineRanks = 3;
  strategy.nodes = {{0}, {1}, {2}, {0}};
  for (uint32_t i = 0; i < 12; ++i)
    strategy.routes.push_back({{0, 0}, {1 + i % 2, 1 + i % 2}, {3, 0}});
  auto arena = [&] {
    Plan plan = makePlan(model, strategy, 12);
    Result<void> checked = check(plan, model, 0);
    EXPECT_TRUE(checked) << checked.error();
    return plan.roles[0].arenaBytes;
  };
  int64_t few = arena();
  strategy.limits.inFlight = {1, 1, 1};
  EXPECT_LT(arena(), few);
  strategy.limits.inFlight = {};
  // Forwards first hold the residuals of all twelve.
  strategy.schedule = "given";
  strategy.orders.resize(3);
  for (TaskKind kind : {TaskKind::F, TaskKind::B})
    for (uint32_t i = 0; i < 12; ++i)
      for (const Visit &visit : strategy.routes[i])
        if (visit.stage < 3)
          strategy.orders[visit.rank].push_back({kind, visit.stage, i});
  for (TaskKind kind : {TaskKind::B, TaskKind::F})
    for (uint32_t i = 0; i < 12; ++i)
      strategy.orders[0].insert(strategy.orders[0].begin() + 12,
                                {kind, 3, 11 - i});
  EXPECT_GT(arena(), 3 * few);
}

/// One microbatch at a time keeps the tightest limits, and more do not.
TEST(Routes, LimitsAreChecked) {
  Model model = sixStagesAndExit();
  Strategy strategy = sixStages();
  strategy.limits = {4, 1, 1, 1, 4, std::vector<uint32_t>(12, 1)};
  const Plan good = makePlan(model, strategy);
  Result<void> checked = check(good, model, 0);
  ASSERT_TRUE(checked) << checked.error();
  auto broken = [&](auto change) {
    Plan plan = good;
    change(plan.strategy);
    auto found = findViolation(plan, model, 0);
    if (!found)
      return std::string("nothing");
    return found->invariant + ": " + found->message;
  };
  EXPECT_EQ(
      broken([](Strategy &s) { s.limits.pathLength = 5; }),
      "P7: the route of microbatch 0 visits 4 stages, and the path length "
      "is 5");
  EXPECT_EQ(broken([](Strategy &s) { s.limits.maxForwardJump = 2; }),
            "P7: the route of microbatch 2 goes to stage 5, beyond the highest "
            "one by 3, and the limit is 2");
  EXPECT_EQ(broken([](Strategy &s) { s.limits.maxBackwardStep = 0; }),
            "P7: the route of microbatch 2 goes to stage 1, back by 1, and the "
            "limit is 0");
  EXPECT_EQ(broken([](Strategy &s) { s.limits.maxBackwardSum = 0; }),
            "P7: the route of microbatch 2 goes back by a sum of 1, and the "
            "limit is 0");
  EXPECT_EQ(broken([](Strategy &s) { s.limits.maxBackwardMoves = 0; }),
            "P7: the route of microbatch 2 goes back this many times: 1, and "
            "the limit is 0");
  strategy.limits = {};
  Plan free = makePlan(model, strategy);
  ASSERT_TRUE(check(free, model, 0));
  free.strategy.limits.inFlight.assign(12, 1);
  auto found = findViolation(free, model, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "P7");
  EXPECT_EQ(found->message, "more microbatches are in flight on a rank than "
                            "its limit of 1");
  EXPECT_EQ(found->culprits.size(), 1u);
}

/// Limits of microbatches in flight hold for pipelines, too.
TEST(Routes, LimitsOfAPipeline) {
  SyntheticOptions options;
  Model model = makeModel(options);
  for (const char *schedule : {"1f1b", "gpipe"}) {
    Strategy strategy{1, 8, schedule};
    strategy.limits.inFlight = {4, 3, 2, 1};
    Plan plan = makePlan(model, strategy);
    auto found = findViolation(plan, model, 0);
    EXPECT_EQ(bool(found), std::string(schedule) == "gpipe");
    if (found)
      EXPECT_EQ(found->invariant, "P7");
  }
}

TEST(Routes, TasksAreWhereTheRoutesSay) {
  Model model = sixStagesAndExit();
  const Plan good = makePlan(model, sixStages());
  auto broken = [&](auto change) {
    Plan plan = good;
    change(plan);
    auto found = findViolation(plan, model, 0);
    if (!found)
      return std::string("nothing");
    return found->invariant + ": " + found->message;
  };
  EXPECT_EQ(broken([](Plan &p) { p.strategy.routes[0][1].rank = 3; }),
            "P8: microbatch 0 does not visit stage 1 of this rank");
  EXPECT_EQ(broken([](Plan &p) {
              p.strategy.routes[0].erase(p.strategy.routes[0].begin() + 1);
            }),
            "P8: microbatch 0 does not visit stage 1 of this rank");
  EXPECT_EQ(broken([](Plan &p) {
              p.strategy.routes[0].insert(p.strategy.routes[0].begin() + 1,
                                          {5, 10});
            }),
            "P8: task F of stage 5 and microbatch 0 never runs");
  EXPECT_EQ(broken([](Plan &p) {
              std::swap(p.ranks[2].pipeline, p.ranks[3].pipeline);
            }),
            "P8: microbatch 0 does not visit stage 1 of this rank");
  EXPECT_EQ(broken([](Plan &p) { p.ranks[3].pipeline = 2; }),
            "P8: two ranks have the same coordinates");
  // Two stages in the other order: everything is run and sent, but the values
  // go elsewhere.
  EXPECT_EQ(broken([](Plan &p) {
              std::swap(p.strategy.routes[0][1], p.strategy.routes[0][2]);
            }).substr(0, 3),
            "P3:");
}

std::string errorOf(const Model &model, const Strategy &strategy) {
  Result<Plan> plan =
      expand(model, strategy, makeLengths(8), ScheduleRegistry::withBuiltins());
  if (plan)
    return "no error";
  EXPECT_EQ(plan.error().exitCode(), 2);
  return plan.error().message;
}

TEST(Routes, MistakesAreExplained) {
  Model model = sixStagesAndExit();
  ASSERT_EQ(errorOf(model, sixStages()), "no error");
  auto broken = [&](auto change) {
    Strategy strategy = sixStages();
    change(strategy);
    return errorOf(model, strategy);
  };
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1].front().rank = 0; }),
            "the route of microbatch 1 starts on pipeline rank 0, its head, "
            "and ends on pipeline rank 1");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1].front() = {1, 2}; }),
            "the route of microbatch 1 does not go from the first stage to the "
            "last");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1].pop_back(); }),
            "the route of microbatch 1 does not go from the first stage to the "
            "last");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1][1] = {4, 9}; }),
            "the route of microbatch 1 visits stage 4 twice");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1][1] = {4, 7}; }),
            "the route of microbatch 1 visits stage 4 on pipeline rank 7, "
            "which does not hold it");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1][1].stage = 7; }),
            "the route of microbatch 1 visits stage 7 of 7");
  EXPECT_EQ(broken([](Strategy &s) { s.routes[1].resize(8, {6, 0}); }),
            "the route of microbatch 1 has 8 visits and the model 7 stages");
  EXPECT_EQ(broken([](Strategy &s) { s.routes.pop_back(); }),
            "there are routes for 3 microbatches of 4");
  EXPECT_EQ(broken([](Strategy &s) { s.routes.clear(); }),
            "there are nodes of a skip-pipeline and no routes");
  EXPECT_EQ(broken([](Strategy &s) { s.nodes.pop_back(); }),
            "there are nodes for 6 stages and the model has 7");
  EXPECT_EQ(broken([](Strategy &s) { s.nodes[2] = {5, 4}; }),
            "the nodes of stage 2 are not a sorted list of the 12 pipeline "
            "ranks");
  EXPECT_EQ(broken([](Strategy &s) { s.nodes.back() = {0}; }),
            "the last stage must be held by the nodes of the first: the loss "
            "of a microbatch is computed where it starts");
  EXPECT_EQ(broken([](Strategy &s) { s.nodes[1] = {2}; }),
            "pipeline rank 3 holds no stage");
  EXPECT_EQ(broken([](Strategy &s) { s.pipelineRanks = 0; }),
            "a strategy with routes must say how many pipeline ranks (nodes) "
            "it has");
  EXPECT_EQ(broken([](Strategy &s) { s.placement.assign(7, 0); }),
            "a strategy has a placement or routes, not both");
  EXPECT_EQ(broken([](Strategy &s) { s.schedule = "zb_h1"; }),
            "schedule 'zb_h1' is for stages in order, not for routes");
  EXPECT_EQ(broken([](Strategy &s) { s.limits.inFlight = {1}; }),
            "there are limits of the microbatches in flight for 1 pipeline "
            "ranks of 12");
  EXPECT_EQ(broken([](Strategy &s) {
              s.limits.inFlight.assign(12, 2);
              s.limits.inFlight[5] = 0;
            }),
            "pipeline rank 5 admits no microbatch: its limit of microbatches "
            "in flight is 0");
  // Bodies that are not alike cannot follow each other in any order.
  SyntheticOptions growing;
  growing.stages = 7;
  growing.growing = true;
  EXPECT_EQ(errorOf(makeModel(growing), sixStages()),
            "stage 6 cannot follow stage 3 on a route: it takes in other "
            "values than that one gives");
  SyntheticOptions split;
  split.stages = 7;
  split.split = true;
  Strategy given = sixStages();
  given.schedule = "given";
  std::mt19937 random(1);
  given.orders = randomOrders(Itinerary(given.routes), 12, 4, true, random);
  EXPECT_EQ(errorOf(makeModel(split), given), "no error");
  given.orders[2].push_back({TaskKind::F, 1, 1});
  EXPECT_NE(errorOf(makeModel(split), given)
                .find("is of a stage that microbatch 1 does not visit"),
            std::string::npos);
}

/// Many microbatches on many nodes are ordered in no time worth mentioning.
TEST(Routes, OfManyNodes) {
  SyntheticOptions options;
  options.stages = 17;
  options.parameters = 1;
  options.residuals = 1;
  Model model = makeModel(options);
  std::mt19937 random(7);
  Strategy strategy = randomSkip(1, 512, 17, 8, random);
  Plan plan = makePlan(model, strategy, 512);
  Result<void> checked = check(plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
}

} // namespace
