// RUN: hocket-opt --hocket-bufferize-kernels --canonicalize --cse --split-input-file %s | FileCheck %s

// A gradient is accumulated in the buffer of the accumulator, which is one
// operand: no allocation, no copy.

// CHECK-LABEL: func.func @accumulate(
// CHECK-SAME: %[[G:[a-z0-9]*]]: memref<64xf32> {hocket.operand = #hocket.operand<gradient, 0>}
// CHECK-SAME: %[[D:[a-z0-9]*]]: memref<64xf32>
// CHECK-NOT: memref<
// CHECK-SAME: hocket.kernel = "B"
// CHECK-NEXT: linalg.add ins(%[[G]], %[[D]] : memref<64xf32>, memref<64xf32>) outs(%[[G]] : memref<64xf32>)
// CHECK-NEXT: return
func.func @accumulate(%g: tensor<64xf32> {hocket.operand = #hocket.operand<gradient, 0>},
                      %d: tensor<64xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<64xf32> {hocket.operand = #hocket.operand<gradient, 0>}) attributes {hocket.kernel = "B"} {
  %sum = linalg.add ins(%g, %d : tensor<64xf32>, tensor<64xf32>) outs(%g : tensor<64xf32>) -> tensor<64xf32>
  return %sum : tensor<64xf32>
}

// -----

// A result is computed in its operand, even where it is also read here.

// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<?x8xf32>
// CHECK-SAME: %[[H:[a-z0-9]*]]: memref<?x8xf32> {hocket.operand = #hocket.operand<residual, 0>
// CHECK-SAME: %[[Y:[a-z0-9]*]]: memref<?x8xf32> {hocket.operand = #hocket.operand<output, 0>
// CHECK-NOT: memref.alloc
// CHECK: linalg.exp ins(%[[X]] : memref<?x8xf32>) outs(%[[H]] : memref<?x8xf32>)
// CHECK: linalg.add ins(%[[X]], %[[H]] : memref<?x8xf32>, memref<?x8xf32>) outs(%[[Y]] : memref<?x8xf32>)
// CHECK-NOT: memref.copy
func.func @chain(%x: tensor<?x8xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 8)>})
    -> (tensor<?x8xf32> {hocket.operand = #hocket.operand<residual, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 8)>},
        tensor<?x8xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 8)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %h = linalg.exp ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.add ins(%x, %h : tensor<?x8xf32>, tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %h, %y : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Two products that start from one reshaped tensor of zeros have a buffer each,
// filled where it is.

// CHECK-LABEL: func.func @two_products(
// CHECK-SAME: %[[P:[a-z0-9]*]]: memref<?x2x4xf32> {hocket.operand = #hocket.operand<output, 0>
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<?x2x4xf32> {hocket.operand = #hocket.operand<output, 1>
// CHECK-NOT: memref.copy
// CHECK-DAG: linalg.fill {{.*}} outs(%[[P]] : memref<?x2x4xf32>)
// CHECK-DAG: linalg.fill {{.*}} outs(%[[Q]] : memref<?x2x4xf32>)
// CHECK-NOT: memref.copy
// CHECK: return
#tk = affine_map<(t, h, d, k) -> (t, k)>
#khd = affine_map<(t, h, d, k) -> (k, h, d)>
#thd = affine_map<(t, h, d, k) -> (t, h, d)>
func.func @two_products(%x: tensor<?x8xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 8)>},
    %a: tensor<8x2x4xf32> {hocket.operand = #hocket.operand<parameter, 0>}, %b: tensor<8x2x4xf32> {hocket.operand = #hocket.operand<parameter, 1>})
    -> (tensor<?x2x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>},
        tensor<?x2x4xf32> {hocket.operand = #hocket.operand<output, 1>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%t) : tensor<?x8xf32>
  %s = tensor.expand_shape %e [[0], [1, 2]] output_shape [%t, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%s : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %p = linalg.contract indexing_maps = [#tk, #khd, #thd] ins(%x, %a : tensor<?x8xf32>, tensor<8x2x4xf32>) outs(%z : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %q = linalg.contract indexing_maps = [#tk, #khd, #thd] ins(%x, %b : tensor<?x8xf32>, tensor<8x2x4xf32>) outs(%z : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %p, %q : tensor<?x2x4xf32>, tensor<?x2x4xf32>
}

// -----

// Zeros that a loop only reads are filled once, before it, though something else
// is made of the same ones.

// CHECK-LABEL: func.func @read_in_a_loop(
// CHECK-SAME: memref<?x4xf32> {hocket.operand = #hocket.operand<input, 0>
// CHECK-SAME: %[[SUM:[a-z0-9]*]]: memref<4xf32>
// CHECK: %[[ZEROS:.*]] = memref.alloc({{.*}}) {{.*}} : memref<?x4xf32>
// CHECK: linalg.fill {{.*}} outs(%[[ZEROS]] : memref<?x4xf32>)
// CHECK: scf.for
// CHECK-NOT: outs({{.*}} : memref<?x4xf32>)
// CHECK: memref.subview %[[ZEROS]]
// CHECK-NOT: outs({{.*}} : memref<?x4xf32>)
// CHECK: return
#c = affine_map<(c) -> (c)>
func.func @read_in_a_loop(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (4)>},
        tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 1>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%t) : tensor<?x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %sums = tensor.empty() : tensor<4xf32>
  %none = linalg.fill ins(%zero : f32) outs(%sums : tensor<4xf32>) -> tensor<4xf32>
  %sum = scf.for %i = %c0 to %t step %c1 iter_args(%sofar = %none) -> tensor<4xf32> {
    %a = tensor.extract_slice %x[%i, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
    %b = tensor.extract_slice %z[%i, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
    %next = linalg.generic {indexing_maps = [#c, #c, #c], iterator_types = ["parallel"]} ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%sofar : tensor<4xf32>) {
    ^bb0(%p: f32, %q: f32, %s: f32):
      %pq = arith.addf %p, %q : f32
      %n = arith.addf %s, %pq : f32
      linalg.yield %n : f32
    } -> tensor<4xf32>
    scf.yield %next : tensor<4xf32>
  }
  return %sum, %z : tensor<4xf32>, tensor<?x4xf32>
}

// -----

// An argument that is exchanged with another is saved first.

// CHECK-LABEL: func.func @exchange(
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<4xf32>
// CHECK-SAME: %[[B:[a-z0-9]*]]: memref<4xf32>
// CHECK-DAG: %[[OLD_B:.*]] = memref.alloc() {{.*}} : memref<4xf32>
// CHECK-DAG: memref.copy %[[B]], %[[OLD_B]]
// CHECK-DAG: %[[OLD_A:.*]] = memref.alloc() {{.*}} : memref<4xf32>
// CHECK-DAG: memref.copy %[[A]], %[[OLD_A]]
// CHECK: memref.copy %[[OLD_B]], %[[A]]
// CHECK: memref.copy %[[OLD_A]], %[[B]]
func.func @exchange(%a: tensor<4xf32> {hocket.operand = #hocket.operand<state, 0>}, %b: tensor<4xf32> {hocket.operand = #hocket.operand<state, 1>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<state, 0>}, tensor<4xf32> {hocket.operand = #hocket.operand<state, 1>}) attributes {hocket.kernel = "Update"} {
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// Functions that are no kernels stay as they are.

// CHECK-LABEL: func.func @other(
// CHECK-SAME: tensor<4xf32>) -> tensor<4xf32>
func.func @other(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
