//===- Initialize.cpp - How parameters start ------------------------------===//

#include "hocket/Runtime/Checkpoint.h"
#include "hocket/Runtime/Random.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <string_view>

using namespace hocket;
using namespace hocket::runtime;

namespace {

/// FNV-1a, which needs no more than to tell names apart.
uint64_t hash(std::string_view text) {
  uint64_t value = 0xCBF29CE484222325;
  for (char c : text)
    value = (value ^ uint8_t(c)) * 0x100000001B3;
  return value;
}

/// Numbered draws: value i is the same whoever asks for it.
class Normal {
public:
  Normal(std::string_view name, uint64_t seed, double deviation)
      : key(splitmix64(hash(name) ^ splitmix64(seed))), deviation(deviation) {}

  /// Box-Muller: two uniform numbers, the first above 0, give one normal one.
  double operator()(uint64_t i) const {
    constexpr double unit = 1.0 / double(uint64_t(1) << 53);
    double radius = double((splitmix64(key + 2 * i) >> 11) + 1) * unit;
    double angle = double(splitmix64(key + 2 * i + 1) >> 11) * unit;
    return deviation * std::sqrt(-2 * std::log(radius)) *
           std::cos(2 * std::numbers::pi * angle);
  }

private:
  uint64_t key;
  double deviation;
};

template <typename T>
void fill(const plan::Parameter &parameter, uint64_t seed, Tensor &tensor) {
  Normal normal(parameter.name, seed, parameter.stddev);
  for (size_t i = 0; i < tensor.data.size() / sizeof(T); ++i) {
    T value = parameter.init == plan::Init::Ones ? T(1) : T(normal(i));
    std::memcpy(tensor.data.data() + i * sizeof(T), &value, sizeof(T));
  }
}

} // namespace

Result<Checkpoint> runtime::initialize(const plan::Model &model,
                                       uint64_t seed) {
  Checkpoint checkpoint;
  for (uint32_t i = 0; i < model.parameters.size(); ++i) {
    const plan::Parameter &parameter = model.parameters[i];
    Tensor tensor = makeTensor(parameter.type);
    if (parameter.init != plan::Init::Zeros) {
      if (parameter.type.element == ElementType::F32)
        fill<float>(parameter, seed, tensor);
      else if (parameter.type.element == ElementType::F64)
        fill<double>(parameter, seed, tensor);
      else
        return Error(ErrorCode::InvalidArgument,
                     "parameter '" + parameter.name + "' is of type " +
                         parameter.type.str() +
                         " and cannot be initialized; give --params=FILE");
    }
    checkpoint.tensors.emplace(parameter.name, std::move(tensor));
    if (!model.updates.empty())
      for (uint32_t state = 0; state < model.statesPerParameter; ++state)
        checkpoint.tensors.emplace(stateName(model, i, state),
                                   makeTensor(parameter.type));
  }
  return checkpoint;
}
