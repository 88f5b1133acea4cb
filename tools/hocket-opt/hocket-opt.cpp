//===- hocket-opt.cpp - The optimizer driver ------------------------------===//
//
// mlir-opt with our dialects and passes beside all of upstream's.
//
//===----------------------------------------------------------------------===//

#include "hocket/Compiler/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/WithColor.h"

/// Reports options that look like passes of ours and are none. LLVM would take
/// their first letter for `-h` and print its help, successfully.
static bool checkPassNames(int argc, char **argv) {
  for (llvm::StringRef argument : llvm::ArrayRef(argv, argc).drop_front()) {
    if (argument == "--")
      break;
    if (!argument.consume_front("-"))
      continue;
    argument.consume_front("-");
    llvm::StringRef name = argument.split('=').first;
    if (!name.starts_with("hocket-") || mlir::PassInfo::lookup(name) ||
        mlir::PassPipelineInfo::lookup(name))
      continue;
    llvm::WithColor::error(llvm::errs(), argv[0])
        << "unknown option '--" << name
        << "'; there is no pass or pipeline of that name\n";
    return false;
  }
  return true;
}

int main(int argc, char **argv) {
  hocket::registerDebugOptions();
  mlir::registerAllPasses();
  hocket::registerAllPasses();
  if (!checkPassNames(argc, argv))
    return EXIT_FAILURE;

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  hocket::registerAllDialects(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Hocket's modular optimizer driver\n", registry));
}
