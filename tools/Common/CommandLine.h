//===- CommandLine.h - Options of the tools that use LLVM -------*- C++ -*-===//
//
// LLVM's libraries register hundreds of options. These functions show a person
// the few of a tool, and say what is wrong in one line.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TOOLS_COMMON_COMMANDLINE_H
#define HOCKET_TOOLS_COMMON_COMMANDLINE_H

#include "llvm/ADT/StringRef.h"

#include <vector>

namespace hocket {

/// The exit status for what the caller got wrong.
constexpr int kCallersMistake = 2;

/// Options that belong together.
struct OptionGroup {
  llvm::StringRef title;
  std::vector<llvm::StringRef> names; // of registered options, without dashes
};

/// Whether the caller asks for help, and not for the help of LLVM, which
/// `--help-hidden` and `--help-list` give.
bool isHelpWanted(int argc, char **argv);

/// Prints the options of `groups` as they were registered.
void printOptions(const std::vector<OptionGroup> &groups);

/// Hands the command line to LLVM's parser. Prints one line where it is wrong,
/// naming the nearest option, and returns false. `overview` begins LLVM's help.
bool parseCommandLine(int argc, char **argv, llvm::StringRef overview);

} // namespace hocket

#endif // HOCKET_TOOLS_COMMON_COMMANDLINE_H
