//===- ProgramVerifier.cpp - What takes the whole program -----------------===//
//
// Numbers, references by number, and the types of what is bound. An operation
// can be wrong in more ways (the invariants P1-P8): those are found by
// plan-verify.
//
//===----------------------------------------------------------------------===//

#include "ProgramVerifier.h"
#include "SequenceVerifier.h"

#include "hocket/Plan/TaskText.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

LogicalResult ProgramVerifier::run() {
  return success(succeeded(collect()) && succeeded(verifyNames()) &&
                 succeeded(verifyStages()) && succeeded(verifyTemplates()) &&
                 succeeded(verifyStrategy()) &&
                 succeeded(planir::verifySequences(program)) &&
                 succeeded(verifyRoles()) && succeeded(verifyGroups()) &&
                 succeeded(verifyRanks()));
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
    else if (auto share = dyn_cast<ChunksOp>(op))
      result = collectNumbered(share, chunks);
    else if (auto update = dyn_cast<TemplateOp>(op))
      updates.push_back(update);
    else if (auto role = dyn_cast<RoleOp>(op))
      roles.push_back(role);
    else if (auto kernel = dyn_cast<KernelOp>(op))
      kernels[kernel.getSymNameAttr()] = kernel;
    else if (!isa<LengthsOp, SequenceGroupOp>(op)) {
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
  if (program.getActivations().size() % 2)
    return program.emitOpError("has ")
           << program.getActivations().size()
           << " numbers in its activations; write two for each stage of the "
              "pipeline: slices that are kept, and slices that are offloaded";
  return success(
      succeeded(verifyNumbers(program.getActivations(), "activations")) &&
      succeeded(verifyNumbers(program.getPlacement(), "placement")) &&
      succeeded(verifyNumbers(program.getInFlight(), "in_flight")) &&
      succeeded(verifyNumbers(program.getSegments(), "segments")) &&
      succeeded(verifyTable(program.getNodes(), "nodes", 1)) &&
      succeeded(verifyTable(program.getRoutes(), "routes", 2)));
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
  size_t pipelineStages = program.getSegments().empty()
                              ? stages.size()
                              : program.getSegments().size();
  size_t pipelineRanks =
      program.getRanks() > 0 ? program.getRanks() : pipelineStages;
  for (RankOp rank : ranks) {
    if (rank.getData() >= countReplicas(program) ||
        rank.getPipeline() >= pipelineRanks)
      return rank.emitOpError("is at data(")
             << rank.getData() << ") pipeline(" << rank.getPipeline()
             << "), outside of " << countReplicas(program) << " x "
             << pipelineRanks;
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

LogicalResult ProgramOp::verifyRegions() {
  return ProgramVerifier(*this).run();
}
