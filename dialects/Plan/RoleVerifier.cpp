//===- RoleVerifier.cpp - What a role refers to ---------------------------===//

#include "ProgramVerifier.h"
#include "SequenceVerifier.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Shares.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

FailureOr<ProgramVerifier::Bound> ProgramVerifier::resolve(Operation *user,
                                                           planir::Slot slot,
                                                           uint32_t index,
                                                           StageOp stage) {
  auto outOfRange = [&](size_t count, Operation *declaration) {
    InFlightDiagnostic diagnostic =
        user->emitOpError() << "refers to " << stringifySlot(slot) << '('
                            << index << "), but there are " << count;
    if (declaration)
      diagnostic.attachNote(declaration->getLoc()) << "the stage is here";
    return diagnostic;
  };
  auto typeOf = [](Type content) {
    return cast<ContentType>(content).getTensor();
  };
  auto ofStage = [&](ArrayAttr types) -> FailureOr<Bound> {
    if (index >= types.size())
      return outOfRange(types.size(), stage);
    return Bound{stage, typeOf(cast<TypeAttr>(types[index]).getValue())};
  };
  auto ofParameter = [&](uint32_t number, size_t count) -> FailureOr<Bound> {
    if (index >= count)
      return outOfRange(count, nullptr);
    return Bound{parameters[number], typeOf(parameters[number].getContent())};
  };
  Builder builtin(program.getContext());
  auto attendedTypes = [&](StageOp stage) {
    for (auto attention : stage.getBody().getOps<AttentionOp>())
      return attention.getAttendedTypes();
    for (auto gather : stage.getBody().getOps<GatherOp>())
      return gather.getAttendedTypes();
    return builtin.getArrayAttr({});
  };
  size_t states = program.getStates().size();
  switch (slot) {
  case planir::Slot::Parameter:
  case planir::Slot::Gradient:
    return ofParameter(index, parameters.size());
  case planir::Slot::State:
    return ofParameter(states ? index / states : 0, states * parameters.size());
  case planir::Slot::Batch:
    if (index >= batch.size())
      return outOfRange(batch.size(), nullptr);
    return Bound{batch[index], typeOf(batch[index].getContent())};
  case planir::Slot::Input:
  case planir::Slot::InputGradient:
    return ofStage(stage.getInputTypes());
  case planir::Slot::Output:
  case planir::Slot::OutputGradient:
    return ofStage(stage.getOutputTypes());
  case planir::Slot::Residual:
    return ofStage(stage.getResidualTypes());
  case planir::Slot::Attended:
    return ofStage(attendedTypes(stage));
  case planir::Slot::AttendedGradient:
    // Of an attention's output alone, and of all rows.
    if (!stage.getBody().getOps<GatherOp>().empty())
      return ofStage(attendedTypes(stage));
    return ofStage(
        builtin.getArrayAttr(attendedTypes(stage).getValue().take_front(1)));
  case planir::Slot::Loss:
  case planir::Slot::Weight:
  case planir::Slot::Step:
    if (index > 0)
      return outOfRange(1, nullptr);
    return Bound{nullptr, {ElementType::F32, {}}};
  }
  llvm_unreachable("unknown slot");
}

LogicalResult ProgramVerifier::verifyMicrobatch(Operation *op,
                                                std::optional<uint32_t> index) {
  if (!index || *index < countSlices(program))
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("is of microbatch ")
                                  << *index << ", but there are "
                                  << program.getMicrobatches();
  if (program.getSlices() > 1)
    diagnostic << " x " << program.getSlices() << " slices";
  diagnostic.attachNote(program.getLoc()) << "the program is here";
  return diagnostic;
}

/// The stage whose value `buffer` is; the first one where it does not matter.
FailureOr<StageOp> ProgramVerifier::stageOf(BufferOp buffer, RoleOp role) {
  ArrayRef<int32_t> own = role.getStages();
  bool perStage = plan::isPerStage(static_cast<plan::Slot>(buffer.getSlot()));
  if (std::optional<uint32_t> stage = buffer.getStage()) {
    if (perStage && llvm::is_contained(own, int32_t(*stage)))
      return stages[*stage];
    InFlightDiagnostic diagnostic = buffer.emitOpError("is of stage ")
                                    << *stage;
    if (!perStage)
      return diagnostic << ", but a " << stringifySlot(buffer.getSlot())
                        << " is not of one stage";
    diagnostic << ", which its role does not run";
    diagnostic.attachNote(role.getLoc()) << "the role is here";
    return diagnostic;
  }
  if (!perStage || own.size() == 1)
    return stages[own.front()];
  InFlightDiagnostic diagnostic =
      buffer.emitOpError("does not say of which stage it is");
  diagnostic.attachNote(role.getLoc())
      << "its role runs " << own.size() << " stages";
  return diagnostic;
}

