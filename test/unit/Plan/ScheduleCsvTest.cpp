//===- ScheduleCsvTest.cpp - Schedules of torch.distributed.pipelining ----===//

#include "RandomStrategies.h"
#include "SyntheticModel.h"

#include "hocket/Plan/ScheduleCsv.h"
#include "hocket/Plan/TaskText.h"

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

TaskOrders ordersOf(const std::string &name, const PipelineShape &shape) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  const Schedule &schedule = *registry.find(name);
  TaskOrders orders;
  for (uint32_t stage = 0; stage < shape.stages(); ++stage)
    orders.rankOf.push_back(schedule.rankOf(stage, shape));
  for (uint32_t rank = 0; rank < shape.ranks; ++rank)
    orders.ofRank.push_back(schedule.order(rank, shape));
  return orders;
}

std::string formatOrders(const TaskOrders &orders) {
  std::string text;
  for (const std::vector<ScheduledTask> &order : orders.ofRank)
    text += (text.empty() ? "" : " | ") + formatOrder(order);
  return text;
}

/// As PyTorch prints Schedule1F1B for two ranks and three microbatches.
const char *kTwoRanks = "0F0,0F1,,0B0,0F2,0B1,,0B2\n"
                        ",1F0,1B0,1F1,1B1,1F2,1B2,\n";

TEST(ScheduleCsv, WritesTimeSteps) {
  Result<std::string> text = writeScheduleCsv(ordersOf("1f1b", {2, 1, 3}));
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(*text, kTwoRanks);
  text = writeScheduleCsv(ordersOf("zb_h1", {2, 1, 2}));
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(*text, "0F0,0F1,,0I0,0W0,0I1,0W1\n"
                   ",1F0,1I0,1F1,1I1,1W0,1W1\n");
  TaskOrders routed;
  routed.routes = {{{0, 0}}};
  EXPECT_FALSE(writeScheduleCsv(routed));
}

TEST(ScheduleCsv, WritesTheScheduleOfAStrategy) {
  SyntheticOptions options;
  options.stages = 2;
  options.split = true;
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  Strategy strategy;
  strategy.microbatches = 2;
  strategy.schedule = "zb_h1";
  Result<std::string> text =
      writeScheduleCsv(makeModel(options), strategy, schedules);
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(*text, "0F0,0F1,,0I0,0W0,0I1,0W1\n"
                   ",1F0,1I0,1F1,1I1,1W0,1W1\n");

  // A model that is not trained has forwards only.
  options.backward = options.split = options.updates = false;
  text = writeScheduleCsv(makeModel(options), strategy, schedules);
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(*text, "0F0,0F1,\n,1F0,1F1\n");
  EXPECT_TRUE(parseScheduleCsv(*text, "f.csv"));

  strategy.schedule = "none";
  EXPECT_FALSE(writeScheduleCsv(makeModel(options), strategy, schedules));
}

TEST(ScheduleCsv, HalfABackwardIsWrittenAsAWholeOne) {
  // Nothing is before the first stage, and the last has no parameters.
  SyntheticOptions options;
  options.stages = 2;
  options.split = true;
  Model model = makeModel(options);
  std::erase_if(model.stages[0].tasks, [](const TaskTemplate &task) {
    return task.kind == TaskKind::Bi;
  });
  std::erase_if(model.stages[1].tasks, [](const TaskTemplate &task) {
    return task.kind == TaskKind::W;
  });
  Strategy strategy;
  strategy.microbatches = 2;
  strategy.schedule = "given";
  strategy.placement = {0, 1};
  for (const char *order : {"0F0 0F1 0W0 0W1", "1F0 1F1 1I1 1I0"})
    strategy.orders.push_back(*parseOrder(order));
  ScheduleRegistry schedules = ScheduleRegistry::withBuiltins();
  Result<std::string> text = writeScheduleCsv(model, strategy, schedules);
  ASSERT_TRUE(text) << text.error();
  Result<TaskOrders> read = parseScheduleCsv(*text, "half.csv");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(formatOrders(*read), "0F0 0F1 0B0 0B1 | 1F0 1F1 1B1 1B0");
}

