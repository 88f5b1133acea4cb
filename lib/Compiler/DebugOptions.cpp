//===- DebugOptions.cpp - --debug and --debug-only ------------------------===//

#include "hocket/Compiler/InitAll.h"

#include "hocket/Dialects/DebugOutput.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"

#include <string>
#include <vector>

namespace {

/// Collects what `--debug-only` lists, over all of its occurrences.
struct DebugTypes {
  std::vector<std::string> names;

  DebugTypes &operator=(const std::string &list) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(list).split(parts, ',', -1, /*KeepEmpty=*/false);
    for (llvm::StringRef part : parts)
      names.push_back(part.str());
    hocket::setDebugTypes(names);
    return *this;
  }
};

} // namespace

void hocket::registerDebugOptions() {
  // Command line options live until the process ends.
  if (!llvm::cl::getRegisteredOptions().contains("debug"))
    static llvm::cl::opt<bool, true> debug(
        "debug", llvm::cl::desc("Enable debug output"),
        llvm::cl::location(llvm::DebugFlag));
  static DebugTypes types;
  if (!llvm::cl::getRegisteredOptions().contains("debug-only"))
    static llvm::cl::opt<DebugTypes, true, llvm::cl::parser<std::string>>
        debugOnly("debug-only",
                  llvm::cl::desc("Enable debug output of the types listed"),
                  llvm::cl::value_desc("type,..."), llvm::cl::location(types));
}
