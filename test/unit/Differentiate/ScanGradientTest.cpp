//===- ScanGradientTest.cpp - Gradients of scans and recurrences ----------===//

#include "GradientHarness.h"

#include "gtest/gtest.h"

using namespace hocket::test;

namespace {

// One sequence of two tokens, an empty one, and one of three.
const std::string kOffsets =
    "  %o = arith.constant dense<[0, 2, 2, 5]> : tensor<4xi32>\n";

/// The linear recurrence; `results` names what of it is returned.
std::string linear(const std::string &attributes, const std::string &results,
                   const std::string &types) {
  return R"(
func.func @stage0(%a: tensor<?x3xf64>, %b: tensor<?x3xf64>) -> ()" +
         types + ") {\n" + kOffsets + R"(
  %s:2 = hocket.scan inputs(%a, %b : tensor<?x3xf64>, tensor<?x3xf64>)
      offsets(%o : tensor<4xi32>)
      identity([dense<1.0> : tensor<f64>, dense<0.0> : tensor<f64>]) )" +
         attributes + R"( {
  ^bb0(%ai: tensor<3xf64>, %bi: tensor<3xf64>, %aj: tensor<3xf64>, %bj: tensor<3xf64>):
    %p = arith.mulf %aj, %ai : tensor<3xf64>
    %q = arith.mulf %aj, %bi : tensor<3xf64>
    %r = arith.addf %q, %bj : tensor<3xf64>
    hocket.yield %p, %r : tensor<3xf64>, tensor<3xf64>
  }
  return )" +
         results + " : " + types + "\n}\n";
}

TEST(ScanGradient, LinearRecurrence) {
  for (const char *attributes : {"", "reverse"}) {
    checkGradients({linear(attributes, "%s#1", "tensor<?x3xf64>"), "ii"});
    checkGradients(
        {linear(attributes, "%s#0, %s#1", "tensor<?x3xf64>, tensor<?x3xf64>"),
         "ii"});
  }
}

/// Neither linear nor of one op: the logarithm of the sum of exponentials.
TEST(ScanGradient, LogSumExp) {
  checkGradients({R"(
func.func @stage0(%x: tensor<?x2xf64>) -> tensor<?x2xf64> {
)" + kOffsets + R"(
  %s = hocket.scan inputs(%x : tensor<?x2xf64>) offsets(%o : tensor<4xi32>)
      identity([dense<0xFFF0000000000000> : tensor<f64>]) {
  ^bb0(%a: tensor<2xf64>, %b: tensor<2xf64>):
    %ea = math.exp %a : tensor<2xf64>
    %eb = math.exp %b : tensor<2xf64>
    %sum = arith.addf %ea, %eb : tensor<2xf64>
    %l = math.log %sum : tensor<2xf64>
    hocket.yield %l : tensor<2xf64>
  }
  return %s : tensor<?x2xf64>
})",
                  "i"});
}

/// Of an empty sequence there is nothing to take or to put.
TEST(ScanGradient, EndsOfSequences) {
  for (const std::string last : {"", "last"})
    checkGradients({R"(
func.func @stage0(%x: tensor<?x2xf64>, %y: tensor<3x2xf64>)
    -> (tensor<3x2xf64>, tensor<?x2xf64>) {
)" + kOffsets + R"(
  %t = hocket.take_end %x offsets(%o) )" +
                        last +
                        R"( : tensor<?x2xf64>, tensor<4xi32> -> tensor<3x2xf64>
  %p = hocket.put_end %y into %x offsets(%o) )" +
                        last +
                        R"( : tensor<3x2xf64>, tensor<?x2xf64>, tensor<4xi32>
  %s = arith.mulf %p, %p : tensor<?x2xf64>
  return %t, %s : tensor<3x2xf64>, tensor<?x2xf64>
})",
                    "ii"});
}

/// A combine region that mixes the elements of a slice.
TEST(ScanGradient, MatrixProducts) {
  for (const std::string attributes : {"", "reverse"})
    checkGradients({R"(
func.func @stage0(%x: tensor<?x2x2xf64>) -> tensor<?x2x2xf64> {
)" + kOffsets + R"(
  %s = hocket.scan inputs(%x : tensor<?x2x2xf64>) offsets(%o : tensor<4xi32>)
      identity([dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>]) )" +
                        attributes + R"( {
  ^bb0(%a: tensor<2x2xf64>, %b: tensor<2x2xf64>):
    %zero = arith.constant dense<0.0> : tensor<2x2xf64>
    %p = linalg.matmul ins(%b, %a : tensor<2x2xf64>, tensor<2x2xf64>)
        outs(%zero : tensor<2x2xf64>) -> tensor<2x2xf64>
    hocket.yield %p : tensor<2x2xf64>
  }
  return %s : tensor<?x2x2xf64>
})",
                    "i"});
}

