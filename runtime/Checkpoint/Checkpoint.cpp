//===- Checkpoint.cpp - What training starts from and leaves --------------===//

#include "hocket/Runtime/Checkpoint.h"

#include <charconv>
#include <cstring>

using namespace hocket;
using namespace hocket::runtime;

static constexpr const char *kStepsKey = "hocket.steps";

std::string runtime::stateName(const plan::Model &model, uint32_t parameter,
                               uint32_t state) {
  return model.parameters[parameter].name + "." + model.stateNames[state];
}

static std::vector<int64_t> extents(const TensorType &type) {
  std::vector<int64_t> shape;
  for (const SizeExpr &extent : type.shape)
    shape.push_back(extent.evaluate({0, 0}));
  return shape;
}

Tensor runtime::makeTensor(const TensorType &type) {
  Tensor tensor{type.element, extents(type), {}};
  tensor.data.resize(size_t(type.bytes().evaluate({0, 0})));
  return tensor;
}

/// Visits every parameter and state: its name in a checkpoint and its type.
template <typename Visit>
static void forEachTensor(const plan::Model &model, Visit visit) {
  for (uint32_t i = 0; i < model.parameters.size(); ++i) {
    const plan::Parameter &parameter = model.parameters[i];
    visit(parameter.name, parameter.type, false);
    if (!model.updates.empty())
      for (uint32_t state = 0; state < model.statesPerParameter; ++state)
        visit(stateName(model, i, state), parameter.type, true);
  }
}

Result<Checkpoint> runtime::loadCheckpoint(const plan::Model &model,
                                           const std::string &path) {
  Result<Safetensors> file = Safetensors::load(path);
  if (!file)
    return file.error();
  bool hasStates = false;
  forEachTensor(model,
                [&](const std::string &name, const TensorType &, bool isState) {
                  hasStates |= isState && file->find(name);
                });

  Checkpoint checkpoint;
  Result<void> status;
  forEachTensor(model, [&](const std::string &name, const TensorType &type,
                           bool isState) {
    if (!status)
      return;
    Tensor tensor = makeTensor(type);
    if (!isState || hasStates) {
      Result<const TensorView *> found =
          file->require(name, type.element, tensor.shape);
      if (!found) {
        status = found.error();
        return;
      }
      std::memcpy(tensor.data.data(), (*found)->data, tensor.data.size());
    }
    checkpoint.tensors.emplace(name, std::move(tensor));
  });
  if (!status)
    return status.error();

  auto steps = file->metadata().find(kStepsKey);
  if (steps != file->metadata().end()) {
    const std::string &text = steps->second;
    auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(),
                                        checkpoint.steps);
    // Data and optimizers count with it; see BatchSource.
    if (code != std::errc() || rest != text.data() + text.size() ||
        checkpoint.steps < 0 || checkpoint.steps > INT32_MAX)
      return Error(ErrorCode::CorruptFile, path + ": metadata '" + kStepsKey +
                                               "' is '" + text +
                                               "', not a number of steps");
  }
  return checkpoint;
}

Result<void> runtime::saveCheckpoint(const Checkpoint &checkpoint,
                                     const std::string &path) {
  std::map<std::string, TensorView> views;
  for (const auto &[name, tensor] : checkpoint.tensors)
    views.emplace(name, tensor.view());
  return saveSafetensors(path, views,
                         {{kStepsKey, std::to_string(checkpoint.steps)}});
}
