//===- SharedData.h - Data sets that are not checked in ---------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_SUPPORT_SHAREDDATA_H
#define HOCKET_TEST_UNIT_SUPPORT_SHAREDDATA_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace hocket::test {

/// The path of a file below HOCKET_DATA, which lies beside the checkout unless
/// the environment says otherwise.
inline std::string sharedData(const std::string &name) {
  const char *folder = std::getenv("HOCKET_DATA");
  return (std::filesystem::path(folder ? folder : HOCKET_SHARED_DATA) / name)
      .string();
}

} // namespace hocket::test

/// Skips the test where the file is absent.
#define HOCKET_SKIP_WITHOUT(path)                                              \
  if (!std::filesystem::exists(path))                                          \
  GTEST_SKIP() << (path) << " is absent; HOCKET_DATA names its folder"

#endif // HOCKET_TEST_UNIT_SUPPORT_SHAREDDATA_H
