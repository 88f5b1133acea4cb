// RUN: hocket-opt --hocket-wrap-update %s | FileCheck %s

// The optimizer becomes a kernel that divides the summed gradient by the
// step's weight; its states are named for checkpoints.

// CHECK: #[[N:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-NOT: func.func @update(
// CHECK-LABEL: func.func private @update.kernel(
// CHECK-SAME: %[[P:[^:]*]]: tensor<?xf32> {hocket.operand = #hocket.operand<parameter, 0>, hocket.shape = #[[N]]}
// CHECK-SAME: %[[G:[^:]*]]: tensor<?xf32> {hocket.operand = #hocket.operand<gradient, 0>, hocket.shape = #[[N]]}
// CHECK-SAME: %[[M:[^:]*]]: tensor<?xf32> {hocket.operand = #hocket.operand<state, 0>, hocket.shape = #[[N]]}
// CHECK-SAME: %[[STEP:[^:]*]]: tensor<f32> {hocket.operand = #hocket.operand<step, 0>}
// CHECK-SAME: %[[W:[^:]*]]: tensor<f32> {hocket.operand = #hocket.operand<weight, 0>}
// CHECK-SAME: tensor<?xf32> {hocket.operand = #hocket.operand<parameter, 0>, hocket.shape = #[[N]]}
// CHECK-SAME: tensor<?xf32> {hocket.operand = #hocket.operand<state, 0>, hocket.shape = #[[N]]}
// CHECK-SAME: hocket.kernel = "Update"
// CHECK-SAME: hocket.state_names = ["m"]
// CHECK: %[[MEAN:.*]] = linalg.generic
// CHECK-SAME: ins(%[[G]], %[[W]] :
// CHECK: arith.divf
// CHECK: ins(%[[M]], %[[MEAN]] :
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>},
                  %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>},
                  %m: tensor<?xf32> {hocket.role = #hocket.role<state>, hocket.name = "m"},
                  %step: tensor<f32> {hocket.role = #hocket.role<step>}) -> (tensor<?xf32>, tensor<?xf32>) {
  %sum = linalg.add ins(%m, %grad : tensor<?xf32>, tensor<?xf32>) outs(%m : tensor<?xf32>) -> tensor<?xf32>
  %next = linalg.sub ins(%param, %sum : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next, %sum : tensor<?xf32>, tensor<?xf32>
}
