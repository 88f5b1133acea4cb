//===- Tensors.h - Between files and the ranks' memory ----------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_TENSORS_H
#define HOCKET_TOOLS_HOCKETRUN_TENSORS_H

#include "hocket/Runtime/Checkpoint.h"
#include "hocket/Runtime/World.h"

#include <optional>

namespace hocket::run {

/// The ranks of a world and the names of what they hold.
class RankTensors {
public:
  RankTensors(const plan::Model &model, runtime::ThreadsWorld &world)
      : model(model), world(world) {}

  /// Gives every rank the parameters and optimizer states that it holds.
  Result<void> scatter(const runtime::Checkpoint &checkpoint);
  /// Replaces the checkpoint's tensors by those of the ranks of data coordinate
  /// 0 that hold them.
  Result<void> gather(runtime::Checkpoint &checkpoint);
  /// The last step's gradients, divided by its weight, by the names of their
  /// parameters, and its mean loss as "loss".
  Result<runtime::TensorMap> gradients();

  /// The sum of the losses of the last step over its weight; nothing where the
  /// model has no loss.
  Result<std::optional<double>> meanLoss();
  /// By what the last step divided; nothing where the model has no loss.
  Result<std::optional<float>> weight() const {
    return scalar(plan::Slot::Weight);
  }

private:
  struct Place {
    uint32_t rank = 0, buffer = 0;
  };
  /// The first rank of data coordinate 0 that holds the value.
  std::optional<Place> find(plan::Slot slot, uint32_t index) const;
  /// A scalar that all ranks agree on; nothing where none has it.
  Result<std::optional<float>> scalar(plan::Slot slot) const;

  const plan::Model &model;
  runtime::ThreadsWorld &world;
};

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_TENSORS_H
