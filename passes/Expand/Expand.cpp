//===- Expand.cpp - A model becomes a plan --------------------------------===//

#include "hocket/Passes/Expand.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/Plan.h"
#include "hocket/Dialects/PlanTranslation.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Plan/Expand.h"

#include "mlir/IR/Builders.h"
#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_EXPAND
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

struct ExpandPass : hocket::impl::ExpandBase<ExpandPass> {
  using ExpandBase::ExpandBase;

  void runOnOperation() override {
    if (failed(expandModel()))
      signalPassFailure();
  }

  LogicalResult expandModel() {
    ModuleOp module = getOperation();
    FailureOr<ModelSource> source = buildModel(module, function);
    if (failed(source))
      return failure();
    std::vector<int64_t> stepLengths(lengths.begin(), lengths.end());
    if (stepLengths.empty())
      return module.emitError(
          "hocket-expand needs the lengths of the step's sequences: "
          "lengths=128,128,...");

    Operation *loss = module.lookupSymbol(function);
    Result<plan::Plan> expanded =
        plan::expand(source->model, source->strategy, stepLengths,
                     plan::ScheduleRegistry::withBuiltins());
    if (!expanded) {
      InFlightDiagnostic diagnostic =
          loss->emitOpError(expanded.error().message);
      for (const std::string &note : expanded.error().notes)
        diagnostic.attachNote() << note;
      return diagnostic;
    }
    OpBuilder builder(module.getBodyRegion());
    builder.setInsertionPointToEnd(module.getBody());
    return planir::exportProgram(source->model, *expanded, builder,
                                 loss->getLoc());
  }
};

} // namespace
