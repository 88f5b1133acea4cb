//===- ExportCheck.h - Whether IR can say a plan ----------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_PLAN_EXPORTCHECK_H
#define HOCKET_DIALECTS_PLAN_EXPORTCHECK_H

#include "hocket/Dialects/Plan.h"

namespace hocket::planir {

/// Whether IR can say the plan (PlanTranslation.h); an error at `location`
/// where it cannot.
mlir::LogicalResult checkExport(const plan::Model &model,
                                const plan::Plan &plan,
                                mlir::Location location);

} // namespace hocket::planir

#endif // HOCKET_DIALECTS_PLAN_EXPORTCHECK_H
