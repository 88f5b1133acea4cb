//===- Settings.cpp - What passes that solve share ------------------------===//

#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/TopologyOps.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Plan/Lengths.h"
#include "hocket/Plan/SolveSchedule.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace hocket;

void hocket::emitFailure(Operation *op, const Twine &what, const Error &error) {
  InFlightDiagnostic diagnostic = op->emitError(what) << error.message;
  for (const std::string &note : error.notes)
    diagnostic.attachNote() << note;
}

/// The machine in the file `path` or, where that is empty, of the one
/// hocket.topology of `module`.
static FailureOr<Topology>
readTopology(ModuleOp module, const std::string &path, StringRef knob) {
  if (!path.empty()) {
    Result<Topology> loaded = loadTopology(path);
    if (loaded)
      return *loaded;
    emitFailure(module, "cannot load a topology: ", loaded.error());
    return failure();
  }
  auto ops = llvm::to_vector(module.getOps<TopologyOp>());
  if (ops.size() == 1)
    return toTopology(ops.front());
  InFlightDiagnostic diagnostic = module.emitOpError("has ")
                                  << ops.size() << " hocket.topology ops; "
                                  << knob << " needs one machine";
  diagnostic.attachNote() << "name its file with the option `topology`";
  return failure();
}

static FailureOr<std::optional<Profile>> readProfile(ModuleOp module,
                                                     const std::string &path) {
  if (path.empty())
    return std::optional<Profile>();
  Result<Profile> loaded = loadProfile(path);
  if (loaded)
    return std::optional<Profile>(std::move(*loaded));
  emitFailure(module, "cannot load the costs: ", loaded.error());
  return failure();
}

static FailureOr<std::vector<int64_t>> readLengths(ModuleOp module,
                                                   const std::string &path,
                                                   uint32_t data,
                                                   uint32_t microbatches) {
  if (path.empty())
    return plan::defaultLengths(data, microbatches);
  Result<std::vector<int64_t>> loaded = plan::loadLengths(path);
  if (loaded)
    return *loaded;
  emitFailure(module, "cannot load the lengths: ", loaded.error());
  return failure();
}

LoadedSetting::LoadedSetting(Topology machine, std::optional<Profile> profile,
                             std::vector<int64_t> lengths,
                             const SolveOptions &options)
    : machine(std::move(machine)), predicted(this->machine),
      lengths(std::move(lengths)) {
  if (profile)
    measured.emplace(std::move(*profile), predicted);
  solver.engine = &engine;
  solver.seed = options.seed;
  // Seconds only where somebody asks for them: counted work repeats.
  if (options.timeLimit > 0)
    solver.timeLimit = options.timeLimit;
  else
    solver.workLimit = options.workLimit;
}

std::unique_ptr<LoadedSetting>
LoadedSetting::load(ModuleOp module, const SolveOptions &options,
                    StringRef knob, uint32_t data, uint32_t microbatches) {
  // Written so that a NaN is refused.
  if (!(options.timeLimit >= 0) || options.workLimit < 0) {
    module.emitError("the time limit of ")
        << knob << " must be a number of seconds of at least 0, its work limit "
        << "a whole number of at least 0";
    return nullptr;
  }
  FailureOr<Topology> machine = readTopology(module, options.topology, knob);
  FailureOr<std::vector<int64_t>> lengths =
      readLengths(module, options.lengths, data, microbatches);
  FailureOr<std::optional<Profile>> profile =
      readProfile(module, options.costs);
  if (failed(machine) || failed(lengths) || failed(profile))
    return nullptr;
  return std::unique_ptr<LoadedSetting>(new LoadedSetting(
      std::move(*machine), std::move(*profile), std::move(*lengths), options));
}

SolveSetting LoadedSetting::setting() const {
  return {machine,
          measured ? static_cast<const CostModel &>(*measured) : predicted,
          lengths, solver};
}

LogicalResult hocket::solveOpenKnob(
    ModuleOp module, StringRef lossName, const SolveOptions &options,
    StringRef knob,
    function_ref<bool(func::FuncOp, const plan::Strategy &)> isOpen,
    function_ref<LogicalResult(const SolveSetting &)> solve) {
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  if (!loss)
    return module.emitOpError("has no function @") << lossName;
  FailureOr<plan::Strategy> strategy = strategyOf(loss);
  if (failed(strategy))
    return failure();
  if (!isOpen(loss, *strategy))
    return success();
  std::unique_ptr<LoadedSetting> loaded = LoadedSetting::load(
      module, options, knob, strategy->data, strategy->microbatches);
  return loaded ? solve(loaded->setting()) : failure();
}

FailureOr<ModelSource> hocket::buildCountedModel(ModuleOp module,
                                                 StringRef lossName) {
  FailureOr<ModelSource> source = buildModel(module, lossName);
  if (succeeded(source))
    for (plan::Kernel &kernel : source->model.kernels)
      if (auto function = module.lookupSymbol<func::FuncOp>(kernel.symbol))
        kernel.flops = countFlops(function);
  return source;
}

Result<plan::Strategy>
hocket::withSchedule(const ModelSource &source,
                     const plan::ScheduleRegistry &schedules) {
  if (!leavesScheduleOpen(source.strategy))
    return source.strategy;
  return plan::provisionalSchedule(source.model, source.strategy, schedules);
}

void hocket::reportSolution(Operation *op, StringRef name,
                            const SolutionSummary &summary) {
  remark::passed(op->getLoc(), remark::RemarkOpts::name(name).category("solve"))
      << remark::metric("Status", StringRef(hocket::name(summary.status)))
      << remark::metric("Value", summary.value)
      << remark::metric("Bound", summary.lowerBound)
      << remark::metric("Gap",
                        double(summary.value - summary.lowerBound) /
                            double(std::max<int64_t>(1, summary.lowerBound)));
}
