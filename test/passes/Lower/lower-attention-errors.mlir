// RUN: split-file %s %t
// RUN: hocket-opt %t/types.mlir --hocket-lower-attention --split-input-file --verify-diagnostics
// RUN: not hocket-opt %t/rows.mlir --pass-pipeline='builtin.module(hocket-lower-attention{block-rows=0})' 2>&1 | FileCheck %t/rows.mlir

//--- types.mlir
func.func @element(%q: tensor<?x4x16xf64>, %k: tensor<?x2x16xf64>, %s: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op is lowered in f32 only, not in 'f64'}}
  %o, %lse = hocket.attention %q, %k, %k offsets(%s) scale(0.25)
      : tensor<?x4x16xf64>, tensor<?x2x16xf64>, tensor<?x2x16xf64>, tensor<?xi32> -> tensor<?x4x16xf64>, tensor<?x4xf32>
  return
}

// -----

func.func @heads(%q: tensor<?x?x16xf32>, %k: tensor<?x2x16xf32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs static numbers of heads and a static head size to be lowered, not 'tensor<?x?x16xf32>'}}
  %o, %lse = hocket.attention %q, %k, %k offsets(%s) scale(0.25)
      : tensor<?x?x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x?x16xf32>, tensor<?x?xf32>
  return
}

// -----

func.func @value_size(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x?xf32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs static numbers of heads and a static head size to be lowered, not 'tensor<?x2x?xf32>'}}
  %o, %lse = hocket.attention %q, %k, %v offsets(%s) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x?xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// Every op that cannot be lowered is named, not the first alone.
func.func @gradient(%q: tensor<?x4x16xf16>, %k: tensor<?x2x16xf16>, %s: tensor<?xi32>, %o: tensor<?x4x16xf16>, %lse: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention' op is lowered in f32 only, not in 'f16'}}
  %p, %l = hocket.attention %q, %k, %k offsets(%s) scale(0.25)
      : tensor<?x4x16xf16>, tensor<?x2x16xf16>, tensor<?x2x16xf16>, tensor<?xi32> -> tensor<?x4x16xf16>, tensor<?x4xf32>
  // expected-error @+1 {{'hocket.attention_grad' op is lowered in f32 only, not in 'f16'}}
  %r:3 = hocket.attention_grad %q, %k, %k offsets(%s) forward(%o, %lse) gradient(%o) scale(0.25)
      : (tensor<?x4x16xf16>, tensor<?x2x16xf16>, tensor<?x2x16xf16>, tensor<?xi32>, tensor<?x4x16xf16>, tensor<?x4xf32>, tensor<?x4x16xf16>) -> (tensor<?x4x16xf16>, tensor<?x2x16xf16>, tensor<?x2x16xf16>)
  return
}

// -----

// The numbers of heads of a part may be dynamic, the size of a head may not.
func.func @part_size(%q: tensor<?x?x?xf32>, %k: tensor<?x?x?xf32>, %t: tensor<?xi32>, %lse: tensor<?x?xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a static head size to be lowered, not 'tensor<?x?x?xf32>'}}
  %o, %l = hocket.attention_part %q, %k, %k table(%t) running(%q, %lse) scale(0.25)
      : (tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?xi32>, tensor<?x?x?xf32>, tensor<?x?xf32>) -> (tensor<?x?x?xf32>, tensor<?x?xf32>)
  return
}

// -----

func.func @part_gradient(%q: tensor<?x?x16xf64>, %k: tensor<?x?x16xf64>, %t: tensor<?xi32>, %lse: tensor<?x?xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op is lowered in f32 only, not in 'f64'}}
  %g:3 = hocket.attention_part_grad %q, %k, %k table(%t) forward(%lse) gradient(%q, %lse) running(%q, %k, %k) scale(0.25)
      : (tensor<?x?x16xf64>, tensor<?x?x16xf64>, tensor<?x?x16xf64>, tensor<?xi32>, tensor<?x?xf32>, tensor<?x?x16xf64>, tensor<?x?xf32>, tensor<?x?x16xf64>, tensor<?x?x16xf64>, tensor<?x?x16xf64>)
      -> (tensor<?x?x16xf64>, tensor<?x?x16xf64>, tensor<?x?x16xf64>)
  return
}

//--- rows.mlir
// CHECK: error: hocket-lower-attention needs at least one row a block, not 0
