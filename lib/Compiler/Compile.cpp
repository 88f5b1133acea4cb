//===- Compile.cpp - From a model to an executable ------------------------===//

#include "hocket/Compiler/Compile.h"

#include "hocket/Compiler/KernelImage.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/TopologyOps.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Passes/Solve.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Lengths.h"
#include "hocket/Plan/SolveSchedule.h"
#include "hocket/Solver/Z3.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace hocket;

namespace {

Error compileError(ModuleOp module) {
  std::string name = module.getName() ? module.getName()->str() : "the model";
  return {ErrorCode::InvalidArgument, name + " could not be compiled"};
}

/// Takes over what only the compiled kernels know.
void addKernelFacts(plan::Model &model, const CompiledKernels &compiled) {
  for (plan::Kernel &kernel : model.kernels)
    for (const plan::Kernel &facts : compiled.kernels)
      if (facts.symbol == kernel.symbol) {
        kernel.workspaceBytes = facts.workspaceBytes;
        kernel.flops = facts.flops;
        kernel.bytes = facts.bytes;
      }
}

Result<Topology> chooseTopology(ModuleOp module,
                                const CompileOptions &options) {
  if (options.topology)
    return *options.topology;
  auto ops = llvm::to_vector(module.getOps<TopologyOp>());
  if (ops.size() == 1)
    return toTopology(ops.front());
  return Error(ErrorCode::InvalidArgument,
               ops.empty() ? "for which machine? neither --topology=T.yaml is "
                             "given nor does the model have a hocket.topology"
                           : "the model has " + std::to_string(ops.size()) +
                                 " hocket.topology ops; name one machine with "
                                 "--topology=T.yaml");
}

uint32_t countStages(ModuleOp module) {
  uint32_t stages = 0;
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr(kStageAttr)) {
      auto others = function->getAttrOfType<ArrayAttr>(kInstancesAttr);
      stages += 1 + (others ? others.size() : 0);
    }
  return stages;
}

/// Whether Bi and W are tasks of their own in orders that are given.
bool splitsBackward(const plan::Strategy &strategy) {
  for (const std::vector<plan::ScheduledTask> &order : strategy.orders)
    for (const plan::ScheduledTask &task : order)
      if (task.kind == plan::TaskKind::Bi || task.kind == plan::TaskKind::W)
        return true;
  return false;
}

/// Where the pipeline of the step is written, before it is outlined.
Location locationOfPipeline(ModuleOp module) {
  Location location = module.getLoc();
  module.walk([&](PipelineOp pipeline) { location = pipeline.getLoc(); });
  return location;
}

/// A schedule that orders Bi and W apart needs them as kernels of their own.
Result<StageForm> chooseForm(ModuleOp module, Location pipeline,
                             const CompileOptions &options,
                             const plan::ScheduleRegistry &schedules) {
  auto fail = [&](const Error &error) {
    InFlightDiagnostic diagnostic =
        emitError(pipeline) << "'" << PipelineOp::getOperationName()
                            << "' op cannot be scheduled: " << error.message;
    for (const std::string &note : error.notes)
      diagnostic.attachNote() << note;
    return compileError(module);
  };
  auto loss = module.lookupSymbol<func::FuncOp>("loss");
  FailureOr<plan::Strategy> strategy = strategyOf(loss);
  if (failed(strategy))
    return compileError(module);
  bool trained = module.lookupSymbol<func::FuncOp>("update") != nullptr;
  bool forwardOnly = !trained && !options.gradients;
  auto choose = [&](bool split) {
    if (forwardOnly)
      return StageForm::Forward;
    return split ? StageForm::Split : StageForm::Whole;
  };
  if (strategy->schedule == "given" || !strategy->routes.empty())
    return choose(splitsBackward(*strategy));
  if (strategy->schedule == plan::kAutoSchedule)
    return choose(true);
  // What can be known before anything is compiled is said now.
  Result<const plan::Schedule *> schedule = schedules.get(strategy->schedule);
  if (!schedule)
    return fail(schedule.error());
  uint32_t stages = strategy->segments.empty()
                        ? countStages(module)
                        : uint32_t(strategy->segments.size());
  uint32_t ranks = std::max(stages / strategy->chunks, 1u);
  if (Result<void> checked =
          (*schedule)->check({ranks, strategy->chunks, strategy->microbatches});
      !checked)
    return fail(checked.error());
  return choose((*schedule)->splitsBackward());
}

/// Solves what is `auto` with `solve`, for parts of the batch in so many
/// microbatches.
Result<void> fillAuto(ModuleOp module, const Topology &topology,
                      const CompileOptions &options,
                      const plan::Strategy &degrees,
                      function_ref<LogicalResult(const SolveSetting &)> solve) {
  RooflineCost cost(topology);
  Z3EngineFactory engine;
  std::optional<ProfiledCost> measured;
  if (options.profile)
    measured.emplace(*options.profile, cost);
  SolveSetting setting{
      topology, measured ? static_cast<const CostModel &>(*measured) : cost,
      options.lengths, options.solver};
  if (setting.lengths.empty())
    setting.lengths = plan::defaultLengths(degrees.data, degrees.microbatches);
  if (!setting.solver.engine)
    setting.solver.engine = &engine;
  if (failed(solve(setting)))
    return compileError(module);
  return {};
}

