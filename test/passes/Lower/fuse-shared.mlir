// RUN: hocket-opt --hocket-fuse-shared --cse --split-input-file %s | FileCheck %s

#id = affine_map<(i) -> (i)>

// A value with two readers of the same elements: one loop, which yields it too.

// CHECK-LABEL: func.func @momentum(
// CHECK-SAME: %[[P:[a-z0-9]*]]: tensor<?xf32>, %[[G:[a-z0-9]*]]: tensor<?xf32>, %[[M:[a-z0-9]*]]: tensor<?xf32>
// CHECK: %[[BOTH:.*]]:2 = linalg.generic
// CHECK-SAME: iterator_types = ["parallel"]
// CHECK: %[[NEXT:.*]] = arith.addf
// CHECK: %[[LESS:.*]] = arith.subf %{{.*}}, %[[NEXT]]
// CHECK: linalg.yield %[[NEXT]], %[[LESS]]
// CHECK-NOT: linalg.generic
// CHECK: return %[[BOTH]]#1, %[[BOTH]]#0
func.func @momentum(%p: tensor<?xf32>, %g: tensor<?xf32>, %m: tensor<?xf32>, %e: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %next = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m, %g : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %less = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%p, %next : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.subf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %less, %next : tensor<?xf32>, tensor<?xf32>
}

// -----

#id = affine_map<(i) -> (i)>

// AdamW's shape: two values of one producer, both read by the same op and
// returned. No op reads itself.

// CHECK-LABEL: func.func @two_states(
// CHECK-SAME: %[[G:[a-z0-9]*]]: tensor<?xf32>, %[[M:[a-z0-9]*]]: tensor<?xf32>, %[[V:[a-z0-9]*]]: tensor<?xf32>
// CHECK: %[[ALL:.*]]:3 = linalg.generic
// CHECK-SAME: ins(%[[V]], %[[M]], %[[G]] :
// CHECK-COUNT-1: arith.negf
// CHECK-NOT: arith.negf
// CHECK-NOT: linalg.generic
// CHECK: return %[[ALL]]#{{[0-2]}}, %[[ALL]]#{{[0-2]}}, %[[ALL]]#{{[0-2]}}
func.func @two_states(%g: tensor<?xf32>, %m: tensor<?xf32>, %v: tensor<?xf32>, %e: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %h = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%g : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %out: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %a = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m, %h : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %b = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%v, %h : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.mulf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %p = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.divf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %p, %a, %b : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

#id = affine_map<(i) -> (i)>

// What another op reads first stays: its value is needed before.

// CHECK-LABEL: func.func @read_before(
// CHECK: %[[A:.*]] = linalg.generic
// CHECK: %[[S:.*]] = linalg.reduce {{.*}} ins(%[[A]]
// CHECK: linalg.generic {{.*}} ins(%[[A]], %[[S]]
func.func @read_before(%x: tensor<?xf32>, %e: tensor<?xf32>, %zero: tensor<f32>) -> tensor<?xf32> {
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%v: f32, %out: f32):
    %r = math.exp %v : f32
    linalg.yield %r : f32
  } -> tensor<?xf32>
  %s = linalg.reduce { arith.addf } ins(%a : tensor<?xf32>) outs(%zero : tensor<f32>) dimensions = [0]
  %y = linalg.generic {indexing_maps = [#id, affine_map<(i) -> ()>, #id], iterator_types = ["parallel"]} ins(%a, %s : tensor<?xf32>, tensor<f32>) outs(%e : tensor<?xf32>) {
  ^bb0(%v: f32, %sum: f32, %out: f32):
    %r = arith.divf %v, %sum : f32
    linalg.yield %r : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

#row = affine_map<(i, j) -> (i)>
#id = affine_map<(i, j) -> (i, j)>

// What is the same for a row is not computed for every element of it.

// CHECK-LABEL: func.func @broadcast(
// CHECK: math.rsqrt
// CHECK: linalg.yield
// CHECK: linalg.generic
// CHECK: arith.mulf
func.func @broadcast(%x: tensor<?x8xf32>, %v: tensor<?xf32>, %e: tensor<?xf32>, %f: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?xf32>) {
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%v : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = math.rsqrt %a : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %r : tensor<?x8xf32>, tensor<?xf32>) outs(%f : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  return %y, %r : tensor<?x8xf32>, tensor<?xf32>
}
