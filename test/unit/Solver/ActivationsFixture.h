//===- ActivationsFixture.h - Problems of activations for tests -*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_SOLVER_ACTIVATIONSFIXTURE_H
#define HOCKET_TEST_UNIT_SOLVER_ACTIVATIONSFIXTURE_H

#include "hocket/Solver/Activations.h"

#include <limits>
#include <random>

namespace hocket::test {

/// Equal layers; a byte takes a nanosecond each way.
inline ActivationsProblem equalLayers(size_t count, int slices) {
  ActivationsProblem problem;
  ActivationsProblem::Layer layer;
  layer.forward = 1000;
  layer.backward = 2000;
  layer.recompute = 800;
  layer.input = 100;
  layer.attention = 100;
  layer.other = 1200;
  layer.transient = 50;
  layer.name = "layers[0]";
  problem.layers.assign(count, layer);
  problem.slices = slices;
  problem.deviceCap = 4000;
  problem.fixedBytes = 10;
  problem.hostCap = 100'000;
  problem.toHost = problem.fromHost = 1e6;
  return problem;
}

/// What MEMO allows: input and attention move, of the rest a part.
inline ActivationsProblem memo(size_t count, int slices) {
  ActivationsProblem problem = equalLayers(count, slices);
  problem.input = problem.attention = {false, true, false};
  problem.other = {false, true, true};
  problem.allowsStalls = false;
  problem.isUniform = true;
  return problem;
}

/// Two to five layers of all sorts, with limits of all sorts.
inline ActivationsProblem randomActivations(unsigned seed) {
  std::mt19937 random(seed);
  auto between = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  ActivationsProblem problem;
  size_t count = size_t(between(2, 5));
  for (size_t i = 0; i < count; ++i) {
    ActivationsProblem::Layer layer;
    layer.forward = between(0, 100);
    layer.backward = between(50, 200);
    layer.recompute = between(0, 100);
    layer.recomputeAttention = between(0, 60);
    layer.input = between(0, 30);
    layer.attention = between(0, 30);
    layer.other = between(0, 120);
    layer.transient = between(0, 20);
    layer.name = "layers[" + std::to_string(i) + "]";
    problem.layers.push_back(layer);
    problem.deviceCap +=
        (layer.input + layer.attention + layer.other) * between(20, 90) / 100;
  }
  problem.deviceCap += 60;
  problem.slices = count < 5 ? int(between(1, 2)) : 1;
  problem.hostCap = between(0, 300);
  problem.toHost = double(between(5, 30)) * 1e5;
  problem.fromHost = double(between(5, 30)) * 1e5;
  problem.attention.recompute = seed % 2 == 0;
  problem.input.offload = seed % 3 != 0;
  problem.allowsStalls = seed % 5 != 0;
  problem.isSliced = seed % 7 < 3;
  return problem;
}

/// Every choice of every layer, by clocks of its own.
class ActivationsBruteForce {
public:
  explicit ActivationsBruteForce(const ActivationsProblem &problem)
      : problem(problem), choices(problem.size()) {}

  struct Answer {
    int64_t value = std::numeric_limits<int64_t>::max();
    int64_t smallestCap = std::numeric_limits<int64_t>::max();
  };

  Answer run() {
    extend(0);
    return answer;
  }

private:
  void extend(size_t layer) {
    if (layer == problem.size()) {
      judge();
      return;
    }
    bool moves = layer + 2 < problem.size();
    for (ActivationPlace input : places(problem.input, moves))
      for (ActivationPlace attention : places(problem.attention, moves))
        for (int kept = 0; kept <= problem.slices; ++kept)
          for (int moved = 0; kept + moved <= problem.slices; ++moved) {
            if ((moved > 0 && (!moves || !problem.other.offload)) ||
                (kept > 0 && !problem.other.keep &&
                 (moves || !problem.other.offload)) ||
                (kept + moved < problem.slices && !problem.other.recompute))
              continue;
            choices[layer] = {input, attention, kept, moved};
            extend(layer + 1);
          }
  }

  static std::vector<ActivationPlace>
  places(const ActivationsProblem::Allowed &allowed, bool moves) {
    std::vector<ActivationPlace> list;
    if (allowed.keep || (allowed.offload && !moves))
      list.push_back(ActivationPlace::Keep);
    if (allowed.offload && moves)
      list.push_back(ActivationPlace::Offload);
    if (allowed.recompute)
      list.push_back(ActivationPlace::Recompute);
    return list;
  }

  /// Each of the last two layers holds all that may be held, or as much as
  /// layer 0.
  bool isUniform() const {
    const ActivationChoice &first = choices[0];
    for (size_t i = 1; i < choices.size(); ++i) {
      const ActivationChoice &own = choices[i];
      if (i + 2 < choices.size()) {
        if (!(own == first))
          return false;
        continue;
      }
      bool holdsAttention = problem.attention.keep || problem.attention.offload;
      bool holdsOther = problem.other.keep || problem.other.offload;
      bool isAgain = own.attention == ActivationPlace::Recompute;
      bool isWhole = isAgain != holdsAttention &&
                     own.kept == (holdsOther ? problem.slices : 0);
      bool isLike =
          isAgain == (first.attention == ActivationPlace::Recompute) &&
          own.kept == first.kept + first.offloaded;
      if (!isWhole && !isLike)
        return false;
    }
    return true;
  }

  void judge() {
    if (problem.isUniform && !isUniform())
      return;
    size_t count = problem.size();
    std::vector<int64_t> copied(count, 0), ended(count + 2, 0);
    int64_t now = 0, engine = 0, tasks = 0, host = 0, kept = 0, peak = 0;
    auto moved = [&](size_t i) { return problem.movedBytes(i, choices[i]); };
    for (size_t i = 0; i < count; ++i) {
      int64_t coming = i > 0 ? moved(i - 1) : 0;
      peak = std::max(peak, problem.fixedBytes + kept + coming +
                                problem.workingBytes(i, choices[i]));
      kept += problem.keptBytes(i, choices[i]);
      host += moved(i);
      if (i >= 2)
        now = std::max(now, copied[i - 2]);
      now += problem.layers[i].forward;
      tasks += problem.layers[i].forward;
      if (moved(i) > 0)
        engine = std::max(engine, now) + problem.toHostTime(moved(i));
      copied[i] = moved(i) > 0 ? engine : 0;
    }
    engine = now;
    for (size_t i = count; i-- > 0;) {
      if (moved(i) > 0) {
        engine =
            std::max(engine, ended[i + 2]) + problem.fromHostTime(moved(i));
        now = std::max(now, engine);
      }
      int64_t time = problem.backwardTime(i, choices[i]);
      now += time;
      tasks += time;
      ended[i] = now;
    }
    if (host > problem.hostCap || (!problem.allowsStalls && now > tasks))
      return;
    answer.smallestCap = std::min(answer.smallestCap, peak);
    if (peak <= problem.deviceCap)
      answer.value = std::min(answer.value, now);
  }

  const ActivationsProblem &problem;
  std::vector<ActivationChoice> choices;
  Answer answer;
};

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_SOLVER_ACTIVATIONSFIXTURE_H
