//===- CutAttention.cpp - Stages become segments between attentions -------===//

#include "SegmentCutter.h"
#include "ShareScans.h"
#include "TokenLocality.h"

#include "hocket/Passes/Differentiate.h"
#include "hocket/Passes/Expand.h"
#include "hocket/Passes/Recurrences.h"
#include "hocket/Plan/Sequence.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/RegionUtils.h"

namespace hocket {
#define GEN_PASS_DEF_CUTATTENTION
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

struct CutAttention : hocket::impl::CutAttentionBase<CutAttention> {
  using CutAttentionBase::CutAttentionBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    CutAttentionBase::getDependentDialects(registry);
    registerDifferentiationModels(registry);
  }

  void runOnOperation() override {
    auto loss = getOperation().lookupSymbol<func::FuncOp>(function);
    auto strategy = loss ? loss->getAttrOfType<DictionaryAttr>(kStrategyAttr)
                         : DictionaryAttr();
    if (!strategy) {
      getOperation().emitError("there is no function @")
          << function << " with a `" << kStrategyAttr
          << "`; run hocket-outline first";
      return signalPassFailure();
    }
    auto partsOf = [&](StringRef name) {
      auto parts = strategy.getAs<IntegerAttr>(name);
      return parts ? parts.getInt() : 1;
    };
    int64_t degree = partsOf("sequence"), slices = partsOf("slices");
    if (degree == 1 && slices == 1)
      return;
    auto method = strategy.getAs<StringAttr>("method");
    FailureOr<SmallVector<int64_t>> segments =
        cutStages(degree, slices, method ? method.getValue() : "ring");
    if (failed(segments))
      return signalPassFailure();
    NamedAttrList attributes(strategy);
    attributes.set("segments",
                   Builder(&getContext()).getDenseI64ArrayAttr(*segments));
    loss->setAttr(kStrategyAttr, attributes.getDictionary(&getContext()));
  }

  /// Makes scans of recurrences. Emits an error where one cannot be shared, or
  /// where `method` deals tokens in a way in which scans cannot be.
  static LogicalResult prepareScans(func::FuncOp stage, int64_t slices,
                                    StringRef method) {
    SmallVector<RecurrenceOp> recurrences;
    Operation *scan = nullptr;
    stage.walk([&](Operation *op) {
      if (auto recurrence = dyn_cast<RecurrenceOp>(op))
        recurrences.push_back(recurrence);
      if (!scan && isa<RecurrenceOp, ScanOp, ShiftOp>(op))
        scan = op;
    });
    if (!scan)
      return success();
    if (slices != 1)
      return scan->emitOpError("goes on from one slice of the tokens to the "
                               "next, which plans of slices do not do; use "
                               "hocket.sequence for scans, or one slice");
    Result<std::unique_ptr<plan::SequenceMethod>> made =
        plan::SequenceMethods::withBuiltins().make(method.str());
    // An open method is chosen among those that can do it.
    if (made && !(*made)->holdsRuns())
      return scan->emitOpError("needs a run of each sequence on every rank, "
                               "and the method \"")
             << method
             << "\" deals the tokens in another way; use the method \"ring\" "
                "or "
                "\"ulysses\"";
    for (RecurrenceOp recurrence : recurrences) {
      if (!recurrence.getNewton())
        return recurrence.emitOpError(
            "is computed step by step, which ranks cannot share; give it "
            "`newton(3)`, so that its steps are solved for all at once");
      if (failed(expandForGradient(recurrence)))
        return failure();
    }
    return success();
  }

  /// Returns how many segments each stage became.
  FailureOr<SmallVector<int64_t>> cutStages(int64_t degree, int64_t slices,
                                            StringRef method) {
    SmallVector<func::FuncOp> stages;
    for (auto stage : getOperation().getOps<func::FuncOp>())
      if (stage->hasAttr(kStageAttr))
        stages.push_back(stage);
    auto numberOf = [](func::FuncOp stage) {
      return stage->getAttrOfType<IntegerAttr>(kStageAttr).getInt();
    };
    llvm::sort(stages, [&](func::FuncOp a, func::FuncOp b) {
      return numberOf(a) < numberOf(b);
    });
    for (func::FuncOp stage : stages) {
      for (StringRef later : {kKernelAttr, kInstancesAttr})
        if (stage->hasAttr(later))
          return stage.emitOpError("has a `")
                 << later
                 << "` already; cut stages before they are merged and "
                    "differentiated";
      // The segments take over the names of stages.
      stage.setName((stage.getName() + ".whole").str());
    }
    SmallVector<int64_t> counts;
    int64_t number = 0;
    DenseSet<unsigned> sums;
    IRRewriter rewriter(&getContext());
    for (func::FuncOp stage : stages) {
      if (failed(prepareScans(stage, slices, method)))
        return failure();
      (void)runRegionDCE(rewriter, stage->getRegions());
      TokenLocality locality(stage, sums);
      if (failed(locality.check()))
        return failure();
      sums = locality.sumOutputs();
      if (failed(ScanSharer(stage, degree).run()))
        return failure();
      (void)runRegionDCE(rewriter, stage->getRegions());
      FailureOr<SmallVector<func::FuncOp>> segments =
          SegmentCutter(stage).run(number);
      if (failed(segments))
        return failure();
      counts.push_back(segments->size());
      number += segments->size();
      numCut += segments->size() - 1;
      stage.erase();
    }
    return counts;
  }
};

} // namespace
