//===- ApproximateMath.cpp - Functions by polynomials ---------------------===//

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hocket {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;

namespace {

struct ApproximateMathPass
    : hocket::impl::ApproximateMathBase<ApproximateMathPass> {
  using ApproximateMathBase::ApproximateMathBase;

  void runOnOperation() override {
    // Powers become exp and log first, so that these are approximated too.
    RewritePatternSet expansions(&getContext());
    math::populateExpansionPatterns(expansions, {"powf", "exp2", "rsqrt"});
    RewritePatternSet approximations(&getContext());
    populateMathPolynomialApproximationPatterns(approximations);
    if (failed(applyPatternsGreedily(getOperation(), std::move(expansions))) ||
        failed(
            applyPatternsGreedily(getOperation(), std::move(approximations))))
      signalPassFailure();
  }
};

} // namespace
