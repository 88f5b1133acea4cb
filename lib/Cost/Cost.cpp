//===- Cost.cpp - How long work and communication take --------------------===//

#include "hocket/Cost/Cost.h"

#include <algorithm>

using namespace hocket;

static double seconds(const Link &link, double bytes) {
  return link.latencySeconds + std::max(bytes, 0.0) / link.bytesPerSecond;
}

double RooflineCost::workSeconds(const Work &work) const {
  const DeviceModel &device = topology.device;
  double arithmetic =
      double(std::max<int64_t>(work.flops, 0)) / device.flopsPerSecond;
  double memory =
      double(std::max<int64_t>(work.bytes, 0)) / device.memoryBytesPerSecond;
  return device.launchSeconds + std::max(arithmetic, memory);
}

double RooflineCost::transferSeconds(int64_t bytes, int64_t from,
                                     int64_t to) const {
  return seconds(topology.link(from, to), double(bytes));
}

double
RooflineCost::allReduceSeconds(int64_t bytes,
                               const std::vector<uint32_t> &ranks) const {
  if (ranks.size() < 2)
    return 0;
  // The ranks are sorted, so the ring leaves a node only if its ends do.
  const Link &ends = topology.link(ranks.front(), ranks.back());
  bool leaves = &ends == &topology.interNode;
  double chunk = double(bytes) / double(ranks.size());
  double slowest = seconds(ends, chunk);
  if (leaves && topology.devicesPerNode > 1)
    slowest = std::max(slowest, seconds(topology.intraNode, chunk));
  return 2.0 * double(ranks.size() - 1) * slowest;
}