TEST(ScheduleCsv, BuiltinSchedulesRoundTrip) {
  ScheduleRegistry registry = ScheduleRegistry::withBuiltins();
  for (const std::string &name : registry.names())
    for (uint32_t ranks : {1u, 2u, 4u})
      for (uint32_t chunks : {1u, 2u})
        for (uint32_t microbatches : {1u, 4u, 8u}) {
          PipelineShape shape{ranks, chunks, microbatches};
          if (!registry.find(name)->check(shape))
            continue;
          TaskOrders orders = ordersOf(name, shape);
          Result<std::string> text = writeScheduleCsv(orders);
          ASSERT_TRUE(text) << text.error();
          Result<TaskOrders> read = parseScheduleCsv(
              *text, "s.csv", {ranks, ranks * chunks, microbatches});
          ASSERT_TRUE(read) << read.error();
          EXPECT_EQ(read->ofRank, orders.ofRank);
          EXPECT_EQ(read->rankOf, orders.rankOf);
        }
}

TEST(ScheduleCsv, RandomSchedulesRoundTrip) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 200; ++round) {
    uint32_t stages = 1 + random() % 6, ranks = 1 + random() % stages;
    TaskOrders orders;
    orders.rankOf = randomPlacement(stages, ranks, random);
    orders.ofRank = randomOrders(Itinerary(orders.rankOf), ranks,
                                 1 + random() % 5, random() % 2, random);
    Result<std::string> text = writeScheduleCsv(orders);
    ASSERT_TRUE(text) << text.error();
    Result<TaskOrders> read = parseScheduleCsv(*text, "s.csv");
    ASSERT_TRUE(read) << read.error() << *text;
    EXPECT_EQ(read->ofRank, orders.ofRank);
    EXPECT_EQ(read->rankOf, orders.rankOf);
    // And it is a strategy.
    SyntheticOptions options;
    options.stages = stages;
    options.split = true;
    Model model = makeModel(options);
    Plan plan = makePlan(model, plan::givenStrategy(*read));
    Result<void> checked = check(plan, model, 0);
    EXPECT_TRUE(checked) << checked.error();
  }
}

TEST(ScheduleCsv, ReadsWhatOthersWrite) {
  // Line ends of the csv module, spaces, rows of different lengths.
  Result<TaskOrders> read = parseScheduleCsv(
      "0F0, 0F1 ,,0B0,0F2,0B1,,0B2\r\n,1F0,1B0,1F1,1B1,1F2,1B2", "s.csv");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->ofRank, ordersOf("1f1b", {2, 1, 3}).ofRank);
  // Overlapped tasks, on two ranks in a V.
  read = parseScheduleCsv("0F0,,,3F0,3B0,0F1,,,3F1,0B0,3B1,0B1\n"
                          ",1F0,2F0,,,2B0,1F1,(2F1;1B0)OVERLAP_F_B,2B1,1B1\n",
                          "v.csv");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->rankOf, (std::vector<uint32_t>{0, 1, 1, 0}));
  EXPECT_EQ(formatOrders(*read), "0F0 3F0 3B0 0F1 3F1 0B0 3B1 0B1 | "
                                 "1F0 2F0 2B0 1F1 2F1 1B0 2B1 1B1");
  // Forwards only.
  EXPECT_TRUE(parseScheduleCsv("0F0,0F1\n1F0,1F1\n", "f.csv"));
}

/// A lowered schedule: with messages, shards and the sum of gradients.
const char *kLowered =
    "0UNSHARD,0F0,0SEND_F0,0RECV_B0,0B0,0RESHARD,0REDUCE_GRAD\n"
    "1UNSHARD,1RECV_F0,1F0,1B0,1SEND_B0,1REDUCE_GRAD,1RESHARD\n";

