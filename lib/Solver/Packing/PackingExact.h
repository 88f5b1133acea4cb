//===- PackingExact.h - Packings by decision queries ------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGEXACT_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGEXACT_H

#include "PackingSearch.h"

#include "hocket/Solver/Engine.h"

namespace hocket::packing {

/// Asks an engine whether there is a packing whose value is at most a number.
class Exact {
public:
  Exact(const Model &model, const DecisionEngineFactory &factory,
        uint64_t seed);

  /// Whether a query has few enough variables to be answered in a while.
  static bool isSmall(const Model &model, int microbatches);

  /// Called with every higher bound.
  std::function<void(int64_t)> onBound = [](int64_t) {};
  /// Called with the value of every better packing.
  std::function<void(int64_t)> onBetter = [](int64_t) {};

  /// Narrows what is between the value of `packing` and the bound until they
  /// meet or the budget ends. No packing of value below that of `packing` has
  /// more than `microbatches`. Returns the bound.
  int64_t improve(Packing &packing, int microbatches, int64_t bound,
                  Budget &budget);

private:
  struct Slot {
    int microbatch;
    size_t shape;
    Literal isUsed;
    std::vector<std::pair<uint32_t, Literal>> items;
  };

  void build(int microbatches, int64_t most);
  void addSlots(int microbatch);
  void addSymmetry(int microbatches);
  std::vector<std::pair<int64_t, Literal>> bitsOf(int64_t most);
  Answer ask(int64_t value, Budget &budget);
  Packing read(int microbatches) const;
  int64_t scaled(int64_t time) const { return time / quantum; }

  const Model &model;
  const DecisionEngineFactory &factory;
  uint64_t seed;
  /// Times are counted in so many ns, rounded down, so that sums of weights
  /// are what an engine takes. What is refuted so is refuted.
  int64_t quantum = 1;
  std::unique_ptr<DecisionEngine> engine;
  std::vector<Slot> slots;
  std::vector<Literal> isUsed; // by microbatch
  /// By microbatch, the bits of the time of its slowest group.
  std::vector<std::vector<std::pair<int64_t, Literal>>> bits;
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGEXACT_H
