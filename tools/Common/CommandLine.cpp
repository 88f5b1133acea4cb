//===- CommandLine.cpp - Options of the tools that use LLVM ---------------===//

#include "Common/CommandLine.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <string>

using namespace llvm;

/// The arguments that options may be among.
static ArrayRef<char *> optionArguments(int argc, char **argv) {
  return ArrayRef(argv, size_t(argc)).drop_front().take_until([](char *text) {
    return StringRef(text) == "--";
  });
}

bool hocket::isHelpWanted(int argc, char **argv) {
  return any_of(optionArguments(argc, argv), [](StringRef argument) {
    return argument == "--help" || argument == "-help" || argument == "-h";
  });
}

void hocket::printOptions(const std::vector<OptionGroup> &groups) {
  auto &registered = cl::getRegisteredOptions();
  size_t width = 0;
  for (const OptionGroup &group : groups)
    for (StringRef name : group.names)
      width = std::max(width, registered.lookup(name)->getOptionWidth());
  for (const OptionGroup &group : groups) {
    outs() << '\n' << group.title << ":\n";
    for (StringRef name : group.names)
      registered.lookup(name)->printOptionInfo(width);
  }
}

/// The registered option that is most like `name`, the first of equals; empty
/// where none is.
static StringRef nearestOption(StringRef name) {
  StringRef nearest;
  unsigned least = unsigned(name.size() / 3 + 1); // more is another word
  for (const auto &[other, option] : cl::getRegisteredOptions()) {
    if (option->getOptionHiddenFlag() == cl::ReallyHidden)
      continue;
    unsigned distance = name.edit_distance(other, true, least);
    if (distance < least ||
        (distance == least && (nearest.empty() || other < nearest))) {
      nearest = other;
      least = distance;
    }
  }
  return nearest;
}

static void reportUnknown(StringRef tool, StringRef name) {
  errs() << tool << ": error: unknown option '"
         << (name.size() > 1 ? "--" : "-") << name << "'";
  StringRef nearest = nearestOption(name);
  if (nearest.empty())
    errs() << "; --help lists the options\n";
  else
    errs() << "; did you mean '" << (nearest.size() > 1 ? "--" : "-") << nearest
           << "'?\n";
}

/// An option that LLVM would take for `-h` and letters of no meaning: it would
/// print its help, and succeed. Options of plugins are not known yet.
static StringRef findTakenForHelp(int argc, char **argv) {
  for (StringRef argument : optionArguments(argc, argv)) {
    if (argument.contains("-plugin"))
      return "";
    if (!argument.consume_front("-"))
      continue;
    argument.consume_front("-");
    StringRef name = argument.split('=').first;
    if (name.starts_with("h") && !cl::getRegisteredOptions().contains(name))
      return name;
  }
  return "";
}

bool hocket::parseCommandLine(int argc, char **argv, StringRef overview) {
  StringRef tool = sys::path::filename(argv[0]);
  if (StringRef name = findTakenForHelp(argc, argv); !name.empty()) {
    reportUnknown(tool, name);
    return false;
  }
  std::string text;
  raw_string_ostream stream(text);
  if (cl::ParseCommandLineOptions(argc, argv, overview, &stream))
    return true;
  if (text.empty()) // what is wrong with a value has been printed
    return false;

  // LLVM's report: lines that begin with the name of the tool.
  StringRef report = StringRef(text).trim();
  std::string prefix = (tool + ": ").str();
  report.consume_front(prefix);
  StringRef name = report;
  if (name.consume_front("Unknown command line argument '")) {
    reportUnknown(tool, name.split('\'').first.ltrim('-').split('=').first);
    return false;
  }
  SmallVector<StringRef> lines;
  report.split(lines, '\n');
  errs() << tool << ": error: ";
  for (size_t i = 0; i < lines.size(); ++i) {
    lines[i].consume_front(prefix);
    errs() << (i ? " " : "") << lines[i].trim();
  }
  errs() << '\n';
  return false;
}
