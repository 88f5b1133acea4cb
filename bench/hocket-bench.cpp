//===- hocket-bench.cpp - Measurements for bench/bench.py -----------------===//
//
//   hocket-bench steps N THREADS MODEL.hkt...
//   hocket-bench executor MICROBATCHES MODEL.hkt
//   hocket-bench parts TOKENS SEQUENCE_LENGTH KERNELS.mlir
//
// Prints JSON.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <cblas.h>

#include <iostream>

using namespace hocket;
using namespace hocket::bench;

static Result<nlohmann::json> run(const std::vector<std::string> &arguments) {
  auto number = [&](size_t i) { return std::stoi(arguments[i]); };
  const std::string what = arguments.empty() ? "" : arguments[0];
  if (what == "steps" && arguments.size() >= 4)
    return measureSteps({arguments.begin() + 3, arguments.end()}, number(1),
                        unsigned(number(2)));
  if (what == "executor" && arguments.size() == 3)
    return measureExecutor(arguments[2], uint32_t(number(1)));
  if (what == "parts" && arguments.size() == 4)
    return measureParts(arguments[3], number(1), number(2));
  return Error(ErrorCode::InvalidArgument,
               "what to measure? steps N THREADS MODEL.hkt..., executor "
               "MICROBATCHES MODEL.hkt, parts TOKENS SEQUENCE_LENGTH "
               "KERNELS.mlir");
}

int main(int argc, char **argv) {
  Result<nlohmann::json> result = run({argv + 1, argv + argc});
  if (!result) {
    std::cerr << "hocket-bench: " << result.error();
    return result.error().exitCode();
  }
  (*result)["blas"] = openblas_get_corename();
  std::cout << result->dump(1) << "\n";
  return 0;
}
