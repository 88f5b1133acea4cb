//===- PackingReader.h - Fields of a packing instance -----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGREADER_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGREADER_H

#include "hocket/Solver/Packing.h"

namespace hocket {

struct PackingFile {
  std::string name;
  PackingProblem problem;
};

/// Reads an instance as docs/packing.md has it. Files of lengths are beside the
/// instance unless their paths say otherwise; `lengthsSeed` takes the place of
/// the file's. The problem has not passed its check() yet. Errors: Io,
/// InvalidArgument naming the field.
Result<PackingFile> readPackingFile(const std::string &path,
                                    std::optional<uint64_t> lengthsSeed);

/// The method of that name.
std::optional<PackingMethod> packingMethod(std::string_view name);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGREADER_H
