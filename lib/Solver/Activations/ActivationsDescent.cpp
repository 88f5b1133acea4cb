//===- ActivationsDescent.cpp - Better choices, one layer at a time -------===//

#include "ActivationsDescent.h"

#include <cstdlib>

using namespace hocket;
using namespace hocket::activations;

namespace {

/// What a descent makes smaller, the first first.
struct Figures {
  int64_t excess = 0; // bytes beyond the caps, and waiting that must not be
  int64_t value = 0;
  int64_t bytes = 0; // of device and host, which later changes may use
  auto operator<=>(const Figures &) const = default;
};

class Descent {
public:
  Descent(const Model &model, Budget &budget)
      : model(model), problem(model.problem), budget(budget) {}

  std::optional<ActivationsSolution>
  run(const std::vector<ActivationChoice> &choices) {
    for (size_t i = 0; i < model.size(); ++i) {
      if (!budget.spend(int64_t(model.layer(i).options.size()) / 8))
        return std::nullopt;
      current.push_back(optionLike(i, choices[i]));
    }
    figures = measure();
    do
      while (improveOneByOne() && !budget.exhausted()) {
      }
    while (exchange() && !budget.exhausted());
    if (figures.excess > 0)
      return std::nullopt;
    std::vector<ActivationChoice> result;
    for (const Option *option : current)
      result.push_back(option->choice);
    return timetable(problem, result);
  }

private:
  /// The choice, or an option that is as good.
  const Option *optionLike(size_t layer, const ActivationChoice &choice) const {
    int64_t kept = problem.keptBytes(layer, choice);
    int64_t moved = problem.movedBytes(layer, choice);
    int64_t working = problem.workingBytes(layer, choice);
    const Option *best = nullptr;
    for (const Option &option : model.layer(layer).options)
      if (option.kept <= kept && option.moved <= moved &&
          option.working <= working &&
          (!best || option.backward < best->backward))
        best = &option;
    return best ? best : &model.layer(layer).options[0];
  }

  bool improveOneByOne() {
    bool isBetter = false;
    for (size_t i = 0; i < model.size(); ++i)
      isBetter |= improve(i);
    return isBetter;
  }

  /// Whether they differ in one slice, or in one place, or one place and a
  /// slice.
  static bool isNear(const ActivationChoice &a, const ActivationChoice &b) {
    int places = (a.input != b.input) + (a.attention != b.attention);
    int slices =
        std::abs(a.kept - b.kept) + std::abs(a.offloaded - b.offloaded);
    return places <= 1 && slices <= 2 && places + slices > 0;
  }

  std::vector<const Option *> near(size_t layer) const {
    std::vector<const Option *> list;
    for (const Option &option : model.layer(layer).options)
      if (isNear(option.choice, current[layer]->choice))
        list.push_back(&option);
    return list;
  }

  /// Where all memory is taken, one layer gives some of it to another one.
  bool exchange() {
    bool isBetter = false;
    for (size_t i = 0; i < model.size(); ++i)
      for (size_t j = 0; j < i && !budget.exhausted(); ++j)
        isBetter |= exchange(i, j);
    return isBetter;
  }

  bool exchange(size_t i, size_t j) {
    const Option *first = current[i], *second = current[j];
    bool isBetter = false;
    for (const Option *a : near(i))
      for (const Option *b : near(j)) {
        budget.spend(int64_t(model.size()));
        current[i] = a;
        current[j] = b;
        Figures own = measure();
        if (own < figures) {
          figures = own;
          first = a;
          second = b;
          isBetter = true;
        }
      }
    current[i] = first;
    current[j] = second;
    return isBetter;
  }

  bool improve(size_t layer) {
    const Option *before = current[layer], *best = before;
    for (const Option &option : model.layer(layer).options) {
      if (!budget.spend(int64_t(model.size())))
        break;
      current[layer] = &option;
      Figures own = measure();
      if (own < figures) {
        figures = own;
        best = &option;
      }
    }
    current[layer] = best;
    return best != before;
  }

  Figures measure() const {
    Clock forward, backward;
    int64_t kept = 0, movedBefore = 0, peak = 0, host = 0, waiting = 0;
    for (size_t i = 0; i < model.size(); ++i) {
      const Option &option = *current[i];
      waiting += forward.run(model.layer(i).forward, option.toHost);
      waiting += backward.run(option.backward, option.fromHost);
      peak = std::max(peak, kept + movedBefore + option.working);
      kept += option.kept;
      movedBefore = option.moved;
      host += option.moved;
    }
    int64_t over =
        std::max<int64_t>(0, peak + problem.fixedBytes - problem.deviceCap);
    over += std::max<int64_t>(0, host - problem.hostCap);
    if (!problem.allowsStalls)
      over += waiting;
    return {over, forward.start + backward.start, peak + host};
  }

  const Model &model;
  const ActivationsProblem &problem;
  Budget &budget;
  std::vector<const Option *> current;
  Figures figures;
};

} // namespace

bool activations::fitsButForDevice(const ActivationsProblem &problem,
                                   const ActivationsSolution &solution) {
  if (solution.hostBytes > problem.hostCap)
    return false;
  if (problem.allowsStalls)
    return true;
  int64_t tasks = 0;
  for (size_t i = 0; i < problem.size(); ++i)
    tasks +=
        problem.layers[i].forward + problem.backwardTime(i, solution.layers[i]);
  return solution.value == tasks;
}

std::optional<ActivationsSolution>
activations::descend(const Model &model, std::vector<ActivationChoice> choices,
                     Budget &budget) {
  return Descent(model, budget).run(choices);
}
