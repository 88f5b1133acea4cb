//===- MathRules.cpp - Derivatives of the math dialect --------------------===//

#include "ScalarRules.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace hocket;

// Rules for functions of one variable return what the seed is multiplied by;
// y is the result. They are written so that they reuse y where they can.
#define HOCKET_UNARY_RULE(NAME, OP, DERIVATIVE)                                \
  static void NAME(OP op, ScalarMath &m, Value seed,                           \
                   OperandAdjoints adjoints) {                                 \
    [[maybe_unused]] Value x = op.getOperand(), y = op.getResult();            \
    [[maybe_unused]] Type type = x.getType();                                  \
    [[maybe_unused]] auto c = [&](double v) { return m.constant(type, v); };   \
    adjoints[0] = DERIVATIVE;                                                  \
  }

static constexpr double kTwoOverSqrtPi = 2.0 * std::numbers::inv_sqrtpi;

// clang-format off
HOCKET_UNARY_RULE(expRule, math::ExpOp, m.mul(seed, y))
HOCKET_UNARY_RULE(exp2Rule, math::Exp2Op, m.mul(seed, m.scale(y, std::numbers::ln2)))
HOCKET_UNARY_RULE(expm1Rule, math::ExpM1Op, m.mul(seed, m.add(y, c(1.0))))
HOCKET_UNARY_RULE(logRule, math::LogOp, m.div(seed, x))
HOCKET_UNARY_RULE(log2Rule, math::Log2Op, m.div(seed, m.scale(x, std::numbers::ln2)))
HOCKET_UNARY_RULE(log10Rule, math::Log10Op, m.div(seed, m.scale(x, std::numbers::ln10)))
HOCKET_UNARY_RULE(log1pRule, math::Log1pOp, m.div(seed, m.add(x, c(1.0))))
HOCKET_UNARY_RULE(tanhRule, math::TanhOp, m.mul(seed, m.sub(c(1.0), m.mul(y, y))))
HOCKET_UNARY_RULE(sinRule, math::SinOp, m.mul(seed, m.create<math::CosOp>(x)))
HOCKET_UNARY_RULE(cosRule, math::CosOp, m.neg(m.mul(seed, m.create<math::SinOp>(x))))
HOCKET_UNARY_RULE(tanRule, math::TanOp, m.mul(seed, m.add(c(1.0), m.mul(y, y))))
HOCKET_UNARY_RULE(sinhRule, math::SinhOp, m.mul(seed, m.create<math::CoshOp>(x)))
HOCKET_UNARY_RULE(coshRule, math::CoshOp, m.mul(seed, m.create<math::SinhOp>(x)))
HOCKET_UNARY_RULE(asinRule, math::AsinOp,
                  m.mul(seed, m.create<math::RsqrtOp>(m.sub(c(1.0), m.mul(x, x)))))
HOCKET_UNARY_RULE(acosRule, math::AcosOp,
                  m.neg(m.mul(seed, m.create<math::RsqrtOp>(m.sub(c(1.0), m.mul(x, x))))))
HOCKET_UNARY_RULE(atanRule, math::AtanOp, m.div(seed, m.add(c(1.0), m.mul(x, x))))
HOCKET_UNARY_RULE(sqrtRule, math::SqrtOp, m.div(m.scale(seed, 0.5), y))
HOCKET_UNARY_RULE(rsqrtRule, math::RsqrtOp,
                  m.mul(m.scale(seed, -0.5), m.mul(y, m.mul(y, y))))
HOCKET_UNARY_RULE(cbrtRule, math::CbrtOp,
                  m.div(m.scale(seed, 1.0 / 3.0), m.mul(y, y)))
HOCKET_UNARY_RULE(erfRule, math::ErfOp,
                  m.mul(m.scale(seed, kTwoOverSqrtPi),
                        m.create<math::ExpOp>(m.neg(m.mul(x, x)))))
HOCKET_UNARY_RULE(erfcRule, math::ErfcOp,
                  m.mul(m.scale(seed, -kTwoOverSqrtPi),
                        m.create<math::ExpOp>(m.neg(m.mul(x, x)))))
// The derivative of |x| at 0 is taken to be 0.
HOCKET_UNARY_RULE(absRule, math::AbsFOp,
                  m.select(m.compare(arith::CmpFPredicate::OGT, x, c(0.0)), seed,
                           m.select(m.compare(arith::CmpFPredicate::OLT, x, c(0.0)),
                                    m.neg(seed), c(0.0))))
// clang-format on

