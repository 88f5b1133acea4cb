//===- LengthsTest.cpp ----------------------------------------------------===//

#include "hocket/Plan/Lengths.h"

#include <gtest/gtest.h>

using namespace hocket;
using namespace hocket::plan;

TEST(Lengths, OnePerLineWithComments) {
  auto lengths = parseLengths("# a batch\n128\n\n  64 # short\r\n1", "l.txt");
  ASSERT_TRUE(lengths) << lengths.error();
  EXPECT_EQ(*lengths, (std::vector<int64_t>{128, 64, 1}));
}

TEST(Lengths, ErrorsNameTheLine) {
  for (const char *text : {"5\n0\n", "5\n-3\n", "5\n1.5\n", "5\n7 8\n",
                           "5\n99999999999999999999\n", "5\nmany\n"}) {
    auto lengths = parseLengths(text, "l.txt");
    ASSERT_FALSE(lengths) << text;
    EXPECT_EQ(lengths.error().message.find("l.txt:2: "), 0u)
        << lengths.error().message;
    EXPECT_EQ(lengths.error().exitCode(), 2);
  }
  EXPECT_FALSE(parseLengths("# nothing\n", "l.txt"));
  EXPECT_FALSE(loadLengths("/no/such/file"));
}
