//===- LinalgGradientTest.cpp - Gradients of structured ops ---------------===//

#include "GradientHarness.h"

#include "gtest/gtest.h"

using namespace hocket::test;

namespace {

void check(std::string source, std::string roles, bool isLast = false,
           std::string before = "") {
  GradientCase gradientCase;
  gradientCase.source = std::move(source);
  gradientCase.roles = std::move(roles);
  gradientCase.isLast = isLast;
  gradientCase.before = std::move(before);
  checkGradients(gradientCase);
}

TEST(LinalgGradient, Matmul) {
  check(R"mlir(
    func.func @stage0(%x: tensor<?x3xf64>, %w: tensor<3x4xf64>) -> tensor<?x4xf64> {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f64
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?x4xf64>
      %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x4xf64>) -> tensor<?x4xf64>
      %y = linalg.matmul ins(%x, %w : tensor<?x3xf64>, tensor<3x4xf64>) outs(%f : tensor<?x4xf64>) -> tensor<?x4xf64>
      return %y : tensor<?x4xf64>
    })mlir",
        "ip");
}

// Weights as stored, both factors transposed, initial value not zero, and the
// result used twice.
TEST(LinalgGradient, MatmulTransposedOntoValues) {
  check(R"mlir(
    #A = affine_map<(m, n, k) -> (k, m)>
    #B = affine_map<(m, n, k) -> (n, k)>
    #C = affine_map<(m, n, k) -> (m, n)>
    func.func @stage0(%x: tensor<3x5xf64>, %w: tensor<4x3xf64>, %b: tensor<5x4xf64>) -> (tensor<5x4xf64>, tensor<5x4xf64>) {
      %y = linalg.matmul indexing_maps = [#A, #B, #C]
          ins(%x, %w : tensor<3x5xf64>, tensor<4x3xf64>) outs(%b : tensor<5x4xf64>) -> tensor<5x4xf64>
      %z = arith.mulf %y, %y : tensor<5x4xf64>
      return %y, %z : tensor<5x4xf64>, tensor<5x4xf64>
    })mlir",
        "ipp");
}

// A parameter used by two products, one of which has it on the left.
TEST(LinalgGradient, SharedParameter) {
  check(R"mlir(
    func.func @stage0(%x: tensor<4x4xf64>, %w: tensor<4x4xf64>) -> tensor<4x4xf64> {
      %zero = arith.constant dense<0.0> : tensor<4x4xf64>
      %y = linalg.matmul ins(%x, %w : tensor<4x4xf64>, tensor<4x4xf64>) outs(%zero : tensor<4x4xf64>) -> tensor<4x4xf64>
      %z = linalg.matmul ins(%w, %y : tensor<4x4xf64>, tensor<4x4xf64>) outs(%y : tensor<4x4xf64>) -> tensor<4x4xf64>
      return %z : tensor<4x4xf64>
    })mlir",
        "ip");
}

TEST(LinalgGradient, BatchMatmul) {
  check(R"mlir(
    func.func @stage0(%x: tensor<2x3x4xf64>, %w: tensor<2x4x5xf64>) -> tensor<2x3x5xf64> {
      %zero = arith.constant dense<0.0> : tensor<2x3x5xf64>
      %y = linalg.batch_matmul ins(%x, %w : tensor<2x3x4xf64>, tensor<2x4x5xf64>) outs(%zero : tensor<2x3x5xf64>) -> tensor<2x3x5xf64>
      return %y : tensor<2x3x5xf64>
    })mlir",
        "pi");
}

