//===- TestFiles.h - Files and executables for tests ------------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_RUNTIME_TESTFILES_H
#define HOCKET_TEST_UNIT_RUNTIME_TESTFILES_H

#include "hocket/Runtime/Executable.h"

#include "../Plan/SyntheticModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

namespace hocket::runtime::test {

/// A folder of the running test, empty at first and removed at the end.
class TestFolder {
public:
  TestFolder() {
    const testing::TestInfo &info =
        *testing::UnitTest::GetInstance()->current_test_info();
    folder = std::filesystem::temp_directory_path() /
             ("hocket-" + std::string(info.test_suite_name()) + "-" +
              info.name() + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  TestFolder(const TestFolder &) = delete;
  TestFolder &operator=(const TestFolder &) = delete;

  std::string operator/(const std::string &name) const {
    return (folder / name).string();
  }
  /// The names in the folder, sorted.
  std::vector<std::string> list() const {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  std::filesystem::path folder;
};

/// An executable whose kernels do not exist, for tests that do not run it.
inline Executable makeExecutable(const plan::test::SyntheticOptions &options,
                                 const plan::Strategy &strategy) {
  Executable executable;
  executable.model = plan::test::makeModel(options);
  executable.plan = plan::test::makePlan(executable.model, strategy);
  executable.topology.name = "eight";
  executable.topology.nodes = 2;
  executable.topology.devicesPerNode = 4;
  executable.topology.device = {int64_t(1) << 32, 2e10, 1e10, 1e-6};
  executable.topology.intraNode = {1e-6, 5e9};
  executable.topology.interNode = {2e-6, 4e9};
  executable.code = {"x86_64-unknown-linux-gnu",
                     "znver4",
                     {"avx2", "fma"},
                     std::string("\x7f"
                                 "ELF\0 not really",
                                 17)};
  return executable;
}

} // namespace hocket::runtime::test

#endif // HOCKET_TEST_UNIT_RUNTIME_TESTFILES_H
