//===- KernelImage.cpp - Kernel functions as native code ------------------===//

#include "hocket/Compiler/KernelImage.h"

#include "KernelWork.h"
#include "NativeCode.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
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
  for (; values.size() >= 3; values = values.drop_front(3)) {
    SizeExpr product = SizeExpr::constant(values[0]);
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
      for (int64_t power = 0; power < values[1 + symbol]; ++power)
        product = product * SizeExpr::symbol(symbol);
    bytes = bytes + product;
  }
  return bytes;
}

} // namespace

FailureOr<CompiledKernels>
hocket::compileKernels(ModuleOp module, const TargetOptions &options) {
  CompiledKernels compiled;
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr(kKernelAttr))
      continue;
    FailureOr<plan::Kernel> described = describe(kernel);
    if (failed(described))
      return failure();
    compiled.kernels.push_back(std::move(*described));
  }

  OwningOpRef<ModuleOp> lowered = module.clone();
  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  PassManager manager(context);
  buildLoweringPipeline(manager);
  if (failed(manager.run(*lowered)))
    return failure();
  for (plan::Kernel &kernel : compiled.kernels)
    if (Operation *function = lowered->lookupSymbol(kernel.symbol))
      if (auto terms =
              function->getAttrOfType<DenseI64ArrayAttr>(kWorkspaceAttr))
        kernel.workspaceBytes = readWorkspace(terms);

  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(*lowered, llvmContext, "kernels");
  if (!llvmModule)
    return module.emitError("the kernels could not be translated to LLVM IR");
  Result<runtime::KernelImage> image =
      emitSharedObject(*llvmModule, options);
  if (!image)
    return module.emitError(image.error().message);
  compiled.image = std::move(*image);
  return compiled;
}
