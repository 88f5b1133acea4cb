// RUN: hocket-opt %s --hocket-lower-attention | FileCheck %s

// No linalg op of the kernels becomes scalar loops; each block is two matrix
// products, of the gradient five; nothing but the workspace is allocated and
// nothing is copied.
// RUN: hocket-opt %s --remarks-filter-missed=hocket-vectorize-rows --pass-pipeline='builtin.module(hocket-lower-kernels)' -o /dev/null 2>&1 | count 0
// RUN: hocket-opt %s --hocket-lower-attention --canonicalize --cse --hocket-bufferize-kernels \
// RUN:     --canonicalize --cse --canonicalize --hocket-plan-workspace --hocket-matmul-to-blas \
// RUN:   | FileCheck %s --check-prefix=BUFFERS --implicit-check-not=memref.copy --implicit-check-not=memref.alloc

#query = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, 16)>
#key = affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, 16)>
#row = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2)>
#table = affine_map<(d0, d1, d2, d3, d4) -> (d4)>

// Every query of a block sees a key: those before the first key are left out,
// and all of them where there is no key.
//
// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[Q:.*]]: tensor<?x?x16xf32> {{.*}}, %[[K:.*]]: tensor<?x?x16xf32> {{.*}}, %[[V:.*]]: tensor<?x?x16xf32> {{.*}}, %[[TABLE:.*]]: tensor<?xi32> {{.*}}, %[[O0:.*]]: tensor<?x?x16xf32> {{.*}}, %[[L0:.*]]: tensor<?x?xf32> {{.*}}) ->
// CHECK: %[[START:.*]]:2 = scf.if %{{.*}} -> (tensor<?x?x16xf32>, tensor<?x?xf32>) {
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[O0]]
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[L0]]
// CHECK: else
// CHECK-NEXT: scf.yield %[[O0]], %[[L0]]
// CHECK: %[[KEYS:.*]] = tensor.dim %[[K]], %c0
// CHECK: bufferization.alloc_tensor(%[[KEYS]]) : tensor<64x?xf32>
// CHECK-COUNT-2: bufferization.alloc_tensor() : tensor<64xf32>
// CHECK: %[[HEADS:.*]] = tensor.dim %[[Q]], %c1
// CHECK: %[[ROWS:.*]] = arith.index_cast
// CHECK: %[[LOOP:.*]]:2 = scf.for %{{.*}} = %c0{{.*}} to %[[ROWS]] step %c1{{.*}} iter_args(%{{.*}} = %[[START]]#0, %{{.*}} = %[[START]]#1)
// CHECK-COUNT-8: tensor.extract %[[TABLE]]
// CHECK: %[[END:.*]] = arith.addi
// CHECK: %[[UNSEEING:.*]] = arith.divui
// CHECK: %[[SKIPPED:.*]] = arith.minsi %[[UNSEEING]]
// CHECK: %[[FROM:.*]] = arith.addi %{{.*}}, %[[SKIPPED]]
// CHECK: %[[NONE:.*]] = arith.cmpi sle
// CHECK: %[[TO:.*]] = arith.select %[[NONE]], %[[FROM]], %[[END]]
// CHECK: scf.for %[[HEAD:.*]] = %c0{{.*}} to %[[HEADS]]
// CHECK: %[[SHIFTED:.*]] = arith.addi %[[HEAD]]
// CHECK: %[[KEYHEAD:.*]] = arith.divui %[[SHIFTED]]
// CHECK: scf.for %[[ROW:.*]] = %[[FROM]] to %[[TO]] step %c64
// CHECK: tensor.extract_slice %[[Q]][%[[ROW]], %[[HEAD]], 0] [%[[COUNT:.*]], 1, 16] [1, 1, 1] : tensor<?x?x16xf32> to tensor<?x16xf32>
// CHECK: tensor.extract_slice %[[K]][%{{.*}}, %[[KEYHEAD]], 0] [%{{.*}}, 1, 16] [1, 1, 1] : tensor<?x?x16xf32> to tensor<?x16xf32>
// CHECK: %[[PART:.*]] = arith.divui
// CHECK: arith.cmpi sle, %{{.*}}, %[[PART]]
// CHECK: return %[[LOOP]]#0, %[[LOOP]]#1

