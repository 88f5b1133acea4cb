//===- MatrixProduct.cpp - What kernels call for matrix products ----------===//

#include "MatrixProduct.h"

#include "PackedProduct.h"

#include <atomic>

#include <cblas.h>

using namespace hocket;

static std::atomic<bool> usesOneThread = false;

/// Whether packedProduct is faster than OpenBLAS (docs/lowering.md): the rows
/// have to pay for packing B, and few of the tiles' columns may be padding.
/// OpenBLAS has good kernels for small products, but for a transposed B.
static bool isWorthPacking(bool transB, int64_t m, int64_t n, int64_t k) {
  constexpr int64_t rows = 48, columns = 64, small = 1'000'000;
  int64_t padding = (columns - n % columns) % columns;
  return m >= rows && 8 * padding <= n && (transB || m * n > small / k);
}

void runtime::matrixProduct(int64_t transA, int64_t transB, int64_t m,
                            int64_t n, int64_t k, float alpha, const float *a,
                            int64_t lda, const float *b, int64_t ldb,
                            float beta, float *c, int64_t ldc) {
  if (usesOneThread.load(std::memory_order_relaxed) && hasPackedProduct() &&
      k > 0 && alpha == 1 && (beta == 0 || beta == 1) &&
      isWorthPacking(transB, m, n, k))
    return packedProduct(transA, transB, m, n, k, a, lda, b, ldb, beta == 1, c,
                         ldc);
  cblas_sgemm(CblasRowMajor, transA ? CblasTrans : CblasNoTrans,
              transB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n),
              blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
              blasint(ldc));
}

void runtime::setMatrixProductThreads(unsigned threads) {
  usesOneThread = threads == 1;
  openblas_set_num_threads(int(threads));
}
