// RUN: hocket-opt --hocket-differentiate --split-input-file %s | FileCheck %s
// RUN: hocket-opt --hocket-differentiate=forward-only --split-input-file %s | FileCheck %s --check-prefix=FORWARD

// A linear layer in the middle of a pipeline: both gradients are products, the
// one of the weight is accumulated in place, and nothing need be kept, since
// the input and the weight are bound again.

// CHECK-DAG: #[[T4:.*]] = affine_map<(d0, d1) -> (d0, 4)>
// CHECK-DAG: #[[MK:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[NK:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[KM:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK-DAG: #[[KN:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>

// CHECK-LABEL: func.func private @linear.forward(
// CHECK-SAME: %{{[^:]*}}: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 3>},
// CHECK-SAME: %{{[^:]*}}: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #[[T4]]})
// CHECK-SAME: -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #[[T4]]})
// CHECK-SAME: attributes {hocket.kernel = "F", hocket.stage = 1 : i64}
// CHECK: linalg.matmul

// CHECK-LABEL: func.func private @linear.backward(
// CHECK-SAME: %[[W:[^:]*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 3>},
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #[[T4]]},
// CHECK-SAME: %[[DY:[^:]*]]: tensor<?x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>, hocket.shape = #[[T4]]},
// CHECK-SAME: %[[DW:[^:]*]]: tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 3>})
// CHECK-SAME: -> (tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 3>},
// CHECK-SAME: tensor<?x4xf32> {hocket.operand = #hocket.operand<input_gradient, 0>, hocket.shape = #[[T4]]})
// CHECK-SAME: attributes {hocket.kernel = "B", hocket.stage = 1 : i64}
// CHECK: %[[T:.*]] = tensor.dim %[[DY]]
// CHECK: %[[E:.*]] = tensor.empty(%[[T]])
// CHECK: %[[Z:.*]] = linalg.fill {{.*}} outs(%[[E]]
// CHECK: %[[DX:.*]] = linalg.matmul indexing_maps = [#[[MK]], #[[NK]], #[[MN]]] ins(%[[DY]], %[[W]] : {{.*}}) outs(%[[Z]]
// CHECK: %[[SUM:.*]] = linalg.matmul indexing_maps = [#[[KM]], #[[KN]], #[[MN]]] ins(%[[X]], %[[DY]] : {{.*}}) outs(%[[DW]]
// CHECK: return %[[SUM]], %[[DX]]
// CHECK-NOT: func.func

// FORWARD-LABEL: func.func private @linear.forward(
// FORWARD-NOT: backward

#T4 = affine_map<(d0, d1) -> (d0, 4)>
func.func private @linear(
    %w: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 3>},
    %x: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #T4})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #T4})
    attributes {hocket.stage = 1 : i64} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %d = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%d) : tensor<?x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Of a product and of what is computed from it element by element, the product
// is kept; exp is computed again. The gradient of the bias is the sum of that
// of the sum it is part of, not another pass through exp.

// CHECK-LABEL: func.func @mlp.forward(
// CHECK-SAME: -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}, tensor<8x6xf32> {hocket.operand = #hocket.operand<residual, 0>})
// CHECK: %[[H:.*]] = linalg.matmul
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%[[H]],
// CHECK: %[[Y:.*]] = linalg.matmul ins(%[[A]],
// CHECK: return %[[Y]], %[[H]]

// CHECK-LABEL: func.func @mlp.backward(
// CHECK-SAME: %[[H:[^:]*]]: tensor<8x6xf32> {hocket.operand = #hocket.operand<residual, 0>},
// CHECK-SAME: %[[DY:[^:]*]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>}
// CHECK-SAME: %[[DB:[^:]*]]: tensor<6xf32> {hocket.operand = #hocket.operand<gradient, 1>}
// CHECK-SAME: %[[DU:[^:]*]]: tensor<6x4xf32> {hocket.operand = #hocket.operand<gradient, 2>}
// CHECK: %[[DA:.*]] = linalg.matmul indexing_maps = {{.*}} ins(%[[DY]],
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%[[H]],
// CHECK: math.exp
// CHECK: linalg.matmul indexing_maps = {{.*}} ins(%[[A]], %[[DY]] : {{.*}}) outs(%[[DU]]
// CHECK: %[[DH:.*]] = linalg.generic {{.*}} ins(%[[H]], %{{.*}}, %[[DA]]
// CHECK: math.exp
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel"]} ins(%[[DH]] : tensor<8x6xf32>) outs(%[[DB]]
// CHECK-NOT: math.exp
// CHECK: linalg.matmul indexing_maps = {{.*}} ins(%[[DH]],
// CHECK: return

