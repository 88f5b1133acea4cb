// RUN: hocket-opt --hocket-kernel-entry --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @k(
// CHECK-SAME: %[[OPERANDS:[a-z0-9]*]]: !llvm.ptr, %[[SYMBOLS:[a-z0-9]*]]: !llvm.ptr, %[[WORKSPACE:[a-z0-9]*]]: !llvm.ptr)
// CHECK: %[[FIRST:.*]] = llvm.getelementptr %[[OPERANDS]][0]
// CHECK: %[[OPERAND:.*]] = llvm.load %[[FIRST]]
// CHECK: llvm.getelementptr %[[SYMBOLS]][0]
// CHECK: llvm.getelementptr %[[SYMBOLS]][1]
// CHECK: call @k.body(%[[OPERAND]], %{{.*}}, %{{.*}}, %[[WORKSPACE]])
// CHECK-LABEL: func.func private @k.body(
// CHECK-SAME: %[[P:[a-z0-9]*]]: !llvm.ptr {llvm.noalias}, %[[T:[a-z0-9]*]]: i64, %{{[a-z0-9]*}}: i64, %{{[a-z0-9]*}}: i64, %{{[a-z0-9]*}}: i64, %{{[a-z0-9]*}}: i64, %{{[a-z0-9]*}}: !llvm.ptr {llvm.noalias})
// CHECK: %[[TOKENS:.*]] = arith.index_cast %[[T]] : i64 to index
// CHECK: llvm.insertvalue %[[P]], %{{.*}}[0]
// CHECK: llvm.insertvalue %[[P]], %{{.*}}[1]
// CHECK: %[[X:.*]] = builtin.unrealized_conversion_cast %{{.*}} to memref<?x4xf32>
// CHECK: linalg.exp ins(%[[X]]
func.func @k(%x: memref<?x4xf32> {hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}, %t: index, %s: index, %h: index, %k: index, %n: index, %w: memref<?xi8>)
    attributes {hocket.kernel = "F", hocket.workspace = array<i64>} {
  linalg.exp ins(%x : memref<?x4xf32>) outs(%x : memref<?x4xf32>)
  return
}

// -----

// Products are called through a pointer that the loader sets.

// CHECK: llvm.mlir.global external @hocket_sgemm() {{.*}}: !llvm.ptr {
// CHECK: llvm.mlir.zero
// CHECK-LABEL: func.func private @k.body(
// CHECK: %[[GLOBAL:.*]] = llvm.mlir.addressof @hocket_sgemm
// CHECK: %[[CALLEE:.*]] = llvm.load %[[GLOBAL]]
// CHECK: llvm.call %[[CALLEE]](
func.func private @hocket_sgemm(i64, i64, i64, i64, i64, f32, !llvm.ptr, i64, !llvm.ptr, i64, f32, !llvm.ptr, i64)
func.func @k(%x: memref<4xf32>, %t: index, %s: index, %h: index, %k: index, %n: index, %w: memref<?xi8>) attributes {hocket.kernel = "F"} {
  %one = arith.constant 1 : i64
  %r = arith.constant 1.0 : f32
  %p = llvm.mlir.zero : !llvm.ptr
  call @hocket_sgemm(%one, %one, %one, %one, %one, %r, %p, %one, %p, %one, %r, %p, %one) : (i64, i64, i64, i64, i64, f32, !llvm.ptr, i64, !llvm.ptr, i64, f32, !llvm.ptr, i64) -> ()
  return
}

// -----

// The functions that the kernels were made of are gone.

// CHECK-NOT: @loss
func.func private @loss(tensor<4xf32>) -> tensor<f32>
