//===- CpuDevice.h - Kernels as native code on this machine -----*- C++ -*-===//

#ifndef HOCKET_RUNTIME_CPUDEVICE_H
#define HOCKET_RUNTIME_CPUDEVICE_H

#include "hocket/Plan/Model.h"
#include "hocket/Runtime/Device.h"
#include "hocket/Runtime/Executable.h"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hocket::runtime {

/// The instruction-set extensions of this machine, as its kernel names them.
/// Errors: Io.
Result<std::set<std::string>> machineFeatures();

/// Whether code for `triple` with `features` (LLVM's names) runs on a machine
/// with `available` ones. Errors: InvalidArgument, naming all that are missing.
Result<void> checkFeatures(const KernelImage &image,
                           const std::set<std::string> &available);

/// Runs kernels on the thread that launches them. Any number of threads may
/// use one CpuDevice at once, except for allocate() and release().
class CpuDevice final : public Device {
public:
  /// Loads the image and resolves the entry points of `kernels`. Matrix
  /// products run on `blasThreads` threads: a setting of the BLAS library and
  /// so of the whole process. Errors: InvalidArgument for code that this
  /// machine cannot run, CorruptFile for an image that does not load or lacks
  /// a kernel.
  static Result<std::unique_ptr<CpuDevice>>
  create(const KernelImage &image, const std::vector<plan::Kernel> &kernels,
         unsigned blasThreads = 1);
  ~CpuDevice() override;

  Result<std::byte *> allocate(int64_t bytes) override;
  void release(std::byte *memory, int64_t bytes) override;
  bool hasMemory() const override { return true; }
  /// Those that are loaded.
  size_t numKernels() const { return entryPoints.size(); }
  /// What the BLAS library counts with.
  int64_t maxElements() const override { return INT32_MAX; }
  Result<void> launch(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, void *workspace) override;
  Result<void> zero(void *data, int64_t bytes) override;
  Result<void> upload(void *to, const void *from, int64_t bytes) override;
  Result<void> download(void *to, const void *from, int64_t bytes) override;
  Result<void> copy(void *to, const void *from, int64_t bytes) override;
  Result<void> add(void *sum, const void *values, int64_t count) override;
  double now() const override;

private:
  using EntryPoint = void (*)(void *const *operands, const int64_t *symbols,
                              void *workspace);

  CpuDevice() = default;

  struct Mapping {
    void *address;
    size_t bytes;
  };

  /// Of the image's file in memory. Stays open while the image is loaded: the
  /// loader knows objects by path, and no two may have the same.
  int descriptor = -1;
  void *library = nullptr;
  std::vector<EntryPoint> entryPoints;
  std::vector<Mapping> mappings;
  std::chrono::steady_clock::time_point start =
      std::chrono::steady_clock::now();
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_CPUDEVICE_H
