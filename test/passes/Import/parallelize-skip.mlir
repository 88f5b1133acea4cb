// A skip-pipeline: the entry has the first layers, the exit what needs the last one.
// RUN: hocket-opt %s --hocket-parallelize="microbatches=4 skip_stages=4 path_length=3 nodes=6 paths=rotate" | FileCheck %s
// RUN: hocket-opt %s --hocket-parallelize="microbatches=2 skip_stages=4 path_length=2 limits=1,2,3,4" | FileCheck %s --check-prefix=AUTO
// Layers called less often than there are stages: the chain of calls, whose last one is the exit.
// RUN: hocket-opt %s --hocket-parallelize="data=2 skip_stages=6 path_length=1 paths=rotate" | FileCheck %s --check-prefix=CHAIN

// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=1 path_length=1" 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4" 2>&1 | FileCheck %s --check-prefix=LENGTH
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=5" 2>&1 | FileCheck %s --check-prefix=LONG
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=2 nodes=3" 2>&1 | FileCheck %s --check-prefix=NODES
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=2 pipeline=2" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=2 paths=some" 2>&1 | FileCheck %s --check-prefix=PATHS
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=2 limits=1" 2>&1 | FileCheck %s --check-prefix=LIMITS
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=4 path_length=2 limits=1,2,2,1 paths=rotate microbatches=2" 2>&1 | FileCheck %s --check-prefix=JUMP
// RUN: not hocket-opt %s --hocket-parallelize="skip_stages=7 path_length=2" 2>&1 | FileCheck %s --check-prefix=LAYERS

// CHECK: hocket.skip_pipeline microbatches(4) nodes({{\[\[}}0], [1, 2], [3], [4, 5]]) path_length(3) paths({{\[\[}}0, 3, 4], [0, 2, 5], [0, 1, 3], [0, 3, 5]]) tokens
// CHECK: hocket.stage "stage0"
// CHECK-NEXT: call @embed
// CHECK-NEXT: call @block
// CHECK-NEXT: call @block
// CHECK-NEXT: hocket.yield
// CHECK: hocket.stage "stage1"
// CHECK-NEXT: call @block
// CHECK-NEXT: hocket.yield
// CHECK: hocket.stage "stage2"
// CHECK: hocket.stage "stage3"
// CHECK-NEXT: call @block
// CHECK-NEXT: hocket.yield
// CHECK: hocket.stage "stage4"
// CHECK-NEXT: call @head
// CHECK-NEXT: hocket.yield

// AUTO: hocket.skip_pipeline microbatches(2) nodes({{\[\[}}0], [1], [2], [3]]) path_length(2) paths(auto) limits(max_backward_step = 1, max_backward_sum = 2, max_backward_moves = 3, max_forward_jump = 4) tokens

// CHAIN: hocket.data degree(2)
// CHAIN: hocket.skip_pipeline microbatches(1) nodes({{.*}}) path_length(1) paths({{\[\[}}0]]) tokens
// CHAIN: hocket.stage "stage0"
// CHAIN-NEXT: call @embed
// CHAIN-NEXT: hocket.yield
// CHAIN: hocket.stage "stage1"
// CHAIN-NEXT: call @block
// CHAIN-NEXT: hocket.yield
// CHAIN: hocket.stage "stage6"
// CHAIN-NEXT: call @head

// ONE: error: hocket-parallelize: skip_stages=1 must be from 2 to 65535
// LENGTH: error: hocket-parallelize: path_length=0 must be from 1 to skip_stages=4
// LONG: error: hocket-parallelize: path_length=5 must be from 1 to skip_stages=4
// NODES: error: hocket-parallelize: nodes=3 must be from skip_stages=4 to 65535
// BOTH: error: hocket-parallelize: skip_stages goes without pipeline, chunks, schedule and placement: it makes a skip-pipeline instead
// PATHS: error: hocket-parallelize: there are no paths 'some'; write auto or rotate
// LIMITS: error: hocket-parallelize: limits takes four numbers: max_backward_step, max_backward_sum, max_backward_moves, max_forward_jump
// JUMP: error: 'hocket.skip_pipeline' op has a path of microbatch 0, [0, 3], that jumps ahead of the frontier by 3; max_forward_jump is 1
// LAYERS: error: 'func.func' op calls 6 layers, fewer than the 7 stages asked for (skip_stages, without the exit)

func.func private @embed(tensor<?xi32>) -> tensor<?xf32>
func.func private @block(tensor<?xf32>) -> tensor<?xf32>
func.func private @head(tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
func.func @loss(%x: tensor<?xi32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %0 = call @embed(%x) : (tensor<?xi32>) -> tensor<?xf32>
  %1 = call @block(%0) : (tensor<?xf32>) -> tensor<?xf32>
  %2 = call @block(%1) : (tensor<?xf32>) -> tensor<?xf32>
  %3 = call @block(%2) : (tensor<?xf32>) -> tensor<?xf32>
  %4 = call @block(%3) : (tensor<?xf32>) -> tensor<?xf32>
  %5 = call @block(%4) : (tensor<?xf32>) -> tensor<?xf32>
  %6:2 = call @head(%5) : (tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
  return %6#0, %6#1 : tensor<f32>, tensor<f32>
}
