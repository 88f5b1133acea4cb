//===- MatrixProduct.h - What kernels call for matrix products --*- C++ -*-===//

#ifndef HOCKET_RUNTIME_DEVICE_MATRIXPRODUCT_H
#define HOCKET_RUNTIME_DEVICE_MATRIXPRODUCT_H

#include <cstdint>

namespace hocket::runtime {

/// C = alpha * op(A) op(B) + beta * C, row-major; op(A) is M x K and op(B) is
/// K x N. A transposition flag other than 0 transposes. Extents and leading
/// dimensions fit in 32 bits: tensors have at most Device::maxElements().
using MatrixProduct = void (*)(int64_t transA, int64_t transB, int64_t m,
                               int64_t n, int64_t k, float alpha,
                               const float *a, int64_t lda, const float *b,
                               int64_t ldb, float beta, float *c, int64_t ldc);

void matrixProduct(int64_t transA, int64_t transB, int64_t m, int64_t n,
                   int64_t k, float alpha, const float *a, int64_t lda,
                   const float *b, int64_t ldb, float beta, float *c,
                   int64_t ldc);

void setMatrixProductThreads(unsigned threads);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_DEVICE_MATRIXPRODUCT_H
