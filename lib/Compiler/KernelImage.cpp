//===- KernelImage.cpp - Kernel functions as native code ------------------===//

#include "hocket/Compiler/KernelImage.h"

#include "NativeCode.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace hocket;

namespace {

/// What is known of a kernel before it is lowered.
FailureOr<plan::Kernel> describe(func::FuncOp kernel) {
  FailureOr<SmallVector<KernelOperand>> operands = kernelOperands(kernel);
  if (failed(operands))
    return failure();
  plan::Kernel result;
  result.symbol = kernel.getName().str();
  for (const KernelOperand &operand : *operands) {
    result.operands.push_back(operand.type);
    result.bytes = result.bytes + operand.type.bytes();
    if (operand.binding.access == plan::Access::ReadWrite)
      result.bytes = result.bytes + operand.type.bytes();
  }
  result.flops = countFlops(kernel);
  return result;
}

/// Reads the terms that hocket-plan-workspace wrote.
SizeExpr readWorkspace(DenseI64ArrayAttr terms) {
  SizeExpr bytes;
  ArrayRef<int64_t> values = terms;
  constexpr size_t width = 1 + kNumSymbols;
  for (; values.size() >= width; values = values.drop_front(width)) {
    SizeExpr product = SizeExpr::constant(values[0]);
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
      for (int64_t power = 0; power < values[1 + symbol]; ++power)
        product = product * SizeExpr::symbol(symbol);
    bytes = bytes + product;
  }
  return bytes;
}

/// What decides a kernel's code, as text: everything but its name, and the
/// indices of its bindings as far as they do not tell which of its arguments
/// and results are one.
std::string fingerprint(func::FuncOp kernel) {
  func::FuncOp copy = kernel.clone();
  DenseMap<Attribute, uint32_t> numbers;
  auto renumber = [&](Attribute binding) -> Attribute {
    auto operand = dyn_cast_or_null<OperandAttr>(binding);
    if (!operand)
      return binding;
    auto number = numbers.try_emplace(operand, numbers.size()).first->second;
    return OperandAttr::get(kernel.getContext(), Slot::Input, number);
  };
  copy.setName("kernel");
  copy->removeAttr(kStageAttr);
  copy->removeAttr(kKernelAttr);
  for (unsigned i = 0; i < copy.getNumArguments(); ++i)
    copy.setArgAttr(i, kOperandAttr,
                    renumber(copy.getArgAttr(i, kOperandAttr)));
  for (unsigned i = 0; i < copy.getNumResults(); ++i)
    copy.setResultAttr(i, kOperandAttr,
                       renumber(copy.getResultAttr(i, kOperandAttr)));
  std::string text;
  llvm::raw_string_ostream stream(text);
  copy.print(stream, OpPrintingFlags().useLocalScope().printGenericOpForm());
  copy.erase();
  return text;
}

/// Erases kernels that equal an earlier one; returns (name, earlier name).
SmallVector<std::pair<std::string, std::string>>
eraseDuplicates(ModuleOp module) {
  SmallVector<std::pair<std::string, std::string>> duplicates;
  llvm::StringMap<std::string> known;
  for (auto kernel :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    if (!kernel->hasAttr(kKernelAttr))
      continue;
    std::string name = kernel.getName().str();
    auto [it, isNew] = known.try_emplace(fingerprint(kernel), name);
    if (isNew)
      continue;
    duplicates.push_back({name, it->second});
    kernel.erase();
  }
  return duplicates;
}

} // namespace

FailureOr<CompiledKernels>
hocket::compileKernels(ModuleOp module, const TargetOptions &options) {
  // Kernels are counted outside of any pass that would ask for the models.
  DialectRegistry models;
  registerWorkModels(models);
  module.getContext()->appendDialectRegistry(models);
  CompiledKernels compiled;
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr(kKernelAttr))
      continue;
    FailureOr<plan::Kernel> described = describe(kernel);
    if (failed(described))
      return failure();
    compiled.kernels.push_back(std::move(*described));
  }

  // Functions alone: a topology or a plan beside them has no native code.
  OwningOpRef<ModuleOp> lowered = ModuleOp::create(module.getLoc());
  for (auto function : module.getOps<func::FuncOp>())
    lowered->push_back(function.clone());
  auto duplicates = eraseDuplicates(*lowered);
  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  PassManager manager(context);
  buildLoweringPipeline(manager);
  if (failed(manager.run(*lowered)))
    return failure();
  llvm::StringMap<std::string> original;
  for (const auto &[name, earlier] : duplicates)
    original[name] = earlier;
  for (plan::Kernel &kernel : compiled.kernels) {
    auto duplicate = original.find(kernel.symbol);
    Operation *function = lowered->lookupSymbol(
        duplicate == original.end() ? kernel.symbol : duplicate->second);
    if (auto terms = function->getAttrOfType<DenseI64ArrayAttr>(kWorkspaceAttr))
      kernel.workspaceBytes = readWorkspace(terms);
  }

  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(*lowered, llvmContext, "kernels");
  if (!llvmModule)
    return module.emitError("the kernels could not be translated to LLVM IR");
  for (const auto &[name, earlier] : duplicates)
    llvm::GlobalAlias::create(name, llvmModule->getFunction(earlier));
  Result<runtime::KernelImage> image = emitSharedObject(*llvmModule, options);
  if (!image)
    return module.emitError(image.error().message);
  compiled.image = std::move(*image);
  return compiled;
}