#id = affine_map<(t, i) -> (t, i)>
#col = affine_map<(t, i) -> (i)>
func.func @mlp(
    %w: tensor<4x6xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %b: tensor<6xf32> {hocket.operand = #hocket.operand<parameter, 1>},
    %u: tensor<6x4xf32> {hocket.operand = #hocket.operand<parameter, 2>},
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %z6 = arith.constant dense<0.0> : tensor<8x6xf32>
  %z4 = arith.constant dense<0.0> : tensor<8x4xf32>
  %e = tensor.empty() : tensor<8x6xf32>
  %h = linalg.matmul ins(%x, %w : tensor<8x4xf32>, tensor<4x6xf32>) outs(%z6 : tensor<8x6xf32>) -> tensor<8x6xf32>
  %a = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]}
      ins(%h, %b : tensor<8x6xf32>, tensor<6xf32>) outs(%e : tensor<8x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %t = math.exp %s : f32
    linalg.yield %t : f32
  } -> tensor<8x6xf32>
  %y = linalg.matmul ins(%a, %u : tensor<8x6xf32>, tensor<6x4xf32>) outs(%z4 : tensor<8x4xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// -----

// The last stage: the loss and its weight are added to their sums, the gradient
// of the loss is 1, the weight has none. An embedding adds to its table row by
// row, in the order of the tokens.

// CHECK-DAG: #[[T:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @last.forward(
// CHECK-SAME: %[[TABLE:[^:]*]]: tensor<9x4xf32>
// CHECK-SAME: %[[TOKENS:[^:]*]]: tensor<?xi32>
// CHECK-SAME: %[[LOSS:[^:]*]]: tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, %[[WEIGHT:[^:]*]]: tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})
// CHECK-SAME: -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})
// CHECK: %[[L:.*]] = linalg.generic {{.*}} outs(%[[LOSS]] : tensor<f32>)
// CHECK: %[[W:.*]] = linalg.generic {{.*}} outs(%[[WEIGHT]] : tensor<f32>)
// CHECK: return %[[L]], %[[W]]

// CHECK-LABEL: func.func @last.backward(
// CHECK-SAME: %[[TABLE:[^:]*]]: tensor<9x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
// CHECK-SAME: %[[TOKENS:[^:]*]]: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #[[T]]},
// CHECK-SAME: %[[DTABLE:[^:]*]]: tensor<9x4xf32> {hocket.operand = #hocket.operand<gradient, 0>})
// CHECK-SAME: -> (tensor<9x4xf32> {hocket.operand = #hocket.operand<gradient, 0>})
// CHECK: %[[X:.*]] = linalg.generic {{.*}} ins(%[[TOKENS]]
// CHECK: %[[G:.*]] = linalg.generic {{.*}} ins(%[[X]]
// CHECK: %[[SUM:.*]] = scf.for %[[I:.*]] = {{.*}} iter_args(%[[ACC:.*]] = %[[DTABLE]])
// CHECK: %[[TOKEN:.*]] = tensor.extract %[[TOKENS]][%[[I]]]
// CHECK: %[[ROW:.*]] = arith.index_cast %[[TOKEN]]
// CHECK: %[[OLD:.*]] = tensor.extract_slice %[[ACC]][%[[ROW]], 0] [1, 4] [1, 1] : tensor<9x4xf32> to tensor<4xf32>
// CHECK: %[[NEW:.*]] = tensor.extract_slice %[[G]][%[[I]], 0] [1, 4] [1, 1]
// CHECK: %[[ADDED:.*]] = linalg.generic {{.*}} ins(%[[NEW]] : tensor<4xf32>) outs(%[[OLD]] : tensor<4xf32>)
// CHECK: %[[OUT:.*]] = tensor.insert_slice %[[ADDED]] into %[[ACC]][%[[ROW]], 0] [1, 4] [1, 1]
// CHECK: scf.yield %[[OUT]]
// CHECK: return %[[SUM]]

// FORWARD-LABEL: func.func @last.forward(
// FORWARD-SAME: -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})

#id = affine_map<(t, i) -> (t, i)>
#row = affine_map<(t, i) -> (t)>
#none = affine_map<(t, i) -> ()>
#T = affine_map<(d0, d1) -> (d0)>
func.func @last(
    %table: tensor<9x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %tokens: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #T})
    -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})
    attributes {hocket.stage = 3 : i64} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %d = tensor.dim %tokens, %c0 : tensor<?xi32>
  %e = tensor.empty(%d) : tensor<?x4xf32>
  %x = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%tokens : tensor<?xi32>) outs(%e : tensor<?x4xf32>) {
  ^bb0(%a: i32, %o: f32):
    %i = arith.index_cast %a : i32 to index
    %j = linalg.index 1 : index
    %v = tensor.extract %table[%i, %j] : tensor<9x4xf32>
    linalg.yield %v : f32
  } -> tensor<?x4xf32>
  %loss = linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<?x4xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.mulf %a, %a : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %loss, %one : tensor<f32>, tensor<f32>
}

