//===- Options.cpp - The command line of hocket-run -----------------------===//

#include "Options.h"

#include <charconv>
#include <map>

using namespace hocket;
using namespace hocket::run;

const char *const run::kHelp =
    R"(usage: hocket-run MODEL.hkt [options]

Runs the plan of MODEL.hkt. docs/run.md says more.

  --world=threads|virtual  a thread per rank (default), or virtual clocks that
                           predict how long a step takes
  --steps=N                steps to run (default 1)
  --data=FILE              text, or .safetensors with the batch's tensors
  --lengths=FILE           tokens of each sequence of a step, one number a line;
                           plans again for them
  --params=FILE            start from these parameters (.safetensors) instead of
                           the model's initial ones
  --seed=N                 of initial parameters and of text batches (default 0)
  --save-params=FILE       write parameters and optimizer states at the end
  --save-gradients=FILE    write the mean gradients and the loss of the last step
  --trace=FILE             write a trace (JSON) for chrome://tracing or Perfetto
  --threads-per-rank=N     threads of a matrix product (default: cores / ranks)
  --quiet                  no progress on standard error
  --help                   print this

Exit status: 0 success, 1 the plan failed, 2 the caller's mistake.
)";

template <typename Number>
static Result<Number> parseNumber(const std::string &flag,
                                  const std::string &text, Number least) {
  Number number = 0;
  auto [rest, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || rest != text.data() + text.size() ||
      number < least)
    return Error(ErrorCode::InvalidArgument,
                 flag + "=" + text + ": not a whole number of at least " +
                     std::to_string(least));
  return number;
}

/// What does not go together.
static Result<void> checkOptions(const Options &options) {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message));
  };
  if (options.executable.empty())
    return Error(ErrorCode::InvalidArgument, "which executable?",
                 {"usage: hocket-run MODEL.hkt [options]; --help lists them"});
  if (options.world != "threads" && options.world != "virtual")
    return Error(ErrorCode::InvalidArgument,
                 "there is no world '" + options.world + "'",
                 {"the worlds are threads, virtual"});
  if (options.isVirtual())
    for (const auto &[flag, path] :
         {std::pair("--params", &options.params),
          {"--save-params", &options.saveParams},
          {"--save-gradients", &options.saveGradients}})
      if (!path->empty())
        return fail(std::string(flag) +
                    ": the virtual world has no parameters");
  return {};
}

Result<Options> run::parseOptions(int argc, char **argv) {
  Options options;
  const std::map<std::string, std::string *> texts = {
      {"--world", &options.world},
      {"--params", &options.params},
      {"--save-params", &options.saveParams},
      {"--save-gradients", &options.saveGradients},
      {"--data", &options.data},
      {"--lengths", &options.lengths},
      {"--trace", &options.trace}};
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      options.help = true;
      return options;
    }
    if (argument == "--quiet") {
      options.quiet = true;
      continue;
    }
    if (argument.rfind("--", 0) != 0) {
      if (!options.executable.empty())
        return Error(ErrorCode::InvalidArgument,
                     "two executables: '" + options.executable + "' and '" +
                         argument + "'");
      options.executable = argument;
      continue;
    }
    size_t equals = argument.find('=');
    std::string flag = argument.substr(0, equals);
    auto text = texts.find(flag);
    bool isKnown = text != texts.end() || flag == "--steps" ||
                   flag == "--seed" || flag == "--threads-per-rank";
    if (!isKnown)
      return Error(ErrorCode::InvalidArgument, "unknown option '" + flag + "'",
                   {"--help lists the options"});
    std::string value =
        equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (value.empty())
      return Error(ErrorCode::InvalidArgument, flag + " needs a value",
                   {"write " + flag + "=VALUE"});
    if (text != texts.end()) {
      *text->second = value;
    } else if (flag == "--seed") {
      Result<uint64_t> seed = parseNumber<uint64_t>(flag, value, 0);
      if (!seed)
        return seed.error();
      options.seed = *seed;
    } else {
      Result<int64_t> number = parseNumber<int64_t>(flag, value, 1);
      if (!number)
        return number.error();
      (flag == "--steps" ? options.steps : options.threadsPerRank) = *number;
    }
  }
  if (Result<void> checked = checkOptions(options); !checked)
    return checked.error();
  return options;
}
