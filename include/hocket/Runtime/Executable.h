//===- Executable.h - What a .hkt file holds --------------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_EXECUTABLE_H
#define HOCKET_RUNTIME_EXECUTABLE_H

#include "hocket/Plan/Plan.h"
#include "hocket/Topology/Topology.h"

#include <string>
#include <string_view>
#include <vector>

namespace hocket::runtime {

/// Native code of all kernels: an ELF shared object.
struct KernelImage {
  std::string triple;
  std::string cpu;
  /// Instruction-set extensions that the code uses and the loader must find,
  /// by LLVM's names: "avx512f", "fma".
  std::vector<std::string> features;
  std::string bytes;
};

struct Executable {
  plan::Model model;
  Topology topology;
  plan::Plan plan; // one concrete schedule; replaced by planning again
  KernelImage code;
};

/// The bytes of a .hkt file: header with magic, version and checksum, then a
/// FlatBuffer.
std::string serialize(const Executable &executable);

/// Reads `bytes`, which are not trusted: size, checksum, version and
/// FlatBuffer are verified, then the plan (checkPlan). Errors: CorruptFile for
/// damage and for another version, else those of checkPlan.
Result<Executable> deserialize(std::string_view bytes);

/// Whether `plan` may run on `topology`: it has a device for every rank, and
/// the plan's invariants hold (plan::check). Errors: InvalidArgument,
/// InvalidPlan.
Result<void> checkPlan(const plan::Plan &plan, const plan::Model &model,
                       const Topology &topology);

/// Writes a temporary file beside `path` and renames it: no partial file is
/// ever seen.
Result<void> save(const Executable &executable, const std::string &path);
Result<Executable> load(const std::string &path);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_EXECUTABLE_H
