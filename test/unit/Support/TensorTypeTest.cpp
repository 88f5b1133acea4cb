//===- TensorTypeTest.cpp -------------------------------------------------===//

#include "hocket/Support/TensorType.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

using namespace hocket;

namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

const SizeExpr T = SizeExpr::symbol(0);
const SizeExpr S = SizeExpr::symbol(1);

SizeExpr c(int64_t value) { return SizeExpr::constant(value); }

TEST(SizeExpr, IsKeptInNormalForm) {
  EXPECT_EQ(T + T, c(2) * T);
  EXPECT_EQ((T + S) * (T + S), T * T + c(2) * T * S + S * S);
  EXPECT_TRUE((T + c(-1) * T).terms.empty());
  EXPECT_EQ(c(0), SizeExpr());
}

TEST(SizeExpr, KnowsConstants) {
  EXPECT_TRUE(c(7).isConstant());
  EXPECT_TRUE(SizeExpr().isConstant());
  EXPECT_FALSE((c(7) + S).isConstant());
}

TEST(SizeExpr, PrintsPolynomials) {
  EXPECT_EQ((c(64) * T + c(4)).str(), "64*T + 4");
  EXPECT_EQ((T * T * S + c(-1) * S + c(-2)).str(), "T^2*S - S - 2");
  EXPECT_EQ((c(-3) * T).str(), "-3*T");
  EXPECT_EQ(SizeExpr().str(), "0");
  EXPECT_EQ(c(kMin).str(), "-9223372036854775808");
}

TEST(SizeExpr, EvaluatesLikeArithmetic) {
  std::mt19937 random(1);
  auto draw = [&] { return int64_t(random() % 41) - 20; };
  for (int round = 0; round < 200; ++round) {
    int64_t a = draw(), b = draw(), x = draw(), y = draw(), d = draw();
    SizeExpr p = c(a) * T * T + c(b) * S, q = c(d) * S * T + c(a);
    int64_t pv = a * x * x + b * y, qv = d * y * x + a;
    EXPECT_EQ((p + q).evaluate({x, y}), pv + qv);
    EXPECT_EQ((p * q).evaluate({x, y}), pv * qv);
  }
}

TEST(SizeExpr, SaturatesInsteadOfOverflowing) {
  EXPECT_EQ((T * T).evaluate({kMax, 0}), kMax);
  EXPECT_EQ((c(kMax) + c(kMax)).evaluate({0, 0}), kMax);
  EXPECT_EQ((c(kMax) * c(2)).evaluate({0, 0}), kMax);
  EXPECT_EQ((c(-2) * T * T).evaluate({kMax, 0}), kMin);
  EXPECT_EQ((T + S).evaluate({kMax, kMax}), kMax);
  EXPECT_EQ((T + c(-1) * S).evaluate({kMax, kMax}), 0);
}

TEST(TensorType, CountsElementsAndBytes) {
  TensorType type{ElementType::F32, {T, c(64)}};
  EXPECT_EQ(type.elements(), c(64) * T);
  EXPECT_EQ(type.bytes().evaluate({10, 0}), 2560);
  EXPECT_EQ(type.str(), "T x 64 x f32");
  TensorType offsets{ElementType::I32, {S + c(1)}};
  EXPECT_EQ(offsets.str(), "(S + 1) x i32");
  TensorType scalar{ElementType::F64, {}};
  EXPECT_EQ(scalar.bytes(), c(8));
  EXPECT_EQ(scalar.str(), "f64");
}

TEST(ElementType, HasMlirNamesAndWidths) {
  const std::pair<const char *, int64_t> expected[] = {
      {"f32", 4}, {"f64", 8}, {"f16", 2}, {"bf16", 2},
      {"i1", 1},  {"i8", 1},  {"i32", 4}, {"i64", 8}};
  for (int i = 0; i < 8; ++i) {
    EXPECT_STREQ(name(ElementType(i)), expected[i].first);
    EXPECT_EQ(byteWidth(ElementType(i)), expected[i].second);
  }
}

} // namespace
