//===- Verifiers.cpp - Verifiers of strategies and topology ---------------===//
//
// verify() looks at operands, attributes and block arguments; verifyRegions()
// at the body, once the operations in it are known to be well formed.
//
//===----------------------------------------------------------------------===//

#include "VerifyStrategy.h"

#include "hocket/Dialects/Orders.h"
#include "hocket/Plan/Timeline.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

//===----------------------------------------------------------------------===//
// data and pipeline
//===----------------------------------------------------------------------===//

LogicalResult DataOp::verify() {
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyCutting(*this, "degree");
}

LogicalResult DataOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();
  return verifyHasNo<DataOp>(
      *this, "merge the two into one whose degree is the product");
}

LogicalResult PipelineOp::verify() {
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '-'; };
  if (getSchedule().empty() || !llvm::all_of(getSchedule(), isWord))
    return emitOpError() << "has a schedule named \"" << getSchedule()
                         << "\"; a name is made of letters, digits, '_' and "
                            "'-'; auto leaves the choice to the compiler";
  bool isGiven = getSchedule() == "given";
  if (isGiven != getOrders().has_value())
    return isGiven
               ? emitOpError("has the schedule \"given\" and no orders that "
                             "give it")
               : emitOpError("has orders, so its schedule is \"given\", "
                             "not \"")
                     << getSchedule() << "\"";
  if (getPlacement() && !isGiven && getSchedule() != "auto")
    return emitOpError("has a placement, but the schedule \"")
           << getSchedule()
           << "\" places the stages itself: leave the placement out, or let "
              "the "
              "schedule be auto or \"given\"";
  if (getPlacement() && getChunks() != 1)
    return emitOpError("has both chunks and a placement, which says by itself "
                       "how many stages a rank runs");
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyCutting(*this, "microbatches");
}

/// Every stage has a rank, and every rank a stage.
static LogicalResult verifyPlacement(PipelineOp op) {
  SmallVector<StageOp, 4> stages = op.getStages();
  int64_t numStages = stages.size();
  if (!op.getPlacement()) {
    if (numStages % op.getChunks())
      return op.emitOpError("has ")
             << numStages << " stages, which is no multiple of its "
             << op.getChunks() << " chunks per pipeline rank";
    if (op.getOrders() && op.getPipelineRanks() > numStages)
      return op.emitOpError("has ")
             << numStages << " stages, and orders for " << op.getPipelineRanks()
             << " pipeline ranks: a rank runs a stage "
                "at least";
    return success();
  }
  ArrayRef<int64_t> placement = *op.getPlacement();
  if (int64_t(placement.size()) != numStages)
    return op.emitOpError("has ")
           << numStages << " stages, and a placement of " << placement.size();
  // Without orders the highest rank says how many there are.
  int64_t ranks = std::min(op.getPipelineRanks(), numStages);
  std::vector<bool> runs(ranks);
  for (auto [number, rank] : llvm::enumerate(placement)) {
    if (rank >= 0 && rank < ranks) {
      runs[rank] = true;
      continue;
    }
    InFlightDiagnostic diagnostic =
        op.emitOpError("places stage ")
        << number << " on rank " << rank << " of " << ranks
        << (op.getOrders() ? " (one for each string of its orders)"
                           : " (there are at most as many as stages)");
    diagnostic.attachNote(stages[number].getLoc()) << "the stage is here";
    return diagnostic;
  }
  auto idle = llvm::find(runs, false);
  if (idle == runs.end())
    return success();
  return op.emitOpError("places no stage on rank ")
         << idle - runs.begin() << " of " << ranks
         << ": number the pipeline ranks from 0, without a gap";
}

/// The orders hold every task once and can be run.
static LogicalResult verifyGivenOrders(PipelineOp op) {
  if (!op.getOrders())
    return success();
  OrderRules rules;
  rules.stages = op.getStages().size();
  rules.microbatches = op.getMicrobatches();
  rules.ranks = op.getPipelineRanks();
  rules.rankOf = [&](int64_t stage, int64_t) { return op.getRankOf(stage); };
  FailureOr<TaskLists> lists = verifyOrders(op, *op.getOrders(), rules);
  if (failed(lists))
    return failure();
  plan::TaskOrders orders{std::move(*lists), {}, {}};
  for (int64_t stage = 0; stage < rules.stages; ++stage)
    orders.rankOf.push_back(op.getRankOf(stage));
  return verifyRunnable(op, orders);
}

LogicalResult PipelineOp::verifyRegions() {
  if (failed(verifyYield(*this)) || failed(verifyChain(*this)))
    return failure();
  return success(succeeded(verifyPlacement(*this)) &&
                 succeeded(verifyGivenOrders(*this)));
}

LogicalResult StageOp::verify() { return verifyBlockArguments(*this); }

LogicalResult StageOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();
  return verifyHasNo<StrategyOpInterface>(
      *this, "put data and sequence parallelism around the pipeline, and more "
             "stages into it");
}

//===----------------------------------------------------------------------===//
// topology
//===----------------------------------------------------------------------===//

