//===- Import.cpp - IR as a plan ------------------------------------------===//

#include "hocket/Dialects/PlanTranslation.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/TaskText.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

// The enums of the dialect are those of the planner, number by number.
template <typename PlannerT, typename EnumT>
static constexpr bool matches(PlannerT planner, EnumT ours) {
  return static_cast<uint32_t>(planner) == static_cast<uint32_t>(ours);
}
static_assert(matches(plan::Slot::Parameter, planir::Slot::Parameter) &&
              matches(plan::Slot::Gradient, planir::Slot::Gradient) &&
              matches(plan::Slot::State, planir::Slot::State) &&
              matches(plan::Slot::Batch, planir::Slot::Batch) &&
              matches(plan::Slot::Input, planir::Slot::Input) &&
              matches(plan::Slot::Output, planir::Slot::Output) &&
              matches(plan::Slot::InputGradient, planir::Slot::InputGradient) &&
              matches(plan::Slot::OutputGradient,
                      planir::Slot::OutputGradient) &&
              matches(plan::Slot::Residual, planir::Slot::Residual) &&
              matches(plan::Slot::Attended, planir::Slot::Attended) &&
              matches(plan::Slot::AttendedGradient,
                      planir::Slot::AttendedGradient) &&
              matches(plan::Slot::Loss, planir::Slot::Loss) &&
              matches(plan::Slot::Weight, planir::Slot::Weight) &&
              matches(plan::Slot::Step, planir::Slot::Step) &&
              uint32_t(plan::Slot::Step) == planir::getMaxEnumValForSlot());
static_assert(matches(plan::Access::Read, planir::Access::Read) &&
              matches(plan::Access::Write, planir::Access::Write) &&
              matches(plan::Access::ReadWrite, planir::Access::ReadWrite));
static_assert(matches(plan::TaskKind::F, planir::TaskKind::F) &&
              matches(plan::TaskKind::Bi, planir::TaskKind::Bi) &&
              matches(plan::TaskKind::W, planir::TaskKind::W) &&
              matches(plan::TaskKind::B, planir::TaskKind::B) &&
              matches(plan::TaskKind::R, planir::TaskKind::R) &&
              matches(plan::TaskKind::Update, planir::TaskKind::Update) &&
              uint32_t(plan::TaskKind::Update) ==
                  planir::getMaxEnumValForTaskKind());
static_assert(matches(plan::Init::Zeros, planir::Init::Zeros) &&
              matches(plan::Init::Ones, planir::Init::Ones) &&
              matches(plan::Init::Normal, planir::Init::Normal));

namespace {

class Importer {
public:
  explicit Importer(ProgramOp program) : program(program) {}

  ImportedProgram run();

private:
  void importStrategy();
  void importModel();
  plan::TaskTemplate importTemplate(TemplateOp op);
  plan::Attention importAttention(AttentionOp op);
  void importSequences(SequencesOp op);
  void importSharedSequences(LengthsOp lengths);
  void importRole(RoleOp op);
  void importRank(RankOp op);

  hocket::TensorType content(Type type) {
    return cast<ContentType>(type).getTensor();
  }
  std::vector<hocket::TensorType> contents(ArrayAttr types) {
    std::vector<hocket::TensorType> list;
    for (TypeAttr type : types.getAsRange<TypeAttr>())
      list.push_back(content(type.getValue()));
    return list;
  }

