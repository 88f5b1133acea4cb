// RUN: hocket-opt %s --hocket-lower-attention | FileCheck %s
// RUN: hocket-opt %s --pass-pipeline='builtin.module(hocket-lower-attention{block-rows=32})' | FileCheck %s --check-prefix=ROWS

// Buffers, after the merging of equal ops: the workspace is allocated once,
// outside of the loops, each part of it in a place of its own, and nothing is
// copied.
// RUN: hocket-opt %s --hocket-lower-attention --canonicalize --cse \
// RUN:     --eliminate-empty-tensors \
// RUN:     --one-shot-bufferize='bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map' \
// RUN:     --canonicalize --cse --canonicalize \
// RUN:   | FileCheck %s --check-prefix=BUFFERS --implicit-check-not=memref.copy

// CHECK: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-NOT: hocket.attention

// The row sum must not overwrite the maximum, which lse reads after it.
//
// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[Q:.*]]: tensor<?x4x16xf32>, %[[K:.*]]: tensor<?x2x16xf32>, %[[V:.*]]: tensor<?x2x16xf32>, %[[S:.*]]: tensor<?xi32>)
// CHECK-DAG: %[[TILE:.*]] = bufferization.alloc_tensor(%{{.*}}) : tensor<64x?xf32>
// CHECK-COUNT-2: bufferization.alloc_tensor() : tensor<64xf32>
// CHECK: %[[LOOP:.*]]:2 = scf.for {{.*}} -> (tensor<?x4x16xf32>, tensor<?x4xf32>) {
// CHECK: tensor.extract %[[S]]
// CHECK: %[[START:.*]] = arith.index_cast
// CHECK: tensor.extract %[[S]]
// CHECK: %[[END:.*]] = arith.index_cast
// CHECK: scf.for %[[KEYHEAD:.*]] = %{{.*}} to %c2
// CHECK: scf.for %[[MEMBER:.*]] = %{{.*}} to %c2
// CHECK: %[[FIRST:.*]] = arith.muli %[[KEYHEAD]], %c2
// CHECK: %[[HEAD:.*]] = arith.addi %[[FIRST]], %[[MEMBER]]
// CHECK: scf.for %[[POSITION:.*]] = %[[START]] to %[[END]] step %c64
// CHECK: %[[LEFT:.*]] = arith.subi %[[END]], %[[POSITION]]
// CHECK: %[[COUNT:.*]] = arith.minsi %[[LEFT]], %c64
// CHECK: %[[BEFORE:.*]] = arith.subi %[[POSITION]], %[[START]]
// CHECK: %[[KEYS:.*]] = arith.addi %[[BEFORE]], %[[COUNT]]
// CHECK: tensor.extract_slice %[[Q]][%[[POSITION]], %[[HEAD]], 0] [%[[COUNT]], 1, 16] [1, 1, 1] : tensor<?x4x16xf32> to tensor<?x16xf32>
// CHECK: tensor.extract_slice %[[K]][%[[START]], %[[KEYHEAD]], 0] [%[[KEYS]], 1, 16] [1, 1, 1] : tensor<?x2x16xf32> to tensor<?x16xf32>
// CHECK: tensor.extract_slice %[[V]][%[[START]], %[[KEYHEAD]], 0] [%[[KEYS]], 1, 16]
// CHECK: tensor.extract_slice %[[TILE]][0, 0] [%[[COUNT]], %[[KEYS]]] [1, 1]
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: linalg.index 1
// CHECK: arith.select
// CHECK: math.log
// CHECK: return %[[LOOP]]#0, %[[LOOP]]#1

// ROWS-LABEL: func.func @causal(
// ROWS: bufferization.alloc_tensor(%{{.*}}) : tensor<32x?xf32>
// ROWS: scf.for {{.*}} step %c32

