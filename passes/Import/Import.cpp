//===- Import.cpp - The pass hocket-import --------------------------------===//

#include "hocket/Passes/Import.h"

#include "hocket/Dialects/Hocket.h"
#include "passes/Import/ImportUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace hocket {
#define GEN_PASS_DEF_IMPORT
#include "passes/Import/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// Below this, too many sizes that have nothing to do with a sentinel would be
/// taken for one.
static constexpr int64_t kSmallestSentinel = 500;

namespace {

struct ImportPass : hocket::impl::ImportBase<ImportPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<unsigned> numCalls = convertAttentionCalls(module);
    if (failed(numCalls))
      return signalPassFailure();
    numAttentions += *numCalls;

    Attribute attribute = module->getAttr(kSentinelsAttr);
    if (!attribute)
      return;
    auto values = dyn_cast<DenseI64ArrayAttr>(attribute);
    bool valid = values && llvm::all_of(values.asArrayRef(), [](int64_t size) {
                   return size >= kSmallestSentinel;
                 });
    if (!valid) {
      module.emitOpError()
          << "'" << kSentinelsAttr << "' must be an array of i64 of at least "
          << kSmallestSentinel
          << " each, usually primes, such as array<i64: 7919>; it is "
          << attribute;
      return signalPassFailure();
    }
    if (failed(makeSizesDynamic(module, Sentinels(values.asArrayRef()))))
      return signalPassFailure();
    module->removeAttr(kSentinelsAttr);
  }
};

} // namespace
