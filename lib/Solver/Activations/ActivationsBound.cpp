//===- ActivationsBound.cpp - What no choice of activations beats ---------===//

#include "ActivationsBound.h"

#include <cmath>
#include <optional>

using namespace hocket;
using namespace hocket::activations;

namespace {

/// Terms are whole numbers of 2^-16 ns, none negative, each rounded so that
/// sums stay bounds.
constexpr int kUnitBits = 16;
constexpr double kUnit = double(int64_t(1) << kUnitBits);
constexpr double kSlack = 0x1p-48; // of a few products of doubles
constexpr double kMostTerm = 0x1p58;
constexpr double kNsPerMs = 1e6;

int64_t down(double ns) {
  return int64_t(std::floor(ns * kUnit * (1 - kSlack)));
}
int64_t up(double ns) { return int64_t(std::ceil(ns * kUnit * (1 + kSlack))); }

/// (1 - t) a + t b, rounded down.
int64_t mix(double t, int64_t a, int64_t b) {
  return down((1 - t) * double(a)) + down(t * double(b));
}

} // namespace

Bound::Bound(const Model &model, Budget &budget)
    : model(model),
      deviceRoom(double(model.problem.deviceCap - model.problem.fixedBytes)),
      hostRoom(double(model.problem.hostCap)) {
  for (size_t i = 0; i < model.numTables(); ++i)
    numOptions += int64_t(model.tableAt(i).options.size());
  add({0, 0, 0, 0});
  add(maximize({true, true, true, true}, budget));
  // Where one of the limits does not bind, these do better deep in a search.
  add(maximize({false, false, true, true}, budget));
  add(maximize({true, true, true, false}, budget));
}

void Bound::add(const Weights &weights) {
  Relaxation relaxation{weights, std::vector<int64_t>(model.size() + 1, 0)};
  relaxation.rest[model.size()] =
      -up(weights[2] * deviceRoom) - up(weights[3] * hostRoom);
  std::vector<std::optional<int64_t>> leastOfTable(model.numTables());
  for (size_t layer = model.size(); layer-- > 0;) {
    // The last layer has a term of its own kind.
    std::optional<int64_t> fresh;
    bool isLast = layer + 1 == model.size();
    std::optional<int64_t> &least =
        isLast ? fresh : leastOfTable[model.table(layer)];
    if (!least)
      least = term(weights, layer, best(weights, layer));
    relaxation.rest[layer] = relaxation.rest[layer + 1] + *least;
  }
  relaxations.push_back(std::move(relaxation));
}

int64_t Bound::term(const Weights &weights, size_t layer,
                    const Option &option) const {
  int64_t forward = model.layer(layer).forward;
  bool isLast = layer + 1 == model.size();
  auto [t, u, k, h] = weights;
  // The last task ends both sums.
  int64_t sum = isLast ? mix(t, forward, forward) +
                             mix(u, option.backward, option.backward)
                       : mix(t, forward, option.toHost) +
                             mix(u, option.backward, option.fromHost);
  return sum + down(k * double(isLast ? option.working : option.kept)) +
         down(h * double(option.moved));
}

const Option &Bound::best(const Weights &weights, size_t layer) const {
  const std::vector<Option> &options = model.layer(layer).options;
  const Option *best = nullptr;
  int64_t least = 0;
  for (const Option &option : options) {
    int64_t own = term(weights, layer, option);
    if (!best || own < least) {
      best = &option;
      least = own;
    }
  }
  return *best;
}

const Option &Bound::about(const Weights &weights, size_t layer) const {
  const std::vector<Option> &options = model.layer(layer).options;
  bool isLast = layer + 1 == model.size();
  auto [t, u, k, h] = weights;
  const Option *best = &options[0];
  double least = INFINITY;
  for (const Option &option : options) {
    double own =
        isLast ? double(option.backward) + k * double(option.working)
               : t * double(option.toHost) + (1 - u) * double(option.backward) +
                     u * double(option.fromHost) + k * double(option.kept);
    own += h * double(option.moved);
    if (own < least) {
      best = &option;
      least = own;
    }
  }
  return *best;
}

int64_t Bound::operator()(const Prefix &prefix, size_t next) const {
  bool isLast = next + 1 == model.size();
  // The next copy starts after the next task, if there is one to come.
  auto engineFrom = [&](const Clock &clock, int64_t task) {
    return std::max(clock.engine, clock.start + (isLast ? 0 : task));
  };
  const LayerOptions &layer = model.layer(next);
  int64_t engineForward = engineFrom(prefix.forward, layer.forward);
  int64_t engineBackward = engineFrom(prefix.backward, layer.leastBackward);
  int64_t bound = 0;
  for (const Relaxation &relaxation : relaxations) {
    auto [t, u, k, h] = relaxation.weights;
    int64_t own = relaxation.rest[next] +
                  mix(t, prefix.forward.start, engineForward) +
                  mix(u, prefix.backward.start, engineBackward) +
                  down(k * double(prefix.kept)) + down(h * double(prefix.host));
    bound = std::max(bound, own);
  }
  // Values are whole.
  return (bound + (int64_t(1) << kUnitBits) - 1) >> kUnitBits;
}

