//===- SolveSchedule.cpp - The pass hocket-solve-schedule -----------------===//

#include "hocket/Plan/SolveSchedule.h"
#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Plan/TaskText.h"
#include "hocket/Simulate/ScheduleChoice.h"
#include "hocket/Simulate/SequenceChoice.h"

#include "mlir/IR/Remarks.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVESCHEDULE
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

bool hocket::leavesScheduleOpen(const plan::Strategy &strategy) {
  return strategy.schedule == plan::kAutoSchedule && strategy.routes.empty();
}

/// The strategy with what has been solved in place of "auto".
static void writeStrategy(func::FuncOp loss, const plan::Strategy &strategy) {
  Builder builder(loss.getContext());
  NamedAttrList entries(loss->getAttrOfType<DictionaryAttr>(kStrategyAttr));
  entries.set("schedule", builder.getStringAttr(strategy.schedule));
  if (strategy.schedule != plan::kGivenSchedule) {
    loss->setAttr(kStrategyAttr, entries.getDictionary(loss.getContext()));
    return;
  }
  SmallVector<int64_t> placement(strategy.placement.begin(),
                                 strategy.placement.end());
  entries.set("placement", builder.getDenseI64ArrayAttr(placement));
  SmallVector<Attribute> orders;
  for (const std::vector<plan::ScheduledTask> &order : strategy.orders)
    orders.push_back(builder.getStringAttr(plan::formatOrder(order)));
  entries.set("orders", builder.getArrayAttr(orders));
  loss->setAttr(kStrategyAttr, entries.getDictionary(loss.getContext()));
}

/// Stages whose tasks are several of the model's are measured in plans.
static Result<plan::SolvedSchedule> choose(func::FuncOp loss,
                                           const ModelSource &source,
                                           const SolveSetting &setting) {
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  plan::ScheduleSetting step{setting.lengths, setting.topology, setting.cost};
  const plan::Strategy &strategy = source.strategy;
  if (!strategy.isRefined())
    return plan::solveSchedule(
        source.model, strategy,
        [&](const std::vector<uint32_t> &placement) {
          return plan::pipelineProblemOf(source.model, strategy, step,
                                         placement);
        },
        schedules, setting.solver);
  Result<simulate::ScheduleChoice> choice = simulate::chooseSchedule(
      source.model, strategy, step, schedules, setting.solver);
  if (!choice)
    return choice.error();
  remark::passed(loss.getLoc(),
                 remark::RemarkOpts::name("ScheduleStep").category("solve"))
      << remark::metric("Schedule", StringRef(choice->strategy.schedule))
      << remark::metric("Seconds", choice->seconds)
      << remark::metric("ArenaBytes", choice->peakArenaBytes);
  return plan::SolvedSchedule{std::move(choice->strategy), choice->solution};
}

FailureOr<plan::Strategy> hocket::chooseSchedule(func::FuncOp loss,
                                                 const ModelSource &source,
                                                 const SolveSetting &setting) {
  Result<plan::SolvedSchedule> solved = choose(loss, source, setting);
  if (!solved) {
    emitFailure(loss, "the schedule cannot be solved: ", solved.error());
    return failure();
  }
  if (solved->summary.hasSolution())
    reportSolution(loss, "Schedule", solved->summary);
  return std::move(solved->strategy);
}

/// Emits an error where what the tasks of a step take is still open.
static LogicalResult checkOthers(func::FuncOp loss,
                                 const plan::Strategy &strategy) {
  StringRef open, solver;
  if (strategy.sequenceMethod == simulate::kAutoMethod) {
    open = "sequence method";
    solver = "hocket-solve-sequence";
  } else if (leavesActivationsOpen(loss)) {
    open = "activations";
    solver = "hocket-solve-activations";
  } else {
    return success();
  }
  InFlightDiagnostic diagnostic = loss.emitOpError("leaves the ")
                                  << open
                                  << " open, and how long the tasks of the "
                                     "schedule take depends on that";
  diagnostic.attachNote() << "solve that first (" << solver << ")";
  return diagnostic;
}

LogicalResult hocket::solveSchedule(ModuleOp module, StringRef lossName,
                                    const SolveSetting &setting) {
  FailureOr<ModelSource> source = buildCountedModel(module, lossName);
  if (failed(source))
    return failure();
  if (!leavesScheduleOpen(source->strategy))
    return success();
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  if (failed(checkOthers(loss, source->strategy)))
    return failure();
  FailureOr<plan::Strategy> solved = chooseSchedule(loss, *source, setting);
  if (failed(solved))
    return failure();
  writeStrategy(loss, *solved);
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
              return leavesScheduleOpen(strategy);
            },
            [&](const SolveSetting &setting) {
              return solveSchedule(module, function, setting);
            })))
      signalPassFailure();
  }
};

} // namespace
