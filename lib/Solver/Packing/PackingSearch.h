//===- PackingSearch.h - Better times of the microbatches -------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGSEARCH_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGSEARCH_H

#include "PackingBuilder.h"

#include <functional>

namespace hocket::packing {

/// A solution, in items.
struct Packing {
  int64_t value = kNever;
  int microbatches = 0;
  std::vector<Builder::Group> groups;
};

/// Searches for the times of the microbatches within which all items fit, and
/// for where the longest items go: they decide what is left for the others.
class Search {
public:
  Search(const Model &model, uint64_t seed);

  /// Called with the value of every better packing.
  std::function<void(int64_t)> onBetter = [](int64_t) {};
  /// Nothing below it is sought.
  int64_t lowerBound = 0;

  /// Finds a first packing, whatever the budget.
  void begin(Budget &budget);
  /// After begin(): finds better ones until the budget ends or the bound is
  /// reached.
  void run(Budget &budget);
  const Packing &best() const { return bestPacking; }

private:
  /// Limits and choices for which a build succeeded.
  struct State {
    std::vector<int64_t> limits;
    std::vector<Choice> choices;
    bool prefersChain = false;
    int64_t value = kNever; // with the fixed times
  };

  bool build(State &state);
  void start(int microbatches, bool prefersChain);
  void sweep(size_t index, Budget &budget);
  void tighten(State &state, size_t microbatch);
  void tightenAll(State &state);
  bool perturb(State &state, int64_t allowed);
  size_t random(size_t below) { return size_t(generator() % below); }
  int64_t randomTime();
  bool isOver() const { return budget->exhausted(); }

  const Model &model;
  Builder builder;
  Budget *budget = nullptr; // of begin() or run(), charged for every build
  std::mt19937_64 generator;
  Packing bestPacking;
  std::vector<State> states; // by number of microbatches
  size_t numChosen;          // items that choices are made for
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGSEARCH_H
