//===- hocket-run.cpp - Runs a compiled model -----------------------------===//

#include "Options.h"
#include "Worlds.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Lengths.h"

#include <iostream>

using namespace hocket;
using namespace hocket::run;
using namespace hocket::runtime;

namespace {

/// Plans for other lengths where they are given.
Result<void> planAgain(const std::string &path, Executable &executable) {
  Result<std::vector<int64_t>> lengths = plan::loadLengths(path);
  if (!lengths)
    return lengths.error();
  Result<plan::Plan> plan =
      plan::expand(executable.model, executable.plan.strategy, *lengths,
                   plan::ScheduleRegistry::withBuiltins());
  if (!plan)
    return plan.error();
  executable.plan = std::move(*plan);
  return checkPlan(executable.plan, executable.model, executable.topology);
}

Result<void> runExecutable(const Options &options) {
  Result<Executable> executable = load(options.executable);
  if (!executable)
    return executable.error();
  if (!options.lengths.empty())
    if (Result<void> planned = planAgain(options.lengths, *executable);
        !planned)
      return planned;
  return findWorld(options.world)->run(options, *executable);
}

} // namespace

int main(int argc, char **argv) {
  Result<Options> options = parseOptions(argc, argv);
  Result<void> ran;
  if (!options)
    ran = options.error();
  else if (options->help)
    std::cout << helpText();
  else
    ran = runExecutable(*options);
  if (ran)
    return 0;
  std::cerr << "hocket-run: " << ran.error();
  return ran.error().exitCode();
}
