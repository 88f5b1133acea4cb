//===- MatrixProduct.cpp - What kernels call for matrix products ----------===//

#include "MatrixProduct.h"

#include <cblas.h>

using namespace hocket;

void runtime::matrixProduct(int64_t transA, int64_t transB, int64_t m,
                            int64_t n, int64_t k, float alpha, const float *a,
                            int64_t lda, const float *b, int64_t ldb,
                            float beta, float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, transA ? CblasTrans : CblasNoTrans,
              transB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n),
              blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
              blasint(ldc));
}

void runtime::setMatrixProductThreads(unsigned threads) {
  openblas_set_num_threads(int(threads));
}
