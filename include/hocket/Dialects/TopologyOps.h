//===- TopologyOps.h - Topologies to ops and back ---------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_TOPOLOGYOPS_H
#define HOCKET_DIALECTS_TOPOLOGYOPS_H

#include "hocket/Dialects/Hocket.h"
#include "hocket/Topology/Topology.h"

namespace hocket {

/// Adds the op `@symbol` that says what `topology` says.
TopologyOp createTopologyOp(mlir::OpBuilder &builder, mlir::Location loc,
                            llvm::StringRef symbol, const Topology &topology);

/// The topology that `op` describes.
Topology toTopology(TopologyOp op);

} // namespace hocket

#endif // HOCKET_DIALECTS_TOPOLOGYOPS_H