  ProgramOp program;
  ImportedProgram result;
  Numbering numbers;
  llvm::DenseMap<StringAttr, uint32_t> roleNumbers;
};

plan::TaskTemplate Importer::importTemplate(TemplateOp op) {
  plan::TaskTemplate task;
  task.kind = static_cast<plan::TaskKind>(op.getKind());
  task.kernel = numbers.kernels.at(op.getKernelAttr().getAttr());
  for (OperandAttr operand : op.getOperands().getAsRange<OperandAttr>())
    task.operands.push_back({static_cast<plan::Slot>(operand.getSlot()),
                             operand.getIndex(),
                             static_cast<plan::Access>(operand.getAccess())});
  return task;
}

plan::Attention Importer::importAttention(AttentionOp op) {
  plan::Attention attention;
  attention.query = op.getQuery();
  attention.key = op.getKey();
  attention.value = op.getValue();
  attention.heads = op.getHeads();
  attention.keyHeads = op.getKeyHeads();
  attention.headSize = op.getHeadSize();
  attention.causal = op.getCausal();
  attention.part = numbers.kernels.at(op.getPartAttr().getAttr());
  attention.merge = numbers.kernels.at(op.getMergeAttr().getAttr());
  attention.isTrained = bool(op.getPartGradAttr());
  if (attention.isTrained) {
    attention.delta = numbers.kernels.at(op.getDeltaAttr().getAttr());
    attention.partGrad = numbers.kernels.at(op.getPartGradAttr().getAttr());
  }
  return attention;
}

void Importer::importStrategy() {
  plan::Strategy &strategy = result.plan.strategy;
  strategy.data = program.getData();
  strategy.sequence = program.getSequence();
  strategy.sequenceMethod = program.getMethod().str();
  llvm::append_range(strategy.segments, program.getSegments());
  strategy.slices = program.getSlices();
  ArrayRef<int32_t> activations = program.getActivations();
  for (size_t i = 0; i + 1 < activations.size(); i += 2)
    strategy.activations.push_back(
        {uint32_t(activations[i]), uint32_t(activations[i + 1])});
  strategy.microbatches = program.getMicrobatches();
  strategy.schedule = program.getSchedule().str();
  strategy.chunks = program.getChunks();
  strategy.pipelineRanks = program.getRanks();
  llvm::append_range(strategy.placement, program.getPlacement());
  for (StringAttr text : program.getOrders().getAsRange<StringAttr>())
    strategy.orders.push_back(*plan::parseOrder(text.getValue()));
  if (std::optional<ArrayAttr> nodes = program.getNodes())
    for (auto list : nodes->getAsRange<DenseI32ArrayAttr>())
      llvm::append_range(strategy.nodes.emplace_back(), list.asArrayRef());
  if (std::optional<ArrayAttr> routes = program.getRoutes())
    for (auto list : routes->getAsRange<DenseI32ArrayAttr>()) {
      std::vector<plan::Visit> &route = strategy.routes.emplace_back();
      for (int64_t i = 0; i < list.size(); i += 2)
        route.push_back({uint32_t(list[i]), uint32_t(list[i + 1])});
    }
  strategy.limits.pathLength = program.getPathLength();
  strategy.limits.maxBackwardStep = program.getMaxBackwardStep();
  strategy.limits.maxBackwardSum = program.getMaxBackwardSum();
  strategy.limits.maxBackwardMoves = program.getMaxBackwardMoves();
  strategy.limits.maxForwardJump = program.getMaxForwardJump();
  llvm::append_range(strategy.limits.inFlight, program.getInFlight());
}

void Importer::importModel() {
  plan::Model &model = result.model;
  model.name = program.getModel().str();
  for (StringAttr state : program.getStates().getAsRange<StringAttr>())
    model.stateNames.push_back(state.str());
  model.statesPerParameter = model.stateNames.size();

  // Templates refer to kernels, which may stand after them.
  for (auto op : program.getBody().getOps<KernelOp>()) {
    numbers.kernels[op.getSymNameAttr()] = model.kernels.size();
    model.kernels.push_back({op.getSymName().str(),
                             contents(op.getOperandTypes()),
                             op.getWorkspace().getSize(),
                             op.getFlops().getSize(), op.getBytes().getSize()});
  }
  for (auto op : program.getBody().getOps<ParameterOp>())
    model.parameters.push_back({op.getName().str(), content(op.getContent()),
                                static_cast<plan::Init>(op.getInit()),
                                op.getStddev().convertToDouble()});
  for (auto op : program.getBody().getOps<BatchInputOp>())
    model.batch.push_back(
        {op.getName().str(), content(op.getContent()), op.getOffsets()});
  for (auto op : program.getBody().getOps<StageOp>()) {
    plan::Stage stage{op.getName().str(),
                      contents(op.getInputTypes()),
                      contents(op.getOutputTypes()),
                      contents(op.getResidualTypes()),
                      {}};
    for (auto task : op.getBody().getOps<TemplateOp>())
      stage.tasks.push_back(importTemplate(task));
    for (auto attention : op.getBody().getOps<AttentionOp>()) {
      stage.attention = importAttention(attention);
      stage.attended = contents(attention.getAttendedTypes());
    }
    for (auto gather : op.getBody().getOps<GatherOp>()) {
      stage.gather = plan::RowGather{gather.getRow(), gather.getSlots(),
                                     gather.getReverse(), gather.getTrained()};
      stage.attended = contents(gather.getAttendedTypes());
    }
    model.stages.push_back(std::move(stage));
  }
  for (auto op : program.getBody().getOps<TemplateOp>())
    model.updates.push_back(importTemplate(op));
}

void Importer::importSequences(SequencesOp op) {
  plan::Plan &plan = result.plan;
  ArrayRef<int64_t> rest = op.getLengths();
  for (int32_t count : op.getCounts()) {
    plan::MicrobatchShape shape;
    shape.sequences = count;
    for (int64_t length : rest.take_front(count))
      shape.tokens += length;
    rest = rest.drop_front(count);
    plan.shapes.push_back(shape);
    plan.firstSequence.push_back(plan.firstSequence.back() + count);
  }
  llvm::append_range(plan.lengths, op.getLengths());
}

/// The shapes of microbatches are those of their chunks.
void Importer::importSharedSequences(LengthsOp lengths) {
  plan::Plan &plan = result.plan;
  llvm::append_range(plan.lengths, lengths.getLengths());
  plan.sequenceGroups.resize(plan.strategy.microbatches);
  for (auto op : program.getBody().getOps<SequenceGroupOp>()) {
    plan::SequenceGroup group;
    llvm::append_range(group.coordinates, op.getCoordinates());
    llvm::append_range(group.sequences, op.getSequences());
    group.method = op.getMethod().str();
    plan.sequenceGroups[op.getMicrobatch()].push_back(std::move(group));
  }
  plan.firstChunk.push_back(0);
  for (auto op : program.getBody().getOps<ChunksOp>()) {
    ArrayRef<int64_t> rest = op.getChunks();
    for (int32_t count : op.getCounts()) {
      plan::MicrobatchShape &shape = plan.shapes.emplace_back();
      shape.sequences = count;
      for (int32_t i = 0; i < count; ++i, rest = rest.drop_front(4)) {
        shape.tokens += rest[0];
        plan.chunks.push_back({uint32_t(rest[1]), rest[2], rest[0], rest[3]});
      }
      plan.firstChunk.push_back(uint32_t(plan.chunks.size()));
    }
  }
}

void Importer::importRole(RoleOp op) {
  roleNumbers[op.getSymNameAttr()] = result.plan.roles.size();
  plan::Role role;
  role.name = op.getSymName().str();
  role.stages.assign(op.getStages().begin(), op.getStages().end());
  role.arenaBytes = op.getArenaBytes();
  role.hostBytes = op.getHostBytes();

  numbers.buffers.clear();
  numbers.sends.clear();
  numbers.copies.clear();
  numbers.stage = role.stages.size() == 1 ? int32_t(role.stages[0]) : -1;
  std::vector<BufferOp> buffers;
  std::vector<InstructionOpInterface> instructions;
  for (Operation &member : op.getBody().front()) {
    if (auto send = dyn_cast<SendOp>(member))
      numbers.sends.try_emplace(send.getSent(), numbers.sends.size());
    if (isa<OffloadOp, FetchOp>(member))
      numbers.copies.try_emplace(member.getResult(0), numbers.copies.size());
    if (auto instruction = dyn_cast<InstructionOpInterface>(member)) {
      instructions.push_back(instruction);
      role.body.push_back(instruction.getInstruction(numbers));
      continue;
    }
    if (auto table = dyn_cast<TableOp>(member)) {
      role.tables.push_back(table.getNumbers());
      continue;
    }
    auto buffer = cast<BufferOp>(member);
    numbers.buffers[buffer.getBuffer()] = buffers.size();
    buffers.push_back(buffer);
    plan::Buffer made;
    made.name = buffer.getName().value_or("").str();
    made.binding = {static_cast<plan::Slot>(buffer.getSlot()),
                    buffer.getIndex(), plan::Access::Read};
    made.type = content(buffer.getContent());
    if (std::optional<uint32_t> stage = buffer.getStage())
      made.stage = *stage;
    else if (plan::isPerStage(made.binding.slot))
      made.stage = numbers.stage;
    if (std::optional<uint32_t> microbatch = buffer.getMicrobatch())
      made.microbatch = *microbatch;
    if (std::optional<uint32_t> owner = buffer.getOwner())
      made.share.owner = int32_t(*owner);
    if (std::optional<uint32_t> term = buffer.getTerm())
      made.share.term = int32_t(*term);
    else if (buffer.getTotal())
      made.share.term = plan::Share::kTotal;
    made.share.again = uint8_t(buffer.getAgain());
    made.onHost = buffer.getOnHost();
    made.share.firstHead = buffer.getFirstHead();
    made.share.numHeads = buffer.getNumHeads();
    made.bytes = buffer.getBytes();
    made.offset = buffer.getOffset();
    role.buffers.push_back(std::move(made));
  }
  result.plan.roles.push_back(std::move(role));
  result.ops.roles.push_back(op);
  result.ops.buffers.push_back(std::move(buffers));
  result.ops.instructions.push_back(std::move(instructions));
}

void Importer::importRank(RankOp op) {
  plan::Rank rank;
  rank.role = roleNumbers.at(op.getRoleAttr().getAttr());
  rank.data = op.getData();
  rank.pipeline = op.getPipeline();
  rank.peers.assign(op.getPeers().begin(), op.getPeers().end());
  rank.groups.assign(op.getGroups().begin(), op.getGroups().end());
  result.plan.ranks.push_back(std::move(rank));
  result.ops.ranks.push_back(op);
}

ImportedProgram Importer::run() {
  importModel();
  plan::Plan &plan = result.plan;
  importStrategy();
  plan.stages = result.model.stages.size();
  auto shared = program.getBody().getOps<LengthsOp>();
  if (shared.empty())
    plan.firstSequence.push_back(0);
  else
    importSharedSequences(*shared.begin());
  for (auto op : program.getBody().getOps<SequencesOp>())
    importSequences(op);
  for (auto op : program.getBody().getOps<RoleOp>())
    importRole(op);
  for (auto op : program.getBody().getOps<GroupOp>())
    plan.groups.emplace_back(op.getRanks().begin(), op.getRanks().end());
  for (auto op : program.getBody().getOps<RankOp>())
    importRank(op);
  return std::move(result);
}

} // namespace

ImportedProgram planir::importProgram(ProgramOp program) {
  return Importer(program).run();
}
