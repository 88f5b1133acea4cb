// RUN: hocket-opt --hocket-lower-kernels --split-input-file %s | FileCheck %s

// GELU of a product plus its bias: one call and vector code, in place of the
// result; the exponential in tanh is a polynomial.

// CHECK-LABEL: llvm.func @gelu(
// CHECK-SAME: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK: llvm.call @gelu.body(
// CHECK-LABEL: llvm.func internal @gelu.body(
// CHECK: llvm.call %{{.*}}(
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> vector<16xf32>
// CHECK: llvm.intr.fma(
// CHECK-NOT: llvm.call
// CHECK: llvm.store %{{.*}} : vector<16xf32>, !llvm.ptr
// CHECK-NOT: llvm.load %{{.*}} -> f32
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
func.func @gelu(%x: tensor<?x32xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 32)>},
                %w: tensor<32x64xf32> {hocket.operand = #hocket.operand<parameter, 0>},
                %b: tensor<64xf32> {hocket.operand = #hocket.operand<parameter, 1>})
    -> (tensor<?x64xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 64)>}) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x32xf32>
  %e = tensor.empty(%t) : tensor<?x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %z = linalg.matmul ins(%x, %w : tensor<?x32xf32>, tensor<32x64xf32>) outs(%f : tensor<?x64xf32>) -> tensor<?x64xf32>
  %y = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %b : tensor<?x64xf32>, tensor<64xf32>) outs(%e : tensor<?x64xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %s = arith.addf %in, %bias : f32
    %h = math.tanh %s : f32
    %p = arith.addf %h, %one : f32
    %q = arith.mulf %p, %half : f32
    %r = arith.mulf %q, %s : f32
    linalg.yield %r : f32
  } -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
