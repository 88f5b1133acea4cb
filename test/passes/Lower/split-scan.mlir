// RUN: hocket-opt %s --pass-pipeline='builtin.module(hocket-split-scan{parts=2},canonicalize,cse)' | FileCheck %s
// RUN: hocket-opt %s --pass-pipeline='builtin.module(hocket-split-scan{parts=1})' | FileCheck %s --check-prefix=ONE

// A scan of each part, at offsets that are cut at its bounds; the last sum of
// part 0; and that added to the tokens of the sequence that goes on in part 1.
// CHECK-LABEL: func.func @sums
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[O:.*]]: tensor<?xi32>)
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: tensor.insert_slice
// CHECK: %[[CUT:.*]] = tensor.insert_slice
// CHECK: %[[LOCAL:.*]] = hocket.scan inputs(%[[X]] : tensor<?x4xf32>) offsets(%[[CUT]] : tensor<?xi32>)
// CHECK-NOT: hocket.scan
// CHECK: %[[SUMMARY:.*]] = scf.for
// CHECK: tensor.extract_slice %[[LOCAL]]
// CHECK: scf.for {{.*}} iter_args(%[[Y:.*]] = %[[LOCAL]])
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[Y]]
// CHECK: %[[SUM:.*]] = arith.addf %[[SUMMARY]], %[[SLICE]] : tensor<4xf32>
// CHECK: tensor.insert_slice %[[SUM]] into %[[Y]]
// CHECK: return

// ONE-LABEL: func.func @sums
// ONE-NEXT: hocket.scan
func.func @sums(%x: tensor<?x4xf32>, %o: tensor<?xi32>) -> tensor<?x4xf32> {
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %c = arith.addf %a, %b : tensor<4xf32>
    hocket.yield %c : tensor<4xf32>
  }
  return %s : tensor<?x4xf32>
}

// Two sweeps: what crosses between the parts is known only after the first.
// CHECK-LABEL: func.func @gradient
// CHECK: hocket.scan_grad
// CHECK-SAME: sources([0])
// CHECK: hocket.scan_grad
// CHECK-SAME: sources([-1])
// CHECK: return
// ONE-LABEL: func.func @gradient
func.func @gradient(%a: tensor<?x4xf32>, %h: tensor<?x4xf32>, %dh: tensor<?x4xf32>, %o: tensor<?xi32>)
    -> tensor<?x4xf32> {
  %da = hocket.scan_grad outputs(%h : tensor<?x4xf32>) elements(%a : tensor<?x4xf32>)
      gradients(%dh : tensor<?x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<1.0> : tensor<f32>]) sources([-1]) -> tensor<?x4xf32> combine {
  ^bb0(%ai: tensor<4xf32>, %aj: tensor<4xf32>):
    %p = arith.mulf %aj, %ai : tensor<4xf32>
    hocket.yield %p : tensor<4xf32>
  } pullback {
  ^bb0(%hi: tensor<4xf32>, %aj: tensor<4xf32>, %l: tensor<4xf32>):
    %p = arith.mulf %aj, %l : tensor<4xf32>
    %d = arith.mulf %hi, %l : tensor<4xf32>
    hocket.yield %p, %d : tensor<4xf32>, tensor<4xf32>
  }
  return %da : tensor<?x4xf32>
}
