//===- PackingNeighbourhood.h - Some microbatches anew ----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGNEIGHBOURHOOD_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGNEIGHBOURHOOD_H

#include "PackingSearch.h"

namespace hocket::packing {

/// Takes two or three microbatches of a packing and packs their items anew,
/// into any number of microbatches: what a search over the times of all
/// microbatches cannot do once there are many.
class Neighbourhoods {
public:
  Neighbourhoods(const Model &model, uint64_t seed)
      : model(model), generator(seed) {}

  /// Called with the value of every better packing.
  std::function<void(int64_t)> onBetter = [](int64_t) {};
  /// Nothing below it is sought.
  int64_t lowerBound = 0;
  /// Decides small neighbourhoods where it is there.
  const DecisionEngineFactory *engine = nullptr;

  /// Fewest microbatches of a packing for which this is worth its time.
  static constexpr int kFewest = 3;

  void run(Packing &packing, Budget &budget);

private:
  bool repack(Packing &packing, const std::vector<int> &microbatches,
              Budget &budget);

  const Model &model;
  std::mt19937_64 generator;
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGNEIGHBOURHOOD_H
