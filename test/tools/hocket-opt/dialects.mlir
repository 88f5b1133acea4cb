// Upstream's dialects, extensions and passes are there beside ours.
// RUN: hocket-opt --show-dialects | FileCheck %s
// RUN: hocket-opt %s --transform-interpreter --one-shot-bufferize="bufferize-function-boundaries" --convert-linalg-to-loops -o /dev/null
// RUN: printf '{"jsonrpc":"2.0","id":0,"method":"shutdown"}\n// -----\n{"jsonrpc":"2.0","method":"exit"}\n' | hocket-lsp-server --lit-test | FileCheck %s --check-prefix=LSP

// CHECK: Available Dialects:
// CHECK-SAME: gpu,
// CHECK-SAME: hocket,
// CHECK-SAME: linalg,
// CHECK-SAME: shard,
// CHECK-SAME: transform,
// LSP: "result": null

module attributes {transform.with_named_sequence} {
  func.func @f(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>, %c: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %d = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
    return %d : tensor<4x4xf32>
  }
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["linalg.matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %1, %2 = transform.structured.tile_using_for %0 tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
