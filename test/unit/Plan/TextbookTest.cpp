//===- TextbookTest.cpp - Schedules and their closed forms ----------------===//

#include "hocket/Plan/Textbook.h"

#include "../Solver/ScheduleFixture.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;
using hocket::test::uniformPipeline;

namespace {

/// What a schedule makes of a pipeline: idle time within the span of the
/// slowest rank, and the activations that the ranks hold.
struct Outcome {
  int64_t idle = 0;
  int64_t makespan = 0;
  std::vector<int64_t> held; // in stages
};

class Textbook : public testing::TestWithParam<std::pair<uint32_t, uint32_t>> {
protected:
  Outcome play(const std::string &name, PipelineProblem pipeline) {
    Outcome outcome;
    pipeline.objective = ScheduleProblem::Objective::Span;
    ScheduleProblem problem = pipeline.toSchedule();
    for (const KnownOrder &known : textbook.of(pipeline)) {
      if (known.name != name)
        continue;
      ScheduleSolution solution;
      solution.starts = startTimes(problem, known.order);
      EXPECT_FALSE(solution.starts.empty()) << name;
      solution.value = scheduleValue(problem, solution.starts);
      Result<void> verified = verify(problem, solution);
      EXPECT_TRUE(verified) << name << ": " << verified.error();
      int64_t load = 0;
      for (const ScheduleProblem::Block &block : problem.blocks)
        load += block.devices[0] == 0 ? block.time * pipeline.microbatches : 0;
      outcome.idle = solution.value - load;
      problem.objective = ScheduleProblem::Objective::Makespan;
      outcome.makespan = scheduleValue(problem, solution.starts);
      for (const std::vector<uint32_t> &tasks : known.order) {
        int64_t held = 0, most = 0;
        for (uint32_t task : tasks)
          most = std::max(most,
                          held +=
                          problem.blocks[task % problem.blocks.size()].memory);
        outcome.held.push_back(most);
      }
      return outcome;
    }
    ADD_FAILURE() << "no schedule " << name;
    return outcome;
  }

  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  TextbookSchedules textbook = textbookSchedules(registry);
  static constexpr int64_t any = ScheduleProblem::kUnlimited;
};

/// All closed forms at F = Bi = W = 1, and published bubble rates of spans.
TEST_P(Textbook, ClosedForms) {
  auto [p, m] = GetParam();
  PipelineProblem whole = uniformPipeline(p, m, 1, 2, 0, any);
  PipelineProblem split = uniformPipeline(p, m, 1, 1, 1, any);
  PipelineProblem v = uniformPipeline(p, m, 1, 1, 1, any, "v");

  Outcome outcome = play("gpipe", whole);
  EXPECT_EQ(outcome.idle, int64_t(p - 1) * 3);
  EXPECT_EQ(outcome.held, std::vector<int64_t>(p, m));
  outcome = play("1f1b", whole);
  EXPECT_EQ(outcome.idle, int64_t(p - 1) * 3);
  for (uint32_t rank = 0; rank < p; ++rank)
    EXPECT_EQ(outcome.held[rank], p - rank);
  // Two chunks of half a stage: in half units, (p - 1)(F + B) / v.
  outcome =
      play("interleaved", uniformPipeline(p, m, 1, 2, 0, any, "interleaved"));
  EXPECT_EQ(outcome.idle, int64_t(p - 1) * 3);
  for (uint32_t rank = 0; rank < p; ++rank)
    EXPECT_EQ(outcome.held[rank], 2 * (p - 1 - rank) + p + 1);
  outcome = play("zb_h1", split);
  EXPECT_EQ(outcome.idle, int64_t(p - 1));
  EXPECT_EQ(outcome.held, std::vector<int64_t>(p, p));
  outcome = play("zb_h2", split);
  EXPECT_EQ(outcome.idle, 0);
  EXPECT_EQ(outcome.held, std::vector<int64_t>(p, 2 * p - 1));
  // As many activations as 1F1B: p stages are 2p chunks.
  outcome = play("zb_v", v);
  EXPECT_EQ(outcome.idle, 0);
  EXPECT_EQ(outcome.held, std::vector<int64_t>(p, 2 * p));
}

INSTANTIATE_TEST_SUITE_P(Sizes, Textbook,
                         testing::Values(std::pair(2u, 4u), std::pair(4u, 8u),
                                         std::pair(4u, 12u), std::pair(6u, 30u),
                                         std::pair(8u, 24u), std::pair(8u, 32u),
                                         std::pair(16u, 48u)));

using Controllable = Textbook;

/// Published idle times of V-Min, and its third of the activations of 1F1B;
/// V-Half has half of them.
TEST_P(Controllable, LittleMemory) {
  auto [p, m] = GetParam();
  PipelineProblem v = uniformPipeline(p, m, 1, 1, 1, any, "v");
  Outcome least = play("v_min", v), half = play("v_half", v);
  int64_t published = p == 4 ? 11 : p == 8 ? 27 : 59;
  EXPECT_EQ(least.idle, published);
  for (int64_t held : least.held)
    EXPECT_LE(held, (2 * p + 2) / 3 + 2);
  EXPECT_LT(half.idle, least.idle);
  for (int64_t held : half.held)
    EXPECT_LE(held, p + 3);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Controllable,
                         testing::Values(std::pair(4u, 8u), std::pair(8u, 24u),
                                         std::pair(8u, 32u),
                                         std::pair(16u, 48u)));

/// Whatever the shape, every task runs once and nothing waits for ever.
TEST(Textbooks, EveryShapeIsComplete) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  for (uint32_t p : {1u, 2u, 3u, 5u, 7u})
    for (uint32_t m : {1u, 2u, 3u, 6u, 13u})
      for (const std::string &placement : {"linear", "interleaved", "v"}) {
        PipelineProblem pipeline = uniformPipeline(
            p, m, 1, 1, 1, ScheduleProblem::kUnlimited, placement);
        ScheduleProblem problem = pipeline.toSchedule();
        std::vector<KnownOrder> known =
            textbookSchedules(registry).of(pipeline);
        EXPECT_GE(known.size(), placement == "linear" ? 4u : 1u);
        for (const KnownOrder &entry : known) {
          size_t tasks = 0;
          for (const std::vector<uint32_t> &order : entry.order)
            tasks += order.size();
          EXPECT_EQ(tasks, problem.taskCount()) << entry.name;
          EXPECT_FALSE(startTimes(problem, entry.order).empty())
              << entry.name << " p " << p << " m " << m;
          EXPECT_EQ(
              toTaskOrder(pipeline, toScheduledTasks(pipeline, entry.order)),
              entry.order);
        }
      }
}

} // namespace
