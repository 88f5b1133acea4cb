//===- PlanVerify.cpp - The invariants of plans ---------------------------===//

#include "hocket/Dialects/PlanTranslation.h"
#include "hocket/Passes/Prove.h"
#include "hocket/Plan/Check.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace hocket {
#define GEN_PASS_DEF_PLANVERIFY
#include "passes/Prove/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

/// The op that a culprit is about: its instruction, else its buffer, else its
/// rank, else its role.
static Operation *find(const plan::Culprit &culprit, ImportedProgram &imported,
                       ProgramOp program) {
  ProgramOps &ops = imported.ops;
  bool hasRole = culprit.role >= 0 && size_t(culprit.role) < ops.roles.size();
  if (hasRole) {
    auto &instructions = ops.instructions[culprit.role];
    if (culprit.instruction >= 0 &&
        size_t(culprit.instruction) < instructions.size())
      return instructions[culprit.instruction];
    auto &buffers = ops.buffers[culprit.role];
    if (culprit.buffer >= 0 && size_t(culprit.buffer) < buffers.size())
      return buffers[culprit.buffer];
  }
  if (culprit.rank >= 0 && size_t(culprit.rank) < ops.ranks.size())
    return ops.ranks[culprit.rank];
  return hasRole ? ops.roles[culprit.role].getOperation()
                 : program.getOperation();
}

static void report(const plan::Violation &violation, ImportedProgram &imported,
                   ProgramOp program) {
  Operation *main = program;
  if (!violation.culprits.empty())
    main = find(violation.culprits.front(), imported, program);
  InFlightDiagnostic diagnostic = main->emitOpError();
  if (violation.invariant == "structure")
    diagnostic << "is not well formed: ";
  else
    diagnostic << "breaks " << violation.invariant << ": ";
  diagnostic << violation.message;

  // What the notes do not say themselves, once each.
  llvm::SmallPtrSet<Operation *, 4> explained;
  auto explain = [&](const plan::Culprit &culprit, StringRef what) {
    Operation *place = find(culprit, imported, program);
    if (explained.insert(place).second)
      diagnostic.attachNote(place->getLoc()) << what;
  };
  // The main culprit's note is at the error, and says on which rank it is.
  for (auto [culprit, note] : llvm::zip(violation.culprits, violation.notes)) {
    Operation *place = find(culprit, imported, program);
    diagnostic.attachNote(place->getLoc()) << note;
    plan::Culprit other;
    other.role = culprit.role;
    if (isa<InstructionOpInterface>(place) && culprit.buffer >= 0) {
      other.buffer = culprit.buffer;
      explain(other, "the buffer is defined here");
    } else if (isa<RankOp>(place) && culprit.role >= 0) {
      explain(other, "its role is here");
    }
  }
}

namespace {

struct PlanVerify : hocket::impl::PlanVerifyBase<PlanVerify> {
  using PlanVerifyBase::PlanVerifyBase;

  void runOnOperation() override {
    getOperation().walk([&](ProgramOp program) {
      ImportedProgram imported = importProgram(program);
      for (const plan::Role &role : imported.plan.roles)
        numInstructions += role.body.size();
      if (std::optional<plan::Violation> violation = plan::findViolation(
              imported.plan, imported.model, {deviceMemory, hostMemory})) {
        report(*violation, imported, program);
        signalPassFailure();
      }
      return WalkResult::skip();
    });
    markAllAnalysesPreserved();
  }
};

} // namespace
