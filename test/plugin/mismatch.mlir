// A plugin that does not fit the process says why and is ignored: one of another
// ABI is loaded already, or the host runs another LLVM. The module that stands
// for either is built from Inputs/Other.cpp.
// RUN: not mlir-opt --load-dialect-plugin=%hocket_test_lib/OtherPlugin.so --load-pass-plugin=%hocket_lib/HocketPlugin.so \
// RUN:   --pass-pipeline='builtin.module(hocket-erase)' %s 2>&1 | FileCheck %s --check-prefix=ABI
// RUN: not env LD_PRELOAD=%hocket_test_lib/OtherLLVM.so mlir-opt --load-pass-plugin=%hocket_lib/HocketPlugin.so \
// RUN:   --pass-pipeline='builtin.module(hocket-erase)' %s 2>&1 | FileCheck %s --check-prefix=LLVM

// ABI: error: HocketPlugin has ABI [[#]], but a plugin of ABI 999 is loaded already: give one file to --load-dialect-plugin and --load-pass-plugin
// ABI: Failed to load passes from {{.*}}HocketPlugin.so
// LLVM: error: HocketPlugin was built for LLVM 22.{{[0-9]+}}; this tool runs LLVM 99.7
// LLVM: Failed to load passes from {{.*}}HocketPlugin.so

module {}