// BUFFERS-LABEL: func.func @causal(
// BUFFERS: %[[TILE:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<64x?xf32>
// BUFFERS: %[[MAXIMUM:.*]] = memref.alloc() {{.*}} : memref<64xf32>
// BUFFERS: %[[SUM:.*]] = memref.alloc() {{.*}} : memref<64xf32>
// BUFFERS: scf.for
// BUFFERS-NOT: memref.alloc
// BUFFERS: %[[MAXIMA:.*]] = memref.subview %[[MAXIMUM]]
// BUFFERS: %[[SUMS:.*]] = memref.subview %[[SUM]]
// BUFFERS: ins(%[[MAXIMA]], %[[SUMS]] :
// BUFFERS-NOT: memref.alloc
// BUFFERS: return
func.func @causal(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %s: tensor<?xi32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>) {
  %o, %lse = hocket.attention %q, %k, %v offsets(%s) scale(0.25) causal
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return %o, %lse : tensor<?x4x16xf32>, tensor<?x4xf32>
}

// Without a mask all keys of the sequence are read; a group of one head needs
// no loop over its members.
//
// CHECK-LABEL: func.func @full(
// CHECK: scf.for
// CHECK: %[[START:.*]] = arith.index_cast
// CHECK: %[[END:.*]] = arith.index_cast
// CHECK: scf.for %[[HEAD:.*]] = %{{.*}} to %c2
// CHECK-NEXT: %{{.*}} = arith.constant 64
// CHECK-NEXT: scf.for %[[POSITION:.*]] = %[[START]] to %[[END]]
// CHECK: %[[KEYS:.*]] = arith.subi %[[END]], %[[START]]
// CHECK-NOT: arith.select
// CHECK: return
func.func @full(%q: tensor<?x2x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %s: tensor<?xi32>) -> (tensor<?x2x16xf32>, tensor<?x2xf32>) {
  %o, %lse = hocket.attention %q, %k, %v offsets(%s) scale(0.25)
      : tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x2x16xf32>, tensor<?x2xf32>
  return %o, %lse : tensor<?x2x16xf32>, tensor<?x2xf32>
}

// Probabilities are still read after the gradient of the scores is written:
// the two tiles must not be one.
//
// CHECK-LABEL: func.func @gradient(
// CHECK-COUNT-2: bufferization.alloc_tensor(%{{.*}}) : tensor<64x?xf32>
// CHECK: bufferization.alloc_tensor() : tensor<64xf32>
// CHECK: %[[LOOP:.*]]:3 = scf.for {{.*}} -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) {
// CHECK: linalg.generic {indexing_maps = [#[[ROW]],
// CHECK: math.exp
// CHECK: arith.select
// CHECK-COUNT-3: tensor.insert_slice
// CHECK: return %[[LOOP]]#0, %[[LOOP]]#1, %[[LOOP]]#2

// BUFFERS-LABEL: func.func @gradient(
// BUFFERS-COUNT-2: memref.alloc(%{{.*}}) {{.*}} : memref<64x?xf32>
// BUFFERS: memref.alloc() {{.*}} : memref<64xf32>
// BUFFERS: scf.for
// BUFFERS-NOT: memref.alloc
// BUFFERS: return
func.func @gradient(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %s: tensor<?xi32>, %o: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) {
  %r:3 = hocket.attention_grad %q, %k, %v offsets(%s) forward(%o, %lse) gradient(%do) scale(0.25) causal
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return %r#0, %r#1, %r#2 : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>
}

// CHECK-LABEL: func.func @lse_gradient(
// CHECK-SAME: %[[DLSE:[a-z0-9]*]]: tensor<?x2xf32>) ->
// CHECK: tensor.extract_slice %[[DLSE]][%{{.*}}, %{{.*}}] [%{{.*}}, 1] [1, 1] : tensor<?x2xf32> to tensor<?xf32>
// CHECK: arith.subf
func.func @lse_gradient(%q: tensor<?x2x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %s: tensor<?xi32>, %o: tensor<?x2x16xf32>, %lse: tensor<?x2xf32>, %do: tensor<?x2x16xf32>, %dlse: tensor<?x2xf32>) -> (tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) {
  %r:3 = hocket.attention_grad %q, %k, %v offsets(%s) forward(%o, %lse) gradient(%do, %dlse) scale(0.25)
      : (tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x2x16xf32>, tensor<?x2xf32>, tensor<?x2x16xf32>, tensor<?x2xf32>) -> (tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return %r#0, %r#1, %r#2 : tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>
}
