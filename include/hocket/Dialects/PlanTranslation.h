//===- PlanTranslation.h - Plans between C++ and IR -------------*- C++ -*-===//
//
// The two forms say the same: importing what was exported gives the model and
// the plan back, except for what has no meaning: the access of a buffer's
// binding becomes Access::Read, and the deviation of a parameter that does not
// start with a normal distribution becomes 0.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_PLANTRANSLATION_H
#define HOCKET_DIALECTS_PLANTRANSLATION_H

#include "hocket/Dialects/Plan.h"

#include "mlir/IR/Builders.h"

#include <vector>

namespace hocket::planir {

/// Writes `model` and `plan` as a `plan.program` at the insertion point of
/// `builder`; every op of it is at `location`. The plan need not be right, but
/// IR must be able to say it: indices are in range, a WaitSend follows its
/// Send, shapes are those of the lengths, roles and kernels have names of their
/// own. Otherwise emits an error at `location` and leaves nothing behind.
mlir::FailureOr<ProgramOp> exportProgram(const plan::Model &model,
                                         const plan::Plan &plan,
                                         mlir::OpBuilder &builder,
                                         mlir::Location location);

/// Where the parts of an imported plan come from, by their indices in it.
struct ProgramOps {
  std::vector<RankOp> ranks;
  std::vector<RoleOp> roles;
  std::vector<std::vector<BufferOp>> buffers;                    // of each role
  std::vector<std::vector<InstructionOpInterface>> instructions; // of each role
};

struct ImportedProgram {
  plan::Model model;
  plan::Plan plan;
  ProgramOps ops;
};

/// Reads a program that its verifiers accept. Cannot fail; whether the plan is
/// right is another question (plan::check).
ImportedProgram importProgram(ProgramOp program);

} // namespace hocket::planir

#endif // HOCKET_DIALECTS_PLANTRANSLATION_H
