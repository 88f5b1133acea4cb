//===- Tensors.cpp - Between files and the ranks' memory ------------------===//

#include "Tensors.h"

#include <cstring>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::run;
using namespace hocket::runtime;

/// The name in a checkpoint of what a buffer holds; empty for anything else.
static std::string tensorName(const Model &model, const Operand &binding) {
  if (binding.slot == Slot::Parameter)
    return model.parameters[binding.index].name;
  uint32_t states = model.statesPerParameter;
  if (binding.slot == Slot::State)
    return stateName(model, binding.index / states, binding.index % states);
  return "";
}

Result<void> RankTensors::scatter(const Checkpoint &checkpoint) {
  const Plan &plan = world.currentPlan();
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    const Role &role = plan.roles[plan.ranks[rank].role];
    for (uint32_t i = 0; i < role.buffers.size(); ++i) {
      std::string name = tensorName(model, role.buffers[i].binding);
      if (name.empty())
        continue;
      const Tensor &tensor = checkpoint.tensors.at(name);
      if (Result<void> written = world.rank(rank).write(i, tensor.data.data());
          !written)
        return written;
    }
  }
  return {};
}

std::optional<RankTensors::Place> RankTensors::find(Slot slot,
                                                    uint32_t index) const {
  const Plan &plan = world.currentPlan();
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    if (plan.ranks[rank].data != 0)
      continue;
    int64_t buffer = world.rank(rank).findBuffer(slot, index);
    if (buffer >= 0)
      return Place{rank, uint32_t(buffer)};
  }
  return std::nullopt;
}

Result<void> RankTensors::gather(Checkpoint &checkpoint) {
  auto take = [&](Slot slot, uint32_t index) -> Result<void> {
    std::optional<Place> place = find(slot, index);
    // What no rank holds is as it was: nothing uses it.
    if (!place)
      return {};
    Tensor &tensor =
        checkpoint.tensors.at(tensorName(model, {slot, index, Access::Read}));
    return world.rank(place->rank).read(place->buffer, tensor.data.data());
  };
  for (uint32_t i = 0; i < model.parameters.size(); ++i) {
    if (Result<void> taken = take(Slot::Parameter, i); !taken)
      return taken;
    if (model.updates.empty())
      continue;
    for (uint32_t state = 0; state < model.statesPerParameter; ++state)
      if (Result<void> taken =
              take(Slot::State, i * model.statesPerParameter + state);
          !taken)
        return taken;
  }
  return {};
}

Result<std::optional<float>> RankTensors::scalar(Slot slot) const {
  std::optional<Place> place = find(slot, 0);
  if (!place)
    return std::optional<float>();
  float value = 0;
  if (Result<void> taken = world.rank(place->rank).read(place->buffer, &value);
      !taken)
    return taken.error();
  return std::optional<float>(value);
}

Result<std::optional<double>> RankTensors::meanLoss() {
  Result<std::optional<float>> loss = scalar(Slot::Loss);
  if (!loss)
    return loss.error();
  Result<std::optional<float>> weight = scalar(Slot::Weight);
  if (!weight)
    return weight.error();
  if (!*loss)
    return std::optional<double>();
  return std::optional<double>(double(**loss) / double(weight->value_or(1)));
}

Result<TensorMap> RankTensors::gradients() {
  TensorMap tensors;
  Result<std::optional<float>> weight = scalar(Slot::Weight);
  if (!weight)
    return weight.error();
  // Updates only read gradients, which stay until the next step.
  for (uint32_t i = 0; i < model.parameters.size(); ++i) {
    std::optional<Place> place = find(Slot::Gradient, i);
    const Parameter &parameter = model.parameters[i];
    if (!place || parameter.type.element != ElementType::F32)
      continue;
    Tensor tensor = makeTensor(parameter.type);
    if (Result<void> taken =
            world.rank(place->rank).read(place->buffer, tensor.data.data());
        !taken)
      return taken.error();
    float *values = reinterpret_cast<float *>(tensor.data.data());
    for (size_t k = 0; k < tensor.data.size() / sizeof(float); ++k)
      values[k] /= weight->value_or(1);
    tensors.emplace(parameter.name, std::move(tensor));
  }
  if (tensors.empty())
    return Error(ErrorCode::InvalidArgument,
                 "the model has no gradients to save",
                 {"compile it with its backward pass"});
  Result<std::optional<double>> loss = meanLoss();
  if (!loss)
    return loss.error();
  if (*loss) {
    Tensor tensor = makeTensor({ElementType::F32, {}});
    float value = float(**loss);
    std::memcpy(tensor.data.data(), &value, sizeof(value));
    if (!tensors.emplace("loss", std::move(tensor)).second)
      return Error(ErrorCode::InvalidArgument,
                   "a parameter is called 'loss', like the loss itself");
  }
  return tensors;
}
