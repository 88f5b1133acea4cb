//===- ProgramVerifier.h - What takes the whole program ---------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_PLAN_PROGRAMVERIFIER_H
#define HOCKET_DIALECTS_PLAN_PROGRAMVERIFIER_H

#include "hocket/Dialects/Plan.h"

#include <optional>
#include <vector>

namespace hocket::planir {

class ProgramVerifier {
public:
  explicit ProgramVerifier(ProgramOp program) : program(program) {}

  mlir::LogicalResult run();

private:
  /// What a role asks of the ranks that play it.
  struct Needs {
    mlir::Operation *peerUser = nullptr, *groupUser = nullptr;
    size_t peers = 0, groups = 0;
  };
  /// What a binding refers to: its declaration and its type.
  struct Bound {
    mlir::Operation *declaration = nullptr;
    hocket::TensorType type;
  };

  mlir::LogicalResult collect();
  template <typename OpT>
  mlir::LogicalResult collectNumbered(OpT op, std::vector<OpT> &list);
  template <typename OpT>
  mlir::LogicalResult verifyUnique(llvm::ArrayRef<OpT> list);
  mlir::LogicalResult verifyNames();
  mlir::LogicalResult verifyStages();
  mlir::LogicalResult verifyTemplates();
  mlir::LogicalResult verifyTemplate(TemplateOp task, StageOp stage);
  mlir::LogicalResult verifyStrategy();
  mlir::LogicalResult verifyBuffer(BufferOp buffer, RoleOp role);
  mlir::LogicalResult verifyRoles();
  mlir::FailureOr<StageOp> stageOf(BufferOp buffer, RoleOp role);
  mlir::LogicalResult verifyRole(RoleOp role);
  mlir::LogicalResult verifyGroups();
  mlir::LogicalResult verifyRanks();
  mlir::LogicalResult verifyMicrobatch(mlir::Operation *op,
                                       std::optional<uint32_t> index);

  /// What `slot` number `index` is, in stage `stage` where it matters; an error
  /// at `user` where there is no such thing.
  mlir::FailureOr<Bound> resolve(mlir::Operation *user, planir::Slot slot,
                                 uint32_t index, StageOp stage);

  ProgramOp program;
  std::vector<ParameterOp> parameters;
  std::vector<BatchInputOp> batch;
  std::vector<StageOp> stages;
  std::vector<SequencesOp> sequences;
  std::vector<ChunksOp> chunks;
  std::vector<GroupOp> groups;
  std::vector<RankOp> ranks;
  std::vector<TemplateOp> updates;
  std::vector<RoleOp> roles;
  llvm::DenseMap<mlir::StringAttr, KernelOp> kernels;
  llvm::DenseMap<mlir::StringAttr, Needs> needs;
};

template <typename OpT>
mlir::LogicalResult ProgramVerifier::collectNumbered(OpT op,
                                                     std::vector<OpT> &list) {
  list.push_back(op);
  if (op.getNumber() == list.size() - 1)
    return mlir::success();
  mlir::InFlightDiagnostic diagnostic =
      op.emitOpError() << "has number " << op.getNumber() << ", but is number "
                       << list.size() - 1
                       << " of its kind; number them in their order, from 0";
  if (list.size() > 1)
    diagnostic.attachNote(list[list.size() - 2].getLoc())
        << "the one before is here";
  return diagnostic;
}

} // namespace hocket::planir

#endif // HOCKET_DIALECTS_PLAN_PROGRAMVERIFIER_H
