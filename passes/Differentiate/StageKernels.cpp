//===- StageKernels.cpp - Forward and backward as functions ---------------===//

#include "Utils.h"

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hocket;

namespace {

/// A kernel under construction: ops are copied from another function.
class KernelBuilder {
public:
  KernelBuilder(func::FuncOp source, StringRef suffix, StringRef kind,
                Operation *after)
      : source(source), builder(source.getContext()) {
    builder.setInsertionPointAfter(after);
    StringRef base = source.getName();
    base.consume_back(".joint");
    kernel =
        func::FuncOp::create(builder, source.getLoc(), (base + suffix).str(),
                             builder.getFunctionType({}, {}));
    kernel.setVisibility(source.getVisibility());
    for (NamedAttribute attribute : source->getDiscardableAttrs())
      kernel->setAttr(attribute.getName(), attribute.getValue());
    kernel->setAttr(kKernelAttr, builder.getStringAttr(kind));
    kernel.addEntryBlock();
  }

  Value addArgument(Value like, DictionaryAttr attrs) {
    unsigned number = kernel.getNumArguments();
    (void)kernel.insertArgument(number, like.getType(), attrs, like.getLoc());
    Value argument = kernel.getArgument(number);
    mapping.map(like, argument);
    return argument;
  }
  Value addArgument(Type type, DictionaryAttr attrs, Location loc) {
    unsigned number = kernel.getNumArguments();
    (void)kernel.insertArgument(number, type, attrs, loc);
    return kernel.getArgument(number);
  }

