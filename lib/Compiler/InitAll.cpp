//===- InitAll.cpp - Registration of everything of ours -------------------===//

#include "hocket/Compiler/InitAll.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Expand.h"
#if HOCKET_HAS_PLAN_DIALECT
#include "hocket/Dialects/Plan.h"
#endif
#if HOCKET_HAS_IMPORT
#include "hocket/Passes/Import.h"
#endif
#if HOCKET_HAS_DIFFERENTIATE
#include "hocket/Passes/Differentiate.h"
#endif
#if HOCKET_HAS_PROVE
#include "hocket/Passes/Prove.h"
#endif
#if HOCKET_HAS_LOWER
#include "hocket/Passes/Lower.h"
#endif

void hocket::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<HocketDialect>();
#if HOCKET_HAS_PLAN_DIALECT
  registry.insert<planir::PlanDialect>();
#endif
#if HOCKET_HAS_DIFFERENTIATE
  registerDifferentiationModels(registry);
#endif
}

void hocket::registerAllPasses() {
  registerHocketExpandPasses();
#if HOCKET_HAS_IMPORT
  registerHocketImportPasses();
#endif
#if HOCKET_HAS_DIFFERENTIATE
  registerHocketDifferentiatePasses();
#endif
#if HOCKET_HAS_PROVE
  registerHocketProvePasses();
#endif
#if HOCKET_HAS_LOWER
  registerHocketLowerPasses();
#endif
}
