// RUN: hocket-opt --hocket-differentiate=split --split-input-file %s | FileCheck %s

// The gradient of the activation between the two products is needed for the
// input and for the first parameter: Bi computes it and keeps it as a residual.
// What is cheap, the tanh, is computed again in W.

// CHECK-LABEL: func.func private @stage0.forward
// CHECK-SAME: -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}, tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 0>})
// CHECK-LABEL: func.func private @stage0.backward_input(
// CHECK-SAME: %[[W:.*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 0>}
// CHECK-SAME: %[[V:.*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 1>}
// CHECK-SAME: #hocket.operand<residual, 0>
// CHECK-SAME: %[[DY:.*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>})
// CHECK-SAME: -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<input_gradient, 0>}, tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 1>})
// CHECK-SAME: hocket.kernel = "Bi"
// CHECK: %[[DT:.*]] = linalg.matmul {{.*}} ins(%[[DY]], %[[V]]
// CHECK: %[[DH:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[DT]]
// CHECK: %[[DX:.*]] = linalg.matmul {{.*}} ins(%[[DH]], %[[W]]
// CHECK-NOT: linalg.matmul
// CHECK: return %[[DX]], %[[DH]]
// CHECK-LABEL: func.func private @stage0.backward_weight(
// CHECK-SAME: %[[X:.*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>}
// CHECK-SAME: %[[H:.*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 0>}
// CHECK-SAME: %[[KEPT:.*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 1>}
// CHECK-SAME: %[[DY:.*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>}
// CHECK-SAME: %[[DW:.*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 0>}
// CHECK-SAME: %[[DV:.*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 1>})
// CHECK-SAME: hocket.kernel = "W"
// CHECK: %[[T:.*]] = linalg.tanh ins(%[[H]]
// CHECK-DAG: linalg.matmul {{.*}} ins(%[[T]], %[[DY]] {{.*}} outs(%[[DV]]
// CHECK-DAG: linalg.matmul {{.*}} ins(%[[X]], %[[KEPT]] {{.*}} outs(%[[DW]]
// CHECK-NOT: linalg.matmul
// CHECK: return
func.func private @stage0(
    %w: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %v: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 1>},
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>})
    attributes {hocket.stage = 0 : i64} {
  %cst = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x4xf32>
  %zero = linalg.fill ins(%cst : f32) outs(%e : tensor<8x4xf32>) -> tensor<8x4xf32>
  %h = linalg.matmul ins(%x, %w : tensor<8x4xf32>, tensor<4x4xf32>) outs(%zero : tensor<8x4xf32>) -> tensor<8x4xf32>
  %t = linalg.tanh ins(%h : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = linalg.matmul ins(%t, %v : tensor<8x4xf32>, tensor<4x4xf32>) outs(%zero : tensor<8x4xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// -----

// Nothing is before the stage and only one parameter is in it: there is no Bi.

// CHECK-LABEL: func.func private @single.forward
// CHECK-NOT: @single.backward_input
// CHECK: func.func private @single.backward_weight
func.func private @single(
    %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>})
    attributes {hocket.stage = 0 : i64} {
  %y = linalg.mul ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Without parameters there is no W.

// CHECK-LABEL: func.func private @none.forward
// CHECK: func.func private @none.backward_input
// CHECK-NOT: @none.backward_weight
func.func private @none(%x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>})
    attributes {hocket.stage = 1 : i64} {
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// One op would compute the gradients of both factors: it becomes two.

// CHECK-LABEL: func.func private @both.backward_input
// CHECK-NOT: gradient, 0>{{.*}}hocket.operand<gradient
// CHECK-SAME: -> (tensor<4xf32> {hocket.operand = #hocket.operand<input_gradient, 0>})
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
// CHECK-LABEL: func.func private @both.backward_weight
// CHECK-SAME: -> (tensor<4xf32> {hocket.operand = #hocket.operand<gradient, 0>})
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
func.func private @both(
    %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>})
    attributes {hocket.stage = 1 : i64} {
  %y = linalg.mul ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// The gradient of what an attention gives belongs to Bi.

// CHECK-LABEL: func.func private @attends.backward_input(
// CHECK-SAME: -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<attended_gradient, 0>, hocket.shape = #{{.*}}})
// CHECK-LABEL: func.func private @attends.backward_weight(
// CHECK-SAME: tensor<?x4xf32> {hocket.operand = #hocket.operand<attended, 0>,
// CHECK-SAME: -> (tensor<4xf32> {hocket.operand = #hocket.operand<gradient, 0>})
func.func private @attends(%o: tensor<?x4xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                           %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    attributes {hocket.stage = 1 : i64} {
  %y = linalg.generic {indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> (i)>, affine_map<(t, i) -> (t, i)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%o, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%o : tensor<?x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