TEST(ScheduleCsv, ChecksWhatItDrops) {
  Result<TaskOrders> read = parseScheduleCsv(kLowered, "l.csv");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(formatOrders(*read), "0F0 0B0 | 1F0 1B0");
  auto errorWith = [&](std::string from, const std::string &to) {
    std::string text = kLowered;
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    Result<TaskOrders> read = parseScheduleCsv(text, "l.csv");
    return read ? "no error" : read.error().message;
  };
  EXPECT_EQ(errorWith("0SEND_F0,", ""), "l.csv:1:10: 0F0 lacks its 0SEND_F0");
  EXPECT_EQ(errorWith("1RECV_F0,", ""), "l.csv:2:10: 1F0 lacks its 1RECV_F0");
  EXPECT_EQ(errorWith(",1SEND_B0", ""), "l.csv:2:23: 1B0 lacks its 1SEND_B0");
  EXPECT_EQ(errorWith("0RECV_B0,", ""), "l.csv:1:23: 0B0 lacks its 0RECV_B0");
  EXPECT_EQ(errorWith("0F0,0SEND_F0", "0SEND_F0,0F0"),
            "l.csv:1:10: 0SEND_F0 comes before 0F0");
  EXPECT_EQ(errorWith("0RECV_B0,0B0", "0B0,0RECV_B0"),
            "l.csv:1:27: 0RECV_B0 comes after 0B0");
  EXPECT_EQ(errorWith("0SEND_F0", "0SEND_F0,0SEND_F0"),
            "l.csv:1:23: 0SEND_F0 is there twice");
  EXPECT_EQ(errorWith("0SEND_F0", "0SEND_F1"),
            "l.csv:1:14: there is no task for 0SEND_F1");
  EXPECT_EQ(
      errorWith("0SEND_F0", "0SEND_F0,1SEND_F0"),
      "l.csv:1:23: 1SEND_F0 is of a stage that this rank has no tasks of");
  EXPECT_EQ(errorWith("0SEND_F0", "0SEND_F0,0SEND_B0"),
            "l.csv:1:23: 0SEND_B0 has nobody at its other end");
  EXPECT_EQ(errorWith("0UNSHARD", "0RESHARD"),
            "l.csv:1:1: 0RESHARD of a stage that is sharded already");
  EXPECT_EQ(errorWith("1B0,", "1RESHARD,1B0,"),
            "l.csv:2:32: 1B0 runs while its stage is sharded");
  EXPECT_EQ(errorWith("1F0,", "1UNSHARD,1F0,"),
            "l.csv:2:19: 1UNSHARD of a stage that is whole already");
  EXPECT_EQ(errorWith("1F0,", "1F0,1REDUCE_GRAD,"),
            "l.csv:2:36: 1B0 adds to gradients that are summed up already");
  EXPECT_EQ(errorWith("0REDUCE_GRAD", "0REDUCE_GRAD,0REDUCE_GRAD"),
            "l.csv:1:58: 0REDUCE_GRAD is there twice");
  Result<TaskOrders> same =
      parseScheduleCsv("0F0,0SEND_F0,1RECV_F0,1F0,1B0,0B0\n", "one.csv");
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().message,
            "one.csv:1:5: 0SEND_F0 stays on its rank, where nothing is sent");
}

std::string errorOf(const std::string &text,
                    const CsvExpectation &expected = {}) {
  Result<TaskOrders> read = parseScheduleCsv(text, "s.csv", expected);
  if (read)
    return "no error";
  EXPECT_EQ(read.error().exitCode(), 2);
  return read.error().message;
}

