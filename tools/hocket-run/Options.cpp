//===- Options.cpp - The command line of hocket-run -----------------------===//

#include "Options.h"

#include "Worlds.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <vector>

using namespace hocket;
using namespace hocket::run;

namespace {

/// One option: how it is written, what it does, and what takes its value.
struct Flag {
  const char *name;
  const char *value; // its placeholder; null for a flag without a value
  std::string help; // may have several lines
  std::function<Result<void>(Options &, const std::string &value)> set;
};

struct Group {
  const char *title;
  std::vector<Flag> flags;
};

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

template <typename Number>
bool parse(const std::string &text, Number &number) {
  const char *end = text.data() + text.size();
  auto [rest, code] = std::from_chars(text.data(), end, number);
  return code == std::errc() && rest == end;
}

Flag textFlag(const char *name, const char *value, std::string help,
              std::string Options::*member) {
  return {name, value, std::move(help),
          [=](Options &options, const std::string &text) -> Result<void> {
            options.*member = text;
            return {};
          }};
}

template <typename Number>
Flag numberFlag(const char *name, std::string help, Number Options::*member,
                Number least) {
  return {name, "N", std::move(help),
          [=](Options &options, const std::string &text) -> Result<void> {
            if (!parse(text, options.*member) || options.*member < least)
              return mistake(std::string(name) + "=" + text +
                             ": not a whole number of at least " +
                             std::to_string(least));
            return {};
          }};
}

Result<void> setSlowdown(Options &options, const std::string &text) {
  double factor = 0;
  if (!parse(text, factor) || !std::isfinite(factor) || factor <= 0)
    return mistake("--slowdown=" + text + ": not a finite number above 0",
                   {"1 is real time, 10 ten times slower"});
  options.slowdown = factor;
  return {};
}

Flag switchFlag(const char *name, std::string help, bool Options::*member) {
  return {name, nullptr, std::move(help),
          [=](Options &options, const std::string &) -> Result<void> {
            options.*member = true;
            return {};
          }};
}

const std::vector<Group> &groups() {
  static const std::vector<Group> all = {
      {"How it runs",
       {textFlag("--world", "NAME", worldsHelp(), &Options::world),
        numberFlag<int64_t>("--steps", "steps to run (default: 1)",
                            &Options::steps, 1),
        numberFlag<int64_t>("--threads-per-rank",
                            "threads of a matrix product (default: cores / "
                            "ranks)",
                            &Options::threadsPerRank, 1),
        {"--slowdown", "FACTOR",
         "paced world: a modelled second lasts FACTOR\n"
         "seconds (default: 1)",
         setSlowdown}}},
      {"What it reads",
       {textFlag("--data", "FILE",
                 "text, or .safetensors with the batch's tensors;\n"
                 "the threads world needs it if the model reads any",
                 &Options::data),
        textFlag("--lengths", "FILE",
                 "tokens of each sequence of a step, one number a\n"
                 "line: plans again for them (default: those that the\n"
                 "model was compiled with)",
                 &Options::lengths),
        textFlag("--params", "FILE",
                 "start from these parameters, .safetensors\n"
                 "(default: the model's initial ones)",
                 &Options::params),
        numberFlag<uint64_t>("--seed",
                             "of initial parameters and of text batches\n"
                             "(default: 0)",
                             &Options::seed, 0)}},
      {"What it writes",
       {textFlag("--save-params", "FILE",
                 "parameters and optimizer states, after the last step",
                 &Options::saveParams),
        textFlag("--save-gradients", "FILE",
                 "mean gradients and loss of the last step",
                 &Options::saveGradients),
        textFlag("--trace", "FILE",
                 "a trace for chrome://tracing, https://ui.perfetto.dev\n"
                 "and tools/trace2svg.py: predicted and measured",
                 &Options::trace),
        switchFlag("--quiet", "no progress on standard error", &Options::quiet),
        switchFlag("--help", "print this", &Options::help)}}};
  return all;
}

const Flag *findFlag(const std::string &name) {
  for (const Group &group : groups())
    for (const Flag &flag : group.flags)
      if (name == flag.name)
        return &flag;
  return nullptr;
}

/// Letters to insert, remove or replace between two words.
size_t distance(const std::string &left, const std::string &right) {
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      size_t replaced = diagonal + (left[i - 1] != right[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

Error unknownOption(const std::string &name) {
  const Flag *nearest = nullptr;
  size_t least = 4; // nothing alike from here on
  for (const Group &group : groups())
    for (const Flag &flag : group.flags)
      if (size_t away = distance(name, flag.name); away < least) {
        nearest = &flag;
        least = away;
      }
  std::string hint = nearest
                         ? std::string("; did you mean '") + nearest->name + "'?"
                         : "; --help lists the options";
  return mistake("unknown option '" + name + "'" + hint);
}

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
  if (!world->computes)
    for (const auto &[flag, path] :
         {std::pair("--params", &options.params),
          {"--save-params", &options.saveParams},
          {"--save-gradients", &options.saveGradients}})
      if (!path->empty())
        return mistake(std::string(flag) + ": the " + options.world +
                       " world has no parameters");
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
    return unknownOption(name);
  std::string value =
      equals == std::string::npos ? "" : argument.substr(equals + 1);
  if (flag->value && value.empty())
    return mistake(name + " needs a value",
                   {"write " + name + "=" + flag->value});
  if (!flag->value && equals != std::string::npos)
    return mistake(name + " takes no value");
  return flag->set(options, value);
}

/// "  --steps=N            steps to run", other lines below the first.
std::string describe(const std::string &name, const std::string &help) {
  constexpr size_t column = 25;
  std::string text = "  " + name;
  text.resize(std::max(text.size() + 1, column), ' ');
  for (char letter : help) {
    text += letter;
    if (letter == '\n')
      text.append(column, ' ');
  }
  return text + "\n";
}

} // namespace

std::string run::helpText() {
  std::string text = "usage: hocket-run MODEL.hkt [options]\n\n"
                     "Runs the parallel plan of MODEL.hkt, which hocket-compile "
                     "wrote, or predicts it.\n";
  for (const Group &group : groups()) {
    text += std::string("\n") + group.title + ":\n";
    for (const Flag &flag : group.flags) {
      std::string name = flag.name;
      if (flag.value)
        name += std::string("=") + flag.value;
      text += describe(name, flag.help);
    }
  }
  return text + R"(
Examples:
  hocket-run gpt.hkt --steps=200 --data=text.txt --save-params=trained.safetensors
  hocket-run gpt.hkt --data=text.txt --trace=trace.json
  hocket-run gpt.hkt --world=virtual
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
