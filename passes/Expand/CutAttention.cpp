//===- CutAttention.cpp - Stages become segments between attentions -------===//

#include "SegmentCutter.h"
#include "TokenLocality.h"

#include "hocket/Passes/Expand.h"

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
    auto isCut = [&](StringRef degree) {
      auto parts = strategy.getAs<IntegerAttr>(degree);
      return parts && parts.getInt() != 1;
    };
    if (!isCut("sequence") && !isCut("slices"))
      return;
    FailureOr<SmallVector<int64_t>> segments = cutStages();
    if (failed(segments))
      return signalPassFailure();
    NamedAttrList attributes(strategy);
    attributes.set("segments",
                   Builder(&getContext()).getDenseI64ArrayAttr(*segments));
    loss->setAttr(kStrategyAttr, attributes.getDictionary(&getContext()));
  }

  /// Returns how many segments each stage became.
  FailureOr<SmallVector<int64_t>> cutStages() {
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
      (void)runRegionDCE(rewriter, stage->getRegions());
      TokenLocality locality(stage, sums);
      if (failed(locality.check()))
        return failure();
      sums = locality.sumOutputs();
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
