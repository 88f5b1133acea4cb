// RUN: hocket-opt --hocket-matmul-to-blas --canonicalize --cse --split-input-file %s | FileCheck %s

// The product overwrites its output: the fill is gone, beta is 0.

// CHECK-LABEL: func.func private @hocket_sgemm(
// CHECK-SAME: i64, i64, i64, i64, i64, f32, !llvm.ptr, i64, !llvm.ptr, i64, f32, !llvm.ptr, i64)
// CHECK-LABEL: func.func @overwrite(
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<?x32xf32>, %[[B:[a-z0-9]*]]: memref<32x64xf32>, %[[C:[a-z0-9]*]]: memref<?x64xf32>)
// CHECK-DAG: %[[NO:.*]] = arith.constant 0 : i64
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : i64
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : i64
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NOT: linalg.fill
// CHECK: %[[T:.*]] = memref.dim %[[A]]
// CHECK: %[[ROWS:.*]] = arith.index_cast %[[T]] : index to i64
// CHECK: memref.extract_aligned_pointer_as_index %[[A]]
// CHECK: %[[PA:.*]] = llvm.inttoptr
// CHECK: memref.extract_aligned_pointer_as_index %[[B]]
// CHECK: %[[PB:.*]] = llvm.inttoptr
// CHECK: memref.extract_aligned_pointer_as_index %[[C]]
// CHECK: %[[PC:.*]] = llvm.inttoptr
// CHECK: call @hocket_sgemm(%[[NO]], %[[NO]], %[[ROWS]], %[[C64]], %[[C32]], %[[ONE]], %[[PA]], %[[C32]], %[[PB]], %[[C64]], %[[ZERO]], %[[PC]], %[[C64]])
func.func @overwrite(%a: memref<?x32xf32>, %b: memref<32x64xf32>, %c: memref<?x64xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<?x64xf32>)
  linalg.matmul ins(%a, %b : memref<?x32xf32>, memref<32x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// -----

// Without a fill the product is added, and an op that touches the output
// between keeps the fill.

// CHECK-LABEL: func.func @add(
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: call @hocket_sgemm({{.*}}, %[[ONE]], %{{[^,]*}}, %{{[^,]*}})
func.func @add(%a: memref<?x32xf32>, %b: memref<32x64xf32>, %c: memref<?x64xf32>) {
  linalg.matmul ins(%a, %b : memref<?x32xf32>, memref<32x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// CHECK-LABEL: func.func @between(
// CHECK: linalg.fill
// CHECK: linalg.exp
// CHECK: call @hocket_sgemm
func.func @between(%a: memref<?x32xf32>, %b: memref<32x64xf32>, %c: memref<?x64xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<?x64xf32>)
  linalg.exp ins(%c : memref<?x64xf32>) outs(%c : memref<?x64xf32>)
  linalg.matmul ins(%a, %b : memref<?x32xf32>, memref<32x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// -----

// Heads and their elements are adjacent in all operands: one dimension of 8.

// CHECK-LABEL: func.func @heads(
// CHECK-DAG: %[[C8:.*]] = arith.constant 8 : i64
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : i64
// CHECK-NOT: scf.for
// CHECK: call @hocket_sgemm(%{{.*}}, %{{.*}}, %{{.*}}, %[[C8]], %[[C16]],
func.func @heads(%x: memref<?x16xf32>, %w: memref<16x2x4xf32>, %y: memref<?x2x4xf32>) {
  linalg.generic {indexing_maps = [affine_map<(t, h, e, d) -> (t, d)>, affine_map<(t, h, e, d) -> (d, h, e)>, affine_map<(t, h, e, d) -> (t, h, e)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x16xf32>, memref<16x2x4xf32>) outs(%y : memref<?x2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// A batch is a loop; its matrices lie apart.

// CHECK-LABEL: func.func @batch(
// CHECK: scf.for
// CHECK: call @hocket_sgemm
func.func @batch(%a: memref<3x?x8xf32>, %b: memref<3x8x4xf32>, %c: memref<3x?x4xf32>) {
  linalg.batch_matmul ins(%a, %b : memref<3x?x8xf32>, memref<3x8x4xf32>) outs(%c : memref<3x?x4xf32>)
  return
}

// -----

// Not a product of single-precision matrices: left for the row vectorizer.

// CHECK-LABEL: func.func @doubles(
// CHECK: linalg.matmul
func.func @doubles(%a: memref<?x32xf64>, %b: memref<32x64xf64>, %c: memref<?x64xf64>) {
  linalg.matmul ins(%a, %b : memref<?x32xf64>, memref<32x64xf64>) outs(%c : memref<?x64xf64>)
  return
}

// CHECK-LABEL: func.func @strided(
// CHECK: linalg.matmul
func.func @strided(%a: memref<?x32xf32, strided<[128, 2]>>, %b: memref<32x64xf32>, %c: memref<?x64xf32>) {
  linalg.matmul ins(%a, %b : memref<?x32xf32, strided<[128, 2]>>, memref<32x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// CHECK-LABEL: func.func @dot(
// CHECK: linalg.dot
func.func @dot(%a: memref<?xf32>, %b: memref<?xf32>, %c: memref<f32>) {
  linalg.dot ins(%a, %b : memref<?xf32>, memref<?xf32>) outs(%c : memref<f32>)
  return
}