/// d(x^y) = y x^(y-1) dx + log(x) x^y dy; at x = 0 the latter is taken as 0.
static void powRule(math::PowFOp op, ScalarMath &m, Value seed,
                    OperandAdjoints adjoints) {
  Value x = op.getLhs(), y = op.getRhs();
  Type type = x.getType();
  Value zero = m.constant(type, 0.0), one = m.constant(type, 1.0);
  Value power = m.create<math::PowFOp>(x, m.sub(y, one));
  Value slope = m.select(m.compare(arith::CmpFPredicate::OEQ, y, zero), zero,
                         m.mul(y, power));
  adjoints[0] = m.mul(seed, slope);
  Value safe = m.select(m.compare(arith::CmpFPredicate::OEQ, x, zero), one, x);
  adjoints[1] = m.mul(seed, m.mul(m.create<math::LogOp>(safe), op.getResult()));
}

static void integerPowRule(math::FPowIOp op, ScalarMath &m, Value seed,
                           OperandAdjoints adjoints) {
  Value x = op.getLhs(), n = op.getRhs();
  Value one = m.create<arith::ConstantOp>(
      cast<TypedAttr>(IntegerAttr::get(n.getType(), 1)));
  Value power = m.create<math::FPowIOp>(x, m.create<arith::SubIOp>(n, one));
  Value factor = m.create<arith::SIToFPOp>(x.getType(), n);
  adjoints[0] = m.mul(seed, m.mul(factor, power));
}

static void atan2Rule(math::Atan2Op op, ScalarMath &m, Value seed,
                      OperandAdjoints adjoints) {
  Value y = op.getLhs(), x = op.getRhs();
  Value scaled = m.div(seed, m.add(m.mul(x, x), m.mul(y, y)));
  adjoints[0] = m.mul(scaled, x);
  adjoints[1] = m.neg(m.mul(scaled, y));
}

static void fmaRule(math::FmaOp op, ScalarMath &m, Value seed,
                    OperandAdjoints adjoints) {
  adjoints[0] = m.mul(seed, op.getB());
  adjoints[1] = m.mul(seed, op.getA());
  adjoints[2] = seed;
}

static void copySignRule(math::CopySignOp op, ScalarMath &m, Value seed,
                         OperandAdjoints adjoints) {
  // copysign(x, y) = x times the sign of both.
  Value one = m.constant(seed.getType(), 1.0);
  Value signs = m.mul(m.create<math::CopySignOp>(one, op.getLhs()),
                      m.create<math::CopySignOp>(one, op.getRhs()));
  adjoints[0] = m.mul(seed, signs);
}

void hocket::registerMathModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, math::MathDialect *) {
    attachScalar<math::ExpOp, expRule>(context);
    attachScalar<math::Exp2Op, exp2Rule>(context);
    attachScalar<math::ExpM1Op, expm1Rule>(context);
    attachScalar<math::LogOp, logRule>(context);
    attachScalar<math::Log2Op, log2Rule>(context);
    attachScalar<math::Log10Op, log10Rule>(context);
    attachScalar<math::Log1pOp, log1pRule>(context);
    attachScalar<math::TanhOp, tanhRule>(context);
    attachScalar<math::SinOp, sinRule>(context);
    attachScalar<math::CosOp, cosRule>(context);
    attachScalar<math::TanOp, tanRule>(context);
    attachScalar<math::SinhOp, sinhRule>(context);
    attachScalar<math::CoshOp, coshRule>(context);
    attachScalar<math::AsinOp, asinRule>(context);
    attachScalar<math::AcosOp, acosRule>(context);
    attachScalar<math::AtanOp, atanRule>(context);
    attachScalar<math::SqrtOp, sqrtRule>(context);
    attachScalar<math::RsqrtOp, rsqrtRule>(context);
    attachScalar<math::CbrtOp, cbrtRule>(context);
    attachScalar<math::ErfOp, erfRule>(context);
    attachScalar<math::ErfcOp, erfcRule>(context);
    attachScalar<math::AbsFOp, absRule>(context);
    attachScalar<math::PowFOp, powRule>(context);
    attachScalar<math::FPowIOp, integerPowRule>(context);
    attachScalar<math::Atan2Op, atan2Rule>(context);
    attachScalar<math::FmaOp, fmaRule>(context);
    attachScalar<math::CopySignOp, copySignRule>(context);
    attachScalar<math::FloorOp, zeroRule>(context);
    attachScalar<math::CeilOp, zeroRule>(context);
    attachScalar<math::RoundOp, zeroRule>(context);
    attachScalar<math::RoundEvenOp, zeroRule>(context);
    attachScalar<math::TruncOp, zeroRule>(context);
    attachScalar<math::IsNaNOp, zeroRule>(context);
    attachScalar<math::IsInfOp, zeroRule>(context);
    attachScalar<math::IsFiniteOp, zeroRule>(context);
  });
}
