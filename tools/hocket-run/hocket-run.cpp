//===- hocket-run.cpp - Runs a compiled model -----------------------------===//

#include "Common/OutputFiles.h"
#include "Options.h"
#include "Worlds.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Lengths.h"

#include <cstdio>
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

/// Before hours of work: whether what it writes can be written, and over
/// nothing that it reads. A checkpoint may take the place of the one it began
/// with.
Result<void> checkFiles(const Options &options) {
  bool goesOn = options.params == options.saveParams;
  return checkOutputs({{"--save-params", options.saveParams},
                       {"--save-gradients", options.saveGradients},
                       {"--profile", options.profile},
                       {"--trace", options.trace},
                       {"--report", options.report}},
                      {{"the executable", options.executable},
                       {"--data", options.data},
                       {"--params", goesOn ? "" : options.params},
                       {"--lengths", options.lengths},
                       {"--lengths-from", options.lengthsFrom},
                       {"--pack", options.pack},
                       {"--costs", options.costs}});
}

Result<void> runExecutable(const Options &options) {
  if (Result<void> checked = checkFiles(options); !checked)
    return checked;
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
  std::cout.flush();
  if (ran && (std::fflush(stdout) != 0 || std::ferror(stdout) || !std::cout))
    ran = Error(ErrorCode::Io, "cannot write to standard output");
  if (ran)
    return 0;
  std::cerr << "hocket-run: " << ran.error();
  return ran.error().exitCode();
}
