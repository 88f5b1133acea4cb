//===- SolveSchedule.cpp - The pass hocket-solve-schedule -----------------===//

#include "hocket/Plan/SolveSchedule.h"
#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Plan/TaskText.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVESCHEDULE
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// The strategy with what has been solved in place of "auto".
static void writeStrategy(func::FuncOp loss, const plan::Strategy &strategy) {
  Builder builder(loss.getContext());
  NamedAttrList entries(loss->getAttrOfType<DictionaryAttr>(kStrategyAttr));
  entries.set("schedule", builder.getStringAttr(strategy.schedule));
  SmallVector<int64_t> placement(strategy.placement.begin(),
                                 strategy.placement.end());
  entries.set("placement", builder.getDenseI64ArrayAttr(placement));
  SmallVector<Attribute> orders;
  for (const std::vector<plan::ScheduledTask> &order : strategy.orders)
    orders.push_back(builder.getStringAttr(plan::formatOrder(order)));
  entries.set("orders", builder.getArrayAttr(orders));
  loss->setAttr(kStrategyAttr, entries.getDictionary(loss.getContext()));
}

LogicalResult hocket::solveSchedule(ModuleOp module, StringRef lossName,
                                    const SolveSetting &setting) {
  FailureOr<ModelSource> source = buildCountedModel(module, lossName);
  if (failed(source))
    return failure();
  if (source->strategy.schedule != plan::kAutoSchedule ||
      !source->strategy.routes.empty())
    return success();
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  Result<plan::SolvedSchedule> solved =
      plan::solveSchedule(source->model, source->strategy,
                          {setting.lengths, setting.topology, setting.cost},
                          schedules, setting.solver);
  if (!solved) {
    emitFailure(loss, "the schedule cannot be solved: ", solved.error());
    return failure();
  }
  reportSolution(loss, "Schedule", solved->summary);
  writeStrategy(loss, solved->strategy);
  return success();
}

namespace {

struct SolveSchedulePass : hocket::impl::SolveScheduleBase<SolveSchedulePass> {
  using SolveScheduleBase::SolveScheduleBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    SolveScheduleBase::getDependentDialects(registry);
    registerWorkModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(solveOpenKnob(
            module, function,
            {topology, costs, lengths, timeLimit, workLimit, seed},
            "schedule(auto)",
            [](func::FuncOp, const plan::Strategy &strategy) {
              return strategy.schedule == plan::kAutoSchedule;
            },
            [&](const SolveSetting &setting) {
              return solveSchedule(module, function, setting);
            })))
      signalPassFailure();
  }
};

} // namespace
