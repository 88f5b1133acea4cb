//===- Export.cpp - A plan as IR ------------------------------------------===//

#include "hocket/Dialects/PlanTranslation.h"

#include "ExportCheck.h"

#include "hocket/Plan/AttentionTable.h"
#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/TaskText.h"

#include "llvm/ADT/SmallString.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

namespace {

class Exporter {
public:
  Exporter(const plan::Model &model, const plan::Plan &plan, OpBuilder &builder,
           Location loc)
      : model(model), plan(plan), builder(builder), loc(loc) {}

  ProgramOp run();

private:
  std::string freeName(StringRef name);
  ProgramOp exportStrategy();
  void exportModel();
  void exportTemplate(const plan::TaskTemplate &task);
  void exportAttention(const plan::Stage &stage);
  void exportSequences();
  void exportSharedSequences();
  void exportRole(const plan::Role &role);
  void exportRanks();

  TypeAttr content(const hocket::TensorType &type) {
    return TypeAttr::get(ContentType::get(builder.getContext(), type));
  }
  ArrayAttr contents(const std::vector<hocket::TensorType> &types) {
    SmallVector<Attribute> attributes;
    for (const hocket::TensorType &type : types)
      attributes.push_back(content(type));
    return builder.getArrayAttr(attributes);
  }
  SizeAttr size(const SizeExpr &expression) {
    return SizeAttr::get(builder.getContext(), expression);
  }
  UnitAttr flag(bool isSet) {
    return isSet ? builder.getUnitAttr() : UnitAttr();
  }
  IntegerAttr number(int64_t value) { return builder.getI32IntegerAttr(value); }
  static SmallVector<int32_t> signedTable(const std::vector<uint32_t> &table) {
    return SmallVector<int32_t>(table.begin(), table.end());
  }
  /// Absent where negative.
  IntegerAttr optional(int32_t value) {
    return value < 0 ? IntegerAttr() : number(value);
  }

  const plan::Model &model;
  const plan::Plan &plan;
  OpBuilder &builder;
  Location loc;
};

void Exporter::exportTemplate(const plan::TaskTemplate &task) {
  SmallVector<Attribute> operands;
  for (const plan::Operand &operand : task.operands)
    operands.push_back(OperandAttr::get(
        builder.getContext(), static_cast<planir::Access>(operand.access),
        static_cast<planir::Slot>(operand.slot), operand.index));
  TemplateOp::create(builder, loc, static_cast<planir::TaskKind>(task.kind),
                     model.kernels[task.kernel].symbol,
                     builder.getArrayAttr(operands));
}

void Exporter::exportAttention(const plan::Stage &stage) {
  const plan::Attention &attention = *stage.attention;
  auto kernel = [&](uint32_t index) {
    return FlatSymbolRefAttr::get(builder.getContext(),
                                  model.kernels[index].symbol);
  };
  FlatSymbolRefAttr delta, partGrad;
  if (attention.isTrained) {
    delta = kernel(attention.delta);
    partGrad = kernel(attention.partGrad);
  }
  AttentionOp::create(builder, loc, number(attention.query),
                      number(attention.key), number(attention.value),
                      number(attention.heads), number(attention.keyHeads),
                      number(attention.headSize),
                      attention.causal ? builder.getUnitAttr() : UnitAttr(),
                      contents(stage.attended), kernel(attention.part),
                      kernel(attention.merge), delta, partGrad);
}

void Exporter::exportModel() {
  for (auto [i, parameter] : llvm::enumerate(model.parameters)) {
    // Only a normal distribution has a deviation.
    bool isNormal = parameter.init == plan::Init::Normal;
    ParameterOp::create(builder, loc, i, parameter.name,
                        static_cast<planir::Init>(parameter.init),
                        llvm::APFloat(isNormal ? parameter.stddev : 0.0),
                        content(parameter.type));
  }
  for (auto [i, input] : llvm::enumerate(model.batch))
    BatchInputOp::create(builder, loc, i, input.name, input.isOffsets,
                         content(input.type));
  for (const plan::Kernel &kernel : model.kernels)
    KernelOp::create(builder, loc, kernel.symbol, contents(kernel.operands),
                     size(kernel.workspaceBytes), size(kernel.flops),
                     size(kernel.bytes));
  for (auto [i, stage] : llvm::enumerate(model.stages)) {
    auto op =
        StageOp::create(builder, loc, i, stage.name, contents(stage.inputs),
                        contents(stage.outputs), contents(stage.residuals));
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&op.getBody());
    for (const plan::TaskTemplate &task : stage.tasks)
      exportTemplate(task);
    if (stage.attention)
      exportAttention(stage);
    if (stage.gather)
      GatherOp::create(builder, loc, number(stage.gather->row),
                       number(stage.gather->slots), flag(stage.gather->reverse),
                       flag(stage.gather->isTrained), contents(stage.attended));
  }
  for (const plan::TaskTemplate &task : model.updates)
    exportTemplate(task);
}

