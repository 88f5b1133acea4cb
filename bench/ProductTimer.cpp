//===- ProductTimer.cpp - Times every matrix product ----------------------===//
//
// Defines cblas_sgemm: the runtime's calls, linked into the same program, come
// here, and go on to OpenBLAS.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <cblas.h>
#include <dlfcn.h>

#include <atomic>
#include <map>
#include <mutex>
#include <tuple>

using namespace hocket;

namespace {

struct Total {
  int64_t calls = 0;
  double seconds = 0;
};
/// m, n, k, whether transposed.
using Shape = std::tuple<blasint, blasint, blasint, bool, bool>;

std::atomic<bool> enabled{false};
std::mutex mutex;
std::map<Shape, Total> totals;

} // namespace

extern "C" void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE transA,
                            CBLAS_TRANSPOSE transB, blasint m, blasint n,
                            blasint k, float alpha, const float *a, blasint lda,
                            const float *b, blasint ldb, float beta, float *c,
                            blasint ldc) {
  static const auto product = reinterpret_cast<decltype(&cblas_sgemm)>(
      ::dlsym(RTLD_NEXT, "cblas_sgemm"));
  bool timed = enabled.load(std::memory_order_relaxed);
  double start = timed ? bench::now() : 0;
  product(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  if (!timed)
    return;
  double seconds = bench::now() - start;
  std::lock_guard lock(mutex);
  Total &total =
      totals[{m, n, k, transA == CblasTrans, transB == CblasTrans}];
  ++total.calls;
  total.seconds += seconds;
}

void bench::timeProducts(bool on) { enabled = on; }

double bench::productSeconds() {
  std::lock_guard lock(mutex);
  double seconds = 0;
  for (const auto &[shape, total] : totals)
    seconds += total.seconds;
  return seconds;
}

nlohmann::json bench::takeProducts() {
  std::lock_guard lock(mutex);
  nlohmann::json result = nlohmann::json::array();
  for (const auto &[shape, total] : totals) {
    auto [m, n, k, transA, transB] = shape;
    result.push_back({{"m", m},
                      {"n", n},
                      {"k", k},
                      {"transA", transA},
                      {"transB", transB},
                      {"calls", total.calls},
                      {"seconds", total.seconds}});
  }
  totals.clear();
  return result;
}
