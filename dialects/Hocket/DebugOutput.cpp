//===- DebugOutput.cpp - What --debug-only shows --------------------------===//

#include "hocket/Dialects/DebugOutput.h"

// Under NDEBUG LLVM's header hides functions that libLLVM has. Nothing else is
// included after this.
#undef NDEBUG
#include "llvm/Support/Debug.h"

bool hocket::isDebugTypeOn(const char *type) {
  return llvm::DebugFlag && llvm::isCurrentDebugType(type);
}

void hocket::setDebugTypes(const std::vector<std::string> &types) {
  std::vector<const char *> pointers;
  for (const std::string &type : types)
    pointers.push_back(type.c_str());
  llvm::DebugFlag = true;
  llvm::setCurrentDebugTypes(pointers.data(), unsigned(pointers.size()));
}
