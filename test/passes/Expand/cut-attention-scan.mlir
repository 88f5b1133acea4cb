// RUN: hocket-opt --hocket-cut-attention --split-input-file %s | FileCheck %s

// A scan of three ranks: what each rank's tokens combine to and whether it has
// some is a row of 4 + 4 + 1 numbers for each sequence. What the rows of the
// ranks before and the first token combine to is in that token's place in the
// second scan. The shift of its result takes what the rows are combined to.

// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d1 - 1, 9)>
// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: segments = array<i64: 2>
// CHECK-LABEL: func.func private @stage0(
// CHECK-SAME: %[[A:[a-z0-9]+]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 1>
// CHECK-SAME: %[[O:[a-z0-9]+]]: tensor<?xi32>
// CHECK-SAME: -> (tensor<?x9xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #[[ROW]]}
// CHECK: %[[S:.*]]:2 = hocket.scan inputs(%[[A]], %[[B]] :
// CHECK: %[[P:.*]] = hocket.take_end %[[S]]#0 offsets(%[[O]]) last
// CHECK: %[[Q:.*]] = hocket.take_end %[[S]]#1 offsets(%[[O]]) last
// CHECK: %[[THERE:.*]] = linalg.generic
// CHECK: arith.cmpi sgt
// CHECK: %[[PACKED:.*]] = tensor.concat dim(1) %[[P]], %[[Q]], %[[THERE]]
// CHECK: return %[[PACKED]], %[[A]], %[[B]]

