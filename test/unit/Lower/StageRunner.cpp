//===- StageRunner.cpp - Runs the kernels of a stage in tests -------------===//

#include "StageRunner.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Passes/Differentiate.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace hocket;
using namespace hocket::test;

StageRunner::StageRunner(const std::string &text, const std::string &passes) {
  static const bool once = [] {
    mlir::registerTransformsPasses();
    mlir::registerLinalgPasses();
    registerHocketLowerPasses();
    registerHocketDifferentiatePasses();
    return true;
  }();
  (void)once;
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<HocketDialect>();
  registerDifferentiationModels(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str() + "\n";
                                          return mlir::success();
                                        });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return;
  mlir::PassManager manager(&context);
  if (mlir::failed(mlir::parsePassPipeline(passes, manager)) ||
      mlir::failed(manager.run(*module)))
    return;
  for (auto kernel : module->getOps<mlir::func::FuncOp>()) {
    mlir::FailureOr<llvm::SmallVector<KernelOperand>> operands =
        kernelOperands(kernel);
    if (mlir::failed(operands))
      return;
    for (const KernelOperand &operand : *operands)
      bindings[kernel.getName().str()].push_back(
          {operand.binding.slot, operand.binding.index});
  }
  std::string made;
  llvm::raw_string_ostream stream(made);
  module->print(stream);
  runner = std::make_unique<KernelRunner>(made);
}

bool StageRunner::call(const std::string &symbol, int64_t tokens,
                       int64_t bounds) {
  std::vector<Buffer *> operands;
  const plan::Kernel &kernel = runner->kernel(symbol);
  for (auto [position, binding] : llvm::enumerate(bindings.at(symbol))) {
    Symbols symbols = {tokens, bounds};
    size_t bytes = kernel.operands[position].bytes().evaluate(symbols);
    operands.push_back(&buffers.try_emplace(binding, bytes).first->second);
  }
  return runner->call(symbol, operands, tokens, bounds);
}