void Exporter::exportSharedSequences() {
  LengthsOp::create(builder, loc, plan.lengths);
  for (auto [microbatch, groups] : llvm::enumerate(plan.sequenceGroups))
    for (const plan::SequenceGroup &group : groups)
      SequenceGroupOp::create(builder, loc, microbatch, group.method,
                              signedTable(group.coordinates),
                              signedTable(group.sequences));
  uint32_t slices = plan.strategy.numSlices();
  for (uint32_t coordinate = 0; coordinate < plan.strategy.replicas();
       ++coordinate) {
    const uint32_t *first =
        plan.firstChunk.data() + size_t(coordinate) * slices;
    SmallVector<int32_t> counts;
    SmallVector<int64_t> numbers;
    for (uint32_t i = 0; i < slices; ++i)
      counts.push_back(int32_t(first[i + 1] - first[i]));
    for (uint32_t i = first[0]; i < first[slices]; ++i) {
      const plan::TokenChunk &chunk = plan.chunks[i];
      numbers.append({chunk.count, chunk.sequence, chunk.first, chunk.stride});
    }
    ChunksOp::create(builder, loc, coordinate, numbers, counts);
  }
}

void Exporter::exportSequences() {
  if (!plan.sequenceGroups.empty())
    return exportSharedSequences();
  for (uint32_t data = 0; data < plan.strategy.replicas(); ++data) {
    size_t first = size_t(data) * plan.strategy.microbatches;
    SmallVector<int32_t> counts;
    for (uint32_t i = 0; i < plan.strategy.microbatches; ++i)
      counts.push_back(plan.shapes[first + i].sequences);
    ArrayRef<int64_t> lengths(plan.lengths);
    uint32_t begin = plan.firstSequence[first];
    uint32_t end = plan.firstSequence[first + plan.strategy.microbatches];
    SequencesOp::create(builder, loc, data, lengths.slice(begin, end - begin),
                        counts);
  }
}

void Exporter::exportRole(const plan::Role &role) {
  auto op = RoleOp::create(builder, loc, role.name, signedTable(role.stages),
                           role.arenaBytes, role.hostBytes);
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&op.getBody());
  Type bufferType = BufferType::get(builder.getContext());
  Type sentType = SentType::get(builder.getContext());

  int32_t onlyStage =
      role.stages.size() == 1 ? int32_t(role.stages.front()) : -1;
  SmallVector<Value> buffers;
  for (const plan::Buffer &buffer : role.buffers) {
    bool isImplied = !plan::isPerStage(buffer.binding.slot) || onlyStage >= 0;
    IntegerAttr stage = isImplied ? IntegerAttr() : optional(buffer.stage);
    StringAttr name =
        buffer.name.empty() ? nullptr : builder.getStringAttr(buffer.name);
    const plan::Share &share = buffer.share;
    buffers.push_back(BufferOp::create(
        builder, loc, bufferType, name,
        static_cast<planir::Slot>(buffer.binding.slot), buffer.binding.index,
        stage, optional(buffer.microbatch), optional(share.owner),
        share.numHeads, share.firstHead, optional(share.term),
        share.term == plan::Share::kTotal, share.again, buffer.onHost,
        buffer.bytes, buffer.offset, content(buffer.type)));
  }
  for (auto [i, table] : llvm::enumerate(role.tables))
    TableOp::create(builder, loc, i, table[1], table[2], table[3],
                    ArrayRef<int32_t>(table).drop_front(plan::kTableHeader));

  SmallVector<Value> sends, copies;
  Type copiedType = CopiedType::get(builder.getContext());
  for (const plan::Instruction &instruction : role.body) {
    SmallVector<Value> operands;
    for (uint32_t buffer : instruction.buffers)
      operands.push_back(buffers[buffer]);
    IntegerAttr part = optional(instruction.microbatch);
    IntegerAttr stage = instruction.stage == onlyStage
                            ? IntegerAttr()
                            : number(instruction.stage);
    const plan::Workspace &workspace = instruction.workspace;
    switch (instruction.op) {
    case plan::Op::Kernel:
      TaskOp::create(builder, loc,
                     static_cast<planir::TaskKind>(instruction.kind), part,
                     stage, model.kernels[instruction.kernel].symbol, operands,
                     workspace.bytes, workspace.offset);
      break;
    case plan::Op::Zero:
      ZeroOp::create(builder, loc, operands, part, stage);
      break;
    case plan::Op::LoadBatch:
      LoadBatchOp::create(builder, loc, operands[0], number(instruction.index),
                          part, stage);
      break;
    case plan::Op::Send:
      sends.push_back(SendOp::create(builder, loc, sentType, operands[0],
                                     number(instruction.peer), part, stage));
      break;
    case plan::Op::Recv:
      RecvOp::create(builder, loc, operands[0], number(instruction.peer), part,
                     stage);
      break;
    case plan::Op::WaitSend:
      WaitSendOp::create(builder, loc, sends[instruction.index], part, stage);
      break;
    case plan::Op::AllReduce:
      AllReduceOp::create(builder, loc, operands, number(instruction.group),
                          part, stage);
      break;
    case plan::Op::Attend:
      AttendOp::create(
          builder, loc, model.kernels[instruction.kernel].symbol, operands,
          instruction.index != plan::kNoTable ? number(instruction.index)
                                              : IntegerAttr(),
          part, stage, workspace.bytes, workspace.offset);
      break;
    case plan::Op::Offload:
      copies.push_back(OffloadOp::create(builder, loc, copiedType, operands[0],
                                         operands[1], part, stage));
      break;
    case plan::Op::Fetch:
      copies.push_back(FetchOp::create(builder, loc, copiedType, operands[0],
                                       operands[1], part, stage));
      break;
    case plan::Op::WaitCopy:
      WaitCopyOp::create(builder, loc, copies[instruction.index], part, stage);
      break;
    case plan::Op::CopyHeads:
      CopyHeadsOp::create(builder, loc, operands[0], operands[1], part, stage);
      break;
    case plan::Op::Add:
      AddOp::create(builder, loc, operands[0], operands[1], part, stage);
      break;
    }
  }
}

