//===- ProgramVerifier.cpp - What takes the whole program -----------------===//
//
// Numbers, references by number, and the types of what is bound. An operation
// can be wrong in more ways (the invariants P1-P8): those are found by
// plan-verify.
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Plan.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/TaskText.h"

#include "llvm/ADT/StringMap.h"

#include <algorithm>

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

namespace {

class ProgramVerifier {
public:
  explicit ProgramVerifier(ProgramOp program) : program(program) {}

  LogicalResult run() {
    return success(succeeded(collect()) && succeeded(verifyNames()) &&
                   succeeded(verifyStages()) && succeeded(verifyTemplates()) &&
                   succeeded(verifyStrategy()) &&
                   succeeded(verifySequences()) && succeeded(verifyRoles()) &&
                   succeeded(verifyGroups()) && succeeded(verifyRanks()));
  }

private:
  /// What a role asks of the ranks that play it.
  struct Needs {
    Operation *peerUser = nullptr, *groupUser = nullptr;
    size_t peers = 0, groups = 0;
  };
  /// What a binding refers to: its declaration and its type.
  struct Bound {
    Operation *declaration = nullptr;
    hocket::TensorType type;
  };

  LogicalResult collect();
  template <typename OpT>
  LogicalResult collectNumbered(OpT op, std::vector<OpT> &list);
  template <typename OpT>
  LogicalResult verifyUnique(ArrayRef<OpT> list);
  LogicalResult verifyNames();
  LogicalResult verifyStages();
  LogicalResult verifyTemplates();
  LogicalResult verifyTemplate(TemplateOp task, StageOp stage);
  LogicalResult verifyStrategy();
  LogicalResult verifySequences();
  LogicalResult verifyRoles();
  FailureOr<StageOp> stageOf(BufferOp buffer, RoleOp role);
  LogicalResult verifyRole(RoleOp role);
  LogicalResult verifyGroups();
  LogicalResult verifyRanks();
  LogicalResult verifyMicrobatch(Operation *op, std::optional<uint32_t> index);

  /// What `slot` number `index` is, in stage `stage` where it matters; an error
  /// at `user` where there is no such thing.
  FailureOr<Bound> resolve(Operation *user, planir::Slot slot, uint32_t index,
                           StageOp stage);

  ProgramOp program;
  std::vector<ParameterOp> parameters;
  std::vector<BatchInputOp> batch;
  std::vector<StageOp> stages;
  std::vector<SequencesOp> sequences;
  std::vector<GroupOp> groups;
  std::vector<RankOp> ranks;
  std::vector<TemplateOp> updates;
  std::vector<RoleOp> roles;
  llvm::DenseMap<StringAttr, KernelOp> kernels;
  llvm::DenseMap<StringAttr, Needs> needs;
};

template <typename OpT>
LogicalResult ProgramVerifier::collectNumbered(OpT op, std::vector<OpT> &list) {
  list.push_back(op);
  if (op.getNumber() == list.size() - 1)
    return success();
  InFlightDiagnostic diagnostic =
      op.emitOpError() << "has number " << op.getNumber() << ", but is number "
                       << list.size() - 1
                       << " of its kind; number them in their order, from 0";
  if (list.size() > 1)
    diagnostic.attachNote(list[list.size() - 2].getLoc())
        << "the one before is here";
  return diagnostic;
}

LogicalResult ProgramVerifier::collect() {
  for (Operation &op : program.getBody().front()) {
    LogicalResult result = success();
    if (auto rank = dyn_cast<RankOp>(op))
      result = collectNumbered(rank, ranks);
    else if (auto parameter = dyn_cast<ParameterOp>(op))
      result = collectNumbered(parameter, parameters);
    else if (auto input = dyn_cast<BatchInputOp>(op))
      result = collectNumbered(input, batch);
    else if (auto stage = dyn_cast<StageOp>(op))
      result = collectNumbered(stage, stages);
    else if (auto group = dyn_cast<GroupOp>(op))
      result = collectNumbered(group, groups);
    else if (auto share = dyn_cast<SequencesOp>(op))
      result = collectNumbered(share, sequences);
    else if (auto update = dyn_cast<TemplateOp>(op))
      updates.push_back(update);
    else if (auto role = dyn_cast<RoleOp>(op))
      roles.push_back(role);
    else if (auto kernel = dyn_cast<KernelOp>(op))
      kernels[kernel.getSymNameAttr()] = kernel;
    else {
      InFlightDiagnostic diagnostic =
          program.emitOpError("may hold the plan dialect's own ops only");
      diagnostic.attachNote(op.getLoc()) << "this is another";
      return diagnostic;
    }
    if (failed(result))
      return failure();
  }
  return success();
}

template <typename OpT>
LogicalResult ProgramVerifier::verifyUnique(ArrayRef<OpT> list) {
  llvm::StringMap<OpT> seen;
  for (OpT op : list) {
    auto [other, isNew] = seen.try_emplace(op.getName(), op);
    if (isNew)
      continue;
    InFlightDiagnostic diagnostic = op.emitOpError("has the name \"")
                                    << op.getName() << "\" a second time";
    diagnostic.attachNote(other->second.getLoc()) << "the first is here";
    return diagnostic;
  }
  return success();
}

LogicalResult ProgramVerifier::verifyNames() {
  return success(succeeded(verifyUnique<ParameterOp>(parameters)) &&
                 succeeded(verifyUnique<BatchInputOp>(batch)));
}

/// What a stage sends is what the next one receives.
LogicalResult ProgramVerifier::verifyStages() {
  if (stages.empty())
    return program.emitOpError("has no 'plan.stage'");
  if (!stages.front().getInputTypes().empty())
    return stages.front().emitOpError("is the first and has inputs");
  if (!stages.back().getOutputTypes().empty())
    return stages.back().emitOpError("is the last and has outputs");
  for (size_t i = 1; i < stages.size(); ++i) {
    if (stages[i].getInputTypes() == stages[i - 1].getOutputTypes())
      continue;
    InFlightDiagnostic diagnostic = stages[i].emitOpError(
        "has other inputs than the outputs of the stage before it");
    diagnostic.attachNote(stages[i - 1].getLoc()) << "which is here";
    return diagnostic;
  }
  return success();
}

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
  case planir::Slot::Loss:
  case planir::Slot::Weight:
  case planir::Slot::Step:
    if (index > 0)
      return outOfRange(1, nullptr);
    return Bound{nullptr, {ElementType::F32, {}}};
  }
  llvm_unreachable("unknown slot");
}

