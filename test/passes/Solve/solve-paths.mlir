// RUN: hocket-opt %s --hocket-solve-paths --remarks-filter=solve --remark-format=emitRemark 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err
// RUN: hocket-opt %s --hocket-solve-paths > %t.first.mlir
// RUN: hocket-opt %s --hocket-solve-paths | diff - %t.first.mlir
// Given paths are left as they are, and can be erased.
// RUN: hocket-opt %t.first.mlir --hocket-solve-paths | diff - %t.first.mlir
// RUN: hocket-opt %t.first.mlir --hocket-erase | FileCheck %s --check-prefix=ERASED

// Two microbatches of two heads: each takes another one of the two bodies, so
// that neither waits. A remark tells how good that is; it repeats exactly.

// CHECK: hocket.skip_pipeline microbatches(2) nodes({{\[\[}}0, 3], [1], [2]]) path_length(2) paths({{\[\[}}0, [[FIRST:[12]]]], [3, [[SECOND:[12]]]]])
// CHECK-SAME: limits(max_forward_jump = 2) in_flight([1, 1, 1, 1])
// CHECK-SAME: orders(["0F0 3F0 3B0 0B0", "[[TASKS:[12]F[01] [12]B[01]]]", "{{[12]F[01] [12]B[01]}}", "0F1 3F1 3B1 0B1"])
// REMARK: Paths
// REMARK-SAME: Bound=[[VALUE:[0-9]+]]
// REMARK-SAME: Gap=0
// REMARK-SAME: Status=optimal
// REMARK-SAME: Value=[[VALUE]]
// ERASED: hocket.microbatches count(2)
// ERASED: hocket.switch_microbatch
// ERASED: case([0])
// ERASED: case([1])

hocket.topology @machine nodes(1) devices_per_node(8) memory_bytes(1073741824) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
func.func private @layer(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %tokens = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%tokens) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(2) nodes([[0, 3], [1], [2]]) path_length(2) paths(auto) limits(max_forward_jump = 2) in_flight([1, 1, 1, 1])
      tokens(%t = %x : tensor<?x8xf32>) shared(%w0 = %a : tensor<8x8xf32>, %w1 = %a : tensor<8x8xf32>, %w2 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h0 = hocket.stage (%w = %w0 : tensor<8x8xf32>, %q = %t : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h1 = hocket.stage (%w = %w1 : tensor<8x8xf32>, %q = %h0 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h2 = hocket.stage (%w = %w2 : tensor<8x8xf32>, %q = %h1 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage (%q = %h2 : tensor<?x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %zero = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %sum = linalg.generic {indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>], iterator_types = ["reduction", "reduction"]}
          ins(%q : tensor<?x8xf32>) outs(%zero : tensor<f32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>}, %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  %next = linalg.sub ins(%param, %grad : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next : tensor<?xf32>
}
