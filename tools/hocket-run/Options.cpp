//===- Options.cpp - The command line of hocket-run -----------------------===//

#include "Options.h"

#include "Common/OptionText.h"
#include "Flags.h"
#include "Worlds.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::run;

namespace {

/// What does not go together.
Result<void> checkOptions(const Options &options) {
  if (options.executable.empty())
    return mistake("which executable? usage: hocket-run MODEL.hkt [options]; "
                   "--help lists them");
  const World *world = findWorld(options.world);
  if (!world)
    return mistake("there is no world '" + options.world + "'",
                   {"the worlds are " + worldNames(", ")});
  if (options.slowdown && !world->isPaced)
    return mistake("--slowdown: the " + options.world + " world is not paced",
                   {"add --world=paced"});
  if (options.cores > 0 && options.world != "virtual")
    return mistake("--cores: the " + options.world +
                       " world does not choose its cores",
                   {"add --world=virtual"});
  if (!world->computes)
    for (const auto &[flag, path] :
         {std::pair("--params", &options.params),
          {"--save-params", &options.saveParams},
          {"--save-gradients", &options.saveGradients}})
      if (!path->empty())
        return mistake(std::string(flag) + ": the " + options.world +
                       " world has no parameters");
  if (!world->computes && !options.profile.empty())
    return mistake("--profile: the " + options.world +
                       " world has nothing to measure",
                   {"the threads world computes"});
  if (!options.profile.empty() && !options.costs.empty())
    return mistake("--profile and --costs do not go together: a run that "
                   "measures predicts with what it measures");
  if (options.lengthsFrom.empty() && !options.pack.empty())
    return mistake("--pack: all steps have the same lengths",
                   {"give those of each step as --lengths-from"});
  if (options.lengthsFrom.empty())
    return {};
  if (!world->computes)
    return mistake("--lengths-from: the " + options.world +
                       " world has the same lengths in all steps",
                   {"give them as --lengths"});
  // They are about the steps of one plan.
  for (const auto &[flag, path] : {std::pair("--lengths", &options.lengths),
                                   {"--profile", &options.profile},
                                   {"--costs", &options.costs}})
    if (!path->empty())
      return mistake(std::string(flag) +
                     " and --lengths-from do not go together: there is "
                     "another plan for each step");
  return {};
}

Result<void> parseArgument(Options &options, const std::string &argument) {
  if (argument.rfind("-", 0) != 0 || argument == "-") {
    if (!options.executable.empty())
      return mistake("two executables: '" + options.executable + "' and '" +
                     argument + "'");
    options.executable = argument;
    return {};
  }
  size_t equals = argument.find('=');
  std::string name = argument.substr(0, equals);
  const Flag *flag = findFlag(name == "-h" ? "--help" : name);
  if (!flag)
    return mistake(unknownOptionText(name, flagNames()));
  std::string value =
      equals == std::string::npos ? "" : argument.substr(equals + 1);
  if (flag->value && value.empty())
    return mistake(name + " needs a value",
                   {"write " + name + "=" + flag->value});
  if (!flag->value && equals != std::string::npos)
    return mistake(name + " takes no value");
  return flag->set(options, value);
}

} // namespace

std::string run::helpText() {
  std::string text =
      "usage: hocket-run MODEL.hkt [options]\n\n"
      "Runs the parallel plan of MODEL.hkt, which hocket-compile "
      "wrote, or predicts it.\n";
  for (const FlagGroup &group : flagGroups()) {
    text += std::string("\n") + group.title + ":\n";
    for (const Flag &flag : group.flags) {
      std::string name = flag.name;
      if (flag.value)
        name += std::string("=") + flag.value;
      text += optionHelp(name, flag.help);
    }
  }
  return text + R"(
Examples:
  hocket-run gpt.hkt --steps=200 --data=text.txt --save-params=trained.safetensors
  hocket-run gpt.hkt --steps=200 --data=text.txt --lengths-from=mixes.txt
  hocket-run gpt.hkt --data=text.txt --trace=trace.json
  hocket-run gpt.hkt --world=virtual
  hocket-run gpt.hkt --data=text.txt --steps=4 --profile=costs.json
  hocket-run gpt.hkt --data=text.txt --steps=4 --costs=costs.json
  hocket-run gpt.hkt --world=paced --slowdown=10

Exit status: 0 success, 1 the plan failed, 2 the caller's mistake.
docs/run.md says more.
)";
}

Result<Options> run::parseOptions(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (Result<void> parsed = parseArgument(options, argv[i]); !parsed)
      return parsed.error();
    if (options.help)
      return options;
  }
  if (Result<void> checked = checkOptions(options); !checked)
    return checked.error();
  return options;
}
