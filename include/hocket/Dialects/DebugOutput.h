//===- DebugOutput.h - What --debug-only shows ------------------*- C++ -*-===//
//
// LLVM_DEBUG is empty under NDEBUG, and code that uses MLIR must be compiled
// with NDEBUG where LLVM was: the layout of llvm::Statistic, and so of every
// pass that has one, depends on it.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_DEBUGOUTPUT_H
#define HOCKET_DIALECTS_DEBUGOUTPUT_H

#include <string>
#include <vector>

namespace hocket {

/// Whether `--debug`, or `--debug-only` with this type, was given.
bool isDebugTypeOn(const char *type);
/// Turns on the debug output of these types alone.
void setDebugTypes(const std::vector<std::string> &types);

} // namespace hocket

/// Runs X where the debug output of the file's DEBUG_TYPE is on.
#define HOCKET_DEBUG(X)                                                        \
  do {                                                                         \
    if (::hocket::isDebugTypeOn(DEBUG_TYPE)) {                                 \
      X;                                                                       \
    }                                                                          \
  } while (false)

#endif // HOCKET_DIALECTS_DEBUGOUTPUT_H