  void finish(ArrayRef<Value> results, ArrayRef<DictionaryAttr> attrs) {
    end();
    func::ReturnOp::create(builder, kernel.getLoc(), results);
    kernel.setType(builder.getFunctionType(kernel.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
    kernel.setAllResultAttrs(attrs);
    IRRewriter rewriter(builder);
    DominanceInfo dominance(kernel);
    eliminateCommonSubExpressions(rewriter, dominance, kernel);
    (void)runRegionDCE(rewriter, kernel->getRegions());
  }

  void end() { builder.setInsertionPointToEnd(&kernel.getBody().front()); }

  func::FuncOp source;
  func::FuncOp kernel;
  OpBuilder builder;
  IRMapping mapping;
};

DictionaryAttr bind(MLIRContext *context, Slot slot, uint32_t index,
                    AffineMapAttr shape = {}) {
  NamedAttrList attrs;
  attrs.set(kOperandAttr, OperandAttr::get(context, slot, index));
  if (shape)
    attrs.set(kShapeAttr, shape);
  return attrs.getDictionary(context);
}

/// The attributes of residual `index`.
DictionaryAttr bindResidual(SymbolicShapes &shapes, Value value,
                            uint32_t index) {
  MLIRContext *context = value.getContext();
  auto type = cast<RankedTensorType>(value.getType());
  if (type.hasStaticShape())
    return bind(context, Slot::Residual, index);
  // chooseResiduals keeps nothing whose shape is not known.
  AffineMap map = *toAffineMap(*shapes.shapeOf(value), context);
  return bind(context, Slot::Residual, index, AffineMapAttr::get(map));
}

func::FuncOp buildForward(func::FuncOp source, ArrayRef<Operation *> ops,
                          ArrayRef<Value> primalResults, unsigned numArguments,
                          ArrayRef<Value> residuals, SymbolicShapes &shapes,
                          Operation *after) {
  KernelBuilder forward(source, ".forward", "F", after);
  for (unsigned number = 0; number < numArguments; ++number)
    forward.addArgument(source.getArgument(number),
                        source.getArgAttrDict(number));
  forward.end();
  for (Operation *op : ops)
    forward.builder.clone(*op, forward.mapping);

  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attrs;
  auto keepResiduals = [&] {
    for (auto [index, value] : llvm::enumerate(residuals)) {
      results.push_back(forward.mapping.lookup(value));
      attrs.push_back(bindResidual(shapes, value, index));
    }
  };
  bool kept = false;
  for (auto [number, primal] : llvm::enumerate(primalResults)) {
    DictionaryAttr dict = source.getResultAttrDict(number);
    Value result = forward.mapping.lookupOrDefault(primal);
    Slot slot = bindingOf(dict).getSlot();
    if (slot == Slot::Loss || slot == Slot::Weight) {
      // Residuals come before the sums over the step.
      if (!kept)
        keepResiduals();
      kept = true;
      Value total =
          forward.addArgument(result.getType(), dict, primal.getLoc());
      forward.end();
      result = addTensors(forward.builder, primal.getLoc(), total, result,
                          /*inPlace=*/true);
    }
    results.push_back(result);
    attrs.push_back(dict);
  }
  if (!kept)
    keepResiduals();
  forward.finish(results, attrs);
  return forward.kernel;
}

class BackwardBuilder : KernelBuilder {
public:
  BackwardBuilder(JointFunction &joint, SymbolicShapes &shapes,
                  Operation *after)
      : KernelBuilder(joint.function, ".backward", "B", after), joint(joint),
        shapes(shapes), primal(joint.primalOps.begin(), joint.primalOps.end()) {
  }

  func::FuncOp run(ArrayRef<Value> residuals);

private:
  void copy(Operation *op);
  void need(Value value);
  Value symbol(unsigned index);
  FailureOr<Value> extent(const SizeExpr &expr, Location loc);

  JointFunction &joint;
  SymbolicShapes &shapes;
  DenseSet<Operation *> primal;
  Value symbols[kNumSymbols];
};

/// The value of a symbol, read from the argument that best tells it.
Value BackwardBuilder::symbol(unsigned index) {
  if (symbols[index])
    return symbols[index];
  // Arguments that are there in any case come first.
  auto rank = [](Slot slot) {
    return slot == Slot::OutputGradient ? 0 : slot == Slot::Residual ? 1 : 2;
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

func::FuncOp BackwardBuilder::run(ArrayRef<Value> residuals) {
  unsigned numPrimal = joint.numPrimalArguments;
  auto forward = [&](unsigned number) {
    addArgument(source.getArgument(number), source.getArgAttrDict(number));
  };
  for (unsigned number = 0; number < numPrimal; ++number)
    forward(number);
  for (auto [index, value] : llvm::enumerate(residuals))
    addArgument(value, bindResidual(shapes, value, index));
  unsigned numOptional = kernel.getNumArguments();
  for (unsigned number = numPrimal; number < source.getNumArguments(); ++number)
    forward(number);
  end();

  // Copied in order and with what each op reads just before it, so that
  // recomputed values live briefly.
  DenseSet<Operation *> live;
  for (Value gradient : joint.gradients)
    if (Operation *definition = gradient.getDefiningOp())
      live.insert(definition);
  for (Operation *op : llvm::reverse(joint.adjointOps)) {
    if (!live.contains(op))
      continue;
    SetVector<Value> read(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), read);
    for (Value value : read)
      if (Operation *definition = value.getDefiningOp())
        live.insert(definition);
  }
  for (Operation *op : joint.adjointOps)
    if (live.contains(op) && llvm::none_of(op->getResults(), [&](Value v) {
          return mapping.contains(v);
        }))
      copy(op);

  SmallVector<Value> results;
  for (Value gradient : joint.gradients) {
    need(gradient);
    results.push_back(mapping.lookup(gradient));
  }
  finish(results, joint.gradientAttrs);
  llvm::BitVector unused(kernel.getNumArguments());
  for (unsigned number = 0; number < numOptional; ++number)
    if (kernel.getArgument(number).use_empty())
      unused.set(number);
  (void)kernel.eraseArguments(unused);
  return kernel;
}

} // namespace

FailureOr<func::FuncOp> hocket::forwardKernel(func::FuncOp stage) {
  if (failed(checkStage(stage)))
    return failure();
  SymbolicShapes shapes(stage);
  Block &block = stage.getBody().front();
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  SmallVector<Value> results(block.getTerminator()->getOperands());
  return buildForward(stage, ops, results, stage.getNumArguments(), {}, shapes,
                      stage);
}

FailureOr<StageKernels> hocket::differentiateStage(func::FuncOp stage) {
  FailureOr<JointFunction> joint = buildJoint(stage);
  if (failed(joint))
    return failure();
  func::FuncOp function = joint->function;
  SymbolicShapes shapes(function);
  FailureOr<SmallVector<Value>> residuals = chooseResiduals(*joint, shapes);
  if (failed(residuals)) {
    function.erase();
    return failure();
  }
  StageKernels kernels;
  kernels.forward =
      buildForward(function, joint->primalOps, joint->primalResults,
                   joint->numPrimalArguments, *residuals, shapes, function);
  kernels.backward =
      BackwardBuilder(*joint, shapes, kernels.forward).run(*residuals);
  kernels.numResiduals = residuals->size();
  function.erase();
  return kernels;
}
