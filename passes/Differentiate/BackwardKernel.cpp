//===- BackwardKernel.cpp - A backward as a function ----------------------===//

#include "KernelBuilder.h"

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hocket;

namespace {

class BackwardBuilder : KernelBuilder {
public:
  BackwardBuilder(JointFunction &joint, SymbolicShapes &shapes,
                  const BackwardSpec &spec, Operation *after)
      : KernelBuilder(joint.function, spec.suffix, spec.kind, after),
        joint(joint), shapes(shapes), spec(spec) {}

  func::FuncOp run();

private:
  void addArguments();
  DenseSet<Operation *> findLive() const;
  void copy(Operation *op);
  void need(Value value);
  Value symbol(unsigned index);
  FailureOr<Value> extent(const SizeExpr &expr, Location loc);

  JointFunction &joint;
  SymbolicShapes &shapes;
  const BackwardSpec &spec;
  Value symbols[kNumSymbols];
};

/// The value of a symbol, read from the argument that best tells it.
Value BackwardBuilder::symbol(unsigned index) {
  if (symbols[index])
    return symbols[index];
  // Arguments that are there in any case come first. W is run long after the
  // gradients of the outputs were received.
  auto rank = [&](Slot slot) {
    if (slot == Slot::OutputGradient)
      return spec.kind == "W" ? 3 : 0;
    return slot == Slot::Residual ? 1 : 2;
  };
  SymbolicShape wanted{SizeExpr::symbol(index)};
  std::optional<std::tuple<int, unsigned, int64_t>> best;
  for (BlockArgument argument : kernel.getArguments()) {
    unsigned number = argument.getArgNumber();
    auto map = kernel.getArgAttrOfType<AffineMapAttr>(number, kShapeAttr);
    FailureOr<SymbolicShape> shape =
        map ? fromAffineMap(map.getValue()) : FailureOr<SymbolicShape>();
    if (failed(shape))
      continue;
    Slot slot = bindingOf(kernel.getArgAttrDict(number)).getSlot();
    for (auto [dim, size] : llvm::enumerate(*shape))
      if (size == wanted[0]) {
        std::tuple<int, unsigned, int64_t> found{rank(slot), number, dim};
        if (!best || found < *best)
          best = found;
      }
  }
  if (!best)
    return {};
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&kernel.getBody().front());
  return symbols[index] = tensor::DimOp::create(
             builder, kernel.getLoc(), kernel.getArgument(std::get<1>(*best)),
             std::get<2>(*best));
}

FailureOr<Value> BackwardBuilder::extent(const SizeExpr &expr, Location loc) {
  Value sum;
  for (const SizeExpr::Term &term : expr.terms) {
    Value product;
    if (term.coefficient != 1 || term.power == decltype(term.power){})
      product = arith::ConstantIndexOp::create(builder, loc, term.coefficient);
    for (unsigned index = 0; index < kNumSymbols; ++index)
      for (unsigned power = 0; power < term.power[index]; ++power) {
        Value factor = symbol(index);
        if (!factor)
          return failure();
        product =
            product
                ? Value(arith::MulIOp::create(builder, loc, product, factor))
                : factor;
      }
    sum = sum ? Value(arith::AddIOp::create(builder, loc, sum, product))
              : product;
  }
  if (!sum)
    sum = arith::ConstantIndexOp::create(builder, loc, 0);
  return sum;
}

void BackwardBuilder::need(Value value) {
  if (mapping.contains(value))
    return;
  Operation *definition = value.getDefiningOp();
  if (definition && definition->getBlock() == &source.getBody().front())
    copy(definition);
}

void BackwardBuilder::copy(Operation *op) {
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    FailureOr<SizeExpr> size = shapes.valueOf(dim.getResult());
    if (succeeded(size))
      if (FailureOr<Value> value = extent(*size, op->getLoc());
          succeeded(value)) {
        mapping.map(dim.getResult(), *value);
        return;
      }
  }
  SetVector<Value> read(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), read);
  for (Value value : read)
    need(value);
  builder.clone(*op, mapping);
}

void BackwardBuilder::addArguments() {
  auto forward = [&](unsigned number) {
    addArgument(source.getArgument(number), source.getArgAttrDict(number));
  };
  for (unsigned number = 0; number < joint.numPrimalArguments; ++number)
    forward(number);
  for (auto [index, value] : llvm::enumerate(spec.residuals))
    addArgument(value, bindResidual(shapes, value, index));
  for (unsigned number = joint.numPrimalArguments;
       number < source.getNumArguments(); ++number)
    forward(number);
}

/// What the results need of the ops.
DenseSet<Operation *> BackwardBuilder::findLive() const {
  DenseSet<Operation *> live;
  auto need = [&](Value value) {
    if (Operation *definition = value.getDefiningOp())
      live.insert(definition);
  };
  llvm::for_each(spec.results, need);
  for (Operation *op : llvm::reverse(spec.ops)) {
    if (!live.contains(op))
      continue;
    SetVector<Value> read(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), read);
    llvm::for_each(read, need);
  }
  return live;
}

func::FuncOp BackwardBuilder::run() {
  addArguments();
  end();
  // Copied in order and with what each op reads just before it, so that
  // recomputed values live briefly.
  DenseSet<Operation *> live = findLive();
  for (Operation *op : spec.ops)
    if (live.contains(op) && llvm::none_of(op->getResults(), [&](Value v) {
          return mapping.contains(v);
        }))
      copy(op);

  SmallVector<Value> results;
  for (Value result : spec.results) {
    need(result);
    results.push_back(mapping.lookup(result));
  }
  finish(results, spec.resultAttrs);
  // The whole backward is told the gradients of all outputs.
  llvm::BitVector unused(kernel.getNumArguments());
  for (BlockArgument argument : kernel.getArguments()) {
    unsigned number = argument.getArgNumber();
    Slot slot = bindingOf(kernel.getArgAttrDict(number)).getSlot();
    if (argument.use_empty() &&
        (slot != Slot::OutputGradient || spec.kind != "B"))
      unused.set(number);
  }
  (void)kernel.eraseArguments(unused);
  return kernel;
}

} // namespace

func::FuncOp hocket::buildBackward(JointFunction &joint, SymbolicShapes &shapes,
                                   const BackwardSpec &spec, Operation *after) {
  return BackwardBuilder(joint, shapes, spec, after).run();
}
