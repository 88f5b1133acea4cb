//===- AddAttentionKernels.cpp - What shared attentions are made of -------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/AttentionKernels.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_ADDATTENTIONKERNELS
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// Reads what `kernel` begins with. Emits an error where it is malformed.
static FailureOr<AttentionSignature> readSignature(func::FuncOp kernel,
                                                   DictionaryAttr attends) {
  auto element = attends.getAs<TypeAttr>("element");
  auto headSize = attends.getAs<IntegerAttr>("head_size");
  auto scale = attends.getAs<FloatAttr>("scale");
  auto causal = attends.getAs<BoolAttr>("causal");
  if (!element || !isa<FloatType>(element.getValue()) || !headSize ||
      headSize.getInt() < 1 || !scale || !scale.getType().isF32() || !causal)
    return kernel.emitOpError("has a malformed `")
           << kAttendsAttr
           << "`: it needs an element type, a head_size, a scale and causal; "
              "hocket-cut-attention writes it";
  AttentionSignature signature;
  signature.elementType = cast<FloatType>(element.getValue());
  signature.headSize = headSize.getInt();
  signature.scale = scale.getValue().convertToFloat();
  signature.causal = causal.getValue();
  return signature;
}

namespace {

struct AddAttentionKernels
    : hocket::impl::AddAttentionKernelsBase<AddAttentionKernels> {
  using AddAttentionKernelsBase::AddAttentionKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<func::FuncOp> kernels;
    bool isTrained = false;
    for (auto function : module.getOps<func::FuncOp>()) {
      auto kind = function->getAttrOfType<StringAttr>(kKernelAttr);
      if (!kind)
        continue;
      isTrained |= kind.getValue() == "B" || kind.getValue() == "Bi";
      if (function->hasAttr(kAttendsAttr))
        kernels.push_back(function);
    }
    for (func::FuncOp kernel : kernels) {
      auto attends = kernel->getAttrOfType<DictionaryAttr>(kAttendsAttr);
      FailureOr<AttentionSignature> signature = readSignature(kernel, attends);
      if (failed(signature))
        return signalPassFailure();
      FailureOr<AttentionKernels> names =
          getAttentionKernels(module, *signature, isTrained);
      if (failed(names))
        return signalPassFailure();
      NamedAttrList attributes(attends);
      auto set = [&](StringRef key, StringRef name) {
        if (!name.empty())
          attributes.set(key, FlatSymbolRefAttr::get(&getContext(), name));
      };
      set("part", names->part);
      set("merge", names->merge);
      set("delta", names->delta);
      set("part_grad", names->partGrad);
      kernel->setAttr(kAttendsAttr, attributes.getDictionary(&getContext()));
    }
  }
};

} // namespace
