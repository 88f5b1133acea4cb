//===- ReadStrategy.cpp - The strategy that is written down ---------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Plan/TaskText.h"

#include <algorithm>

using namespace mlir;
using namespace hocket;

/// Reads the placement and the orders of a pipeline; they have been verified
/// where they were written.
static LogicalResult readOrders(func::FuncOp loss, DictionaryAttr strategy,
                                plan::Strategy &result) {
  if (auto placement = strategy.getAs<DenseI64ArrayAttr>("placement"))
    for (int64_t rank : placement.asArrayRef()) {
      if (rank < 0 || rank >= UINT16_MAX)
        return loss.emitOpError("places a stage on rank ")
               << rank << " in `" << kStrategyAttr << "`";
      result.placement.push_back(rank);
      result.pipelineRanks = std::max<uint32_t>(result.pipelineRanks, rank + 1);
    }
  auto orders = strategy.getAs<ArrayAttr>("orders");
  if (!orders)
    return success();
  for (Attribute text : orders) {
    auto string = dyn_cast<StringAttr>(text);
    if (!string)
      return loss.emitOpError("has orders in `")
             << kStrategyAttr << "` that are not strings";
    Result<std::vector<plan::ScheduledTask>> order =
        plan::parseOrder(string.getValue());
    if (!order)
      return loss.emitOpError("has unreadable orders in `")
             << kStrategyAttr << "`: " << order.error().message;
    result.orders.push_back(std::move(*order));
  }
  return success();
}

/// Reads how many stages of the model each stage of the pipeline is.
static LogicalResult readSegments(func::FuncOp loss, DictionaryAttr strategy,
                                  plan::Strategy &result) {
  auto segments = strategy.getAs<DenseI64ArrayAttr>("segments");
  if (!segments)
    return success();
  for (int64_t count : segments.asArrayRef()) {
    if (count < 1 || count >= UINT16_MAX)
      return loss.emitOpError("has a stage of ")
             << count << " segments in `" << kStrategyAttr << "`";
    result.segments.push_back(count);
  }
  return success();
}

/// Reads how many slices of each stage are kept, and how many are offloaded.
static LogicalResult readActivations(func::FuncOp loss, DictionaryAttr strategy,
                                     plan::Strategy &result) {
  Attribute activations = strategy.get("activations");
  if (!activations || leavesActivationsOpen(loss))
    return success();
  auto numbers = dyn_cast<DenseI64ArrayAttr>(activations);
  auto isCount = [](int64_t count) { return count >= 0 && count <= INT32_MAX; };
  if (!numbers || numbers.size() % 2 ||
      !llvm::all_of(numbers.asArrayRef(), isCount))
    return loss.emitOpError("has malformed activations in `")
           << kStrategyAttr
           << "`; they are \"auto\", or two numbers for each stage: the slices "
              "that are kept, and those that are offloaded";
  ArrayRef<int64_t> list = numbers;
  for (size_t i = 0; i < list.size(); i += 2)
    result.activations.push_back({uint32_t(list[i]), uint32_t(list[i + 1])});
  return success();
}

/// The lists of integers under `key`; none where it is missing.
static FailureOr<SmallVector<SmallVector<uint32_t>>>
readLists(func::FuncOp loss, DictionaryAttr strategy, StringRef key) {
  SmallVector<SmallVector<uint32_t>> lists;
  auto attribute = strategy.getAs<ArrayAttr>(key);
  if (!attribute)
    return lists;
  for (Attribute entry : attribute) {
    auto integers = dyn_cast<DenseI64ArrayAttr>(entry);
    auto isBounded = [](int64_t value) {
      return value >= 0 && value <= INT32_MAX;
    };
    if (!integers || !llvm::all_of(integers.asArrayRef(), isBounded))
      return loss.emitOpError("has malformed ")
             << key << " in `" << kStrategyAttr
             << "`; hocket-outline writes them";
    lists.emplace_back(llvm::to_vector_of<uint32_t>(integers.asArrayRef()));
  }
  return lists;
}

