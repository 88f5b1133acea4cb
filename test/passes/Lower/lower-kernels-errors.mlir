// RUN: hocket-opt --hocket-lower-kernels --verify-diagnostics %s

func.func @k(%x: tensor<?x2x4xf64> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>},
             %s: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x2x4xf64> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>}) attributes {hocket.kernel = "F"} {
  // expected-error @+1 {{is lowered in f32 only, not in 'f64'}}
  %o, %lse = hocket.attention %x, %x, %x offsets(%s) scale(0.25) : tensor<?x2x4xf64>, tensor<?x2x4xf64>, tensor<?x2x4xf64>, tensor<?xi32> -> tensor<?x2x4xf64>, tensor<?x2xf32>
  return %o : tensor<?x2x4xf64>
}
