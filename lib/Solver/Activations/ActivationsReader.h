//===- ActivationsReader.h - Fields of an activations instance --*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSREADER_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSREADER_H

#include "hocket/Solver/Activations.h"

#include <optional>

namespace hocket {

struct ActivationsFile {
  std::string name;
  ActivationsProblem problem;
};

/// Reads an instance as docs/activations.md has it. The problem has not passed
/// its check() yet. Errors: Io, InvalidArgument naming the field.
Result<ActivationsFile> readActivationsFile(const std::string &path);

/// The place of that name.
std::optional<ActivationPlace> activationPlace(std::string_view name);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSREADER_H
