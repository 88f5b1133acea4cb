// Upstream's inliner works in the bodies of strategies, and takes our ops along.
// RUN: hocket-opt %s --inline --split-input-file | FileCheck %s

func.func private @layer(%q: tensor<?x2x8xf32>, %o: tensor<?xi32>) -> tensor<?x2x8xf32> {
  %out, %lse = hocket.attention %q, %q, %q offsets(%o) scale(1.0)
      : tensor<?x2x8xf32>, tensor<?x2x8xf32>, tensor<?x2x8xf32>, tensor<?xi32> -> tensor<?x2x8xf32>, tensor<?x2xf32>
  return %out : tensor<?x2x8xf32>
}
func.func private @head(tensor<?x2x8xf32>) -> tensor<f32>

// CHECK-LABEL: func.func @loss
func.func @loss(%x: tensor<?x2x8xf32>, %o: tensor<?xi32>) -> tensor<f32> {
  // CHECK: hocket.stage (%[[X:.*]] = %{{.*}} : tensor<?x2x8xf32>, %[[O:.*]] = %{{.*}} : tensor<?xi32>)
  // CHECK-NEXT: %[[A:.*]], %{{.*}} = hocket.attention %[[X]], %[[X]], %[[X]] offsets(%[[O]])
  // CHECK-NEXT: %[[B:.*]], %{{.*}} = hocket.attention %[[A]], %[[A]], %[[A]] offsets(%[[O]])
  // CHECK-NEXT: func.call @head(%[[B]])
  %r = hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?x2x8xf32>) offsets(%o = %o : tensor<?xi32>) -> tensor<f32> {
    %s = hocket.stage (%x = %x : tensor<?x2x8xf32>, %o = %o : tensor<?xi32>) -> tensor<f32> {
      %a = func.call @layer(%x, %o) : (tensor<?x2x8xf32>, tensor<?xi32>) -> tensor<?x2x8xf32>
      %b = func.call @layer(%a, %o) : (tensor<?x2x8xf32>, tensor<?xi32>) -> tensor<?x2x8xf32>
      %l = func.call @head(%b) : (tensor<?x2x8xf32>) -> tensor<f32>
      hocket.yield %l : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

// A function with a strategy stays a call where it is called from a stage.
func.func private @strategic(%x: tensor<?xf32>) -> tensor<f32> {
  %r = hocket.data degree(2) tokens(%x = %x : tensor<?xf32>) -> tensor<f32> {
    %c = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %c : tensor<f32>
  }
  return %r : tensor<f32>
}

// CHECK-LABEL: func.func @from_stage
func.func @from_stage(%x: tensor<?xf32>) -> tensor<f32> {
  %r = hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?xf32>) -> tensor<f32> {
    // CHECK: hocket.stage
    // CHECK-NEXT: call @strategic
    %s = hocket.stage (%x = %x : tensor<?xf32>) -> tensor<f32> {
      %l = func.call @strategic(%x) : (tensor<?xf32>) -> tensor<f32>
      hocket.yield %l : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return %r : tensor<f32>
}

// CHECK-LABEL: func.func @from_function
// CHECK-NEXT: hocket.data
func.func @from_function(%x: tensor<?xf32>) -> tensor<f32> {
  %l = func.call @strategic(%x) : (tensor<?xf32>) -> tensor<f32>
  return %l : tensor<f32>
}
