//===- Cost.h - How long work and communication take ------------*- C++ -*-===//
//
// Costs know devices and links, not plans: the caller says how many operations
// and bytes there are (Plan/Work.h counts those of an instruction).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_COST_COST_H
#define HOCKET_COST_COST_H

#include "hocket/Topology/Topology.h"

#include <cstdint>
#include <vector>

namespace hocket {

/// What a device does in one go.
struct Work {
  int64_t flops = 0;
  int64_t bytes = 0; // read and written in device memory
};

/// Predicts durations, in seconds. All of them are finite and not negative.
class CostModel {
public:
  virtual ~CostModel() = default;

  /// One kernel, fill or copy on one device, its launch included.
  virtual double workSeconds(const Work &work) const = 0;
  /// `bytes` from the device of rank `from` to that of rank `to`.
  virtual double transferSeconds(int64_t bytes, int64_t from,
                                 int64_t to) const = 0;
  /// An all-reduce of `bytes` per rank over `ranks` (sorted), from the arrival
  /// of the last one. 0 for a group of one.
  virtual double allReduceSeconds(int64_t bytes,
                                  const std::vector<uint32_t> &ranks) const = 0;
};

/// The default. A device is bound by its arithmetic or by its memory, whichever
/// takes longer; a transfer has its link to itself; an all-reduce is a ring,
/// paced by its slowest link: 2 (n - 1) steps of bytes / n.
class RooflineCost : public CostModel {
public:
  explicit RooflineCost(Topology topology) : topology(std::move(topology)) {}

  double workSeconds(const Work &work) const override;
  double transferSeconds(int64_t bytes, int64_t from,
                         int64_t to) const override;
  double allReduceSeconds(int64_t bytes,
                          const std::vector<uint32_t> &ranks) const override;

private:
  Topology topology;
};

} // namespace hocket

#endif // HOCKET_COST_COST_H
