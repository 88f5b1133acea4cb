//===- TopologyOps.cpp - Topologies to ops and back -----------------------===//

#include "hocket/Dialects/TopologyOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace hocket;

static void setOptional(OpBuilder &builder, TopologyOp op,
                        const Topology &topology) {
  auto integer = [&](int64_t value) {
    return builder.getI64IntegerAttr(value);
  };
  auto number = [&](double value) { return builder.getF64FloatAttr(value); };
  const DeviceModel &device = topology.device;
  if (device.peakFlopsPerSecond > 0)
    op.setPeakFlopsPerSecondAttr(number(device.peakFlopsPerSecond));
  if (const MatrixUnits &matrix = device.matrix; matrix.flopsPerSecond > 0) {
    op.setMatrixFlopsPerSecondAttr(number(matrix.flopsPerSecond));
    op.setMatrixProcessorsAttr(integer(matrix.processors));
    op.setMatrixTileRowsAttr(integer(matrix.tileRows));
    op.setMatrixTileColumnsAttr(integer(matrix.tileColumns));
    op.setMatrixRampDepthAttr(number(matrix.rampDepth));
  }
  if (const HostModel &host = topology.host; host.bytesPerSecond > 0) {
    op.setHostMemoryBytesAttr(integer(host.memoryBytes));
    op.setHostBytesPerSecondAttr(number(host.bytesPerSecond));
  }
  const Link &intra = topology.intraNode, &inter = topology.interNode;
  if (intra.collectiveBytesPerSecond > 0 ||
      inter.collectiveBytesPerSecond > 0) {
    op.setIntraNodeCollectiveAttr(number(intra.collectiveRate()));
    op.setInterNodeCollectiveAttr(number(inter.collectiveRate()));
  }
  if (intra.adaptersPerNode > 0 || inter.adaptersPerNode > 0) {
    op.setIntraNodeAdaptersAttr(integer(intra.adaptersPerNode));
    op.setInterNodeAdaptersAttr(integer(inter.adaptersPerNode));
  }
  if (!topology.nodeLatencySeconds.empty()) {
    auto type = RankedTensorType::get({topology.nodes, topology.nodes},
                                      builder.getF64Type());
    op.setNodeLatencySecondsAttr(DenseElementsAttr::get(
        type, ArrayRef<double>(topology.nodeLatencySeconds)));
  }
}

TopologyOp hocket::createTopologyOp(OpBuilder &builder, Location loc,
                                    StringRef symbol,
                                    const Topology &topology) {
  auto integer = [&](int64_t value) {
    return builder.getI64IntegerAttr(value);
  };
  auto number = [&](double value) { return builder.getF64FloatAttr(value); };
  auto op = TopologyOp::create(
      builder, loc, builder.getStringAttr(symbol), integer(topology.nodes),
      integer(topology.devicesPerNode), integer(topology.device.memoryBytes),
      number(topology.device.flopsPerSecond),
      number(topology.device.memoryBytesPerSecond),
      number(topology.device.launchSeconds),
      number(topology.intraNode.latencySeconds),
      number(topology.intraNode.bytesPerSecond),
      number(topology.interNode.latencySeconds),
      number(topology.interNode.bytesPerSecond),
      /*peak_flops_per_second=*/FloatAttr(),
      /*matrix=*/FloatAttr(), IntegerAttr(), IntegerAttr(), IntegerAttr(),
      FloatAttr(),
      /*host=*/IntegerAttr(), FloatAttr(),
      /*collective=*/FloatAttr(), FloatAttr(),
      /*adapters=*/IntegerAttr(), IntegerAttr(),
      /*node_latency_seconds=*/DenseElementsAttr());
  setOptional(builder, op, topology);
  return op;
}

Topology hocket::toTopology(TopologyOp op) {
  auto number = [](FloatAttr value) {
    return value ? value.getValueAsDouble() : 0;
  };
  Topology topology;
  topology.name = op.getSymName().str();
  topology.nodes = op.getNodes();
  topology.devicesPerNode = op.getDevicesPerNode();
  topology.device = {int64_t(op.getMemoryBytes()),
                     number(op.getFlopsPerSecondAttr()),
                     number(op.getMemoryBytesPerSecondAttr()),
                     number(op.getLaunchSecondsAttr()),
                     number(op.getPeakFlopsPerSecondAttr()),
                     {}};
  if (op.getMatrixFlopsPerSecondAttr())
    topology.device.matrix = {number(op.getMatrixFlopsPerSecondAttr()),
                              int64_t(*op.getMatrixProcessors()),
                              int64_t(*op.getMatrixTileRows()),
                              int64_t(*op.getMatrixTileColumns()),
                              number(op.getMatrixRampDepthAttr())};
  if (op.getHostBytesPerSecondAttr())
    topology.host = {int64_t(*op.getHostMemoryBytes()),
                     number(op.getHostBytesPerSecondAttr())};
  topology.intraNode = {number(op.getIntraNodeLatencySecondsAttr()),
                        number(op.getIntraNodeBytesPerSecondAttr()),
                        number(op.getIntraNodeCollectiveAttr()),
                        int64_t(op.getIntraNodeAdapters().value_or(0))};
  topology.interNode = {number(op.getInterNodeLatencySecondsAttr()),
                        number(op.getInterNodeBytesPerSecondAttr()),
                        number(op.getInterNodeCollectiveAttr()),
                        int64_t(op.getInterNodeAdapters().value_or(0))};
  if (DenseElementsAttr table = op.getNodeLatencySecondsAttr())
    topology.nodeLatencySeconds = {table.value_begin<double>(),
                                   table.value_end<double>()};
  return topology;
}
