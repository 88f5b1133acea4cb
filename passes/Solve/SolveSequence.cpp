//===- SolveSequence.cpp - The pass hocket-solve-sequence -----------------===//

#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Simulate/SequenceChoice.h"

#include "mlir/IR/Remarks.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVESEQUENCE
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

LogicalResult hocket::solveSequence(ModuleOp module, StringRef lossName,
                                    const SolveSetting &setting) {
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  FailureOr<plan::Strategy> strategy = strategyOf(loss);
  if (failed(strategy))
    return failure();
  if (strategy->sequenceMethod != simulate::kAutoMethod)
    return success();
  FailureOr<ModelSource> source = buildCountedModel(module, lossName);
  if (failed(source))
    return failure();
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  Result<plan::Strategy> planned = withSchedule(*source, schedules);
  Result<std::vector<simulate::MethodTime>> times =
      planned ? simulate::rankSequenceMethods(
                    source->model, *planned, setting.lengths, setting.cost,
                    setting.topology.device.memoryBytes, schedules)
              : planned.error();
  if (!times) {
    emitFailure(loss, "the sequence method cannot be chosen: ", times.error());
    return failure();
  }
  for (const simulate::MethodTime &time : *times)
    remark::passed(loss.getLoc(),
                   remark::RemarkOpts::name("SequenceMethod").category("solve"))
        << remark::metric("Method", StringRef(time.method))
        << remark::metric("Seconds", time.seconds)
        << remark::metric("ArenaBytes", time.peakArenaBytes);
  NamedAttrList entries(loss->getAttrOfType<DictionaryAttr>(kStrategyAttr));
  entries.set("method",
              Builder(loss.getContext()).getStringAttr(times->front().method));
  loss->setAttr(kStrategyAttr, entries.getDictionary(loss.getContext()));
  return success();
}

namespace {

struct SolveSequencePass : hocket::impl::SolveSequenceBase<SolveSequencePass> {
  using SolveSequenceBase::SolveSequenceBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    SolveSequenceBase::getDependentDialects(registry);
    registerWorkModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(solveOpenKnob(
            module, function, {topology, costs, lengths}, "method(\"auto\")",
            [](func::FuncOp, const plan::Strategy &strategy) {
              return strategy.sequenceMethod == simulate::kAutoMethod;
            },
            [&](const SolveSetting &setting) {
              return solveSequence(module, function, setting);
            })))
      signalPassFailure();
  }
};

} // namespace
