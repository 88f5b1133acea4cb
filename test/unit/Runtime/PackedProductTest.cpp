//===- PackedProductTest.cpp - Matrix products on AVX-512 -----------------===//

#include "runtime/Device/PackedProduct.h"
#include "runtime/Device/MatrixProduct.h"

#include "gtest/gtest.h"

#include <limits>
#include <random>
#include <vector>

using namespace hocket::runtime;

namespace {

struct Extents {
  int64_t m, n, k;
};

/// A matrix with columns to spare, which nobody may touch. Its elements are
/// small whole numbers: sums of products are exact in every order.
struct Matrix {
  static constexpr float kOutside = 777;
  static constexpr int64_t kSpare = 3;

  int64_t rows, columns, leading;
  std::vector<float> values;

  Matrix(int64_t rows, int64_t columns, std::mt19937 &random)
      : rows(rows), columns(columns), leading(columns + kSpare),
        values(size_t(rows * leading), kOutside) {
    std::uniform_int_distribution<int> uniform(-8, 8);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        at(i, j) = float(uniform(random));
  }
  float &at(int64_t i, int64_t j) { return values[size_t(i * leading + j)]; }
};

using Product = void (*)(bool transA, bool transB, const Extents &extents,
                         const float *a, int64_t lda, const float *b,
                         int64_t ldb, bool add, float *c, int64_t ldc);

void multiplyPacked(bool transA, bool transB, const Extents &extents,
                    const float *a, int64_t lda, const float *b, int64_t ldb,
                    bool add, float *c, int64_t ldc) {
  packedProduct(transA, transB, extents.m, extents.n, extents.k, a, lda, b, ldb,
                add, c, ldc);
}

void multiply(bool transA, bool transB, const Extents &extents, const float *a,
              int64_t lda, const float *b, int64_t ldb, bool add, float *c,
              int64_t ldc) {
  matrixProduct(transA, transB, extents.m, extents.n, extents.k, 1, a, lda, b,
                ldb, add ? 1 : 0, c, ldc);
}

void check(Product product, const Extents &extents, bool transA, bool transB,
           bool add) {
  auto [m, n, k] = extents;
  SCOPED_TRACE(testing::Message()
               << m << " x " << n << " x " << k << (transA ? " T" : " N")
               << (transB ? "T" : "N") << (add ? ", added" : ""));
  std::mt19937 random(7);
  Matrix a(transA ? k : m, transA ? m : k, random);
  Matrix b(transB ? n : k, transB ? k : n, random);
  Matrix c(m, n, random), before = c;
  if (!add)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j)
        c.at(i, j) = std::numeric_limits<float>::quiet_NaN();
  product(transA, transB, extents, a.values.data(), a.leading, b.values.data(),
          b.leading, add, c.values.data(), c.leading);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      float sum = add ? before.at(i, j) : 0;
      for (int64_t l = 0; l < k; ++l)
        sum += (transA ? a.at(l, i) : a.at(i, l)) *
               (transB ? b.at(j, l) : b.at(l, j));
      ASSERT_EQ(c.at(i, j), sum) << i << ", " << j;
    }
    for (int64_t j = n; j < c.leading; ++j)
      ASSERT_EQ(c.at(i, j), Matrix::kOutside);
  }
}

/// Extents below, at and above those of tiles, blocks and stretches.
const Extents kExtents[] = {{1, 1, 1},      {5, 63, 17},     {6, 64, 512},
                            {7, 65, 513},   {97, 130, 40},   {192, 512, 15},
                            {13, 600, 530}, {200, 70, 1100}, {2200, 64, 8}};

void checkAll(Product product) {
  for (const Extents &extents : kExtents)
    for (int flags = 0; flags < 8; ++flags)
      check(product, extents, flags & 1, flags & 2, flags & 4);
}

TEST(PackedProduct, MatchesTheDefinition) {
  if (!hasPackedProduct())
    GTEST_SKIP() << "needs AVX-512";
  checkAll(multiplyPacked);
}

TEST(MatrixProduct, MatchesTheDefinitionOnOneThread) {
  setMatrixProductThreads(1);
  checkAll(multiply);
}

TEST(MatrixProduct, MatchesTheDefinitionOnTwoThreads) {
  setMatrixProductThreads(2);
  checkAll(multiply);
  setMatrixProductThreads(1);
}

TEST(MatrixProduct, NothingSummedIsZero) {
  setMatrixProductThreads(1);
  check(multiply, {64, 64, 0}, false, false, false);
}

TEST(PackedProduct, SameBitsEveryTime) {
  if (!hasPackedProduct())
    GTEST_SKIP() << "needs AVX-512";
  std::mt19937 random(3);
  Matrix a(100, 900, random), b(900, 100, random), c(100, 100, random), d = c;
  for (Matrix *factor : {&a, &b})
    for (float &value : factor->values)
      value *= 0.1f;
  for (Matrix *out : {&c, &d})
    packedProduct(false, false, 100, 100, 900, a.values.data(), a.leading,
                  b.values.data(), b.leading, false, out->values.data(),
                  out->leading);
  EXPECT_EQ(c.values, d.values);
}

} // namespace