// BUFFERS-LABEL: func.func @causal(
// BUFFERS-SAME: %[[Q:.*]]: memref<?x?x16xf32> {{.*}}, %[[K:.*]]: memref<?x?x16xf32> {{.*}}, %[[V:.*]]: memref<?x?x16xf32> {{.*}}, %[[TABLE:.*]]: memref<?xi32> {{.*}}, %[[O:.*]]: memref<?x?x16xf32> {{.*}}, %[[L:.*]]: memref<?x?xf32> {{.*}}, %[[T:.*]]: index
// BUFFERS: scf.if
// BUFFERS: linalg.fill ins(%{{.*}} : f32) outs(%[[O]]
// BUFFERS: scf.for
// BUFFERS: memref.subview %[[O]]
// BUFFERS-COUNT-2: call @hocket_sgemm
// BUFFERS-NOT: call
// BUFFERS: return
func.func @causal(
    %q: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #query},
    %k: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 1>, hocket.shape = #key},
    %v: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 2>, hocket.shape = #key},
    %t: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #table},
    %o0: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #query},
    %l0: tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #row})
    -> (tensor<?x?x16xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #query},
        tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #row})
    attributes {hocket.kernel = "Attend"} {
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25) causal
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?x16xf32>,
         tensor<?x?xf32>) -> (tensor<?x?x16xf32>, tensor<?x?xf32>)
  return %o, %lse : tensor<?x?x16xf32>, tensor<?x?xf32>
}

// Without a mask all keys of a row are read, and positions do not matter.
//
// CHECK-LABEL: func.func @full(
// CHECK-NOT: linalg.index
// CHECK: return
func.func @full(
    %q: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #query},
    %k: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 1>, hocket.shape = #key},
    %v: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 2>, hocket.shape = #key},
    %t: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #table},
    %o0: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #query},
    %l0: tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #row})
    -> (tensor<?x?x16xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #query},
        tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #row})
    attributes {hocket.kernel = "Attend"} {
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?x16xf32>,
         tensor<?x?xf32>) -> (tensor<?x?x16xf32>, tensor<?x?xf32>)
  return %o, %lse : tensor<?x?x16xf32>, tensor<?x?xf32>
}

// The gradient of the query is initialized by bit 1, the other two by bit 2.
//
// CHECK-LABEL: func.func @gradient(
// CHECK-SAME: %[[DQ:[a-z0-9]*]]: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 0>
// CHECK: %[[BIT:.*]] = arith.andi %{{.*}}, %c1
// CHECK: arith.cmpi ne, %[[BIT]], %c0
// CHECK: scf.if
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[DQ]]
// CHECK: arith.andi %{{.*}}, %c2
// CHECK: scf.if
// CHECK-COUNT-2: linalg.fill
// CHECK-COUNT-2: bufferization.alloc_tensor(%{{.*}}) : tensor<64x?xf32>
// CHECK: %[[LOOP:.*]]:3 = scf.for
// CHECK-COUNT-3: tensor.insert_slice
// CHECK: return %[[LOOP]]#0, %[[LOOP]]#1, %[[LOOP]]#2

// BUFFERS-LABEL: func.func @gradient(
// BUFFERS-COUNT-5: call @hocket_sgemm
// BUFFERS-NOT: call
// BUFFERS: return
func.func @gradient(
    %q: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #query},
    %k: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 1>, hocket.shape = #key},
    %v: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input, 2>, hocket.shape = #key},
    %t: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #table},
    %lse: tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #row},
    %do: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<attended_gradient, 0>, hocket.shape = #query},
    %delta: tensor<?x?xf32> {hocket.operand = #hocket.operand<attended, 2>, hocket.shape = #row},
    %dq0: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 0>, hocket.shape = #query},
    %dk0: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 1>, hocket.shape = #key},
    %dv0: tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 2>, hocket.shape = #key})
    -> (tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 0>, hocket.shape = #query},
        tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 1>, hocket.shape = #key},
        tensor<?x?x16xf32> {hocket.operand = #hocket.operand<input_gradient, 2>, hocket.shape = #key})
    attributes {hocket.kernel = "Attend"} {
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta)
      running(%dq0, %dk0, %dv0) scale(0.25) causal
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?xf32>,
         tensor<?x?x16xf32>, tensor<?x?xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
      -> (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
  return %g#0, %g#1, %g#2 : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>
}
