//===- ResultTest.cpp -----------------------------------------------------===//

#include "hocket/Support/Result.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace hocket;

TEST(Result, HoldsAValueOrAnError) {
  Result<int> value = 3;
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, 3);
  Result<int> error = Error(ErrorCode::Io, "no such file");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().message, "no such file");
}

TEST(Result, ExitCodesSayWhoseMistakeItIs) {
  EXPECT_EQ(Error(ErrorCode::InvalidArgument, "").exitCode(), 2);
  EXPECT_EQ(Error(ErrorCode::CorruptFile, "").exitCode(), 2);
  EXPECT_EQ(Error(ErrorCode::Io, "").exitCode(), 2);
  EXPECT_EQ(Error(ErrorCode::InvalidPlan, "").exitCode(), 1);
  EXPECT_EQ(Error(ErrorCode::Runtime, "").exitCode(), 1);
}

TEST(Result, PrintsNotesBelowTheError) {
  std::ostringstream text;
  text << Error(ErrorCode::Runtime, "it broke", {"here", "and there"});
  EXPECT_EQ(text.str(), "error: it broke\nnote: here\nnote: and there\n");
}