// -----

// Attention: the backward is given its results. Query, key and value are slices
// of one tensor, whose gradient is put together without a fill.

// CHECK-LABEL: func.func @attend.forward(
// CHECK-SAME: tensor<?x2x8xf32> {hocket.operand = #hocket.operand<residual, 0>, hocket.shape = #{{.*}}}, tensor<?x2xf32> {hocket.operand = #hocket.operand<residual, 1>, hocket.shape = #{{.*}}})
// CHECK: %[[O:.*]], %[[LSE:.*]] = hocket.attention
// CHECK: return %[[O]], %[[O]], %[[LSE]]

// CHECK-LABEL: func.func @attend.backward(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x6x8xf32> {hocket.operand = #hocket.operand<input, 0>
// CHECK-SAME: %[[O:[^:]*]]: tensor<?x2x8xf32> {hocket.operand = #hocket.operand<residual, 0>
// CHECK-SAME: %[[LSE:[^:]*]]: tensor<?x2xf32> {hocket.operand = #hocket.operand<residual, 1>
// CHECK-SAME: %[[DO:[^:]*]]: tensor<?x2x8xf32> {hocket.operand = #hocket.operand<output_gradient, 0>
// CHECK-NOT: linalg.fill
// CHECK: %[[DQ:.*]], %[[DK:.*]], %[[DV:.*]] = hocket.attention_grad {{.*}} forward(%[[O]], %[[LSE]]) gradient(%[[DO]]) scale(2.500000e-01) causal
// CHECK-NOT: linalg.fill
// CHECK: %[[EMPTY:.*]] = tensor.empty
// CHECK: %[[A:.*]] = tensor.insert_slice %[[DV]] into %[[EMPTY]][0, 4, 0]
// CHECK: %[[B:.*]] = tensor.insert_slice %[[DK]] into %[[A]][0, 2, 0]
// CHECK: %[[C:.*]] = tensor.insert_slice %[[DQ]] into %[[B]][0, 0, 0]
// CHECK: return %[[C]]

