// RUN: hocket-opt --hocket-differentiate --split-input-file --verify-diagnostics %s

// Calls must have been inlined.

func.func private @layer(tensor<4xf32>) -> tensor<4xf32>
func.func @stage0(
    // expected-note @below {{the gradient of this value is needed}}
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'func.call' op is a call, through which no gradient passes; inline it first}}
  %y = func.call @layer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// An op without a rule on the way of a gradient.

func.func @stage0(
    %x: tensor<4x4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %e = tensor.empty() : tensor<4x4xf32>
  // expected-note @below {{the gradient of this value is needed}}
  %z = linalg.exp ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-error @below {{'linalg.softmax' op has no differentiation rule, and a gradient must pass through it; write it with ops of linalg, tensor, arith and math, or give it a ReverseDifferentiableOpInterface}}
  %y = linalg.softmax dimension(1) ins(%z : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// The same op off the way of a gradient is no matter.

func.func @stage0(
    %x: tensor<4x4xf32> {hocket.operand = #hocket.operand<input, 0>},
    %b: tensor<4x4xf32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<4x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %e = tensor.empty() : tensor<4x4xf32>
  %s = linalg.softmax dimension(1) ins(%b : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = linalg.mul ins(%x, %s : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// A scalar op without a rule.

#id = affine_map<(i) -> (i)>
func.func @stage0(
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    // expected-error @below {{'arith.remf' op has no differentiation rule, and a gradient must pass through it; write it with ops of arith and math, or give it a ScalarDifferentiableOpInterface}}
    %r = arith.remf %a, %a : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A product over a dimension.

#id = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @stage0(
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %one = arith.constant dense<1.0> : tensor<f32>
  // expected-error @below {{'linalg.generic' op result #0 is reduced in a way that has no differentiation rule; sums, maxima and minima have one}}
  %y = linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%x : tensor<4xf32>) outs(%one : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    // expected-note @below {{combined here by arith.mulf}}
    %r = arith.mulf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// A maximum over values and a value to begin with, both of which need a
// gradient.

#id = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @stage0(
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>},
    // expected-note @below {{the initial value}}
    %z: tensor<f32> {hocket.operand = #hocket.operand<input, 1>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'linalg.generic' op is a maximum or minimum whose initial value needs a gradient, which has no differentiation rule; combine it with the initial value in an op of its own}}
  %y = linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%x : tensor<4xf32>) outs(%z : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// A convolution reads its input through a map that is no permutation.

func.func @stage0(
    // expected-note @below {{the operand}}
    %x: tensor<8xf32> {hocket.operand = #hocket.operand<input, 0>},
    %k: tensor<3xf32> {hocket.operand = #hocket.operand<parameter, 0>})
    -> (tensor<6xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %z = arith.constant dense<0.0> : tensor<6xf32>
  // expected-error @below {{'linalg.conv_1d' op reads an operand that needs a gradient through the map affine_map<(d0, d1) -> (d0 + d1)>, which has no differentiation rule; each of its results must be another loop or a constant}}
  %y = linalg.conv_1d ins(%x, %k : tensor<8xf32>, tensor<3xf32>) outs(%z : tensor<6xf32>) -> tensor<6xf32>
  return %y : tensor<6xf32>
}

// -----

// A padding value that needs a gradient.

func.func @stage0(
    %x: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<6xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %v = tensor.extract %x[%c0] : tensor<4xf32>
  // expected-error @below {{'tensor.pad' op pads with a value that needs a gradient, which has no differentiation rule; pad with a constant}}
  %y = tensor.pad %x low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %v : f32
  } : tensor<4xf32> to tensor<6xf32>
  return %y : tensor<6xf32>
}

// -----

// A value that the backward reads and that has an extent which depends on data.

#id = affine_map<(t, i) -> (t, i)>
#T = affine_map<(d0, d1) -> (d0)>
#T4 = affine_map<(d0, d1) -> (d0, 4)>
func.func @stage0(
    %n: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #T},
    %x: tensor<?x4xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = #T4},
    %w: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
    %u: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 1>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %init = arith.constant dense<0.0> : tensor<f32>
  %i = tensor.extract %n[%c0] : tensor<?xi32>
  %m = arith.index_cast %i : i32 to index
  %s = tensor.extract_slice %x[0, 0] [%m, 4] [1, 1] : tensor<?x4xf32> to tensor<?x4xf32>
  %e = tensor.empty(%m) : tensor<?x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  // expected-error @below {{'linalg.matmul' op has a result that the backward reads but that cannot be kept}}
  %y = linalg.matmul ins(%s, %w : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = linalg.matmul ins(%y, %u : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
  %r = linalg.reduce { arith.addf } ins(%z : tensor<?x4xf32>) outs(%init : tensor<f32>) dimensions = [0, 1]
  return %r : tensor<f32>
}

// -----

// expected-error @below {{'func.func' op argument #0 has no `hocket.operand`; stages are made by hocket-outline}}
func.func @stage0(%x: tensor<4xf32>)
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{'func.func' op argument #0 has dynamic extents but no `hocket.shape`}}
func.func @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<input, 0>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  return %x : tensor<?xf32>
}

// -----

// The combine region of a scan holds an op without a rule.

func.func @stage0(
    %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>},
    %o: tensor<3xi32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-note @below {{the gradient of this value is needed}}
  %s = hocket.scan inputs(%x : tensor<8x4xf32>) offsets(%o : tensor<3xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %e = tensor.empty() : tensor<4xf32>
    // expected-error @below {{'linalg.softmax' op has no differentiation rule, and a gradient must pass through it}}
    %y = linalg.softmax dimension(0) ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    hocket.yield %y : tensor<4xf32>
  }
  return %s : tensor<8x4xf32>
}
