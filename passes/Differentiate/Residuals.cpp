//===- Residuals.cpp - What is kept from one kernel for another -----------===//
//
// A minimum cut between what cannot be computed twice and what the second part
// reads: every value may be cut off at the price of its bytes.
//
//===----------------------------------------------------------------------===//

#include "MinCut.h"
#include "Utils.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

#include <algorithm>

using namespace mlir;
using namespace hocket;

/// The size that bytes are compared at.
static constexpr Symbols kTypicalSymbols = {1024, 9};
/// The price of what cannot be kept: more than all that can be.
static constexpr int64_t kForbidden = int64_t(1) << 50;

bool hocket::isRecomputable(Operation *op) {
  if (!isPure(op))
    return false;
  if (auto rule = dyn_cast<ReverseDifferentiableOpInterface>(op))
    return rule.isCheapToRecompute();
  return op->getNumRegions() == 0 &&
         llvm::none_of(op->getResultTypes(), llvm::IsaPred<ShapedType>);
}

namespace {

class Chooser {
public:
  Chooser(const TwoParts &parts, SymbolicShapes &shapes)
      : parts(parts), shapes(shapes),
        first(parts.first.begin(), parts.first.end()),
        given(parts.given.begin(), parts.given.end()) {}

  FailureOr<SmallVector<Value>> run();

private:
  struct Node {
    int in, out;
  };

  /// The values that `op` reads and that are not free: arguments are bound
  /// again, and extents follow from the symbols.
  SmallVector<Value> inputsOf(Operation *op) {
    SmallVector<Value> inputs;
    if (auto dim = dyn_cast<tensor::DimOp>(op);
        dim && succeeded(shapes.valueOf(dim.getResult())))
      return inputs;
    SetVector<Value> read(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), read);
    for (Value value : read)
      if (Operation *definition = value.getDefiningOp();
          definition && first.contains(definition) && !given.contains(value))
        inputs.push_back(value);
    return inputs;
  }
  int64_t priceOf(Value value);
  Node nodeOf(Value value);

  const TwoParts &parts;
  SymbolicShapes &shapes;
  DenseSet<Operation *> first;
  DenseSet<Value> given;
  llvm::MapVector<Value, Node> nodes;
  FlowNetwork network;
};

int64_t Chooser::priceOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return kForbidden;
  FailureOr<SymbolicShape> shape = shapes.shapeOf(value);
  if (failed(shape) || failed(toAffineMap(*shape, type.getContext())))
    return kForbidden;
  FailureOr<hocket::TensorType> known = toTensorType(type, *shape);
  if (failed(known))
    return kForbidden;
  int64_t bytes = known->bytes().evaluate(kTypicalSymbols);
  return std::clamp<int64_t>(bytes, 1, kForbidden / 2);
}

Chooser::Node Chooser::nodeOf(Value value) {
  if (auto it = nodes.find(value); it != nodes.end())
    return it->second;
  Node node{network.addNode(), network.addNode()};
  nodes.insert({value, node});
  network.addEdge(node.in, node.out, priceOf(value));
  Operation *definition = value.getDefiningOp();
  if (!isRecomputable(definition)) {
    network.addEdge(0, node.in, FlowNetwork::kUnlimited);
    return node;
  }
  for (Value input : inputsOf(definition))
    network.addEdge(nodeOf(input).out, node.in, FlowNetwork::kUnlimited);
  return node;
}

FailureOr<SmallVector<Value>> Chooser::run() {
  // Only what the results need is read.
  DenseSet<Operation *> live;
  SetVector<Value> read;
  for (Value result : parts.results)
    if (Operation *definition = result.getDefiningOp()) {
      live.insert(definition);
      if (first.contains(definition) && !given.contains(result))
        read.insert(result);
    }
  for (Operation *op : llvm::reverse(parts.second)) {
    if (!live.contains(op))
      continue;
    SetVector<Value> values(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), values);
    for (Value value : values)
      if (Operation *definition = value.getDefiningOp())
        live.insert(definition);
    for (Value value : inputsOf(op))
      read.insert(value);
  }
  for (Value value : read)
    network.addEdge(nodeOf(value).out, 1, FlowNetwork::kUnlimited);

  std::vector<bool> sinkSide = network.sinkSide();
  DenseSet<Value> kept;
  for (auto &[value, node] : nodes) {
    if (sinkSide[node.in] || !sinkSide[node.out])
      continue;
    if (priceOf(value) == kForbidden)
      return value.getDefiningOp()->emitOpError(
                 "has a result that the backward reads but that cannot be "
                 "kept: ")
             << value.getType()
             << " is not a tensor whose extents are sums of multiples of the "
                "tokens and sequences; and it is not cheap to compute again";
    kept.insert(value);
  }
  // In the order of the first part.
  SmallVector<Value> residuals;
  for (Operation *op : parts.first)
    for (Value result : op->getResults())
      if (kept.contains(result))
        residuals.push_back(result);
  return residuals;
}

} // namespace

FailureOr<SmallVector<Value>> hocket::chooseResiduals(const TwoParts &parts,
                                                      SymbolicShapes &shapes) {
  return Chooser(parts, shapes).run();
}