TEST(LinalgGradient, MatvecVecmatDot) {
  check(R"mlir(
    func.func @stage0(%x: tensor<3x4xf64>, %v: tensor<4xf64>, %u: tensor<3xf64>) -> (tensor<f64>, tensor<4xf64>) {
      %z3 = arith.constant dense<0.0> : tensor<3xf64>
      %z4 = arith.constant dense<0.0> : tensor<4xf64>
      %z = arith.constant dense<0.0> : tensor<f64>
      %a = linalg.matvec ins(%x, %v : tensor<3x4xf64>, tensor<4xf64>) outs(%z3 : tensor<3xf64>) -> tensor<3xf64>
      %b = linalg.vecmat ins(%u, %x : tensor<3xf64>, tensor<3x4xf64>) outs(%z4 : tensor<4xf64>) -> tensor<4xf64>
      %c = linalg.dot ins(%a, %u : tensor<3xf64>, tensor<3xf64>) outs(%z : tensor<f64>) -> tensor<f64>
      return %c, %b : tensor<f64>, tensor<4xf64>
    })mlir",
        "pip");
}

// As einsum('td,dhk->thk') of a model: a contraction that is no matmul.
TEST(LinalgGradient, GenericContraction) {
  check(R"mlir(
    #A = affine_map<(t, h, k, d) -> (t, d)>
    #B = affine_map<(t, h, k, d) -> (d, h, k)>
    #C = affine_map<(t, h, k, d) -> (t, h, k)>
    func.func @stage0(%x: tensor<?x3xf64>, %w: tensor<3x2x4xf64>) -> tensor<?x2x4xf64> {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f64
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?x2x4xf64>
      %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?x2x4xf64>) -> tensor<?x2x4xf64>
      %y = linalg.generic {indexing_maps = [#A, #B, #C], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%x, %w : tensor<?x3xf64>, tensor<3x2x4xf64>) outs(%f : tensor<?x2x4xf64>) {
      ^bb0(%a: f64, %b: f64, %o: f64):
        %e1 = math.exp %a : f64
        %m = arith.mulf %e1, %b : f64
        %s = arith.addf %o, %m : f64
        linalg.yield %s : f64
      } -> tensor<?x2x4xf64>
      return %y : tensor<?x2x4xf64>
    })mlir",
        "ip");
}

// Broadcasts along rows and columns, a unit dimension read at a constant, a
// transposed operand, a captured scalar and the loop index.
// The gradients of a weighted sum multiply and add, over loops that only one
// factor reads: they are no contractions.
TEST(LinalgGradient, WeightedSum) {
  check(R"mlir(
    #TI = affine_map<(t, i) -> (t, i)>
    #I = affine_map<(t, i) -> (i)>
    #S = affine_map<(t, i) -> ()>
    func.func @stage0(%x: tensor<?x3xf64>, %w: tensor<3xf64>) -> tensor<f64> {
      %zero = arith.constant dense<0.0> : tensor<f64>
      %sum = linalg.generic {indexing_maps = [#TI, #I, #S], iterator_types = ["reduction", "reduction"]}
          ins(%x, %w : tensor<?x3xf64>, tensor<3xf64>) outs(%zero : tensor<f64>) {
      ^bb0(%a: f64, %b: f64, %acc: f64):
        %p = arith.mulf %a, %b : f64
        %s = arith.addf %acc, %p : f64
        linalg.yield %s : f64
      } -> tensor<f64>
      return %sum : tensor<f64>
    })mlir",
        "ip");
}

TEST(LinalgGradient, ElementwiseWithBroadcasts) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    #row = affine_map<(t, i) -> (t, 0)>
    #col = affine_map<(t, i) -> (i)>
    #tr = affine_map<(t, i) -> (i, t)>
    #none = affine_map<(t, i) -> ()>
    func.func @stage0(%x: tensor<?x3xf64>, %m: tensor<?x1xf64>, %g: tensor<3xf64>, %u: tensor<3x?xf64>, %s: tensor<f64>) -> tensor<?x3xf64> {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?x3xf64>
      %scalar = tensor.extract %s[] : tensor<f64>
      %y = linalg.generic {indexing_maps = [#id, #row, #col, #tr, #none, #id], iterator_types = ["parallel", "parallel"]}
          ins(%x, %m, %g, %u, %s : tensor<?x3xf64>, tensor<?x1xf64>, tensor<3xf64>, tensor<3x?xf64>, tensor<f64>) outs(%e : tensor<?x3xf64>) {
      ^bb0(%a: f64, %b: f64, %c: f64, %v: f64, %w: f64, %o: f64):
        %i = linalg.index 1 : index
        %j = arith.index_cast %i : index to i64
        %f = arith.sitofp %j : i64 to f64
        %p = arith.subf %a, %b : f64
        %q = arith.mulf %p, %c : f64
        %r = arith.mulf %q, %v : f64
        %k = arith.mulf %f, %scalar : f64
        %l = arith.mulf %k, %a : f64
        %n = arith.addf %r, %l : f64
        %h = arith.mulf %n, %w : f64
        linalg.yield %h : f64
      } -> tensor<?x3xf64>
      return %y : tensor<?x3xf64>
    })mlir",
        "iipip");
}