#S = affine_map<(d0, d1) -> (d1)>
#T68 = affine_map<(d0, d1) -> (d0, 6, 8)>
#T28 = affine_map<(d0, d1) -> (d0, 2, 8)>
func.func @attend(
    %offsets: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 3>, hocket.shape = #S},
    %x: tensor<?x6x8xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #T68})
    -> (tensor<?x2x8xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #T28}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x6x8xf32>
  %q = tensor.extract_slice %x[0, 0, 0] [%d, 2, 8] [1, 1, 1] : tensor<?x6x8xf32> to tensor<?x2x8xf32>
  %k = tensor.extract_slice %x[0, 2, 0] [%d, 2, 8] [1, 1, 1] : tensor<?x6x8xf32> to tensor<?x2x8xf32>
  %v = tensor.extract_slice %x[0, 4, 0] [%d, 2, 8] [1, 1, 1] : tensor<?x6x8xf32> to tensor<?x2x8xf32>
  %o, %lse = hocket.attention %q, %k, %v offsets(%offsets) scale(0.25) causal
      : tensor<?x2x8xf32>, tensor<?x2x8xf32>, tensor<?x2x8xf32>, tensor<?xi32> -> tensor<?x2x8xf32>, tensor<?x2xf32>
  return %o : tensor<?x2x8xf32>
}

// -----

// A reshaped weight: the product accumulates into a view of the accumulator.

// CHECK-LABEL: func.func @reshaped.backward(
// CHECK-SAME: %[[DW:[^:]*]]: tensor<4x2x3xf32> {hocket.operand = #hocket.operand<gradient, 0>}
// CHECK: %[[VIEW:.*]] = tensor.collapse_shape %[[DW]] {{\[}}[0], [1, 2]]
// CHECK: %[[SUM:.*]] = linalg.matmul {{.*}} outs(%[[VIEW]] : tensor<4x6xf32>)
// CHECK: %[[BACK:.*]] = tensor.expand_shape %[[SUM]] {{\[}}[0], [1, 2]] output_shape [4, 2, 3]
// CHECK: return %[[BACK]],

func.func @reshaped(
    %w: tensor<4x2x3xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<8x6xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %z = arith.constant dense<0.0> : tensor<8x6xf32>
  %v = tensor.collapse_shape %w [[0], [1, 2]] : tensor<4x2x3xf32> into tensor<4x6xf32>
  %y = linalg.matmul ins(%x, %v : tensor<8x4xf32>, tensor<4x6xf32>) outs(%z : tensor<8x6xf32>) -> tensor<8x6xf32>
  return %y : tensor<8x6xf32>
}

// -----

// A contraction of more dimensions keeps its form, out of reach of fusion.

// CHECK-LABEL: func.func @heads.backward(
// CHECK: linalg.contract {{.*}} outs({{.*}} : tensor<8x4xf32>)
// CHECK: linalg.contract {{.*}} outs({{.*}} : tensor<4x2x3xf32>)

#A = affine_map<(t, h, k, d) -> (t, d)>
#B = affine_map<(t, h, k, d) -> (d, h, k)>
#C = affine_map<(t, h, k, d) -> (t, h, k)>
func.func @heads(
    %w: tensor<4x2x3xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<8x2x3xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %z = arith.constant dense<0.0> : tensor<8x2x3xf32>
  %y = linalg.contract indexing_maps = [#A, #B, #C] ins(%x, %w : tensor<8x4xf32>, tensor<4x2x3xf32>) outs(%z : tensor<8x2x3xf32>) -> tensor<8x2x3xf32>
  return %y : tensor<8x2x3xf32>
}

// -----

// An input that nothing reads has a gradient of zeros; an integer input has
// none.

// CHECK-LABEL: func.func @unused.backward(
// CHECK-SAME: -> (tensor<4xf32> {hocket.operand = #hocket.operand<input_gradient, 1>})
// CHECK: %[[ZERO:.*]] = linalg.fill
// CHECK: return %[[ZERO]]

func.func @unused(
    %i: tensor<4xi32> {hocket.operand = #hocket.operand<input, 0>},
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 1>})
    -> (tensor<4xi32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  return %i : tensor<4xi32>
}

// -----

// A stage that begins with an attention: the gradient of what it gives is a
// result like those of the inputs. The attention's own inputs are no arguments.

// CHECK-LABEL: func.func private @attends.forward(
// CHECK-SAME: hocket.attends = {heads = 2 : i64}
// CHECK-LABEL: func.func private @attends.backward(
// CHECK-SAME: #hocket.operand<output_gradient, 0>
// CHECK-SAME: -> (tensor<?x2x4xf32> {hocket.operand = #hocket.operand<attended_gradient, 0>, hocket.shape = #{{.*}}}, tensor<?x2x4xf32> {hocket.operand = #hocket.operand<input_gradient, 3>, hocket.shape = #{{.*}}})
// CHECK-SAME: hocket.attends = {heads = 2 : i64}
func.func private @attends(%o: tensor<?x2x4xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>},
                           %x: tensor<?x2x4xf32> {hocket.operand = #hocket.operand<input, 3>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>})
    -> (tensor<?x2x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>})
    attributes {hocket.stage = 1 : i64, hocket.attends = {heads = 2 : i64}} {
  %y = linalg.mul ins(%o, %x : tensor<?x2x4xf32>, tensor<?x2x4xf32>) outs(%x : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// -----

// A linear recurrence: the pullback of its combine region. Of the results only
// the states are read, of the inputs the decays, and only these are combined.

// CHECK-LABEL: func.func @recurrence.forward(
// CHECK: %[[S:.*]]:2 = hocket.scan
// CHECK: return %[[S]]#1, %[[S]]#1

// CHECK-LABEL: func.func @recurrence.backward(
// CHECK-SAME: %[[A:[a-z0-9]+]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>}
// CHECK-SAME: %[[O:[a-z0-9]+]]: tensor<3xi32>
// CHECK-SAME: %[[H:[a-z0-9]+]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 0>}
// CHECK-SAME: %[[DH:[a-z0-9]+]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>}
// CHECK: %[[G:.*]]:2 = hocket.scan_grad outputs(%[[H]] : tensor<8x4xf32>) elements(%[[A]] : tensor<8x4xf32>)
// CHECK-SAME: gradients(%[[DH]] : tensor<8x4xf32>) offsets(%[[O]] : tensor<3xi32>)
// CHECK-SAME: identity([dense<1.000000e+00> : tensor<f32>]) sources([-1, 0])
// CHECK-SAME: combine {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>):
// CHECK: arith.mulf
// CHECK: pullback {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %[[L:.*]]: tensor<4xf32>):
// CHECK: hocket.yield %{{.*}}, %{{.*}}, %[[L]]
// CHECK: return %[[G]]#0, %[[G]]#1

func.func @recurrence(
    %a: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>},
    %b: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 1>},
    %o: tensor<3xi32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %s:2 = hocket.scan inputs(%a, %b : tensor<8x4xf32>, tensor<8x4xf32>) offsets(%o : tensor<3xi32>)
      identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%ai: tensor<4xf32>, %bi: tensor<4xf32>, %aj: tensor<4xf32>, %bj: tensor<4xf32>):
    %p = arith.mulf %aj, %ai : tensor<4xf32>
    %q = arith.mulf %aj, %bi : tensor<4xf32>
    %r = arith.addf %q, %bj : tensor<4xf32>
    hocket.yield %p, %r : tensor<4xf32>, tensor<4xf32>
  }
  return %s#1 : tensor<8x4xf32>
}

// -----

// The gradient of a nonlinear recurrence is one scan against it, whether or not
// Newton's method solves it.

// CHECK-LABEL: func.func @cell.backward(
// CHECK-SAME: %[[H:[a-z0-9]+]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<residual, 0>}
// CHECK: %[[BEFORE:.*]] = hocket.shift %[[H]]
// CHECK: %[[J:.*]]:2 = linalg.generic
// CHECK: hocket.shift %[[J]]#1 {{.*}} reverse
// CHECK: hocket.scan {{.*}} reverse
// CHECK-NOT: hocket.scan
// CHECK: return

func.func @cell(
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>},
    %o: tensor<3xi32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %h = hocket.recurrence inputs(%x : tensor<8x4xf32>) offsets(%o : tensor<3xi32>) newton(3) -> tensor<8x4xf32> {
  ^cell(%h0: f32, %xt: f32):
    %sum = arith.addf %h0, %xt : f32
    %new = math.tanh %sum : f32
    hocket.yield %new : f32
  }
  return %h : tensor<8x4xf32>
}
