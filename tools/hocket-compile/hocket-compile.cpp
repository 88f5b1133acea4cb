//===- hocket-compile.cpp - From MODEL.mlir to MODEL.hkt ------------------===//

#include "Common/CommandLine.h"
#include "Common/OutputFiles.h"
#include "Common/SourceDiagnostics.h"

#include "hocket/Compiler/Compile.h"
#include "hocket/Compiler/InitAll.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Expand.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Plan/Lengths.h"
#include "hocket/Plan/ScheduleCsv.h"
#include "hocket/Plan/SolveSchedule.h"
#include "hocket/Runtime/Profiling.h"
#include "hocket/Runtime/Trace.h"
#include "hocket/Runtime/World.h"
#include "hocket/Support/File.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

#include <chrono>
#include <iostream>
#include <optional>

using namespace mlir;
using namespace hocket;
namespace cl = llvm::cl;

namespace {

cl::opt<std::string> modelPath(cl::Positional, cl::desc("MODEL.mlir"));
cl::opt<std::string>
    topologyPath("topology", cl::value_desc("T.yaml"),
                 cl::desc("The machine, docs/topology.md (default: the model's "
                          "hocket.topology)"));
cl::opt<std::string>
    lengthsPath("lengths", cl::value_desc("FILE"),
                cl::desc("Tokens of each sequence of a step, one number a line "
                         "(default: two of 64 for each microbatch); hocket-run "
                         "can plan for others"));
cl::opt<std::string> outputPath("o", cl::value_desc("MODEL.hkt"),
                                cl::desc("The executable (required)"));
cl::opt<std::string> tracePath(
    "trace", cl::value_desc("T.json"),
    cl::desc("A trace of the step as it is predicted for the machine, "
             "docs/trace.md"));
cl::opt<std::string> csvPath(
    "schedule-csv", cl::value_desc("FILE"),
    cl::desc("The order of the tasks of each pipeline rank, named or solved, "
             "as CSV of torch.distributed.pipelining, docs/plan.md"));
cl::opt<double> timeLimit(
    "time-limit", cl::init(0), cl::value_desc("S"),
    cl::desc(
        "Seconds to spend on each knob that is auto (default: counted work "
        "of about a second, so that what is compiled repeats exactly)"));
cl::opt<std::string>
    costsPath("costs", cl::value_desc("FILE"),
              cl::desc("A profile of hocket-run --profile: what is auto and "
                       "--trace go by its times, not by those of the machine"));
cl::opt<std::string> targetName("target", cl::init("cpu"),
                                cl::value_desc("NAME"),
                                cl::desc("Where the kernels run: cpu (the "
                                         "default)"));
cl::opt<std::string> cpuName("cpu", cl::init("native"), cl::value_desc("NAME"),
                             cl::desc("The processor to compile for, by LLVM's "
                                      "name (default: native, this one)"));
cl::opt<bool> eraseStrategies(
    "erase", cl::desc("Compile the sequential program: erase every strategy"));
cl::opt<bool> keepGradients(
    "gradients",
    cl::desc("Compile the backward even where the model has no @update"));

const char *const kUsage =
    R"(usage: hocket-compile MODEL.mlir -o MODEL.hkt [options]

Compiles a model with its strategies into an executable parallel plan, which
hocket-run runs. '-' is standard input.
)";

const char *const kEpilogue = R"(
Examples:
  hocket-compile gpt.mlir --topology=laptop.yaml -o gpt.hkt
  hocket-compile gpt.mlir --topology=laptop.yaml --lengths=lengths.txt --trace=trace.json -o gpt.hkt

Exit status: 0 success, 1 the plan breaks an invariant, 2 the caller's mistake.
--help-hidden lists the options of LLVM, too.
)";

