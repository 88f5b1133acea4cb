// RUN: hocket-opt %s --hocket-newton-recurrences --cse | FileCheck %s

// The start is two steps; an iteration evaluates f - h and the derivative of
// the cell, made by its rules: u (1 - tanh^2).
// CHECK-LABEL: func.func @one
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[U:.*]]: tensor<4xf32>, %[[O:.*]]: tensor<?xi32>)
// CHECK: %[[FIRST:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[U]] : tensor<?x4xf32>, tensor<4xf32>)
// CHECK: %[[SHIFTED:.*]] = hocket.shift %[[FIRST]] offsets(%[[O]])
// CHECK: %[[START:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[SHIFTED]], %[[U]] :
// CHECK: %[[BEFORE:.*]] = hocket.shift %[[START]] offsets(%[[O]])
// CHECK: %[[R:.*]]:2 = linalg.generic {{.*}} ins(%[[X]], %[[BEFORE]], %[[START]], %[[U]] :
// CHECK: %[[T:.*]] = math.tanh
// CHECK: linalg.yield
// CHECK: %[[S:.*]]:2 = hocket.scan inputs(%[[R]]#1, %[[R]]#0 :
// CHECK-SAME: identity([dense<1.000000e+00> : tensor<f32>, dense<0.000000e+00> : tensor<f32>])
// CHECK: %[[H:.*]] = linalg.generic {{.*}} ins(%[[START]], %[[S]]#1 :
// CHECK: return %[[H]]
func.func @one(%x: tensor<?x4xf32>, %u: tensor<4xf32>, %o: tensor<?xi32>) -> tensor<?x4xf32> {
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) parameters(%u : tensor<4xf32>) offsets(%o : tensor<?xi32>)
      newton(1) -> tensor<?x4xf32> {
  ^cell(%h0: f32, %xt: f32, %ut: f32):
    %uh = arith.mulf %ut, %h0 : f32
    %sum = arith.addf %uh, %xt : f32
    %new = math.tanh %sum : f32
    hocket.yield %new : f32
  }
  return %h : tensor<?x4xf32>
}

// Two states: blocks of 2 x 2, each iteration one scan of six tensors.
// CHECK-LABEL: func.func @two
// CHECK-COUNT-2: hocket.scan
// CHECK-NOT: hocket.scan
// CHECK: return
func.func @two(%x: tensor<?x4xf32>, %o: tensor<?xi32>) -> tensor<?x4xf32> {
  %h:2 = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) newton(2) reverse
      -> tensor<?x4xf32>, tensor<?x4xf32> {
  ^cell(%h0: f32, %c0: f32, %xt: f32):
    %c1 = arith.mulf %c0, %h0 : f32
    %c2 = arith.addf %c1, %xt : f32
    %h1 = math.tanh %c2 : f32
    hocket.yield %h1, %c2 : f32, f32
  }
  return %h#0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @steps
// CHECK-NEXT: hocket.recurrence
func.func @steps(%x: tensor<?x4xf32>, %o: tensor<?xi32>) -> tensor<?x4xf32> {
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) -> tensor<?x4xf32> {
  ^cell(%h0: f32, %xt: f32):
    %h1 = arith.addf %h0, %xt : f32
    hocket.yield %h1 : f32
  }
  return %h : tensor<?x4xf32>
}
