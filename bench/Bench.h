//===- Bench.h - What hocket-bench measures ---------------------*- C++ -*-===//

#ifndef HOCKET_BENCH_BENCH_H
#define HOCKET_BENCH_BENCH_H

#include "hocket/Support/Result.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace hocket::bench {

inline double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Floating-point operations per second of a large matrix product (2048 cubed)
/// on one thread: the time of one call.
double productRate();
/// Bytes per second, read and written, of a copy of 128 MiB on one thread.
double copyRate();

/// Steps of the executables, taken in turn, so that what slows the machine
/// down slows all of them; after each turn the peaks.
Result<nlohmann::json> measureSteps(const std::vector<std::string> &paths,
                                    int steps, unsigned threads);

/// Time of an instruction whose kernel does nothing, of a plan with
/// `microbatches` microbatches of one token.
Result<nlohmann::json> measureExecutor(const std::string &path,
                                       uint32_t microbatches);

/// Each kernel function of an .mlir file by itself.
Result<nlohmann::json> measureParts(const std::string &path, int64_t tokens,
                                    int64_t sequenceLength);

/// Whether calls of cblas_sgemm, on whatever thread, are timed from now on.
void timeProducts(bool enabled);
/// What they took since the last call, by shape: [{m, n, k, transA, transB,
/// calls, seconds}].
nlohmann::json takeProducts();
/// Their number of seconds alone, without resetting them.
double productSeconds();

} // namespace hocket::bench

#endif // HOCKET_BENCH_BENCH_H
