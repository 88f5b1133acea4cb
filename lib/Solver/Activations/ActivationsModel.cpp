//===- ActivationsModel.cpp - Choices, their costs, and clocks ------------===//

#include "ActivationsModel.h"

#include <map>
#include <tuple>

using namespace hocket;
using namespace hocket::activations;

namespace {

constexpr ActivationPlace kPlaces[] = {ActivationPlace::Keep,
                                       ActivationPlace::Offload,
                                       ActivationPlace::Recompute};

/// Whether the last two layers, of which nothing moves, keep in its place.
bool isAllowed(ActivationPlace place,
               const ActivationsProblem::Allowed &allowed, bool mayMove) {
  switch (place) {
  case ActivationPlace::Keep:
    return allowed.keep || (allowed.offload && !mayMove);
  case ActivationPlace::Offload:
    return allowed.offload && mayMove;
  case ActivationPlace::Recompute:
    return allowed.recompute;
  }
  return false;
}

enum class Times {
  Count,  // less is better
  Differ, // options of other times are not compared
  Ignore,
};

/// Pairs of numbers; whether one of them is no larger in either.
class Staircase {
public:
  bool covers(int64_t first, int64_t second) const {
    auto next = steps.upper_bound(first);
    return next != steps.begin() && std::prev(next)->second <= second;
  }
  /// Adds a pair that is not covered, in place of those that it covers.
  void add(int64_t first, int64_t second) {
    auto next = steps.lower_bound(first);
    while (next != steps.end() && next->second >= second)
      next = steps.erase(next);
    steps.emplace_hint(next, first, second);
  }

private:
  std::map<int64_t, int64_t> steps; // the second fall
};

/// The options that no other one is as good as in every respect, and perhaps
/// some more. Where the budget ends on the way, not all.
std::vector<Option> worthwhile(std::vector<Option> all, Times times,
                               Budget &budget) {
  auto key = [times](const Option &option) {
    return std::tuple(times == Times::Ignore ? 0 : option.backward, option.kept,
                      option.moved, option.working, option.backward);
  };
  std::sort(all.begin(), all.end(),
            [&](const Option &a, const Option &b) { return key(a) < key(b); });
  bool isAlike = std::all_of(all.begin(), all.end(), [&](const Option &option) {
    return option.working == all[0].working;
  });
  // By what an option works on beside what it keeps and moves: where all three
  // are no more, it works on no more. There are few such numbers.
  std::map<int64_t, Staircase> stairs;
  std::vector<Option> kept;
  int64_t backward = all[0].backward;
  for (const Option &option : all) {
    if (!budget.spend(24))
      break;
    if (times == Times::Differ && option.backward != backward)
      stairs.clear();
    backward = option.backward;
    int64_t beside = isAlike ? 0 : option.working - option.kept - option.moved;
    auto end = stairs.upper_bound(beside);
    if (std::any_of(stairs.begin(), end, [&](const auto &known) {
          return known.second.covers(option.kept, option.moved);
        }))
      continue;
    stairs[beside].add(option.kept, option.moved);
    kept.push_back(option);
  }
  return kept;
}

} // namespace

std::vector<Option> activations::everyOption(const ActivationsProblem &problem,
                                             size_t layer) {
  bool mayMove = problem.mayMove(layer);
  std::vector<Option> options;
  auto add = [&](const ActivationChoice &choice) {
    Option option;
    option.choice = choice;
    option.kept = problem.keptBytes(layer, choice);
    option.moved = problem.movedBytes(layer, choice);
    option.working = problem.workingBytes(layer, choice);
    option.backward = problem.backwardTime(layer, choice);
    option.toHost = problem.toHostTime(option.moved);
    option.fromHost = problem.fromHostTime(option.moved);
    options.push_back(option);
  };
  auto isPossible = [&](ActivationPlace place, int count) {
    return count == 0 || isAllowed(place, problem.other, mayMove);
  };
  for (ActivationPlace input : kPlaces)
    for (ActivationPlace attention : kPlaces)
      for (int kept = 0; kept <= problem.slices; ++kept)
        for (int moved = 0; kept + moved <= problem.slices; ++moved)
          if (isAllowed(input, problem.input, mayMove) &&
              isAllowed(attention, problem.attention, mayMove) &&
              isPossible(ActivationPlace::Keep, kept) &&
              isPossible(ActivationPlace::Offload, moved) &&
              isPossible(ActivationPlace::Recompute,
                         problem.slices - kept - moved))
            add({input, attention, kept, moved});
  return options;
}

