//===- Microbatches.cpp - Skip-pipelines as sequential programs -----------===//

#include "VerifyStrategy.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

#include <map>

using namespace mlir;
using namespace hocket;

static ArrayRef<int64_t> listOf(Attribute attribute) {
  return cast<DenseI64ArrayAttr>(attribute).asArrayRef();
}

//===----------------------------------------------------------------------===//
// Erasing
//===----------------------------------------------------------------------===//

/// Clones the body of `stage`, which is given `activations` by the stage before
/// it on the path, and returns what it yields.
static SmallVector<Value> cloneStage(OpBuilder &builder, StageOp stage,
                                     const IRMapping &arguments,
                                     ArrayRef<Value> activations) {
  IRMapping mapping;
  Block &body = stage.getBody().front();
  for (auto [input, argument] :
       llvm::zip_equal(stage.getInputs(), body.getArguments())) {
    bool isActivation = input.getDefiningOp<StageOp>() != nullptr;
    mapping.map(argument,
                isActivation
                    ? activations[cast<OpResult>(input).getResultNumber()]
                    : arguments.lookup(input));
  }
  for (Operation &op : body.without_terminator())
    builder.clone(op, mapping);
  return llvm::map_to_vector(stage.getYield().getValues(), [&](Value value) {
    return mapping.lookupOrDefault(value);
  });
}

LogicalResult SkipPipelineOp::inlineSequentially(RewriterBase &rewriter,
                                                 int64_t outerParts) {
  if (!getPaths())
    return emitOpError("leaves its paths to the compiler, so there is no "
                       "sequential program yet; solve them first "
                       "(hocket-solve-paths), or give them");
  // Each of them is listed in a case.
  constexpr int64_t maxMicrobatches = 1 << 20;
  if (outerParts > maxMicrobatches / int64_t(getMicrobatches()))
    return emitOpError("stands for a sequential program of ")
           << outerParts << " x " << getMicrobatches()
           << " microbatches; it can be written down for up to "
           << maxMicrobatches;
  // The microbatches of each sequence of bodies. Part c of the batch follows
  // the same paths as any other: its microbatches come after those of c - 1.
  llvm::MapVector<SmallVector<int64_t>, SmallVector<int64_t>,
                  std::map<SmallVector<int64_t>, unsigned>>
      cases;
  for (int64_t part = 0; part < outerParts; ++part)
    for (auto [microbatch, route] : llvm::enumerate(getRoutes())) {
      SmallVector<int64_t> bodies;
      for (const RouteStop &stop : ArrayRef(route).drop_front().drop_back())
        bodies.push_back(stop.stage);
      cases[bodies].push_back(part * getMicrobatches() + microbatch);
    }
  SmallVector<StageOp, 4> stages = getStages();
  auto applyBodies = [&](OpBuilder &builder, const IRMapping &mapping,
                         ArrayRef<int64_t> bodies, ValueRange inputs) {
    SmallVector<Value> values(inputs);
    for (int64_t stage : bodies)
      values = cloneStage(builder, stages[stage], mapping, values);
    return values;
  };
  auto body = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
    IRMapping mapping;
    mapping.map(getBody().getArguments(), arguments);
    SmallVector<Value> values =
        cloneStage(inner, stages.front(), mapping, /*activations=*/{});
    if (cases.size() == 1) {
      values = applyBodies(inner, mapping, cases.front().first, values);
    } else {
      SmallVector<SmallVector<int64_t>> lists;
      for (auto &entry : cases)
        lists.push_back(entry.second);
      auto choice = SwitchMicrobatchOp::create(
          inner, loc, values, lists,
          [&](OpBuilder &inCase, Location caseLoc, size_t number,
              ValueRange inputs) {
            YieldOp::create(inCase, caseLoc,
                            applyBodies(inCase, mapping,
                                        std::next(cases.begin(), number)->first,
                                        inputs));
          });
      values = llvm::to_vector_of<Value>(choice.getResults());
    }
    YieldOp::create(inner, loc,
                    cloneStage(inner, stages.back(), mapping, values));
  };
  auto sequential = MicrobatchesOp::create(
      rewriter, getLoc(), getResultTypes(), getTokens(), getOffsets(),
      getShared(), outerParts * int64_t(getMicrobatches()), body);
  rewriter.replaceOp(*this, sequential.getResults());
  return success();
}

//===----------------------------------------------------------------------===//
// What is left
//===----------------------------------------------------------------------===//

LogicalResult MicrobatchesOp::verify() {
  if (auto strategy = (*this)->getParentOfType<StrategyOpInterface>()) {
    InFlightDiagnostic diagnostic = emitOpError(
        "is a sequential program for the whole batch, and cannot be inside of "
        "a strategy; hocket.pipeline and hocket.skip_pipeline cut the batch "
        "into microbatches, too");
    diagnostic.attachNote(strategy.getLoc()) << "the strategy is here";
    return diagnostic;
  }
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyCutting(*this, "count");
}

LogicalResult MicrobatchesOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();
  return verifyHasNo<StrategyOpInterface>(*this,
                                          "it is what is left of a strategy");
}

LogicalResult SwitchMicrobatchOp::verify() {
  if (getInputs().getTypes() != getResultTypes())
    return emitOpError("needs results of its inputs' types, ")
           << getInputs().getTypes() << ", not " << getResultTypes();
  if (getBodies().size() != getCases().size())
    return emitOpError("has ") << getCases().size() << " cases and "
                               << getBodies().size() << " regions";
  int64_t count = cast<MicrobatchesOp>((*this)->getParentOp()).getCount();
  DenseMap<int64_t, int64_t> caseOf;
  for (auto [number, list] : llvm::enumerate(getCases()))
    for (int64_t microbatch : listOf(list)) {
      if (microbatch < 0 || microbatch >= count)
        return emitOpError("has a case of microbatch ")
               << microbatch << ", and there are " << count;
      if (auto [it, isNew] = caseOf.try_emplace(microbatch, number); !isNew)
        return emitOpError("has microbatch ")
               << microbatch << " in case #" << it->second << " and in case #"
               << number;
    }
  for (int64_t i = 0; i < count; ++i)
    if (!caseOf.count(i))
      return emitOpError("has no case for microbatch ") << i;
  return success();
}

LogicalResult SwitchMicrobatchOp::verifyRegions() {
  for (auto [number, region] : llvm::enumerate(getBodies())) {
    if (region.front().getArgumentTypes() != getInputs().getTypes())
      return emitOpError("needs the arguments of case #")
             << number << " to be of its inputs' types, "
             << getInputs().getTypes();
    auto yield = dyn_cast<YieldOp>(region.front().back());
    if (yield && yield.getValues().getTypes() == getResultTypes())
      continue;
    InFlightDiagnostic diagnostic =
        emitOpError("needs case #")
        << number << " to end with a 'hocket.yield' of its results' types, "
        << getResultTypes();
    diagnostic.attachNote(region.front().back().getLoc()) << "it ends here";
    return diagnostic;
  }
  return success();
}
