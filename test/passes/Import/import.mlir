// RUN: hocket-opt %s --hocket-import --split-input-file | FileCheck %s --implicit-check-not=7919 --implicit-check-not=hocket.sentinels
// A module that has been imported stays as it is.
// RUN: hocket-opt %s --hocket-import --split-input-file | hocket-opt --hocket-import --split-input-file | FileCheck %s
// The fixture of the tiny GPT is what the exported model becomes.
// RUN: hocket-opt %fixtures/gpt-tiny/exported.mlir --hocket-import | diff - %fixtures/gpt-tiny/model.mlir
// RUN: hocket-opt %fixtures/gpt-tied-sgd/exported.mlir --hocket-import | diff - %fixtures/gpt-tied-sgd/model.mlir

// Types, sizes of ops and constants of such a size; sizes that have nothing to
// do with a sentinel stay.
module attributes {hocket.sentinels = array<i64: 7919>} {
// CHECK-LABEL: func.func @sizes
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[W:.*]]: tensor<8000x4xf32>) -> tensor<?x8xf32>
func.func @sizes(%x: tensor<7919x4xf32>, %w: tensor<8000x4xf32>) -> tensor<7919x8xf32> {
  // CHECK: %[[T:.*]] = tensor.dim %[[X]], %{{.*}} : tensor<?x4xf32>
  // CHECK: %[[TWO:.*]] = arith.muli %[[T]]
  // CHECK-NOT: tensor.dim
  // CHECK: tensor.expand_shape %[[X]] {{\[\[}}0], [1, 2]] output_shape [%[[T]], 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
  %0 = tensor.expand_shape %x [[0], [1, 2]] output_shape [7919, 2, 2] : tensor<7919x4xf32> into tensor<7919x2x2xf32>
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : tensor<?x2x2xf32> into tensor<?x2xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<7919x2x2xf32> into tensor<15838x2xf32>
  // CHECK: tensor.expand_shape %{{.*}} output_shape [%[[TWO]], 2, 1] : tensor<?x2xf32> into tensor<?x2x1xf32>
  %2 = tensor.expand_shape %1 [[0], [1, 2]] output_shape [15838, 2, 1] : tensor<15838x2xf32> into tensor<15838x2x1xf32>
  // CHECK: tensor.empty(%[[T]]) : tensor<?x4xf32>
  %3 = tensor.empty() : tensor<7919x4xf32>
  // CHECK: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
  // CHECK: %[[INIT:.*]] = tensor.empty(%[[T]]) : tensor<?x4xf32>
  // CHECK: %[[ONES:.*]] = linalg.fill ins(%[[ONE]] : f32) outs(%[[INIT]] : tensor<?x4xf32>)
  %4 = arith.constant dense<1.0> : tensor<7919x4xf32>
  // CHECK: linalg.add ins(%[[X]], %[[ONES]] : tensor<?x4xf32>, tensor<?x4xf32>)
  %5 = linalg.add ins(%x, %4 : tensor<7919x4xf32>, tensor<7919x4xf32>) outs(%3 : tensor<7919x4xf32>) -> tensor<7919x4xf32>
  // CHECK: %[[S:.*]] = arith.constant 2.0
  // CHECK: tensor.splat %[[S]][%[[T]]] : tensor<?x8xf32>
  %s = arith.constant 2.0 : f32
  %6 = tensor.splat %s : tensor<7919x8xf32>
  return %6 : tensor<7919x8xf32>
}
}

// -----

// Pads, windows and slices of the tokens: sizes near the sentinel.
module attributes {hocket.sentinels = array<i64: 7919>} {
// CHECK-LABEL: func.func @shifts
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>)
func.func @shifts(%x: tensor<7919xf32>) -> (tensor<7919xf32>, tensor<7921xf32>, tensor<3xf32>) {
  // CHECK: %[[T:.*]] = tensor.dim %[[X]]
  // CHECK: %[[LAST:.*]] = arith.addi %[[T]], %c-1{{.*}} : index
  %c = arith.constant 0.0 : f32
  // CHECK: tensor.pad %[[X]] low[2] high[0]
  // CHECK: tensor<?xf32> to tensor<?xf32>
  %0 = tensor.pad %x low[2] high[0] {
  ^bb0(%i: index):
    tensor.yield %c : f32
  } : tensor<7919xf32> to tensor<7921xf32>
  // CHECK: tensor.extract_slice %{{.*}}[1] [%[[T]]] [1] : tensor<?xf32> to tensor<?xf32>
  %1 = tensor.extract_slice %0[1] [7919] [1] : tensor<7921xf32> to tensor<7919xf32>
  // CHECK: tensor.extract_slice %[[X]][%[[LAST]]] [1] [1] : tensor<?xf32> to tensor<1xf32>
  %2 = tensor.extract_slice %x[7918] [1] [1] : tensor<7919xf32> to tensor<1xf32>
  // CHECK: tensor.extract_slice %[[X]][4] [3] [1] : tensor<?xf32> to tensor<3xf32>
  %3 = tensor.extract_slice %x[4] [3] [1] : tensor<7919xf32> to tensor<3xf32>
  // CHECK: tensor.insert_slice %{{.*}} into %[[X]][%[[LAST]]] [1] [1] : tensor<1xf32> into tensor<?xf32>
  %4 = tensor.insert_slice %2 into %x[7918] [1] [1] : tensor<1xf32> into tensor<7919xf32>
  return %4, %0, %3 : tensor<7919xf32>, tensor<7921xf32>, tensor<3xf32>
}
}

