//===- Options.h - The command line of hocket-run ---------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_OPTIONS_H
#define HOCKET_TOOLS_HOCKETRUN_OPTIONS_H

#include "hocket/Support/Result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace hocket::run {

struct Options {
  std::string executable;
  std::string world = "threads";
  int64_t steps = 1;
  uint64_t seed = 0;
  int64_t threadsPerRank = 0;     // 0: as many as the machine has for each
  std::optional<double> slowdown; // finite, above 0
  int64_t cores = 0;              // that all ranks share; 0: none are shared
  bool quiet = false;
  bool help = false;
  // Paths; empty where not given.
  std::string params, saveParams, saveGradients, data, lengths, lengthsFrom,
      pack, trace, costs, profile, report;
};

/// Errors: InvalidArgument, with what would be right.
Result<Options> parseOptions(int argc, char **argv);

/// What --help prints.
std::string helpText();

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_OPTIONS_H
