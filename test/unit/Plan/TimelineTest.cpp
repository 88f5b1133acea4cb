//===- TimelineTest.cpp - Idle times against the published tables ---------===//

#include "hocket/Plan/Timeline.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

struct Times {
  double F = 1, Bi = 1, W = 1, hop = 0;
};

/// The orders of a built-in schedule; `times` are those of a whole rank, which
/// its chunks share.
struct Played {
  TaskOrders orders;
  TaskDurations durations;
  std::vector<std::vector<TaskSpan>> spans;

  Played(const char *name, const PipelineShape &shape, const Times &times) {
    ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
    const Schedule &schedule = *schedules.find(name);
    for (uint32_t stage = 0; stage < shape.stages(); ++stage)
      orders.rankOf.push_back(schedule.rankOf(stage, shape));
    for (uint32_t rank = 0; rank < shape.ranks; ++rank)
      orders.ofRank.push_back(schedule.order(rank, shape));
    auto all = [&](double time) {
      return std::vector<double>(shape.stages(), time / shape.chunks);
    };
    durations = {all(times.F), all(times.Bi), all(times.W), times.hop};
    auto played = playTasks(orders, durations);
    EXPECT_TRUE(played) << played.error();
    if (played)
      spans = *played;
  }

  double makespan() const {
    double end = 0;
    for (const auto &list : spans)
      for (const TaskSpan &span : list)
        end = std::max(end, span.end);
    return end;
  }
  /// From its first F to its last W, what a rank does nothing in.
  double idle(uint32_t rank) const {
    double busy = 0, first = 1e300, last = 0;
    for (const TaskSpan &span : spans[rank]) {
      busy += span.end - span.begin;
      first = std::min(first, span.begin);
      last = std::max(last, span.end);
    }
    return last - first - busy;
  }
};

TEST(Timeline, IdleTimeOfGPipeAnd1F1B) {
  for (uint32_t p : {1u, 2u, 4u, 8u})
    for (const char *name : {"gpipe", "1f1b"}) {
      Played played(name, {p, 1, 2 * p}, {3, 4, 2});
      EXPECT_DOUBLE_EQ(played.makespan(), (2 * p + p - 1) * 9.0) << name;
    }
}

TEST(Timeline, IdleTimeOfGPipeWithChunks) {
  for (uint32_t v : {2u, 3u, 4u}) {
    Played played("gpipe", {4, v, 12}, {12, 12, 12});
    EXPECT_NEAR(played.makespan(), 12 * 36.0 + 3 * 36.0 / v, 1e-9) << v;
  }
}

TEST(Timeline, IdleTimeOfInterleaved) {
  for (uint32_t p : {2u, 4u, 8u})
    for (uint32_t v : {2u, 3u, 4u}) {
      Played played("interleaved", {p, v, 3 * p}, {12, 12, 12});
      EXPECT_NEAR(played.makespan(), 3 * p * 36.0 + (p - 1) * 36.0 / v, 1e-9)
          << p << " ranks, " << v << " chunks";
    }
}

/// (p-1)(F+Bi-W), on the first rank, which is the one that idles most.
TEST(Timeline, IdleTimeOfZeroBubbleH1) {
  for (uint32_t p : {2u, 4u, 8u})
    for (Times times : {Times{1, 1, 1}, Times{10, 10, 10}, Times{5, 5, 4}}) {
      Played played("zb_h1", {p, 1, 3 * p}, times);
      double most = 0;
      for (uint32_t rank = 0; rank < p; ++rank)
        most = std::max(most, played.idle(rank));
      EXPECT_NEAR(most, (p - 1) * (times.F + times.Bi - times.W), 1e-9)
          << p << " ranks, W = " << times.W;
    }
}