// Reads a column of a larger tensor: only it has a gradient.
TEST(LinalgGradient, ConstantIndexInsideATensor) {
  check(R"mlir(
    #id = affine_map<(t) -> (t)>
    #second = affine_map<(t) -> (t, 1)>
    func.func @stage0(%x: tensor<4x3xf64>, %y: tensor<4xf64>) -> tensor<4xf64> {
      %e = tensor.empty() : tensor<4xf64>
      %z = linalg.generic {indexing_maps = [#second, #id, #id], iterator_types = ["parallel"]}
          ins(%x, %y : tensor<4x3xf64>, tensor<4xf64>) outs(%e : tensor<4xf64>) {
      ^bb0(%a: f64, %b: f64, %o: f64):
        %p = arith.mulf %a, %b : f64
        linalg.yield %p : f64
      } -> tensor<4xf64>
      return %z : tensor<4xf64>
    })mlir",
        "pi");
}

TEST(LinalgGradient, InitialValueReadElementwise) {
  check(R"mlir(
    #id = affine_map<(i) -> (i)>
    func.func @stage0(%x: tensor<4xf64>, %y: tensor<4xf64>) -> tensor<4xf64> {
      %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<4xf64>) outs(%y : tensor<4xf64>) {
      ^bb0(%a: f64, %o: f64):
        %p = arith.mulf %a, %o : f64
        linalg.yield %p : f64
      } -> tensor<4xf64>
      return %z : tensor<4xf64>
    })mlir",
        "pi");
}

// Two results of one op, one of which is used further on.
TEST(LinalgGradient, SeveralResults) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    #row = affine_map<(t, i) -> (t)>
    func.func @stage0(%x: tensor<?x3xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f64
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?xf64>
      %f = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
      %y:2 = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<?x3xf64>) outs(%f, %f : tensor<?xf64>, tensor<?xf64>) {
      ^bb0(%a: f64, %o: f64, %p: f64):
        %s = arith.addf %a, %o : f64
        %q = arith.mulf %a, %a : f64
        %r = arith.subf %p, %q : f64
        linalg.yield %s, %r : f64, f64
      } -> (tensor<?xf64>, tensor<?xf64>)
      %z = arith.mulf %y#0, %y#1 : tensor<?xf64>
      return %y#1, %z : tensor<?xf64>, tensor<?xf64>
    })mlir",
        "i");
}

TEST(LinalgGradient, Extrema) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    #row = affine_map<(t, i) -> (t)>
    func.func @stage0(%x: tensor<?x6xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
      %c0 = arith.constant 0 : index
      %low = arith.constant 0xFFF0000000000000 : f64
      %high = arith.constant 0x7FF0000000000000 : f64
      %d = tensor.dim %x, %c0 : tensor<?x6xf64>
      %e = tensor.empty(%d) : tensor<?xf64>
      %f = linalg.fill ins(%low : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
      %g = linalg.fill ins(%high : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
      %y:2 = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<?x6xf64>) outs(%f, %g : tensor<?xf64>, tensor<?xf64>) {
      ^bb0(%a: f64, %o: f64, %p: f64):
        %q = arith.mulf %a, %a : f64
        %s = arith.maximumf %o, %q : f64
        %r = arith.minnumf %a, %p : f64
        linalg.yield %s, %r : f64, f64
      } -> (tensor<?xf64>, tensor<?xf64>)
      return %y#0, %y#1 : tensor<?xf64>, tensor<?xf64>
    })mlir",
        "i");
}

