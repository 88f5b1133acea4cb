//===- TopologyOps.cpp - Topologies to ops and back -----------------------===//

#include "hocket/Dialects/TopologyOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace hocket;

TopologyOp hocket::createTopologyOp(OpBuilder &builder, Location loc,
                                    StringRef symbol,
                                    const Topology &topology) {
  auto integer = [&](int64_t value) {
    return builder.getI64IntegerAttr(value);
  };
  auto number = [&](double value) { return builder.getF64FloatAttr(value); };
  return TopologyOp::create(
      builder, loc, builder.getStringAttr(symbol), integer(topology.nodes),
      integer(topology.devicesPerNode), integer(topology.device.memoryBytes),
      number(topology.device.flopsPerSecond),
      number(topology.device.memoryBytesPerSecond),
      number(topology.device.launchSeconds),
      number(topology.intraNode.latencySeconds),
      number(topology.intraNode.bytesPerSecond),
      number(topology.interNode.latencySeconds),
      number(topology.interNode.bytesPerSecond));
}

Topology hocket::toTopology(TopologyOp op) {
  auto number = [](FloatAttr value) { return value.getValueAsDouble(); };
  Topology topology;
  topology.name = op.getSymName().str();
  topology.nodes = op.getNodes();
  topology.devicesPerNode = op.getDevicesPerNode();
  topology.device = {int64_t(op.getMemoryBytes()),
                     number(op.getFlopsPerSecondAttr()),
                     number(op.getMemoryBytesPerSecondAttr()),
                     number(op.getLaunchSecondsAttr())};
  topology.intraNode = {number(op.getIntraNodeLatencySecondsAttr()),
                        number(op.getIntraNodeBytesPerSecondAttr())};
  topology.interNode = {number(op.getInterNodeLatencySecondsAttr()),
                        number(op.getInterNodeBytesPerSecondAttr())};
  return topology;
}
