//===- Cost.cpp - How long work and communication take --------------------===//

#include "hocket/Cost/Cost.h"

#include <algorithm>
#include <cmath>

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

double RooflineCost::hostCopySeconds(int64_t bytes) const {
  const HostModel &host = topology.host;
  if (host.bytesPerSecond <= 0)
    return CostModel::hostCopySeconds(bytes);
  return double(std::max<int64_t>(bytes, 0)) / host.bytesPerSecond;
}

LinkShare RooflineCost::linkShare(int64_t from, int64_t to) const {
  int64_t sender = topology.node(from), receiver = topology.node(to);
  if (topology.onOneNode(from, to))
    return {3 * sender, 3 * sender, topology.intraNode.adaptersPerNode};
  // What a node sends does not hinder what it receives.
  return {3 * sender + 1, 3 * receiver + 2, topology.interNode.adaptersPerNode};
}

double RooflineCost::productSeconds(const MatrixProduct &product) const {
  const MatrixUnits &matrix = topology.device.matrix;
  if (matrix.flopsPerSecond <= 0)
    return CostModel::productSeconds(product);
  auto upwards = [](double value, double unit) {
    return std::ceil(value / unit);
  };
  // The tile may lie on its side.
  auto tiles = [&](int64_t rows, int64_t columns) {
    return upwards(double(product.rows), double(rows)) *
           upwards(double(product.columns), double(columns));
  };
  double perProduct = std::min(tiles(matrix.tileRows, matrix.tileColumns),
                               tiles(matrix.tileColumns, matrix.tileRows));
  double processors = double(matrix.processors);
  double waves = upwards(perProduct * double(product.count), processors);
  double perTile = 2.0 * double(matrix.tileRows) * double(matrix.tileColumns) *
                   (double(product.depth) + matrix.rampDepth);
  double arithmetic = waves * processors * perTile / matrix.flopsPerSecond;
  double memory = product.bytes() / topology.device.memoryBytesPerSecond;
  return topology.device.launchSeconds + std::max(arithmetic, memory);
}

double RooflineCost::ringLatency(const std::vector<uint32_t> &ranks) const {
  if (topology.nodeLatencySeconds.empty())
    return topology.interNode.latencySeconds;
  double slowest = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    uint32_t from = ranks[i], to = ranks[(i + 1) % ranks.size()];
    if (!topology.onOneNode(from, to))
      slowest = std::max(slowest, topology.link(from, to).latencySeconds);
  }
  return slowest;
}

double RooflineCost::interNodeStep(double bytes,
                                   const std::vector<uint32_t> &ranks) const {
  const Link &link = topology.interNode;
  double rate = link.collectiveRate();
  if (link.adaptersPerNode > 0) {
    // Sorted ranks: those of a node are neighbours.
    int64_t most = 0, here = 0, node = -1;
    for (uint32_t rank : ranks) {
      here = rank / topology.devicesPerNode == node ? here + 1 : 1;
      node = rank / topology.devicesPerNode;
      most = std::max(most, here);
    }
    rate *= double(link.adaptersPerNode) * double(most) /
            double(topology.devicesPerNode);
  }
  return ringLatency(ranks) + bytes / rate;
}

double
RooflineCost::allReduceSeconds(int64_t bytes,
                               const std::vector<uint32_t> &ranks) const {
  if (ranks.size() < 2)
    return 0;
  // The ranks are sorted, so the ring leaves a node only if its ends do.
  bool leaves = !topology.onOneNode(ranks.front(), ranks.back());
  double chunk = double(std::max<int64_t>(bytes, 0)) / double(ranks.size());
  double slowest = 0;
  if (leaves)
    slowest = interNodeStep(chunk, ranks);
  if (!leaves || topology.devicesPerNode > 1)
    slowest =
        std::max(slowest, topology.intraNode.latencySeconds +
                              chunk / topology.intraNode.collectiveRate());
  return 2.0 * double(ranks.size() - 1) * slowest;
}
