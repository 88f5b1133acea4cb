//===- SolveSchedule.cpp - The pass hocket-solve-schedule -----------------===//

#include "hocket/Plan/SolveSchedule.h"
#include "hocket/Cost/Profile.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Dialects/TopologyOps.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Passes/Solve.h"
#include "hocket/Plan/Lengths.h"
#include "hocket/Plan/TaskText.h"
#include "hocket/Solver/Z3.h"

#include "mlir/IR/Remarks.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVESCHEDULE
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

static void emitFailure(Operation *op, const Twine &what, const Error &error) {
  InFlightDiagnostic diagnostic = op->emitError(what) << error.message;
  for (const std::string &note : error.notes)
    diagnostic.attachNote() << note;
}

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
  const SolutionSummary &summary = solved->summary;
  remark::passed(loss.getLoc(),
                 remark::RemarkOpts::name("Schedule").category("solve"))
      << remark::metric("Status", StringRef(name(summary.status)))
      << remark::metric("Value", summary.value)
      << remark::metric("Bound", summary.lowerBound)
      << remark::metric("Gap",
                        double(summary.value - summary.lowerBound) /
                            double(std::max<int64_t>(1, summary.lowerBound)));
  writeStrategy(loss, solved->strategy);
  return success();
}

namespace {

struct SolveSchedulePass : hocket::impl::SolveScheduleBase<SolveSchedulePass> {
  using SolveScheduleBase::SolveScheduleBase;

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
    FailureOr<Topology> machine = readTopology(module);
    FailureOr<std::vector<int64_t>> tokens = readLengths(module, *strategy);
    if (failed(machine) || failed(tokens))
      return signalPassFailure();
    RooflineCost cost(*machine);
    std::optional<ProfiledCost> measured;
    if (!costs.empty()) {
      Result<Profile> loaded = loadProfile(costs);
      if (!loaded) {
        emitFailure(module, "cannot load the costs: ", loaded.error());
        return signalPassFailure();
      }
      measured.emplace(std::move(*loaded), cost);
    }
    Z3EngineFactory engine;
    SolveSetting setting{*machine,
                         measured ? static_cast<CostModel &>(*measured) : cost,
                         std::move(*tokens),
                         {}};
    setting.solver.engine = &engine;
    setting.solver.seed = seed;
    if (timeLimit > 0)
      setting.solver.timeLimit = timeLimit;
    else
      setting.solver.workLimit = workLimit;
    if (failed(solveSchedule(module, function, setting)))
      signalPassFailure();
  }

  FailureOr<Topology> readTopology(ModuleOp module) {
    if (!topology.empty()) {
      Result<Topology> loaded = loadTopology(topology);
      if (loaded)
        return *loaded;
      emitFailure(module, "cannot load a topology: ", loaded.error());
      return failure();
    }
    auto ops = llvm::to_vector(module.getOps<TopologyOp>());
    if (ops.size() == 1)
      return toTopology(ops.front());
    InFlightDiagnostic diagnostic = module.emitOpError("has ")
                                    << ops.size()
                                    << " hocket.topology ops; schedule(auto) "
                                       "needs one machine";
    diagnostic.attachNote() << "name its file with the option `topology`";
    return failure();
  }

  FailureOr<std::vector<int64_t>> readLengths(ModuleOp module,
                                              const plan::Strategy &strategy) {
    if (lengths.empty())
      return std::vector<int64_t>(
          size_t(2) * strategy.data * strategy.microbatches, 64);
    Result<std::vector<int64_t>> loaded = plan::loadLengths(lengths);
    if (loaded)
      return *loaded;
    emitFailure(module, "cannot load the lengths: ", loaded.error());
    return failure();
  }
};

} // namespace
