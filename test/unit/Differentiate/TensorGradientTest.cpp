//===- TensorGradientTest.cpp - Gradients of tensor ops -------------------===//

#include "GradientHarness.h"

#include "gtest/gtest.h"

using namespace hocket::test;

namespace {

void check(std::string source, std::string roles) {
  GradientCase gradientCase;
  gradientCase.source = std::move(source);
  gradientCase.roles = std::move(roles);
  checkGradients(gradientCase);
}

// The weight is a view of a parameter: the product accumulates into it.
TEST(TensorGradient, ReshapesOfAParameter) {
  check(R"mlir(
    func.func @stage0(%x: tensor<?x3xf64>, %w: tensor<3x2x4xf64>) -> (tensor<?x2x4xf64>, tensor<24xf64>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f64
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?x8xf64>
      %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x8xf64>) -> tensor<?x8xf64>
      %flat = tensor.collapse_shape %w [[0], [1, 2]] : tensor<3x2x4xf64> into tensor<3x8xf64>
      %y = linalg.matmul ins(%x, %flat : tensor<?x3xf64>, tensor<3x8xf64>) outs(%f : tensor<?x8xf64>) -> tensor<?x8xf64>
      %z = tensor.expand_shape %y [[0], [1, 2]] output_shape [%d, 2, 4] : tensor<?x8xf64> into tensor<?x2x4xf64>
      %line = tensor.collapse_shape %w [[0, 1, 2]] : tensor<3x2x4xf64> into tensor<24xf64>
      %s = arith.mulf %line, %line : tensor<24xf64>
      return %z, %s : tensor<?x2x4xf64>, tensor<24xf64>
    })mlir",
        "ip");
}

TEST(TensorGradient, ReshapesOfAParameterUsedDirectlyToo) {
  check(R"mlir(
    func.func @stage0(%x: tensor<2x3xf64>, %w: tensor<2x3xf64>) -> (tensor<6xf64>, tensor<2x3xf64>) {
      %dyn = tensor.cast %w : tensor<2x3xf64> to tensor<2x?xf64>
      %back = tensor.cast %dyn : tensor<2x?xf64> to tensor<2x3xf64>
      %flat = tensor.collapse_shape %back [[0, 1]] : tensor<2x3xf64> into tensor<6xf64>
      %a = math.exp %flat : tensor<6xf64>
      %b = arith.mulf %x, %w : tensor<2x3xf64>
      %flat2 = tensor.collapse_shape %b [[0, 1]] : tensor<2x3xf64> into tensor<6xf64>
      %c = arith.mulf %a, %flat2 : tensor<6xf64>
      %d = arith.mulf %w, %w : tensor<2x3xf64>
      return %c, %d : tensor<6xf64>, tensor<2x3xf64>
    })mlir",
        "ip");
}

// As the split of a joint projection into query, key and value.
TEST(TensorGradient, SlicesThatCoverTheirSource) {
  check(R"mlir(
    func.func @stage0(%x: tensor<?x6xf64>) -> tensor<?x2xf64> {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?x6xf64>
      %s = math.sin %x : tensor<?x6xf64>
      %q = tensor.extract_slice %s[0, 0] [%d, 2] [1, 1] : tensor<?x6xf64> to tensor<?x2xf64>
      %k = tensor.extract_slice %s[0, 2] [%d, 2] [1, 1] : tensor<?x6xf64> to tensor<?x2xf64>
      %v = tensor.extract_slice %s[0, 4] [%d, 2] [1, 1] : tensor<?x6xf64> to tensor<?x2xf64>
      %a = arith.mulf %q, %k : tensor<?x2xf64>
      %b = arith.mulf %a, %v : tensor<?x2xf64>
      return %b : tensor<?x2xf64>
    })mlir",
        "i");
}

