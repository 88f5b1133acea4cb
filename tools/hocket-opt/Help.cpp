//===- Help.cpp - What hocket-opt --help prints ---------------------------===//

#include "Help.h"

#include "Common/CommandLine.h"

#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace mlir;

static const char *const kUsage =
    R"(usage: hocket-opt [options] [MODEL.mlir]

Runs passes over a model, in the order of their options, and prints the result.
Without a file, or for '-', the model is read from standard input. This is
MLIR's mlir-opt with Hocket's dialects and passes.
)";

static const char *const kEpilogue = R"help(
Options of a pass: --PASS="OPTION=VALUE OPTION=VALUE". Any pass of MLIR and LLVM
may come between these; --list-passes names all, --help-hidden describes them
and lists every option, --show-dialects names the dialects.

Examples:
  hocket-opt gpt.mlir --hocket-parallelize="data=2 pipeline=4 microbatches=8 schedule=1f1b" -o plan.mlir
  hocket-opt plan.mlir --hocket-erase
  hocket-opt gpt.mlir --pass-pipeline="builtin.module(inline,hocket-outline)" --mlir-print-ir-after-all

Exit status: 0 success, 1 the model or a pass failed, 2 wrong options.
)help";

/// Passes and pipelines whose names begin like those of Hocket's: they are
/// options, too.
static std::vector<const PassRegistryEntry *> ourPasses() {
  std::vector<const PassRegistryEntry *> passes;
  for (const auto &[name, option] : llvm::cl::getRegisteredOptions()) {
    if (!name.starts_with("hocket-") && !name.starts_with("plan-"))
      continue;
    if (const PassInfo *pass = PassInfo::lookup(name))
      passes.push_back(pass);
    else if (const PassPipelineInfo *pipeline = PassPipelineInfo::lookup(name))
      passes.push_back(pipeline);
  }
  std::sort(passes.begin(), passes.end(), [](const auto *a, const auto *b) {
    return a->getPassArgument() < b->getPassArgument();
  });
  return passes;
}

void hocket::printHelp() {
  llvm::outs() << kUsage << "\nPasses of Hocket:\n";
  std::vector<const PassRegistryEntry *> passes = ourPasses();
  size_t width = 0;
  for (const PassRegistryEntry *pass : passes)
    width = std::max({width, pass->getOptionWidth() + 4,
                      pass->getPassArgument().size() + 7});
  for (const PassRegistryEntry *pass : passes)
    pass->printHelpStr(2, width);
  printOptions(
      {{"Input and output",
        {"o", "emit-bytecode", "split-input-file", "allow-unregistered-dialect",
         "verify-diagnostics"}},
       {"Passes",
        {"pass-pipeline", "load-pass-plugin", "load-dialect-plugin",
         "mlir-timing", "mlir-pass-statistics"}},
       {"Finding out what happens",
        {"mlir-print-ir-after-all", "mlir-print-ir-before-all",
         "mlir-print-ir-after-failure", "mlir-print-op-on-diagnostic",
         "mlir-elide-elementsattrs-if-larger", "debug", "debug-only"}},
       {"More",
        {"help", "help-hidden", "list-passes", "show-dialects", "version"}}});
  llvm::outs() << kEpilogue;
}