/// A clause of the topology that may be left out: all of its fields or none.
static LogicalResult
verifyClause(TopologyOp op, StringRef clause,
             ArrayRef<std::pair<StringRef, Attribute>> fields,
             bool integersMayBeZero) {
  const Attribute first = fields.front().second;
  for (auto [name, attribute] : fields) {
    if (!attribute != !first)
      return op.emitOpError() << "needs all fields of its clause '" << clause
                              << "' or none: '" << name << "'";
    auto integer = dyn_cast_or_null<IntegerAttr>(attribute);
    if (integer && integer.getInt() < (integersMayBeZero ? 0 : 1))
      return op.emitOpError() << "needs "
                              << (integersMayBeZero ? "a number of at least 0"
                                                    : "a positive number")
                              << " as its " << clause << " " << name << ", not "
                              << integer.getInt();
  }
  return success();
}

static LogicalResult verifyNodeLatencies(TopologyOp op) {
  DenseElementsAttr table = op.getNodeLatencySecondsAttr();
  if (!table)
    return success();
  int64_t nodes = op.getNodes();
  if (table.getType().getShape() != ArrayRef<int64_t>{nodes, nodes})
    return op.emitOpError() << "needs a row and a column for each node in its "
                               "node_latency_seconds, which are "
                            << table.getType() << " for " << nodes << " nodes";
  for (auto [index, value] : llvm::enumerate(table.getValues<double>())) {
    int64_t from = int64_t(index) / nodes, to = int64_t(index) % nodes;
    if (std::isfinite(value) && (from == to ? value == 0 : value >= 0))
      continue;
    return op.emitOpError()
           << "needs "
           << (from == to ? "0" : "a finite number that is not negative")
           << " as its node_latency_seconds from node " << from << " to node "
           << to << ", not " << value;
  }
  return success();
}

LogicalResult TopologyOp::verify() {
  auto check = [&](StringRef name, const APFloat &value,
                   bool mayBeZero) -> LogicalResult {
    if (value.isFinite() && (!value.isNegative() || value.isZero()) &&
        (mayBeZero || !value.isZero()))
      return success();
    SmallString<32> text;
    value.toString(text);
    return emitOpError() << "needs a finite "
                         << (mayBeZero ? "number that is not negative"
                                       : "positive number")
                         << " as its " << name << ", not " << text;
  };
  int64_t devices;
  if (llvm::MulOverflow<int64_t>(getNodes(), getDevicesPerNode(), devices))
    return emitOpError() << "has more devices than an i64 counts: "
                         << getNodes() << " nodes of " << getDevicesPerNode();
  bool valid =
      succeeded(check("flops_per_second", getFlopsPerSecond(), false)) &&
      succeeded(
          check("memory_bytes_per_second", getMemoryBytesPerSecond(), false)) &&
      succeeded(check("launch_seconds", getLaunchSeconds(), true)) &&
      succeeded(check("intra_node latency_seconds",
                      getIntraNodeLatencySeconds(), true)) &&
      succeeded(check("intra_node bytes_per_second",
                      getIntraNodeBytesPerSecond(), false)) &&
      succeeded(check("inter_node latency_seconds",
                      getInterNodeLatencySeconds(), true)) &&
      succeeded(check("inter_node bytes_per_second",
                      getInterNodeBytesPerSecond(), false));
  struct {
    StringRef name;
    std::optional<APFloat> value;
    bool mayBeZero;
  } optionalNumbers[] = {
      {"peak_flops_per_second", getPeakFlopsPerSecond(), false},
      {"matrix flops_per_second", getMatrixFlopsPerSecond(), false},
      {"matrix ramp_depth", getMatrixRampDepth(), true},
      {"host bytes_per_second", getHostBytesPerSecond(), false},
      {"collective_bytes_per_second intra_node", getIntraNodeCollective(),
       false},
      {"collective_bytes_per_second inter_node", getInterNodeCollective(),
       false}};
  for (const auto &[name, value, mayBeZero] : optionalNumbers)
    valid = valid && (!value || succeeded(check(name, *value, mayBeZero)));
  if (!valid)
    return failure();
  if (failed(verifyClause(*this, "matrix",
                          {{"flops_per_second", getMatrixFlopsPerSecondAttr()},
                           {"processors", getMatrixProcessorsAttr()},
                           {"tile_rows", getMatrixTileRowsAttr()},
                           {"tile_columns", getMatrixTileColumnsAttr()},
                           {"ramp_depth", getMatrixRampDepthAttr()}},
                          false)) ||
      failed(verifyClause(*this, "host",
                          {{"memory_bytes", getHostMemoryBytesAttr()},
                           {"bytes_per_second", getHostBytesPerSecondAttr()}},
                          false)) ||
      failed(verifyClause(*this, "collective_bytes_per_second",
                          {{"intra_node", getIntraNodeCollectiveAttr()},
                           {"inter_node", getInterNodeCollectiveAttr()}},
                          false)))
    return failure();
  if (failed(verifyClause(*this, "adapters_per_node",
                          {{"intra_node", getIntraNodeAdaptersAttr()},
                           {"inter_node", getInterNodeAdaptersAttr()}},
                          true)))
    return failure();
  return verifyNodeLatencies(*this);
}
