//===- Topology.h - Devices and the links between them ----------*- C++ -*-===//

#ifndef HOCKET_TOPOLOGY_TOPOLOGY_H
#define HOCKET_TOPOLOGY_TOPOLOGY_H

#include "hocket/Support/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hocket {

/// A transfer of n bytes takes latencySeconds + n / bytesPerSecond.
struct Link {
  double latencySeconds = 0;
  double bytesPerSecond = 1;
  /// What the ring of a collective gets of one link; 0: bytesPerSecond.
  double collectiveBytesPerSecond = 0;
  /// Of these links each node has so many, which its devices share; 0: every
  /// pair of devices has a link to itself.
  int64_t adaptersPerNode = 0;

  double collectiveRate() const {
    return collectiveBytesPerSecond > 0 ? collectiveBytesPerSecond
                                        : bytesPerSecond;
  }
};

/// The units of a device that multiply matrices: `processors` of them work on
/// one tile of the result each, and a product ends when the last tile does.
struct MatrixUnits {
  double flopsPerSecond = 0; // of a long, even product; 0: there are none
  int64_t processors = 1;
  int64_t tileRows = 1, tileColumns = 1;
  /// What starting and ending a tile costs, in steps of the contracted extent.
  double rampDepth = 0;
};

struct DeviceModel {
  int64_t memoryBytes = 0;
  double flopsPerSecond = 1;
  double memoryBytesPerSecond = 1;
  double launchSeconds = 0;
  /// Of the data sheet: what utilisation is a share of; 0: not known.
  double peakFlopsPerSecond = 0;
  MatrixUnits matrix{};
};

/// The memory of the machine around a device, as much as the device may use.
struct HostModel {
  int64_t memoryBytes = 0;   // 0: not known
  double bytesPerSecond = 0; // to it and from it, each; 0: not known
};

/// Nodes of equal devices; rank r runs on device r, node r / devicesPerNode.
struct Topology {
  std::string name;
  int64_t nodes = 1;
  int64_t devicesPerNode = 1;
  DeviceModel device;
  HostModel host{};
  Link intraNode;
  Link interNode;
  /// Of nodes at different places: the latency (seconds) from node a to node b
  /// is entry a * nodes + b, and takes the place of interNode's. The diagonal
  /// is 0 and means nothing. Empty: interNode's holds between all nodes.
  std::vector<double> nodeLatencySeconds{};

  int64_t devices() const { return nodes * devicesPerNode; }
  int64_t node(int64_t rank) const { return rank / devicesPerNode; }
  bool onOneNode(int64_t rankA, int64_t rankB) const {
    return node(rankA) == node(rankB);
  }
  /// The link from the device of one rank to that of another.
  Link link(int64_t from, int64_t to) const;
};

/// Parses a topology file (docs/topology.md). Errors name the line and the
/// field: unknown or missing fields, wrong types, numbers that are not
/// positive, a table of latencies without a row and a column for each node.
Result<Topology> parseTopology(const std::string &yaml,
                               const std::string &fileName);
Result<Topology> loadTopology(const std::string &path);

} // namespace hocket

#endif // HOCKET_TOPOLOGY_TOPOLOGY_H
