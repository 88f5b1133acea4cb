//===- SequenceVerifier.h - Who has which tokens ----------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_PLAN_SEQUENCEVERIFIER_H
#define HOCKET_DIALECTS_PLAN_SEQUENCEVERIFIER_H

#include "hocket/Dialects/Plan.h"

namespace hocket::planir {

/// The coordinates on the data axis: data x sequence.
uint64_t countReplicas(ProgramOp program);

/// What the body of a program calls microbatches: microbatches x slices.
uint64_t countSlices(ProgramOp program);

/// The `plan.lengths` of a program whose ranks share sequences, else null.
LengthsOp sharedLengths(ProgramOp program);

/// Whether the ops that tell the sequences of a program are those of one kind
/// and one for each coordinate, and what they refer to is there. The ops are
/// in order by their numbers.
mlir::LogicalResult verifySequences(ProgramOp program);

} // namespace hocket::planir

#endif // HOCKET_DIALECTS_PLAN_SEQUENCEVERIFIER_H
