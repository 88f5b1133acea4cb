//===- AttentionCalls.cpp - Calls become hocket.attention -----------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Import.h"
#include "passes/Import/ImportUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace hocket;

namespace {

struct AttentionConfig {
  bool causal;
  FloatAttr scale;
};

/// What `hocket.attention` on `function` says.
FailureOr<AttentionConfig> readConfig(func::FuncOp function) {
  auto fields = function->getAttrOfType<DictionaryAttr>(kAttentionAttr);
  auto causal = fields ? fields.getAs<BoolAttr>("causal") : BoolAttr();
  auto scale = fields ? fields.getAs<FloatAttr>("scale") : FloatAttr();
  if (!causal || !scale || !scale.getType().isF32())
    return function.emitOpError()
           << "'" << kAttentionAttr
           << "' must be a dictionary with 'causal', true or false, and "
              "'scale', an f32; it is "
           << function->getAttr(kAttentionAttr);
  return AttentionConfig{causal.getValue(), scale};
}

LogicalResult checkSignature(func::FuncOp function) {
  auto isTensor = [](Type type, int64_t rank) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getRank() == rank;
  };
  FunctionType type = function.getFunctionType();
  if (type.getNumInputs() == 4 && type.getNumResults() == 1 &&
      isTensor(type.getInput(0), 3) && isTensor(type.getInput(1), 3) &&
      isTensor(type.getInput(2), 3) && isTensor(type.getInput(3), 1) &&
      type.getResult(0) == type.getInput(0))
    return success();
  return function.emitOpError()
         << "with '" << kAttentionAttr
         << "' must take a query [T, H, D], a key and a value [T, Hk, D] and "
            "offsets [S], and return the output, of the query's type; its type "
            "is "
         << type;
}

/// Erases `function` if it is private and unused, then what it alone called.
void eraseUnused(func::FuncOp function, ModuleOp module) {
  SmallVector<func::FuncOp> worklist{function};
  while (!worklist.empty()) {
    func::FuncOp next = worklist.pop_back_val();
    if (!next.isPrivate() || !SymbolTable::symbolKnownUseEmpty(next, module))
      continue;
    SetVector<func::FuncOp> callees;
    next.walk([&](func::CallOp call) {
      auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
      if (callee && callee != next)
        callees.insert(callee);
    });
    next.erase();
    worklist.append(callees.begin(), callees.end());
  }
}

} // namespace

FailureOr<unsigned> hocket::convertAttentionCalls(ModuleOp module) {
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr(kAttentionAttr))
      functions.push_back(function);

  unsigned numCalls = 0;
  for (func::FuncOp function : functions) {
    FailureOr<AttentionConfig> config = readConfig(function);
    if (failed(config) || failed(checkSignature(function)))
      return failure();
    SmallVector<func::CallOp> calls;
    module.walk([&](func::CallOp call) {
      if (call.getCallee() == function.getName())
        calls.push_back(call);
    });
    for (func::CallOp call : calls) {
      OpBuilder builder(call);
      auto query = cast<RankedTensorType>(call.getOperand(0).getType());
      auto lse = RankedTensorType::get(query.getShape().drop_back(),
                                       builder.getF32Type());
      auto attention = AttentionOp::create(
          builder, call.getLoc(), TypeRange{query, lse}, call.getOperand(0),
          call.getOperand(1), call.getOperand(2), call.getOperand(3),
          config->scale, config->causal ? builder.getUnitAttr() : UnitAttr());
      if (failed(attention.verify()))
        return failure();
      call.getResult(0).replaceAllUsesWith(attention.getOutput());
      call.erase();
      ++numCalls;
    }
    eraseUnused(function, module);
  }
  return numCalls;
}
