// The stock mlir-opt loads our dialects and passes from one file.
// RUN: mlir-opt --load-dialect-plugin=%hocket_lib/HocketPlugin.so --load-pass-plugin=%hocket_lib/HocketPlugin.so \
// RUN:   --pass-pipeline='builtin.module(hocket-erase,canonicalize)' %s 2>&1 | FileCheck %s --implicit-check-not=error --implicit-check-not=warning --implicit-check-not=ignored
// RUN: mlir-opt --load-dialect-plugin=%hocket_lib/HocketPlugin.so --verify-roundtrip %s 2>&1 | FileCheck %s --check-prefix=KEPT

// A tool that has us already goes on with what it has.
// RUN: hocket-opt --load-dialect-plugin=%hocket_lib/HocketPlugin.so --load-pass-plugin=%hocket_lib/HocketPlugin.so \
// RUN:   --pass-pipeline='builtin.module(hocket-erase,canonicalize)' %s 2>%t.log | FileCheck %s
// RUN: FileCheck %s --check-prefix=TWICE < %t.log
// TWICE-DAG: warning: HocketPlugin: this tool has the hocket dialect already; those are used
// TWICE-DAG: warning: HocketPlugin: this tool has the hocket passes already; those are used

func.func private @model(tensor<?xi32>) -> tensor<f32>

// CHECK-LABEL: func.func @loss
// CHECK-NEXT: %[[L:.*]] = call @model(%{{.*}}) : (tensor<?xi32>) -> tensor<f32>
// CHECK-NEXT: return %[[L]]
// KEPT: hocket.data degree(2)
func.func @loss(%tokens: tensor<?xi32> {hocket.role = #hocket.role<batch>}) -> tensor<f32> {
  %r = hocket.data degree(2) tokens(%t = %tokens : tensor<?xi32>) -> tensor<f32> {
    %l = func.call @model(%t) : (tensor<?xi32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}
