// RUN: hocket-opt %s --hocket-lower-scan | FileCheck %s

// Of the linear recurrence only the states are read, so the products of the
// decays are not computed; the body is one fused op.
// CHECK-LABEL: func.func @linear
// CHECK-SAME: (%[[A:.*]]: tensor<?x64xf32>, %[[B:.*]]: tensor<?x64xf32>, %[[O:.*]]: tensor<?xi32>)
// CHECK: %[[STATE:.*]] = bufferization.alloc_tensor() : tensor<64xf32>
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %[[STATE]])
// CHECK: tensor.extract %[[O]]
// CHECK: scf.for
// CHECK: tensor.extract_slice %[[B]][%{{.*}}, 0] [1, 64] [1, 1]
// CHECK: tensor.insert_slice
// CHECK: scf.for
// CHECK-DAG: tensor.extract_slice %[[A]]
// CHECK-DAG: tensor.extract_slice %[[B]]
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK-NEXT: arith.addf
// CHECK-NOT: arith.mulf
// CHECK: return
func.func @linear(%a: tensor<?x64xf32>, %b: tensor<?x64xf32>, %o: tensor<?xi32>) -> tensor<?x64xf32> {
  %s:2 = hocket.scan inputs(%a, %b : tensor<?x64xf32>, tensor<?x64xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%ai: tensor<64xf32>, %bi: tensor<64xf32>, %aj: tensor<64xf32>, %bj: tensor<64xf32>):
    %p = arith.mulf %aj, %ai : tensor<64xf32>
    %q = arith.mulf %aj, %bi : tensor<64xf32>
    %r = arith.addf %q, %bj : tensor<64xf32>
    hocket.yield %p, %r : tensor<64xf32>, tensor<64xf32>
  }
  return %s#1 : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @unused
// CHECK-NOT: scf.for
// CHECK: return
func.func @unused(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %c = arith.addf %a, %b : tensor<4xf32>
    hocket.yield %c : tensor<4xf32>
  }
  return
}
