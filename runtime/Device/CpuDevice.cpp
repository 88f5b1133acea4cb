//===- CpuDevice.cpp - Kernels as native code on this machine -------------===//

#include "hocket/Runtime/CpuDevice.h"

#include "MatrixProduct.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace hocket;
using namespace hocket::runtime;

/// A shared object can only be loaded from a file; this one is in memory.
static Result<void *> loadImage(const std::string &bytes, int &descriptor) {
  auto fail = [](const std::string &what) {
    return Error(ErrorCode::Io, "cannot load the kernels: " + what);
  };
  descriptor = ::memfd_create("hocket-kernels", MFD_CLOEXEC);
  if (descriptor < 0)
    return fail(std::strerror(errno));
  size_t written = 0;
  while (written < bytes.size()) {
    ssize_t count =
        ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return fail(std::strerror(errno));
    written += size_t(count);
  }
  std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  void *library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return Error(ErrorCode::CorruptFile,
                 std::string("the image of the kernels does not load: ") +
                     ::dlerror());
  return library;
}

Result<std::unique_ptr<CpuDevice>>
CpuDevice::create(const KernelImage &image,
                  const std::vector<plan::Kernel> &kernels,
                  unsigned blasThreads) {
  Result<std::set<std::string>> available = machineFeatures();
  if (!available)
    return available.error();
  if (Result<void> checked = checkFeatures(image, *available); !checked)
    return checked.error();
  std::unique_ptr<CpuDevice> device(new CpuDevice);
  Result<void *> library = loadImage(image.bytes, device->descriptor);
  if (!library)
    return library.error();
  device->library = *library;
  for (const plan::Kernel &kernel : kernels) {
    void *entry = ::dlsym(*library, kernel.symbol.c_str());
    if (!entry)
      return Error(ErrorCode::CorruptFile,
                   "the image of the kernels has no entry point '" +
                       kernel.symbol + "'");
    device->entryPoints.push_back(reinterpret_cast<EntryPoint>(entry));
  }
  setMatrixProductThreads(blasThreads);
  // Kernels without matrix products need none.
  if (void *product = ::dlsym(*library, "hocket_sgemm"))
    *static_cast<MatrixProduct *>(product) = matrixProduct;
  return device;
}

CpuDevice::~CpuDevice() {
  for (const Mapping &mapping : mappings)
    ::munmap(mapping.address, mapping.bytes);
  if (library)
    ::dlclose(library);
  if (descriptor >= 0)
    ::close(descriptor);
}

Result<std::byte *> CpuDevice::allocate(int64_t bytes) {
  size_t size = size_t(std::max<int64_t>(bytes, 1));
  void *address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return Error(ErrorCode::Runtime, "cannot allocate an arena of " +
                                         std::to_string(bytes) +
                                         " bytes: " + std::strerror(errno));
  // A wish: fewer page faults and fewer misses where the system grants it.
  ::madvise(address, size, MADV_HUGEPAGE);
  mappings.push_back({address, size});
  return static_cast<std::byte *>(address);
}

void CpuDevice::release(std::byte *memory, int64_t) {
  auto found = std::find_if(
      mappings.begin(), mappings.end(),
      [&](const Mapping &mapping) { return mapping.address == memory; });
  if (found == mappings.end())
    return;
  ::munmap(found->address, found->bytes);
  mappings.erase(found);
}

Result<void> CpuDevice::launch(uint32_t kernel, void *const *operands,
                               const Symbols &symbols, void *workspace) {
  entryPoints[kernel](operands, symbols.data(), workspace);
  return {};
}

Result<void> CpuDevice::zero(void *data, int64_t bytes) {
  std::memset(data, 0, size_t(bytes));
  return {};
}

Result<void> CpuDevice::copy(void *to, const void *from, int64_t bytes) {
  // A rank that has no tokens in a step has staged no batch.
  if (bytes > 0)
    std::memcpy(to, from, size_t(bytes));
  return {};
}

Result<void> CpuDevice::upload(void *to, const void *from, int64_t bytes) {
  return copy(to, from, bytes);
}

Result<void> CpuDevice::download(void *to, const void *from, int64_t bytes) {
  return copy(to, from, bytes);
}

Result<void> CpuDevice::add(void *sum, const void *values, int64_t count) {
  float *__restrict into = static_cast<float *>(sum);
  const float *__restrict from = static_cast<const float *>(values);
  for (int64_t i = 0; i < count; ++i)
    into[i] += from[i];
  return {};
}

double CpuDevice::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}
