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

// Several ops read the last combined slices, so what they compute is not
// written there before all have read.

// CHECK-LABEL: func.func @several
// CHECK: arith.cmpf
// CHECK: %[[MOST:.*]] = linalg.generic {{.*}} iterator_types = []
// CHECK: %[[OWN:.*]] = bufferization.alloc_tensor() : tensor<4xf32>
// CHECK: %[[VALUES:.*]] = bufferization.materialize_in_destination %[[NEW:.*]] in %[[OWN]]
// CHECK: %[[OTHER:.*]] = bufferization.alloc_tensor() : tensor<f32>
// CHECK: %[[NUMBER:.*]] = bufferization.materialize_in_destination %[[MOST]] in %[[OTHER]]
// CHECK: bufferization.materialize_in_destination %[[VALUES]] in
// CHECK: bufferization.materialize_in_destination %[[NUMBER]] in
// CHECK: tensor.insert_slice %[[NEW]]
func.func @several(%x: tensor<?x4xf32>, %k: tensor<?xf32>, %o: tensor<?xi32>) -> (tensor<?x4xf32>, tensor<?xf32>) {
  %s:2 = hocket.scan inputs(%x, %k : tensor<?x4xf32>, tensor<?xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<0.0> : tensor<f32>, dense<-1.0e30> : tensor<f32>]) {
  ^bb0(%vi: tensor<4xf32>, %ki: tensor<f32>, %vj: tensor<4xf32>, %kj: tensor<f32>):
    %none = tensor.empty() : tensor<4xf32>
    %chosen = linalg.generic {indexing_maps = [affine_map<(c) -> (c)>, affine_map<(c) -> (c)>, affine_map<(c) -> ()>, affine_map<(c) -> ()>, affine_map<(c) -> (c)>],
                              iterator_types = ["parallel"]}
        ins(%vi, %vj, %ki, %kj : tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>) outs(%none : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %p: f32, %q: f32, %unused: f32):
      %larger = arith.cmpf ogt, %q, %p : f32
      %r = arith.select %larger, %b, %a : f32
      linalg.yield %r : f32
    } -> tensor<4xf32>
    %most = arith.maximumf %ki, %kj : tensor<f32>
    hocket.yield %chosen, %most : tensor<4xf32>, tensor<f32>
  }
  return %s#0, %s#1 : tensor<?x4xf32>, tensor<?xf32>
}

// What an element is combined to may be what another one was.

// CHECK-LABEL: func.func @moved
// CHECK: arith.addf
// CHECK: %[[BEFORE:.*]] = bufferization.materialize_in_destination %arg{{[0-9]+}} in %{{[0-9]+}} :
// CHECK: tensor.insert_slice %[[BEFORE]] into
func.func @moved(%x: tensor<?x4xf32>, %k: tensor<?x4xf32>, %o: tensor<?xi32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %s:2 = hocket.scan inputs(%x, %k : tensor<?x4xf32>, tensor<?x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<0.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %d: tensor<4xf32>):
    %u = arith.addf %b, %c : tensor<4xf32>
    hocket.yield %u, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %s#0, %s#1 : tensor<?x4xf32>, tensor<?x4xf32>
}