Bound::Weights Bound::largestWeights() const {
  // Bytes are worth no more than computing them again and copying them.
  double perByte = 0;
  double bytes = std::max({deviceRoom, hostRoom, 1.0});
  for (const ActivationsProblem::Layer &layer : model.problem.layers) {
    for (auto [time, ofBytes] : {std::pair{layer.recompute, layer.other},
                                 {layer.recomputeAttention, layer.attention}})
      if (ofBytes > 0)
        perByte = std::max(perByte, double(time) / double(ofBytes));
    bytes += double(layer.input) + double(layer.attention) +
             double(layer.other) + double(layer.transient);
  }
  perByte +=
      kNsPerMs / model.problem.toHost + kNsPerMs / model.problem.fromHost;
  double largest = std::min(2 * perByte, kMostTerm / kUnit / bytes);
  return {1, 1, largest, largest};
}

double Bound::value(const Weights &weights, Weights &gradient) const {
  gradient = {0, 0, -deviceRoom, -hostRoom};
  std::vector<const Option *> bestOfTable(model.numTables());
  double tasks = 0, tasksBackward = 0;
  for (size_t layer = 0; layer < model.size(); ++layer) {
    bool isFirst = layer == 0, isLast = layer + 1 == model.size();
    const Option *&known = bestOfTable[model.table(layer)];
    const Option *option = isLast || !known ? &about(weights, layer) : known;
    if (!isLast)
      known = option;
    double forward = double(model.layer(layer).forward);
    double backward = double(option->backward);
    tasks += forward;
    tasksBackward += backward;
    gradient[0] -= forward;
    gradient[1] -= backward;
    gradient[0] += double(option->toHost);
    gradient[1] += double(option->fromHost);
    // The tasks around the copies.
    if (isFirst || isLast) {
      gradient[0] += forward;
      gradient[1] +=
          isFirst ? double(model.layer(layer).leastBackward) : backward;
    }
    gradient[2] += double(isLast ? option->working : option->kept);
    gradient[3] += double(option->moved);
  }
  double sum = tasks + tasksBackward;
  for (size_t i = 0; i < weights.size(); ++i)
    sum += weights[i] * gradient[i];
  return sum;
}

/// The ellipsoid method, in the unit cube of what is free.
Bound::Weights Bound::maximize(const std::array<bool, 4> &isFree,
                               Budget &budget) const {
  Weights largest = largestWeights();
  std::vector<size_t> axes;
  for (size_t i = 0; i < isFree.size(); ++i)
    if (isFree[i] && largest[i] > 0)
      axes.push_back(i);
  size_t n = axes.size();
  if (n < 2)
    return {};
  std::vector<double> center(n, 0.5);
  std::vector<std::vector<double>> shape(n, std::vector<double>(n, 0));
  for (size_t i = 0; i < n; ++i)
    shape[i][i] = double(n) / 4; // the ball around the cube
  Weights bestWeights{};
  double bestValue = 0;
  constexpr int kSteps = 400;
  for (int step = 0; step < kSteps; ++step) {
    // What is cut away lies along `normal`.
    std::vector<double> normal(n, 0);
    auto outside = std::find_if(center.begin(), center.end(),
                                [](double x) { return x < 0 || x > 1; });
    if (outside != center.end()) {
      normal[size_t(outside - center.begin())] = *outside < 0 ? -1 : 1;
    } else {
      // Some nanoseconds for each option, and for each layer.
      if (!budget.spend((numOptions + int64_t(model.size())) / 2))
        break;
      Weights weights{}, gradient{};
      for (size_t i = 0; i < n; ++i)
        weights[axes[i]] = center[i] * largest[axes[i]];
      double own = value(weights, gradient);
      if (own > bestValue) {
        bestValue = own;
        bestWeights = weights;
      }
      for (size_t i = 0; i < n; ++i)
        normal[i] = -gradient[axes[i]] * largest[axes[i]];
    }
    std::vector<double> direction(n, 0);
    double length = 0;
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < n; ++j)
        direction[i] += shape[i][j] * normal[j];
    for (size_t i = 0; i < n; ++i)
      length += normal[i] * direction[i];
    if (!(length > 0))
      break;
    double scale = 1 / std::sqrt(length), dimension = double(n);
    double grown = dimension * dimension / (dimension * dimension - 1);
    for (double &x : direction)
      x *= scale;
    for (size_t i = 0; i < n; ++i) {
      center[i] -= direction[i] / (dimension + 1);
      for (size_t j = 0; j < n; ++j)
        shape[i][j] = grown * (shape[i][j] - 2 / (dimension + 1) *
                                                 direction[i] * direction[j]);
    }
  }
  return bestWeights;
}
