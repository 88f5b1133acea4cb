//===- LengthsTest.cpp ----------------------------------------------------===//

#include "hocket/Plan/Lengths.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace hocket;
using namespace hocket::plan;

TEST(Lengths, OnePerLineWithComments) {
  auto lengths = parseLengths("# a batch\n128\n\n  64 # short\r\n1", "l.txt");
  ASSERT_TRUE(lengths) << lengths.error();
  EXPECT_EQ(*lengths, (std::vector<int64_t>{128, 64, 1}));
}

TEST(Lengths, ErrorsNameTheLine) {
  for (const char *text :
       {"5\n0\n", "5\n-3\n", "5\n1.5\n", "5\n7 8\n",
        "5\n99999999999999999999\n", "5\n2147483649\n", "5\nmany\n"}) {
    auto lengths = parseLengths(text, "l.txt");
    ASSERT_FALSE(lengths) << text;
    EXPECT_EQ(lengths.error().message.find("l.txt:2: "), 0u)
        << lengths.error().message;
    EXPECT_EQ(lengths.error().exitCode(), 2);
  }
  EXPECT_FALSE(parseLengths("# nothing\n", "l.txt"));
  EXPECT_FALSE(loadLengths("/no/such/file"));
}
TEST(StepLengths, AStepALine) {
  auto steps =
      plan::parseStepLengths("# mixes\n8 3,5\t\n\n , 1\r\n7, 2 # two\n", "f");
  ASSERT_TRUE(steps) << steps.error();
  ASSERT_EQ(steps->size(), 3u);
  EXPECT_EQ((*steps)[0].lengths, (std::vector<int64_t>{8, 3, 5}));
  EXPECT_EQ((*steps)[0].line, 2u);
  EXPECT_EQ((*steps)[1].lengths, std::vector<int64_t>{1});
  EXPECT_EQ((*steps)[1].line, 4u);
  EXPECT_EQ((*steps)[2].lengths, (std::vector<int64_t>{7, 2}));
  EXPECT_EQ((*steps)[2].line, 5u);
}

TEST(StepLengths, ErrorsNameFileAndLine) {
  for (auto [text, message] :
       {std::pair("1 2\n3 0\n", "mixes.txt:2: '0' is not a sequence length"),
        {"\n4 -1", "mixes.txt:2: '-1' is not a sequence length"},
        {"4,x5", "mixes.txt:1: 'x5' is not a sequence length"},
        {"4 1e3", "mixes.txt:1: '1e3' is not a sequence length"},
        {"1 2147483648\n2147483649",
         "mixes.txt:2: '2147483649' is not a sequence length"},
        {"9223372036854775808",
         "mixes.txt:1: '9223372036854775808' is not a sequence length"},
        {"# none\n , \n",
         "mixes.txt: there is no sequence length in this file"}}) {
    auto steps = plan::parseStepLengths(text, "mixes.txt");
    ASSERT_FALSE(steps) << text;
    EXPECT_EQ(steps.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(steps.error().message.rfind(message, 0), 0u)
        << steps.error().message;
  }
}

TEST(StepLengths, AnEmptyFileCanBeRead) {
  auto path = std::filesystem::path(testing::TempDir()) / "hocket-empty.txt";
  std::ofstream(path).close();
  auto steps = plan::loadStepLengths(path.string());
  ASSERT_FALSE(steps);
  EXPECT_NE(steps.error().message.find("there is no sequence length"),
            std::string::npos)
      << steps.error().message;
  auto lengths = plan::loadLengths(path.string());
  ASSERT_FALSE(lengths);
  EXPECT_NE(lengths.error().message.find("there is no sequence length"),
            std::string::npos)
      << lengths.error().message;
  std::filesystem::remove(path);
}