void printHelp() {
  llvm::outs() << kUsage;
  printOptions({{"What it reads", {"topology", "lengths", "costs"}},
                {"What it compiles",
                 {"erase", "gradients", "target", "cpu", "time-limit"}},
                {"What it writes", {"o", "trace", "schedule-csv"}},
                {"More", {"help", "help-hidden", "version"}}});
  llvm::outs() << kEpilogue;
}

int reportMistake(const std::string &message) {
  std::cerr << "hocket-compile: error: " << message << '\n';
  return kCallersMistake;
}

int report(const Error &error) {
  std::cerr << "hocket-compile: " << error;
  return error.exitCode();
}

/// The step as the topology's devices would run it, or with measured times;
/// nothing where nobody asks for the trace.
Result<std::optional<runtime::Prediction>>
predictStep(const runtime::Executable &executable,
            const std::optional<Profile> &profile) {
  std::optional<runtime::Prediction> none;
  if (tracePath.empty())
    return none;
  RooflineCost cost(executable.topology);
  std::optional<ProfiledCost> measured;
  if (profile) {
    if (Result<void> covers = runtime::checkProfile(
            *profile, costsPath, executable.plan, executable.model);
        !covers)
      return covers.error();
    measured.emplace(*profile, cost);
  }
  Result<runtime::Prediction> prediction = runtime::predict(
      executable.plan, executable.model,
      measured ? static_cast<CostModel &>(*measured) : cost, true);
  if (!prediction)
    return prediction.error();
  return std::optional(std::move(*prediction));
}

/// The schedule as CSV; empty where nobody asks for it.
Result<std::string> formatSchedule(const runtime::Executable &executable) {
  if (csvPath.empty())
    return std::string();
  Result<std::string> csv =
      plan::writeScheduleCsv(executable.model, executable.plan.strategy,
                             plan::ScheduleRegistry::withBuiltins());
  if (!csv)
    return Error(csv.error().code, "--schedule-csv: " + csv.error().message,
                 csv.error().notes);
  return csv;
}

/// The last that the solver of `knob` told.
void printSolved(const char *knob, const Progress &progress) {
  double value = double(*progress.value), bound = double(progress.lowerBound);
  std::cerr << knob << "(auto): makespan " << value * 1e-6 << " ms, bound "
            << bound * 1e-6 << " ms, gap "
            << (bound > 0 ? 100 * (value - bound) / bound : 0) << "%\n";
}

/// The schedule that a simulated step preferred to the solved one.
void printPreferred(const plan::Strategy &strategy) {
  if (strategy.routes.empty() && strategy.schedule != plan::kGivenSchedule)
    std::cerr << "schedule(auto): " << strategy.schedule
              << " is faster in a simulated step, and is taken\n";
}

/// What the stages of the pipeline keep, where that was chosen.
void printActivations(ModuleOp module, const plan::Strategy &strategy) {
  auto loss = module.lookupSymbol<func::FuncOp>("loss");
  if (!loss || !leavesActivationsOpen(loss))
    return;
  std::cerr << "activations(auto): ";
  if (strategy.activations.empty())
    std::cerr << "everything is kept";
  else
    std::cerr << "of " << strategy.slices << " slices, kept and offloaded:";
  for (const plan::SliceActivations &stage : strategy.activations)
    std::cerr << ' ' << stage.kept << '+' << stage.offloaded;
  std::cerr << '\n';
}

/// Whether the compiler chooses how ranks share sequences.
bool leavesMethodOpen(ModuleOp module) {
  return module
      .walk([](SequenceOp op) {
        return op.getMethod() == "auto" ? WalkResult::interrupt()
                                        : WalkResult::advance();
      })
      .wasInterrupted();
}

