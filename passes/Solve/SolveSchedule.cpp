//===- SolveSchedule.cpp - The pass hocket-solve-schedule -----------------===//

#include "hocket/Plan/SolveSchedule.h"
#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Passes/Solve.h"
#include "hocket/Plan/TaskText.h"
#include "hocket/Solver/Z3.h"

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
  FailureOr<ModelSource> source = buildModel(module, lossName);
  if (failed(source))
    return failure();
  if (source->strategy.schedule != plan::kAutoSchedule ||
      !source->strategy.routes.empty())
    return success();
  for (plan::Kernel &kernel : source->model.kernels)
    if (auto function = module.lookupSymbol<func::FuncOp>(kernel.symbol))
      kernel.flops = countFlops(function);

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
    auto loss = module.lookupSymbol<func::FuncOp>(function);
    if (!loss) {
      module.emitOpError("has no function @") << function;
      return signalPassFailure();
    }
    FailureOr<plan::Strategy> strategy = strategyOf(loss);
    if (failed(strategy))
      return signalPassFailure();
    if (strategy->schedule != plan::kAutoSchedule)
      return;
    FailureOr<Topology> machine =
        readTopology(module, topology, "schedule(auto)");
    FailureOr<std::vector<int64_t>> tokens =
        readLengths(module, lengths, strategy->data, strategy->microbatches);
    if (failed(machine) || failed(tokens))
      return signalPassFailure();
    FailureOr<std::optional<Profile>> profile = readProfile(module, costs);
    if (failed(profile))
      return signalPassFailure();
    RooflineCost predicted(*machine);
    std::optional<ProfiledCost> measured;
    if (*profile)
      measured.emplace(std::move(**profile), predicted);
    const CostModel *cost = &predicted;
    if (measured)
      cost = &*measured;
    Z3EngineFactory engine;
    SolveSetting setting{*machine, *cost, std::move(*tokens),
                         solverOptions(engine, timeLimit, workLimit, seed)};
    if (failed(solveSchedule(module, function, setting)))
      signalPassFailure();
  }
};

} // namespace
