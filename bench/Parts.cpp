//===- Parts.cpp - Kernels by themselves ----------------------------------===//

#include "Bench.h"

#include "hocket/Compiler/InitAll.h"
#include "hocket/Compiler/KernelImage.h"
#include "hocket/Runtime/CpuDevice.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"

#include <random>

using namespace hocket;
using namespace hocket::runtime;

namespace {

/// Operands of one kernel, in memory of `device`: small random numbers, token
/// ids below 256, offsets of sequences.
Result<std::vector<void *>> makeOperands(CpuDevice &device,
                                         const plan::Kernel &kernel,
                                         const Symbols &symbols,
                                         int64_t sequenceLength) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> numbers(0.01f, 0.5f);
  std::vector<void *> operands;
  for (const TensorType &type : kernel.operands) {
    int64_t bytes = type.bytes().evaluate(symbols);
    Result<std::byte *> memory = device.allocate(bytes);
    if (!memory)
      return memory.error();
    operands.push_back(*memory);
    int64_t count = bytes / int64_t(byteWidth(type.element));
    if (type.element == ElementType::F32)
      for (int64_t i = 0; i < count; ++i)
        reinterpret_cast<float *>(*memory)[i] = numbers(random);
    bool isOffsets = count == symbols[1] && count != symbols[0];
    if (type.element == ElementType::I32)
      for (int64_t i = 0; i < count; ++i)
        reinterpret_cast<int32_t *>(*memory)[i] =
            isOffsets ? int32_t(i * sequenceLength) : int32_t(random() & 255);
  }
  return operands;
}

} // namespace

Result<nlohmann::json> bench::measureParts(const std::string &path,
                                           int64_t tokens,
                                           int64_t sequenceLength) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  hocket::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(path, &context);
  if (!module)
    return Error(ErrorCode::InvalidArgument, "cannot read '" + path + "'");
  mlir::FailureOr<CompiledKernels> compiled = compileKernels(*module, {});
  if (mlir::failed(compiled))
    return Error(ErrorCode::InvalidArgument, "cannot compile '" + path + "'");
  Result<std::unique_ptr<CpuDevice>> device =
      CpuDevice::create(compiled->image, compiled->kernels, 1);
  if (!device)
    return device.error();

  nlohmann::json result = {{"productRate", 0.0}, {"copyRate", 0.0}};
  auto keepPeaks = [&] {
    result["productRate"] =
        std::max(result["productRate"].get<double>(), productRate());
    result["copyRate"] = std::max(result["copyRate"].get<double>(), copyRate());
  };
  copyRate();
  for (uint32_t i = 0; i < compiled->kernels.size(); ++i) {
    keepPeaks();
    const plan::Kernel &kernel = compiled->kernels[i];
    Symbols symbols = {tokens, tokens / sequenceLength + 1};
    auto operands = makeOperands(**device, kernel, symbols, sequenceLength);
    if (!operands)
      return operands.error();
    Result<std::byte *> workspace =
        (*device)->allocate(kernel.workspaceBytes.evaluate(symbols));
    if (!workspace)
      return workspace.error();
    std::vector<double> seconds;
    double products = 0;
    takeProducts();
    for (int repetition = 0; repetition < 9; ++repetition) {
      // The last one with its products timed.
      timeProducts(repetition == 8);
      double start = now();
      if (Result<void> ran = (*device)->launch(i, operands->data(), symbols,
                                               *workspace);
          !ran)
        return ran.error();
      if (repetition > 0 && repetition < 8)
        seconds.push_back(now() - start);
      else if (repetition == 8)
        products = productSeconds();
    }
    timeProducts(false);
    result["kernels"].push_back(
        {{"name", kernel.symbol},
         {"seconds", median(seconds)},
         {"productSeconds", products},
         {"flops", kernel.flops.evaluate(symbols)},
         {"bytes", kernel.bytes.evaluate(symbols)},
         {"workspaceBytes", kernel.workspaceBytes.evaluate(symbols)}});
  }
  return result;
}
