//===- ExportCheck.cpp - Whether IR can say a plan ------------------------===//

#include "ExportCheck.h"

#include "hocket/Plan/AttentionTable.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

namespace {

/// Whether IR can say the plan; emits an error where it cannot.
class ExportChecker {
public:
  ExportChecker(const plan::Model &model, const plan::Plan &plan, Location loc)
      : model(model), plan(plan), loc(loc) {}

  LogicalResult run();

private:
  LogicalResult checkNames();
  LogicalResult checkTemplates();
  LogicalResult checkAttention(const plan::Stage &stage);
  LogicalResult checkBatch();
  LogicalResult checkSharedBatch();
  LogicalResult checkRole(const plan::Role &role);

  InFlightDiagnostic fail() {
    return emitError(loc, "the plan cannot be written as IR: ");
  }

  const plan::Model &model;
  const plan::Plan &plan;
  Location loc;
};

/// Kernels and roles are symbols of one table.
LogicalResult ExportChecker::checkNames() {
  llvm::StringSet<> names;
  auto check = [&](const std::string &name) -> LogicalResult {
    if (!name.empty() && names.insert(name).second)
      return success();
    return fail() << "a role or a kernel has the name \"" << name
                  << "\", which is empty or another one's";
  };
  for (const plan::Kernel &kernel : model.kernels)
    if (failed(check(kernel.symbol)))
      return failure();
  for (const plan::Role &role : plan.roles)
    if (failed(check(role.name)))
      return failure();
  return success();
}

LogicalResult ExportChecker::checkTemplates() {
  auto check = [&](const plan::TaskTemplate &task) -> LogicalResult {
    if (task.kernel < model.kernels.size())
      return success();
    return fail() << "a task names kernel #" << task.kernel << " of "
                  << model.kernels.size();
  };
  for (const plan::Stage &stage : model.stages) {
    for (const plan::TaskTemplate &task : stage.tasks)
      if (failed(check(task)))
        return failure();
    if (failed(checkAttention(stage)))
      return failure();
  }
  for (const plan::TaskTemplate &task : model.updates)
    if (failed(check(task)))
      return failure();
  if (model.stateNames.size() != model.statesPerParameter)
    return fail() << model.statesPerParameter << " states per parameter have "
                  << model.stateNames.size() << " names";
  return success();
}

LogicalResult ExportChecker::checkAttention(const plan::Stage &stage) {
  if (stage.attention && stage.gather)
    return fail() << "stage \"" << stage.name
                  << "\" begins with an attention and with rows";
  if (!stage.attention) {
    if (stage.attended.empty() || stage.gather)
      return success();
    return fail() << "stage \"" << stage.name
                  << "\" has values of an attention and no attention";
  }
  const plan::Attention &attention = *stage.attention;
  size_t kernels = model.kernels.size();
  if (attention.part < kernels && attention.merge < kernels &&
      (!attention.isTrained ||
       (attention.delta < kernels && attention.partGrad < kernels)))
    return success();
  return fail() << "the attention of stage \"" << stage.name
                << "\" names a kernel that is out of range";
}

/// Where ranks share sequences, shapes are those of the chunks.
LogicalResult ExportChecker::checkSharedBatch() {
  size_t parts = size_t(plan.strategy.replicas()) * plan.strategy.numSlices();
  bool fits = !plan.lengths.empty() &&
              plan.sequenceGroups.size() == plan.strategy.microbatches &&
              plan.firstSequence.empty() &&
              plan.firstChunk.size() == parts + 1 &&
              plan.shapes.size() == parts && plan.firstChunk.front() == 0 &&
              plan.firstChunk.back() == plan.chunks.size();
  if (!fits)
    return fail() << "the chunks and sequence groups are not those of its "
                  << parts << " microbatches";
  for (size_t part = 0; part < parts; ++part) {
    uint32_t begin = plan.firstChunk[part], end = plan.firstChunk[part + 1];
    bool inOrder = begin <= end && end <= plan.chunks.size();
    int64_t tokens = 0;
    for (uint32_t i = begin; inOrder && i < end; ++i)
      tokens += plan.chunks[i].count;
    if (!inOrder || plan.shapes[part].tokens != tokens ||
        plan.shapes[part].sequences != int64_t(end) - begin)
      return fail() << "the shape of microbatch #" << part
                    << " is not that of its chunks";
  }
  return success();
}

LogicalResult ExportChecker::checkBatch() {
  if (plan.stages != model.stages.size())
    return fail() << "the plan has " << plan.stages << " stages and the model "
                  << model.stages.size();
  if (!plan.sequenceGroups.empty())
    return checkSharedBatch();
  if (!plan.chunks.empty() || !plan.firstChunk.empty())
    return fail() << "it has token chunks and no sequence groups";
  size_t parts = size_t(plan.strategy.replicas()) * plan.strategy.microbatches;
  if (plan.firstSequence.size() != parts + 1 || plan.shapes.size() != parts ||
      plan.firstSequence.front() != 0 ||
      plan.firstSequence.back() != plan.lengths.size())
    return fail() << "the sequences of its " << parts
                  << " microbatches do not cover the batch";
  for (size_t part = 0; part < parts; ++part) {
    uint32_t begin = plan.firstSequence[part];
    uint32_t end = plan.firstSequence[part + 1];
    bool inOrder = begin <= end && end <= plan.lengths.size();
    int64_t tokens = 0;
    for (uint32_t i = begin; inOrder && i < end; ++i)
      tokens += plan.lengths[i];
    if (!inOrder || plan.shapes[part].tokens != tokens ||
        plan.shapes[part].sequences != int64_t(end) - begin)
      return fail() << "the shape of microbatch #" << part
                    << " is not that of its sequences";
  }
  return success();
}

LogicalResult ExportChecker::checkRole(const plan::Role &role) {
  for (auto [i, table] : llvm::enumerate(role.tables))
    if (!plan::isTable(table))
      return fail() << "table #" << i << " of role \"" << role.name
                    << "\" is malformed";
  for (auto [i, buffer] : llvm::enumerate(role.buffers))
    if (buffer.share.owner < -1 || buffer.share.term < plan::Share::kTotal)
      return fail() << "buffer #" << i << " of role \"" << role.name
                    << "\" is of a negative coordinate";
  size_t numSends = 0, numCopies = 0;
  for (auto [i, instruction] : llvm::enumerate(role.body)) {
    bool takesOne = instruction.op == plan::Op::LoadBatch ||
                    instruction.op == plan::Op::Send ||
                    instruction.op == plan::Op::Recv;
    bool fits = instruction.microbatch >= -1;
    bool takesTwo = instruction.op == plan::Op::CopyHeads ||
                    instruction.op == plan::Op::Add ||
                    instruction.op == plan::Op::Offload ||
                    instruction.op == plan::Op::Fetch;
    if (takesTwo)
      fits &= instruction.buffers.size() == 2;
    if (instruction.op == plan::Op::Attend)
      fits &= instruction.kernel < model.kernels.size() &&
              (instruction.index == plan::kNoTable ||
               instruction.index < role.tables.size());
    if (takesOne)
      fits &= instruction.buffers.size() == 1;
    if (instruction.op == plan::Op::Kernel)
      fits &= instruction.kernel < model.kernels.size();
    if (instruction.op == plan::Op::Send || instruction.op == plan::Op::Recv)
      fits &= instruction.peer >= 0;
    if (instruction.op == plan::Op::AllReduce)
      fits &= instruction.group >= 0;
    if (instruction.op == plan::Op::WaitSend)
      fits &= instruction.index < numSends;
    if (instruction.op == plan::Op::Send)
      ++numSends;
    if (instruction.op == plan::Op::WaitCopy)
      fits &= instruction.index < numCopies;
    if (instruction.op == plan::Op::Offload ||
        instruction.op == plan::Op::Fetch)
      ++numCopies;
    for (uint32_t buffer : instruction.buffers)
      fits &= buffer < role.buffers.size();
    if (!fits)
      return fail() << "an index of instruction #" << i << " of role \""
                    << role.name << "\" is out of range";
  }
  return success();
}

LogicalResult ExportChecker::run() {
  for (const std::vector<plan::ScheduledTask> &order : plan.strategy.orders)
    for (const plan::ScheduledTask &task : order)
      if (task.kind > plan::TaskKind::B)
        return fail() << "an order has a task that is none of F, Bi, W and B";
  if (failed(checkNames()) || failed(checkTemplates()) || failed(checkBatch()))
    return failure();
  for (const plan::Role &role : plan.roles)
    if (failed(checkRole(role)))
      return failure();
  for (const plan::Rank &rank : plan.ranks)
    if (rank.role >= plan.roles.size())
      return fail() << "a rank names role #" << rank.role << " of "
                    << plan.roles.size();
  return success();
}

} // namespace

LogicalResult planir::checkExport(const plan::Model &model,
                                  const plan::Plan &plan, Location location) {
  return ExportChecker(model, plan, location).run();
}
