// RUN: hocket-opt --hocket-merge-stages %s | FileCheck %s
// RUN: hocket-opt --hocket-merge-stages --hocket-merge-stages %s | FileCheck %s

// Two stages that differ in their parameters alone are one function; a third
// computes something else and a fourth reads another input.

// CHECK-LABEL: func.func private @stage0
// CHECK-SAME: #hocket.operand<parameter, 0>
// CHECK-SAME: #hocket.operand<parameter, 1>
// CHECK-SAME: hocket.instances = [{parameters = array<i32: 5, 4>, stage = 1 : i64}]
// CHECK-SAME: hocket.parameters = array<i32: 0, 1>
// CHECK-SAME: hocket.stage = 0 : i64
// CHECK-NOT: @stage1
// CHECK: func.func private @stage2
// CHECK-NOT: hocket.instances
// CHECK: func.func private @stage3
// CHECK-NOT: hocket.instances
func.func private @stage0(%w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
                          %v: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 1>},
                          %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %a = linalg.mul ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.sub ins(%a, %v : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
func.func private @stage1(%w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 5>},
                          %v: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 4>},
                          %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 1 : i64} {
  %a = linalg.mul ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.sub ins(%a, %v : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
func.func private @stage2(%w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 2>},
                          %v: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 3>},
                          %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 2 : i64} {
  %a = linalg.mul ins(%v, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.sub ins(%a, %w : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
func.func private @stage3(%w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 6>},
                          %v: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 7>},
                          %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 1>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 3 : i64} {
  %a = linalg.mul ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.sub ins(%a, %v : tensor<4xf32>, tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
