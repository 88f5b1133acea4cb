//===- ScalarGradientTest.cpp - Derivatives of arith and math ops ---------===//

#include "GradientHarness.h"

#include "gtest/gtest.h"

#include <ostream>

using namespace hocket::test;

namespace {

struct ScalarCase {
  const char *name;
  const char *body; // of %a and %b, yields %r
  double low = -1.0, high = 1.0;
};

void PrintTo(const ScalarCase &scalarCase, std::ostream *stream) {
  *stream << scalarCase.body;
}

class ScalarGradient : public testing::TestWithParam<ScalarCase> {};

TEST_P(ScalarGradient, MatchesFiniteDifferences) {
  GradientCase gradientCase;
  gradientCase.source = std::string(R"mlir(
    #id = affine_map<(i) -> (i)>
    func.func @stage0(%x: tensor<6xf64>, %y: tensor<6xf64>) -> tensor<6xf64> {
      %one = arith.constant 1.0 : f64
      %two = arith.constant 2.0 : f64
      %three = arith.constant 3 : i32
      %empty = tensor.empty() : tensor<6xf64>
      %z = linalg.generic {indexing_maps = [#id, #id, #id],
                           iterator_types = ["parallel"]}
          ins(%x, %y : tensor<6xf64>, tensor<6xf64>)
          outs(%empty : tensor<6xf64>) {
      ^bb0(%a: f64, %b: f64, %out: f64):
  )mlir") + GetParam().body +
                        R"mlir(
        linalg.yield %r : f64
      } -> tensor<6xf64>
      return %z : tensor<6xf64>
    })mlir";
  gradientCase.roles = "pi";
  gradientCase.low = GetParam().low;
  gradientCase.high = GetParam().high;
  checkGradients(gradientCase);
}

const ScalarCase kScalarCases[] = {
    {"addf", "%r = arith.addf %a, %b : f64"},
    {"subf", "%r = arith.subf %a, %b : f64"},
    {"mulf", "%r = arith.mulf %a, %b : f64"},
    {"square", "%r = arith.mulf %a, %a : f64"},
    {"divf", "%r = arith.divf %a, %b : f64", 0.5, 2.0},
    {"negf", "%r = arith.negf %a : f64"},
    {"maximumf", "%r = arith.maximumf %a, %b : f64"},
    {"minimumf", "%r = arith.minimumf %a, %b : f64"},
    {"maxnumf", "%r = arith.maxnumf %a, %b : f64"},
    {"minnumf", "%r = arith.minnumf %a, %b : f64"},
    {"select", R"(%c = arith.cmpf ogt, %a, %b : f64
                  %p = arith.mulf %a, %b : f64
                  %r = arith.select %c, %p, %b : f64)"},
    {"round_trip", R"(%n = arith.truncf %a : f64 to f32
                      %w = arith.extf %n : f32 to f64
                      %d = arith.subf %w, %a : f64
                      %z = arith.mulf %d, %d : f64
                      %r = arith.addf %z, %a : f64)"},
    {"sitofp", R"(%n = arith.fptosi %a : f64 to i32
                  %w = arith.sitofp %n : i32 to f64
                  %r = arith.addf %w, %b : f64)"},
    {"exp", "%r = math.exp %a : f64"},
    {"exp2", "%r = math.exp2 %a : f64"},
    {"expm1", "%r = math.expm1 %a : f64"},
    {"log", "%r = math.log %a : f64", 0.5, 2.0},
    {"log2", "%r = math.log2 %a : f64", 0.5, 2.0},
    {"log10", "%r = math.log10 %a : f64", 0.5, 2.0},
    {"log1p", "%r = math.log1p %a : f64", -0.5, 1.0},
    {"tanh", "%r = math.tanh %a : f64"},
    {"sin", "%r = math.sin %a : f64"},
    {"cos", "%r = math.cos %a : f64"},
    {"tan", "%r = math.tan %a : f64"},
    {"sinh", "%r = math.sinh %a : f64"},
    {"cosh", "%r = math.cosh %a : f64"},
    {"asin", "%r = math.asin %a : f64", -0.8, 0.8},
    {"acos", "%r = math.acos %a : f64", -0.8, 0.8},
    {"atan", "%r = math.atan %a : f64"},
    {"atan2", "%r = math.atan2 %a, %b : f64", 0.2, 1.0},
    {"sqrt", "%r = math.sqrt %a : f64", 0.5, 2.0},
    {"rsqrt", "%r = math.rsqrt %a : f64", 0.5, 2.0},
    {"cbrt", "%r = math.cbrt %a : f64", 0.5, 2.0},
    {"erf", "%r = math.erf %a : f64"},
    {"erfc", "%r = math.erfc %a : f64"},
    {"absf", "%r = math.absf %a : f64"},
    {"powf", "%r = math.powf %a, %b : f64", 0.5, 2.0},
    {"fpowi", "%r = math.fpowi %a, %three : f64, i32", 0.5, 2.0},
    {"fma", "%r = math.fma %a, %b, %a : f64"},
    {"copysign", "%r = math.copysign %a, %b : f64"},
    {"floor", R"(%f = math.floor %a : f64
                 %r = arith.addf %f, %b : f64)"},
    {"logistic", R"(%n = arith.negf %a : f64
                    %e = math.exp %n : f64
                    %d = arith.addf %e, %one : f64
                    %r = arith.divf %one, %d : f64)"},
    {"conditional", R"(%c = arith.cmpf ogt, %a, %b : f64
                       %r = scf.if %c -> f64 {
                         %p = arith.mulf %a, %b : f64
                         scf.yield %p : f64
                       } else {
                         %q = arith.addf %a, %two : f64
                         scf.yield %q : f64
                       })"},
    {"fan_out", R"(%e = math.exp %a : f64
                   %s = math.sin %e : f64
                   %p = arith.mulf %e, %s : f64
                   %q = arith.mulf %p, %b : f64
                   %r = arith.addf %q, %e : f64)"},
};

INSTANTIATE_TEST_SUITE_P(Ops, ScalarGradient, testing::ValuesIn(kScalarCases),
                         [](const testing::TestParamInfo<ScalarCase> &info) {
                           return std::string(info.param.name);
                         });

} // namespace
