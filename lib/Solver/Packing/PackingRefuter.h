//===- PackingRefuter.h - Times that microbatches cannot have ----*- C++
//-*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGREFUTER_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGREFUTER_H

#include "PackingModel.h"

#include <array>
#include <map>

namespace hocket::packing {

/// What a sum counts of the work and of the bytes of each item of sand.
struct Weights {
  double work, bytes;
};
constexpr size_t kNumWeights = 4;

/// The sand where no microbatch takes longer than a limit. Sums are doubles,
/// rounded by less than the margin of Refuter::sandFits.
struct Sand {
  Sand(const Model &model, int64_t limit, int largestSmall);

  std::vector<uint32_t> longItems;
  double work = 0, bytes = 0;
  /// The least work by bytes that an item has.
  double leastDensity = 0;
  std::array<Weights, kNumWeights> weights;
  /// By weights and shape, the most that sand counts for by its work there.
  std::array<std::vector<double>, kNumWeights> efficiency;
  /// By shape, the most bytes by work there.
  std::vector<double> bytesByWork;

  /// The most work that sand of so many bytes has: the densest first.
  double mostWork(double bytes) const;

private:
  std::vector<double> bytesBefore, workBefore; // of the densest items
};

/// Refutes times of microbatches.
class Refuter {
public:
  Refuter(const Model &model, Budget &budget)
      : model(model), budget(budget),
        largestSmall(model.problem.devicesPerNode) {}

  /// Whether no solution of `count` microbatches has times that add up to at
  /// most `sum`; false where that is not proven.
  bool refutes(int count, int64_t sum);

private:
  struct LargeGroup {
    size_t microbatch, shape;
    int64_t load, bytes;
  };

  using Box = std::vector<std::pair<int64_t, int64_t>>;

  bool refutesBox(const Box &box, int64_t sum);
  const Sand &sandWithin(int64_t limit);
  bool distributes(const Sand &sand, size_t index);
  bool sandFits(const Sand &sand) const;

  const Model &model;
  Budget &budget;
  int largestSmall;
  std::vector<int64_t> times; // the latest corner of a box, longest first
  std::vector<int> free;      // devices outside large groups
  std::vector<LargeGroup> groups;
  int64_t nodesLeft = 0;
  std::map<int64_t, Sand> sands; // by limit
};

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGREFUTER_H