// Equal candidates share the gradient: moving both moves the maximum.
TEST(LinalgGradient, ExtremumSharedByTies) {
  check(R"mlir(
    #src = affine_map<(t, i) -> (t)>
    #row = affine_map<(t, i) -> (t)>
    #wide = affine_map<(t, i) -> (t, i)>
    func.func @stage0(%x: tensor<4xf64>) -> tensor<4xf64> {
      %e = tensor.empty() : tensor<4x3xf64>
      %low = arith.constant dense<0xFFF0000000000000> : tensor<4xf64>
      %b = linalg.broadcast ins(%x : tensor<4xf64>) outs(%e : tensor<4x3xf64>) dimensions = [1]
      %y = linalg.reduce { arith.maximumf } ins(%b : tensor<4x3xf64>) outs(%low : tensor<4xf64>) dimensions = [1]
      return %y : tensor<4xf64>
    })mlir",
        "i");
}

TEST(LinalgGradient, NamedMovesAndMaps) {
  check(R"mlir(
    func.func @stage0(%x: tensor<4x3xf64>, %s: tensor<f64>) -> tensor<3xf64> {
      %e = tensor.empty() : tensor<3x4xf64>
      %e3 = tensor.empty() : tensor<3xf64>
      %scalar = tensor.extract %s[] : tensor<f64>
      %t = linalg.transpose ins(%x : tensor<4x3xf64>) outs(%e : tensor<3x4xf64>) permutation = [1, 0]
      %m = linalg.map { math.exp } ins(%t : tensor<3x4xf64>) outs(%e : tensor<3x4xf64>)
      %f = linalg.fill ins(%scalar : f64) outs(%e3 : tensor<3xf64>) -> tensor<3xf64>
      %r = linalg.reduce { arith.addf } ins(%m : tensor<3x4xf64>) outs(%f : tensor<3xf64>) dimensions = [1]
      %a = linalg.add ins(%r, %f : tensor<3xf64>, tensor<3xf64>) outs(%e3 : tensor<3xf64>) -> tensor<3xf64>
      %q = linalg.mul ins(%a, %r : tensor<3xf64>, tensor<3xf64>) outs(%e3 : tensor<3xf64>) -> tensor<3xf64>
      return %q : tensor<3xf64>
    })mlir",
        "ip");
}

// An embedding: rows of a table, several tokens may read the same.
TEST(LinalgGradient, GatherRows) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    #row = affine_map<(t, i) -> (t)>
    func.func @stage0(%e: tensor<3x4xf64>, %tok: tensor<?xi32>) -> tensor<?x4xf64> {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %d = tensor.dim %tok, %c0 : tensor<?xi32>
      %empty = tensor.empty(%d) : tensor<?x4xf64>
      %y = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
          ins(%tok : tensor<?xi32>) outs(%empty : tensor<?x4xf64>) {
      ^bb0(%a: i32, %o: f64):
        %j = linalg.index 1 : index
        %n = arith.index_cast %a : i32 to index
        %p = arith.maxsi %n, %c0 : index
        %q = arith.minsi %p, %c2 : index
        %v = tensor.extract %e[%q, %j] : tensor<3x4xf64>
        %w = arith.mulf %v, %v : f64
        linalg.yield %w : f64
      } -> tensor<?x4xf64>
      return %y : tensor<?x4xf64>
    })mlir",
        "pb");
}

// As take_along_axis in a cross-entropy, fused with the sum over the tokens.
TEST(LinalgGradient, GatherElementsInAReduction) {
  check(R"mlir(
    #src = affine_map<(t) -> (t)>
    #none = affine_map<(t) -> ()>
    func.func @stage0(%x: tensor<?x3xf64>, %tgt: tensor<?xi32>, %m: tensor<?xi1>) -> (tensor<f64>, tensor<f64>) {
      %zero = arith.constant dense<0.0> : tensor<f64>
      %one = arith.constant dense<1.0> : tensor<f64>
      %z = arith.constant 0.0 : f64
      %y = linalg.generic {indexing_maps = [#src, #src, #none], iterator_types = ["reduction"]}
          ins(%tgt, %m : tensor<?xi32>, tensor<?xi1>) outs(%zero : tensor<f64>) {
      ^bb0(%a: i32, %k: i1, %o: f64):
        %t = linalg.index 0 : index
        %n = arith.index_cast %a : i32 to index
        %v = tensor.extract %x[%t, %n] : tensor<?x3xf64>
        %e = math.exp %v : f64
        %s = arith.select %k, %e, %z : f64
        %w = arith.subf %o, %s : f64
        linalg.yield %w : f64
      } -> tensor<f64>
      return %y, %one : tensor<f64>, tensor<f64>
    })mlir",
        "ibb", /*isLast=*/true);
}

// A concatenation as StableHLO writes it.
TEST(LinalgGradient, ConcatenationByCondition) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    func.func @stage0(%x: tensor<?x3xf64>, %y: tensor<?x2xf64>) -> tensor<?x5xf64> {
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %d = tensor.dim %x, %c0 : tensor<?x3xf64>
      %e = tensor.empty(%d) : tensor<?x5xf64>
      %z = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x5xf64>) {
      ^bb0(%o: f64):
        %t = linalg.index 0 : index
        %i = linalg.index 1 : index
        %c = arith.cmpi ult, %i, %c3 : index
        %r = scf.if %c -> f64 {
          %v = tensor.extract %x[%t, %i] : tensor<?x3xf64>
          %s = arith.mulf %v, %v : f64
          scf.yield %s : f64
        } else {
          %j = arith.subi %i, %c3 : index
          %v = tensor.extract %y[%t, %j] : tensor<?x2xf64>
          scf.yield %v : f64
        }
        linalg.yield %r : f64
      } -> tensor<?x5xf64>
      return %z : tensor<?x5xf64>
    })mlir",
        "ip");
}

// The same element read by several loops: a row that is read backwards cannot
// be added as a row.
TEST(LinalgGradient, GatherReversed) {
  check(R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    func.func @stage0(%x: tensor<3x4xf64>) -> tensor<2x4xf64> {
      %c3 = arith.constant 3 : index
      %e = tensor.empty() : tensor<2x4xf64>
      %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<2x4xf64>) {
      ^bb0(%o: f64):
        %t = linalg.index 0 : index
        %i = linalg.index 1 : index
        %j = arith.subi %c3, %i : index
        %v = tensor.extract %x[%t, %j] : tensor<3x4xf64>
        %w = tensor.extract %x[%t, %i] : tensor<3x4xf64>
        %p = arith.mulf %v, %w : f64
        linalg.yield %p : f64
      } -> tensor<2x4xf64>
      return %y : tensor<2x4xf64>
    })mlir",
        "p");
}