int compileFile() {
  if (modelPath.empty())
    return reportMistake("which model? usage: hocket-compile MODEL.mlir "
                         "--topology=T.yaml -o MODEL.hkt");
  if (outputPath.empty())
    return reportMistake("-o MODEL.hkt is missing");
  if (targetName != "cpu")
    return reportMistake("--target=" + targetName +
                         " is not known; the target is cpu");

  if (Result<void> checked = checkOutputs({{"-o", outputPath},
                                           {"--trace", tracePath},
                                           {"--schedule-csv", csvPath}},
                                          {{"the model", modelPath},
                                           {"--topology", topologyPath},
                                           {"--lengths", lengthsPath},
                                           {"--costs", costsPath}});
      !checked)
    return report(checked.error());

  CompileOptions options;
  options.cpu = cpuName;
  options.gradients = keepGradients;
  if (!topologyPath.empty()) {
    Result<Topology> topology = loadTopology(topologyPath);
    if (!topology)
      return report(topology.error());
    options.topology = *topology;
  }
  if (!lengthsPath.empty()) {
    Result<std::vector<int64_t>> lengths = plan::loadLengths(lengthsPath);
    if (!lengths)
      return report(lengths.error());
    options.lengths = *lengths;
  }

  if (timeLimit.getNumOccurrences() > 0 && !(timeLimit > 0))
    return reportMistake("--time-limit must be a number of seconds above 0");
  if (timeLimit > 0) {
    options.solver.workLimit.reset();
    options.solver.timeLimit = timeLimit;
  }
  std::optional<Progress> solved;
  options.solver.onProgress = [&](const Progress &progress) {
    if (progress.value && (!solved || *progress.value <= *solved->value))
      solved = progress;
  };
  if (!costsPath.empty()) {
    Result<Profile> loaded = loadProfile(costsPath);
    if (!loaded)
      return report(loaded.error());
    options.profile = std::move(*loaded);
  }

  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(modelPath, &message);
  if (!file)
    return reportMistake(message);
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  hocket::registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false); // a stage is hundreds of lines
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(file), SMLoc());
  SourceDiagnostics handler(*sources, &context);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  if (!module)
    return kCallersMistake;
  if (!module->getName())
    module->setName(llvm::sys::path::stem(modelPath));
  if (eraseStrategies) {
    PassManager manager(&context);
    manager.addPass(createErase());
    if (failed(manager.run(*module)))
      return kCallersMistake;
  }

  bool choosesMethod = leavesMethodOpen(*module);
  auto start = std::chrono::steady_clock::now();
  Result<runtime::Executable> executable = compileModel(*module, options);
  if (!executable)
    return report(executable.error());
  Result<std::string> csv = formatSchedule(*executable);
  if (!csv)
    return report(csv.error());
  Result<std::optional<runtime::Prediction>> prediction =
      predictStep(*executable, options.profile);
  if (!prediction)
    return report(prediction.error());
  if (Result<void> saved = runtime::save(*executable, outputPath); !saved)
    return report(saved.error());
  if (!csvPath.empty())
    if (Result<void> written = writeFile(csvPath, *csv); !written)
      return report(written.error());
  if (const std::optional<runtime::Prediction> &step = *prediction)
    if (Result<void> written = runtime::writeTrace(
            tracePath, {{"predicted", {{&executable->plan, &step->timelines}}}},
            executable->model);
        !written)
      return report(written.error());
  double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  if (solved) {
    printSolved(executable->plan.strategy.routes.empty() ? "schedule" : "paths",
                *solved);
    printPreferred(executable->plan.strategy);
  }
  if (choosesMethod)
    std::cerr << "method(auto): " << executable->plan.strategy.sequenceMethod
              << '\n';
  printActivations(*module, executable->plan.strategy);
  std::cerr << outputPath << ": " << executable->plan.ranks.size() << " ranks, "
            << executable->model.stages.size() << " stages, "
            << executable->model.kernels.size() << " kernels, compiled in "
            << seconds << " s\n";
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (isHelpWanted(argc, argv)) {
    printHelp();
    return 0;
  }
  if (!parseCommandLine(argc, argv,
                        "Compiles a model into an executable "
                        "parallel plan.\n"))
    return kCallersMistake;
  return compileFile();
}