TEST(ScheduleCsv, MistakesAreExplained) {
  EXPECT_EQ(errorOf(kTwoRanks), "no error");
  EXPECT_EQ(errorOf(""), "s.csv: there is no schedule in this file");
  EXPECT_EQ(errorOf("0F0,0B0\n\n"), "s.csv:2:1: rank 1 has no tasks");
  for (const char *cell : {"2BW0",
                           "0F",
                           "F0",
                           "0X0",
                           "0F0x",
                           "0F-1",
                           "0F00",
                           "1RECV_X0",
                           "0SEND_F",
                           "0UNSHARD1",
                           "0RECV_F0x",
                           "\"0F0\"",
                           "0F0;0B0",
                           "(0F0)OVERLAP_F_B",
                           "(0F0;0B0)",
                           "(0F0;0B0)OVERLAP_F_Bx",
                           "(0F0;0B0;0F1)OVERLAP_F_B",
                           "(0F0,0B0)OVERLAP_F_B",
                           "()OVERLAP_F_B",
                           "(0F0;0UNSHARD)OVERLAP_F_B",
                           "(0F0;0F1)OVERLAP_F_B",
                           "(0B0;0B1)OVERLAP_F_B",
                           "(0F0;0W0)OVERLAP_F_B",
                           "4294967296F0",
                           "0F 0"})
    EXPECT_EQ(
        errorOf(std::string("0F0,0B0\n ,") + cell + "\n").find("s.csv:2:3: '"),
        0u)
        << cell << ": " << errorOf(std::string("0F0,0B0\n ,") + cell + "\n");
  EXPECT_EQ(errorOf("0F0,,0B0\n0F0,1F0,1B0\n"),
            "s.csv:2:1: 0F0 is there twice");
  EXPECT_EQ(errorOf("0F0,,0B0\n0F1,1F0,1B0\n"),
            "s.csv:2:1: 0F1 is of a stage of another rank");
  EXPECT_EQ(errorOf("0F0,,0B0\n,2F0,2B0\n"),
            "s.csv:2:2: there are tasks of stage 2 and none of stage 1");
  EXPECT_EQ(errorOf("0F0,0F1,0B0\n,1F0,1B0,1F1,1B1\n"),
            "s.csv: rank 0 (line 1) lacks the task 0B1");
  EXPECT_EQ(errorOf("0F0,0F1,0B0,0I1\n,1F0,1B0,1F1,1B1\n"),
            "s.csv: rank 0 (line 1) lacks the task 0W1");
  EXPECT_EQ(errorOf("0F0,0F4294967295,0B0\n"),
            "s.csv: rank 0 (line 1) lacks the task 0F1");
  EXPECT_EQ(errorOf("0F0,0B0,0W0\n"), "s.csv:1:9: 0W0 is a part of 0B0");
  EXPECT_EQ(errorOf(kTwoRanks, {3, 0, 0}),
            "s.csv: the schedule is for 2 pipeline ranks, not 3");
  EXPECT_EQ(errorOf(kTwoRanks, {2, 4, 0}),
            "s.csv: the schedule is for 2 stages, not 4");
  EXPECT_EQ(errorOf(kTwoRanks, {2, 2, 4}),
            "s.csv: the schedule is for 3 microbatches, not 4");
  EXPECT_EQ(errorOf("0B0,0F0\n").find("s.csv: the schedule cannot run: "), 0u);
}

/// Damaged texts are read as what they say or refused with a place.
TEST(ScheduleCsv, DamageIsSurvived) {
  size_t refused = 0;
  constexpr char letters[] = "0123456789,;()FIWBSENDRCV_\n \r\"";
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    std::string text = seed % 2 ? kLowered : kTwoRanks;
    for (unsigned i = 0; i <= seed % 3; ++i) {
      size_t at = random() % text.size();
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 4);
      else
        text[at] = letters[random() % (sizeof(letters) - 1)];
    }
    Result<TaskOrders> read = parseScheduleCsv(text, "s.csv");
    if (!read) {
      ++refused;
      EXPECT_EQ(read.error().message.find("s.csv:"), 0u);
      continue;
    }
    Result<std::string> written = writeScheduleCsv(*read);
    ASSERT_TRUE(written) << written.error() << text;
    Result<TaskOrders> again = parseScheduleCsv(*written, "s.csv");
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(again->ofRank, read->ofRank);
  }
  EXPECT_GT(refused, 3000u);
}

} // namespace
