// RUN: hocket-opt %s --canonicalize --split-input-file | FileCheck %s

func.func private @model(tensor<?xi32>, tensor<?xi32>, tensor<4xf32>) -> tensor<f32>

// One part: nothing is cut, rebased or summed.
// CHECK-LABEL: func.func @one_part
// CHECK-SAME: (%[[X:.*]]: tensor<?xi32>, %[[O:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[L:.*]] = call @model(%[[X]], %[[O]], %[[W]])
// CHECK-NEXT: return %[[L]]
func.func @one_part(%x: tensor<?xi32>, %o: tensor<?xi32>, %w: tensor<4xf32>) -> tensor<f32> {
  %r = hocket.data degree(1) tokens(%x = %x : tensor<?xi32>)
      offsets(%o = %o : tensor<?xi32>) shared(%w = %w : tensor<4xf32>) -> tensor<f32> {
    %l = func.call @model(%x, %o, %w) : (tensor<?xi32>, tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

func.func private @model(tensor<?xi32>, tensor<4xf32>) -> tensor<f32>

// What a strategy shares and nobody reads is dropped, through all levels; what
// it cuts stays, for it says where.
// CHECK-LABEL: func.func @unused
// CHECK-SAME: (%[[X:.*]]: tensor<?xi32>, %[[O:.*]]: tensor<?xi32>, %[[A:.*]]: tensor<2xf32>, %[[W:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<3xf32>)
func.func @unused(%x: tensor<?xi32>, %o: tensor<?xi32>, %a: tensor<2xf32>, %w: tensor<4xf32>, %b: tensor<3xf32>) -> tensor<f32> {
  // CHECK: hocket.data degree(2) tokens(%[[X0:.*]] = %[[X]] : tensor<?xi32>) offsets(%[[O0:.*]] = %[[O]] : tensor<?xi32>) shared(%[[W0:.*]] = %[[W]] : tensor<4xf32>) -> tensor<f32>
  %r = hocket.data degree(2) tokens(%x = %x : tensor<?xi32>) offsets(%o = %o : tensor<?xi32>)
      shared(%a = %a : tensor<2xf32>, %w = %w : tensor<4xf32>, %b = %b : tensor<3xf32>) -> tensor<f32> {
    // CHECK: hocket.pipeline microbatches(2) tokens(%[[X1:.*]] = %[[X0]] : tensor<?xi32>) offsets(%{{.*}} = %[[O0]] : tensor<?xi32>) shared(%[[W1:.*]] = %[[W0]] : tensor<4xf32>) -> tensor<f32>
    %p = hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?xi32>) offsets(%o = %o : tensor<?xi32>)
        shared(%a = %a : tensor<2xf32>, %w = %w : tensor<4xf32>, %b = %b : tensor<3xf32>) -> tensor<f32> {
      // CHECK: hocket.stage (%{{.*}} = %[[X1]] : tensor<?xi32>, %{{.*}} = %[[W1]] : tensor<4xf32>)
      %s = hocket.stage (%a = %a : tensor<2xf32>, %x = %x : tensor<?xi32>, %b = %b : tensor<3xf32>, %w = %w : tensor<4xf32>) -> tensor<f32> {
        %l = func.call @model(%x, %w) : (tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
        hocket.yield %l : tensor<f32>
      }
      hocket.yield %s : tensor<f32>
    }
    hocket.yield %p : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

// Constants that folding makes stay inside a stage.
// CHECK-LABEL: func.func @constants
func.func @constants(%x: tensor<?xf32>) -> tensor<f32> {
  // CHECK: hocket.pipeline
  // CHECK-NEXT: hocket.stage ()
  // CHECK-NEXT: %[[C:.*]] = arith.constant dense<3.000000e+00> : tensor<f32>
  // CHECK-NEXT: hocket.yield %[[C]]
  %p = hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?xf32>) -> tensor<f32> {
    %s = hocket.stage () -> tensor<f32> {
      %a = arith.constant dense<1.0> : tensor<f32>
      %b = arith.constant dense<2.0> : tensor<f32>
      %c = arith.addf %a, %b : tensor<f32>
      hocket.yield %c : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return %p : tensor<f32>
}

// -----

func.func private @model(tensor<?xi32>, tensor<4xf32>) -> tensor<f32>

// One rank shares nothing.
// CHECK-LABEL: func.func @one_rank
// CHECK-NEXT: %[[L:.*]] = call @model
// CHECK-NEXT: return %[[L]]
func.func @one_rank(%x: tensor<?xi32>, %w: tensor<4xf32>) -> tensor<f32> {
  %r = hocket.sequence degree(1) method("ring") tokens(%x = %x : tensor<?xi32>) shared(%w = %w : tensor<4xf32>) -> tensor<f32> {
    %l = func.call @model(%x, %w) : (tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}

// CHECK-LABEL: func.func @one_slice
// CHECK-NEXT: %[[L:.*]] = call @model
// CHECK-NEXT: return %[[L]]
func.func @one_slice(%x: tensor<?xi32>, %w: tensor<4xf32>) -> tensor<f32> {
  %r = hocket.stream slices(1) tokens(%x = %x : tensor<?xi32>) shared(%w = %w : tensor<4xf32>) -> tensor<f32> {
    %l = func.call @model(%x, %w) : (tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}

// Activation checkpointing stays, without what nothing uses.
// CHECK-LABEL: func.func @checkpoints
// CHECK: hocket.stream slices(1) activations("recompute") tokens(%{{.*}} = %{{.*}} : tensor<?xi32>) shared(%{{.*}} = %{{.*}} : tensor<4xf32>) -> tensor<f32>
func.func @checkpoints(%x: tensor<?xi32>, %a: tensor<2xf32>, %w: tensor<4xf32>) -> tensor<f32> {
  %r = hocket.stream slices(1) activations("recompute") tokens(%x = %x : tensor<?xi32>) shared(%a = %a : tensor<2xf32>, %w = %w : tensor<4xf32>) -> tensor<f32> {
    %l = func.call @model(%x, %w) : (tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}

// CHECK-LABEL: func.func @unused_by_ranks
// CHECK: hocket.sequence degree(2) method("ring") tokens(%{{.*}} = %{{.*}} : tensor<?xi32>) shared(%{{.*}} = %{{.*}} : tensor<4xf32>) -> tensor<f32>
func.func @unused_by_ranks(%x: tensor<?xi32>, %a: tensor<2xf32>, %w: tensor<4xf32>) -> tensor<f32> {
  %r = hocket.sequence degree(2) method("ring") tokens(%x = %x : tensor<?xi32>) shared(%a = %a : tensor<2xf32>, %w = %w : tensor<4xf32>) -> tensor<f32> {
    %l = func.call @model(%x, %w) : (tensor<?xi32>, tensor<4xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %r : tensor<f32>
}
