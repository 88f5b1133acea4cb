//===- PackingSearch.cpp - Better times of the microbatches ---------------===//

#include "PackingSearch.h"

#include "PackingBound.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>

using namespace hocket;
using namespace hocket::packing;

/// Choices are made for the longest items, at most so many.
static constexpr size_t kMostChosen = 48;
/// How many microbatches more than the fewest are tried.
static constexpr int kMoreMicrobatches = 4;

Search::Search(const Model &model, uint64_t seed)
    : model(model), builder(model), generator(seed),
      numChosen(std::min(model.numItems(), kMostChosen)) {}

/// Builds and, if that succeeds, shortens the limits to the times that are
/// needed.
bool Search::build(State &state) {
  bool fits = builder.build(state.limits, state.choices, state.prefersChain);
  budget->spend(builder.takeWork());
  if (!fits)
    return false;
  state.limits = builder.times();
  int64_t longest =
      std::accumulate(state.limits.begin(), state.limits.end(), int64_t(0));
  // A microbatch that nothing went into is none.
  int64_t count = std::count_if(state.limits.begin(), state.limits.end(),
                                [](int64_t time) { return time > 0; });
  state.value = model.sharedTime + count * model.fixedTime + longest;
  if (state.value < bestPacking.value) {
    bestPacking.value = state.value;
    bestPacking.microbatches = int(state.limits.size());
    bestPacking.groups.assign(builder.groups().begin(),
                              builder.groups().begin() +
                                  long(builder.numGroups()));
    onBetter(state.value);
  }
  return true;
}

/// Equal limits, the least for which a build succeeds.
void Search::start(int microbatches, bool prefersChain) {
  State state;
  state.prefersChain = prefersChain;
  state.choices.resize(numChosen);
  int64_t low = 1;
  for (size_t item = 0; item < model.numItems(); ++item)
    low = std::max(low, model.leastTime(item));
  int64_t most = 0;
  for (size_t item = 0; item < model.numItems(); ++item)
    most += model.leastWork(item);
  int64_t high = low;
  for (;; high *= 2) {
    state.limits.assign(size_t(microbatches), high);
    if (build(state))
      break;
    if (high > most)
      return; // the memory is too small for so few microbatches
  }
  State found = state;
  high = *std::max_element(found.limits.begin(), found.limits.end());
  while (high - low > high / 100 && !isOver()) {
    int64_t middle = low + (high - low) / 2;
    state.limits.assign(size_t(microbatches), middle);
    if (build(state)) {
      found = state;
      high = *std::max_element(found.limits.begin(), found.limits.end());
    } else {
      low = middle;
    }
  }
  if (found.value - found.value / 10 < bestPacking.value)
    tightenAll(found);
  states.push_back(std::move(found));
}

/// Halves the time that one microbatch might do without.
void Search::tighten(State &state, size_t microbatch) {
  int64_t low = 0;
  State attempt = state;
  while (state.limits[microbatch] - low > state.value / 4000 && !isOver()) {
    int64_t limit = state.limits[microbatch];
    attempt.limits = state.limits;
    attempt.limits[microbatch] =
        limit - std::max<int64_t>(1, (limit - low) / 2);
    int64_t asked = attempt.limits[microbatch];
    if (build(attempt))
      state = attempt;
    else
      low = asked;
  }
}

