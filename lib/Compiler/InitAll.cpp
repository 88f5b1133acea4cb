//===- InitAll.cpp - Registration of everything of ours -------------------===//

#include "hocket/Compiler/InitAll.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/Plan.h"
#include "hocket/Passes/Differentiate.h"
#include "hocket/Passes/Expand.h"
#include "hocket/Passes/Import.h"
#include "hocket/Passes/KernelWork.h"
#include "hocket/Passes/Lower.h"
#include "hocket/Passes/Prove.h"
#include "hocket/Passes/Solve.h"

void hocket::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<HocketDialect>();
  registry.insert<planir::PlanDialect>();
  registerDifferentiationModels(registry);
  registerWorkModels(registry);
}

void hocket::registerAllPasses() {
  registerHocketExpandPasses();
  registerHocketSolvePasses();
  registerHocketImportPasses();
  registerHocketDifferentiatePasses();
  registerHocketProvePasses();
  registerHocketLowerPasses();
}