Model::Model(const ActivationsProblem &problem, Budget &budget, bool bytesAlone)
    : problem(problem) {
  // Where tasks must not wait, a longer backward may hide a copy.
  Times times = !problem.allowsStalls ? Times::Differ
                : bytesAlone          ? Times::Ignore
                                      : Times::Count;
  std::map<std::tuple<bool, int64_t, int64_t, int64_t, int64_t, int64_t,
                      int64_t, int64_t, int64_t>,
           size_t>
      known;
  for (size_t index = 0; index < problem.size(); ++index) {
    const ActivationsProblem::Layer &layer = problem.layers[index];
    auto [entry, isNew] = known.try_emplace(
        {problem.mayMove(index), layer.forward, layer.backward, layer.recompute,
         layer.recomputeAttention, layer.input, layer.attention, layer.other,
         layer.transient},
        tables.size());
    tableOf.push_back(entry->second);
    if (!isNew)
      continue;
    LayerOptions &table = tables.emplace_back();
    table.forward = layer.forward;
    table.options = worthwhile(everyOption(problem, index), times, budget);
    if (budget.exhausted()) {
      tableOf.clear();
      return;
    }
    auto least = [&](int64_t Option::*field) {
      return (*std::min_element(table.options.begin(), table.options.end(),
                                [&](const Option &a, const Option &b) {
                                  return a.*field < b.*field;
                                })).*
             field;
    };
    table.leastWorking = least(&Option::working);
    table.leastMoved = least(&Option::moved);
    table.leastBackward = least(&Option::backward);
  }
}

ActivationsSolution
activations::timetable(const ActivationsProblem &problem,
                       const std::vector<ActivationChoice> &choices) {
  ActivationsSolution solution;
  size_t size = choices.size();
  solution.layers.resize(size);
  Clock forward, backward;
  int64_t kept = 0, movedBefore = 0, end = 0;
  std::vector<int64_t> backwardEnd(size), fetchEnd(size); // in mirrored time
  for (size_t i = 0; i < size; ++i) {
    auto &layer = solution.layers[i];
    static_cast<ActivationChoice &>(layer) = choices[i];
    int64_t moved = problem.movedBytes(i, choices[i]);
    layer.forward = forward.start;
    end = forward.start + problem.layers[i].forward;
    if (moved > 0)
      layer.toHost = std::max(end, forward.engine);
    forward.run(problem.layers[i].forward, problem.toHostTime(moved));
    int64_t time = problem.backwardTime(i, choices[i]);
    backwardEnd[i] = backward.start + time;
    backward.run(time, problem.fromHostTime(moved));
    fetchEnd[i] = backward.engine;
    solution.hostBytes += moved;
    solution.peakBytes =
        std::max(solution.peakBytes, problem.fixedBytes + kept + movedBefore +
                                         problem.workingBytes(i, choices[i]));
    kept += problem.keptBytes(i, choices[i]);
    movedBefore = moved;
  }
  solution.value = end + backwardEnd.back();
  for (size_t i = 0; i < size; ++i) {
    solution.layers[i].backward = solution.value - backwardEnd[i];
    if (problem.movedBytes(i, choices[i]) > 0)
      solution.layers[i].fromHost = solution.value - fetchEnd[i];
  }
  return solution;
}