LogicalResult ProgramVerifier::verifyTemplate(TemplateOp task, StageOp stage) {
  KernelOp kernel = kernels.lookup(task.getKernelAttr().getAttr());
  for (auto [i, operand, type] :
       llvm::enumerate(task.getOperands().getAsRange<OperandAttr>(),
                       kernel.getOperandTypes().getAsRange<TypeAttr>())) {
    FailureOr<Bound> bound =
        resolve(task, operand.getSlot(), operand.getIndex(), stage);
    if (failed(bound))
      return failure();
    const auto &expected = cast<ContentType>(type.getValue()).getTensor();
    SizeExpr elements = expected.elements();
    // The kernel of an update sees its parameter as a vector.
    bool isVector =
        task.getKind() == planir::TaskKind::Update && !elements.isConstant();
    if (expected.element == bound->type.element &&
        (isVector || elements == bound->type.elements()))
      continue;
    InFlightDiagnostic diagnostic =
        task.emitOpError() << "binds operand #" << i << " to "
                           << stringifySlot(operand.getSlot()) << '('
                           << operand.getIndex() << ") of " << bound->type.str()
                           << " where the kernel expects " << expected.str();
    if (bound->declaration)
      diagnostic.attachNote(bound->declaration->getLoc())
          << "it is declared here";
    diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
    return diagnostic;
  }
  return success();
}

LogicalResult ProgramVerifier::verifyTemplates() {
  for (StageOp stage : stages)
    for (auto task : stage.getBody().getOps<TemplateOp>())
      if (failed(verifyTemplate(task, stage)))
        return failure();
  if (!updates.empty() && updates.size() != parameters.size())
    return program.emitOpError("has ")
           << updates.size() << " updates for " << parameters.size()
           << " parameters; give one for each, in their order, or none";
  for (TemplateOp update : updates)
    if (failed(verifyTemplate(update, stages.front())))
      return failure();
  return success();
}

/// That it can be read. Whether it makes sense, plan-verify finds out.
LogicalResult ProgramVerifier::verifyStrategy() {
  for (auto [rank, text] :
       llvm::enumerate(program.getOrders().getAsRange<StringAttr>())) {
    Result<std::vector<plan::ScheduledTask>> order =
        plan::parseOrder(text.getValue());
    if (order)
      continue;
    InFlightDiagnostic diagnostic =
        program.emitOpError("has a malformed order for pipeline rank ")
        << rank << ": " << order.error().message;
    for (const std::string &note : order.error().notes)
      diagnostic.attachNote(program.getLoc()) << note;
    return diagnostic;
  }
  auto verifyNumbers = [&](ArrayRef<int32_t> list,
                           StringRef what) -> LogicalResult {
    for (int32_t entry : list)
      if (entry < 0)
        return program.emitOpError("has the number ")
               << entry << " in its " << what << "; they count from 0";
    return success();
  };
  auto verifyTable = [&](std::optional<ArrayAttr> table, StringRef what,
                         size_t step) -> LogicalResult {
    if (table)
      for (auto list : table->getAsRange<DenseI32ArrayAttr>()) {
        if (failed(verifyNumbers(list, what)))
          return failure();
        if (list.size() % step)
          return program.emitOpError("has a visit without a rank in its ")
                 << what;
      }
    return success();
  };
  return success(
      succeeded(verifyNumbers(program.getPlacement(), "placement")) &&
      succeeded(verifyNumbers(program.getInFlight(), "in_flight")) &&
      succeeded(verifyTable(program.getNodes(), "nodes", 1)) &&
      succeeded(verifyTable(program.getRoutes(), "routes", 2)));
}

