//===- ScanRules.cpp - Differentiation of scans ---------------------------===//
//
// The gradient of a scan is a sweep in the other direction with the pullback of
// the combine region, whatever that region is (hocket.scan_grad). Of the
// results of the scan and of its inputs it reads what the pullback reads.
//
//===----------------------------------------------------------------------===//

#include "ScanRules.h"

#include "hocket/Dialects/Scan.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hocket;

namespace {

/// A function of both tuples and of gradients of the combined one, with the
/// combine region and its reverse sweep.
struct Pullback {
  explicit Pullback(ScanOp scan) : scan(scan), count(scan.getInputs().size()) {}
  ~Pullback() {
    if (function)
      function->erase();
  }
  /// Elements of the results that depend on active inputs.
  llvm::SmallBitVector activeElements(const Adjoints &outer);
  /// Builds it for the gradients of the elements `passed`.
  LogicalResult build(const Adjoints &outer, llvm::SmallBitVector passed);

  ValueRange arguments() { return function.getBody().getArguments(); }
  BlockArgument first(unsigned element) {
    return function.getBody().getArgument(element);
  }
  BlockArgument second(unsigned element) {
    return function.getBody().getArgument(count + element);
  }

  ScanOp scan;
  unsigned count;
  func::FuncOp function;
  /// By element of the tuples; null where the gradient is zero.
  SmallVector<Value> ofFirst, ofSecond;
};

llvm::SmallBitVector Pullback::activeElements(const Adjoints &outer) {
  llvm::SmallBitVector ofInputs(count);
  for (auto [element, input] : llvm::enumerate(scan.getInputs()))
    ofInputs[element] = outer.isActive(input);
  llvm::SmallBitVector active = ofInputs;
  SmallVector<llvm::SmallBitVector> reads =
      argumentsOfYield(scan.getCombine().front());
  for (bool grown = true; grown;) {
    grown = false;
    for (unsigned element = 0; element < count; ++element)
      for (unsigned argument : reads[element].set_bits()) {
        bool isActive = argument < count ? active.test(argument)
                                         : ofInputs.test(argument - count);
        if (!isActive || active.test(element))
          continue;
        active.set(element);
        grown = true;
      }
  }
  return active;
}

LogicalResult Pullback::build(const Adjoints &outer,
                              llvm::SmallBitVector passed) {
  if (function)
    function->erase();
  OpBuilder builder(scan.getContext());
  Block &combine = scan.getCombine().front();
  SmallVector<Type> types(combine.getArgumentTypes());
  for (unsigned element : passed.set_bits())
    types.push_back(combine.getArgument(element).getType());
  function = func::FuncOp::create(builder, scan.getLoc(), "pullback",
                                  builder.getFunctionType(types, {}));
  Block *block = function.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  IRMapping mapping;
  for (BlockArgument argument : combine.getArguments())
    mapping.map(argument, block->getArgument(argument.getArgNumber()));
  SmallVector<Operation *> ops;
  for (Operation &op : combine.without_terminator())
    ops.push_back(builder.clone(op, mapping));

  SymbolicShapes shapes(function);
  Adjoints adjoints(shapes);
  llvm::SmallBitVector active = activeElements(outer);
  for (unsigned element = 0; element < count; ++element) {
    if (!isFloat(types[element]))
      continue;
    if (active.test(element))
      adjoints.setActive(first(element));
    if (outer.isActive(scan.getInputs()[element]))
      adjoints.setActive(second(element));
  }
  unsigned position = 2 * count;
  for (unsigned element : passed.set_bits())
    adjoints.add(builder, mapping.lookup(scan.getYield().getOperand(element)),
                 block->getArgument(position++));
  if (failed(reverseSweep(ops, adjoints, builder)))
    return failure();
  ofFirst.clear();
  ofSecond.clear();
  for (unsigned element = 0; element < count; ++element) {
    ofFirst.push_back(adjoints.get(builder, first(element)));
    bool isActive = adjoints.isActive(second(element));
    ofSecond.push_back(isActive ? adjoints.get(builder, second(element))
                                : Value());
  }
  return success();
}

Value orZero(OpBuilder &builder, Location loc, Value value, Type type) {
  if (value)
    return value;
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
}

struct ScanModel
    : ReverseDifferentiableOpInterface::ExternalModel<ScanModel, ScanOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto scan = cast<ScanOp>(op);
    Location loc = op->getLoc();
    Pullback pullback(scan);
    unsigned count = pullback.count;

    // Gradients are passed on to elements of the result before, and so on.
    llvm::SmallBitVector passed(count);
    llvm::SmallBitVector active = pullback.activeElements(adjoints);
    for (OpResult result : op->getResults())
      passed[result.getResultNumber()] =
          adjoints.has(result) && active.test(result.getResultNumber());
    for (bool grown = true; grown;) {
      if (failed(pullback.build(adjoints, passed)))
        return failure();
      grown = false;
      for (unsigned element = 0; element < count; ++element)
        if (pullback.ofFirst[element] && active.test(element) &&
            !passed.test(element)) {
          passed.set(element);
          grown = true;
        }
    }

