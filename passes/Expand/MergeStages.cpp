//===- MergeStages.cpp - Equal stages become one function -----------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_MERGESTAGES
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

OperandAttr bindingOf(DictionaryAttr attrs) {
  return attrs ? attrs.getAs<OperandAttr>(kOperandAttr) : OperandAttr();
}

/// The numbers of the parameters that the arguments are bound to, in order.
SmallVector<int32_t> parametersOf(func::FuncOp stage) {
  SmallVector<int32_t> parameters;
  for (unsigned i = 0; i < stage.getNumArguments(); ++i)
    if (OperandAttr binding = bindingOf(stage.getArgAttrDict(i));
        binding && binding.getSlot() == Slot::Parameter)
      parameters.push_back(binding.getIndex());
  return parameters;
}

/// Attributes that are equal, or that bind two parameters.
bool areEqual(DictionaryAttr a, DictionaryAttr b) {
  if (a == b)
    return true;
  OperandAttr bindingA = bindingOf(a), bindingB = bindingOf(b);
  if (!bindingA || !bindingB || bindingA.getSlot() != Slot::Parameter ||
      bindingB.getSlot() != Slot::Parameter)
    return false;
  NamedAttrList others(a);
  others.set(kOperandAttr, bindingB);
  return others.getDictionary(a.getContext()) == b;
}

/// Whether each parameter of one stage stands for one of the other.
bool correspond(ArrayRef<int32_t> a, ArrayRef<int32_t> b) {
  DenseMap<int32_t, int32_t> toB, toA;
  for (auto [parameterA, parameterB] : llvm::zip_equal(a, b))
    if (toB.try_emplace(parameterA, parameterB).first->second != parameterB ||
        toA.try_emplace(parameterB, parameterA).first->second != parameterA)
      return false;
  return true;
}

/// The attributes of a stage but for its number.
DictionaryAttr attributesOf(func::FuncOp stage) {
  NamedAttrList attributes(stage->getDiscardableAttrDictionary());
  attributes.erase(kStageAttr);
  return attributes.getDictionary(stage.getContext());
}

/// Whether the stages compute the same, of other parameters perhaps.
bool areEqual(func::FuncOp a, func::FuncOp b) {
  if (a.getFunctionType() != b.getFunctionType() ||
      attributesOf(a) != attributesOf(b))
    return false;
  for (unsigned i = 0; i < a.getNumArguments(); ++i)
    if (!areEqual(a.getArgAttrDict(i), b.getArgAttrDict(i)))
      return false;
  for (unsigned i = 0; i < a.getNumResults(); ++i)
    if (a.getResultAttrDict(i) != b.getResultAttrDict(i))
      return false;
  if (!correspond(parametersOf(a), parametersOf(b)))
    return false;
  return OperationEquivalence::isRegionEquivalentTo(
      &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
}

struct MergeStages : hocket::impl::MergeStagesBase<MergeStages> {
  using MergeStagesBase::MergeStagesBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> stages;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(kStageAttr) && !function->hasAttr(kKernelAttr) &&
          !function->hasAttr(kInstancesAttr))
        stages.push_back(function);

    // The first of each kind, and what the others are bound to.
    SmallVector<std::pair<func::FuncOp, SmallVector<Attribute>>> kinds;
    Builder builder(&getContext());
    for (func::FuncOp stage : stages) {
      auto *kind = llvm::find_if(
          kinds, [&](auto &entry) { return areEqual(entry.first, stage); });
      if (kind == kinds.end()) {
        kinds.push_back({stage, {}});
        continue;
      }
      kind->second.push_back(builder.getDictionaryAttr(
          {builder.getNamedAttr(
               "parameters", builder.getDenseI32ArrayAttr(parametersOf(stage))),
           builder.getNamedAttr("stage", stage->getAttr(kStageAttr))}));
      stage.erase();
      ++numMerged;
    }
    for (auto &[stage, instances] : kinds)
      if (!instances.empty()) {
        stage->setAttr(kParametersAttr,
                       builder.getDenseI32ArrayAttr(parametersOf(stage)));
        stage->setAttr(kInstancesAttr, builder.getArrayAttr(instances));
      }
  }
};

} // namespace
