// RUN: hocket-opt --hocket-outline --split-input-file %s | FileCheck %s

// The stages of a skip-pipeline, its routes as stages and nodes (the exit is
// the last one), and what they promise.

// CHECK: #[[T4:.*]] = affine_map<(d0, d1) -> (d0, 4)>
// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 2 : i64, limits = {in_flight = array<i64: 2, 2, 2>, max_forward_jump = 2 : i64, path_length = 2 : i64}, microbatches = 2 : i64,
// CHECK-SAME: nodes = [array<i64: 0, 2>, array<i64: 1>, array<i64: 0, 2>],
// CHECK-SAME: routes = [array<i64: 0, 2, 1, 1, 2, 2>, array<i64: 0, 0, 1, 1, 2, 0>], schedule = "1f1b"}
// CHECK-LABEL: func.func private @stage0(
// CHECK-SAME: hocket.stage = 0 : i64
// CHECK-LABEL: func.func private @stage1(
// CHECK-SAME: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>}, %{{.*}}: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #[[T4]]}) -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #[[T4]]})
// CHECK-SAME: hocket.stage = 1 : i64
// CHECK-LABEL: func.func private @stage2(
// CHECK-SAME: hocket.operand<loss, 0>
// CHECK-SAME: hocket.stage = 2 : i64
func.func @loss(%w: tensor<4xf32> {hocket.role = #hocket.role<param>}, %x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %d:2 = hocket.data degree(2) tokens(%x0 = %x : tensor<?x4xf32>) shared(%w0 = %w : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
    %r:2 = hocket.skip_pipeline microbatches(2) nodes([[2, 0], [1]]) path_length(2) paths([[2, 1], [0, 1]]) limits(max_forward_jump = 2) in_flight([2, 2, 2])
        tokens(%x1 = %x0 : tensor<?x4xf32>) shared(%w1 = %w0 : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
      %0 = hocket.stage (%x2 = %x1 : tensor<?x4xf32>) -> tensor<?x4xf32> {
        %h = arith.mulf %x2, %x2 : tensor<?x4xf32>
        hocket.yield %h : tensor<?x4xf32>
      }
      %1 = hocket.stage (%w2 = %w1 : tensor<4xf32>, %x2 = %0 : tensor<?x4xf32>) -> tensor<?x4xf32> {
        %m = linalg.generic {
          indexing_maps = [affine_map<(t, i) -> (i)>, affine_map<(t, i) -> (t, i)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%w2 : tensor<4xf32>) outs(%x2 : tensor<?x4xf32>) {
        ^bb0(%a: f32, %b: f32):
          %p = arith.mulf %a, %b : f32
          linalg.yield %p : f32
        } -> tensor<?x4xf32>
        hocket.yield %m : tensor<?x4xf32>
      }
      %2:2 = hocket.stage (%x2 = %1 : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
        %one = arith.constant dense<1.0> : tensor<f32>
        hocket.yield %one, %one : tensor<f32>, tensor<f32>
      }
      hocket.yield %2#0, %2#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %r#0, %r#1 : tensor<f32>, tensor<f32>
  }
  return %d#0, %d#1 : tensor<f32>, tensor<f32>
}

// -----

// A sequential program whose microbatches differ: what is before the switch is
// stage 0, the cases are the next ones, what is after it is the last one. What
// two of them need both compute (the squares, and the constant).

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: microbatches = 3 : i64, nodes = [array<i64: 0>, array<i64: 0>, array<i64: 0>, array<i64: 0>],
// CHECK-SAME: routes = [array<i64: 0, 0, 1, 0, 3, 0>, array<i64: 0, 0, 2, 0, 3, 0>, array<i64: 0, 0, 1, 0, 3, 0>], schedule = "1f1b"}
// CHECK-LABEL: func.func private @stage0(%{{.*}}: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, {{.*}}}) ->
// CHECK-NEXT: %[[S:.*]] = arith.mulf
// CHECK-NEXT: %[[D:.*]] = arith.addf %[[S]], %[[S]]
// CHECK-NEXT: return %[[D]]
// CHECK: func.func private @stage1(%{{.*}}: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, {{.*}}}, %[[I:.*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, {{.*}}}) ->
// CHECK-NEXT: %[[S:.*]] = arith.mulf
// CHECK-NEXT: %[[D:.*]] = arith.subf %[[I]], %[[S]]
// CHECK-NEXT: return %[[D]]
// CHECK: func.func private @stage2(%[[I:.*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, {{.*}}}) ->
// CHECK-NEXT: return %[[I]]
// CHECK: func.func private @stage3(%[[I:.*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, {{.*}}}) ->
// CHECK-NEXT: arith.constant
// CHECK-NEXT: tensor.extract %[[I]]
// CHECK-NEXT: tensor.from_elements
// CHECK-NEXT: return
func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.microbatches count(3) tokens(%t = %x : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
    %c0 = arith.constant 0 : index
    %s = arith.mulf %t, %t : tensor<?x4xf32>
    %h = arith.addf %s, %s : tensor<?x4xf32>
    %g = hocket.switch_microbatch (%h) : tensor<?x4xf32>
    case([0, 2]) (%a: tensor<?x4xf32>) {
      %b = arith.subf %a, %s : tensor<?x4xf32>
      hocket.yield %b : tensor<?x4xf32>
    }
    case([1]) (%a: tensor<?x4xf32>) {
      hocket.yield %a : tensor<?x4xf32>
    }
    %e = tensor.extract %g[%c0, %c0] : tensor<?x4xf32>
    %l = tensor.from_elements %e : tensor<f32>
    hocket.yield %l, %l : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Microbatches that are all alike are one stage.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 3 : i64, schedule = "1f1b"}
// CHECK-LABEL: func.func private @stage0(
// CHECK-NOT: func.func private @stage1
func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.microbatches count(3) tokens(%t = %x : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
    %c0 = arith.constant 0 : index
    %e = tensor.extract %t[%c0, %c0] : tensor<?x4xf32>
    %l = tensor.from_elements %e : tensor<f32>
    hocket.yield %l, %l : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Given orders and a placement.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: orders = ["0F0 0B0", "1F0 1I0 1W0"], placement = array<i64: 0, 1>, schedule = "given"}
func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0B0", "1F0 1I0 1W0"]) tokens(%t = %x : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
    %0 = hocket.stage (%a = %t : tensor<?x4xf32>) -> tensor<?x4xf32> {
      hocket.yield %a : tensor<?x4xf32>
    }
    %1:2 = hocket.stage (%a = %0 : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
      %one = arith.constant dense<1.0> : tensor<f32>
      hocket.yield %one, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %1#0, %1#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// A schedule that is auto keeps its placement.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: placement = array<i64: 0, 0>, schedule = "auto"}
func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.pipeline microbatches(1) schedule(auto) placement([0, 0]) tokens(%t = %x : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
    %0 = hocket.stage (%a = %t : tensor<?x4xf32>) -> tensor<?x4xf32> {
      hocket.yield %a : tensor<?x4xf32>
    }
    %1:2 = hocket.stage (%a = %0 : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
      %one = arith.constant dense<1.0> : tensor<f32>
      hocket.yield %one, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %1#0, %1#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// Paths that are auto are no routes yet.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: limits = {path_length = 1 : i64}, microbatches = 2 : i64, nodes = [array<i64: 0>, array<i64: 0>], schedule = "1f1b"}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(2) nodes([[0]]) path_length(1) tokens(%t = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    hocket.stage () {
      hocket.yield
    }
    %0:2 = hocket.stage () -> (tensor<f32>, tensor<f32>) {
      %c = arith.constant dense<1.0> : tensor<f32>
      hocket.yield %c, %c : tensor<f32>, tensor<f32>
    }
    hocket.yield %0#0, %0#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
