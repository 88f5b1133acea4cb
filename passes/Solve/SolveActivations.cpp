//===- SolveActivations.cpp - The pass hocket-solve-activations -----------===//

#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Simulate/ActivationsChoice.h"

#include "mlir/IR/Remarks.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVEACTIVATIONS
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

FailureOr<std::vector<plan::SliceActivations>>
hocket::chooseActivations(func::FuncOp loss, const ModelSource &source,
                          const SolveSetting &setting) {
  const Topology &machine = setting.topology;
  simulate::ActivationsSetting room{
      {machine.device.memoryBytes, machine.host.memoryBytes},
      machine.host.bytesPerSecond};
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  Result<plan::Strategy> strategy = withSchedule(source, schedules);
  if (!strategy) {
    emitFailure(loss, "the activations cannot be chosen: ", strategy.error());
    return failure();
  }
  Result<simulate::ActivationsChoice> choice = simulate::chooseActivations(
      source.model, *strategy, setting.lengths, setting.cost, room, schedules,
      setting.solver);
  if (!choice) {
    emitFailure(loss, "the activations cannot be chosen: ", choice.error());
    return failure();
  }
  // Where everything can be kept there was nothing to solve.
  if (choice->solution.hasSolution())
    reportSolution(loss, "Activations", choice->solution);
  remark::passed(loss.getLoc(),
                 remark::RemarkOpts::name("ActivationsStep").category("solve"))
      << remark::metric("Seconds", choice->seconds)
      << remark::metric("ArenaBytes", choice->peakArenaBytes)
      << remark::metric("HostBytes", choice->hostBytes);
  return std::move(choice->activations);
}

LogicalResult hocket::solveActivations(ModuleOp module, StringRef lossName,
                                       const SolveSetting &setting) {
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  if (!leavesActivationsOpen(loss))
    return success();
  FailureOr<ModelSource> source = buildCountedModel(module, lossName);
  if (failed(source))
    return failure();
  FailureOr<std::vector<plan::SliceActivations>> activations =
      chooseActivations(loss, *source, setting);
  if (failed(activations))
    return failure();
  SmallVector<int64_t> numbers;
  for (const plan::SliceActivations &stage : *activations)
    numbers.append({stage.kept, stage.offloaded});
  NamedAttrList entries(loss->getAttrOfType<DictionaryAttr>(kStrategyAttr));
  if (numbers.empty())
    entries.erase("activations");
  else
    entries.set("activations",
                Builder(loss.getContext()).getDenseI64ArrayAttr(numbers));
  loss->setAttr(kStrategyAttr, entries.getDictionary(loss.getContext()));
  return success();
}

namespace {

struct SolveActivationsPass
    : hocket::impl::SolveActivationsBase<SolveActivationsPass> {
  using SolveActivationsBase::SolveActivationsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    SolveActivationsBase::getDependentDialects(registry);
    registerWorkModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(solveOpenKnob(
            module, function,
            {topology, costs, lengths, timeLimit, workLimit, seed},
            "activations(auto)",
            [](func::FuncOp loss, const plan::Strategy &) {
              return leavesActivationsOpen(loss);
            },
            [&](const SolveSetting &setting) {
              return solveActivations(module, function, setting);
            })))
      signalPassFailure();
  }
};

} // namespace
