//===- OptionText.h - What tools say of their options -----------*- C++ -*-===//
//
// For the tools that do not use LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TOOLS_COMMON_OPTIONTEXT_H
#define HOCKET_TOOLS_COMMON_OPTIONTEXT_H

#include <string>
#include <vector>

namespace hocket {

/// "  --steps=N            steps to run", other lines of the help below the
/// first.
std::string optionHelp(const std::string &name, const std::string &help);

/// "unknown option '--sed'; did you mean '--seed'?", or where to look if none
/// of `names` is alike.
std::string unknownOptionText(const std::string &name,
                              const std::vector<std::string> &names);

} // namespace hocket

#endif // HOCKET_TOOLS_COMMON_OPTIONTEXT_H
