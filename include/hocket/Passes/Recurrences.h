//===- Recurrences.h - Recurrences before differentiation -------*- C++ -*-===//

#ifndef HOCKET_PASSES_RECURRENCES_H
#define HOCKET_PASSES_RECURRENCES_H

#include "hocket/Dialects/Hocket.h"

namespace hocket {

/// Replaces a recurrence with `newton` by ops whose own gradients are the
/// recurrence's: the iterations, through which no gradient passes, then the
/// step that is linearised at their result, h[t] = J h[t - 1] + (f(h) - J h)
/// with a fixed J, solved by a scan. Fails after an error at an op of the cell
/// that has no rule.
llvm::LogicalResult expandForGradient(RecurrenceOp op);

} // namespace hocket

#endif // HOCKET_PASSES_RECURRENCES_H
