//===- SolvePaths.cpp - The pass hocket-solve-paths -----------------------===//

#include "hocket/Plan/SolvePaths.h"
#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Differentiate.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/Pipelines.h"
#include "hocket/Plan/TaskText.h"

#include "mlir/IR/Builders.h"
#include "mlir/Pass/PassManager.h"

namespace hocket {
#define GEN_PASS_DEF_SOLVEPATHS
#include "passes/Solve/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// From strategies to the kernels of stages; backwards are whole.
static void buildPipeline(OpPassManager &manager, StringRef lossName,
                          bool isTrained) {
  buildStagesPipeline(manager, lossName);
  buildKernelsPipeline(manager,
                       isTrained ? StageForm::Whole : StageForm::Forward);
}

/// The model of a copy of `module`, whose paths are auto: `module` stays as it
/// is, since its strategies can still be erased.
static FailureOr<ModelSource> modelOf(ModuleOp module, StringRef lossName) {
  OwningOpRef<ModuleOp> copy(module.clone());
  PassManager manager(module.getContext());
  buildPipeline(manager, lossName, module.lookupSymbol("update") != nullptr);
  if (failed(manager.run(*copy)))
    return failure();
  return buildCountedModel(*copy, lossName);
}

static void writeBack(SkipPipelineOp pipeline, const plan::Strategy &strategy) {
  OpBuilder builder(pipeline);
  SmallVector<Attribute> paths, orders;
  for (const std::vector<plan::Visit> &route : strategy.routes) {
    SmallVector<int64_t> path;
    for (const plan::Visit &visit : llvm::drop_end(route))
      path.push_back(visit.rank);
    paths.push_back(builder.getDenseI64ArrayAttr(path));
  }
  for (const std::vector<plan::ScheduledTask> &order : strategy.orders)
    orders.push_back(builder.getStringAttr(plan::formatOrder(order)));
  pipeline.setPathsAttr(builder.getArrayAttr(paths));
  pipeline.setOrdersAttr(builder.getArrayAttr(orders));
}

SkipPipelineOp hocket::findOpenPaths(ModuleOp module, StringRef lossName) {
  SkipPipelineOp open;
  if (Operation *loss = module.lookupSymbol(lossName))
    loss->walk([&](SkipPipelineOp op) {
      if (!op.getPaths())
        open = op;
    });
  return open;
}

LogicalResult hocket::solvePaths(ModuleOp module, StringRef lossName,
                                 const SolveSetting &setting) {
  SkipPipelineOp pipeline = findOpenPaths(module, lossName);
  if (!pipeline)
    return success();
  FailureOr<ModelSource> source = modelOf(module, lossName);
  if (failed(source))
    return failure();
  Result<plan::SolvedPaths> solved = plan::solvePaths(
      source->model, source->strategy,
      {setting.lengths, setting.topology, setting.cost}, setting.solver);
  if (!solved) {
    emitFailure(pipeline, "the paths cannot be solved: ", solved.error());
    return failure();
  }
  writeBack(pipeline, solved->strategy);
  reportSolution(pipeline, "Paths", solved->summary);
  return success();
}

namespace {

struct SolvePathsPass : hocket::impl::SolvePathsBase<SolvePathsPass> {
  using SolvePathsBase::SolvePathsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    SolvePathsBase::getDependentDialects(registry);
    registerDifferentiationModels(registry);
    registerWorkModels(registry);
    OpPassManager manager(ModuleOp::getOperationName());
    buildPipeline(manager, "loss", /*isTrained=*/true);
    manager.getDependentDialects(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!module.lookupSymbol(function)) {
      module.emitOpError("has no function @") << function;
      return signalPassFailure();
    }
    SkipPipelineOp pipeline = findOpenPaths(module, function);
    if (!pipeline)
      return;
    auto data = pipeline->getParentOfType<DataOp>();
    std::unique_ptr<LoadedSetting> loaded = LoadedSetting::load(
        module, {topology, costs, lengths, timeLimit, workLimit, seed},
        "paths(auto)", data ? data.getDegree() : 1, pipeline.getMicrobatches());
    if (!loaded || failed(solvePaths(module, function, loaded->setting())))
      signalPassFailure();
  }
};

} // namespace
