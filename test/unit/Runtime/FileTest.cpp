//===- FileTest.cpp - Files that are whole or absent ----------------------===//

#include "TestFiles.h"

#include "hocket/Support/File.h"

#include <fstream>
#include <sys/stat.h>

using namespace hocket;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

TEST(File, WritesAndReads) {
  TestFolder folder;
  std::string text("a\0b\n", 4);
  ASSERT_TRUE(writeFile(folder / "x", text));
  ASSERT_TRUE(writeFile(folder / "x", text + "more"));
  Result<std::string> read = readFile(folder / "x");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, text + "more");
  EXPECT_EQ(folder.list(), std::vector<std::string>{"x"});
}

TEST(File, MissingFileIsAnError) {
  Result<std::string> read = readFile("/nowhere/at/all");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::Io);
  EXPECT_NE(read.error().message.find("/nowhere/at/all"), std::string::npos);
}

TEST(File, NothingIsLeftWithoutACommit) {
  TestFolder folder;
  ASSERT_TRUE(writeFile(folder / "x", "old"));
  {
    Result<AtomicFile> file = AtomicFile::create(folder / "x");
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE(file->write("half"));
    EXPECT_EQ(folder.list().size(), 2u);
  }
  EXPECT_EQ(folder.list(), std::vector<std::string>{"x"});
  EXPECT_EQ(*readFile(folder / "x"), "old");
}

TEST(File, FollowsLinksAndKeepsThem) {
  TestFolder folder;
  ASSERT_TRUE(writeFile(folder / "target", "old"));
  std::filesystem::create_symlink("target", folder / "link");
  ASSERT_TRUE(writeFile(folder / "link", "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(*readFile(folder / "target"), "new");
}

TEST(File, DevicesAreWrittenToAndStayDevices) {
  ASSERT_TRUE(writeFile("/dev/null", "gone"));
  struct stat status;
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  ASSERT_TRUE(checkWritable("/dev/null"));
}

TEST(File, CheckWritableSaysWhatIsWrong) {
  TestFolder folder;
  EXPECT_TRUE(checkWritable(folder / "new"));
  EXPECT_FALSE(checkWritable(folder / "no/such/folder"));
  EXPECT_FALSE(checkWritable(folder / "."));
  EXPECT_TRUE(folder.list().empty());
}

TEST(File, AFullDiskIsAnError) {
  Result<AtomicFile> file = AtomicFile::create("/dev/full");
  if (!file)
    GTEST_SKIP() << "there is no /dev/full";
  Result<void> written = file->write(std::string(1 << 20, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Io);
}

} // namespace
