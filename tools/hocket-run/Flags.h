//===- Flags.h - The options of hocket-run, one by one ----------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_FLAGS_H
#define HOCKET_TOOLS_HOCKETRUN_FLAGS_H

#include "Options.h"

#include <functional>
#include <vector>

namespace hocket::run {

/// One option: how it is written, what it does, and what takes its value.
struct Flag {
  const char *name;
  const char *value; // its placeholder; null for a flag without a value
  std::string help;  // may have several lines
  std::function<Result<void>(Options &, const std::string &value)> set;
};

struct FlagGroup {
  const char *title;
  std::vector<Flag> flags;
};

const std::vector<FlagGroup> &flagGroups();
/// Null where there is none of that name.
const Flag *findFlag(const std::string &name);
std::vector<std::string> flagNames();

inline Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_FLAGS_H