constexpr const char *kLayerNormAndLoss = R"mlir(
    #id = affine_map<(t, i) -> (t, i)>
    #row = affine_map<(t, i) -> (t)>
    #col = affine_map<(t, i) -> (i)>
    #none = affine_map<(t) -> ()>
    #t = affine_map<(t) -> (t)>
    func.func @stage0(%x: tensor<?x4xf64>, %g: tensor<4xf64>, %b: tensor<4xf64>, %w: tensor<4x4xf64>, %tgt: tensor<?xi32>) -> (tensor<f64>, tensor<f64>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f64
      %n = arith.constant 4.0 : f64
      %eps = arith.constant 1.0e-2 : f64
      %d = tensor.dim %x, %c0 : tensor<?x4xf64>
      %e1 = tensor.empty(%d) : tensor<?xf64>
      %e2 = tensor.empty(%d) : tensor<?x4xf64>
      %z1 = linalg.fill ins(%zero : f64) outs(%e1 : tensor<?xf64>) -> tensor<?xf64>
      %z2 = linalg.fill ins(%zero : f64) outs(%e2 : tensor<?x4xf64>) -> tensor<?x4xf64>
      %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x4xf64>) outs(%z1 : tensor<?xf64>) dimensions = [1]
      %var = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
          ins(%x, %sum : tensor<?x4xf64>, tensor<?xf64>) outs(%z1 : tensor<?xf64>) {
      ^bb0(%a: f64, %s: f64, %o: f64):
        %m = arith.divf %s, %n : f64
        %p = arith.subf %a, %m : f64
        %q = arith.mulf %p, %p : f64
        %r = arith.addf %o, %q : f64
        linalg.yield %r : f64
      } -> tensor<?xf64>
      %norm = linalg.generic {indexing_maps = [#id, #row, #row, #col, #col, #id], iterator_types = ["parallel", "parallel"]}
          ins(%x, %sum, %var, %g, %b : tensor<?x4xf64>, tensor<?xf64>, tensor<?xf64>, tensor<4xf64>, tensor<4xf64>) outs(%e2 : tensor<?x4xf64>) {
      ^bb0(%a: f64, %s: f64, %v: f64, %gg: f64, %bb: f64, %o: f64):
        %m = arith.divf %s, %n : f64
        %p = arith.subf %a, %m : f64
        %k = arith.divf %v, %n : f64
        %l = arith.addf %k, %eps : f64
        %r = math.rsqrt %l : f64
        %q = arith.mulf %p, %r : f64
        %h = arith.mulf %q, %gg : f64
        %f = arith.addf %h, %bb : f64
        linalg.yield %f : f64
      } -> tensor<?x4xf64>
      %logits = linalg.matmul ins(%norm, %w : tensor<?x4xf64>, tensor<4x4xf64>) outs(%z2 : tensor<?x4xf64>) -> tensor<?x4xf64>
      %low = arith.constant 0xFFF0000000000000 : f64
      %i1 = linalg.fill ins(%low : f64) outs(%e1 : tensor<?xf64>) -> tensor<?xf64>
      %max = linalg.reduce { arith.maximumf } ins(%logits : tensor<?x4xf64>) outs(%i1 : tensor<?xf64>) dimensions = [1]
      %den = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
          ins(%logits, %max : tensor<?x4xf64>, tensor<?xf64>) outs(%z1 : tensor<?xf64>) {
      ^bb0(%a: f64, %s: f64, %o: f64):
        %p = arith.subf %a, %s : f64
        %q = math.exp %p : f64
        %r = arith.addf %o, %q : f64
        linalg.yield %r : f64
      } -> tensor<?xf64>
      %init = arith.constant dense<0.0> : tensor<f64>
      %loss = linalg.generic {indexing_maps = [#t, #t, #t, #none], iterator_types = ["reduction"]}
          ins(%max, %den, %tgt : tensor<?xf64>, tensor<?xf64>, tensor<?xi32>) outs(%init : tensor<f64>) {
      ^bb0(%m: f64, %s: f64, %k: i32, %o: f64):
        %t = linalg.index 0 : index
        %j = arith.index_cast %k : i32 to index
        %v = tensor.extract %logits[%t, %j] : tensor<?x4xf64>
        %l = math.log %s : f64
        %p = arith.addf %m, %l : f64
        %q = arith.subf %p, %v : f64
        %r = arith.addf %o, %q : f64
        linalg.yield %r : f64
      } -> tensor<f64>
      %one = arith.constant dense<1.0> : tensor<f64>
      return %loss, %one : tensor<f64>, tensor<f64>
    })mlir";

TEST(LinalgGradient, LayerNormAndCrossEntropy) {
  check(kLayerNormAndLoss, "ipppb", /*isLast=*/true);
}

TEST(LinalgGradient, LayerNormAndCrossEntropyFused) {
  check(kLayerNormAndLoss, "ipppb", /*isLast=*/true,
        "builtin.module(func.func(linalg-generalize-named-ops,"
        "linalg-fuse-elementwise-ops,canonicalize,cse))");
}

} // namespace
