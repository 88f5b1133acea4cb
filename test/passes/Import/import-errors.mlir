// RUN: hocket-opt %s --hocket-import --split-input-file --verify-diagnostics --allow-unregistered-dialect

// expected-error @+1 {{'hocket.sentinels' must be an array of i64 of at least 500 each, usually primes, such as array<i64: 7919>; it is array<i64: 61>}}
module attributes {hocket.sentinels = array<i64: 61>} {
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
// expected-error @+1 {{argument #1, a parameter of type 'tensor<7920xf32>', has a size that cannot be told from the sentinel 7919; export the model with another sentinel}}
func.func @parameter(%x: tensor<7919xf32> {hocket.role = #hocket.role<batch>}, %w: tensor<7920xf32> {hocket.role = #hocket.role<param>}) {
  return
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
// expected-note @+1 {{the function is here}}
func.func @no_source() -> tensor<7919xf32> {
  // expected-error @+1 {{'tensor.empty' op needs the size that 7919 stands for, and no argument of the function has it; pass a tensor of this size to the function, or inline it first}}
  %0 = tensor.empty() : tensor<7919xf32>
  return %0 : tensor<7919xf32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 503>} {
func.func @table(%x: tensor<503xf32>) -> (tensor<503xi1>, tensor<f32>) {
  // expected-warning @+1 {{holds 503, the sentinel, as a floating-point number, which stays as it is; if it is meant to be a number of tokens, let the model count them (sum ones over them)}}
  %n = arith.constant dense<503.0> : tensor<f32>
  // expected-error @+1 {{'arith.constant' op has different elements for each of the tokens that the sentinel stands for, and cannot take a dynamic size; compute it, or make it an argument}}
  %c = arith.constant dense<"0x4420823CFDE6F1C26B30F90EC7DD01E4887534A20F0B0D04C36ED80E71E0FD77B07670EB940BD5335F973DAAD8619B91FFC911F57CCED458BBBF2CE0375355"> : tensor<503xi1>
  return %c, %n : tensor<503xi1>, tensor<f32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @shape(%x: tensor<7919x4xf32>) {
  // expected-error @+1 {{'arith.constant' op holds the sentinel, or the last index below it, as one of several integers, and cannot take a dynamic one}}
  %c = arith.constant dense<[7919, 2, 2]> : tensor<3xindex>
  %0 = tensor.reshape %x(%c) : (tensor<7919x4xf32>, tensor<3xindex>) -> tensor<7919x2x2xf32>
  return
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @half(%x: tensor<7919xf32>) -> tensor<3959xf32> {
  // expected-error @+1 {{'tensor.extract_slice' op takes a constant size, 3959, of dimension 0, which is dynamic; if it was computed from the sentinel (half of the tokens, say), it cannot be imported}}
  %0 = tensor.extract_slice %x[0] [3959] [1] : tensor<7919xf32> to tensor<3959xf32>
  return %0 : tensor<3959xf32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @every_other(%x: tensor<7919xf32>) -> tensor<3960xf32> {
  // expected-error @+1 {{'tensor.extract_slice' op takes a part of dimension 0, which is dynamic, with a stride; how many elements that is was fixed at the sentinel size}}
  %0 = tensor.extract_slice %x[0] [3960] [2] : tensor<7919xf32> to tensor<3960xf32>
  return %0 : tensor<3960xf32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @reverse(%x: tensor<7919xf32>) -> tensor<7919xf32> {
  %e = tensor.empty() : tensor<7919xf32>
  // expected-error @+1 {{'linalg.generic' op accesses dimension 0 of operand #0 by affine_map<(d0) -> (-d0 + 7918)>, reversed or with a stride; that dimension is dynamic, and the bounds were fixed at the sentinel size}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (7918 - d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x : tensor<7919xf32>) outs(%e : tensor<7919xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<7919xf32>
  return %0 : tensor<7919xf32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @unregistered(%x: tensor<7919xf32>) -> tensor<7919xf32> {
  // expected-error @+1 {{'some.op' op belongs to no dialect that is loaded, and cannot take a dynamic size}}
  %0 = "some.op"(%x) : (tensor<7919xf32>) -> tensor<7919xf32>
  return %0 : tensor<7919xf32>
}
}

// -----

module attributes {hocket.sentinels = array<i64: 7919>} {
func.func @generate(%x: tensor<7919xf32>) -> tensor<7919xf32> {
  // expected-error @+2 {{'tensor.generate' op cannot take the dynamic size that replaces a sentinel}}
  // expected-note @+1 {{then: 'tensor.generate' op incorrect number of dynamic sizes, has 0, expected 1}}
  %0 = tensor.generate {
  ^bb0(%i: index):
    %v = tensor.extract %x[%i] : tensor<7919xf32>
    tensor.yield %v : f32
  } : tensor<7919xf32>
  return %0 : tensor<7919xf32>
}
}

// -----

// expected-error @+1 {{'hocket.attention' must be a dictionary with 'causal', true or false, and 'scale', an f32; it is {causal = true, scale = 1.000000e+00 : f64}}}
func.func private @config(tensor<8x4x16xf32>, tensor<8x2x16xf32>, tensor<8x2x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
    attributes {hocket.attention = {causal = true, scale = 1.0 : f64}}

// -----

// expected-error @+1 {{with 'hocket.attention' must take a query [T, H, D], a key and a value [T, Hk, D] and offsets [S], and return the output, of the query's type}}
func.func private @signature(tensor<8x4x16xf32>, tensor<8x2x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
    attributes {hocket.attention = {causal = true, scale = 1.0 : f32}}

// -----

// What the op's verifier says is said at the call.
func.func private @heads(tensor<8x4x16xf32>, tensor<8x3x16xf32>, tensor<8x3x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
    attributes {hocket.attention = {causal = true, scale = 1.0 : f32}}
// expected-note @+1 {{key of type 'tensor<8x3x16xf32>' comes from here}}
func.func @heads_caller(%q: tensor<8x4x16xf32>, %k: tensor<8x3x16xf32>, %o: tensor<3xi32>) -> tensor<8x4x16xf32> {
  // expected-error @+1 {{needs the number of query heads (4) to be a multiple of the number of key heads (3)}}
  %0 = call @heads(%q, %k, %k, %o) : (tensor<8x4x16xf32>, tensor<8x3x16xf32>, tensor<8x3x16xf32>, tensor<3xi32>) -> tensor<8x4x16xf32>
  return %0 : tensor<8x4x16xf32>
}