void Search::tightenAll(State &state) {
  std::vector<size_t> order(state.limits.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::shuffle(order.begin(), order.end(), generator);
  for (size_t microbatch : order)
    tighten(state, microbatch);
}

/// A time that one of the longest items takes: limits that are none leave
/// its devices idle.
int64_t Search::randomTime() {
  size_t item = random(std::min<size_t>(numChosen, 16));
  const std::vector<uint16_t> &shapes = model.shapesOf(item);
  return model.time(item, shapes[random(shapes.size())]);
}

/// Changes the state at random; true where the result is worth at most
/// `allowed`.
bool Search::perturb(State &state, int64_t allowed) {
  size_t count = state.limits.size(), changed = random(count);
  State next = state;
  bool movesLimit = count > 1 && random(2) == 0;
  if (movesLimit) {
    int64_t limit = randomTime();
    if (random(2) == 0) {
      double factor = std::exp((double(random(2001)) - 1000) / 3000);
      limit = int64_t(double(next.limits[changed]) * factor) + 1;
    }
    next.limits[changed] = limit;
  } else {
    size_t changes = 1 + random(2);
    while (changes-- > 0) {
      size_t item = random(1 + random(numChosen));
      Choice &choice = next.choices[item];
      const std::vector<uint16_t> &shapes = model.shapesOf(item);
      choice = Choice();
      if (random(4) > 0)
        choice.shape = shapes[random(shapes.size())];
      if (choice.shape != Choice::kAny && random(4) > 0)
        choice.microbatch = int(random(count));
    }
  }
  // Another microbatch gets what the allowed time leaves for it.
  size_t other =
      movesLimit ? (changed + 1 + random(count - 1)) % count : changed;
  int64_t rest = model.sharedTime + int64_t(count) * model.fixedTime;
  for (size_t i = 0; i < count; ++i)
    if (i != other)
      rest += next.limits[i];
  if (rest >= allowed)
    return false;
  next.limits[other] = allowed - rest;
  if (!build(next))
    return false;
  tighten(next, other);
  if (count > 1)
    tighten(next, random(count));
  state = std::move(next);
  return true;
}

/// One microbatch is as long as one of the longest items takes, the others are
/// equal: every such time is tried.
void Search::sweep(size_t index, Budget &budget) {
  size_t count = states[index].limits.size();
  int64_t fixed = model.sharedTime + int64_t(count) * model.fixedTime;
  std::set<int64_t> tried;
  for (size_t i = 0; i < std::min<size_t>(numChosen, 24) * model.numShapes();
       ++i) {
    int64_t time = model.time(i / model.numShapes(), i % model.numShapes());
    if (time == kNever || !tried.insert(time).second)
      continue;
    if (budget.exhausted())
      return;
    // What is little worse may have better neighbours.
    int64_t value = states[index].value;
    int64_t rest = value + value / 100 - fixed - time;
    if (time * int64_t(count) < rest + time || rest <= 0)
      continue;
    State state;
    state.prefersChain = states[index].prefersChain;
    state.choices.resize(numChosen);
    state.limits.assign(count, rest / int64_t(count - 1));
    state.limits[0] = time;
    if (build(state)) {
      tightenAll(state);
      if (state.value < states[index].value)
        states[index] = std::move(state);
    }
  }
}

void Search::begin(Budget &budget) {
  this->budget = &budget;
  int fewest = int(fewestMicrobatches(model));
  int most = int(model.numItems());
  int64_t leastOfFewest = areaBound(model);
  for (int count = fewest; count <= most; ++count) {
    int64_t least = leastOfFewest + (count - fewest) * model.fixedTime;
    if (!states.empty() && (count > fewest + kMoreMicrobatches ||
                            least >= bestPacking.value || budget.exhausted()))
      break;
    // Memory that is too small for this many is for a few more, too.
    int step = states.empty() ? std::max(0, (count - fewest) / 8) : 0;
    count = std::min(count + step, most);
    start(count, false);
    if (!model.isNested)
      start(count, true);
  }
  // The most promising first: the budget may be small.
  std::sort(states.begin(), states.end(), [](const State &a, const State &b) {
    return std::tuple(a.value, a.limits.size(), a.prefersChain) <
           std::tuple(b.value, b.limits.size(), b.prefersChain);
  });
  for (size_t i = 0; i < states.size(); ++i)
    if (states[i].limits.size() > 1 &&
        states[i].value - states[i].value / 5 < bestPacking.value)
      sweep(i, budget);
}

void Search::run(Budget &budget) {
  this->budget = &budget;
  auto temperature = [&, begin = budget.remainingWork(),
                      seconds = budget.remainingSeconds()] {
    double left = budget.countsWork()
                      ? double(budget.remainingWork()) / double(begin)
                      : budget.remainingSeconds() / seconds;
    return 0.01 * std::clamp(left, 0.0, 1.0);
  };
  std::vector<State> current = states;
  while (!budget.exhausted() && bestPacking.value > lowerBound) {
    size_t index = random(states.size());
    // Mostly the number of microbatches that is best so far.
    for (size_t i = 0; i < states.size(); ++i)
      if (random(3) > 0 && states[i].value < states[index].value)
        index = i;
    State &state = current[index];
    double noise = -std::log((double(random(1 << 20)) + 1) / (1 << 20));
    int64_t allowed = state.value + int64_t(noise * temperature() * 0.3 *
                                            double(state.value));
    if (perturb(state, allowed) && state.value < states[index].value)
      states[index] = state;
    if (random(400) == 0)
      current[index] = states[index];
    budget.spend(1);
  }
}
