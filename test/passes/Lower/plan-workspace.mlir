// RUN: hocket-opt --hocket-plan-workspace --canonicalize --split-input-file %s | FileCheck %s

// %a and %b are alive at once, %c takes the place of %a: 256 T and 4 T bytes,
// each padded to begin at a multiple of 64.

// CHECK-LABEL: func.func @reuse(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<?x64xf32>
// CHECK-SAME: %[[T:[a-z0-9]*]]: index, %{{[a-z0-9]*}}: index, %{{[a-z0-9]*}}: index, %{{[a-z0-9]*}}: index, %{{[a-z0-9]*}}: index, %[[W:[a-z0-9]*]]: memref<?xi8>)
// CHECK-SAME: hocket.workspace = array<i64: 126, 0, 0, 0, 0, 0, 260, 1, 0, 0, 0, 0>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C63:.*]] = arith.constant 63 : index
// CHECK-DAG: %[[C256:.*]] = arith.constant 256 : index
// CHECK-DAG: %[[MASK:.*]] = arith.constant -64 : index
// CHECK: %[[BYTES:.*]] = arith.muli %[[T]], %[[C256]]
// CHECK: %[[PADDED:.*]] = arith.addi %[[BYTES]], %[[C63]]
// CHECK: %[[NEXT:.*]] = arith.andi %[[PADDED]], %[[MASK]]
// CHECK: %[[A:.*]] = memref.view %[[W]][%[[C0]]][%[[T]]] : memref<?xi8> to memref<?x64xf32>
// CHECK: %[[B:.*]] = memref.view %[[W]][%[[NEXT]]][%[[T]]] : memref<?xi8> to memref<?xf32>
// CHECK: %[[C:.*]] = memref.view %[[W]][%[[C0]]][%[[T]]] : memref<?xi8> to memref<?x64xf32>
// CHECK: linalg.exp ins(%[[X]] : memref<?x64xf32>) outs(%[[A]] : memref<?x64xf32>)
// CHECK: linalg.exp ins(%[[B]] : memref<?xf32>) outs(%[[B]] : memref<?xf32>)
// CHECK: linalg.exp ins(%[[X]] : memref<?x64xf32>) outs(%[[C]] : memref<?x64xf32>)
func.func @reuse(%x: memref<?x64xf32> {hocket.shape = affine_map<(d0, d1) -> (d0, 64)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %t = memref.dim %x, %c0 : memref<?x64xf32>
  %a = memref.alloc(%t) : memref<?x64xf32>
  %b = memref.alloc(%t) : memref<?xf32>
  linalg.exp ins(%x : memref<?x64xf32>) outs(%a : memref<?x64xf32>)
  linalg.reduce ins(%a : memref<?x64xf32>) outs(%b : memref<?xf32>) dimensions = [1] (%p: f32, %q: f32) {
    %0 = arith.addf %p, %q : f32
    linalg.yield %0 : f32
  }
  linalg.exp ins(%b : memref<?xf32>) outs(%b : memref<?xf32>)
  %c = memref.alloc(%t) : memref<?x64xf32>
  linalg.exp ins(%x : memref<?x64xf32>) outs(%c : memref<?x64xf32>)
  linalg.exp ins(%c : memref<?x64xf32>) outs(%x : memref<?x64xf32>)
  return
}

// -----

// A kernel without allocations takes the arguments as well.

// CHECK-LABEL: func.func @none(
// CHECK-SAME: memref<4xf32>, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: memref<?xi8>)
// CHECK-SAME: hocket.workspace = array<i64>
func.func @none(%x: memref<4xf32>) attributes {hocket.kernel = "F"} {
  return
}

// -----

// CHECK-LABEL: func.func @no_kernel(
// CHECK: memref.alloc
func.func @no_kernel(%x: memref<4xf32>) {
  %a = memref.alloc() : memref<4xf32>
  memref.copy %x, %a : memref<4xf32> to memref<4xf32>
  memref.copy %a, %x : memref<4xf32> to memref<4xf32>
  return
}
