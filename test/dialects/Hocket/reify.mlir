// The results' extents are those of the operands.
// RUN: hocket-opt %s --resolve-ranked-shaped-type-result-dims | FileCheck %s

// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:[a-z0-9]+]]: tensor<?x?x16xf32>, %[[K:[a-z0-9]+]]: tensor<?x2x16xf32>
func.func @attention(%q: tensor<?x?x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>,
                     %o: tensor<?xi32>) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x?x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>
        -> tensor<?x?x16xf32>, tensor<?x?xf32>
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
  // CHECK-DAG: %[[T:.*]] = tensor.dim %[[Q]], %[[C0]]
  // CHECK-DAG: %[[H:.*]] = tensor.dim %[[Q]], %[[C1]]
  // CHECK-DAG: %[[T1:.*]] = tensor.dim %[[Q]], %[[C0]]
  // CHECK-DAG: %[[H1:.*]] = tensor.dim %[[Q]], %[[C1]]
  // CHECK: return
  // CHECK-NOT: tensor.dim %{{.*}}#
  %t = tensor.dim %out, %c0 : tensor<?x?x16xf32>
  %h = tensor.dim %out, %c1 : tensor<?x?x16xf32>
  %t1 = tensor.dim %lse, %c0 : tensor<?x?xf32>
  %h1 = tensor.dim %lse, %c1 : tensor<?x?xf32>
  return %t, %h, %t1, %h1 : index, index, index, index
}

// CHECK-LABEL: func.func @attention_grad
// CHECK-SAME: (%[[Q:[a-z0-9]+]]: tensor<?x4x16xf32>, %[[K:[a-z0-9]+]]: tensor<?x2x16xf32>
func.func @attention_grad(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>,
                          %o: tensor<?xi32>, %lse: tensor<?x4xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%q, %lse) gradient(%q) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>,
         tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  // CHECK: %[[TQ:.*]] = tensor.dim %[[Q]], %{{.*}}
  // CHECK: %[[TK:.*]] = tensor.dim %[[K]], %{{.*}}
  // CHECK: return %[[TQ]], %[[TK]]
  %t = tensor.dim %g#0, %c0 : tensor<?x4x16xf32>
  %k0 = tensor.dim %g#1, %c0 : tensor<?x2x16xf32>
  return %t, %k0 : index, index
}

// CHECK-LABEL: func.func @attention_part
// CHECK-SAME: %[[O:[a-z0-9]+]]: tensor<?x?x16xf32>, %[[LSE:[a-z0-9]+]]: tensor<?x?xf32>) ->
func.func @attention_part(%q: tensor<?x?x16xf32>, %k: tensor<?x?x16xf32>, %t: tensor<?xi32>,
                          %o0: tensor<?x?x16xf32>, %lse0: tensor<?x?xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %o, %lse = hocket.attention_part %q, %k, %k table(%t) running(%o0, %lse0) scale(0.25)
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?x16xf32>,
         tensor<?x?xf32>) -> (tensor<?x?x16xf32>, tensor<?x?xf32>)
  // CHECK: %[[T:.*]] = tensor.dim %[[O]], %c0
  // CHECK: %[[H:.*]] = tensor.dim %[[LSE]], %c1
  // CHECK: return %[[T]], %[[H]]
  %t0 = tensor.dim %o, %c0 : tensor<?x?x16xf32>
  %h = tensor.dim %lse, %c1 : tensor<?x?xf32>
  return %t0, %h : index, index
}

// CHECK-LABEL: func.func @attention_part_grad
// CHECK-SAME: %[[DQ:[a-z0-9]+]]: tensor<?x?x16xf32>, %[[DK:[a-z0-9]+]]: tensor<?x?x16xf32>, %[[DV:[a-z0-9]+]]: tensor<?x?x16xf32>) ->
func.func @attention_part_grad(%q: tensor<?x?x16xf32>, %k: tensor<?x?x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x?xf32>,
                               %dq0: tensor<?x?x16xf32>, %dk0: tensor<?x?x16xf32>, %dv0: tensor<?x?x16xf32>)
    -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %g:3 = hocket.attention_part_grad %q, %k, %k table(%t) forward(%lse) gradient(%q, %lse) running(%dq0, %dk0, %dv0)
      scale(0.25)
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?xf32>,
         tensor<?x?x16xf32>, tensor<?x?xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
      -> (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
  // CHECK: %[[TQ:.*]] = tensor.dim %[[DQ]], %c0
  // CHECK: %[[TK:.*]] = tensor.dim %[[DK]], %c0
  // CHECK: %[[TV:.*]] = tensor.dim %[[DV]], %c0
  // CHECK: return %[[TQ]], %[[TK]], %[[TV]]
  %t0 = tensor.dim %g#0, %c0 : tensor<?x?x16xf32>
  %t1 = tensor.dim %g#1, %c0 : tensor<?x?x16xf32>
  %t2 = tensor.dim %g#2, %c0 : tensor<?x?x16xf32>
  return %t0, %t1, %t2 : index, index, index
}

// CHECK-LABEL: func.func @scans
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?x4xf32>, %[[Y:[a-z0-9]+]]: tensor<?x4xf32>
func.func @scans(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>, %o: tensor<?xi32>) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %s:2 = hocket.scan inputs(%x, %y : tensor<?x4xf32>, tensor<?x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<0.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %d: tensor<4xf32>):
    hocket.yield %c, %d : tensor<4xf32>, tensor<4xf32>
  }
  %g = hocket.scan_grad gradients(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([]) sources([0])
      -> tensor<?x4xf32> combine {
    hocket.yield
  } pullback {
  ^bb0(%l: tensor<4xf32>):
    hocket.yield %l, %l : tensor<4xf32>, tensor<4xf32>
  }
  %m = hocket.shift %y offsets(%o) reverse : tensor<?x4xf32>, tensor<?xi32>
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) -> tensor<?x4xf32> {
  ^bb0(%h0: f32, %xt: f32):
    hocket.yield %xt : f32
  }
  // CHECK-DAG: %[[T1:.*]] = tensor.dim %[[Y]], %{{.*}}
  // CHECK-DAG: %[[T0:.*]] = tensor.dim %[[X]], %{{.*}}
  // CHECK: return
  // CHECK-NOT: tensor.dim %{{.*}}#
  %t0 = tensor.dim %s#1, %c0 : tensor<?x4xf32>
  %t1 = tensor.dim %g, %c0 : tensor<?x4xf32>
  %t2 = tensor.dim %m, %c0 : tensor<?x4xf32>
  %t3 = tensor.dim %h, %c0 : tensor<?x4xf32>
  return %t0, %t1, %t2, %t3 : index, index, index, index
}
