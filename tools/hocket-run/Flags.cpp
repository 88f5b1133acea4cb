//===- Flags.cpp - The options of hocket-run, one by one ------------------===//

#include "Flags.h"

#include "Worlds.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace hocket;
using namespace hocket::run;

namespace {

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

} // namespace

const std::vector<FlagGroup> &run::flagGroups() {
  static const std::vector<FlagGroup> all = {
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
         setSlowdown},
        numberFlag<int64_t>("--cores",
                            "virtual world: all ranks share N cores (default:\n"
                            "each has a device of its own)",
                            &Options::cores, 1)}},
      {"What it reads",
       {textFlag("--costs", "FILE",
                 "predict with the times of a profile (--profile), not\n"
                 "with those of the topology",
                 &Options::costs),
        textFlag("--data", "FILE",
                 "text, or .safetensors with the batch's tensors;\n"
                 "the threads world needs it if the model reads any",
                 &Options::data),
        textFlag("--lengths", "FILE",
                 "tokens of each sequence of a step, one number a\n"
                 "line: plans again for them (default: those that the\n"
                 "model was compiled with)",
                 &Options::lengths),
        textFlag("--lengths-from", "FILE",
                 "threads world: other lengths in every step, those of\n"
                 "one step a line, separated by blanks or commas; with\n"
                 "fewer lines than steps it starts over. The next\n"
                 "step is planned while one runs",
                 &Options::lengthsFrom),
        textFlag("--pack", "FILE",
                 "with --lengths-from: groups of any sizes in every\n"
                 "step, by the costs of a packing instance, whose\n"
                 "lengths do not matter",
                 &Options::pack),
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
        textFlag("--profile", "FILE",
                 "how long kernels, copies and waits took on this\n"
                 "machine, in every second step; for --costs",
                 &Options::profile),
        textFlag("--trace", "FILE",
                 "a trace for chrome://tracing, https://ui.perfetto.dev\n"
                 "and tools/trace2svg.py: predicted and measured",
                 &Options::trace),
        textFlag("--report", "FILE",
                 "the same as one HTML page, with a table of figures",
                 &Options::report),
        switchFlag("--quiet", "no progress on standard error", &Options::quiet),
        switchFlag("--help", "print this", &Options::help)}}};
  return all;
}

const Flag *run::findFlag(const std::string &name) {
  for (const FlagGroup &group : flagGroups())
    for (const Flag &flag : group.flags)
      if (name == flag.name)
        return &flag;
  return nullptr;
}

std::vector<std::string> run::flagNames() {
  std::vector<std::string> names;
  for (const FlagGroup &group : flagGroups())
    for (const Flag &flag : group.flags)
      names.push_back(flag.name);
  return names;
}
