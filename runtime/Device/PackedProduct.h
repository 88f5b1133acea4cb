//===- PackedProduct.h - Matrix products on AVX-512 -------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_DEVICE_PACKEDPRODUCT_H
#define HOCKET_RUNTIME_DEVICE_PACKEDPRODUCT_H

#include <cstdint>

namespace hocket::runtime {

/// True if this processor can run packedProduct.
bool hasPackedProduct();

/// C = op(A) op(B), or added to C, on the calling thread; conventions of
/// matrixProduct. The order of the sums depends on nothing but the extents.
void packedProduct(bool transA, bool transB, int64_t m, int64_t n, int64_t k,
                   const float *a, int64_t lda, const float *b, int64_t ldb,
                   bool add, float *c, int64_t ldc);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_DEVICE_PACKEDPRODUCT_H
