// RUN: hocket-opt --hocket-fold-transposes --split-input-file %s | FileCheck %s

// The table is read as it lies in memory; nothing is copied.

// CHECK-DAG: #[[LHS:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[RHS:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[OUT:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func.func @named(
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<?x64xf32>, %[[W:[a-z0-9]*]]: tensor<256x64xf32>
// CHECK-NOT: linalg.transpose
// CHECK: linalg.generic {indexing_maps = [#[[LHS]], #[[RHS]], #[[OUT]]], iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK-SAME: ins(%[[X]], %[[W]] : tensor<?x64xf32>, tensor<256x64xf32>)
func.func @named(%x: tensor<?x64xf32>, %w: tensor<256x64xf32>, %e: tensor<64x256xf32>, %z: tensor<?x256xf32>) -> tensor<?x256xf32> {
  %t = linalg.transpose ins(%w : tensor<256x64xf32>) outs(%e : tensor<64x256xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %t : tensor<?x64xf32>, tensor<64x256xf32>) outs(%z : tensor<?x256xf32>) -> tensor<?x256xf32>
  return %y : tensor<?x256xf32>
}

// -----

// A copy that something else reads as well stays for it.

#swap = affine_map<(i, j) -> (j, i)>
#same = affine_map<(i, j) -> (i, j)>
// CHECK-DAG: #[[LHS:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<8x?xf32>
// CHECK: %[[T:.*]] = linalg.generic
// CHECK: %[[Y:.*]] = linalg.generic {indexing_maps = [#[[LHS]],
// CHECK-SAME: ins(%[[X]],
// CHECK: return %[[Y]], %[[T]]
func.func @shared(%x: tensor<8x?xf32>, %w: tensor<8x4xf32>, %e: tensor<?x8xf32>, %z: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x8xf32>) {
  %t = linalg.generic {indexing_maps = [#swap, #same], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x?xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x8xf32>
  %y = linalg.matmul ins(%t, %w : tensor<?x8xf32>, tensor<8x4xf32>) outs(%z : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y, %t : tensor<?x4xf32>, tensor<?x8xf32>
}

// -----

// What computes is no transpose.

#swap = affine_map<(i, j) -> (j, i)>
#same = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func.func @computed(
// CHECK: linalg.generic
// CHECK: linalg.matmul
func.func @computed(%x: tensor<8x?xf32>, %w: tensor<8x4xf32>, %e: tensor<?x8xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = linalg.generic {indexing_maps = [#swap, #same], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x?xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    linalg.yield %0 : f32
  } -> tensor<?x8xf32>
  %y = linalg.matmul ins(%t, %w : tensor<?x8xf32>, tensor<8x4xf32>) outs(%z : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// One copy may be both operands.

#swap = affine_map<(i, j) -> (j, i)>
#same = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func.func @square(
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<8x8xf32>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %[[X]] : tensor<8x8xf32>, tensor<8x8xf32>)
func.func @square(%x: tensor<8x8xf32>, %e: tensor<8x8xf32>, %z: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %t = linalg.transpose ins(%x : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%t, %t : tensor<8x8xf32>, tensor<8x8xf32>) outs(%z : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}