// -----

// Integers: the bounds of an index, also in the body of an op; another function
// gets its sizes from its own arguments.
module attributes {hocket.sentinels = array<i64: 7919, 1193>} {
// CHECK-LABEL: func.func @numbers
// CHECK-SAME: (%[[X:.*]]: tensor<?x2xf32>, %[[I:.*]]: tensor<?xi32>) -> (tensor<?xf32>, tensor<i32>)
func.func @numbers(%x: tensor<15838x2xf32>, %i: tensor<1193xi32>) -> (tensor<1193xf32>, tensor<i32>) {
  // CHECK: %[[TWO:.*]] = tensor.dim %[[X]], %{{.*}} : tensor<?x2xf32>
  // CHECK: %[[T:.*]] = arith.divui %[[TWO]], %{{.*}} : index
  // CHECK: %[[LAST:.*]] = arith.addi %[[T]]
  // CHECK: %[[S:.*]] = tensor.dim %[[I]], %{{.*}} : tensor<?xi32>
  %c0 = arith.constant 0 : index
  // CHECK: tensor.empty(%[[S]]) : tensor<?xf32>
  %e = tensor.empty() : tensor<1193xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%i : tensor<1193xi32>) outs(%e : tensor<1193xf32>) {
  ^bb0(%in: i32, %out: f32):
    %last = arith.constant 7918 : index
    %a = arith.index_cast %in : i32 to index
    // CHECK: arith.minsi %{{.*}}, %[[LAST]] : index
    %b = arith.minsi %a, %last : index
    %v = tensor.extract %x[%b, %c0] : tensor<15838x2xf32>
    linalg.yield %v : f32
  } -> tensor<1193xf32>
  // CHECK: %[[CAST:.*]] = arith.index_cast %[[T]] : index to i32
  // CHECK: %[[N:.*]] = tensor.from_elements %[[CAST]] : tensor<i32>
  // CHECK: return %{{.*}}, %[[N]]
  %n = arith.constant dense<7919> : tensor<i32>
  return %0, %n : tensor<1193xf32>, tensor<i32>
}

// CHECK-LABEL: func.func @caller
// CHECK: call @numbers(%{{.*}}, %{{.*}}) : (tensor<?x2xf32>, tensor<?xi32>) -> (tensor<?xf32>, tensor<i32>)
func.func @caller(%x: tensor<15838x2xf32>, %i: tensor<1193xi32>) -> tensor<1193xf32> {
  %0:2 = call @numbers(%x, %i) : (tensor<15838x2xf32>, tensor<1193xi32>) -> (tensor<1193xf32>, tensor<i32>)
  return %0#0 : tensor<1193xf32>
}
}

// -----

// Calls of attention become the op; the function goes, and so does what it
// alone called, but not what others call.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:.*]]: tensor<8x4x16xf32>, %[[K:.*]]: tensor<8x2x16xf32>, %[[O:.*]]: tensor<3xi32>)
func.func @attention(%q: tensor<8x4x16xf32>, %k: tensor<8x2x16xf32>, %o: tensor<3xi32>) -> tensor<8x4x16xf32> {
  // CHECK-NEXT: %[[A:.*]], %{{.*}} = hocket.attention %[[Q]], %[[K]], %[[K]] offsets(%[[O]]) scale(2.500000e-01) causal :
  // CHECK-SAME: -> tensor<8x4x16xf32>, tensor<8x4xf32>
  %0 = call @causal(%q, %k, %k, %o) : (tensor<8x4x16xf32>, tensor<8x2x16xf32>, tensor<8x2x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
  // CHECK-NEXT: %[[B:.*]], %{{.*}} = hocket.attention %[[A]], %[[K]], %[[K]] offsets(%[[O]]) scale(5.000000e-01) :
  %1 = call @full(%0, %k, %k, %o) : (tensor<8x4x16xf32>, tensor<8x2x16xf32>, tensor<8x2x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
  // CHECK-NEXT: call @shared
  %2 = call @shared(%1) : (tensor<8x4x16xf32>) -> tensor<8x4x16xf32>
  return %2 : tensor<8x4x16xf32>
}
// CHECK-NOT: @causal
func.func private @causal(%q: tensor<8x4x16xf32>, %k: tensor<8x2x16xf32>, %v: tensor<8x2x16xf32>, %o: tensor<3xi32>) -> tensor<8x4x16xf32>
    attributes {hocket.attention = {causal = true, scale = 0.25 : f32}} {
  %0 = call @helper(%q) : (tensor<8x4x16xf32>) -> tensor<8x4x16xf32>
  return %0 : tensor<8x4x16xf32>
}
// CHECK-NOT: @helper
func.func private @helper(%x: tensor<8x4x16xf32>) -> tensor<8x4x16xf32> {
  %0 = call @shared(%x) : (tensor<8x4x16xf32>) -> tensor<8x4x16xf32>
  return %0 : tensor<8x4x16xf32>
}
// CHECK: func.func private @shared
func.func private @shared(tensor<8x4x16xf32>) -> tensor<8x4x16xf32>
// CHECK-NOT: @full
func.func private @full(tensor<8x4x16xf32>, tensor<8x2x16xf32>, tensor<8x2x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
    attributes {hocket.attention = {causal = false, scale = 0.5 : f32}}
// CHECK: func.func private @unused
func.func private @unused()
