//===- TaskTextTest.cpp ---------------------------------------------------===//

#include "hocket/Plan/TaskText.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;

namespace {

TEST(TaskText, RoundTrip) {
  std::vector<ScheduledTask> tasks = {{TaskKind::F, 0, 0},
                                      {TaskKind::Bi, 12, 3},
                                      {TaskKind::W, 4, 4294967295u},
                                      {TaskKind::B, 4294967295u, 10}};
  std::string text = formatOrder(tasks);
  EXPECT_EQ(text, "0F0 12I3 4W4294967295 4294967295B10");
  Result<std::vector<ScheduledTask>> parsed = parseOrder(text);
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(*parsed, tasks);
  parsed = parseOrder(" \t 0F0\n\n1B2 ");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(formatOrder(*parsed), "0F0 1B2");
  parsed = parseOrder("");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_TRUE(parsed->empty());
}

TEST(TaskText, NothingElseIsATask) {
  for (const char *text :
       {"",     "F0",           "0F",           "0",    "0f0",
        "0X0",  "-1F0",         "0F-1",         "0F0x", "0F0F0",
        "0 F0", " 0F0",         "00F0",         "0F00", "+0F0",
        "2BW0", "4294967296F0", "0F4294967296", "0R0",  "0SEND_F0"})
    EXPECT_FALSE(parseTask(text)) << text;
  Result<std::vector<ScheduledTask>> order = parseOrder("0F0 1F0 2BW0 3F0");
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().message, "task 3: '2BW0' is not a task");
  EXPECT_EQ(order.error().notes.size(), 1u);
}

} // namespace
