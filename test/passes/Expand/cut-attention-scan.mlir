// RUN: hocket-opt --hocket-cut-attention --split-input-file %s | FileCheck %s
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