/// Gradients pass by the elements of a tuple that have none: sums that start
/// anew where a flag is set.
TEST(ScanGradient, IntegerElements) {
  checkGradients({R"(
func.func @stage0(%x: tensor<?x2xf64>, %flag: tensor<?x2xi32>) -> tensor<?x2xf64> {
)" + kOffsets + R"(
  %s:2 = hocket.scan inputs(%flag, %x : tensor<?x2xi32>, tensor<?x2xf64>)
      offsets(%o : tensor<4xi32>)
      identity([dense<0> : tensor<i32>, dense<0.0> : tensor<f64>]) {
  ^bb0(%fi: tensor<2xi32>, %xi: tensor<2xf64>, %fj: tensor<2xi32>, %xj: tensor<2xf64>):
    %f = arith.ori %fi, %fj : tensor<2xi32>
    %zero = arith.constant dense<0> : tensor<2xi32>
    %starts = arith.cmpi ne, %fj, %zero : tensor<2xi32>
    %sum = arith.addf %xi, %xj : tensor<2xf64>
    %y = arith.select %starts, %xj, %sum : tensor<2xi1>, tensor<2xf64>
    hocket.yield %f, %y : tensor<2xi32>, tensor<2xf64>
  }
  return %s#1 : tensor<?x2xf64>
})",
                  "ib", false, -1.0, 1.0, 2});
}

/// One of the inputs is a parameter, the other one input and parameter.
TEST(ScanGradient, Parameters) {
  checkGradients({R"(
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @stage0(%x: tensor<?x3xf64>, %w: tensor<3xf64>) -> tensor<?x3xf64> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x3xf64>
  %e = tensor.empty(%t) : tensor<?x3xf64>
  %a = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<3xf64>) outs(%e : tensor<?x3xf64>) {
  ^bb0(%in: f64, %out: f64):
    linalg.yield %in : f64
  } -> tensor<?x3xf64>
  %b = arith.mulf %a, %x : tensor<?x3xf64>
)" + kOffsets + R"(
  %s:2 = hocket.scan inputs(%a, %b : tensor<?x3xf64>, tensor<?x3xf64>)
      offsets(%o : tensor<4xi32>)
      identity([dense<1.0> : tensor<f64>, dense<0.0> : tensor<f64>]) {
  ^bb0(%ai: tensor<3xf64>, %bi: tensor<3xf64>, %aj: tensor<3xf64>, %bj: tensor<3xf64>):
    %p = arith.mulf %aj, %ai : tensor<3xf64>
    %q = arith.mulf %aj, %bi : tensor<3xf64>
    %r = arith.addf %q, %bj : tensor<3xf64>
    hocket.yield %p, %r : tensor<3xf64>, tensor<3xf64>
  }
  return %s#1 : tensor<?x3xf64>
})",
                  "ip"});
}

TEST(ScanGradient, Shift) {
  for (const std::string attributes : {"", "reverse"})
    checkGradients({R"(
func.func @stage0(%x: tensor<?x3xf64>) -> tensor<?x3xf64> {
)" + kOffsets + "  %y = hocket.shift %x offsets(%o) " +
                        attributes + R"( : tensor<?x3xf64>, tensor<4xi32>
  %z = arith.mulf %y, %x : tensor<?x3xf64>
  return %z : tensor<?x3xf64>
})",
                    "i"});
}

TEST(ScanGradient, RecurrenceOfOneState) {
  for (const std::string attributes : {"", "reverse"})
    checkGradients({R"(
func.func @stage0(%x: tensor<?x3xf64>, %z: tensor<?x3xf64>, %u: tensor<3xf64>) -> tensor<?x3xf64> {
)" + kOffsets + R"(
  %h = hocket.recurrence inputs(%x, %z : tensor<?x3xf64>, tensor<?x3xf64>)
      parameters(%u : tensor<3xf64>) offsets(%o : tensor<4xi32>) )" +
                        attributes + R"( -> tensor<?x3xf64> {
  ^cell(%h0: f64, %xt: f64, %zt: f64, %ut: f64):
    %uh = arith.mulf %ut, %h0 : f64
    %sum = arith.addf %uh, %xt : f64
    %new = math.tanh %sum : f64
    %change = arith.subf %new, %h0 : f64
    %gated = arith.mulf %zt, %change : f64
    %h1 = arith.addf %h0, %gated : f64
    hocket.yield %h1 : f64
  }
  return %h : tensor<?x3xf64>
})",
                    "iip"});
}

/// Blocks of 2 x 2, none of whose entries is zero.
TEST(ScanGradient, RecurrenceOfTwoStates) {
  for (const std::string results : {"%h#0", "%h#0, %h#1"}) {
    std::string types = results.size() > 4 ? "tensor<?x2xf64>, tensor<?x2xf64>"
                                           : "tensor<?x2xf64>";
    checkGradients({R"(
func.func @stage0(%x: tensor<?x2xf64>, %u: tensor<2xf64>, %v: tensor<2xf64>) -> ()" +
                        types + ") {\n" + kOffsets + R"(
  %h:2 = hocket.recurrence inputs(%x : tensor<?x2xf64>)
      parameters(%u, %v : tensor<2xf64>, tensor<2xf64>) offsets(%o : tensor<4xi32>)
      -> tensor<?x2xf64>, tensor<?x2xf64> {
  ^cell(%h0: f64, %c0: f64, %xt: f64, %ut: f64, %vt: f64):
    %uh = arith.mulf %ut, %h0 : f64
    %sum = arith.addf %uh, %xt : f64
    %gate = math.tanh %sum : f64
    %vc = arith.mulf %vt, %c0 : f64
    %c1 = arith.addf %vc, %gate : f64
    %s = math.sin %c1 : f64
    %h1 = arith.mulf %gate, %s : f64
    hocket.yield %h1, %c1 : f64, f64
  }
  return )" + results + " : " +
                        types + "\n}\n",
                    "ipp"});
  }
}

} // namespace
