//===- ApproximateMath.cpp - Functions by polynomials ---------------------===//

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hocket {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;

namespace {

/// x^y = exp(y log|x|), negative where x is negative and y odd, and not a
/// number where x is negative and y no integer. Upstream's expansion knows
/// positive x only.
struct ExpandVectorPower : OpRewritePattern<math::PowFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type)
      return failure(); // a single number is left to the C library
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value x = op.getLhs(), y = op.getRhs();
    auto constant = [&](double value) -> Value {
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(
                 type, b.getFloatAttr(type.getElementType(), value)));
    };
    auto compare = [&](arith::CmpFPredicate predicate, Value l,
                       Value r) -> Value {
      return arith::CmpFOp::create(b, predicate, l, r);
    };
    Value zero = constant(0), one = constant(1), half = constant(0.5);
    Value log = math::LogOp::create(b, math::AbsFOp::create(b, x));
    Value power = math::ExpOp::create(b, arith::MulFOp::create(b, y, log));

    Value whole = math::FloorOp::create(b, y);
    Value pairs = arith::MulFOp::create(b, whole, half);
    Value isEven = compare(arith::CmpFPredicate::OEQ, pairs,
                           math::FloorOp::create(b, pairs));
    Value isInteger = compare(arith::CmpFPredicate::OEQ, whole, y);
    Value odd = arith::SelectOp::create(
        b, isInteger, arith::NegFOp::create(b, power),
        constant(std::numeric_limits<double>::quiet_NaN()));
    Value even = arith::SelectOp::create(b, isInteger, power, odd);
    Value ofNegative = arith::SelectOp::create(b, isEven, even, odd);
    Value isNegative = compare(arith::CmpFPredicate::OLT, x, zero);
    power = arith::SelectOp::create(b, isNegative, ofNegative, power);
    // 0 log 0 is not a number.
    Value isOne = compare(arith::CmpFPredicate::OEQ, y, zero);
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, isOne, one, power);
    return success();
  }
};

struct ApproximateMathPass
    : hocket::impl::ApproximateMathBase<ApproximateMathPass> {
  using ApproximateMathBase::ApproximateMathBase;

  void runOnOperation() override {
    // Powers become exp and log first, so that these are approximated too.
    RewritePatternSet expansions(&getContext());
    expansions.add<ExpandVectorPower>(&getContext());
    math::populateExpansionPatterns(expansions, {"exp2", "rsqrt"});
    RewritePatternSet approximations(&getContext());
    populateMathPolynomialApproximationPatterns(approximations);
    if (failed(applyPatternsGreedily(getOperation(), std::move(expansions))) ||
        failed(
            applyPatternsGreedily(getOperation(), std::move(approximations))))
      signalPassFailure();
  }
};

} // namespace
