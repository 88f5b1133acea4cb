//===- Cost.h - How long work and communication take ------------*- C++ -*-===//
//
// Costs know devices and links, not plans: the caller says how many operations
// and bytes there are (Plan/Work.h counts those of an instruction).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_COST_COST_H
#define HOCKET_COST_COST_H

#include "hocket/Support/TensorType.h"
#include "hocket/Topology/Topology.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace hocket {

/// What a device does in one go.
struct Work {
  int64_t flops = 0;
  int64_t bytes = 0; // read and written in device memory
  /// Of a kernel: its symbol and what it is called with. Empty for fills and
  /// copies.
  std::string_view kernel = {};
  Symbols symbols = {0, 0};
  bool isLoad = false; // a batch from the host's memory
};

/// The adapters that a transfer needs: one of its sender's pool and one of its
/// receiver's. Pools are numbers that differ.
struct LinkShare {
  int64_t sender = 0, receiver = 0;
  int64_t adapters = 0; // in each pool; 0: the link is not shared
};

/// `count` products of a [rows, depth] and a [depth, columns] matrix.
struct MatrixProduct {
  int64_t rows = 1, columns = 1, depth = 1, count = 1;
  int64_t operandBytes = 2; // of an element that is read
  int64_t resultBytes = 2;  // moved for an element of the result

  double flops() const {
    return 2.0 * double(count) * double(rows) * double(columns) * double(depth);
  }
  double bytes() const {
    double read = double(rows + columns) * double(depth) * double(operandBytes);
    return double(count) *
           (read + double(rows) * double(columns) * double(resultBytes));
  }
};

/// Predicts durations, in seconds. All of them are finite and not negative.
class CostModel {
public:
  virtual ~CostModel() = default;

  /// Whether it knows how long this kernel takes, and need not make do with
  /// other costs for it.
  virtual bool covers(std::string_view /*kernel*/) const { return true; }
  /// One kernel, fill or copy on one device, its launch included.
  virtual double workSeconds(const Work &work) const = 0;
  /// One kernel that multiplies matrices, its launch included.
  virtual double productSeconds(const MatrixProduct &product) const {
    return workSeconds({int64_t(product.flops()), int64_t(product.bytes())});
  }
  /// `bytes` from the device of rank `from` to that of rank `to`.
  virtual double transferSeconds(int64_t bytes, int64_t from,
                                 int64_t to) const = 0;
  /// `bytes` from a device to the memory of its host, or back.
  virtual double hostCopySeconds(int64_t bytes) const {
    return workSeconds({0, 2 * bytes});
  }
  /// What such a transfer shares with others.
  virtual LinkShare linkShare(int64_t /*from*/, int64_t /*to*/) const {
    return {};
  }
  /// An all-reduce of `bytes` per rank over `ranks` (sorted), from the arrival
  /// of the last one. 0 for a group of one.
  virtual double allReduceSeconds(int64_t bytes,
                                  const std::vector<uint32_t> &ranks) const = 0;
};

/// The default. A device is bound by its arithmetic or by its memory, whichever
/// takes longer; a transfer has its link to itself, or an adapter at each end
/// where the topology counts them; an all-reduce is a ring, paced by its
/// slowest link: 2 (n - 1) steps of bytes / n. Each rank of the ring sends to
/// the next one, and the last to the first. A copy to the host or back has its
/// direction to itself; where the topology does not say how fast it is, the
/// host's memory is the device's, and it is a copy in that.
///
/// A product on a device that has MatrixUnits goes in waves of one tile for
/// each processor: what rounding up to whole tiles and whole waves adds is
/// time, and so is the ramp of each tile (docs/cost.md).
///
/// Where a node's adapters are counted, all its devices are taken to be in a
/// collective at the same time, as those of a data-parallel step are: a group
/// has the share of the adapters that it has of the node's devices.
class RooflineCost : public CostModel {
public:
  explicit RooflineCost(Topology topology) : topology(std::move(topology)) {}

  double workSeconds(const Work &work) const override;
  double productSeconds(const MatrixProduct &product) const override;
  double transferSeconds(int64_t bytes, int64_t from,
                         int64_t to) const override;
  double hostCopySeconds(int64_t bytes) const override;
  LinkShare linkShare(int64_t from, int64_t to) const override;
  double allReduceSeconds(int64_t bytes,
                          const std::vector<uint32_t> &ranks) const override;

private:
  /// Of the slowest link between nodes in a ring.
  double ringLatency(const std::vector<uint32_t> &ranks) const;
  /// One step of a ring that leaves its nodes.
  double interNodeStep(double bytes, const std::vector<uint32_t> &ranks) const;

  Topology topology;
};

} // namespace hocket

#endif // HOCKET_COST_COST_H
