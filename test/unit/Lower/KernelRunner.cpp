//===- KernelRunner.cpp - Compiles and calls kernels in tests -------------===//

#include "KernelRunner.h"

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace hocket;
using namespace hocket::test;

static constexpr size_t kGuard = 128, kAlignment = 64;
static constexpr unsigned char kGuardByte = 0x5a;
static int numProducts = 0;

Buffer::Buffer(size_t bytes)
    : storage(bytes + kGuard + kAlignment, kGuardByte), size(bytes) {
  uintptr_t address = reinterpret_cast<uintptr_t>(storage.data());
  start = storage.data() + (kAlignment - address % kAlignment) % kAlignment;
  // NaN in every format: what is read before it is written shows.
  std::memset(start, 0xff, bytes);
}

bool Buffer::isIntact() const {
  for (const unsigned char *byte = start + size;
       byte < start + size + kGuard / 2; ++byte)
    if (*byte != kGuardByte)
      return false;
  return true;
}

/// What the loader gives a kernel for matrix products, in plain loops.
static void multiply(int64_t transA, int64_t transB, int64_t m, int64_t n,
                     int64_t k, float alpha, const float *a, int64_t lda,
                     const float *b, int64_t ldb, float beta, float *c,
                     int64_t ldc) {
  ++numProducts;
  // The rules of BLAS for leading dimensions.
  if (lda < std::max<int64_t>(1, transA ? m : k) ||
      ldb < std::max<int64_t>(1, transB ? k : n) ||
      ldc < std::max<int64_t>(1, n))
    throw std::invalid_argument("bad leading dimension");
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += double(transA ? a[l * lda + i] : a[i * lda + l]) *
               (transB ? b[j * ldb + l] : b[l * ldb + j]);
      // As in BLAS, beta 0 does not read the destination.
      float before = beta == 0 ? 0 : beta * c[i * ldc + j];
      c[i * ldc + j] = float(alpha * sum) + before;
    }
}

KernelRunner::KernelRunner(const std::string &text, TargetOptions options) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<HocketDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str() + "\n";
                                          return mlir::success();
                                        });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return;
  mlir::FailureOr<CompiledKernels> compiled = compileKernels(*module, options);
  if (mlir::failed(compiled))
    return;
  result = std::move(*compiled);
  file = memfd_create("kernels", 0);
  const std::string &bytes = result.image.bytes;
  if (write(file, bytes.data(), bytes.size()) != ssize_t(bytes.size()))
    throw std::runtime_error("cannot write the image");
  std::string path = "/proc/self/fd/" + std::to_string(file);
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    messages += dlerror();
  if (library)
    if (void *pointer = dlsym(library, "hocket_sgemm"))
      *static_cast<decltype(&multiply) *>(pointer) = multiply;
}

KernelRunner::~KernelRunner() {
  if (library)
    dlclose(library);
  if (file >= 0)
    close(file);
}

const plan::Kernel &KernelRunner::kernel(const std::string &symbol) const {
  for (const plan::Kernel &kernel : result.kernels)
    if (kernel.symbol == symbol)
      return kernel;
  throw std::invalid_argument("no kernel " + symbol);
}

void *KernelRunner::address(const std::string &symbol) const {
  return dlsym(library, symbol.c_str());
}

bool KernelRunner::call(const std::string &symbol,
                        std::vector<Buffer *> operands,
                        const Symbols &symbols) {
  Buffer workspace(size_t(kernel(symbol).workspaceBytes.evaluate(symbols)));
  std::vector<void *> pointers;
  for (Buffer *operand : operands)
    pointers.push_back(operand->data());
  using Entry = void (*)(void *const *, const int64_t *, void *);
  auto entry = reinterpret_cast<Entry>(address(symbol));
  if (!entry || pointers.size() != kernel(symbol).operands.size())
    return false;
  numProducts = 0;
  entry(pointers.data(), symbols.data(), workspace.data());
  for (Buffer *operand : operands)
    if (!operand->isIntact())
      return false;
  return workspace.isIntact();
}

int KernelRunner::products() { return numProducts; }

std::vector<float> test::randomFloats(size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> values(count);
  for (float &value : values)
    value = distribution(engine);
  return values;
}

int64_t test::firstDifference(const std::vector<float> &actual,
                              const std::vector<float> &expected,
                              float tolerance) {
  if (actual.size() != expected.size())
    return int64_t(std::min(actual.size(), expected.size()));
  for (size_t i = 0; i < actual.size(); ++i) {
    float scale = std::max(1.0f, std::fabs(expected[i]));
    // Also true of NaNs; infinities are equal, but their difference is none.
    if (actual[i] != expected[i] &&
        !(std::fabs(actual[i] - expected[i]) <= tolerance * scale))
      return int64_t(i);
  }
  return -1;
}
