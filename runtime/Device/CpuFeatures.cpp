//===- CpuFeatures.cpp - Whether this machine can run an image ------------===//

#include "hocket/Runtime/CpuDevice.h"

#include "hocket/Support/File.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include <sys/utsname.h>

using namespace hocket;
using namespace hocket::runtime;

/// The kernel writes "avx512_vnni" and "sse4_1", LLVM "avx512vnni" and
/// "sse4.1".
static std::string normalize(std::string name) {
  std::erase_if(name, [](char c) { return c == '_' || c == '.' || c == '-'; });
  return name;
}

/// Names that differ in more than that; an empty one needs nothing, because
/// older processors take its instructions for no-ops.
static std::string kernelName(const std::string &feature) {
  static constexpr std::pair<const char *, const char *> aliases[] = {
      {"64bit", "lm"},
      {"bmi", "bmi1"},
      {"crc32", "sse4_2"},
      {"evex512", "avx512f"},
      {"lzcnt", "abm"},
      {"pclmul", "pclmulqdq"},
      {"prfchw", "3dnowprefetch"},
      {"rdrnd", "rdrand"},
      {"sahf", "lahf_lm"},
      {"sha", "sha_ni"},
      {"shstk", ""},
      {"sse3", "pni"},
      {"x87", "fpu"},
  };
  for (const auto &[llvmName, linuxName] : aliases)
    if (feature == llvmName)
      return normalize(linuxName);
  return normalize(feature);
}

Result<std::set<std::string>> runtime::machineFeatures() {
  Result<std::string> text = readFile("/proc/cpuinfo");
  if (!text)
    return text.error();
  std::istringstream lines(*text);
  std::set<std::string> features;
  for (std::string line; std::getline(lines, line);) {
    size_t colon = line.find(':');
    if (colon == std::string::npos ||
        (line.rfind("flags", 0) != 0 && line.rfind("Features", 0) != 0))
      continue;
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;)
      features.insert(word);
    break;
  }
  return features;
}

Result<void> runtime::checkFeatures(const KernelImage &image,
                                    const std::set<std::string> &available) {
  std::string architecture = image.triple.substr(0, image.triple.find('-'));
  utsname machine;
  if (::uname(&machine) == 0 && architecture != machine.machine)
    return Error(ErrorCode::InvalidArgument,
                 "the kernels were compiled for '" + image.triple +
                     "' and this machine is " + machine.machine,
                 {"compile the model on this machine"});
  std::set<std::string> known;
  for (const std::string &feature : available)
    known.insert(normalize(feature));
  std::string missing;
  for (const std::string &feature : image.features) {
    std::string name = kernelName(feature);
    if (!name.empty() && !known.count(name))
      missing += (missing.empty() ? "" : ", ") + feature;
  }
  if (missing.empty())
    return {};
  return Error(
      ErrorCode::InvalidArgument,
      "the kernels were compiled for the processor '" + image.cpu +
          "' and use instructions that this machine does not have: " + missing,
      {"compile the model on this machine, or give hocket-compile "
       "--cpu=NAME of an older processor"});
}