LogicalResult ProgramVerifier::verifySequences() {
  if (sequences.size() != program.getData())
    return program.emitOpError("has ")
           << sequences.size() << " 'plan.sequences' for a data degree of "
           << program.getData();
  for (SequencesOp share : sequences) {
    if (share.getCounts().size() == program.getMicrobatches())
      continue;
    InFlightDiagnostic diagnostic = share.emitOpError("lists ")
                                    << share.getCounts().size()
                                    << " microbatches of "
                                    << program.getMicrobatches();
    diagnostic.attachNote(program.getLoc()) << "the program is here";
    return diagnostic;
  }
  return success();
}

LogicalResult ProgramVerifier::verifyMicrobatch(Operation *op,
                                                std::optional<uint32_t> index) {
  if (!index || *index < program.getMicrobatches())
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("is of microbatch ")
                                  << *index << ", but there are "
                                  << program.getMicrobatches();
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
  for (Operation &op : role.getBody().front()) {
    if (auto buffer = dyn_cast<BufferOp>(op)) {
      FailureOr<StageOp> stage = stageOf(buffer, role);
      if (failed(stage))
        return failure();
      FailureOr<Bound> bound =
          resolve(buffer, buffer.getSlot(), buffer.getIndex(), *stage);
      if (failed(bound) ||
          failed(verifyMicrobatch(buffer, buffer.getMicrobatch())))
        return failure();
      const auto &type = cast<ContentType>(buffer.getContent()).getTensor();
      if (type.element == bound->type.element &&
          type.elements() == bound->type.elements())
        continue;
      InFlightDiagnostic diagnostic = buffer.emitOpError()
                                      << "is of " << type.str() << ", but "
                                      << stringifySlot(buffer.getSlot()) << '('
                                      << buffer.getIndex() << ") is of "
                                      << bound->type.str();
      if (bound->declaration)
        diagnostic.attachNote(bound->declaration->getLoc())
            << "it is declared here";
      return diagnostic;
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
  }
  return success();
}

LogicalResult ProgramVerifier::verifyRoles() {
  for (RoleOp role : roles)
    if (failed(verifyRole(role)))
      return failure();
  return success();
}

LogicalResult ProgramVerifier::verifyGroups() {
  for (GroupOp group : groups)
    for (int32_t rank : group.getRanks())
      if (rank < 0 || size_t(rank) >= ranks.size())
        return group.emitOpError("lists rank ")
               << rank << ", but there are " << ranks.size();
  return success();
}

LogicalResult ProgramVerifier::verifyRanks() {
  size_t pipelineRanks =
      program.getRanks() > 0 ? program.getRanks() : stages.size();
  for (RankOp rank : ranks) {
    if (rank.getData() >= program.getData() ||
        rank.getPipeline() >= pipelineRanks)
      return rank.emitOpError("is at data(")
             << rank.getData() << ") pipeline(" << rank.getPipeline()
             << "), outside of " << program.getData() << " x " << pipelineRanks;
    auto verifyTable = [&](ArrayRef<int32_t> table, size_t count,
                           StringRef what) -> LogicalResult {
      for (int32_t entry : table)
        if (entry < 0 || size_t(entry) >= count)
          return rank.emitOpError("names ")
                 << what << ' ' << entry << ", but there are " << count;
      return success();
    };
    if (failed(verifyTable(rank.getPeers(), ranks.size(), "rank")) ||
        failed(verifyTable(rank.getGroups(), groups.size(), "group")))
      return failure();

    const Needs &need = needs[rank.getRoleAttr().getAttr()];
    auto verifyNeed = [&](size_t has, size_t takes, Operation *user,
                          StringRef what) -> LogicalResult {
      if (has >= takes)
        return success();
      InFlightDiagnostic diagnostic = rank.emitOpError("has ")
                                      << has << ' ' << what
                                      << ", but its role uses " << takes;
      diagnostic.attachNote(user->getLoc()) << "the last is used here";
      return diagnostic;
    };
    if (failed(verifyNeed(rank.getPeers().size(), need.peers, need.peerUser,
                          "peers")) ||
        failed(verifyNeed(rank.getGroups().size(), need.groups, need.groupUser,
                          "groups")))
      return failure();
  }
  return success();
}

} // namespace

LogicalResult ProgramOp::verifyRegions() {
  return ProgramVerifier(*this).run();
}