/// Paths are solved while there are strategies, what depends on times when
/// there are kernels.
Result<void> fillPaths(ModuleOp module, const Topology &topology,
                       const CompileOptions &options) {
  SkipPipelineOp pipeline = findOpenPaths(module, "loss");
  if (!pipeline)
    return {};
  plan::Strategy degrees;
  if (auto data = pipeline->getParentOfType<DataOp>())
    degrees.data = data.getDegree();
  degrees.microbatches = pipeline.getMicrobatches();
  return fillAuto(module, topology, options, degrees,
                  [&](const SolveSetting &setting) {
                    return solvePaths(module, "loss", setting);
                  });
}

Result<void> fillSequence(ModuleOp module, const Topology &topology,
                          const CompileOptions &options) {
  auto loss = module.lookupSymbol<func::FuncOp>("loss");
  FailureOr<plan::Strategy> strategy = strategyOf(loss);
  if (failed(strategy))
    return compileError(module);
  return fillAuto(module, topology, options, *strategy,
                  [&](const SolveSetting &setting) {
                    return solveSequence(module, "loss", setting);
                  });
}

/// What is known of kernels once they are compiled counts: their workspaces.
Result<void> fillActivations(ModuleOp module, const Topology &topology,
                             const CompileOptions &options,
                             ModelSource &source) {
  auto loss = module.lookupSymbol<func::FuncOp>("loss");
  if (!leavesActivationsOpen(loss))
    return {};
  return fillAuto(module, topology, options, source.strategy,
                  [&](const SolveSetting &setting) -> LogicalResult {
                    auto chosen = chooseActivations(loss, source, setting);
                    if (failed(chosen))
                      return failure();
                    source.strategy.activations = std::move(*chosen);
                    return success();
                  });
}

Result<void> fillSchedule(ModuleOp module, const Topology &topology,
                          const CompileOptions &options, ModelSource &source) {
  if (!leavesScheduleOpen(source.strategy))
    return {};
  return fillAuto(module, topology, options, source.strategy,
                  [&](const SolveSetting &setting) -> LogicalResult {
                    auto chosen = chooseSchedule(
                        module.lookupSymbol<func::FuncOp>("loss"), source,
                        setting);
                    if (failed(chosen))
                      return failure();
                    source.strategy = std::move(*chosen);
                    return success();
                  });
}

} // namespace

Result<runtime::Executable>
hocket::compileModel(ModuleOp module, const CompileOptions &options) {
  // Kernels are counted outside of any pass that would ask for the models.
  DialectRegistry models;
  registerWorkModels(models);
  module.getContext()->appendDialectRegistry(models);
  Result<Topology> topology = chooseTopology(module, options);
  if (!topology)
    return topology.error();
  if (Result<void> solved = fillPaths(module, *topology, options); !solved)
    return solved.error();
  Location pipeline = locationOfPipeline(module);
  PassManager toStages(module.getContext());
  buildStagesPipeline(toStages);
  if (failed(toStages.run(module)))
    return compileError(module);
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  Result<StageForm> form = chooseForm(module, pipeline, options, schedules);
  if (!form)
    return form.error();
  PassManager toKernels(module.getContext());
  buildKernelsPipeline(toKernels, *form);
  if (failed(toKernels.run(module)))
    return compileError(module);

  if (Result<void> solved = fillSequence(module, *topology, options); !solved)
    return solved.error();
  FailureOr<ModelSource> source = buildModel(module);
  if (failed(source))
    return compileError(module);
  TargetOptions target;
  target.cpu = options.cpu;
  FailureOr<CompiledKernels> compiled = compileKernels(module, target);
  if (failed(compiled))
    return compileError(module);
  addKernelFacts(source->model, *compiled);
  if (Result<void> solved =
          fillActivations(module, *topology, options, *source);
      !solved)
    return solved.error();
  if (Result<void> solved = fillSchedule(module, *topology, options, *source);
      !solved)
    return solved.error();

  std::vector<int64_t> lengths = options.lengths;
  if (lengths.empty())
    lengths = plan::defaultLengths(source->strategy.data,
                                   source->strategy.microbatches);
  Result<plan::Plan> expanded =
      plan::expand(source->model, source->strategy, lengths, schedules);
  if (!expanded)
    return expanded.error();
  if (Result<void> checked =
          runtime::checkPlan(*expanded, source->model, *topology);
      !checked)
    return checked.error();

  runtime::Executable executable;
  executable.model = std::move(source->model);
  executable.plan = std::move(*expanded);
  executable.topology = std::move(*topology);
  executable.code = std::move(compiled->image);
  return executable;
}
