//===- Checkpoint.h - What training starts from and leaves ------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_CHECKPOINT_H
#define HOCKET_RUNTIME_CHECKPOINT_H

#include "hocket/Plan/Model.h"
#include "hocket/Runtime/Safetensors.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hocket::runtime {

/// A tensor that owns its data.
struct Tensor {
  ElementType element = ElementType::F32;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;

  TensorView view() const {
    return {element, shape, data.data(), int64_t(data.size())};
  }
};

using TensorMap = std::map<std::string, Tensor>;

/// Parameters by name and optimizer states by "<parameter>.<state>". Says
/// nothing about ranks: a checkpoint fits every degree of parallelism.
struct Checkpoint {
  int64_t steps = 0; // that have been trained
  TensorMap tensors;
};

/// "<parameter>.<state>".
std::string stateName(const plan::Model &model, uint32_t parameter,
                      uint32_t state);

/// A zeroed tensor for a type with constant extents.
Tensor makeTensor(const TensorType &type);

/// What the model says its parameters start as, and states of zero. A value
/// depends on the parameter's name, its place in it and `seed` alone. Errors:
/// InvalidArgument for element types that cannot be drawn.
Result<Checkpoint> initialize(const plan::Model &model, uint64_t seed);

/// Reads all parameters of `model`, and its optimizer states: all of them, or
/// zeros where the file has none at all. Other tensors are ignored. Errors:
/// CorruptFile, Io, and InvalidArgument for a tensor that is missing or has
/// another type or shape.
Result<Checkpoint> loadCheckpoint(const plan::Model &model,
                                  const std::string &path);

/// Writes safetensors with the number of steps in their metadata.
Result<void> saveCheckpoint(const Checkpoint &checkpoint,
                            const std::string &path);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_CHECKPOINT_H
