//===- Activations.cpp - The problem of activations and its costs ---------===//

#include "hocket/Solver/Activations.h"

#include <algorithm>
#include <cmath>

using namespace hocket;

const char *hocket::name(ActivationPlace place) {
  switch (place) {
  case ActivationPlace::Keep:
    return "keep";
  case ActivationPlace::Offload:
    return "offload";
  case ActivationPlace::Recompute:
    return "recompute";
  }
  return "keep";
}

namespace {

constexpr double kNanosecondsPerMs = 1e6;
constexpr size_t kMostLayers = 10'000;
constexpr int kMostSlices = 128;
/// Sums of them times 2^16 fit in 62 bits (ActivationsBound).
constexpr int64_t kLongest = int64_t(1) << 44;
constexpr int64_t kMostBytes = int64_t(1) << 50;

Error mistake(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

/// Of what all slices take together, what one of them takes.
int64_t perSlice(int64_t whole, int slices) {
  return (whole + slices - 1) / slices;
}

Result<void> checkLayer(const ActivationsProblem::Layer &layer) {
  using Layer = ActivationsProblem::Layer;
  struct Field {
    const char *name;
    int64_t Layer::*value;
    int64_t most;
  };
  constexpr Field kFields[] = {
      {"forward_ms", &Layer::forward, kLongest},
      {"backward_ms", &Layer::backward, kLongest},
      {"recompute_ms", &Layer::recompute, kLongest},
      {"recompute_attention_ms", &Layer::recomputeAttention, kLongest},
      {"bytes.input", &Layer::input, kMostBytes},
      {"bytes.attention", &Layer::attention, kMostBytes},
      {"bytes.other", &Layer::other, kMostBytes},
      {"bytes.transient", &Layer::transient, kMostBytes}};
  for (const Field &field : kFields)
    if (layer.*field.value < 0 || layer.*field.value > field.most)
      return mistake(layer.name + "." + field.name +
                     " must not be negative, nor more than 2^44 ns or 2^50 "
                     "bytes");
  return {};
}

Result<void> checkAllowed(const char *field,
                          const ActivationsProblem::Allowed &allowed) {
  if (!allowed.keep && !allowed.offload && !allowed.recompute)
    return mistake(std::string(field) +
                   " is empty: what the backward reads must come from "
                   "somewhere");
  return {};
}

Result<void> checkSums(const ActivationsProblem &problem) {
  double time = 0, bytes = double(problem.fixedBytes);
  for (const ActivationsProblem::Layer &layer : problem.layers) {
    double all =
        double(layer.input) + double(layer.attention) + double(layer.other);
    bytes += all + double(layer.transient);
    time +=
        double(layer.forward) + double(layer.backward) +
        double(layer.recompute) + double(layer.recomputeAttention) +
        all * kNanosecondsPerMs * (1 / problem.toHost + 1 / problem.fromHost);
  }
  if (bytes > double(kMostBytes))
    return mistake("the bytes add up to more than 2^50");
  if (time > double(kLongest))
    return mistake("the times of tasks and copies add up to more than 2^44 ns");
  return {};
}

} // namespace

Result<void> ActivationsProblem::check() const {
  if (layers.empty() || layers.size() > kMostLayers)
    return mistake("layers must be from 1 to " + std::to_string(kMostLayers) +
                   ", not " + std::to_string(layers.size()));
  for (const Layer &layer : layers)
    if (Result<void> checked = checkLayer(layer); !checked)
      return checked;
  if (slices < 1 || slices > kMostSlices)
    return mistake("slices must be from 1 to " + std::to_string(kMostSlices) +
                   ", not " + std::to_string(slices));
  for (auto [field, bytes] : {std::pair{"device.cap", deviceCap},
                              {"device.fixed", fixedBytes},
                              {"host.cap", hostCap}})
    if (bytes < 0 || bytes > kMostBytes)
      return mistake(std::string(field) + " must be from 0 to 2^50 bytes");
  for (auto [field, rate] :
       {std::pair{"host.to_host", toHost}, {"host.from_host", fromHost}})
    if (!(rate > 0) || !std::isfinite(rate)) // a NaN is refused, too
      return mistake(std::string(field) + " must be positive");
  for (auto [field, allowed] : {std::pair{"input", &input},
                                {"attention", &attention},
                                {"other", &other}})
    if (Result<void> checked = checkAllowed(field, *allowed); !checked)
      return checked;
  if (input.recompute)
    return mistake("input cannot be computed again: it is what everything "
                   "else of the layer is computed from");
  return checkSums(*this);
}

int64_t ActivationsProblem::backwardTime(size_t layer,
                                         const ActivationChoice &choice) const {
  const Layer &own = layers[layer];
  int again = slices - choice.kept - choice.offloaded;
  int64_t time = own.backward + again * perSlice(own.recompute, slices);
  if (choice.attention == ActivationPlace::Recompute)
    time += own.recomputeAttention;
  return time;
}

int64_t ActivationsProblem::keptBytes(size_t layer,
                                      const ActivationChoice &choice) const {
  const Layer &own = layers[layer];
  int64_t bytes = choice.kept * perSlice(own.other, slices);
  if (choice.input == ActivationPlace::Keep)
    bytes += own.input;
  if (choice.attention == ActivationPlace::Keep)
    bytes += own.attention;
  return bytes;
}

int64_t ActivationsProblem::movedBytes(size_t layer,
                                       const ActivationChoice &choice) const {
  const Layer &own = layers[layer];
  int64_t bytes = choice.offloaded * perSlice(own.other, slices);
  if (choice.input == ActivationPlace::Offload)
    bytes += own.input;
  if (choice.attention == ActivationPlace::Offload)
    bytes += own.attention;
  return bytes;
}

int64_t ActivationsProblem::workingBytes(size_t layer,
                                         const ActivationChoice &choice) const {
  const Layer &own = layers[layer];
  int64_t held = keptBytes(layer, choice) + movedBytes(layer, choice);
  if (!isSliced)
    return own.transient + own.input + own.attention +
           slices * perSlice(own.other, slices);
  if (choice.attention == ActivationPlace::Recompute)
    held += own.attention;
  if (choice.kept + choice.offloaded < slices)
    held += perSlice(own.other, slices);
  return own.transient + held;
}

int64_t ActivationsProblem::toHostTime(int64_t bytes) const {
  return int64_t(std::ceil(double(bytes) * kNanosecondsPerMs / toHost));
}

int64_t ActivationsProblem::fromHostTime(int64_t bytes) const {
  return int64_t(std::ceil(double(bytes) * kNanosecondsPerMs / fromHost));
}
