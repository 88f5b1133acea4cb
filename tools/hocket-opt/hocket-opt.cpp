//===- hocket-opt.cpp - The optimizer driver ------------------------------===//
//
// mlir-opt with our dialects and passes beside all of upstream's.
//
//===----------------------------------------------------------------------===//

#include "Common/CommandLine.h"
#include "Help.h"

#include "hocket/Compiler/InitAll.h"

#include "mlir/Debug/Counter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"

namespace cl = llvm::cl;

/// What mlir::registerAndParseCLIOptions registers. That function also parses,
/// prints upstream's help, and ends the process with 1 where an option is
/// wrong.
static void registerDriverOptions(mlir::DialectRegistry &registry) {
  mlir::MlirOptMainConfig::registerCLOptions(registry);
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  mlir::tracing::DebugCounter::registerCLOptions();

  // A message about a model of thousands of lines should not repeat them.
  llvm::cl::Option *printOp =
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic");
  static_cast<cl::opt<bool> *>(printOp)->setInitialValue(false);
}

int main(int argc, char **argv) {
  cl::opt<std::string> input(cl::Positional, cl::desc("[MODEL.mlir]"),
                             cl::init("-"));
  cl::opt<std::string> output("o", cl::desc("Output file (default: '-')"),
                              cl::value_desc("file"), cl::init("-"));
  hocket::registerDebugOptions();
  mlir::registerAllPasses();
  hocket::registerAllPasses();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  hocket::registerAllDialects(registry);
  registerDriverOptions(registry);

  if (hocket::isHelpWanted(argc, argv)) {
    hocket::printHelp();
    return EXIT_SUCCESS;
  }
  if (!hocket::parseCommandLine(argc, argv,
                                "Hocket's modular optimizer driver\n"))
    return hocket::kCallersMistake;
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, input, output, registry));
}
