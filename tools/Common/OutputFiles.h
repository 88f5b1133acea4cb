//===- OutputFiles.h - Files that a tool is about to write ------*- C++ -*-===//

#ifndef HOCKET_TOOLS_COMMON_OUTPUTFILES_H
#define HOCKET_TOOLS_COMMON_OUTPUTFILES_H

#include "hocket/Support/Result.h"

#include <string>
#include <vector>

namespace hocket {

/// A file of the command line; without a path where it is not given.
struct NamedFile {
  std::string name; // "--trace", "the model"
  std::string path;
};

/// Whether all of `outputs` can be written, and none is written over another
/// or over one of `inputs`. Errors: Io, InvalidArgument.
Result<void> checkOutputs(const std::vector<NamedFile> &outputs,
                          const std::vector<NamedFile> &inputs);

} // namespace hocket

#endif // HOCKET_TOOLS_COMMON_OUTPUTFILES_H
