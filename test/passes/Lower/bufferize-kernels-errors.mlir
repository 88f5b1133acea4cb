// RUN: hocket-opt --hocket-bufferize-kernels --split-input-file --verify-diagnostics %s

// expected-error @+1 {{argument #0 has no `hocket.operand`}}
func.func @unbound(%a: tensor<4xf32>) attributes {hocket.kernel = "F"} {
  return
}

// -----

// expected-error @+1 {{argument #0 has dynamic extents and no `hocket.shape`}}
func.func @unknown_extent(%a: tensor<?xf32> {hocket.operand = #hocket.operand<input, 0>}) attributes {hocket.kernel = "F"} {
  return
}

// -----

// expected-error @+1 {{must have a body of one block to be lowered}}
func.func @blocks(%a: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>}) attributes {hocket.kernel = "F"} {
  cf.br ^next
^next:
  return
}

// -----

func.func @unknown_op(%a: tensor<4xf32> {hocket.operand = #hocket.operand<input, 0>}, %i: tensor<4x1xi32> {hocket.operand = #hocket.operand<batch, 0>})
    -> (tensor<4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.kernel = "F"} {
  // expected-error @+1 {{op was not bufferized}}
  %r = tensor.gather %a[%i] gather_dims([0]) : (tensor<4xf32>, tensor<4x1xi32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
