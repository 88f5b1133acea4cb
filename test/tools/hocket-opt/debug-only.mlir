// The options that LLVM drops in builds without assertions.
// RUN: hocket-opt %s --hocket-erase --debug-only=hocket-erase -o /dev/null 2>&1 | FileCheck %s
// RUN: hocket-opt %s --hocket-erase --debug-only=nothing,hocket-erase -o /dev/null 2>&1 | FileCheck %s
// RUN: hocket-opt %s --hocket-erase --debug-only=nothing --debug-only=hocket-erase -o /dev/null 2>&1 | FileCheck %s
// RUN: hocket-opt %s --hocket-erase --debug -o /dev/null 2>&1 | FileCheck %s
// RUN: hocket-opt %s --hocket-erase --debug-only=nothing -o /dev/null 2>&1 | count 0
// RUN: hocket-opt %s --hocket-erase -o /dev/null 2>&1 | count 0
// RUN: hocket-opt --help | FileCheck %s --check-prefix=HELP

// CHECK: erasing hocket.data at
// CHECK-SAME: debug-only.mlir":[[#@LINE+6]]:3
// HELP-DAG: --debug {{.*}}Enable debug output
// HELP-DAG: --debug-only=<type,...>
// HELP-DAG: --hocket-erase

func.func @f() {
  hocket.data degree(2) {
    hocket.yield
  }
  return
}