/// Bubble rates that the public heuristics report, at F = Bi = W = 10.
TEST(Timeline, BubbleRatesArePublishedOnes) {
  struct Row {
    uint32_t p, m;
    double oneForward, zeroBubble;
  };
  for (Row row : {Row{4, 8, .2727, .1111}, Row{8, 24, .2258, .0886},
                  Row{8, 32, .1795, .0680}, Row{16, 48, .2381, .0943}}) {
    auto rate = [&](const char *name) {
      Played played(name, {row.p, 1, row.m}, {10, 10, 10});
      double most = 0;
      for (uint32_t rank = 0; rank < row.p; ++rank)
        most = std::max(most, played.idle(rank));
      return most / (most + row.m * 30.0);
    };
    EXPECT_NEAR(rate("1f1b"), row.oneForward, 5e-5);
    EXPECT_NEAR(rate("zb_h1"), row.zeroBubble, 5e-5);
  }
}

/// (p - 1)(F&B + B - 3W) on p ranks with two stages each, where F&B is a
/// forward and a backward that overlap, whatever that takes; 2p + 1 stages'
/// activations.
TEST(Timeline, IdleTimeOfDualPipeV) {
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  const Schedule &schedule = *schedules.find("dualpipe_v");
  for (auto [ranks, microbatches] : {std::pair(1u, 4u),
                                     {2u, 8u},
                                     {3u, 10u},
                                     {4u, 16u},
                                     {4u, 20u},
                                     {8u, 32u}})
    for (double overlapped : {3.0, 2.5, 2.0}) {
      PipelineShape shape{ranks, 2, microbatches};
      TaskOrders orders;
      orders.ofRank = schedule.orders(shape);
      orders.overlaps = schedule.overlaps(shape);
      for (uint32_t stage = 0; stage < shape.stages(); ++stage)
        orders.rankOf.push_back(schedule.rankOf(stage, shape));
      TaskDurations durations;
      durations.overlapped = overlapped;
      auto played = playTasks(orders, durations);
      ASSERT_TRUE(played) << played.error();
      double makespan = 0, idle = 0;
      for (const std::vector<TaskSpan> &spans : *played)
        for (const TaskSpan &span : spans)
          makespan = std::max(makespan, span.end);
      for (uint32_t rank = 0; rank < ranks; ++rank) {
        double busy = 0;
        const std::vector<TaskSpan> &spans = (*played)[rank];
        for (size_t i = 0; i < spans.size(); ++i)
          if (i == 0 || spans[i].begin != spans[i - 1].begin)
            busy += spans[i].end - spans[i].begin;
        idle = std::max(idle, makespan - busy);
        int64_t held = 0, most = 0;
        for (const ScheduledTask &task : orders.ofRank[rank]) {
          most = std::max(most, held += task.kind == TaskKind::F);
          held -= task.kind == TaskKind::B || task.kind == TaskKind::W;
        }
        EXPECT_EQ(held, 0);
        EXPECT_LE(most, 2 * ranks + 1);
      }
      EXPECT_DOUBLE_EQ(idle, (ranks - 1) * (overlapped + 2 - 3))
          << ranks << " ranks, " << microbatches << " microbatches";
    }
}

TEST(Timeline, AHopDelaysWhatCrossesRanks) {
  Played played("gpipe", {3, 1, 1}, {1, 1, 1, 0.5});
  EXPECT_DOUBLE_EQ(played.makespan(), 3 * 3 + 4 * 0.5);
}

TEST(Timeline, TasksThatWaitForeverAreNamed) {
  TaskOrders orders;
  orders.rankOf = {0, 1};
  orders.ofRank = {{{TaskKind::B, 0, 0}, {TaskKind::F, 0, 0}},
                   {{TaskKind::F, 1, 0}, {TaskKind::B, 1, 0}}};
  auto played = playTasks(orders);
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(played.error().message,
            "the schedule cannot run: pipeline rank 0 waits forever before "
            "task B of stage 0 and microbatch 0");
  EXPECT_EQ(played.error().notes.size(), 2u);
}

} // namespace
