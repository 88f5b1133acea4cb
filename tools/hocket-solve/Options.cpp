//===- Options.cpp - The command line of hocket-solve ---------------------===//

#include "Options.h"

#include "Common/OptionText.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

using namespace hocket;
using namespace hocket::solve;

namespace {

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

struct Flag {
  const char *name;
  const char *value; // its placeholder; null for a flag without a value
  const char *help;
  Result<void> (*set)(Options &, const std::string &);
};

template <typename T>
Result<T> parseNumber(const std::string &text, T low, const char *what) {
  T number{};
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  bool isWhole = code == std::errc() && end == text.data() + text.size();
  // Written so that a NaN is refused.
  if (!isWhole || !(number >= low))
    return mistake("'" + text + "' is not " + what);
  return number;
}

const Flag kFlags[] = {
    {"--time-limit", "S", "seconds to spend (60); the best so far counts",
     [](Options &options, const std::string &text) -> Result<void> {
       auto number = parseNumber<double>(text, 0.0, "a number of seconds");
       if (!number)
         return number.error();
       options.solver.timeLimit = *number;
       return {};
     }},
    {"--work-limit", "N",
     "counted work to spend in place of seconds; the result\n"
     "repeats exactly for an instance, this and --seed",
     [](Options &options, const std::string &text) -> Result<void> {
       auto number = parseNumber<int64_t>(text, 0, "an amount of work");
       if (!number)
         return number.error();
       options.solver.workLimit = *number;
       return {};
     }},
    {"--seed", "N", "of everything that is drawn (0)",
     [](Options &options, const std::string &text) -> Result<void> {
       auto number = parseNumber<uint64_t>(text, 0, "a seed");
       if (!number)
         return number.error();
       options.solver.seed = *number;
       return {};
     }},
    {"--scheduler", "NAME", "how to solve; each kind has its own",
     [](Options &options, const std::string &text) -> Result<void> {
       options.scheduler = text;
       return {};
     }},
    {"-o", "FILE", "where the solution goes",
     [](Options &options, const std::string &text) -> Result<void> {
       options.output = text;
       return {};
     }},
    {"--verify", "FILE", "check the solution in FILE, solve nothing",
     [](Options &options, const std::string &text) -> Result<void> {
       options.verify = text;
       return {};
     }},
    {"--quiet", nullptr, "no progress on stderr",
     [](Options &options, const std::string &) -> Result<void> {
       options.quiet = true;
       return {};
     }},
};

std::vector<std::string> optionNames(const SolverKind *kind) {
  std::vector<std::string> names;
  for (const Flag &flag : kFlags)
    names.push_back(flag.name);
  if (kind)
    for (const KindOption &option : kind->options())
      names.push_back(option.name);
  return names;
}

std::string kindNames(const SolverKindRegistry &registry) {
  std::string names;
  for (const SolverKind *kind : registry.kinds())
    names += (names.empty() ? "" : ", ") + std::string(kind->name());
  return names;
}

/// A name, its value, and whether a value was given.
struct Argument {
  std::string name, value;
  bool hasValue = false;
};

Result<void> setOption(const SolverKindRegistry &registry, Options &options,
                       const Argument &argument) {
  auto misuse = [&](bool takesValue,
                    const std::string &placeholder) -> Result<void> {
    if (takesValue && argument.value.empty())
      return mistake(argument.name + " needs a value",
                     {"write " + argument.name +
                      (argument.name == "-o" ? " " : "=") + placeholder});
    if (!takesValue && argument.hasValue)
      return mistake(argument.name + " takes no value");
    return {};
  };
  for (const Flag &flag : kFlags)
    if (argument.name == flag.name) {
      Result<void> used = misuse(flag.value, flag.value ? flag.value : "");
      return used ? flag.set(options, argument.value) : used;
    }
  for (const KindOption &option : options.kind->options())
    if (argument.name == option.name) {
      Result<void> used = misuse(!option.value.empty(), option.value);
      options.ofKind[option.name] = argument.value;
      return used;
    }
  for (const SolverKind *kind : registry.kinds())
    for (const KindOption &option : kind->options())
      if (argument.name == option.name)
        return mistake(argument.name + " is an option of " +
                       std::string(kind->name()) + ", not of " +
                       std::string(options.kind->name()));
  return mistake(unknownOptionText(argument.name, optionNames(options.kind)));
}

} // namespace

std::string solve::helpText(const SolverKindRegistry &registry) {
  std::string text =
      "usage: hocket-solve KIND INSTANCE [options]\n\n"
      "Solves a planning problem, with a proven bound, or checks "
      "a solution.\n\nKinds:\n";
  for (const SolverKind *kind : registry.kinds())
    text += optionHelp(std::string(kind->name()), std::string(kind->summary()));
  text += "\nOptions:\n";
  for (const Flag &flag : kFlags) {
    std::string name = flag.name;
    if (flag.value)
      name += (name == "-o" ? " " : "=") + std::string(flag.value);
    text += optionHelp(name, flag.help);
  }
  for (const SolverKind *kind : registry.kinds()) {
    if (kind->options().empty())
      continue;
    text += "\nOptions of " + std::string(kind->name()) + ":\n";
    for (const KindOption &option : kind->options())
      text += optionHelp(option.name +
                             (option.value.empty() ? "" : "=" + option.value),
                         option.help);
  }
  return text + R"(
The last line of the output is: STATUS VALUE BOUND GAP SECONDS
Exit status: 0 optimal or feasible, or the solution is right; 1 the solution is
wrong; 2 the caller's mistake; 3 infeasible; 4 unknown.
docs/solve.md describes the files.
)";
}

Result<Options> solve::parseOptions(const SolverKindRegistry &registry,
                                    int argc, char **argv) {
  Options options;
  std::vector<Argument> flags;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      options.help = true;
      return options;
    }
    if (argument.rfind("-", 0) != 0 || argument == "-") {
      names.push_back(argument);
      continue;
    }
    size_t equals = argument.find('=');
    Argument flag{argument.substr(0, equals), "", equals != std::string::npos};
    if (flag.hasValue)
      flag.value = argument.substr(equals + 1);
    else if (flag.name == "-o" && i + 1 < argc)
      flag.value = argv[++i];
    flags.push_back(std::move(flag));
  }
  if (names.empty())
    return mistake("which kind of problem? usage: hocket-solve KIND INSTANCE "
                   "[options]",
                   {"the kinds are " + kindNames(registry)});
  options.kind = registry.find(names[0]);
  if (!options.kind)
    return mistake("there is no kind '" + names[0] + "'",
                   {"the kinds are " + kindNames(registry)});
  if (names.size() < 2)
    return mistake("which instance? usage: hocket-solve " + names[0] +
                   " INSTANCE [options]");
  // An option without its value says more than the value that it lost.
  std::set<std::string> given;
  for (const Argument &flag : flags) {
    if (Result<void> set = setOption(registry, options, flag); !set)
      return set.error();
    if (!given.insert(flag.name).second)
      return mistake(flag.name + " is given twice");
  }
  if (names.size() > 2)
    return mistake("two instances: '" + names[1] + "' and '" + names[2] + "'");
  options.instance = names[1];
  if (given.count("--time-limit") && given.count("--work-limit"))
    return mistake("--time-limit and --work-limit do not go together: seconds "
                   "or counted work end the search");
  if (!options.verify.empty() && !options.output.empty())
    return mistake("-o: --verify writes no solution");
  return options;
}
