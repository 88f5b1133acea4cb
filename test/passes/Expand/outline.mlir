// RUN: hocket-opt --hocket-outline --split-input-file %s | FileCheck %s

// A sequential program is one stage.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: tensor<4xf32> {hocket.init = "ones", hocket.name = "scale", hocket.role = #hocket.role<param>}
// CHECK-SAME: tensor<?x4xf32> {hocket.name = "x", hocket.role = #hocket.role<batch>, hocket.shape =
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b"}
// CHECK-LABEL: func.func private @stage0(
// CHECK-SAME: %[[SCALE:.*]]: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>}
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape =
// CHECK-SAME: -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})
// CHECK-SAME: hocket.stage = 0 : i64
func.func @loss(%scale: tensor<4xf32> {hocket.role = #hocket.role<param>, hocket.name = "scale", hocket.init = "ones"},
                %x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %sum = linalg.generic {
    indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> (i)>, affine_map<(t, i) -> ()>],
    iterator_types = ["reduction", "reduction"]}
    ins(%x, %scale : tensor<?x4xf32>, tensor<4xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %sum, %one : tensor<f32>, tensor<f32>
}

// -----

// Stages of a pipeline inside data parallelism: values of the loss's arguments
// are bound by their number, activations by that of the stage before. A schedule
// that is auto stays so: hocket-solve-schedule solves it.

// CHECK: #[[T4:.*]] = affine_map<(d0, d1) -> (d0, 4)>
// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 2 : i64, microbatches = 8 : i64, schedule = "auto"}
// CHECK-LABEL: func.func private @stage0(
// CHECK-SAME: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #[[T4]]}
// CHECK-SAME: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 1>}
// CHECK-SAME: -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #[[T4]]})
// CHECK-SAME: hocket.stage = 0 : i64
// CHECK-LABEL: func.func private @stage1(
// CHECK-SAME: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #[[T4]]}
// CHECK-SAME: hocket.operand = #hocket.operand<loss, 0>
// CHECK-SAME: hocket.stage = 1 : i64
func.func @loss(%unused: tensor<2xf32> {hocket.role = #hocket.role<param>, hocket.name = "unused"},
                %scale: tensor<4xf32> {hocket.role = #hocket.role<param>, hocket.name = "scale"},
                %x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.data degree(2) tokens(%x1 = %x : tensor<?x4xf32>) shared(%s1 = %scale : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
    %p:2 = hocket.pipeline microbatches(8) tokens(%x2 = %x1 : tensor<?x4xf32>) shared(%s2 = %s1 : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
      %h = hocket.stage(%x3 = %x2 : tensor<?x4xf32>, %s3 = %s2 : tensor<4xf32>) -> (tensor<?x4xf32>) {
        %m = linalg.generic {
          indexing_maps = [affine_map<(t, i) -> (i)>, affine_map<(t, i) -> (t, i)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%s3 : tensor<4xf32>) outs(%x3 : tensor<?x4xf32>) {
        ^bb0(%a: f32, %b: f32):
          %p = arith.mulf %a, %b : f32
          linalg.yield %p : f32
        } -> tensor<?x4xf32>
        hocket.yield %m : tensor<?x4xf32>
      }
      %l:2 = hocket.stage(%h3 = %h : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
        %zero = arith.constant dense<0.0> : tensor<f32>
        %one = arith.constant dense<1.0> : tensor<f32>
        %sum = linalg.generic {
          indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>],
          iterator_types = ["reduction", "reduction"]}
          ins(%h3 : tensor<?x4xf32>) outs(%zero : tensor<f32>) {
        ^bb0(%a: f32, %acc: f32):
          %s = arith.addf %acc, %a : f32
          linalg.yield %s : f32
        } -> tensor<f32>
        hocket.yield %sum, %one : tensor<f32>, tensor<f32>
      }
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Sequence parallelism inside of data parallelism, around a stage of its own.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 2 : i64, method = "usp:2", microbatches = 1 : i64, schedule = "1f1b", sequence = 4 : i64}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.data degree(2) tokens(%x1 = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %p:2 = hocket.sequence degree(4) method("usp") ulysses(2) tokens(%x2 = %x1 : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
      %one = arith.constant dense<1.0> : tensor<f32>
      hocket.yield %one, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Of one rank nothing is written down.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b"}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %p:2 = hocket.sequence degree(1) method("ring") tokens(%x2 = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %one = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %one, %one : tensor<f32>, tensor<f32>
  }
  return %p#0, %p#1 : tensor<f32>, tensor<f32>
}

// -----

// What the backward of each stage finds of its slices.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {activations = array<i64: 1, 0, 0, 0>, chunks = 2 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b", slices = 4 : i64}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.stream slices(4) activations("recompute") kept([1, 0]) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %p:2 = hocket.pipeline microbatches(1) schedule("1f1b") chunks(2) tokens(%z = %y : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
      %h = hocket.stage (%a = %z : tensor<?xf32>) -> tensor<?xf32> {
        hocket.yield %a : tensor<?xf32>
      }
      %l:2 = hocket.stage (%a = %h : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
        %one = arith.constant dense<1.0> : tensor<f32>
        hocket.yield %one, %one : tensor<f32>, tensor<f32>
      }
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {activations = "auto", chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b", slices = 4 : i64}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.stream slices(4) activations(auto) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %one = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %one, %one : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Checkpoints, and one slice that is kept: no strategy at all.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {activations = array<i64: 0, 0>, chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b", slices = 1 : i64}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.stream slices(1) activations("recompute") tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %one = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %one, %one : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b"}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.stream slices(1) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %one = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %one, %one : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
