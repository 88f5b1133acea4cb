//===- Options.h - The command line of hocket-solve -------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETSOLVE_OPTIONS_H
#define HOCKET_TOOLS_HOCKETSOLVE_OPTIONS_H

#include "hocket/Solver/Kind.h"

namespace hocket::solve {

struct Options {
  bool help = false;
  const SolverKind *kind = nullptr;
  std::string instance;
  std::string scheduler; // empty: the kind's first
  std::string output;    // of the solution; empty: none
  std::string verify;    // a solution to check; empty: solve
  bool quiet = false;    // no progress
  SolverOptions solver;
  std::map<std::string, std::string> ofKind; // name -> value
};

/// Errors: InvalidArgument.
Result<Options> parseOptions(const SolverKindRegistry &registry, int argc,
                             char **argv);

std::string helpText(const SolverKindRegistry &registry);

} // namespace hocket::solve

#endif // HOCKET_TOOLS_HOCKETSOLVE_OPTIONS_H
