//===- Peaks.cpp - What the machine can do --------------------------------===//

#include "Bench.h"

#include <cblas.h>

#include <cstring>

using namespace hocket;

double bench::productRate() {
  constexpr int n = 2048;
  static std::vector<float> a(n * n, 0.5f), b(n * n, 0.25f), c(n * n);
  double start = now();
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.data(),
              n, b.data(), n, 0, c.data(), n);
  return 2.0 * n * n * n / (now() - start);
}

double bench::copyRate() {
  constexpr size_t bytes = 128 << 20;
  static std::vector<char> from(bytes, 1), to(bytes, 2);
  double start = now();
  std::memcpy(to.data(), from.data(), bytes);
  return 2.0 * bytes / (now() - start);
}