void Exporter::exportRanks() {
  for (auto [i, group] : llvm::enumerate(plan.groups))
    GroupOp::create(builder, loc, i, signedTable(group));
  for (auto [i, rank] : llvm::enumerate(plan.ranks))
    RankOp::create(builder, loc, i, plan.roles[rank.role].name, rank.data,
                   rank.pipeline, signedTable(rank.peers),
                   signedTable(rank.groups));
}

/// `name`, or one like it that no symbol around the insertion point has.
std::string Exporter::freeName(StringRef name) {
  Operation *table = SymbolTable::getNearestSymbolTable(
      builder.getInsertionBlock()->getParentOp());
  auto isTaken = [&](StringRef candidate) {
    return SymbolTable::lookupSymbolIn(table, candidate) != nullptr;
  };
  unsigned counter = 0;
  if (table && isTaken(name))
    return SymbolTable::generateSymbolName<32>(name, isTaken, counter)
        .str()
        .str();
  return name.str();
}

/// The program op, without its body.
ProgramOp Exporter::exportStrategy() {
  const plan::Strategy &strategy = plan.strategy;
  const plan::RouteLimits &limits = strategy.limits;
  SmallVector<StringRef> states(model.stateNames.begin(),
                                model.stateNames.end());
  std::vector<std::string> texts;
  for (const std::vector<plan::ScheduledTask> &order : strategy.orders)
    texts.push_back(plan::formatOrder(order));
  SmallVector<StringRef> orders(texts.begin(), texts.end());
  SmallVector<Attribute> nodes, routes;
  for (const std::vector<uint32_t> &list : strategy.nodes)
    nodes.push_back(builder.getDenseI32ArrayAttr(signedTable(list)));
  for (const std::vector<plan::Visit> &route : strategy.routes) {
    SmallVector<int32_t> list;
    for (const plan::Visit &visit : route)
      list.append({int32_t(visit.stage), int32_t(visit.rank)});
    routes.push_back(builder.getDenseI32ArrayAttr(list));
  }
  SmallVector<int32_t> activations;
  for (const plan::SliceActivations &stage : strategy.activations)
    activations.append({int32_t(stage.kept), int32_t(stage.offloaded)});
  auto limit = [&](std::optional<uint32_t> value) {
    return value ? number(*value) : IntegerAttr();
  };
  auto table = [&](ArrayRef<Attribute> lists) {
    return lists.empty() ? ArrayAttr() : builder.getArrayAttr(lists);
  };
  return ProgramOp::create(
      builder, loc, builder.getStringAttr(freeName("step")),
      builder.getStringAttr(model.name), number(strategy.data),
      number(strategy.sequence), builder.getStringAttr(strategy.sequenceMethod),
      builder.getDenseI32ArrayAttr(signedTable(strategy.segments)),
      number(strategy.slices), builder.getDenseI32ArrayAttr(activations),
      number(strategy.microbatches), builder.getStringAttr(strategy.schedule),
      number(strategy.chunks), number(strategy.pipelineRanks),
      builder.getDenseI32ArrayAttr(signedTable(strategy.placement)),
      builder.getStrArrayAttr(orders), table(nodes), table(routes),
      limit(limits.pathLength), limit(limits.maxBackwardStep),
      limit(limits.maxBackwardSum), limit(limits.maxBackwardMoves),
      limit(limits.maxForwardJump),
      builder.getDenseI32ArrayAttr(signedTable(limits.inFlight)),
      builder.getStrArrayAttr(states));
}

ProgramOp Exporter::run() {
  ProgramOp program = exportStrategy();
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&program.getBody());
  exportModel();
  exportSequences();
  for (const plan::Role &role : plan.roles)
    exportRole(role);
  exportRanks();
  return program;
}

} // namespace

FailureOr<ProgramOp> planir::exportProgram(const plan::Model &model,
                                           const plan::Plan &plan,
                                           OpBuilder &builder,
                                           Location location) {
  if (failed(checkExport(model, plan, location)))
    return failure();
  return Exporter(model, plan, builder, location).run();
}
