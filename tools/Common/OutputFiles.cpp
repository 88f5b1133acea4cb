//===- OutputFiles.cpp - Files that a tool is about to write --------------===//

#include "OutputFiles.h"

#include "hocket/Support/File.h"

#include <filesystem>
#include <map>

using namespace hocket;

/// What a path names, however it is spelled; empty where it is no file that
/// is replaced as a whole (a device, a pipe).
static std::string identity(const std::string &path) {
  std::error_code code;
  if (std::filesystem::exists(path, code) &&
      !std::filesystem::is_regular_file(path, code))
    return "";
  std::filesystem::path resolved =
      std::filesystem::weakly_canonical(path, code);
  return code ? path : std::filesystem::absolute(resolved).string();
}

Result<void> hocket::checkOutputs(const std::vector<NamedFile> &outputs,
                                  const std::vector<NamedFile> &inputs) {
  std::map<std::string, const NamedFile *> taken;
  for (const NamedFile &input : inputs)
    if (!input.path.empty())
      taken.emplace(identity(input.path), &input);
  for (const NamedFile &output : outputs) {
    if (output.path.empty())
      continue;
    if (Result<void> writable = checkWritable(output.path); !writable)
      return writable;
    std::string file = identity(output.path);
    if (file.empty())
      continue;
    auto [other, isFree] = taken.emplace(file, &output);
    if (!isFree)
      return Error(ErrorCode::InvalidArgument,
                   output.name + ": '" + output.path + "' is the file of " +
                       other->second->name + ", which would be lost",
                   {"write to another file"});
  }
  return {};
}
