//===- Other.cpp - A plugin of another Hocket, another LLVM ---------------===//
//
// With HOCKET_TEST_OTHER_ABI: a dialect plugin that says that it is of another
// ABI. With HOCKET_TEST_OTHER_LLVM: an LLVM that says that it is of another
// version.
//
//===----------------------------------------------------------------------===//

#include "mlir/Tools/Plugins/DialectPlugin.h"

#ifdef HOCKET_TEST_OTHER_ABI
extern "C" uint32_t hocketPluginABI() { return 999; }

extern "C" mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Other", "0",
          [](mlir::DialectRegistry *) {}};
}
#endif

#ifdef HOCKET_TEST_OTHER_LLVM
extern "C" void LLVMGetVersion(unsigned *major, unsigned *minor,
                               unsigned *patch) {
  if (major)
    *major = 99;
  if (minor)
    *minor = 7;
  if (patch)
    *patch = 0;
}
#endif
