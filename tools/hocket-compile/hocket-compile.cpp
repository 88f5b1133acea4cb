//===- hocket-compile.cpp - From MODEL.mlir to MODEL.hkt ------------------===//

#include "hocket/Compiler/Compile.h"
#include "hocket/Compiler/InitAll.h"
#include "hocket/Passes/Expand.h"
#include "hocket/Plan/Lengths.h"

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

using namespace mlir;
using namespace hocket;
namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("hocket-compile options");

cl::opt<std::string> modelPath(cl::Positional, cl::value_desc("MODEL.mlir"),
                               cl::desc("MODEL.mlir, '-' is standard input"),
                               cl::cat(category));
cl::opt<std::string>
    topologyPath("topology", cl::value_desc("T.yaml"),
                 cl::desc("The machine (docs/topology.md); default: the "
                          "model's hocket.topology"),
                 cl::cat(category));
cl::opt<std::string>
    lengthsPath("lengths", cl::value_desc("FILE"),
                cl::desc("Tokens of each sequence of a step, one number a "
                         "line; hocket-run can plan for others later"),
                cl::cat(category));
cl::opt<std::string> outputPath("o", cl::value_desc("MODEL.hkt"),
                                cl::desc("The executable to write"),
                                cl::cat(category));
cl::opt<std::string> targetName("target", cl::init("cpu"),
                                cl::value_desc("cpu"),
                                cl::desc("Where the kernels run"),
                                cl::cat(category));
cl::opt<std::string> cpuName("cpu", cl::init("native"), cl::value_desc("NAME"),
                             cl::desc("The processor to compile for, by LLVM's "
                                      "name (default: this one)"),
                             cl::cat(category));
cl::opt<bool> eraseStrategies(
    "erase", cl::desc("Compile the sequential program: erase every strategy"),
    cl::cat(category));
cl::opt<bool> keepGradients(
    "gradients",
    cl::desc("Compile the backward even where the model has no @update"),
    cl::cat(category));

constexpr int kCallersMistake = 2;

int reportMistake(const std::string &message) {
  std::cerr << "hocket-compile: error: " << message << '\n';
  return kCallersMistake;
}

int report(const Error &error) {
  std::cerr << "hocket-compile: " << error;
  return error.exitCode();
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

  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(modelPath, &message);
  if (!file)
    return reportMistake(message);
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  hocket::registerAllDialects(registry);
  MLIRContext context(registry);
  // The line of the source is shown; the whole op would hide it.
  context.printOpOnDiagnostic(false);
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(file), SMLoc());
  SourceMgrDiagnosticHandler handler(*sources, &context);
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

  auto start = std::chrono::steady_clock::now();
  Result<runtime::Executable> executable = compileModel(*module, options);
  if (!executable)
    return report(executable.error());
  if (Result<void> saved = runtime::save(*executable, outputPath); !saved)
    return report(saved.error());
  double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  std::cerr << outputPath << ": " << executable->plan.ranks.size() << " ranks, "
            << executable->model.stages.size() << " stages, "
            << executable->model.kernels.size() << " kernels, compiled in "
            << seconds << " s\n";
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "Compiles a model into an executable parallel plan.\n\n"
          "  hocket-compile gpt.mlir --topology=laptop.yaml -o gpt.hkt\n",
          &stream)) {
    std::cerr << errors;
    return kCallersMistake;
  }
  return compileFile();
}
