//===- Worlds.h - Where hocket-run runs a plan ------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_WORLDS_H
#define HOCKET_TOOLS_HOCKETRUN_WORLDS_H

#include "Options.h"

#include "hocket/Runtime/Executable.h"
#include "hocket/Simulate/Simulate.h"

#include <string>

namespace hocket::run {

/// What --world chooses from.
struct World {
  const char *name;
  const char *help;
  bool computes; // there are parameters to start from and to save
  bool isPaced;
  Result<void> (*run)(const Options &options,
                      const runtime::Executable &executable);
};

/// Null where there is none of that name.
const World *findWorld(const std::string &name);
std::string worldNames(const char *separator);
std::string worldsHelp();

/// The worlds' commands.
Result<void> runSteps(const Options &options,
                      const runtime::Executable &executable);
Result<void> predictStep(const Options &options,
                         const runtime::Executable &executable);
Result<void> paceSteps(const Options &options,
                       const runtime::Executable &executable);

int64_t tokensPerStep(const plan::Plan &plan);
/// "ran 3 steps on 8 ranks in 1.5 s, 4096 tokens/s".
/// `tokens` of all steps.
void printTotal(const Options &options, const plan::Plan &plan, int64_t tokens,
                double seconds);
double tokenRate(const plan::Plan &plan, double seconds);
/// "predicted makespan 0.2 s, bubble rate 0.4, 4945 tokens/s".
void printMakespan(const char *which, const plan::Plan &plan,
                   const simulate::Simulation &step);

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_WORLDS_H