    // What it yields: gradients for the result before, then for the inputs.
    OpBuilder inner(op->getContext());
    Block &block = pullback.function.getBody().front();
    inner.setInsertionPointToEnd(&block);
    SmallVector<Value> gradients, yielded;
    DenseMap<unsigned, int64_t> numberOf;
    for (unsigned element : passed.set_bits()) {
      numberOf[element] = gradients.size();
      Value result = scan.getResult(element);
      Value gradient = adjoints.get(builder, result);
      gradients.push_back(gradient ? gradient
                                   : adjoints.zeros(builder, result));
      yielded.push_back(orZero(inner, loc, pullback.ofFirst[element],
                               pullback.first(element).getType()));
    }
    SmallVector<unsigned> inputs;
    SmallVector<int64_t> sources;
    SmallVector<Type> types;
    for (auto [element, input] : llvm::enumerate(scan.getInputs())) {
      bool isSource = passed.test(element);
      if (!adjoints.isActive(input) ||
          (!isSource && !pullback.ofSecond[element]))
        continue;
      inputs.push_back(element);
      sources.push_back(isSource ? numberOf[element] : -1);
      types.push_back(input.getType());
      yielded.push_back(orZero(inner, loc, pullback.ofSecond[element],
                               pullback.second(element).getType()));
    }
    if (inputs.empty())
      return success();
    YieldOp::create(inner, loc, yielded);
    eraseDeadOps(block);

    // Only what is read of both tuples stays; of the second also what it takes
    // to combine that.
    llvm::SmallBitVector outputs(count), elements(count);
    for (unsigned element = 0; element < count; ++element) {
      outputs[element] = !pullback.first(element).use_empty();
      elements[element] = !pullback.second(element).use_empty();
    }
    Block &combine = scan.getCombine().front();
    elements = closeOverCombine(combine, elements, Tuples::Both);
    SmallVector<Value> outputValues, elementValues;
    SmallVector<Attribute> identity;
    for (unsigned element : outputs.set_bits())
      outputValues.push_back(scan.getResult(element));
    for (unsigned element : elements.set_bits()) {
      elementValues.push_back(scan.getInputs()[element]);
      identity.push_back(scan.getIdentity()[element]);
    }
    llvm::BitVector unread(block.getNumArguments());
    for (unsigned element = 0; element < count; ++element) {
      unread[element] = !outputs.test(element);
      unread[count + element] = !elements.test(element);
    }
    block.eraseArguments(unread);

    auto gradient = ScanGradOp::create(
        builder, loc, types, outputValues, elementValues, gradients,
        scan.getOffsets(), builder.getArrayAttr(identity),
        builder.getDenseI64ArrayAttr(sources), scan.getReverseAttr());
    gradient.getPullback().takeBody(pullback.function.getBody());
    Block &own = gradient.getCombine().emplaceBlock();
    SmallVector<Value> arguments(2 * count);
    for (unsigned tuple = 0; tuple < 2; ++tuple)
      for (unsigned element : elements.set_bits())
        arguments[tuple * count + element] =
            own.addArgument(combine.getArgument(element).getType(), loc);
    inner.setInsertionPointToEnd(&own);
    SmallVector<Value> combined;
    for (Value value :
         inlineRegion(inner, scan.getCombine(), arguments, elements))
      if (value)
        combined.push_back(value);
    YieldOp::create(inner, loc, combined);
    for (auto [element, result] : llvm::zip(inputs, gradient.getResults()))
      adjoints.add(builder, scan.getInputs()[element], result);
    return success();
  }
};

struct ShiftModel
    : ReverseDifferentiableOpInterface::ExternalModel<ShiftModel, ShiftOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto shift = cast<ShiftOp>(op);
    Value back =
        ShiftOp::create(builder, op->getLoc(), shift.getInput().getType(),
                        adjoints.get(builder, shift.getResult()),
                        shift.getOffsets(), !shift.getReverse());
    adjoints.add(builder, shift.getInput(), back);
    return success();
  }
  bool isCheapToRecompute(Operation *) const { return true; }
};

struct TakeEndModel
    : ReverseDifferentiableOpInterface::ExternalModel<TakeEndModel, TakeEndOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto take = cast<TakeEndOp>(op);
    Value zeros = adjoints.zeros(builder, take.getInput());
    adjoints.add(builder, take.getInput(),
                 PutEndOp::create(builder, op->getLoc(), zeros.getType(),
                                  adjoints.get(builder, take.getResult()),
                                  zeros, take.getOffsets(), take.getLast()));
    return success();
  }
  bool isCheapToRecompute(Operation *) const { return true; }
};

struct PutEndModel
    : ReverseDifferentiableOpInterface::ExternalModel<PutEndModel, PutEndOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto put = cast<PutEndOp>(op);
    Value gradient = adjoints.get(builder, put.getResult());
    if (adjoints.isActive(put.getEnds()))
      adjoints.add(builder, put.getEnds(),
                   TakeEndOp::create(builder, op->getLoc(),
                                     put.getEnds().getType(), gradient,
                                     put.getOffsets(), put.getLast()));
    if (adjoints.isActive(put.getInput()))
      adjoints.add(builder, put.getInput(),
                   PutEndOp::create(builder, op->getLoc(), gradient.getType(),
                                    adjoints.zeros(builder, put.getEnds()),
                                    gradient, put.getOffsets(), put.getLast()));
    return success();
  }
};

struct DetachModel
    : ReverseDifferentiableOpInterface::ExternalModel<DetachModel, DetachOp> {
  LogicalResult buildAdjoints(Operation *, OpBuilder &, Adjoints &) const {
    return success();
  }
  bool isCheapToRecompute(Operation *) const { return true; }
};

} // namespace

void hocket::attachScanModels(MLIRContext *context) {
  TakeEndOp::attachInterface<TakeEndModel>(*context);
  PutEndOp::attachInterface<PutEndModel>(*context);
  DetachOp::attachInterface<DetachModel>(*context);
  ScanOp::attachInterface<ScanModel>(*context);
  ShiftOp::attachInterface<ShiftModel>(*context);
  RecurrenceOp::attachInterface<RecurrenceModel>(*context);
}