/// Reads the routes of a skip-pipeline and the nodes of each stage.
static LogicalResult readRoutes(func::FuncOp loss, DictionaryAttr strategy,
                                plan::Strategy &result) {
  auto nodes = readLists(loss, strategy, "nodes");
  auto routes = readLists(loss, strategy, "routes");
  if (failed(nodes) || failed(routes))
    return failure();
  for (const SmallVector<uint32_t> &list : *nodes) {
    result.nodes.emplace_back(list.begin(), list.end());
    for (uint32_t node : list)
      result.pipelineRanks = std::max(result.pipelineRanks, node + 1);
  }
  if (auto limits = strategy.getAs<DictionaryAttr>("limits")) {
    auto limit = [&](StringRef key) -> std::optional<uint32_t> {
      auto value = limits.getAs<IntegerAttr>(key);
      if (!value)
        return std::nullopt;
      return uint32_t(std::clamp<int64_t>(value.getInt(), 0, INT32_MAX));
    };
    result.limits.pathLength = limit("path_length");
    result.limits.maxBackwardStep = limit("max_backward_step");
    result.limits.maxBackwardSum = limit("max_backward_sum");
    result.limits.maxBackwardMoves = limit("max_backward_moves");
    result.limits.maxForwardJump = limit("max_forward_jump");
    if (auto inFlight = limits.getAs<DenseI64ArrayAttr>("in_flight"))
      for (int64_t count : inFlight.asArrayRef())
        result.limits.inFlight.push_back(
            uint32_t(std::clamp<int64_t>(count, 0, INT32_MAX)));
  }
  for (const SmallVector<uint32_t> &flat : *routes) {
    if (flat.size() % 2)
      return loss.emitOpError("has a route in `")
             << kStrategyAttr << "` that is no list of stages and nodes";
    std::vector<plan::Visit> &route = result.routes.emplace_back();
    for (size_t i = 0; i < flat.size(); i += 2)
      route.push_back({flat[i], flat[i + 1]});
  }
  return success();
}

bool hocket::leavesActivationsOpen(func::FuncOp loss) {
  auto strategy = loss->getAttrOfType<DictionaryAttr>(kStrategyAttr);
  auto policy = strategy ? strategy.getAs<StringAttr>("activations") : nullptr;
  return policy && policy.getValue() == "auto";
}

FailureOr<plan::Strategy> hocket::strategyOf(func::FuncOp loss) {
  auto strategy = loss->getAttrOfType<DictionaryAttr>(kStrategyAttr);
  if (!strategy)
    return loss.emitOpError("has no `")
           << kStrategyAttr << "`; run hocket-outline first";
  for (StringRef key : {"data", "sequence", "slices", "microbatches", "chunks"})
    if (auto value = strategy.getAs<IntegerAttr>(key);
        value && (value.getInt() < 1 || value.getInt() > INT32_MAX))
      return loss.emitOpError("has ")
             << key << " = " << value.getInt() << " in `" << kStrategyAttr
             << "`; it must be from 1 to 2^31 - 1";
  auto integer = [&](StringRef key, uint32_t fallback) -> uint32_t {
    auto value = strategy.getAs<IntegerAttr>(key);
    return value ? value.getInt() : fallback;
  };
  plan::Strategy result;
  result.data = integer("data", 1);
  result.sequence = integer("sequence", 1);
  if (auto method = strategy.getAs<StringAttr>("method"))
    result.sequenceMethod = method.str();
  result.slices = integer("slices", 1);
  result.microbatches = integer("microbatches", 1);
  result.chunks = integer("chunks", 1);
  if (auto schedule = strategy.getAs<StringAttr>("schedule"))
    result.schedule = schedule.str();
  if (failed(readSegments(loss, strategy, result)) ||
      failed(readActivations(loss, strategy, result)) ||
      failed(readOrders(loss, strategy, result)) ||
      failed(readRoutes(loss, strategy, result)))
    return failure();
  return result;
}
