//===- Plugin.cpp - Our dialects and passes for the stock mlir-opt --------===//
//
//   mlir-opt-22 --load-dialect-plugin=HocketPlugin.so \
//     --load-pass-plugin=HocketPlugin.so --pass-pipeline='builtin.module(...)'
//
// MLIR compares one integer of its own before it calls us. It does not see
// whether the host runs the LLVM that we were compiled against, nor whether a
// plugin of another Hocket is loaded already, whose symbols would mix with
// ours. Both are checked here; on a mismatch we say why and answer with version
// 0, so that the host ignores the plugin.
//
//===----------------------------------------------------------------------===//

#include "hocket/Compiler/InitAll.h"
#include "hocket/Compiler/PluginABI.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm-c/Core.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/WithColor.h"

#include <dlfcn.h>

#define HOCKET_EXPORT __attribute__((visibility("default")))

extern "C" HOCKET_EXPORT uint32_t hocketPluginABI() {
  return hocket::kPluginABI;
}

/// MLIR_PLUGIN_API_VERSION if this plugin fits the process; 0, after an error,
/// if not.
static uint32_t checkProcess() {
  unsigned major = 0, minor = 0;
  LLVMGetVersion(&major, &minor, nullptr);
  if (major != LLVM_VERSION_MAJOR || minor != LLVM_VERSION_MINOR) {
    llvm::WithColor::error()
        << "HocketPlugin was built for LLVM " << LLVM_VERSION_MAJOR << "."
        << LLVM_VERSION_MINOR << "; this tool runs LLVM " << major << "."
        << minor << "\n";
    return 0;
  }
  // The first plugin that was loaded answers, which may be another one.
  auto *abi =
      reinterpret_cast<uint32_t (*)()>(dlsym(RTLD_DEFAULT, "hocketPluginABI"));
  if (abi && abi() != hocket::kPluginABI) {
    llvm::WithColor::error()
        << "HocketPlugin has ABI " << hocket::kPluginABI
        << ", but a plugin of ABI " << abi()
        << " is loaded already: give one file to --load-dialect-plugin and "
           "--load-pass-plugin\n";
    return 0;
  }
  return MLIR_PLUGIN_API_VERSION;
}

/// Registering twice would abort the host.
static void warnPresent(llvm::StringRef what) {
  llvm::WithColor::warning() << "HocketPlugin: this tool has the hocket "
                             << what << " already; those are used\n";
}

extern "C" HOCKET_EXPORT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {checkProcess(), "Hocket", HOCKET_VERSION,
          [](mlir::DialectRegistry *registry) {
            if (registry->getDialectAllocator("hocket"))
              return warnPresent("dialect");
            hocket::registerAllDialects(*registry);
          }};
}

extern "C" HOCKET_EXPORT mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {checkProcess(), "Hocket", HOCKET_VERSION, [] {
            if (mlir::PassInfo::lookup("hocket-erase"))
              return warnPresent("passes");
            hocket::registerAllPasses();
          }};
}