TEST(TensorGradient, SlicesThatOverlapAndLeaveOut) {
  check(R"mlir(
    func.func @stage0(%x: tensor<4x6xf64>, %p: tensor<4x6xf64>) -> (tensor<4x2xf64>, tensor<2x3xf64>, tensor<3xf64>) {
      %s = math.sin %x : tensor<4x6xf64>
      %a = tensor.extract_slice %s[0, 1] [4, 2] [1, 1] : tensor<4x6xf64> to tensor<4x2xf64>
      %b = tensor.extract_slice %s[0, 2] [4, 2] [1, 1] : tensor<4x6xf64> to tensor<4x2xf64>
      %c = arith.mulf %a, %b : tensor<4x2xf64>
      %d = tensor.extract_slice %p[0, 0] [2, 3] [2, 2] : tensor<4x6xf64> to tensor<2x3xf64>
      %e = arith.mulf %d, %d : tensor<2x3xf64>
      %f = tensor.extract_slice %p[3, 1] [1, 3] [1, 1] : tensor<4x6xf64> to tensor<3xf64>
      return %c, %e, %f : tensor<4x2xf64>, tensor<2x3xf64>, tensor<3xf64>
    })mlir",
        "ip");
}

TEST(TensorGradient, InsertPadConcat) {
  check(R"mlir(
    func.func @stage0(%x: tensor<?x2xf64>, %y: tensor<?x3xf64>, %p: tensor<5x3xf64>, %q: tensor<2x3xf64>) -> (tensor<?x8xf64>, tensor<5x3xf64>) {
      %zero = arith.constant 1.5 : f64
      %a = tensor.concat dim(1) %x, %y, %x : (tensor<?x2xf64>, tensor<?x3xf64>, tensor<?x2xf64>) -> tensor<?x7xf64>
      %b = tensor.pad %a low[0, 1] high[0, 0] {
      ^bb0(%i: index, %j: index):
        tensor.yield %zero : f64
      } : tensor<?x7xf64> to tensor<?x8xf64>
      %c = arith.mulf %b, %b : tensor<?x8xf64>
      %d = tensor.insert_slice %q into %p[1, 0] [2, 3] [1, 1] : tensor<2x3xf64> into tensor<5x3xf64>
      %e = math.exp %d : tensor<5x3xf64>
      return %c, %e : tensor<?x8xf64>, tensor<5x3xf64>
    })mlir",
        "iipp");
}

TEST(TensorGradient, Scalars) {
  check(R"mlir(
    func.func @stage0(%x: tensor<3x2xf64>, %s: tensor<f64>) -> (tensor<2x2xf64>, tensor<4xf64>, tensor<3x2xf64>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %a = tensor.extract %x[%c0, %c1] : tensor<3x2xf64>
      %b = tensor.extract %x[%c2, %c0] : tensor<3x2xf64>
      %c = tensor.extract %s[] : tensor<f64>
      %d = arith.mulf %a, %b : f64
      %e = math.exp %c : f64
      %f = arith.divf %d, %e : f64
      %g = tensor.from_elements %a, %d, %e, %f : tensor<2x2xf64>
      %h = tensor.splat %f : tensor<4xf64>
      %i = tensor.insert %d into %x[%c1, %c1] : tensor<3x2xf64>
      %j = arith.mulf %i, %i : tensor<3x2xf64>
      return %g, %h, %j : tensor<2x2xf64>, tensor<4xf64>, tensor<3x2xf64>
    })mlir",
        "pi");
}

// An input that is passed on, one that is not used, and an output that does
// not depend on anything.
TEST(TensorGradient, PassedOnUnusedAndConstant) {
  check(R"mlir(
    func.func @stage0(%x: tensor<?x2xf64>, %unused: tensor<?x2xf64>, %p: tensor<2xf64>, %q: tensor<2xf64>) -> (tensor<?x2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<?x2xf64>) {
      %c = arith.constant dense<2.0> : tensor<2xf64>
      return %x, %c, %p, %x : tensor<?x2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<?x2xf64>
    })mlir",
        "iipp");
}

} // namespace
