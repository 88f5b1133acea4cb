//===- KernelRunner.h - Compiles and calls kernels in tests -----*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_LOWER_KERNELRUNNER_H
#define HOCKET_TEST_UNIT_LOWER_KERNELRUNNER_H

#include "hocket/Compiler/KernelImage.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>
#include <string>
#include <vector>

namespace hocket::test {

/// A buffer that starts at a multiple of 64 and is as long as it says: bytes
/// behind it that change are noticed.
class Buffer {
public:
  explicit Buffer(size_t bytes);
  template <typename T>
  explicit Buffer(const std::vector<T> &values)
      : Buffer(values.size() * sizeof(T)) {
    std::copy(values.begin(), values.end(), static_cast<T *>(data()));
  }
  void *data() { return start; }
  template <typename T>
  std::vector<T> values() const {
    const T *first = reinterpret_cast<const T *>(start);
    return std::vector<T>(first, first + size / sizeof(T));
  }
  /// True unless something wrote behind the end.
  bool isIntact() const;

private:
  std::vector<unsigned char> storage;
  unsigned char *start;
  size_t size;
};

class KernelRunner {
public:
  /// Compiles `text`; what went wrong is in diagnostics().
  explicit KernelRunner(const std::string &text, TargetOptions options = {});
  ~KernelRunner();

  bool compiled() const { return library != nullptr; }
  const std::string &diagnostics() const { return messages; }
  const CompiledKernels &kernels() const { return result; }
  const plan::Kernel &kernel(const std::string &symbol) const;
  void *address(const std::string &symbol) const;

  /// Calls the kernel with a workspace of exactly the size that it asks for,
  /// full of NaNs; false where it wrote behind an operand or the workspace.
  bool call(const std::string &symbol, std::vector<Buffer *> operands,
            int64_t tokens = 0, int64_t bounds = 0) {
    return call(symbol, operands, Symbols{tokens, bounds});
  }
  bool call(const std::string &symbol, std::vector<Buffer *> operands,
            const Symbols &symbols);

  /// Matrix products since the last call of call().
  static int products();

private:
  std::string messages;
  CompiledKernels result;
  /// Open for as long as the library is: the loader knows it by this number.
  int file = -1;
  void *library = nullptr;
};

/// Numbers between -1 and 1, the same for the same seed.
std::vector<float> randomFloats(size_t count, unsigned seed);

/// The first index where the two differ by more than `tolerance` relative to
/// the larger of 1 and the expected value; -1 if there is none.
int64_t firstDifference(const std::vector<float> &actual,
                        const std::vector<float> &expected,
                        float tolerance = 1e-5f);

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_LOWER_KERNELRUNNER_H