/// What it holds is there, and it is of that type.
LogicalResult ProgramVerifier::verifyBuffer(BufferOp buffer, RoleOp role) {
  FailureOr<StageOp> stage = stageOf(buffer, role);
  if (failed(stage))
    return failure();
  FailureOr<Bound> bound =
      resolve(buffer, buffer.getSlot(), buffer.getIndex(), *stage);
  if (failed(bound) || failed(verifyMicrobatch(buffer, buffer.getMicrobatch())))
    return failure();
  for (std::optional<uint32_t> coordinate :
       {buffer.getOwner(), buffer.getTerm()})
    if (coordinate && *coordinate >= countReplicas(program))
      return buffer.emitOpError("is of coordinate ")
             << *coordinate << ", but there are " << countReplicas(program);
  const auto &type = cast<ContentType>(buffer.getContent()).getTensor();
  plan::Share share;
  share.firstHead = buffer.getFirstHead();
  share.numHeads = buffer.getNumHeads();
  bool hasHeads = plan::hasHeads(bound->type, share);
  hocket::TensorType expected =
      hasHeads ? plan::shareType(bound->type, share) : bound->type;
  if (hasHeads && type.element == expected.element &&
      type.elements() == expected.elements())
    return success();
  InFlightDiagnostic diagnostic = buffer.emitOpError();
  if (hasHeads)
    diagnostic << "is of " << type.str() << ", but ";
  else
    diagnostic << "has " << share.numHeads << " heads from head "
               << share.firstHead << " on, but ";
  if (share.numHeads > 0 && hasHeads)
    diagnostic << share.numHeads << " heads of ";
  diagnostic << stringifySlot(buffer.getSlot()) << '(' << buffer.getIndex()
             << ") " << (share.numHeads > 0 && hasHeads ? "are of " : "is of ")
             << expected.str();
  if (bound->declaration)
    diagnostic.attachNote(bound->declaration->getLoc())
        << "it is declared here";
  return diagnostic;
}

LogicalResult ProgramVerifier::verifyRole(RoleOp role) {
  if (role.getStages().empty())
    return role.emitOpError("has no stages");
  int32_t before = -1;
  for (int32_t stage : role.getStages()) {
    if (stage < 0 || size_t(stage) >= stages.size())
      return role.emitOpError("is of stage ")
             << stage << ", but there are " << stages.size();
    if (stage <= before)
      return role.emitOpError("lists stage ")
             << stage << " after stage " << before
             << "; write its stages in ascending order";
    before = stage;
  }
  Needs &need = needs[role.getSymNameAttr()];
  std::vector<TableOp> tables;
  std::vector<InstructionOpInterface> readers;
  for (Operation &op : role.getBody().front()) {
    if (auto buffer = dyn_cast<BufferOp>(op)) {
      if (failed(verifyBuffer(buffer, role)))
        return failure();
      continue;
    }
    if (auto table = dyn_cast<TableOp>(op)) {
      if (failed(collectNumbered(table, tables)))
        return failure();
      continue;
    }
    auto instruction = cast<InstructionOpInterface>(op);
    if (failed(verifyMicrobatch(&op, instruction.getMicrobatch())))
      return failure();
    auto raise = [&](std::optional<uint32_t> index, size_t &count,
                     Operation *&user) {
      if (index && *index >= count) {
        count = size_t(*index) + 1;
        user = &op;
      }
    };
    raise(instruction.getPeerIndex(), need.peers, need.peerUser);
    raise(instruction.getGroupIndex(), need.groups, need.groupUser);
    auto load = dyn_cast<LoadBatchOp>(op);
    if (load && failed(resolve(load, planir::Slot::Batch, load.getInput(), {})))
      return failure();
    if (instruction.getTableIndex())
      readers.push_back(instruction);
  }
  for (InstructionOpInterface reader : readers)
    if (*reader.getTableIndex() >= tables.size())
      return reader.emitOpError("attends to table ")
             << *reader.getTableIndex() << ", but its role has "
             << tables.size();
  return success();
}

LogicalResult ProgramVerifier::verifyRoles() {
  for (RoleOp role : roles)
    if (failed(verifyRole(role)))
      return failure();
  return success();
}