// CHECK-LABEL: func.func private @stage1(
// CHECK-SAME: %[[R0:[a-z0-9]+]]: tensor<?x9xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #[[ROW]]}
// CHECK-SAME: %[[R1:[a-z0-9]+]]: tensor<?x9xf32> {hocket.operand = #hocket.operand<attended, 1>, hocket.shape = #[[ROW]]}
// CHECK-SAME: %[[A:[a-z0-9]+]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 1>
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 2>
// CHECK-SAME: %[[O:[a-z0-9]+]]: tensor<?xi32>
// CHECK-SAME: hocket.gathers = {reverse = false, row = 0 : i64, slots = 2 : i64}
// CHECK: %[[FA:.*]] = hocket.take_end %[[A]] offsets(%[[O]]) :
// CHECK: %[[FB:.*]] = hocket.take_end %[[B]] offsets(%[[O]]) :
// CHECK: %[[OWN:.*]] = tensor.concat dim(1) %[[FA]], %[[FB]],
// CHECK: %[[E0:.*]] = tensor.expand_shape %[[R0]]
// CHECK: %[[E1:.*]] = tensor.expand_shape %[[R1]]
// CHECK: %[[E2:.*]] = tensor.expand_shape %[[OWN]]
// CHECK: tensor.concat dim(1) %[[E0]], %[[E1]], %[[E2]] : {{.*}} -> tensor<?x3x9xf32>
// Rows without tokens in front are sequences of their own.
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?x3xi32>)
// CHECK: %[[OFFSETS:.*]] = tensor.concat dim(0) {{.*}} : (tensor<?xi32>, tensor<1xi32>) -> tensor<?xi32>
// CHECK: %[[ROWS:.*]]:2 = hocket.scan {{.*}} offsets(%[[OFFSETS]] :
// CHECK: %[[WB:.*]] = tensor.expand_shape %[[ROWS]]#1 {{.*}} into tensor<?x3x4xf32>
// CHECK: %[[TB:.*]] = tensor.extract_slice %[[WB]][0, 2, 0]
// CHECK: %[[SB:.*]] = hocket.put_end %[[TB]] into %[[B]] offsets(%[[O]]) :
// CHECK: %[[Y:.*]]:2 = hocket.scan inputs(%[[A]], %[[SB]] :
// CHECK: %[[BEFORE:.*]] = tensor.extract_slice %[[WB]][0, 1, 0]
// CHECK: %[[FIRST:.*]] = linalg.generic {{.*}} ins(%[[BEFORE]],
// CHECK: %[[MOVED:.*]] = hocket.shift %[[Y]]#1 offsets(%[[O]]) :
// CHECK: hocket.put_end %[[FIRST]] into %[[MOVED]] offsets(%[[O]]) :
// CHECK-NOT: hocket.rows_before
func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 3 : i64, method = "ring"}}
func.func private @stage0(%a: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %b: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 1>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  %s:2 = hocket.scan inputs(%a, %b : tensor<?x4xf32>, tensor<?x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^combine(%ai: tensor<4xf32>, %bi: tensor<4xf32>, %aj: tensor<4xf32>, %bj: tensor<4xf32>):
    %p = arith.mulf %aj, %ai : tensor<4xf32>
    %m = arith.mulf %aj, %bi : tensor<4xf32>
    %s = arith.addf %m, %bj : tensor<4xf32>
    hocket.yield %p, %s : tensor<4xf32>, tensor<4xf32>
  }
  %before = hocket.shift %s#1 offsets(%o) : tensor<?x4xf32>, tensor<?xi32>
  %y = arith.addf %before, %s#1 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A recurrence from the back of the sequences: two shifts at the start, an
// iteration, and the step that has the gradient, with a fixed Jacobian. What is
// passed on before that has no gradient.

// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: segments = array<i64: 5>
// CHECK-LABEL: func.func private @stage1(
// CHECK-SAME: tensor<?x5xf32> {hocket.detached, hocket.operand = #hocket.operand<attended, 0>
// CHECK-SAME: tensor<?x4xf32> {hocket.detached, hocket.operand = #hocket.operand<input, 1>
// CHECK-SAME: -> (tensor<?x5xf32> {hocket.detached, hocket.operand = #hocket.operand<output, 0>
// CHECK-SAME: hocket.gathers = {reverse = true, row = 0 : i64, slots = 1 : i64}
// CHECK: hocket.shift %{{.*}} reverse
// CHECK: hocket.put_end %{{.*}} last
// CHECK-LABEL: func.func private @stage3(
// CHECK-NOT: = hocket.detach 
// CHECK: %[[H:.*]]:2 = hocket.scan {{.*}} reverse {
// CHECK: %[[MOVED:.*]] = hocket.shift %[[H]]#1 {{.*}} reverse
// CHECK: %[[ALL:.*]] = hocket.put_end %{{.*}} into %[[MOVED]] {{.*}} last
// CHECK: %[[FIXED:.*]] = hocket.detach %[[ALL]]
// CHECK: %[[CELL:.*]]:2 = linalg.generic
// CHECK: %[[F:.*]] = linalg.generic
// CHECK: %[[J:.*]] = hocket.detach %[[CELL]]#1
// CHECK: %[[JH:.*]] = arith.mulf %[[J]], %[[FIXED]]
// CHECK: %[[REST:.*]] = arith.subf %[[F]], %[[JH]]
// CHECK: hocket.scan inputs(%[[J]], %[[REST]] :
// CHECK-LABEL: func.func private @stage4(
// CHECK-SAME: tensor<?x9xf32> {hocket.operand = #hocket.operand<attended, 0>
// CHECK: %[[H:.*]]:2 = hocket.scan
// CHECK: %[[H:.*]]:2 = hocket.scan
// CHECK: return %[[H]]#1

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ulysses"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>},
                          %w: tensor<4xf32> {hocket.operand = #hocket.operand<parameter, 0>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) parameters(%w : tensor<4xf32>) offsets(%o : tensor<?xi32>) newton(1) reverse -> tensor<?x4xf32> {
  ^cell(%h0: f32, %xt: f32, %wt: f32):
    %wh = arith.mulf %wt, %h0 : f32
    %sum = arith.addf %wh, %xt : f32
    %new = math.tanh %sum : f32
    hocket.yield %new : f32
  }
  return %h : tensor<?x4xf32>
}
